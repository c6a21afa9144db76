package pcapfile

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// members reads what one gzip member after another holds (RFC 1952, section 2.2), up to the end of the input or to
// zeros that reach to it: tapes and block devices fill up with them, and gzip(1) passes over them in silence.
type members struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func (m *members) Read(b []byte) (int, error) {
	for {
		n, err := m.z.Read(b)
		if n > 0 && errors.Is(err, io.EOF) {
			return n, nil // the next call finds the end again
		}
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		padding, err := zeros(m.in)
		if err != nil {
			return 0, err
		}
		if padding {
			return 0, gzip.ErrHeader // they do not reach to the end
		}
		if err := m.z.Reset(m.in); err != nil {
			return 0, err
		}
		m.z.Multistream(false)
	}
}

// zeros passes over zeros and reports whether there were any before what follows; the error is io.EOF where
// nothing does.
func zeros(in *bufio.Reader) (any bool, err error) {
	for {
		c, err := in.ReadByte()
		if err != nil {
			return any, err
		}
		if c != 0 {
			return any, in.UnreadByte()
		}
		any = true
	}
}

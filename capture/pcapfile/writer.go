package pcapfile

import (
	"bufio"
	"encoding/binary"
	"io"

	"portero/capture"
)

// WriterOptions says what a written capture tells about itself.
type WriterOptions struct {
	Comment string // of the section
}

// Writer writes pcapng: one interface for every interface and link type it is
// given, time stamps in nanoseconds.
type Writer struct {
	w      *bufio.Writer
	ifaces map[ifaceKey]uint32
	buf    []byte
}

type ifaceKey struct {
	file, iface int32
	link        capture.LinkType
}

var le = binary.LittleEndian

// NewWriter writes the section header to w.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	p := &Writer{w: bufio.NewWriterSize(w, 64<<10), ifaces: map[ifaceKey]uint32{}}
	body := le.AppendUint32(nil, 0x1a2b3c4d)
	body = le.AppendUint16(body, 1)
	body = le.AppendUint16(body, 0)
	body = le.AppendUint64(body, ^uint64(0))
	body = option(body, 4, "portero")
	if o.Comment != "" {
		body = option(body, 1, o.Comment)
	}
	body = le.AppendUint32(body, 0)
	return p, p.block(ngSection, body)
}

func option(b []byte, code uint16, v string) []byte {
	v = v[:min(len(v), 65532)]
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, uint16(len(v)))
	b = append(b, v...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (p *Writer) block(typ uint32, body []byte) error {
	n := uint32(len(body)) + 12
	p.buf = le.AppendUint32(p.buf[:0], typ)
	p.buf = le.AppendUint32(p.buf, n)
	p.buf = append(p.buf, body...)
	p.buf = le.AppendUint32(p.buf, n)
	_, err := p.w.Write(p.buf)
	return err
}

// Write appends one frame with a comment ("" for none).
func (p *Writer) Write(f *capture.Frame, comment string) error {
	k := ifaceKey{f.File, f.Iface, f.Link}
	id, ok := p.ifaces[k]
	if !ok {
		id = uint32(len(p.ifaces))
		p.ifaces[k] = id
		body := le.AppendUint16(nil, uint16(f.Link))
		body = le.AppendUint16(body, 0)
		body = le.AppendUint32(body, 0) // no limit
		body = option(body, 9, "\x09")  // nanoseconds
		body = le.AppendUint32(body, 0)
		if err := p.block(ngInterface, body); err != nil {
			return err
		}
	}
	body := make([]byte, 0, 20+len(f.Data)+32+len(comment))
	body = le.AppendUint32(body, id)
	ts := uint64(max(f.Time, 0))
	body = le.AppendUint32(body, uint32(ts>>32))
	body = le.AppendUint32(body, uint32(ts))
	body = le.AppendUint32(body, uint32(len(f.Data)))
	body = le.AppendUint32(body, f.WireLen)
	body = append(body, f.Data...)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	opts := len(body)
	if comment != "" {
		body = option(body, 1, comment)
	}
	if f.Dir != capture.DirUnknown {
		body = option(body, 2, string([]byte{byte(f.Dir), 0, 0, 0}))
	}
	if len(body) > opts {
		body = le.AppendUint32(body, 0)
	}
	return p.block(ngEnhanced, body)
}

// Flush writes out what is buffered, so that a reader finds whole blocks.
func (p *Writer) Flush() error { return p.w.Flush() }

// Close writes out what is buffered. It does not close the underlying writer.
func (p *Writer) Close() error { return p.w.Flush() }

package pcapfile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"portero/capture"
)

// Options says how inputs are opened. The zero value is ready.
type Options struct {
	Stdin io.Reader // read for the name "-"; nil is os.Stdin
	// Copies are files that hold what can be read only once, with the name that each is told
	// of by; "-" is standard input.
	Copies map[string]string
	// Cut are those of Copies that end where somebody gave up waiting for more: a frame that is not whole there is no damage.
	Cut map[string]bool
	// Open opens a file, nil is os.Open; Wait reads from one that is not regular, nil is from the file itself. Either
	// may give up waiting with context.Canceled: what came before that is a whole capture then.
	Open func(name string) (*os.File, error)
	Wait func(f *os.File) io.Reader
}

// Limits on what a length field may ask for.
const (
	maxFrame    = 16 << 20   // octets captured of one frame
	maxBlock    = 64 << 20   // octets of a pcapng block that is passed over
	readSize    = 1024 << 10 // octets of a piece of the input where frames are large
	readPiece   = 64 << 10   // octets asked for at a time: while a call takes longer, the scheduler starts another thread
	blockFrames = 4096       // frames that a piece should have
	mostFrames  = 60_000     // and has at most: a packet keeps the number of its frame in 16 bits
)

// Interface is one interface of a pcapng file (or the one of a pcap file).
type Interface struct {
	Link    capture.LinkType
	Name    string // as the file says: escape before showing
	SnapLen uint32

	tap          uint32 // see capture.Frame.Tap
	unit, offset int64  // see scale
	pow2         uint8
}

// File is one saved capture. One goroutine may call Next; Offset may be called
// from any.
type File struct {
	name   string
	id     int32
	size   int64
	raw    *counter // compressed or plain input, for progress
	in     io.Reader
	closer []io.Closer
	sec    section
	ifaces []Interface
	taps   capture.Taps
	tap    uint32 // of the first interface

	off    int64  // capture offset of carry[0]
	carry  []byte // read and not handed over yet: the beginning of a frame
	eof    error  // what the input ended with
	frames uint64
	fail   error
	want   int // octets of one frame or block that must be in the buffer

	mistimed Mistimed

	at   io.ReaderAt // the input, where any part of it can be read at any time
	pos  int64       // of it, where the next piece begins
	next int         // octets of the next piece, 0 for the first
	most int         // that a piece has

	spare *spare // memory of large frames, of all inputs that one goroutine reads
	small []byte // and of a piece, that carry grew out of
}

type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// stdin is what messages call standard input.
const stdin = "standard input"

// Open opens the capture called name; "-" is standard input. Errors name the
// file and answer errors.Is for os.ErrNotExist and os.ErrPermission.
func Open(name string, o Options) (*File, error) {
	if name == "-" {
		in := o.Stdin
		if in == nil {
			in = os.Stdin
		}
		return NewReader(in, stdin, o)
	}
	open := os.Open
	if o.Open != nil {
		open = o.Open
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	cut := o.Cut[name]
	if as, ok := o.Copies[name]; ok {
		if name = as; as == "-" {
			name = stdin
		}
	}
	size, in := int64(-1), io.Reader(f)
	if cut {
		in = givenUp{f}
	}
	if st, err := f.Stat(); err == nil {
		if st.IsDir() {
			f.Close()
			return nil, &FormatError{name, "is a directory"}
		}
		if st.Mode().IsRegular() {
			size = st.Size()
		} else if o.Wait != nil {
			in = o.Wait(f)
		}
	}
	r, err := NewReader(in, name, o)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.size = size
	if size >= 0 && !cut && !r.packed() {
		r.at, r.pos = f, r.raw.n.Load()
	}
	r.closer = append(r.closer, f)
	return r, nil
}

// givenUp is what came until somebody gave up waiting for more.
type givenUp struct{ io.Reader }

func (g givenUp) Read(b []byte) (int, error) {
	n, err := g.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		err = context.Canceled
	}
	return n, err
}

// NewReader reads a capture from r, which messages call name.
func NewReader(r io.Reader, name string, _ Options) (*File, error) {
	f := &File{name: name, size: -1, raw: &counter{r: r}, most: readSize, spare: &spare{}}
	f.in = f.raw
	head := make([]byte, 64)
	n, err := io.ReadFull(f.in, head)
	head = head[:n]
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if n == 0 {
		return nil, &FormatError{name, "is empty: no capture in it"}
	}
	if err := f.unpack(head); err != nil {
		return nil, err
	}
	if err := f.start(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

const noCapture = "is no capture: "

// NoCapture says why what begins with head is no capture, nil where it may be one. A few thousand octets tell it, of what
// may have no end.
func NoCapture(head []byte, name string) error {
	f, err := NewReader(bytes.NewReader(head), name, Options{})
	if f != nil {
		f.Close()
	}
	if fe := (*FormatError)(nil); errors.As(err, &fe) && strings.HasPrefix(fe.Reason, noCapture) {
		return fe
	}
	return nil
}

var zstdMagic, lz4Magic = []byte{0x28, 0xb5, 0x2f, 0xfd}, []byte{0x04, 0x22, 0x4d, 0x18}

// skippable reports whether head begins a frame of zstd or lz4 that holds no data
// (RFC 8878, section 3.1.2). pzstd writes one before each of its frames.
func skippable(head []byte) bool {
	return len(head) >= 8 && head[0]&0xf0 == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18
}

// unpack puts a decompressor before the input when its first bytes ask for one.
func (f *File) unpack(head []byte) error {
	in := io.Reader(f.in)
	for skippable(head) {
		in = io.MultiReader(bytes.NewReader(head[8:]), in)
		if _, err := io.CopyN(io.Discard, in, int64(binary.LittleEndian.Uint32(head[4:]))); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		next := make([]byte, 64)
		n, err := io.ReadFull(in, next)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if next = next[:n]; !skippable(next) && !bytes.HasPrefix(next, zstdMagic) && !bytes.HasPrefix(next, lz4Magic) {
			return &FormatError{f.name, noCapture + guess(f.name, head)}
		}
		head = next
	}
	whole := io.MultiReader(bytes.NewReader(head), in)
	var err error
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		m := &members{in: bufio.NewReaderSize(whole, 64<<10)}
		if m.z, err = gzip.NewReader(m.in); err == nil {
			m.z.Multistream(false)
			f.in = m
			f.closer = append(f.closer, m.z)
		}
	case bytes.HasPrefix(head, zstdMagic):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(whole, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderMaxWindow(128<<20)); err == nil {
			f.in = z
			f.closer = append(f.closer, z.IOReadCloser())
		}
	case bytes.HasPrefix(head, lz4Magic):
		f.in = lz4.NewReader(whole)
	default:
		f.carry = append(f.carry, head...)
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FormatError{f.name, "cannot be decompressed: the compressed stream is cut short"}
	}
	if err != nil {
		return &FormatError{f.name, "compressed, but its header is damaged: " + err.Error()}
	}
	first := make([]byte, 64)
	n, err := io.ReadFull(f.in, first)
	f.carry = first[:n]
	if n == 0 {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return &FormatError{f.name, "cannot be decompressed: the compressed stream is cut short"}
		}
		if errors.Is(err, context.Canceled) {
			return err
		}
		if errors.Is(err, zstd.ErrWindowSizeExceeded) {
			return &FormatError{f.name, "cannot be decompressed: it was compressed with a window above 128 MiB; unpack it first with `zstd -d --long=31`"}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return &FormatError{f.name, "cannot be decompressed: " + err.Error()}
		}
		return &FormatError{f.name, "is empty inside its compression: no capture in it"}
	}
	if err != nil {
		f.eof = plainEOF(err)
	}
	return nil
}

func plainEOF(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// Name is what messages call the file.
func (f *File) Name() string { return f.name }

// Size is the length of the input in octets, -1 if unknown.
func (f *File) Size() int64 { return f.size }

// Offset is how many octets of the input were consumed.
func (f *File) Offset() int64 { return f.raw.n.Load() }

// Frames is how many frames were read.
func (f *File) Frames() uint64 { return f.frames }

// Interfaces are those met so far.
func (f *File) Interfaces() []Interface { return f.ifaces }

// Close releases the input.
func (f *File) Close() error {
	var err error
	for _, c := range f.closer {
		if e := c.Close(); err == nil {
			err = e
		}
	}
	f.closer = nil
	return err
}

// stop ends the file at capture offset at: with io.EOF when it ends where a
// frame ends, and with a DamageError otherwise.
func (f *File) stop(at int64, reason string) {
	hint := "everything before it is in the result; copy or capture it again to get the rest"
	if reason == "" {
		reason = f.broken()
	}
	if reason == "" || errors.Is(f.eof, context.Canceled) {
		f.fail = io.EOF
		return
	}
	f.fail = &DamageError{File: f.name, Offset: at, Unpacked: f.packed(), Frames: f.frames, Reason: reason, Hint: hint}
}

// zeroed ends the file at capture offset at, where zeros lie that are no frames.
func (f *File) zeroed(at int64) {
	f.fail = &DamageError{File: f.name, Offset: at, Unpacked: f.packed(), Frames: f.frames,
		Reason: "zeros begin here in place of frames: room that was never written, or a disk that lost what was", Hint: "everything before them is in the result; what may lie behind them is not read"}
}

// isZero reports whether b is nothing but zeros.
func isZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// ends ends the file after its last octet, with left octets of a frame or block behind
// the last that was whole.
func (f *File) ends(at int64, left int, inside string) {
	reason := f.broken() // then it is not the capture that ends here
	switch {
	case reason != "":
	case left == 1:
		reason = "the file ends inside a " + inside + ", 1 byte of it is there"
	case left > 0:
		reason = fmt.Sprintf("the file ends inside a %s, %d bytes of it are there", inside, left)
	}
	f.stop(at, reason)
}

// broken is why the input ended before its time, "" where it did not.
func (f *File) broken() string {
	switch {
	case f.eof == nil || errors.Is(f.eof, io.EOF):
		return ""
	case errors.Is(f.eof, io.ErrUnexpectedEOF):
		return "the compressed stream is cut short"
	case f.packed():
		return "the compressed stream is damaged: " + f.eof.Error()
	}
	return "the input breaks off: " + f.eof.Error()
}

// packed reports whether a decompressor stands before the input.
func (f *File) packed() bool { return f.in != io.Reader(f.raw) }

// section reads the frames of one format.
type section interface {
	// frames appends the whole frames of buf to b and returns how many octets of
	// buf are done with. It sets f.fail at the end of the capture.
	frames(f *File, b *capture.Block, buf []byte) int
}

// start finds out what the capture is.
func (f *File) start() error {
	h := f.carry
	le := func(i int) uint32 { return uint32(h[i]) | uint32(h[i+1])<<8 | uint32(h[i+2])<<16 | uint32(h[i+3])<<24 }
	if len(h) >= 4 {
		switch le(0) {
		case 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0xd4c3b2a1, 0x4d3cb2a1, 0x34cdb2a1:
			return f.startPcap()
		case 0x0a0d0d0a:
			if len(h) < 28 {
				return &FormatError{f.name, fmt.Sprintf("ends after %d bytes, inside the pcapng section header", len(h))}
			}
			f.sec = &pcapng{}
			return nil
		}
	}
	if bytes.HasPrefix(h, []byte(snoopMagic)) {
		return f.startSnoop()
	}
	return &FormatError{f.name, noCapture + guess(f.name, f.more(h))}
}

// more reads on as far as the magic of a tar archive where h may begin one: with a name that
// zeroes follow.
func (f *File) more(h []byte) []byte {
	if i := bytes.IndexByte(h, 0); i <= 0 || !IsText(h[:i]) || len(h) >= tarMagic+len(tarName) {
		return h
	}
	long := make([]byte, tarMagic+len(tarName))
	n, _ := io.ReadFull(f.in, long[copy(long, h):]) // what cannot be read is no archive either
	return long[:len(h)+n]
}

// A tar archive says what it is behind its first header (POSIX, pax).
const (
	tarMagic = 257
	tarName  = "ustar"
)

// guess names what a file is instead.
func guess(name string, h []byte) string {
	for _, m := range []struct{ magic, name string }{
		{"btsnoop\x00", "it is a Bluetooth HCI (btsnoop) file; convert it with `editcap -F pcapng`"},
		{"GMBU", "it is a Microsoft Network Monitor file; convert it with `editcap -F pcapng`"},
		{"RTSS", "it is a Microsoft Network Monitor file; convert it with `editcap -F pcapng`"},
		{"TRSNIFF data", "it is a Sniffer file; convert it with `editcap -F pcapng`"},
		{"XCP\x00", "it is a NetXRay file; convert it with `editcap -F pcapng`"},
		{"ObserverPktBuffer", "it is a Viavi Observer file; convert it with `editcap -F pcapng`"},
		{"\x05VNF", "it is a Visual Networks file; convert it with `editcap -F pcapng`"},
		{"\xaa\xaa\xaa\xaa", "it is a 5View file; convert it with `editcap -F pcapng`"},
		{"TR\x00d\x00", "it is an HP-UX nettl file; convert it with `editcap -F pcapng`"},
		{"iptrace ", "it is an AIX iptrace file; convert it with `editcap -F pcapng`"},
		{"BZh", "it is compressed with bzip2; decompress it first"},
		{"\xfd7zXZ", "it is compressed with xz; decompress it first"},
		{"PK\x03\x04", "it is a zip archive; unpack it first"},
		{"\x7fELF", "it is a program"},
		{"%PDF", "it is a PDF document"},
	} {
		if bytes.HasPrefix(h, []byte(m.magic)) {
			return m.name
		}
	}
	if len(h) >= tarMagic && bytes.HasPrefix(h[tarMagic:], []byte(tarName)) {
		return "it is a tar archive; unpack it first"
	}
	if len(h) > 0 && IsText(h) {
		return "it looks like text; portero reads pcap, pcapng and snoop files, plain or as gzip, zstd or lz4"
	}
	if strings.EqualFold(filepath.Ext(name), ".etl") { // it begins with a size, and has no sign of its own
		return "it is a Windows event trace; convert it with `pktmon etl2pcap` or etl2pcapng"
	}
	return fmt.Sprintf("it starts with % x, and portero reads pcap, pcapng and snoop files, plain or as gzip, zstd or lz4", h[:min(len(h), 4)])
}

// IsText reports whether what begins with h may be text rather than a capture, an archive
// or a program: nothing but line breaks and tabs steers a terminal in it.
func IsText(h []byte) bool {
	for _, c := range h {
		if c < 9 || c > 13 && c < 32 || c == 127 {
			return false
		}
	}
	return true
}

// IsCapture reports whether the file called name starts like a capture, plain or
// compressed. What is there and may not be read is taken for one, so that whoever
// opens it next says so, rather than leaving it out without a word.
func IsCapture(name string) bool {
	f, err := Open(name, Options{})
	if err != nil {
		var unread *fs.PathError
		return errors.As(err, &unread) && !errors.Is(err, fs.ErrNotExist)
	}
	f.Close()
	return true
}

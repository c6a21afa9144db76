package pcapfile

import (
	"encoding/binary"
	"io"

	"portero/capture"
)

// WriterOptions says what a written capture tells about itself.
type WriterOptions struct {
	Comment  string // of the section
	Hardware string // of the machine, "" to say nothing
	OS       string
	// Name gives the name of an interface by its id in the source; nil or "" says
	// nothing.
	Name    func(iface int32) string
	Filter  string // that let the frames through, "" for none
	SnapLen uint32 // 0 for no limit
}

// Writer writes pcapng: one interface for every interface and link type it is
// given, time stamps in nanoseconds. Every call hands whole blocks to w.
type Writer struct {
	w      io.Writer
	opt    WriterOptions
	name   func(f *capture.Frame) string // of the interface that saw f
	from   *Set                          // where frames come from, nil unknown
	ifaces map[ifaceKey]uint32
	last   ifaceKey
	lastID uint32
	buf    []byte
}

// ifaceKey is an interface of the source. What has a Tap is known by it, in whatever part of a
// capture it was described; the rest by its place.
type ifaceKey struct {
	tap         uint32
	file, iface int32
	link        capture.LinkType
	early       bool // before 1970
}

// earlyOffset is what the times of an interface count from (if_tsoffset, seconds) whose frames
// come before 1970: stamps have no sign.
const earlyOffset = -4_000_000_000

var le = binary.LittleEndian

// NewWriter writes the section header to w.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	p := &Writer{w: w, opt: o, ifaces: map[ifaceKey]uint32{}}
	if o.Name != nil {
		p.name = func(f *capture.Frame) string { return o.Name(f.Iface) }
	}
	p.begin(ngSection)
	p.buf = le.AppendUint32(p.buf, 0x1a2b3c4d)
	p.buf = le.AppendUint16(p.buf, 1)
	p.buf = le.AppendUint16(p.buf, 0)
	p.buf = le.AppendUint64(p.buf, ^uint64(0))
	for _, t := range []struct {
		code uint16
		text string
	}{{2, o.Hardware}, {3, o.OS}, {4, "portero"}, {1, o.Comment}} {
		if t.text != "" {
			p.buf = option(p.buf, t.code, t.text)
		}
	}
	p.buf = le.AppendUint32(p.buf, 0)
	return p, p.end()
}

// CopyNames calls interfaces as s, from which the frames come, does.
func (p *Writer) CopyNames(s *Set) { p.name, p.from = s.InterfaceName, s }

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

// begin starts a block in buf; end writes it.
func (p *Writer) begin(typ uint32) {
	p.buf = le.AppendUint32(p.buf[:0], typ)
	p.buf = le.AppendUint32(p.buf, 0)
}

func (p *Writer) end() error {
	n := uint32(len(p.buf)) + 4
	p.buf = le.AppendUint32(p.buf, n)
	le.PutUint32(p.buf[4:], n)
	_, err := p.w.Write(p.buf)
	return err
}

// iface returns the number of the interface of f in the file, described there
// before it is used.
func (p *Writer) iface(f *capture.Frame) (uint32, error) {
	k := ifaceKey{0, f.File, f.Iface, f.Link, f.Time < 0}
	if f.Tap != 0 {
		k.tap, k.file, k.iface = f.Tap, 0, 0
		if p.from != nil && p.from.Apart() {
			k.file = f.File // it has the name of another in another place
		}
	}
	if k == p.last && len(p.ifaces) > 0 {
		return p.lastID, nil
	}
	id, ok := p.ifaces[k]
	if !ok {
		id = uint32(len(p.ifaces))
		p.ifaces[k] = id
		p.begin(ngInterface)
		p.buf = le.AppendUint16(p.buf, uint16(f.Link))
		p.buf = le.AppendUint16(p.buf, 0)
		p.buf = le.AppendUint32(p.buf, p.opt.SnapLen)
		if p.name != nil {
			if n := p.name(f); n != "" {
				p.buf = option(p.buf, 2, n)
			}
		}
		p.buf = option(p.buf, 9, "\x09") // nanoseconds
		if k.early {
			early := int64(earlyOffset)
			p.buf = option(p.buf, 14, string(le.AppendUint64(nil, uint64(early))))
		}
		if p.opt.Filter != "" {
			p.buf = option(p.buf, 11, "\x00"+p.opt.Filter)
		}
		p.buf = le.AppendUint32(p.buf, 0)
		if err := p.end(); err != nil {
			return 0, err
		}
	}
	p.last, p.lastID = k, id
	return id, nil
}

// Write appends one frame with a comment ("" for none).
func (p *Writer) Write(f *capture.Frame, comment string) error {
	id, err := p.iface(f)
	if err != nil {
		return err
	}
	p.begin(ngEnhanced)
	b := le.AppendUint32(p.buf, id)
	at := f.Time
	if at < 0 {
		at = max(at-earlyOffset*1e9, 0)
	}
	ts := uint64(at)
	b = le.AppendUint32(b, uint32(ts>>32))
	b = le.AppendUint32(b, uint32(ts))
	b = le.AppendUint32(b, uint32(len(f.Data)))
	b = le.AppendUint32(b, f.WireLen)
	b = append(b, f.Data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	opts := len(b)
	if comment != "" {
		b = option(b, 1, comment)
	}
	if f.Dir != capture.DirUnknown {
		b = append(b, 2, 0, 4, 0, byte(f.Dir), 0, 0, 0) // epb_flags
	}
	if len(b) > opts {
		b = le.AppendUint32(b, 0)
	}
	p.buf = b
	return p.end()
}

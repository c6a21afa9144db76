// Package ipfix writes records as IPFIX messages (RFC 7011): biflows with the
// responder's half as reverse elements (RFC 5103), the verdict and the halves of
// the handshake's round trip as enterprise elements, whose names travel with them
// (RFC 5610). docs/IPFIX.md is the registry.
//
// The encoder only makes octets; package export carries them.
package ipfix

import (
	"encoding/binary"
	"unicode/utf8"

	"portero/handshake"
	"portero/internal/record"
)

const (
	version     = 10
	headerLen   = 16
	setHeader   = 4
	templateSet = 2
	optionsSet  = 3
)

// Options say how messages are made. The zero value is ready.
type Options struct {
	Domain    uint32 // observation domain
	PEN       uint32 // enterprise of portero's elements, 0 for DefaultPEN
	Size      int    // most octets of a message, 0 for 1400
	Interface uint32 // index of the interface, 0 unknown
	Active    int64  // ns after which a flow that goes on is reported, 0 for a minute, below 0 never
}

// Encoder turns records into messages. One goroutine may use it.
type Encoder struct {
	opt  Options
	emit func(message []byte)
	msg  []byte
	set  int    // where the open set begins, 0 none
	id   uint16 // of the open set
	n    uint32 // data records in the message
	seq  uint32 // data records in all messages before
	told map[uint64]progress
	most int  // flows in told at most
	x    flow // the one being written: kept here so that writing allocates nothing
	// Records and Messages count what was handed on.
	Records, Messages uint64
}

// progress is what was told of a flow that goes on: up to its packet of last, at the time at.
type progress struct {
	orig, resp counts
	last, at   int64
}

// toldMost bounds what is kept of flows that go on.
const toldMost = 1 << 20

// active is how often a flow that goes on is reported where nothing else is asked for.
const active = 60e9

// NewEncoder returns an encoder that hands each finished message to emit, which
// must not keep it.
func NewEncoder(opt Options, emit func(message []byte)) *Encoder {
	if opt.PEN == 0 {
		opt.PEN = DefaultPEN
	}
	if opt.Size == 0 {
		opt.Size = 1400
	}
	if opt.Active == 0 {
		opt.Active = active
	}
	opt.Size = min(max(opt.Size, 512), 65535)
	return &Encoder{opt: opt, emit: emit, told: map[uint64]progress{}, most: toldMost}
}

// open begins a message when there is none, and a set of id. need octets must
// fit after it.
func (e *Encoder) open(id uint16, need int, now uint32) {
	if len(e.msg) > 0 && len(e.msg)+setHeader+need > e.opt.Size {
		e.Flush(now)
	}
	if len(e.msg) == 0 {
		e.msg = append(e.msg[:0], make([]byte, headerLen)...)
		e.set = 0
	}
	if e.set != 0 && e.id == id {
		return
	}
	e.closeSet()
	e.set, e.id = len(e.msg), id
	e.msg = binary.BigEndian.AppendUint16(e.msg, id)
	e.msg = append(e.msg, 0, 0)
}

func (e *Encoder) closeSet() {
	if e.set != 0 {
		binary.BigEndian.PutUint16(e.msg[e.set+2:], uint16(len(e.msg)-e.set))
		e.set = 0
	}
}

// Flush hands on the message that is being filled. now is the export time in
// seconds since 1970.
func (e *Encoder) Flush(now uint32) {
	if len(e.msg) == 0 {
		return
	}
	e.closeSet()
	h := e.msg
	binary.BigEndian.PutUint16(h, version)
	binary.BigEndian.PutUint16(h[2:], uint16(len(e.msg)))
	binary.BigEndian.PutUint32(h[4:], now)
	binary.BigEndian.PutUint32(h[8:], e.seq)
	binary.BigEndian.PutUint32(h[12:], e.opt.Domain)
	e.seq += e.n
	e.n = 0
	e.Messages++
	e.emit(e.msg)
	e.msg = e.msg[:0]
}

// Restart begins a new transport session: sequence numbers start at 0 again, and
// templates go first. The records of the message that is being filled are in it too:
// they are counted as sent.
func (e *Encoder) Restart(now uint32) {
	e.closeSet()
	msg, n := e.msg, e.n
	e.msg, e.n, e.seq = nil, 0, 0
	e.Templates(now)
	e.msg, e.n = msg, n
}

func (e *Encoder) enterprise(el *Element) (pen uint32, ok bool) {
	switch el.Enterprise {
	case 0:
		return 0, false
	case ownPEN:
		return e.opt.PEN, true
	}
	return el.Enterprise, true
}

func (e *Encoder) specifier(b []byte, el *Element) []byte {
	pen, ent := e.enterprise(el)
	id := el.ID
	if ent {
		id |= 0x8000
	}
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, el.Length)
	if ent {
		b = binary.BigEndian.AppendUint32(b, pen)
	}
	return b
}

// optionsOf are the fields that describe an element (RFC 5610, section 3.9); the
// first two are the scope.
var optionsOf = []Element{
	{Name: "privateEnterpriseNumber", ID: 346, Length: 4}, {Name: "informationElementId", ID: 303, Length: 2},
	{Name: "informationElementDataType", ID: 339, Length: 1}, {Name: "informationElementSemantics", ID: 344, Length: 1},
	{Name: "informationElementName", ID: 341, Length: variable}, {Name: "informationElementDescription", ID: 340, Length: variable},
}

// Templates writes all templates, and what portero's own elements are called.
func (e *Encoder) Templates(now uint32) {
	var b []byte
	for i := range templates {
		t := &templates[i]
		b = binary.BigEndian.AppendUint16(b[:0], t.id)
		b = binary.BigEndian.AppendUint16(b, uint16(len(t.elements)))
		for j := range t.elements {
			b = e.specifier(b, &t.elements[j])
		}
		e.open(templateSet, len(b), now)
		e.msg = append(e.msg, b...)
	}
	b = binary.BigEndian.AppendUint16(b[:0], optionsID)
	b = binary.BigEndian.AppendUint16(b, uint16(len(optionsOf)))
	b = binary.BigEndian.AppendUint16(b, 2)
	for i := range optionsOf {
		b = e.specifier(b, &optionsOf[i])
	}
	e.open(optionsSet, len(b), now)
	e.msg = append(e.msg, b...)
	for _, el := range Registry() {
		b = binary.BigEndian.AppendUint32(b[:0], e.opt.PEN)
		b = binary.BigEndian.AppendUint16(b, el.ID)
		b = append(b, byte(el.kind), 0)
		b = appendText(b, el.Name)
		b = appendText(b, el.about)
		e.open(optionsID, len(b), now)
		e.msg = append(e.msg, b...)
		e.n++
	}
	e.Flush(now)
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), 254)]
	return append(append(b, byte(len(s))), s...)
}

// textMost bounds strings, so that a record always fits.
const textMost = 64

// Write adds the record of a flow that ended. It counts what came since the flow was
// reported last.
func (e *Encoder) Write(r *record.Record, now uint32) {
	e.report(r, r.EndReason, now)
	delete(e.told, r.ID)
}

// Due reports whether a flow that lasts is to be reported now: its active timeout has passed
// since its beginning or its last report, and something came meanwhile. One that is over and
// waits for late packets is not. clock is the time as packets tell it, ns.
func (e *Encoder) Due(r *record.Record, clock int64) bool {
	if age := clock - r.First; e.opt.Active < 0 || age >= 0 && age < e.opt.Active {
		return false // nearly all, nearly always
	}
	if r.Close == handshake.Closed || r.Close == handshake.Reset {
		return false
	}
	p, known := e.told[r.ID]
	if !known {
		if len(e.told) >= e.most {
			return false
		}
		p.last, p.at = r.First, r.First
	}
	if clock < p.at { // the clock was set back: the time runs from here
		p.at = clock
		e.told[r.ID] = p
		return false
	}
	orig, resp := countsOf(r)
	if clock-p.at < e.opt.Active || orig == p.orig && resp == p.resp {
		return false
	}
	// A question and its answer, or an attempt that nobody answered, will end by their silence.
	return r.Last-p.last >= e.opt.Active || r.Handshake.Opened() || r.Handshake == handshake.Midstream
}

// Interim adds the record of a flow that lasts, at clock. It counts what came since the flow
// was reported last.
func (e *Encoder) Interim(r *record.Record, clock int64, now uint32) {
	e.report(r, handshake.EndActive, now)
	orig, resp := countsOf(r)
	e.told[r.ID] = progress{orig, resp, r.Last, clock}
}

func countsOf(r *record.Record) (orig, resp counts) {
	return counts{r.Orig.Pkts, r.Orig.Wire, r.Orig.Payload}, counts{r.Resp.Pkts, r.Resp.Wire, r.Resp.Payload}
}

func (e *Encoder) report(r *record.Record, reason handshake.EndReason, now uint32) {
	x := &e.x
	*x = flow{r: r, start: r.First, reason: reason, iface: e.opt.Interface}
	x.origC, x.respC = r.ControlBits()
	x.orig, x.resp = countsOf(r)
	if p, known := e.told[r.ID]; known {
		x.orig, x.resp, x.start = x.orig.less(p.orig), x.resp.less(p.resp), p.last
	}
	e.flow(x, now)
}

func (c counts) less(o counts) counts {
	return counts{c.pkts - min(o.pkts, c.pkts), c.wire - min(o.wire, c.wire), c.payload - min(o.payload, c.payload)}
}

func (e *Encoder) flow(x *flow, now uint32) {
	t := templateOf(x.r)
	e.open(t.id, 256+4*(textMost+1), now)
	b := e.msg
	o, p := x.r.Orig.Addr, x.r.Resp.Addr
	if t.elements[0].Length == 4 {
		src, dst := o.As4(), p.Unmap()
		b = append(b, src[:]...)
		var d [4]byte
		if dst.Is4() {
			d = dst.As4()
		}
		b = append(b, d[:]...)
	} else {
		src, dst := o.As16(), p.As16()
		b = append(append(b, src[:]...), dst[:]...)
	}
	for i := range t.elements[2:] {
		el := &t.elements[2+i]
		if el.Length == variable {
			at := len(b)
			b = append(b, 0)
			b = el.text(b, x.r)
			n := min(len(b)-at-1, textMost)
			for n > 0 && !utf8.Valid(b[at+1:at+1+n]) {
				n-- // a string is UTF-8 (RFC 7011, section 6.1.6): what is none is cut
			}
			b = b[:at+1+n]
			b[at] = byte(n)
			continue
		}
		v := el.value(x)
		for s := int(el.Length) - 1; s >= 0; s-- {
			b = append(b, byte(v>>(8*s)))
		}
	}
	e.msg = b
	e.n++
	e.Records++
}

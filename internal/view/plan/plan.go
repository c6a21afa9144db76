// Package plan turns a list of fields into steps that write a record of them in one
// loop, dressed for a format. Most values are taken from where they lie in the
// record and put behind a key of fixed size; groups of fields that a record has
// none of are passed over at once. What is not made for that is asked of the field's
// own functions, which say the same.
package plan

import (
	"slices"

	"portero/internal/record"
)

// Dress is how a format puts a record's values. Quote stands around words and
// times; Blank, nothing or one octet, stands for an absent field.
type Dress struct {
	Quote, Blank string
	// Key is what comes before the value of the i-th field.
	Key func(i int, name string) string
	// Text makes b[at:], which may be from the wire, a value of the format.
	Text func(b []byte, at int) []byte
	// List, Numbers and Risks append values that are not empty. Words are given to
	// List too.
	List    func(b []byte, l []string) []byte
	Numbers func(b []byte, l []uint64) []byte
	Risks   func(b []byte, rs []record.Finding) []byte
}

// keyRoom is what is stored of a key at once. Those that are not shorter are written as
// they come.
const keyRoom = 32

// stepRoom is what a step may touch of the buffer beyond what it writes of texts and
// lists, whose room is made when they are met.
const stepRoom = keyRoom + wordRoom

type op uint8

const (
	opAsk   op = iota // the field's functions
	opTell            // its Text, behind a key of fixed size
	opGroup           // pass over the next steps unless the record has what they need
	opQuiet           // pass over the next steps, which are counters, when all are zero
	opUint64
	opUint32
	opUint16
	opInt16
	opMicros
	opTime
	opOctet
	opWord
	opText
	opAddr
	opStrings
	opNumbers
	opRisks
	opCommunity
	opConstant
)

type step struct {
	key    [keyRoom]byte
	keyLen uint8
	quote  uint8 // how many octets follow the value: 0 or 1
	blank  uint8 // how many stand for an absent field: 0 or 1
	do     op
	need   record.Need
	absent record.Absence
	at     record.Place
	skip   uint16 // opGroup, opQuiet: steps to pass over
	values uint16 // opOctet: how many have their text in words
	arg    uint32 // index of what else the step needs: in clocks, consts or words
	ask    uint32 // index in asks
}

// wordRoom is the longest key with a word that is stored at once.
const wordRoom = 56

// dressed is a key with its word.
type dressed struct {
	text [wordRoom]byte
	n    int
}

// Plan writes records. One goroutine at a time may use it.
type Plan struct {
	dress  Dress
	mark   byte // the octet of Quote
	blank  byte // that of Blank
	steps  []step
	asks   []ask
	words  []dressed
	consts [][]byte
	clocks []record.Clock
	room   int
}

type ask struct {
	record.Field
	key string
}

// New makes a plan of fields.
func New(fields []record.Field, d Dress) *Plan {
	p := &Plan{dress: d}
	if d.Quote != "" {
		p.mark = d.Quote[0]
	}
	if d.Blank != "" {
		p.blank = d.Blank[0]
	}
	for i := 0; i < len(fields); {
		group, n := i, fields[i].Need
		for i < len(fields) && fields[i].Need == n {
			i++
		}
		if n == record.NeedNothing {
			p.fields(fields, group, i)
			continue
		}
		at := len(p.steps)
		p.steps = append(p.steps, step{do: opGroup, need: n, arg: uint32(len(p.consts))})
		blanks := []byte{}
		for j := group; j < i; j++ {
			blanks = append(blanks, p.blankOf(j)...)
		}
		p.consts = append(p.consts, blanks)
		p.fields(fields, group, i)
		p.steps[at].skip = uint16(len(p.steps) - at)
	}
	for i := range p.steps {
		p.room += stepRoom
		if do := p.steps[i].do; do == opGroup || do == opQuiet || do == opConstant {
			p.room += len(p.consts[p.steps[i].arg])
		}
	}
	return p
}

// Room is how much of a buffer Append wants beyond what is in it. It makes that room
// when it is missing.
func (p *Plan) Room() int { return p.room }

func (p *Plan) blankOf(i int) string {
	if i == 0 && p.dress.Key(0, "") == "" {
		return "" // nothing parts the first field from others
	}
	return p.dress.Blank
}

// quietRun is how many rare counters in a row are worth one look at all.
const quietRun = 2

// fields adds the steps of fields[from:to].
func (p *Plan) fields(fields []record.Field, from, to int) {
	for i := from; i < to; {
		run := i
		for run < to && fields[run].Lies.Rare && fields[run].Lies.Absent == record.Never && p.opOf(run, fields[run]) == opUint64 {
			run++
		}
		if run-i >= quietRun {
			at := len(p.steps)
			p.steps = append(p.steps, step{})
			for ; i < run; i++ {
				p.field(i, fields[i])
			}
			var text []byte
			for j := at + 1; j < len(p.steps); j++ {
				s := &p.steps[j]
				text = p.ask(text, record.With(p.asks[s.ask].Need), &p.asks[s.ask], s.blank)
			}
			p.steps[at] = step{do: opQuiet, skip: uint16(len(p.steps) - at), arg: uint32(len(p.consts))}
			p.consts = append(p.consts, text)
			continue
		}
		p.field(i, fields[i])
		i++
	}
}

// opOf is the step that a field is taken by.
func (p *Plan) opOf(i int, f record.Field) op {
	if len(p.dress.Key(i, f.Name))+len(p.dress.Quote) >= keyRoom {
		return opAsk
	}
	switch f.Lies.As {
	case record.Uint64:
		return opUint64
	case record.Uint32:
		return opUint32
	case record.Uint16:
		return opUint16
	case record.Int16:
		return opInt16
	case record.Micros64:
		return opMicros
	case record.Instant:
		return opTime
	case record.Octet:
		return opOctet
	case record.Text:
		if f.Kind == record.KindWord {
			return opWord
		}
		return opText
	case record.Addr:
		return opAddr
	case record.Strings:
		return opStrings
	case record.Numbers:
		return opNumbers
	case record.Findings:
		return opRisks
	case record.Community:
		return opCommunity
	case record.Constant:
		return opConstant
	}
	switch f.Kind {
	case record.KindWord, record.KindInt, record.KindMicros, record.KindTime, record.KindBool:
		return opTell
	}
	return opAsk
}

func (p *Plan) field(i int, f record.Field) {
	s := step{do: p.opOf(i, f), absent: f.Lies.Absent, at: f.Lies.At, blank: uint8(len(p.blankOf(i)))}
	key := p.dress.Key(i, f.Name)
	s.ask = uint32(len(p.asks))
	p.asks = append(p.asks, ask{f, key})
	if s.do == opOctet {
		p.octet(&s, &p.asks[s.ask])
	}
	if s.do != opAsk {
		if f.Kind == record.KindWord || f.Kind == record.KindTime {
			key += p.dress.Quote
			s.quote = uint8(len(p.dress.Quote))
		}
		s.keyLen = uint8(copy(s.key[:], key))
	}
	switch s.do {
	case opConstant:
		s.arg = uint32(len(p.consts))
		p.consts = append(p.consts, p.ask(nil, &record.Record{}, &p.asks[s.ask], s.blank))
	case opTime:
		s.arg = uint32(len(p.clocks))
		p.clocks = append(p.clocks, record.Clock{})
	}
	p.steps = append(p.steps, s)
}

// octet writes every value of a field in advance. It becomes a question where one is
// too long.
func (p *Plan) octet(s *step, a *ask) {
	var all []dressed
	r := record.With(a.Need)
	for v := range a.Lies.Values {
		*s.at.Octet(r) = uint8(v)
		text := p.ask(nil, r, a, s.blank)
		if len(text) > wordRoom {
			s.do = opAsk
			return
		}
		w := dressed{n: len(text)}
		copy(w.text[:], text)
		all = append(all, w)
	}
	s.values, s.arg = uint16(len(all)), uint32(len(p.words))
	p.words = append(p.words, all...)
}

// ask appends a field by its functions.
func (p *Plan) ask(b []byte, r *record.Record, a *ask, blank uint8) []byte {
	start := len(b)
	b = append(b, a.key...)
	at := len(b)
	switch a.Kind {
	case record.KindInt, record.KindMicros, record.KindBool:
		b = a.Text(b, r)
	case record.KindWord, record.KindTime:
		b = append(b, p.dress.Quote...)
		open := len(b)
		if b = a.Text(b, r); len(b) > open {
			b = append(b, p.dress.Quote...)
		} else {
			b = b[:at]
		}
	case record.KindText:
		if b = a.Text(b, r); len(b) > at {
			return p.dress.Text(b, at)
		}
	case record.KindWords, record.KindTexts:
		if l := a.Words(r); len(l) > 0 {
			return p.dress.List(b, l)
		}
	case record.KindInts:
		if l := a.Ints(r); len(l) > 0 {
			return p.dress.Numbers(b, l)
		}
	case record.KindRisks:
		if len(r.Risks) > 0 {
			return p.dress.Risks(b, r.Risks)
		}
	}
	if len(b) == at {
		return append(b[:start], p.dress.Blank[:blank]...)
	}
	return b
}

// Append appends all fields of r. It may write into the whole capacity of b.
func (p *Plan) Append(b []byte, r *record.Record) []byte { return p.run(b, r, p.steps) }

// grow makes room for all steps behind b[:n].
func (p *Plan) grow(b []byte, n int) []byte {
	b = slices.Grow(b[:n], p.room)
	return b[:cap(b)]
}

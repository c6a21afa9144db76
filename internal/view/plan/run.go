package plan

import (
	"encoding/binary"

	"portero/internal/record"
)

// run takes the steps. There is always room behind b[:n] for all of them, so that
// they can store whole keys and words; who writes a text or a list of any length
// makes that room again.
func (p *Plan) run(b []byte, r *record.Record, steps []step) []byte {
	n := len(b)
	if cap(b)-n < p.room {
		b = p.grow(b, n)
	}
	b = b[:cap(b)]
	for i := 0; i < len(steps); i++ {
		s := &steps[i]
		switch s.do {
		case opGroup:
			if !r.Has(s.need) {
				if absent := p.consts[s.arg]; len(absent) > 0 {
					n += copy(b[n:], absent)
				}
				i += int(s.skip) - 1
			}
			continue
		case opQuiet:
			any := uint64(0)
			for j := 1; j < int(s.skip); j++ {
				any |= steps[i+j].at.Uint64(r)
			}
			if any == 0 {
				n += copy(b[n:], p.consts[s.arg])
				i += int(s.skip) - 1
			}
			continue
		case opUint64:
			if v := s.at.Uint64(r); v != 0 || s.absent == record.Never {
				// As put and PutUint, with one look at the bounds for both: most
				// fields are of this kind or the next.
				w := (*[stepRoom]byte)(b[n:])
				*(*[keyRoom]byte)(w[:]) = s.key
				k := int(s.keyLen) % keyRoom
				n += k
				if v < 1e8 {
					text, digits := record.Trim(record.Eight(v))
					binary.LittleEndian.PutUint64(w[k:], text)
					n += digits
				} else {
					n = record.PutUint(b, n, v)
				}
				continue
			}
		case opMicros:
			v := s.at.Int64(r)
			known := v != record.Unset && (v != 0 || s.absent != record.IfZeroOrUnset)
			if s.absent == record.IfUntimed {
				known = v != 0 || !r.Untimed()
			}
			if s.absent == record.Never || known {
				w := (*[stepRoom]byte)(b[n:])
				*(*[keyRoom]byte)(w[:]) = s.key
				k := int(s.keyLen) % keyRoom
				n += k
				if us := uint64(v) / 1000; us < 1e8 && us*1000 == uint64(v) {
					text, digits := record.Trim(record.Eight(us))
					binary.LittleEndian.PutUint64(w[k:], text)
					n += digits
				} else {
					n = record.PutMicros(b, n, v)
				}
				continue
			}
		case opUint32:
			if v := s.at.Uint32(r); v != 0 || s.absent == record.Never {
				n = s.put(b, n)
				n = record.PutUint(b, n, uint64(v))
				continue
			}
		case opUint16:
			if v := s.at.Uint16(r); v != 0 || s.absent == record.Never {
				n = s.put(b, n)
				n = record.PutUint(b, n, uint64(v))
				continue
			}
		case opInt16:
			if v := s.at.Int16(r); v >= 0 {
				n = s.put(b, n)
				n = record.PutUint(b, n, uint64(v))
				continue
			}
		case opTime:
			if v := s.at.Int64(r); v != 0 || !r.Untimed() {
				n = s.put(b, n)
				n = p.clocks[s.arg].Put(b, n, v)
				b[n] = p.mark
				n += int(s.quote)
				continue
			}
		case opOctet:
			if v := uint32(*s.at.Octet(r)); v < uint32(s.values) {
				w := &p.words[s.arg+v]
				*(*[wordRoom]byte)(b[n:]) = w.text
				n += w.n
				continue
			}
			n, b = p.asked(b, n, r, s)
			continue
		case opWord:
			if t := s.at.Text(r); t != "" {
				n = s.put(b, n)
				if len(t) > record.Room {
					b = append(b[:n], t...)
					n = len(b)
					b = p.grow(b, n)
				} else {
					n += copy(b[n:], t)
				}
				b[n] = p.mark
				n += int(s.quote)
				continue
			}
		case opText:
			if t := s.at.Text(r); t != "" {
				n = s.put(b, n)
				b = p.dress.Text(append(b[:n], t...), n)
				n = len(b)
				b = p.grow(b, n)
				continue
			}
		case opAddr:
			if a := s.at.Addr(r); a.IsValid() {
				n = s.put(b, n)
				if a.Zone() != "" {
					b = a.AppendTo(b[:n])
					n = len(b)
					b = p.grow(b, n)
				} else {
					n = record.PutAddr(b, n, a)
				}
				b[n] = p.mark
				n += int(s.quote)
				continue
			}
		case opStrings:
			if l := s.at.Strings(r); len(l) > 0 {
				n = s.put(b, n)
				b = p.dress.List(b[:n], l)
				n = len(b)
				b = p.grow(b, n)
				continue
			}
		case opNumbers:
			if l := s.at.Numbers(r); len(l) > 0 {
				n = s.put(b, n)
				b = p.dress.Numbers(b[:n], l)
				n = len(b)
				b = p.grow(b, n)
				continue
			}
		case opRisks:
			if l := s.at.Findings(r); len(l) > 0 {
				n = s.put(b, n)
				b = p.dress.Risks(b[:n], l)
				n = len(b)
				b = p.grow(b, n)
				continue
			}
		case opCommunity:
			start := n
			n = s.put(b, n)
			if end := record.PutCommunityID(b, n, r); end > n {
				b[end] = p.mark
				n = end + int(s.quote)
				continue
			}
			n = start
		case opTell:
			start := n
			n = s.put(b, n)
			if c := p.asks[s.ask].Text(b[:n], r); len(c) > n {
				n = len(c)
				b = p.grow(c, n)
				b[n] = p.mark
				n += int(s.quote)
				continue
			}
			n = start
		case opConstant:
			n += copy(b[n:], p.consts[s.arg])
			continue
		default:
			n, b = p.asked(b, n, r, s)
			continue
		}
		b[n] = p.blank
		n += int(s.blank)
	}
	return b[:n]
}

// put stores the key.
func (s *step) put(b []byte, n int) int {
	*(*[keyRoom]byte)(b[n:]) = s.key
	return n + int(s.keyLen)
}

func (p *Plan) asked(b []byte, n int, r *record.Record, s *step) (int, []byte) {
	b = p.ask(b[:n], r, &p.asks[s.ask], s.blank)
	return len(b), p.grow(b, len(b))
}

package identify

import "net/netip"

// dnsHeader checks the fixed part of a message (RFC 1035, section 4.1.1). wide
// allows what multicast DNS does: questions with known answers.
func dnsHeader(b []byte, wide bool) bool {
	if len(b) < 12 {
		return false
	}
	flags := be16(b[2:])
	op := flags >> 11 & 15
	if flags&0x0040 != 0 || op == 1 || op == 3 || op > 6 {
		return false
	}
	qd, an, ns, ar := be16(b[4:]), be16(b[6:]), be16(b[8:]), be16(b[10:])
	if flags&0x8000 == 0 {
		if wide || op == 5 {
			return qd <= 64 && an <= 256 && ns <= 64 && ar <= 64 && qd+an+ns > 0
		}
		return qd >= 1 && qd <= 4 && (an == 0 || op == 4 && an <= 1) && ns <= 1 && ar <= 2 && flags&0x0600 == 0
	}
	return qd <= 4 && an <= 512 && ns <= 256 && ar <= 512 && (qd+an+ns+ar > 0 || flags&15 != 0)
}

// dnsName reads a name at off (RFC 1035, section 4.1.4). It returns where the
// name ends, -1 for none. dst is appended to; pass nil to check only.
func dnsName(b []byte, off int, dst []byte) (end int, name []byte) {
	end = -1
	total := 0
	for hops := 0; hops < 128; hops++ {
		if off >= len(b) {
			return -1, nil
		}
		n := int(b[off])
		switch {
		case n == 0:
			if end < 0 {
				end = off + 1
			}
			return end, dst
		case n&0xc0 == 0xc0:
			if off+2 > len(b) {
				return -1, nil
			}
			if end < 0 {
				end = off + 2
			}
			to := be16(b[off:]) & 0x3fff
			if to >= off {
				return -1, nil // pointers point back
			}
			off = to
		case n&0xc0 != 0:
			return -1, nil
		default:
			total += n + 1
			if off+1+n > len(b) || total > 254 {
				return -1, nil
			}
			if dst != nil || name != nil {
				if len(dst) > 0 {
					dst = append(dst, '.')
				}
				dst = append(dst, b[off+1:off+1+n]...)
			}
			off += 1 + n
		}
	}
	return -1, nil
}

func knownClass(c int) bool {
	c &= 0x7fff
	return c == 1 || c == 3 || c == 4 || c == 254 || c == 255
}

// knownType takes assigned record types (IANA "DNS Parameters").
func knownType(t int) bool {
	return t >= 1 && t <= 67 || t >= 99 && t <= 110 || t >= 128 && t <= 133 || t >= 249 && t <= 262 || t == 32768 || t == 32769 || t >= 65280 && t < 65535
}

// dnsQuestion checks the first question, or record, of a message; size is that
// of the whole message, of which b may be the start.
func dnsQuestion(b []byte, size int) bool {
	qd := be16(b[4:])
	end, _ := dnsName(b, 12, nil)
	if qd == 0 && be16(b[6:])+be16(b[8:])+be16(b[10:]) == 0 {
		return size == 12
	}
	if end < 0 || end+4 > len(b) {
		return false
	}
	return knownType(be16(b[end:])) && (knownClass(be16(b[end+2:])) || qd == 0)
}

func isDNS(b []byte, size int, wide bool) bool { return dnsHeader(b, wide) && dnsQuestion(b, size) }

// mayDNS reports whether b has few questions, or a whole one.
func mayDNS(b []byte, size int) bool {
	return len(b) >= 12 && (b[4] == 0 || len(b) >= 17 && dnsQuestion(b, size))
}

func matchDNS(l *look) grade {
	if (l.on(5353) || l.on(5355) || l.on(137)) && !l.on(53) {
		return no
	}
	if !isDNS(l.b, l.size, false) {
		// A damaged or odd message to the port for them: one question and sane counts,
		// or a whole question behind other counts.
		if b := l.b; l.on(53) && len(b) >= 17 && l.client == (b[2]&0x80 == 0) && (be16(b[4:]) == 1 && b[2]>>3&15 <= 6 && be16(b[6:]) <= 512 || dnsQuestion(b, l.size)) {
			return port
		}
		return no
	}
	if netbiosName(l.b) {
		return no
	}
	if l.client == (l.b[2]&0x80 != 0) {
		return no // a question comes from a client, an answer from a server
	}
	if l.on(53) || len(l.peer) >= 2 && l.peer[0] == l.b[0] && l.peer[1] == l.b[1] {
		return exact
	}
	return shape
}

func matchDNSTCP(l *look) grade {
	b := l.b
	if len(b) < 14 {
		// A message in pieces, its length and flags first: where it is expected, the rest is waited for.
		if len(b) >= 7 && l.on(53) && !l.final && be16(b) >= 17 && b[6] == 0 && l.client == (b[4]&0x80 == 0) {
			return more
		}
		return no
	}
	n := be16(b)
	if n < 17 || n > 2*MaxKept && l.client || l.client == (b[4]&0x80 != 0) || !dnsHeader(b[2:], false) {
		return no
	}
	if n+2 > len(b) {
		if l.size >= MaxKept || l.final || n > MaxKept {
			if isDNS(b[2:], n, false) {
				return shape
			}
			return l.until(2 + 12 + 256 + 4) // its question
		}
		return more
	}
	if !isDNS(b[2:2+n], n, false) {
		return no
	}
	if l.on(53) || len(l.peer) >= 4 && string(l.peer[2:4]) == string(b[2:4]) {
		return exact
	}
	return shape
}

func matchMDNS(l *look) grade {
	if l.on(5353) && !l.on(53) && isDNS(l.b, l.size, true) { // who asks 53 may call from any number
		return port
	}
	return no
}

func matchLLMNR(l *look) grade {
	if l.on(5355) && !l.on(53) && isDNS(l.b, l.size, true) {
		return port
	}
	return no
}

// followDNS reads questions and answers while they come.
func followDNS(x *Identifier, k *pending) bool {
	b := k.data
	if k.tcp {
		b = k.dir[k.side].bytes()
		if len(b) < 14 {
			return false
		}
		n := be16(b)
		if n+2 > len(b) && !k.dir[k.side].full() && !torn(k.p) {
			return false // the rest of it comes
		}
		b = b[2:min(n+2, len(b))]
	}
	x.lookup(k, b)
	if k.tcp {
		return k.facts.DNS != nil && k.facts.DNS.Code >= 0
	}
	// A flow of many questions is read to its end: each answer names an address.
	k.after = 0
	return false
}

// lookup reads one message.
func (x *Identifier) lookup(k *pending, b []byte) {
	if len(b) < 12 {
		return
	}
	f := k.facts
	flags := be16(b[2:])
	answer := flags&0x8000 != 0
	if f.DNS == nil {
		f.DNS = &Lookup{Code: -1}
	}
	d := f.DNS
	if !answer {
		d.Queries++
		d.asked[d.Queries%keptQuestions] = question{true, int8(k.side), be16(b), 0}
	} else {
		d.AnswerSize = max(d.AnswerSize, uint32(len(b)))
	}
	var buf, others [MaxText + 1]byte
	off := 12
	qd, an := be16(b[4:]), be16(b[6:])
	var asked []byte
	qtype := 0
	for i := 0; i < qd && i < 4; i++ {
		into := buf[:0]
		if i > 0 {
			into = others[:0] // asked lies in buf
		}
		end, name := dnsName(b, off, into)
		if end < 0 || end+4 > len(b) {
			return
		}
		if i == 0 {
			asked, qtype = name, be16(b[end:])
		}
		off = end + 4
	}
	sum := questionSum(asked, qtype)
	if !answer && qd > 0 {
		d.asked[d.Queries%keptQuestions].sum = sum
		name := questionSum(asked, 0)
		if d.Query == "" && d.Type == 0 {
			d.name = name
		}
		if d.name == name {
			d.Same++
		}
	}
	known := f.Protocol == MDNS || d.askedFor(be16(b), sum, qd, k.side)
	if answer && !known && d.Queries > 0 {
		return // of another question, or forged: who asked does not take it
	}
	first := d.Query == "" && d.Type == 0 && qd > 0
	if first {
		d.Query, d.Type = shown(asked), uint16(qtype)
	}
	if !answer {
		return
	}
	fresh := d.Code < 0
	if fresh {
		d.Code = flags & 15
	}
	// Where nobody was seen to ask, the answer is told, and no address is known by it.
	x.answers(k, b, off, an, asked, fresh, known)
}

// keptQuestions is how many questions of a flow an answer is held against.
const keptQuestions = 8

// question is one that was asked: by which side, with which id, and what.
type question struct {
	set  bool
	side int8
	id   int
	sum  uint32 // 0: it was not captured whole
}

// questionSum stands for the name and type of a question, never 0. Case does not count: some
// resolvers mix it.
func questionSum(name []byte, typ int) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return (h^uint32(typ))*16777619 | 1
}

// askedFor reports whether an answer from side, to qd questions of which sum is the first, has the
// id of a question of the other side and its name (RFC 5452, section 4).
func (d *Lookup) askedFor(id int, sum uint32, qd, side int) bool {
	for _, q := range d.asked {
		if q.set && int(q.side) != side && q.id == id && (qd == 0 || q.sum == 0 || q.sum == sum) {
			return true
		}
	}
	return false
}

// answers reads the answer section: what it says for the record, where keep says so, and
// addresses into the names, where known does.
func (x *Identifier) answers(k *pending, b []byte, off, n int, asked []byte, keep, known bool) {
	d := k.facts.DNS
	var buf [MaxText + 1]byte
	var own [MaxText + 1]byte
	name := string("")
	for i := 0; i < n && i < 64; i++ {
		end, owner := dnsName(b, off, own[:0])
		if end < 0 || end+10 > len(b) {
			return
		}
		typ, size := be16(b[end:]), be16(b[end+8:])
		data := end + 10
		if data+size > len(b) {
			return
		}
		var addr netip.Addr
		said := ""
		switch {
		case typ == 1 && size == 4:
			addr = netip.AddrFrom4([4]byte(b[data:]))
		case typ == 28 && size == 16:
			addr = netip.AddrFrom16([16]byte(b[data:]))
		case typ == 2 || typ == 5 || typ == 12:
			if e, v := dnsName(b, data, buf[:0]); e >= 0 && keep {
				said = shown(v)
			}
		}
		if addr.IsValid() {
			// Aliases lead to the address: it is known by the name that was asked for.
			switch {
			case !known:
			case asked != nil:
				if name == "" {
					name = shown(asked)
				}
				x.learn(k, addr, name)
			default:
				x.learn(k, addr, shown(owner))
			}
			if keep {
				said = addr.String()
			}
		}
		if said != "" && len(d.Answers) < 8 {
			d.Answers = append(d.Answers, said)
		}
		off = data + size
	}
}

// shown is a name as people write it; the root is a dot.
func shown(name []byte) string {
	if len(name) == 0 {
		return "."
	}
	return text(name)
}

// TypeName is the word for a DNS record type, "" for one without.
func TypeName(t uint16) string {
	switch t {
	case 1:
		return "A"
	case 2:
		return "NS"
	case 5:
		return "CNAME"
	case 6:
		return "SOA"
	case 10:
		return "NULL"
	case 12:
		return "PTR"
	case 13:
		return "HINFO"
	case 15:
		return "MX"
	case 16:
		return "TXT"
	case 28:
		return "AAAA"
	case 29:
		return "LOC"
	case 32:
		return "NB"
	case 33:
		return "SRV"
	case 35:
		return "NAPTR"
	case 39:
		return "DNAME"
	case 43:
		return "DS"
	case 46:
		return "RRSIG"
	case 47:
		return "NSEC"
	case 48:
		return "DNSKEY"
	case 52:
		return "TLSA"
	case 64:
		return "SVCB"
	case 65:
		return "HTTPS"
	case 251:
		return "IXFR"
	case 252:
		return "AXFR"
	case 255:
		return "ANY"
	case 257:
		return "CAA"
	}
	return ""
}

// CodeName is the word for a DNS response code (RFC 1035, 2136), "" for one without.
func CodeName(c int) string {
	names := [...]string{"noerror", "formerr", "servfail", "nxdomain", "notimp", "refused", "yxdomain", "yxrrset", "nxrrset", "notauth", "notzone"}
	if c >= 0 && c < len(names) {
		return names[c]
	}
	return ""
}

// netbiosName reports whether the first name has the form of RFC 1002, section 4.1:
// 32 letters A to P.
func netbiosName(b []byte) bool {
	if len(b) < 46 || b[12] != 32 {
		return false
	}
	for _, c := range b[13:45] {
		if c < 'A' || c > 'P' {
			return false
		}
	}
	return true
}

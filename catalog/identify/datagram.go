package identify

import "portero/capture"

// datagram looks at one datagram.
func (x *Identifier) datagram(k *pending) bool {
	if len(k.data) == 0 {
		return false
	}
	if k.facts == nil {
		k.looked++
		s := &k.dir[k.side]
		b := k.data
		if len(b) > MaxKept {
			b = b[:MaxKept]
		}
		l := &x.look
		*l = look{b: b, size: int(k.p.PayloadLen), from: k.ports[k.side], to: k.ports[1-k.side], spoke: int(k.spoke) == k.side,
			final: k.looked >= maxDatagrams, first: s.seen == 0, multi: k.multi, pend: k}
		if o := &k.dir[1-k.side]; o.buf != nil {
			l.peer = o.bytes()
		}
		if s.buf != nil {
			l.own = s.bytes()
		}
		s.seen += uint64(k.p.PayloadLen)
		was := k.opener
		k.opener = -1 // a datagram's sender may be either end
		ok := x.ask(k, l, x.table.udp, k.side)
		k.opener = was
		if !ok {
			if k.failed[k.side] && k.p.PayloadLen < tiny && k.tiny < maxTiny {
				k.looked--
				k.tiny++
			}
			k.failed = [2]bool{}
			if k.want && s.buf == nil && s.have == 0 {
				if x.lend(s, MaxKept) {
					s.have = copy(s.buf, b)
				}
			}
			return k.looked >= maxDatagrams
		}
	}
	return x.follow(k)
}

// recheck decides about the datagram kept of a side.
func (x *Identifier) recheck(k *pending, side int) bool {
	s := &k.dir[side]
	if s.have == 0 {
		return false
	}
	l := &x.look
	*l = look{b: s.bytes(), size: s.have, from: k.ports[side], to: k.ports[1-side], spoke: int(k.spoke) == side, final: true, first: true, multi: k.multi, pend: k}
	if o := &k.dir[1-side]; o.buf != nil {
		l.peer = o.bytes()
	}
	k.failed = [2]bool{}
	was := k.opener
	k.opener = -1
	ok := x.ask(k, l, x.table.udp, side)
	k.opener = was
	return ok
}

// hello reports whether a ClientHello is being put together.
func (k *pending) hello() bool {
	b := k.dir[k.side].buf
	return k.tcp && len(b) > 6 && b[0] == 22 && b[1] == 3 && b[5] == 1
}

// toMany reports whether p goes to a multicast or broadcast address.
func toMany(p *capture.Packet) bool {
	d := &p.Dst
	if p.Ver == 6 {
		return d[0] == 0xff
	}
	return d[12]&0xf0 == 0xe0 || d[12] == 255 || d[15] == 255
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

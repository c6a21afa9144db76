package filter

import (
	"net/netip"
	"strings"
)

const (
	hintHost = "portero never resolves names; give an address"
	hintPort = "give its number"
)

// name compiles an id that is a name.
func (g *gen) name(n *node) *cond {
	switch n.q.addr {
	case aUndef:
		return g.inheritsNothing(n)
	case aNet:
		return g.fail(n.pos, "portero never resolves names; give a number", "unknown network %q", n.text)
	case aPort, aPortRange:
		return g.namedPort(n)
	case aProto:
		names := ipNames
		switch n.q.proto {
		case pNone, pIP, pIP6:
		case pLink:
			names = etherNames
		case pISO:
			names = isoNames
		default:
			return g.fail(n.pos, "", "\"proto\" with a name does not go with this protocol")
		}
		v, ok := names[n.text]
		if !ok {
			return g.fail(n.pos, "give its number", "unknown protocol %q", n.text)
		}
		return g.protoIs(n.q.proto, v, n.pos)
	}
	if n.q.proto == pLink {
		return g.fail(n.pos, "give a MAC address", "unknown ether host %q", n.text)
	}
	return g.fail(n.pos, hintHost, "unknown host %q", n.text)
}

func (g *gen) inheritsNothing(n *node) *cond {
	return g.fail(n.pos, "put host, net, port or the like before it", "%q has no qualifier and inherits none", n.text)
}

// numberID compiles an id that is a number.
func (g *gen) numberID(n *node) *cond {
	switch n.q.addr {
	case aUndef:
		return g.inheritsNothing(n)
	case aPort, aPortRange:
		protos := g.portProtos(n, 0)
		if n.num > 65535 {
			return g.fail(n.pos, "", "%d is no port: it is above 65535", n.num)
		}
		return g.ports(n, n.num, n.num, protos, n.q.addr == aPortRange)
	case aProto:
		return g.protoIs(n.q.proto, n.num, n.pos)
	}
	switch n.q.proto {
	case pLink:
		return g.fail(n.pos, "give a MAC address", "%q is no link layer address", n.text)
	case pDECnet:
		return g.fail(n.pos, "", "DECnet addresses are not supported")
	}
	v, mask := n.num, uint32(1<<32-1)
	if n.q.addr == aNet {
		// A short network number stands at the left, as in net 10.
		for v != 0 && v&0xff000000 == 0 {
			v <<= 8
			mask <<= 8
		}
	}
	return g.host(n, v, mask)
}

// parseV4 reads up to four decimal parts and gives their bits.
func (g *gen) parseV4(s string, pos int) (addr uint32, bits uint) {
	for _, part := range strings.Split(s, ".") {
		v := uint32(0)
		for i := 0; i < len(part); i++ {
			if !isDigit(part[i]) || v > 25 {
				g.fail(pos, "", "%q is no IPv4 address", s)
				return 0, 32
			}
			v = v*10 + uint32(part[i]-'0')
		}
		if v > 255 {
			g.fail(pos, "", "%q is no IPv4 address", s)
			return 0, 32
		}
		addr, bits = addr<<8|v, bits+8
	}
	return addr, bits
}

// v4 compiles a dotted address, with a prefix length or a mask if it has one.
func (g *gen) v4(n *node) *cond {
	if n.kind == nV4 {
		switch n.q.addr {
		case aUndef:
			return g.inheritsNothing(n)
		case aPort, aPortRange, aProto:
			return g.fail(n.pos, "", "the address %q where a port or protocol is expected", n.text)
		}
		if n.q.proto == pDECnet {
			return g.fail(n.pos, "", "DECnet addresses are not supported")
		}
		if n.q.proto == pLink {
			return g.fail(n.pos, "give a MAC address", "%q is no link layer address", n.text)
		}
	}
	addr, bits := g.parseV4(n.text, n.pos)
	addr <<= 32 - bits
	mask := uint32(1<<32-1) << (32 - bits)
	switch n.kind {
	case nV4Len:
		if n.num > 32 {
			return g.fail(n.pos, "", "the prefix length %d is above 32", n.num)
		}
		mask = uint32(uint64(1<<32-1) << (32 - n.num))
	case nV4Mask:
		m, bits := g.parseV4(n.mask, n.pos)
		mask = m << (32 - bits)
	}
	if n.kind != nV4 {
		if addr&^mask != 0 {
			return g.fail(n.pos, "tcpdump refuses it too", "%q has bits set outside its network", n.text)
		}
		if n.q.addr != aNet {
			return g.fail(n.pos, "write net before it", "a prefix or mask is only for networks")
		}
	}
	return g.host(n, addr, mask)
}

// host: IPv4, ARP and RARP packets with an address under mask.
func (g *gen) host(n *node, addr, mask uint32) *cond {
	in := func(typ, src, dst uint32) *cond {
		return g.ends(n, func(d dir) *cond {
			off := src
			if d == dDst {
				off = dst
			}
			l := g.linkType(typ, n.pos)
			return and(l, g.masked(fromNet, off, 4, addr, mask))
		})
	}
	switch n.q.proto {
	case pNone:
		ip := in(etherIP, 12, 16)
		if g.labels > 0 {
			return ip
		}
		arp := in(etherARP, 14, 24)
		return or(or(ip, arp), in(etherRARP, 14, 24))
	case pIP:
		return in(etherIP, 12, 16)
	case pARP:
		return in(etherARP, 14, 24)
	case pRARP:
		return in(etherRARP, 14, 24)
	}
	return g.fail(n.pos, "use ip, arp or rarp, or nothing", "a protocol that has no IPv4 address before the address %q", n.text)
}

// ends joins a test of one end for the direction that n asks for.
func (g *gen) ends(n *node, end func(dir) *cond) *cond {
	switch n.q.dir {
	case dSrc, dDst:
		return end(n.q.dir)
	case dAnd:
		l := end(dSrc)
		return and(l, end(dDst))
	case dDefault, dOr:
		l := end(dSrc)
		return or(l, end(dDst))
	}
	return g.fail(n.pos, "use src or dst", "addr1 to addr4, ra and ta are only for 802.11 addresses")
}

// v6 compiles an IPv6 address or prefix.
func (g *gen) v6(n *node) *cond {
	a, err := netip.ParseAddr(n.text)
	if err != nil || !a.Is6() {
		return g.fail(n.pos, "", "%q is no IPv6 address", n.text)
	}
	if n.num > 128 {
		return g.fail(n.pos, "", "the prefix length %d is above 128", n.num)
	}
	b := a.As16()
	var addr, mask [4]uint32
	for i, x := range b {
		addr[i/4] = addr[i/4]<<8 | uint32(x)
		m := uint32(0)
		if rest := int(n.num) - 8*i; rest >= 8 {
			m = 0xff
		} else if rest > 0 {
			m = 0xff << (8 - rest) & 0xff
		}
		mask[i/4] = mask[i/4]<<8 | m
	}
	for i := range addr {
		if addr[i]&^mask[i] != 0 {
			return g.fail(n.pos, "tcpdump refuses it too", "%q has bits set outside its network", n.text)
		}
	}
	switch n.q.addr {
	case aDefault, aHost:
		if n.num != 128 {
			return g.fail(n.pos, "write net before it", "a prefix is only for networks")
		}
	case aNet:
	default:
		return g.fail(n.pos, "", "the address %q where a port or protocol is expected", n.text)
	}
	if n.q.proto != pNone && n.q.proto != pIP6 {
		return g.fail(n.pos, "use ip6 or nothing", "a protocol that has no IPv6 address before the address %q", n.text)
	}
	return g.ends(n, func(d dir) *cond {
		off := uint32(8)
		if d == dDst {
			off = 24
		}
		c := g.linkType(etherIP6, n.pos)
		for i := range addr {
			c = and(c, g.masked(fromNet, off+4*uint32(i), 4, addr[i], mask[i]))
		}
		return c
	})
}

// portProtos gives the transports a port is looked for in: what n's qualifier
// says, else only (the transport a name belongs to), else TCP, UDP and SCTP.
func (g *gen) portProtos(n *node, only uint32) []uint32 {
	want := uint32(0)
	switch n.q.proto {
	case pNone:
	case pTCP, pUDP, pSCTP:
		want = ipProtos[n.q.proto].num
	default:
		g.fail(n.pos, "use tcp, udp or sctp, or nothing", "a protocol without ports before a port")
	}
	switch {
	case want != 0 && only != 0 && want != only:
		g.fail(n.pos, hintPort, "the port name %q belongs to another protocol", n.text)
		return nil
	case want != 0:
		return []uint32{want}
	case only != 0:
		return []uint32{only}
	}
	return []uint32{132, 6, 17}
}

// namedPort compiles a port or range that is not a plain number.
func (g *gen) namedPort(n *node) *cond {
	lookup := func(s string) (uint32, uint32, bool) {
		if v, ok := decimal(s); ok {
			return v, 0, true
		}
		if g.opt.Port != nil {
			if p, proto, ok := g.opt.Port(s); ok {
				return uint32(p), uint32(proto), true
			}
		}
		g.fail(n.pos, hintPort, "unknown port %q", s)
		return 0, 0, false
	}
	if n.q.addr == aPort {
		p, only, ok := lookup(n.text)
		if !ok {
			return never
		}
		return g.ports(n, p, p, g.portProtos(n, only), false)
	}
	first, last, ok := strings.Cut(n.text, "-")
	if !ok {
		last = first
	}
	lo, only1, ok1 := lookup(first)
	hi, only2, ok2 := lookup(last)
	if !ok1 || !ok2 {
		return never
	}
	if lo > 65535 || hi > 65535 {
		return g.fail(n.pos, "", "%q holds a port above 65535", n.text)
	}
	if only1 != only2 {
		only1 = 0
	}
	return g.ports(n, min(lo, hi), max(lo, hi), g.portProtos(n, only1), true)
}

// decimal reads a number of decimal digits, at most 32 bits.
func decimal(s string) (uint32, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	v := uint32(0)
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		v = v*10 + uint32(s[i]-'0')
	}
	return v, true
}

// ports: TCP, UDP or SCTP with a port from lo to hi. Fragments other than the
// first have no ports; over IPv6 no extension header is looked through.
func (g *gen) ports(n *node, lo, hi uint32, protos []uint32, ranged bool) *cond {
	if g.err != nil {
		return never
	}
	side := func(from base) func(dir) *cond {
		return func(d dir) *cond {
			off := uint32(0)
			if d == dDst {
				off = 2
			}
			if !ranged {
				return g.cmp(from, off, 2, lo)
			}
			return and(g.jump(from, off, 2, opJgeK, lo), not(g.jump(from, off, 2, opJgtK, hi)))
		}
	}
	any := func(protoOff uint32, frag *cond, from base) *cond {
		var c *cond
		for _, p := range protos {
			t := g.cmp(fromNet, protoOff, 1, p)
			if frag != nil {
				t = and(t, frag)
			}
			t = and(t, g.ends(n, side(from)))
			if c == nil {
				c = t
			} else {
				c = or(c, t)
			}
		}
		return c
	}
	v4 := g.linkType(etherIP, n.pos)
	v4 = and(v4, any(9, g.firstFragment(), fromTran4))
	v6 := g.linkType(etherIP6, n.pos)
	return or(and(v6, any(6, nil, fromTran6)), v4)
}

// firstFragment: not an IPv4 fragment, or the first one.
func (g *gen) firstFragment() *cond { return not(g.jump(fromNet, 6, 2, opJsetK, 0x1fff)) }

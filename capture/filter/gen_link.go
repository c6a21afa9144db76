package filter

// macOffsets are where a link type has its addresses; ok is false for those
// without.
func (g *gen) macOffsets() (src, dst uint32, ok bool) {
	switch {
	case g.family == famEther:
		return 6, 0, true
	case g.link == ltFDDI:
		return 7, 1, true
	case g.link == ltTokenRing:
		return 8, 2, true
	case g.link == ltIPFC:
		return 10, 2, true
	}
	return 0, 0, false
}

// parseMAC reads six octets in any of the spellings the lexer lets pass.
func parseMAC(s string) (m [6]byte) {
	plain, sep := true, 0
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) {
			plain = false
			sep++
		}
	}
	if plain || sep == 2 { // digits only, or in three groups
		var digits []byte
		for i := 0; i < len(s); i++ {
			if isHex(s[i]) {
				digits = append(digits, hexVal(s[i]))
			}
		}
		for i := range m {
			m[i] = digits[2*i]<<4 | digits[2*i+1]
		}
		return m
	}
	g := 0
	for i := 0; i < len(s); i++ {
		if !isHex(s[i]) {
			g++
			continue
		}
		m[g] = m[g]<<4 | hexVal(s[i])
	}
	return m
}

func hexVal(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// mac compiles a MAC address.
func (g *gen) mac(n *node) *cond {
	if n.q.proto != pLink || n.q.addr != aHost && n.q.addr != aDefault {
		return g.fail(n.pos, "write ether host before it", "the MAC address %q where none is expected", n.text)
	}
	return g.macHost(n, parseMAC(n.text))
}

func (g *gen) macHost(n *node, m [6]byte) *cond {
	if g.family == famWLAN {
		return g.wlanHost(n, m)
	}
	src, dst, ok := g.macOffsets()
	if !ok {
		return g.failLink(n.pos, "", "there are no MAC addresses on this link type")
	}
	c := g.ends(n, func(d dir) *cond {
		off := src
		if d == dDst {
			off = dst
		}
		return g.bytes(fromLink, off, m[:])
	})
	return g.withEthernet(c)
}

// withEthernet adds that a frame in Geneve has an Ethernet header at all: its
// header and its payload begin at different places.
func (g *gen) withEthernet(c *cond) *cond {
	if !g.geneve {
		return c
	}
	same := &cond{t: &test{body: []ins{{op: opMem, k: uint32(g.header.reg)}, {op: opXMem, k: uint32(g.payload.reg)}}, jop: opJeqX}}
	return and(not(same), c)
}

// arcnet compiles an ARCnet address, "$" and one octet.
func (g *gen) arcnet(n *node) *cond {
	if g.family != famARCnet {
		return g.failLink(n.pos, "", "ARCnet addresses are only on ARCnet")
	}
	if n.q.proto != pLink || n.q.addr != aHost && n.q.addr != aDefault {
		return g.fail(n.pos, "write link host before it", "the ARCnet address %q where none is expected", n.text)
	}
	var b byte
	for i := 0; i < len(n.text); i++ {
		b = b<<4 | hexVal(n.text[i])
	}
	return g.ends(n, func(d dir) *cond {
		off := uint32(0)
		if d == dDst {
			off = 1
		}
		return g.bytes(fromLink, off, []byte{b})
	})
}

// broadcast compiles "broadcast", "ether broadcast" and "ip broadcast".
func (g *gen) broadcast(n *node) *cond {
	switch n.q.proto {
	case pNone, pLink:
		if g.family == famARCnet {
			return g.bytes(fromLink, 1, []byte{0})
		}
		to := *n
		to.q.dir = dDst
		if _, _, ok := g.macOffsets(); !ok && g.family != famWLAN {
			return g.failLink(n.pos, "", "there is no broadcast on this link type")
		}
		return g.macHost(&to, [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	case pIP:
		l := g.linkType(etherIP, n.pos)
		host := ^g.opt.Netmask
		return and(l, or(g.masked(fromNet, 16, 4, 0, host), g.masked(fromNet, 16, 4, host, host)))
	}
	return g.fail(n.pos, "use ether broadcast or ip broadcast", "this protocol has no broadcast")
}

// multicast compiles "multicast", "ether", "ip" and "ip6 multicast". What
// libpcap takes for IPv4 multicast includes everything above 224.0.0.0.
func (g *gen) multicast(n *node) *cond {
	switch n.q.proto {
	case pNone, pLink:
		bit := func(off uint32) *cond { return g.jump(fromLink, off, 1, opJsetK, 1) }
		if g.family == famARCnet {
			return g.bytes(fromLink, 1, []byte{0})
		}
		if g.family == famWLAN {
			return g.wlanDst(func(off uint32) *cond { return bit(off) })
		}
		_, dst, ok := g.macOffsets()
		if !ok {
			return g.failLink(n.pos, "", "there is no multicast on this link type")
		}
		return g.withEthernet(bit(dst))
	case pIP:
		l := g.linkType(etherIP, n.pos)
		return and(l, g.jump(fromNet, 16, 1, opJgeK, 224))
	case pIP6:
		l := g.linkType(etherIP6, n.pos)
		return and(l, g.cmp(fromNet, 24, 1, 255))
	}
	return g.fail(n.pos, "use ether, ip or ip6 multicast", "this protocol has no multicast")
}

const sllOutgoing = 4 // packet type in cooked headers (linux/if_packet.h)

// direction compiles "inbound" and "outbound".
func (g *gen) direction(n *node) *cond {
	var c *cond
	switch {
	case g.link == ltSLIP && g.family == famVersion:
		// 0 is received, anything else sent.
		c = not(g.cmp(fromLink, 0, 1, 0))
	case g.link == ltIPNet:
		if n.has {
			return g.cmp(fromLink, 2, 2, 1)
		}
		return g.cmp(fromLink, 2, 2, 2)
	case g.link == ltSLL:
		c = g.cmp(fromLink, 0, 2, sllOutgoing)
	case g.link == ltSLL2:
		c = g.cmp(fromLink, 10, 1, sllOutgoing)
	case g.link == ltPPPD:
		if n.has {
			return g.cmp(fromLink, 0, 1, 1)
		}
		return g.cmp(fromLink, 0, 1, 0)
	case g.family == famMagic && g.outer.magic == juniperMagic:
		in := g.masked(fromLink, 3, 1, 1, 1)
		if n.has {
			return g.masked(fromLink, 3, 1, 0, 1)
		}
		return in
	case g.opt.Live:
		c = &cond{t: &test{body: []ins{{op: opExt, k: extPktType}}, jop: opJeqK, k: sllOutgoing}}
	default:
		return g.failLink(n.pos, "only Linux cooked captures and a few others tell it in a file", "frames of this link type do not tell their direction in a saved capture")
	}
	if n.has {
		return c
	}
	return not(c)
}

// ifIndex compiles "ifindex N".
func (g *gen) ifIndex(n *node) *cond {
	switch {
	case g.link == ltSLL2:
		return g.cmp(fromLink, 4, 4, n.num)
	case g.opt.Live:
		return &cond{t: &test{body: []ins{{op: opExt, k: extIfIndex}}, jop: opJeqK, k: n.num}}
	}
	return g.failLink(n.pos, "only Linux cooked v2 tells it in a file", "frames of this link type do not tell their interface in a saved capture")
}

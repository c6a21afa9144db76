package filter

// abbrev compiles a protocol word that stands by itself.
func (g *gen) abbrev(p proto, pos int) *cond {
	if ip, ok := ipProtos[p]; ok {
		switch {
		case !ip.v6:
			return g.protoIs(pIP, ip.num, pos)
		case !ip.v4:
			return g.protoIs(pIP6, ip.num, pos)
		}
		// Address families in the order in which tcpdump tries them: it
		// decides which load of a cut packet fails first.
		v4 := g.protoIs(pIP, ip.num, pos)
		return or(g.protoIs(pIP6, ip.num, pos), v4)
	}
	if v, ok := linkProtos[p]; ok {
		return g.linkType(v, pos)
	}
	if pdus, ok := isisPDUs[p]; ok {
		var c *cond
		for _, v := range pdus {
			t := g.protoIs(pISIS, v, pos)
			if c == nil {
				c = t
			} else {
				c = or(c, t)
			}
		}
		return c
	}
	switch p {
	case pESIS:
		return g.protoIs(pISO, nlpidESIS, pos)
	case pISIS:
		return g.protoIs(pISO, nlpidISIS, pos)
	case pCLNP:
		return g.protoIs(pISO, nlpidCLNP, pos)
	case pRadio:
		return g.fail(pos, "use it as in radio[0]", "\"radio\" is no protocol")
	}
	return g.fail(pos, "put host, proto, broadcast, multicast or [offset] behind it", "a link layer word cannot stand by itself")
}

// protoIs: the packet is outer's and its protocol field is v.
func (g *gen) protoIs(outer proto, v uint32, pos int) *cond {
	switch outer {
	case pNone:
		l := g.protoIs(pIP, v, pos)
		return or(l, g.protoIs(pIP6, v, pos))
	case pLink:
		return g.linkType(v, pos)
	case pIP:
		l := g.linkType(etherIP, pos)
		return and(l, g.cmp(fromNet, 9, 1, v))
	case pIP6:
		// Next header, or that behind a fragment header; no other extension
		// header is looked through.
		l := g.linkType(etherIP6, pos)
		frag := and(g.cmp(fromNet, 6, 1, 44), g.cmp(fromNet, 40, 1, v))
		return and(l, or(g.cmp(fromNet, 6, 1, v), frag))
	case pISO:
		switch g.family {
		case famFrameRelay:
			return g.cmp(fromLink, 2, 2, 0x03<<8|v)
		case famCHDLC:
			l := g.linkType(sapISO<<8|sapISO, pos)
			return and(l, g.cmp(fromNetNoSNAP, 1, 1, v))
		}
		l := g.linkType(sapISO, pos)
		if l == never {
			return never // and the link type need not say where its payload is
		}
		return and(l, g.cmp(fromNetNoSNAP, 0, 1, v))
	case pISIS:
		l := g.protoIs(pISO, nlpidISIS, pos)
		if l == never {
			return never
		}
		return and(l, g.cmp(fromNetNoSNAP, 4, 1, v))
	}
	return g.fail(pos, "proto goes with ip, ip6, ether, iso and isis", "\"proto\" does not go with this protocol")
}

// linkType: the link layer says the packet is of type v, an EtherType or (up to
// 1500) an SAP.
func (g *gen) linkType(v uint32, pos int) *cond {
	if g.labels > 0 {
		return g.mplsType(v, pos)
	}
	switch g.family {
	case famEther:
		return g.etherType(v)
	case famCHDLC:
		if v == sapISO {
			v = sapISO<<8 | sapISO
		}
		return g.cmp(fromType, 0, 2, v)
	case famWLAN:
		l := g.wlanData()
		return and(l, g.llcType(v))
	case famATM:
		l := g.masked(fromLink, 0, 1, 2, 0xf)
		return and(l, g.llcType(v))
	case famLLC:
		return g.llcType(v)
	case famSLL:
		return g.sllType(v)
	case famVersion:
		switch v {
		case etherIP:
			return g.masked(fromLink, 0, 1, 0x40, 0xf0)
		case etherIP6:
			return g.masked(fromLink, 0, 1, 0x60, 0xf0)
		}
		return never
	case famIPv4:
		return truth(v == etherIP)
	case famIPv6:
		return truth(v == etherIP6)
	case famPPPBSD:
		if v == etherIP {
			// IP, and IP with a compressed or uncompressed Van Jacobson header.
			c := or(g.cmp(fromType, 0, 2, pppIP), g.cmp(fromType, 0, 2, 0x2d))
			return or(c, g.cmp(fromType, 0, 2, 0x2f))
		}
		fallthrough
	case famPPP:
		if p, ok := pppTypes[v]; ok {
			v = p
		}
		return g.cmp(fromType, 0, 2, v)
	case famLoopback, famLoop:
		return g.loopbackType(v)
	case famARCnet:
		return g.arcnetType(v)
	case famAppleTalk:
		return truth(v == etherATalk)
	case famFrameRelay:
		// A two-octet address, unnumbered information, then an NLPID.
		nlpid := func(id uint32) *cond { return g.cmp(fromLink, 2, 2, 0x03<<8|id) }
		switch v {
		case etherIP:
			return nlpid(0xcc)
		case etherIP6:
			return nlpid(0x8e)
		case sapISO:
			return or(nlpid(nlpidCLNP), or(nlpid(nlpidESIS), nlpid(nlpidISIS)))
		}
		return never
	case famMagic:
		return g.masked(fromPacket, 0, 4, g.outer.magic, g.outer.magicMask)
	case famIPNet:
		switch v {
		case etherIP:
			return g.cmp(fromType, 0, 1, 2)
		case etherIP6:
			return g.cmp(fromType, 0, 1, 26)
		}
		return never
	case famType:
		return g.cmp(fromType, 0, 2, v)
	}
	return g.failLink(pos, "octets can still be compared, as in link[0] = 1", "what this link type carries cannot be filtered")
}

func truth(b bool) *cond {
	if b {
		return always
	}
	return never
}

const pppIP = 0x21

// pppTypes are PPP protocol numbers (IANA) of EtherTypes and SAPs.
var pppTypes = map[uint32]uint32{
	etherIP: pppIP, etherIP6: 0x57, etherDECnet: 0x27, etherATalk: 0x29, etherNS: 0x25,
	sapISO: 0x23, sapSTP: 0x31, sapIPX: 0x2b,
}

func (g *gen) is8023() *cond { return not(g.jump(fromType, 0, 2, opJgtK, etherMax)) }

// etherType reads the type field of Ethernet, or LLC where it is a length.
func (g *gen) etherType(v uint32) *cond {
	switch v {
	case sapISO, sapIP, sapNetBEUI:
		return and(g.is8023(), g.cmp(fromPayload, 0, 2, v<<8|v))
	case sapIPX:
		// 802.2, raw 802.3 (FFFF where LLC would be) and SNAP, behind Ethernet II.
		c := or(g.cmp(fromPayload, 0, 1, sapIPX), g.cmp(fromPayload, 0, 2, 0xffff))
		c = or(g.snap(0, etherIPX), c)
		return or(g.cmp(fromType, 0, 2, etherIPX), and(g.is8023(), c))
	case etherATalk:
		return or(g.cmp(fromType, 0, 2, v), and(g.is8023(), g.snap(0x080007, v)))
	case etherAARP:
		return or(g.cmp(fromType, 0, 2, v), and(g.is8023(), g.snap(0, v)))
	}
	if v <= etherMax {
		return and(g.is8023(), g.cmp(fromType, 2, 1, v))
	}
	return g.cmp(fromType, 0, 2, v)
}

// Protocol values of Linux cooked headers for frames without an EtherType.
const (
	sll8023 = 1
	sll8022 = 4
)

func (g *gen) sllType(v uint32) *cond {
	is := func(v uint32) *cond { return g.cmp(fromType, 0, 2, v) }
	switch v {
	case sapISO, sapIP, sapNetBEUI:
		return and(is(sll8022), g.cmp(fromPayload, 0, 2, v<<8|v))
	case sapIPX:
		c := and(is(sll8022), or(g.cmp(fromPayload, 0, 1, sapIPX), g.snap(0, etherIPX)))
		return or(is(etherIPX), or(is(sll8023), c))
	case etherATalk:
		return or(is(v), and(is(sll8022), g.snap(0x080007, v)))
	case etherAARP:
		return or(is(v), and(is(sll8022), g.snap(0, v)))
	}
	if v <= etherMax {
		return and(is(sll8022), g.cmp(fromPayload, 0, 1, v))
	}
	return is(v)
}

// llcType reads LLC and SNAP where there is nothing else.
func (g *gen) llcType(v uint32) *cond {
	switch v {
	case sapIP, sapISO, sapNetBEUI:
		return g.cmp(fromPayload, 0, 2, v<<8|v)
	case etherATalk:
		return g.snap(0x080007, v)
	}
	if v <= etherMax {
		return g.cmp(fromPayload, 0, 1, v)
	}
	return g.cmp(fromPayload, 6, 2, v)
}

// snap: LLC and SNAP headers with this organization and type.
func (g *gen) snap(org, typ uint32) *cond {
	return g.bytes(fromPayload, 0, []byte{sapSNAP, sapSNAP, 0x03, byte(org >> 16), byte(org >> 8), byte(org), byte(typ >> 8), byte(typ)})
}

// loopbackType reads the address family of BSD loopback. Its byte order is that
// of the capturing host, which a frame does not tell, so both orders count; a
// family is a small number, so the two cannot be mistaken. IPv6 is 24 (NetBSD,
// OpenBSD, Npcap), 28 (FreeBSD) or 30 (Darwin).
func (g *gen) loopbackType(v uint32) *cond {
	var fams []uint32
	switch v {
	case etherIP:
		fams = []uint32{2}
	case etherIP6:
		fams = []uint32{30, 24, 28}
	}
	c := never
	for i, f := range fams {
		t := g.cmp(fromLink, 0, 4, f)
		if g.family == famLoopback {
			t = or(g.cmp(fromLink, 0, 4, f<<24), t)
		}
		if i == 0 {
			c = t
		} else {
			c = or(c, t)
		}
	}
	return c
}

// arcnetType reads ARCnet protocol ids (RFC 1201, and RFC 1051's old ones).
func (g *gen) arcnetType(v uint32) *cond {
	is := func(v uint32) *cond { return g.cmp(fromType, 0, 1, v) }
	switch v {
	case etherIP6:
		return is(196)
	case etherIP:
		return or(is(212), is(240))
	case etherARP:
		return or(is(213), is(241))
	case etherRARP:
		return is(214)
	case etherATalk:
		return is(221)
	}
	return never
}

// wlanData: an 802.11 data frame.
func (g *gen) wlanData() *cond {
	c := not(g.jump(fromLink, 0, 1, opJsetK, 0x04))
	return and(c, g.jump(fromLink, 0, 1, opJsetK, 0x08))
}

// llc: a frame with an LLC header, of some kind if n names one.
func (g *gen) llc(n *node) *cond {
	var c *cond
	switch {
	case g.family == famEther && g.link != ltNetAnalyzer && g.link != ltNetAnalyzerT:
		c = and(g.is8023(), not(g.cmp(fromPayload, 0, 2, 0xffff)))
	case g.family == famATM:
		c = g.masked(fromLink, 0, 1, 2, 0xf)
	case g.family == famWLAN:
		c = g.wlanData()
	case g.link == ltTokenRing || g.link == ltFDDI || g.link == 11 || g.link == 100:
		c = always
	default:
		return g.failLink(n.pos, "", "there is no LLC header on this link type")
	}
	if n.text == "" {
		return c
	}
	k := llcKinds[n.text]
	if n.text == "i" {
		return and(c, not(g.jump(fromPayload, 2, 1, opJsetK, 1)))
	}
	return and(c, g.masked(fromPayload, 2, 1, k.val, k.mask))
}

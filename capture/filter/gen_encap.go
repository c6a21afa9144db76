package filter

// vlan compiles "vlan" and "vlan N": a tag (802.1Q, 802.1ad or the old 0x9100),
// after which offsets are those behind it.
func (g *gen) vlan(n *node) *cond {
	if g.labels > 0 {
		return g.fail(n.pos, "", "\"vlan\" after \"mpls\"")
	}
	if g.family != famEther && (g.family != famWLAN || g.link == ltPPI) {
		return g.failLink(n.pos, "", "there are no VLAN tags on this link type")
	}
	if n.has && n.num > 0xfff {
		return g.fail(n.pos, "", "the VLAN id %d is above 4095", n.num)
	}
	first := g.vlans == 0 && g.header == g.outerHeader && !g.header.variable
	g.vlans++
	if first && g.metaTag {
		// The kernel took this tag out of the frame and reports it beside it.
		if !n.has {
			return always
		}
		return &cond{t: &test{body: []ins{{op: opExt, k: extVLANTag}, {op: opAndK, k: 0xfff}}, jop: opJeqK, k: n.num}}
	}
	c := or(g.linkType(etherVLAN, n.pos), g.linkType(etherQinQ, n.pos))
	c = or(c, g.linkType(etherQinQ9, n.pos))
	if n.has {
		c = and(c, g.masked(fromNet, 0, 2, n.num, 0xfff))
	}
	g.payload.k += 4
	g.typ.k += 4
	return c
}

// mpls compiles "mpls" and "mpls N": a label, after which offsets are those
// behind it.
func (g *gen) mpls(n *node) *cond {
	var c *cond
	switch {
	case g.labels > 0:
		c = g.masked(fromMPLS, 2, 1, 0, 1) // the label before was not the last
	case g.family == famEther || g.family == famCHDLC:
		c = g.linkType(etherMPLS, n.pos)
	case g.plainPPP && g.family == famPPP:
		c = g.cmp(fromType, 0, 2, 0x281)
	default:
		return g.failLink(n.pos, "", "MPLS is not known on this link type")
	}
	if n.has {
		if n.num > 0xfffff {
			return g.fail(n.pos, "", "the MPLS label %d is above 1048575", n.num)
		}
		c = and(c, g.masked(fromNet, 0, 4, n.num<<12, 0xfffff000))
	}
	g.net += 4
	g.netNoSNAP += 4
	g.labels++
	return c
}

// mplsType: behind the last label (RFC 3032 has no type field) stands an IP
// header of the right version.
func (g *gen) mplsType(v uint32, pos int) *cond {
	var version uint32
	switch v {
	case etherIP:
		version = 0x40
	case etherIP6:
		version = 0x60
	default:
		return g.fail(pos, "only IPv4 and IPv6 are known behind labels", "a protocol other than IP after \"mpls\"")
	}
	last := g.masked(fromMPLS, 2, 1, 1, 1)
	return and(last, g.masked(fromNet, 0, 1, version, 0xf0))
}

// pppoes compiles "pppoes" and "pppoes N" (RFC 2516): a session packet, after
// which offsets are those of PPP in it.
func (g *gen) pppoes(n *node) *cond {
	c := g.linkType(etherPPPoES, n.pos)
	if n.has {
		if n.num > 0xffff {
			return g.fail(n.pos, "", "the PPPoE session %d is above 65535", n.num)
		}
		c = and(c, g.masked(fromNet, 0, 4, n.num, 0xffff))
	}
	p := offset{k: g.payload.k + g.net + 6, variable: g.payload.variable, reg: -1}
	if p.variable {
		p.reg = g.varReg(g.payload)
	}
	header, typ, payload := p, p, p
	payload.k += 2
	g.header, g.typ, g.payload = &header, &typ, &payload
	g.net, g.netNoSNAP = 0, 0
	g.family, g.plainPPP, g.geneve = famPPP, true, false
	return c
}

const genevePort = 6081 // RFC 8926

// genevePacket compiles "geneve" and "geneve N": UDP to Geneve's port, after
// which offsets are those of the inner packet. Where that begins depends on the
// IP header and the options, so the offsets are computed into scratch words.
func (g *gen) genevePacket(n *node) *cond {
	if n.has && n.num > 0xffffff {
		return g.fail(n.pos, "", "the Geneve network %d is above 16777215", n.num)
	}
	outer := func(typ, protoOff uint32, tran base, length []ins, frag *cond) *cond {
		c := g.linkType(typ, n.pos)
		c = and(c, g.cmp(fromNet, protoOff, 1, 17))
		if frag != nil {
			c = and(c, frag)
		}
		c = and(c, g.cmp(tran, 2, 2, genevePort))
		c = and(c, g.masked(tran, 8, 1, 0, 0xc0)) // version 0
		if n.has {
			c = and(c, g.masked(tran, 12, 4, n.num<<8, 0xffffff00))
		}
		// Always true; leaves the length of the IP header, with what is variable
		// before it, in A.
		return and(c, &cond{t: &test{body: length, jop: opJeqX}})
	}
	len4 := append(g.headerLen4(), ins{op: opTXA})
	len6 := []ins{{op: opImm, k: 40}, {op: opTAX}}
	if g.payload.variable {
		len6 = []ins{{op: opXMem, k: uint32(g.varReg(g.payload))}, {op: opImm, k: 40}, {op: opAddX}, {op: opTAX}}
	}
	c := outer(etherIP, 9, fromTran4, len4, g.firstFragment())
	c = or(c, outer(etherIP6, 6, fromTran6, len6, nil))

	typ, inner, payload := uint32(g.reg(n.pos)), uint32(g.reg(n.pos)), uint32(g.reg(n.pos))
	b := &block{}
	b.add(
		ins{op: opAddK, k: g.payload.k + g.net + 8}, ins{op: opTAX}, // X = Geneve header
		ins{op: opAddK, k: 2}, ins{op: opSt, k: typ},
		// A = X + 8 + 4 * option length: the inner packet.
		ins{op: opIndB}, ins{op: opAndK, k: 0x3f}, ins{op: opMulK, k: 4}, ins{op: opAddK, k: 8}, ins{op: opAddX},
		ins{op: opSt, k: inner},
		ins{op: opIndH, k: 2}, ins{op: opXMem, k: inner},
	)
	b.jump(opJeqK, etherTEB, "", "no ethernet")
	b.add(ins{op: opTXA}, ins{op: opAddK, k: 12}, ins{op: opSt, k: typ}, ins{op: opAddK, k: 2}, ins{op: opTAX})
	b.label("no ethernet")
	b.add(ins{op: opStX, k: payload}, ins{op: opImm})
	g.rigid = true
	g.zeroed = append(g.zeroed, typ, inner, payload)

	g.header = &offset{variable: true, reg: int(inner)}
	g.typ = &offset{variable: true, reg: int(typ)}
	g.payload = &offset{variable: true, reg: int(payload)}
	g.net = 0
	g.family, g.geneve, g.plainPPP = famEther, true, false
	return and(c, &cond{t: &test{body: b.done(), jop: opJeqK}})
}

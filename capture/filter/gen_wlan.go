package filter

// wlanBit tests bits of one octet of the 802.11 frame control.
func (g *gen) wlanBit(octet, bits uint32) *cond { return g.jump(fromLink, octet, 1, opJsetK, bits) }

// Bits of the frame control field.
const (
	fcLowType  = 0x04 // octet 0: control or extension frame
	fcHighType = 0x08 // octet 0: data frame, unless fcLowType
	fcToDS     = 0x01 // octet 1
	fcFromDS   = 0x02 // octet 1
)

// wlanSrc applies at to where the source address is. Control frames have none;
// data frames keep it where To DS and From DS say (IEEE 802.11-2020, table 9-30).
func (g *gen) wlanSrc(at func(off uint32) *cond) *cond {
	fromDS := or(and(not(g.wlanBit(1, fcToDS)), at(16)), and(g.wlanBit(1, fcToDS), at(24)))
	data := or(and(not(g.wlanBit(1, fcFromDS)), at(10)), and(g.wlanBit(1, fcFromDS), fromDS))
	return g.wlanMgtOrData(at(10), data)
}

// wlanDst is wlanSrc for the destination address.
func (g *gen) wlanDst(at func(off uint32) *cond) *cond {
	data := or(and(not(g.wlanBit(1, fcToDS)), at(4)), and(g.wlanBit(1, fcToDS), at(16)))
	return g.wlanMgtOrData(at(4), data)
}

func (g *gen) wlanMgtOrData(mgt, data *cond) *cond {
	c := or(and(not(g.wlanBit(0, fcHighType)), mgt), and(g.wlanBit(0, fcHighType), data))
	return and(not(g.wlanBit(0, fcLowType)), c)
}

// wlanHost: an 802.11 frame with address m in the role that n's direction names.
func (g *gen) wlanHost(n *node, m [6]byte) *cond {
	at := func(off uint32) *cond { return g.bytes(fromLink, off, m[:]) }
	control := func() *cond { return g.masked(fromLink, 0, 1, wlanControl, wlanTypeMask) }
	// CTS and ACK have one address only.
	hasAddr2 := func() *cond {
		sub := func(v uint32) *cond { return not(g.masked(fromLink, 0, 1, v, wlanSubtypeMask)) }
		return or(not(control()), and(sub(wlanCTS), sub(wlanACK)))
	}
	switch n.q.dir {
	case dSrc:
		return g.wlanSrc(at)
	case dDst:
		return g.wlanDst(at)
	case dAnd:
		return and(g.wlanSrc(at), g.wlanDst(at))
	case dAddr1:
		return at(4)
	case dAddr2:
		return and(hasAddr2(), at(10))
	case dAddr3:
		return and(not(control()), at(16))
	case dAddr4:
		return and(g.masked(fromLink, 1, 1, wlanDirMask, wlanDirMask), at(24))
	case dRA:
		return and(g.wlanBit(0, fcHighType), at(4))
	case dTA:
		return and(and(g.wlanBit(0, fcHighType), hasAddr2()), at(10))
	}
	return or(g.wlanSrc(at), g.wlanDst(at))
}

// block is a little assembler for code with jumps inside: labels are bound to
// the next instruction, and jumps to them are resolved at the end.
type block struct {
	code   []ins
	labels map[string]int
	jumps  []pendingJump
}

type pendingJump struct {
	at     int
	jt, jf string // "" falls through
}

func (b *block) add(code ...ins) { b.code = append(b.code, code...) }

func (b *block) label(l string) {
	if b.labels == nil {
		b.labels = map[string]int{}
	}
	b.labels[l] = len(b.code)
}

func (b *block) jump(op opcode, k uint32, jt, jf string) {
	b.jumps = append(b.jumps, pendingJump{len(b.code), jt, jf})
	b.add(ins{op: op, k: k})
}

func (b *block) done() []ins {
	skip := func(at int, l string) uint16 {
		if l == "" {
			return 0
		}
		return uint16(b.labels[l] - at - 1)
	}
	for _, j := range b.jumps {
		b.code[j.at].jt, b.code[j.at].jf = skip(j.at, j.jt), skip(j.at, j.jf)
	}
	return b.code
}

// prologue computes, before anything else, the variable offsets that tests of
// the outermost link use. A frame too short for that matches nothing.
func (g *gen) prologue() []*test {
	var pre []*test
	if g.link == ltPPI && g.family == famWLAN {
		// Only 802.11 in PPI is known; its link type is little-endian.
		pre = append(pre, &test{body: []ins{{op: opAbsW, k: 4}}, jop: opJeqK, k: 105 << 24})
	}
	if g.outer.fam != famWLAN {
		return pre
	}
	hdr, pay := g.outerHeader, g.outerPayload
	if pay.reg >= 0 && hdr.variable && hdr.reg < 0 {
		g.varReg(hdr)
	}
	if g.err != nil || hdr.reg < 0 && pay.reg < 0 {
		return pre
	}
	b := &block{}
	if hdr.reg >= 0 {
		switch g.link {
		case ltPrism:
			// Some drivers put an AVS header (big-endian cookie and length) where
			// a Prism one of 144 octets is announced.
			b.add(ins{op: opAbsW}, ins{op: opAndK, k: 0xfffff000})
			b.jump(opJeqK, 0x80211000, "", "prism")
			b.add(ins{op: opAbsW, k: 4})
			b.jump(opJa, 0, "store", "store")
			b.label("prism")
			b.add(ins{op: opImm, k: 144})
			b.label("store")
			g.rigid = true
		case ltAVS:
			b.add(ins{op: opAbsW, k: 4})
		default: // radiotap and PPI: 16 bits, little-endian, at 2
			b.add(ins{op: opAbsB, k: 3}, ins{op: opLshK, k: 8}, ins{op: opTAX}, ins{op: opAbsB, k: 2}, ins{op: opOrX})
		}
		b.add(ins{op: opSt, k: uint32(hdr.reg)}, ins{op: opTAX})
	} else {
		b.add(ins{op: opXImm})
	}
	if pay.reg >= 0 {
		g.rigid = true
		g.wlanHeaderLen(b, uint32(pay.reg))
	}
	b.label("end")
	return append(pre, &test{body: b.done(), jop: opJa})
}

// wlanHeaderLen adds code that stores where the payload of the 802.11 frame at X
// begins: 24 octets on, 2 more for QoS data. Radiotap may tell of padding to a
// multiple of four octets, which Atheros puts there.
func (g *gen) wlanHeaderLen(b *block, reg uint32) {
	b.add(ins{op: opTXA}, ins{op: opAddK, k: 24}, ins{op: opSt, k: reg}, ins{op: opIndB})
	radiotap := g.link == ltRadiotap && g.family == famWLAN
	noQoS := "end"
	if radiotap {
		noQoS = "padding"
	}
	b.jump(opJsetK, fcHighType, "", "end")
	b.jump(opJsetK, fcLowType, "end", "")
	b.jump(opJsetK, 0x80, "", noQoS)
	b.add(ins{op: opMem, k: reg}, ins{op: opAddK, k: 2}, ins{op: opSt, k: reg})
	if !radiotap {
		return
	}
	b.label("padding")
	b.add(ins{op: opAbsW, k: 4})             // presence bits, little-endian
	b.jump(opJsetK, 0x02<<24, "", "end")     // flags present
	b.jump(opJsetK, 0x80, "end", "")         // more presence words: not looked at
	b.jump(opJsetK, 0x01<<24, "", "no tsft") // timestamp before the flags
	b.add(ins{op: opAbsB, k: 16})
	b.jump(opJsetK, 0x20, "round", "end")
	b.label("no tsft")
	b.add(ins{op: opAbsB, k: 8})
	b.jump(opJsetK, 0x20, "round", "end")
	b.label("round")
	b.add(ins{op: opMem, k: reg}, ins{op: opAddK, k: 3}, ins{op: opAndK, k: ^uint32(3)}, ins{op: opSt, k: reg})
}

package filter

// value is a compiled arithmetic expression: a constant, or code that leaves
// it in A. check is what must hold before the code may run, nil for nothing.
type value struct {
	isConst bool
	k       uint32
	code    []ins // nobody else holds it
	temps   int   // scratch words code uses, counted from the last one down
	check   *cond
}

// maxArith bounds the instructions of one comparison.
const maxArith = 4096

func both(l, r *cond) *cond {
	switch {
	case l == nil:
		return r
	case r == nil:
		return l
	}
	return and(l, r)
}

// compare compiles "x rel y".
func (g *gen) compare(n *node) *cond {
	x, y := g.value(n.x), g.value(n.y)
	if g.err != nil {
		return never
	}
	jop, neg := opJeqK, false
	switch n.rel {
	case ">":
		jop = opJgtK
	case ">=":
		jop = opJgeK
	case "<":
		jop, neg = opJgeK, true
	case "<=":
		jop, neg = opJgtK, true
	case "!=":
		neg = true
	}
	var c *cond
	switch {
	case x.isConst && y.isConst:
		c = truth(decide(jop, x.k, y.k))
	case y.isConst:
		c = &cond{t: &test{body: x.code, jop: jop, k: y.k, arith: true}}
	default:
		code, _ := g.join(x, y, n.pos)
		c = &cond{t: &test{body: code, jop: jop + jmpX, arith: true}}
	}
	if neg {
		c = not(c)
	}
	if check := both(x.check, y.check); check != nil {
		return and(check, c)
	}
	return c
}

// decide tells what a jump with two known operands does.
func decide(jop opcode, a, b uint32) bool {
	switch jop {
	case opJgtK:
		return a > b
	case opJgeK:
		return a >= b
	case opJsetK:
		return a&b != 0
	}
	return a == b
}

// join is code that leaves x in A and y in X, and the scratch words it uses.
func (g *gen) join(x, y value, pos int) ([]ins, int) {
	switch {
	case y.isConst:
		return append(x.code, ins{op: opXImm, k: y.k}), x.temps
	case x.isConst:
		return append(y.code, ins{op: opTAX}, ins{op: opImm, k: x.k}), y.temps
	}
	temps := max(y.temps, x.temps+1)
	g.temps = max(g.temps, temps)
	if len(x.code)+len(y.code) > maxArith {
		g.fail(pos, "", "the arithmetic needs more than %d instructions", maxArith)
		return nil, 0
	}
	slot := uint32(scratchWords - 1 - x.temps)
	code := append(y.code, ins{op: opSt, k: slot})
	code = append(code, x.code...)
	return append(code, ins{op: opXMem, k: slot}), temps
}

// value compiles a.
func (g *gen) value(a *arith) value {
	if g.err != nil {
		return value{isConst: true}
	}
	switch a.op {
	case "":
		return value{isConst: true, k: a.num}
	case "len":
		return value{code: []ins{{op: opLen}}}
	case "[":
		return g.loadValue(a)
	case "neg":
		v := g.value(a.l)
		if v.isConst {
			v.k = -v.k
			return v
		}
		v.code = append(v.code, ins{op: opTAX}, ins{op: opImm}, ins{op: opSubX})
		return v
	}
	l := g.value(a.l)
	r := g.value(a.r)
	if g.err != nil {
		return l
	}
	// libpcap looks at the leftmost number of the right operand, even where that
	// is the index of a load.
	if k, ok := leftmost(a.r); ok {
		switch {
		case k == 0 && (a.op == "/" || a.op == "%"):
			g.fail(a.pos, "tcpdump refuses a right side that begins with 0, as ip[0] does, too", "division by zero")
			return l
		case k > 31 && (a.op == "<<" || a.op == ">>"):
			g.fail(a.pos, "tcpdump refuses a right side that begins with a number above 31 too", "shift by more than 31 bits")
			return l
		}
	}
	// What the right operand needs is not checked, as in libpcap: "ip[8] - tcp[0]"
	// reads what would be the TCP header of any IP packet.
	v := value{check: l.check}
	op := aluOf[a.op]
	switch {
	case l.isConst && r.isConst:
		if r.k == 0 && (a.op == "/" || a.op == "%") {
			g.fail(a.pos, "", "division by zero")
			return l
		}
		v.isConst, v.k = true, alu(op, l.k, r.k)
	case r.isConst && r.k == 0 && (a.op == "/" || a.op == "%"):
		g.fail(a.pos, "", "division by zero")
		return l
	case r.isConst && r.k == 0 && (a.op == "*" || a.op == "&"):
		if g.keepLoads() {
			v.code, v.temps = append(l.code, ins{op: op}), l.temps
			break
		}
		v.isConst = true
	case r.isConst && r.k == 0:
		v.code, v.temps = l.code, l.temps
	case l.isConst && l.k == 0 && !(g.keepLoads() && len(r.code) > 0) && a.op != "+" && a.op != "-" && a.op != "|" && a.op != "^":
		v.isConst = true
	case r.isConst:
		if r.k > 31 && (a.op == "<<" || a.op == ">>") {
			g.fail(a.pos, "", "shift by more than 31 bits")
			return l
		}
		v.code, v.temps = append(l.code, ins{op: op, k: r.k}), l.temps
	default:
		v.code, v.temps = g.join(l, r, a.pos)
		v.code = append(v.code, ins{op: op + aluX})
	}
	return v
}

// keepLoads reports that loads count although their value does not: libpcap
// optimizes nothing once it had to compute where an 802.11 header ends, and then
// a frame too short for a load does not match.
func (g *gen) keepLoads() bool { return g.outer.fam == famWLAN && g.outerPayload.reg >= 0 }

// leftmost gives the number a starts with, if it is one.
func leftmost(a *arith) (uint32, bool) {
	for a.l != nil {
		a = a.l
	}
	return a.num, a.op == ""
}

// alu computes what the instruction op does. Shifts beyond the width give 0.
func alu(op opcode, a, b uint32) uint32 {
	switch op {
	case opAddK:
		return a + b
	case opSubK:
		return a - b
	case opMulK:
		return a * b
	case opDivK:
		return a / b
	case opModK:
		return a % b
	case opAndK:
		return a & b
	case opOrK:
		return a | b
	case opXorK:
		return a ^ b
	case opLshK:
		return a << b
	}
	return a >> b // opRshK
}

// loadValue compiles "proto[index:size]".
func (g *gen) loadValue(a *arith) value {
	size := a.num
	if size != 1 && size != 2 && size != 4 {
		g.fail(a.pos, "", "the size %d of a load is not 1, 2 or 4", size)
		return value{isConst: true}
	}
	idx := g.value(a.l)
	if g.err != nil {
		return idx
	}
	v := value{check: idx.check, temps: idx.temps}
	switch a.proto {
	case pRadio:
		if g.link != ltRadiotap && g.link != ltAVS && g.link != ltPrism || g.family != famWLAN {
			g.failLink(a.pos, "", "there is no radio header on this link type")
			return v
		}
		v.code = g.index(&offset{}, 0, idx, size)
	case pLink:
		v.code = g.index(g.header, 0, idx, size)
	case pIP, pIP6, pARP, pRARP, pATalk, pDECnet, pSCA, pLAT, pMOPRC, pMOPDL:
		v.check = both(idx.check, g.abbrev(a.proto, a.pos))
		g.known(fromNet)
		v.code = g.index(g.payload, g.net, idx, size)
	case pICMP6:
		// The next header must be ICMPv6 itself: a fragment has no ICMP header
		// at a known place.
		v.check = and(both(idx.check, g.abbrev(pIP6, a.pos)), g.cmp(fromNet, 6, 1, 58))
		v.code = g.index(g.payload, g.net+40, idx, size)
	case pSCTP, pTCP, pUDP, pICMP, pIGMP, pIGRP, pPIM, pVRRP, pCARP:
		// Only over IPv4, and only in the first fragment.
		c := and(g.abbrev(a.proto, a.pos), g.firstFragment())
		v.check = and(g.abbrev(pIP, a.pos), both(idx.check, c))
		v.code = g.indexTran(idx, size)
		if g.payload.variable {
			v.temps = max(v.temps, 1)
			g.temps = max(g.temps, v.temps)
		}
	default:
		g.fail(a.pos, "", "this protocol cannot be indexed")
	}
	return v
}

// index loads size octets at idx behind o and add.
func (g *gen) index(o *offset, add uint32, idx value, size uint32) []ins {
	k := o.k + add
	if idx.isConst && !o.variable {
		return []ins{absLoad(k+idx.k, size)}
	}
	if idx.isConst && idx.k < 1<<16 {
		return []ins{{op: opXMem, k: uint32(g.varReg(o))}, indLoad(k+idx.k, size)}
	}
	code := idx.code
	if idx.isConst {
		code = []ins{{op: opImm, k: idx.k}}
	}
	if o.variable {
		code = append(code, ins{op: opXMem, k: uint32(g.varReg(o))}, ins{op: opAddX})
	}
	return append(code, ins{op: opTAX}, indLoad(k, size))
}

// indexTran loads size octets at idx behind the IPv4 header.
func (g *gen) indexTran(idx value, size uint32) []ins {
	g.known(fromTran4)
	k := g.payload.k + g.net
	if idx.isConst && idx.k < 1<<16 {
		return append(g.headerLen4(), indLoad(k+idx.k, size))
	}
	code := idx.code
	if idx.isConst {
		code = []ins{{op: opImm, k: idx.k}}
	}
	if g.payload.variable {
		slot := uint32(scratchWords - 1)
		code = append(code, ins{op: opSt, k: slot})
		code = append(code, g.headerLen4()...)
		code = append(code, ins{op: opMem, k: slot})
	} else {
		code = append(code, g.headerLen4()...)
	}
	return append(code, ins{op: opAddX}, ins{op: opTAX}, indLoad(k, size))
}

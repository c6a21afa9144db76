package filter

// term reads one primitive, a negated one or an expression in parentheses.
func (p *parser) term(q qual) (*node, qual) {
	if !p.enter() {
		return nil, q
	}
	defer func() { p.depth-- }()
	t := p.tok()
	switch {
	case p.isOp("!"):
		p.i++
		n, q := p.term(q)
		return &node{kind: nNot, pos: t.pos, l: n}, q
	case p.isOp("(") && !p.operator(p.match[p.i]+1):
		p.i++
		n, _ := p.exprFrom(q)
		if p.err == nil {
			if !p.isOp(")") {
				p.unexpected("\")\"")
				return nil, q
			}
			p.i++
		}
		return n, q
	case p.isOp("(", "-"), t.kind == tNum, p.isWord("len"):
		return p.comparison(), noQual
	case t.kind == tProto:
		if n := &p.toks[p.i+1]; n.kind == tOp && n.text == "[" {
			return p.comparison(), noQual
		}
		p.i++
		if n, q, ok := p.qualified(t.proto); ok {
			return n, q
		}
		return &node{kind: nAbbrev, pos: t.pos, q: qual{proto: t.proto}}, noQual
	case t.kind == tWord:
		if n, q, ok := p.qualified(pNone); ok {
			return n, q
		}
		return p.primitive(), noQual
	}
	p.unexpected("an expression")
	return nil, q
}

var dirWords = map[string]dir{
	"src": dSrc, "dst": dDst, "addr1": dAddr1, "addr2": dAddr2, "addr3": dAddr3, "addr4": dAddr4,
	"ra": dRA, "ta": dTA,
}

var addrWords = map[string]addrType{"host": aHost, "net": aNet, "port": aPort, "portrange": aPortRange}

// qualified reads what may follow a protocol word: direction and type with an
// id, "broadcast", or the parts of an 802.11 header. ok is false when nothing of
// the kind follows.
func (p *parser) qualified(pr proto) (n *node, q qual, ok bool) {
	t := p.tok()
	if t.kind != tWord {
		return nil, q, false
	}
	if t.text == "gateway" || t.text == "protochain" {
		p.fail(t.pos, foreign[t.text], "%q is not supported", t.text)
		return nil, q, true
	}
	q = qual{proto: pr}
	if d, ok := dirWords[t.text]; ok {
		p.i++
		q.dir = d
		if (d == dSrc || d == dDst) && p.isOp("and", "or") {
			q.dir = dOr
			if p.isOp("and") {
				q.dir = dAnd
			}
			p.i++
			want := "dst"
			if d == dDst {
				want = "src"
			}
			if !p.isWord(want) {
				p.unexpected("\"" + want + "\"")
				return nil, q, true
			}
			p.i++
		}
		if a, ok := addrWords[p.tok().text]; ok && p.tok().kind == tWord {
			p.i++
			q.addr = a
		}
		return p.id(q), q, true
	}
	if a, ok := addrWords[t.text]; ok {
		p.i++
		q.addr = a
		return p.id(q), q, true
	}
	switch t.text {
	case "proto":
		p.i++
		q.addr = aProto
		return p.id(q), q, true
	case "broadcast", "multicast":
		p.i++
		kind := nBroadcast
		if t.text == "multicast" {
			kind = nMulticast
		}
		return &node{kind: kind, pos: t.pos, q: q}, noQual, true
	case "type", "subtype", "dir":
		return p.wlan(), noQual, true
	}
	return nil, q, false
}

// wlan reads "type T", "type T subtype S", "subtype S" or "dir D".
func (p *parser) wlan() *node {
	t := p.tok()
	p.i++
	v := p.tok()
	if v.kind != tNum && v.kind != tName {
		p.unexpected("an 802.11 " + t.text)
		return nil
	}
	p.i++
	n := &node{kind: nWLANType, pos: t.pos}
	switch t.text {
	case "dir":
		n.kind, n.num = nWLANDir, v.num
		if v.kind == tName {
			d, ok := wlanDirs[lower(v.text)]
			if !ok {
				p.fail(v.pos, "known are nods, tods, fromds and dstods", "unknown 802.11 direction %q", v.text)
			}
			n.num = d
		}
		return n
	case "subtype":
		n.mask2 = wlanTypeMask | wlanSubtypeMask
		if v.kind == tNum {
			p.fail(v.pos, "name it, or write type N subtype M", "a number after \"subtype\" without a type")
			return nil
		}
		for _, g := range wlanSubtypes {
			if s, ok := g.names[lower(v.text)]; ok {
				n.num = g.typ | s
				return n
			}
		}
		p.fail(v.pos, "", "unknown 802.11 subtype %q", v.text)
		return nil
	}
	n.num, n.mask2 = v.num, wlanTypeMask
	if v.kind == tName {
		typ, ok := wlanTypes[lower(v.text)]
		if !ok {
			p.fail(v.pos, "known are mgt, ctl and data", "unknown 802.11 type %q", v.text)
			return nil
		}
		n.num = typ
	} else if v.num&^wlanTypeMask != 0 {
		p.fail(v.pos, "it is masked with 0x0c", "%#x is no 802.11 type", v.num)
		return nil
	}
	if !p.isWord("subtype") {
		return n
	}
	p.i++
	s := p.tok()
	n.mask2 |= wlanSubtypeMask
	switch s.kind {
	case tNum:
		if s.num&^wlanSubtypeMask != 0 {
			p.fail(s.pos, "it is masked with 0xf0", "%#x is no 802.11 subtype", s.num)
			return nil
		}
		n.num |= s.num
		p.i++
		return n
	case tName:
		for _, g := range wlanSubtypes {
			if v, ok := g.names[lower(s.text)]; ok && g.typ == n.num {
				n.num |= v
				p.i++
				return n
			}
		}
		p.fail(s.pos, "", "unknown subtype %q of that 802.11 type", s.text)
		return nil
	}
	p.unexpected("an 802.11 subtype")
	return nil
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// primitive reads a primitive that begins with a word of its own.
func (p *parser) primitive() *node {
	t := p.tok()
	if why, ok := foreign[t.text]; ok {
		p.fail(t.pos, why, "%q is not supported", t.text)
		return nil
	}
	n := &node{pos: t.pos}
	p.i++
	switch t.text {
	case "less", "greater", "ifindex":
		n.kind = map[string]nodeKind{"less": nLess, "greater": nGreater, "ifindex": nIfIndex}[t.text]
		n.num = p.wantNum("a number")
	case "byte":
		n.kind, n.num = nByte, p.wantNum("an offset")
		if !p.isOp("&", "|", "<", ">", "=") {
			p.unexpected("one of & | < > =")
			return nil
		}
		if p.isOp("&", "|") {
			p.fail(p.tok().pos, "write ether[N] & V != 0", "\"byte N %s V\" is not supported: libpcap compiles it to a test of no octet of the packet", p.tok().text)
			return nil
		}
		n.rel = p.tok().text
		p.i++
		n.mask2 = p.wantNum("a number")
	case "inbound", "outbound":
		n.kind, n.has = nDirection, t.text == "outbound"
	case "vlan", "mpls", "pppoes", "geneve":
		n.kind = map[string]nodeKind{"vlan": nVLAN, "mpls": nMPLS, "pppoes": nPPPoES, "geneve": nGeneve}[t.text]
		if t.text == "vlan" {
			p.vlan = true
		}
		if p.tok().kind == tNum || p.isOp("(") {
			v := p.number(qual{})
			if v == nil {
				p.unexpected("a number")
				return nil
			}
			n.has, n.num = true, v.num
		}
	case "pppoed":
		n.kind = nPPPoED
	case "llc":
		n.kind = nLLC
		if p.tok().kind == tName || p.isWord("rnr") {
			n.text = lower(p.tok().text)
			if _, ok := llcKinds[n.text]; !ok {
				p.fail(p.tok().pos, "known are i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid and frmr", "unknown LLC type %q", p.tok().text)
				return nil
			}
			p.i++
		}
	default:
		p.i--
		p.unexpected("an expression")
		return nil
	}
	return n
}

// comparison reads two arithmetic expressions with a relation between them.
func (p *parser) comparison() *node {
	n := &node{kind: nCompare, x: p.arith()}
	t := p.tok()
	n.pos = t.pos
	if !p.isOp("<", ">", "=", "<=", ">=", "!=") {
		p.unexpected("a comparison")
		return nil
	}
	n.rel = t.text
	p.i++
	n.y = p.arith()
	return n
}

// Binding strengths. "%" and "^" have none in libpcap's grammar, so that they
// never let what stands left of them be finished first: "len % 5 + 1" is
// "len % (5 + 1)". Filters must mean what they mean in tcpdump.
const (
	notOp  = -1
	noPrec = iota - 1
	precOr
	precAnd
	precShift
	precAdd
	precMul
	precNeg
)

func prec(op string) int {
	switch op {
	case "|":
		return precOr
	case "&":
		return precAnd
	case "<<", ">>":
		return precShift
	case "+", "-":
		return precAdd
	case "*", "/":
		return precMul
	case "%", "^":
		return noPrec
	}
	return notOp
}

// arith reads an arithmetic expression by operator precedence.
func (p *parser) arith() *arith {
	if !p.enter() {
		return nil
	}
	defer func() { p.depth-- }()
	type pending struct {
		op  string
		pos int
		un  bool
	}
	var ops []pending
	var vals []*arith
	reduce := func() {
		o := ops[len(ops)-1]
		ops = ops[:len(ops)-1]
		if o.un {
			vals[len(vals)-1] = &arith{op: "neg", pos: o.pos, l: vals[len(vals)-1]}
			return
		}
		l, r := vals[len(vals)-2], vals[len(vals)-1]
		vals = append(vals[:len(vals)-2], &arith{op: o.op, pos: o.pos, l: l, r: r})
	}
	for p.err == nil {
		for p.isOp("-") {
			ops = append(ops, pending{"-", p.tok().pos, true})
			p.i++
		}
		if len(ops) > maxDepth {
			p.fail(p.tok().pos, "", "nested more than %d deep", maxDepth)
			return nil
		}
		v := p.operand()
		if v == nil {
			return nil
		}
		vals = append(vals, v)
		t := p.tok()
		if t.kind != tOp || prec(t.text) == notOp {
			break
		}
		for len(ops) > 0 {
			left := prec(ops[len(ops)-1].op)
			if ops[len(ops)-1].un {
				left = precNeg
			}
			if left == noPrec || prec(t.text) == noPrec || prec(t.text) > left {
				break
			}
			reduce()
		}
		ops = append(ops, pending{t.text, t.pos, false})
		p.i++
	}
	if p.err != nil {
		return nil
	}
	for len(ops) > 0 {
		reduce()
	}
	return vals[0]
}

// operand reads a number, "len", a load or an arithmetic expression in
// parentheses.
func (p *parser) operand() *arith {
	t := p.tok()
	switch {
	case t.kind == tNum:
		p.i++
		return &arith{pos: t.pos, num: t.num}
	case p.isWord("len"):
		p.i++
		return &arith{op: "len", pos: t.pos}
	case p.isOp("("):
		p.i++
		a := p.arith()
		if p.err == nil && !p.isOp(")") {
			p.unexpected("\")\"")
		}
		if p.err != nil {
			return nil
		}
		p.i++
		return a
	case t.kind == tProto && p.toks[p.i+1].kind == tOp && p.toks[p.i+1].text == "[":
		p.i += 2
		a := &arith{op: "[", pos: t.pos, proto: t.proto, num: 1, l: p.arith()}
		if p.err == nil && p.isOp(":") {
			p.i++
			a.num = p.wantNum("a size")
		}
		if p.err == nil && !p.isOp("]") {
			p.unexpected("\"]\"")
		}
		if p.err != nil {
			return nil
		}
		p.i++
		return a
	}
	p.unexpected("a number, \"len\" or something like tcp[13]")
	return nil
}

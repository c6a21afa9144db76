package filter

import "fmt"

// Expr is a parsed expression, independent of any link type.
type Expr struct {
	text string
	root *node // nil for the empty expression, which selects everything
	vlan bool  // holds "vlan"
}

// String returns the expression as it was given.
func (e *Expr) String() string { return e.text }

// maxDepth bounds how deep parentheses, "not" and "-" may nest.
const maxDepth = 500

// Parse reads an expression. The error, if any, is an *Error. Addresses, ports
// and qualifiers are checked by Compile.
func Parse(expr string) (*Expr, error) {
	toks, err := lex(expr)
	if err != nil {
		return nil, err
	}
	p := &parser{expr: expr, toks: toks}
	e := &Expr{text: expr}
	if p.tok().kind == tEOF {
		return e, nil
	}
	if err := p.matchParens(); err != nil {
		return nil, err
	}
	e.root, _ = p.exprFrom(noQual)
	if p.err == nil && p.tok().kind != tEOF {
		p.unexpected("\"and\" or \"or\"")
	}
	if p.err != nil {
		return nil, p.err
	}
	e.vlan = p.vlan
	return e, nil
}

// parser reads the tokens from left to right. The grammar is that of libpcap,
// where "and" and "or" have one precedence and an id inherits the qualifiers of
// what stands left of the operator before it. The first error stays.
type parser struct {
	expr  string
	toks  []token
	i     int
	match []int // for a "(" the index of its ")"
	depth int
	vlan  bool
	err   error
}

func (p *parser) tok() *token { return &p.toks[p.i] }

func (p *parser) isOp(ops ...string) bool {
	t := p.tok()
	if t.kind != tOp {
		return false
	}
	for _, o := range ops {
		if t.text == o {
			return true
		}
	}
	return false
}

func (p *parser) isWord(w string) bool { t := p.tok(); return t.kind == tWord && t.text == w }

// fail keeps the first error and moves to the end, so that every loop stops.
func (p *parser) fail(pos int, hint, format string, args ...any) {
	if p.err == nil {
		p.err = &Error{Expr: p.expr, Col: pos + 1, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	p.i = len(p.toks) - 1
}

func (p *parser) unexpected(want string) {
	t := p.tok()
	if t.kind == tEOF {
		p.fail(t.pos, "", "the expression ends where %s is expected", want)
		return
	}
	hint := ""
	switch {
	case t.kind == tName && nearest(t.text) != "":
		hint = fmt.Sprintf("did you mean %s?", nearest(t.text))
	case p.i > 0 && p.toks[p.i-1].kind == tName && nearest(p.toks[p.i-1].text) != "":
		hint = fmt.Sprintf("did you mean %s for %s?", nearest(p.toks[p.i-1].text), p.toks[p.i-1].text)
	case t.kind == tName && (t.text == "vxlan" || t.text == "gre" || t.text == "gtp"):
		hint = "this encapsulation is not in the language"
	case t.kind == tName && p.i == 0 || t.kind == tV4 || t.kind == tV6:
		hint = "addresses and names need a qualifier, as in host 10.0.0.1 or port 80"
	case t.kind == tMAC:
		hint = "a MAC address needs a qualifier, as in ether host 02:00:00:00:00:01"
	case t.kind == tName && isAlnum(t.text[0]):
		hint = "if a protocol of that name is meant, write proto \\NAME; a '-' inside a word belongs to the word"
	}
	p.fail(t.pos, hint, "%q where %s is expected", p.raw(t), want)
}

// nearest is the word of the language from which s differs by one slip of the
// hand, "" when there is none.
func nearest(s string) string {
	for _, w := range [...]string{"port", "host", "net", "portrange", "proto", "protochain", "src", "dst", "and", "or", "not", "tcp", "udp", "icmp", "icmp6", "sctp", "arp",
		"ip", "ip6", "ether", "vlan", "mpls", "pppoes", "less", "greater", "broadcast", "multicast", "inbound", "outbound", "gateway"} {
		if s != w && oneSlip(s, w) {
			return w
		}
	}
	return ""
}

// oneSlip reports whether a becomes b by one letter left out, added or changed,
// or by two neighbours that change places.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 2 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return i < len(a) && (a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
}

// raw is the text of t as written.
func (p *parser) raw(t *token) string {
	end := len(p.expr)
	for i := range p.toks {
		if p.toks[i].pos > t.pos {
			end = p.toks[i].pos
			break
		}
	}
	s := p.expr[t.pos:end]
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t' || s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.tok().pos, "", "nested more than %d deep", maxDepth)
		return false
	}
	return true
}

func (p *parser) matchParens() error {
	p.match = make([]int, len(p.toks))
	var open []int
	for i := range p.toks {
		if p.toks[i].kind != tOp {
			continue
		}
		switch p.toks[i].text {
		case "(":
			open = append(open, i)
		case ")":
			if len(open) == 0 {
				return &Error{Expr: p.expr, Col: p.toks[i].pos + 1, Msg: "\")\" without a \"(\" before it"}
			}
			p.match[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return &Error{Expr: p.expr, Col: p.toks[open[len(open)-1]].pos + 1, Msg: "\"(\" that is never closed"}
	}
	return nil
}

// exprFrom reads terms joined by "and" and "or"; q is what stands left of it,
// inherited only through parentheses and "not". It returns what the next id
// would inherit.
func (p *parser) exprFrom(q qual) (*node, qual) {
	n, q := p.term(q)
	for p.err == nil && p.isOp("and", "or") {
		kind, pos := nAnd, p.tok().pos
		if p.tok().text == "or" {
			kind = nOr
		}
		p.i++
		var r *node
		r, q = p.termOrID(q)
		n = &node{kind: kind, pos: pos, l: n, r: r}
	}
	return n, q
}

// termOrID reads what may follow "and" or "or".
func (p *parser) termOrID(q qual) (*node, qual) {
	if !p.enter() {
		return nil, q
	}
	defer func() { p.depth-- }()
	if p.isOp("!") {
		pos := p.tok().pos
		p.i++
		n, q := p.termOrID(q)
		return &node{kind: nNot, pos: pos, l: n}, q
	}
	if p.idAhead() {
		return p.id(q), q
	}
	return p.term(q)
}

// idAhead reports whether an id follows, which only "and", "or" and qualifiers
// allow. A number or a parenthesis may also begin a comparison.
func (p *parser) idAhead() bool {
	t := p.tok()
	switch t.kind {
	case tName, tV4, tV6, tMAC, tARCnet:
		return true
	case tNum:
		return !p.operator(p.i + 1)
	}
	if !p.isOp("(") || p.operator(p.match[p.i]+1) {
		return false
	}
	i := p.i
	for p.toks[i].kind == tOp && (p.toks[i].text == "(" || p.toks[i].text == "!") {
		i++
	}
	switch p.toks[i].kind {
	case tName, tV4, tV6, tMAC, tARCnet:
		return true
	case tNum:
		for i++; p.toks[i].kind == tOp && p.toks[i].text == ")"; i++ {
		}
		return !p.operator(i)
	}
	return false
}

// operator reports whether token i is an arithmetic or a relational operator.
func (p *parser) operator(i int) bool {
	t := &p.toks[i]
	if t.kind != tOp {
		return false
	}
	switch t.text {
	case "<", ">", "=", ">=", "<=", "!=":
		return true
	}
	return prec(t.text) != notOp
}

// id reads what qualifiers stand before: an address, a name, a number, or
// several of them in parentheses.
func (p *parser) id(q qual) *node {
	if !p.enter() {
		return nil
	}
	defer func() { p.depth-- }()
	if p.isOp("!") {
		pos := p.tok().pos
		p.i++
		return &node{kind: nNot, pos: pos, l: p.id(q)}
	}
	if p.isOp("(") {
		if n := p.number(q); n != nil {
			return n
		}
		p.i++
		// The first of a list is never itself a list in parentheses.
		if p.isOp("(") {
			if n := p.number(q); n != nil {
				return p.idList(n, q)
			}
			p.unexpected("an address, a name or a number")
			return nil
		}
		return p.idList(p.id(q), q)
	}
	t := p.tok()
	n := &node{pos: t.pos, q: q, text: t.text}
	switch t.kind {
	case tNum:
		n.kind, n.num = nNumber, t.num
	case tName:
		n.kind = nName
	case tMAC:
		n.kind = nMAC
	case tARCnet:
		n.kind = nARCnet
	case tV6:
		n.kind, n.num = nV6, 128
	case tV4:
		n.kind = nV4
	default:
		p.unexpected("an address, a name or a number")
		return nil
	}
	p.i++
	switch {
	case (n.kind == nV4 || n.kind == nV6) && p.isOp("/"):
		p.i++
		n.num = p.wantNum("a prefix length")
		if n.kind == nV4 {
			n.kind = nV4Len
		}
	case n.kind == nV4 && p.isWord("mask"):
		p.i++
		if p.tok().kind != tV4 {
			p.unexpected("a dotted network mask")
			return nil
		}
		n.kind, n.mask = nV4Mask, p.tok().text
		p.i++
	}
	return n
}

// number reads a number in any number of parentheses, or nothing.
func (p *parser) number(q qual) *node {
	i := p.i
	for p.toks[i].kind == tOp && p.toks[i].text == "(" {
		i++
	}
	open := i - p.i
	if p.toks[i].kind != tNum {
		return nil
	}
	n := &node{kind: nNumber, pos: p.toks[i].pos, q: q, num: p.toks[i].num, text: p.toks[i].text}
	for i++; open > 0; i++ {
		if p.toks[i].kind != tOp || p.toks[i].text != ")" {
			return nil
		}
		open--
	}
	p.i = i
	return n
}

func (p *parser) idList(n *node, q qual) *node {
	for p.err == nil && p.isOp("and", "or") {
		kind, pos := nAnd, p.tok().pos
		if p.tok().text == "or" {
			kind = nOr
		}
		p.i++
		n = &node{kind: kind, pos: pos, l: n, r: p.id(q)}
	}
	if p.err == nil {
		if !p.isOp(")") {
			p.unexpected("\")\"")
			return nil
		}
		p.i++
	}
	return n
}

func (p *parser) wantNum(what string) uint32 {
	t := p.tok()
	if t.kind != tNum {
		p.unexpected(what)
		return 0
	}
	p.i++
	return t.num
}

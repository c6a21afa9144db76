package filter

import (
	"fmt"

	"portero/capture"
)

// cond is a condition on a packet: a test, or conditions joined.
type cond struct {
	kind condKind
	l, r *cond
	t    *test
}

type condKind uint8

const (
	cTest condKind = iota
	cAnd
	cOr
	cNot
	cTrue
	cFalse
)

// test is a run of instructions followed by a conditional jump on A.
type test struct {
	body []ins
	jop  opcode // opJeqK ... opJsetX
	k    uint32
	// arith marks a comparison that the expression spells out. libpcap never
	// decides one by a test of its own making, or the other way round.
	arith bool
}

var (
	always = &cond{kind: cTrue}
	never  = &cond{kind: cFalse}
)

func and(l, r *cond) *cond { return &cond{kind: cAnd, l: l, r: r} }
func or(l, r *cond) *cond  { return &cond{kind: cOr, l: l, r: r} }
func not(c *cond) *cond    { return &cond{kind: cNot, l: c} }

// offset is a place in the frame: k octets, plus what scratch word reg holds
// when it is variable. reg is -1 until somebody needs it.
type offset struct {
	k        uint32
	variable bool
	reg      int
}

// base names what an offset counts from.
type base uint8

const (
	fromPacket    base = iota
	fromLink           // link header
	fromType           // type field of the link header
	fromPayload        // behind the link header; LLC where there is one
	fromNet            // network header
	fromNetNoSNAP      // network header over plain LLC
	fromMPLS           // the label before the network header
	fromTran4          // behind the IPv4 header
	fromTran6          // behind the fixed IPv6 header
)

// gen compiles a tree for one link type. Like libpcap it goes from left to
// right, and the encapsulations it meets ("vlan", "mpls", "pppoes", "geneve")
// move the offsets of everything after them, whatever operator joins them.
type gen struct {
	expr  *Expr
	opt   Options
	link  capture.LinkType
	outer linkInfo // of the link type

	family    family  // current one; an encapsulation changes it
	header    *offset // link header
	payload   *offset
	typ       *offset
	net       uint32
	netNoSNAP uint32
	labels    int  // MPLS labels passed
	vlans     int  // VLAN tags passed
	geneve    bool // inside Geneve, where an Ethernet header may be missing
	metaTag   bool // the outermost tag is beside the frame, not in it

	outerHeader  *offset // of the outermost link, for the code that computes them
	outerPayload *offset
	plainPPP     bool     // PPP as libpcap takes it for MPLS: link type 9 or in PPPoE
	regs         int      // scratch words given out, counted from 0
	temps        int      // scratch words arithmetic uses, counted from the last
	zeroed       []uint32 // scratch words that some ways leave unset
	rigid        bool     // bodies hold jumps: keep tests as they are
	err          error
}

func newGen(e *Expr, link capture.LinkType, opt Options, metaTag bool) *gen {
	g := &gen{expr: e, link: link, opt: opt, metaTag: metaTag}
	li, ok := linkOf(link)
	if !ok {
		g.failLink(0, "", "this link type is not known")
	}
	g.outer, g.family = li, li.fam
	g.header = &offset{k: li.header, variable: li.varHeader, reg: -1}
	g.payload = &offset{k: li.payload, variable: li.varPayload, reg: -1}
	g.typ = &offset{k: li.typ, reg: -1}
	g.outerHeader, g.outerPayload = g.header, g.payload
	g.plainPPP = link == 9
	g.net, g.netNoSNAP = li.net, li.netNoSNAP
	return g
}

// fail keeps the first error; the generator goes on harmlessly.
func (g *gen) fail(pos int, hint, format string, args ...any) *cond {
	if g.err == nil {
		g.err = &Error{Expr: g.expr.text, Col: pos + 1, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	return never
}

// failLink is fail for what other link types may accept.
func (g *gen) failLink(pos int, hint, format string, args ...any) *cond {
	if g.err == nil {
		g.err = &Error{Expr: g.expr.text, Col: pos + 1, Msg: fmt.Sprintf(format, args...), Hint: hint, OnLink: true, Link: g.link}
	}
	return never
}

const scratchWords = 16 // BPF_MEMWORDS

func (g *gen) reg(pos int) int {
	if g.regs == scratchWords {
		g.fail(pos, "", "the expression needs more than %d scratch words", scratchWords)
		return 0
	}
	g.regs++
	return g.regs - 1
}

// cond compiles n.
func (g *gen) cond(n *node) *cond {
	if g.err != nil {
		return never
	}
	switch n.kind {
	case nAnd:
		l := g.cond(n.l)
		return and(l, g.cond(n.r))
	case nOr:
		l := g.cond(n.l)
		return or(l, g.cond(n.r))
	case nNot:
		return not(g.cond(n.l))
	case nAbbrev:
		return g.abbrev(n.q.proto, n.pos)
	case nName:
		return g.name(n)
	case nNumber:
		return g.numberID(n)
	case nV4, nV4Len, nV4Mask:
		return g.v4(n)
	case nV6:
		return g.v6(n)
	case nMAC:
		return g.mac(n)
	case nARCnet:
		return g.arcnet(n)
	case nCompare:
		return g.compare(n)
	case nBroadcast:
		return g.broadcast(n)
	case nMulticast:
		return g.multicast(n)
	case nLess:
		return not(&cond{t: &test{body: []ins{{op: opLen}}, jop: opJgtK, k: n.num}})
	case nGreater:
		return &cond{t: &test{body: []ins{{op: opLen}}, jop: opJgeK, k: n.num}}
	case nByte:
		switch n.rel {
		case "=":
			return g.cmp(fromLink, n.num, 1, n.mask2)
		case "<":
			return not(g.jump(fromLink, n.num, 1, opJgeK, n.mask2))
		}
		return g.jump(fromLink, n.num, 1, opJgtK, n.mask2)
	case nDirection:
		return g.direction(n)
	case nIfIndex:
		return g.ifIndex(n)
	case nVLAN:
		return g.vlan(n)
	case nMPLS:
		return g.mpls(n)
	case nPPPoED:
		return g.linkType(etherPPPoED, n.pos)
	case nPPPoES:
		return g.pppoes(n)
	case nGeneve:
		return g.genevePacket(n)
	case nWLANType, nWLANDir:
		if !isWLAN(g.link) || g.link == ltPPI || g.family != famWLAN {
			return g.failLink(n.pos, "", "fields of an 802.11 header are only on 802.11")
		}
		if n.kind == nWLANDir {
			return g.masked(fromLink, 1, 1, n.num, wlanDirMask)
		}
		return g.masked(fromLink, 0, 1, n.num, n.mask2)
	}
	return g.llc(n) // nLLC
}

// load is the code that brings size octets at off behind from into A.
func (g *gen) load(from base, off, size uint32) []ins {
	o, add := g.header, off
	switch from {
	case fromPacket:
		return []ins{absLoad(off, size)}
	case fromType:
		o = g.typ
	case fromPayload:
		o = g.payload
	case fromNet:
		o, add = g.payload, g.net+off
	case fromNetNoSNAP:
		o, add = g.payload, g.netNoSNAP+off
	case fromMPLS:
		o, add = g.payload, g.net-4+off
	case fromTran6:
		o, add = g.payload, g.net+40+off
	case fromTran4:
		g.known(fromTran4)
		return append(g.headerLen4(), indLoad(g.payload.k+g.net+off, size))
	}
	g.known(from)
	if o.variable {
		return []ins{{op: opXMem, k: uint32(g.varReg(o))}, indLoad(o.k+add, size)}
	}
	return []ins{absLoad(o.k+add, size)}
}

// known refuses places that the link type does not have.
func (g *gen) known(from base) {
	missing := false
	switch from {
	case fromPacket, fromLink:
	case fromType:
		missing = g.typ.k == unset && !g.typ.variable
	case fromPayload:
		missing = g.payload.k == unset
	case fromNetNoSNAP:
		missing = g.payload.k == unset || g.netNoSNAP == unset
	default:
		missing = g.payload.k == unset || g.net == unset
	}
	if missing {
		g.failLink(0, "octets can still be compared, as in link[0] = 1", "what this link type carries cannot be filtered")
	}
}

// varReg gives the scratch word of a variable offset.
func (g *gen) varReg(o *offset) int {
	if o.reg < 0 {
		o.reg = g.reg(0)
	}
	return o.reg
}

// headerLen4 brings the length of the IPv4 header, plus what is variable before
// it, into X.
func (g *gen) headerLen4() []ins {
	if !g.payload.variable {
		return []ins{{op: opXMsh, k: g.payload.k + g.net}}
	}
	return []ins{
		{op: opXMem, k: uint32(g.varReg(g.payload))},
		{op: opIndB, k: g.payload.k + g.net},
		{op: opAndK, k: 0xf}, {op: opLshK, k: 2}, {op: opAddX}, {op: opTAX},
	}
}

// farAway is an offset no packet has. Absolute offsets with the top bit set mean
// something else to the Linux kernel (SKF_AD_OFF, SKF_LL_OFF), so they must not
// get there by arithmetic.
const farAway = 0x7fffff00

func absLoad(k, size uint32) ins {
	if k >= 1<<31 {
		k = farAway
	}
	return ins{op: opAbsB + opcode(size/2), k: k}
}

func indLoad(k, size uint32) ins { return ins{op: opIndB + opcode(size/2), k: k} }

// jump tests size octets at off with one jump.
func (g *gen) jump(from base, off, size uint32, jop opcode, k uint32) *cond {
	return &cond{t: &test{body: g.load(from, off, size), jop: jop, k: k}}
}

// cmp: the field is k.
func (g *gen) cmp(from base, off, size, k uint32) *cond {
	return g.jump(from, off, size, opJeqK, k)
}

// masked: the field under mask is k.
func (g *gen) masked(from base, off, size, k, mask uint32) *cond {
	body := g.load(from, off, size)
	if mask == 0 && !g.keepLoads() {
		return truth(k == 0)
	}
	if mask != 1<<32-1 {
		body = append(body, ins{op: opAndK, k: mask})
	}
	return &cond{t: &test{body: body, jop: opJeqK, k: k}}
}

// bytes: the octets at off are b. The last ones are compared first, as libpcap
// does, since in addresses they differ most.
func (g *gen) bytes(from base, off uint32, b []byte) *cond {
	var c *cond
	add := func(n *cond) {
		if c == nil {
			c = n
		} else {
			c = and(c, n)
		}
	}
	n := len(b)
	for n > 0 {
		size := 4
		for size > n {
			size /= 2
		}
		n -= size
		var v uint32
		for _, x := range b[n : n+size] {
			v = v<<8 | uint32(x)
		}
		add(g.cmp(from, off+uint32(n), uint32(size), v))
	}
	return c
}

// program joins the code that computes variable offsets and the condition.
func (g *gen) program() (pre []*test, c *cond) {
	if g.expr.root == nil {
		return nil, always
	}
	c = g.cond(g.expr.root)
	if g.err == nil {
		pre = g.prologue()
	}
	if g.regs+g.temps > scratchWords {
		g.fail(0, "", "the expression needs more than %d scratch words", scratchWords)
	}
	if len(g.zeroed) > 0 {
		// The kernel refuses programs that may read what was never stored.
		zero := &test{body: []ins{{op: opImm}}, jop: opJa}
		for _, r := range g.zeroed {
			zero.body = append(zero.body, ins{op: opSt, k: r})
		}
		pre = append(pre, zero)
	}
	return pre, c
}

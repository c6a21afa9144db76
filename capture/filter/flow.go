package filter

import "math/bits"

// flowNode is one test of a program with where it goes; node 0 rejects and
// node 1 accepts. Edges only lead to nodes that were made before, so a node's
// successors always have smaller numbers.
type flowNode struct {
	test *test
	t, f int32
	id   int32 // which question the test asks; see flow.number
}

const (
	rejectNode = 0
	acceptNode = 1
)

// flow is a decision graph.
type flow struct {
	nodes []flowNode
	root  int32
	full  bool // more tests than a program may have
}

func newFlow() *flow { return &flow{nodes: make([]flowNode, 2)} }

// add puts c in front of t and f and returns the node where it starts.
func (fl *flow) add(c *cond, t, f int32) int32 {
	for {
		switch c.kind {
		case cTrue:
			return t
		case cFalse:
			return f
		case cNot:
			c, t, f = c.l, f, t
			continue
		case cAnd:
			t, c = fl.add(c.r, t, f), c.l
			continue
		case cOr:
			f, c = fl.add(c.r, t, f), c.l
			continue
		}
		return fl.node(c.t, t, f)
	}
}

func (fl *flow) node(t *test, jt, jf int32) int32 {
	if len(fl.nodes) >= maxProgram {
		fl.full = true
		return rejectNode
	}
	fl.nodes = append(fl.nodes, flowNode{test: t, t: jt, f: jf})
	return int32(len(fl.nodes) - 1)
}

// values numbers what registers can hold: two equal numbers stand for equal
// values, 0 for a value nobody knows anything about.
type values struct {
	seen map[valueKey]int32
}

type valueKey struct {
	op   opcode
	k    uint32
	a, x int32
}

func (v *values) of(op opcode, k uint32, a, x int32) int32 {
	key := valueKey{op, k, a, x}
	n, ok := v.seen[key]
	if !ok {
		n = int32(len(v.seen)) + 1
		v.seen[key] = n
	}
	return n
}

// regs is what the registers hold, as value numbers.
type regs struct{ a, x int32 }

// step follows one instruction. mem holds the scratch words of this body.
func (v *values) step(r regs, n ins, mem *[scratchWords]int32) regs {
	switch op := n.op; {
	case op == opImm || op == opXImm:
		val := v.of(opImm, n.k, 0, 0)
		if op == opImm {
			r.a = val
		} else {
			r.x = val
		}
	case op == opMem:
		r.a = mem[n.k]
	case op == opXMem:
		r.x = mem[n.k]
	case op == opSt:
		mem[n.k] = r.a
	case op == opStX:
		mem[n.k] = r.x
	case op == opTAX:
		r.x = r.a
	case op == opTXA:
		r.a = r.x
	case op == opXMsh:
		r.x = v.of(op, n.k, 0, 0)
	case op >= opIndB && op <= opIndW:
		r.a = v.of(op, n.k, 0, r.x)
	case op >= opAddX && op <= opRshX:
		r.a = v.of(op, 0, r.a, r.x)
	case op >= opAddK && op <= opRshK:
		r.a = v.of(op, n.k, r.a, 0)
	default: // loads at fixed places, length and ancillary data
		r.a = v.of(op, n.k, 0, 0)
	}
	return r
}

// run follows a whole body from registers nobody knows.
func (v *values) run(body []ins) regs {
	var mem [scratchWords]int32
	var r regs
	for _, n := range body {
		r = v.step(r, n, &mem)
	}
	return r
}

// question is what a test asks, with equal questions being equal values.
type question struct {
	a     int32
	jop   opcode
	k     uint32
	x     int32
	arith bool
}

// bitset is a set of small numbers.
type bitset []uint64

func (b bitset) has(i int32) bool { return b[i/64]>>(i%64)&1 != 0 }
func (b bitset) set(i int32)      { b[i/64] |= 1 << (i % 64) }

// maxSimplify bounds the tests that are simplified; longer programs run as they
// are written.
const maxSimplify = 8192

// simplify drops tests whose outcome is known from the tests before them on
// every way to them, and tests whose outcome does not matter. As in libpcap the
// loads of a dropped test go with it, and with them the rejection of frames too
// short for them; and it finds as many expressions impossible as libpcap does,
// neither more nor fewer, because those are refused.
func (fl *flow) simplify(v *values) {
	if len(fl.nodes) > maxSimplify {
		return
	}
	s := &simplifier{flow: fl}
	s.number(v)
	for range 16 {
		changed := s.collapse(false)
		if s.thread() {
			changed = true
		}
		if !changed {
			break
		}
	}
	for range 16 {
		if !s.collapse(true) {
			return
		}
	}
}

type simplifier struct {
	*flow
	questions []question
	asking    [][]int32         // of a question: the nodes that ask it
	equal     map[int32][]int32 // of a value: the nodes that compare it with a number
}

// number gives every test the number of its question.
func (s *simplifier) number(v *values) {
	ids := map[question]int32{}
	s.equal = map[int32][]int32{}
	for i := 2; i < len(s.nodes); i++ {
		n := &s.nodes[i]
		r := v.run(n.test.body)
		q := question{a: r.a, jop: n.test.jop, k: n.test.k, arith: n.test.arith}
		if q.jop >= opJeqX {
			q.k, q.x = 0, r.x
		}
		id, ok := ids[q]
		if !ok {
			id = int32(len(s.questions))
			ids[q] = id
			s.questions = append(s.questions, q)
			s.asking = append(s.asking, nil)
		}
		n.id = id
		s.asking[id] = append(s.asking[id], int32(i))
		if q.jop == opJeqK {
			s.equal[q.a] = append(s.equal[q.a], int32(i))
		}
	}
}

// collapse skips tests that go to one place whatever they find and, with merge,
// makes equal tests with equal ends one.
func (s *simplifier) collapse(merge bool) bool {
	type end struct{ id, t, f int32 }
	to := make([]int32, len(s.nodes))
	to[rejectNode], to[acceptNode] = rejectNode, acceptNode
	seen := map[end]int32{}
	changed := false
	for i := 2; i < len(s.nodes); i++ {
		n := &s.nodes[i]
		if t, f := to[n.t], to[n.f]; t != n.t || f != n.f {
			n.t, n.f, changed = t, f, true
		}
		to[i] = int32(i)
		if n.t == n.f {
			to[i] = n.t
			continue
		}
		if !merge {
			continue
		}
		e := end{n.id, n.t, n.f}
		if j, ok := seen[e]; ok {
			to[i] = j
		} else {
			seen[e] = int32(i)
		}
	}
	if r := to[s.root]; r != s.root {
		s.root, changed = r, true
	}
	return changed
}

// thread looks at the edges that every way to a node takes, and leads an edge
// past tests that these decide. Edge 2n is node n's yes, 2n+1 its no.
func (s *simplifier) thread() bool {
	taken := make([]bitset, len(s.nodes))
	words := (2*len(s.nodes) + 63) / 64
	taken[s.root] = make(bitset, words)
	changed := false
	along := make(bitset, words)
	for i := s.root; i >= 2; i-- {
		if taken[i] == nil {
			continue // nothing leads here
		}
		n := &s.nodes[i]
		for side, to := range []*int32{&n.t, &n.f} {
			copy(along, taken[i])
			along.set(2*i + int32(side))
			for *to >= 2 {
				next := &s.nodes[*to]
				yes, ok := s.answer(next.id, along)
				if !ok {
					break
				}
				*to, changed = next.f, true
				if yes {
					*to = next.t
				}
			}
			if *to < 2 {
				continue
			}
			if taken[*to] == nil {
				taken[*to] = append(bitset(nil), along...)
				continue
			}
			for j, b := range along {
				taken[*to][j] &= b
			}
		}
	}
	return changed
}

// answer tells whether question id is decided by the edges taken: it was asked
// before, or its value is known to equal another number.
func (s *simplifier) answer(id int32, taken bitset) (yes, ok bool) {
	for _, n := range s.asking[id] {
		if taken.has(2 * n) {
			return true, true
		}
		if taken.has(2*n + 1) {
			return false, true
		}
	}
	q := &s.questions[id]
	if q.jop == opJeqK {
		for _, n := range s.equal[q.a] {
			if taken.has(2*n) && s.nodes[n].test.arith == q.arith {
				return false, true
			}
		}
	}
	return false, false
}

// order lists the nodes that can be reached, first to last, so that every edge
// leads forward.
func (fl *flow) order() []int32 {
	reached := make([]uint64, len(fl.nodes)/64+1)
	mark := func(i int32) { reached[i/64] |= 1 << (i % 64) }
	mark(fl.root)
	for i := fl.root; i >= 2; i-- {
		if reached[i/64]>>(i%64)&1 != 0 {
			mark(fl.nodes[i].t)
			mark(fl.nodes[i].f)
		}
	}
	n := 0
	for _, w := range reached {
		n += bits.OnesCount64(w)
	}
	list := make([]int32, 0, n)
	for i := fl.root; i >= 2; i-- {
		if reached[i/64]>>(i%64)&1 != 0 {
			list = append(list, i)
		}
	}
	return list
}

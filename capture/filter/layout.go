package filter

// layout turns the graph into instructions: the code of pre, then the tests in
// order, then accept and reject. It works from the last instruction to the
// first, so that every distance is known when it is needed. full reports that
// the program would be longer than maxProgram.
func (fl *flow) layout(pre []*test, v *values, rigid bool, accept uint32) (code []ins, full bool) {
	l := &layouter{dist: make([]int, len(fl.nodes))}
	list := fl.order()
	bodies := make([][]ins, len(list))
	for i, id := range list {
		bodies[i] = fl.nodes[id].test.body
	}
	if !rigid && len(list) <= maxSimplify {
		fl.shareLoads(list, bodies, v)
	}
	usesReject, usesAccept := fl.root == rejectNode, fl.root == acceptNode
	for _, id := range list {
		n := &fl.nodes[id]
		usesReject = usesReject || n.t == rejectNode || n.f == rejectNode
		usesAccept = usesAccept || n.t == acceptNode || n.f == acceptNode
	}
	for _, p := range pre {
		usesReject = usesReject || p.jop != opJa
	}
	if usesReject {
		l.emit(ins{op: opRet})
		l.dist[rejectNode] = len(l.rev)
	}
	if usesAccept {
		l.emit(ins{op: opRet, k: accept})
		l.dist[acceptNode] = len(l.rev)
	}
	for i := len(list) - 1; i >= 0; i-- {
		n := &fl.nodes[list[i]]
		l.test(bodies[i], n.test.jop, n.test.k, l.dist[n.t], l.dist[n.f])
		l.dist[list[i]] = len(l.rev)
		if len(l.rev) > maxProgram {
			return nil, true
		}
	}
	next := l.dist[fl.root]
	for i := len(pre) - 1; i >= 0; i-- {
		p := pre[i]
		if p.jop == opJa {
			if next != len(l.rev) {
				l.emit(ins{op: opJa, jt: uint16(next)})
			}
			l.body(p.body)
		} else {
			l.test(p.body, p.jop, p.k, next, l.dist[rejectNode])
		}
		next = len(l.rev)
	}
	if len(l.rev) > maxProgram {
		return nil, true
	}
	return l.done(), false
}

// layouter holds the instructions in reverse; jt and jf are distances from the
// end of the program until done.
type layouter struct {
	rev  []ins
	dist []int // of a node: how many instructions from its first one to the end
}

func (l *layouter) emit(n ins) { l.rev = append(l.rev, n) }

// test emits a body and its jump. A conditional jump reaches 255 instructions;
// what is farther goes through an unconditional one behind it.
func (l *layouter) test(body []ins, jop opcode, k uint32, t, f int) {
	reach := func(to int) int {
		// One more may come between the jump and its target.
		if len(l.rev)+1-to <= 255 {
			return to
		}
		l.emit(ins{op: opJa, jt: uint16(to)})
		return len(l.rev)
	}
	f = reach(f)
	t = reach(t)
	l.emit(ins{op: jop, k: k, jt: uint16(t), jf: uint16(f)})
	l.body(body)
}

// body emits instructions in which jumps count what they skip.
func (l *layouter) body(body []ins) {
	end := len(l.rev)
	for j := len(body) - 1; j >= 0; j-- {
		n := body[j]
		if n.op >= opJa {
			left := len(body) - 1 - j
			n.jt = uint16(end + left - int(n.jt))
			n.jf = uint16(end + left - int(n.jf))
		}
		l.emit(n)
	}
}

func (l *layouter) done() []ins {
	n := len(l.rev)
	code := make([]ins, n)
	for i, x := range l.rev {
		if x.op >= opJa {
			x.jt = uint16(n - int(x.jt))
			x.jf = uint16(n - int(x.jf))
		}
		code[n-1-i] = x
	}
	return code
}

// shareLoads drops from each body what the registers already hold on every way
// to it.
func (fl *flow) shareLoads(list []int32, bodies [][]ins, v *values) {
	entry := make([]regs, len(fl.nodes))
	known := make([]bool, len(fl.nodes))
	if len(list) > 0 {
		known[list[0]] = true
	}
	for i, id := range list {
		n := &fl.nodes[id]
		in := entry[id]
		bodies[i] = v.trim(bodies[i], in, n.test.jop >= opJeqX)
		var mem [scratchWords]int32
		for _, x := range bodies[i] {
			in = v.step(in, x, &mem)
		}
		for _, to := range []int32{n.t, n.f} {
			if !known[to] {
				known[to], entry[to] = true, in
				continue
			}
			if entry[to].a != in.a {
				entry[to].a = 0
			}
			if entry[to].x != in.x {
				entry[to].x = 0
			}
		}
	}
}

// trim gives the shortest end of body that does the same when the registers
// hold in. usesX says that the jump behind it reads X.
func (v *values) trim(body []ins, in regs, usesX bool) []ins {
	if len(body) > 64 {
		return body // long arithmetic; every cut is tried below
	}
	var mem [scratchWords]int32
	after := make([]regs, len(body)+1)
	stores := make([]bool, len(body)+1)
	for i, n := range body {
		after[i+1] = v.step(after[i], n, &mem)
		stores[i+1] = stores[i] || n.op == opSt || n.op == opStX
	}
	for i := len(body); i > 0; i-- {
		rest := body[i:]
		readsA, readsX, readsM := reads(rest, usesX)
		if (!readsA || in.a != 0 && in.a == after[i].a) &&
			(!readsX || in.x != 0 && in.x == after[i].x) &&
			(!readsM || !stores[i]) {
			return rest
		}
	}
	return body
}

// reads tells which registers code and the jump on A behind it read before they
// write them, and whether it reads scratch words.
func reads(code []ins, usesX bool) (a, x, mem bool) {
	setA, setX := false, false
	for _, n := range code {
		op := n.op
		if op == opSt || op == opTAX || op >= opAddK && op <= opRshX {
			a = a || !setA
		}
		if op == opStX || op == opTXA || op >= opIndB && op <= opIndW || op >= opAddX && op <= opRshX {
			x = x || !setX
		}
		switch {
		case op == opMem || op == opXMem:
			mem = true
			fallthrough
		default:
			setX = setX || op == opXMem || op == opXImm || op == opXMsh || op == opTAX
			setA = setA || op != opXMem && op != opXImm && op != opXMsh && op != opTAX && op != opSt && op != opStX
		}
	}
	return a || !setA, x || usesX && !setX, mem
}

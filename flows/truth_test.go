package flows

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// faults are those of a capture.
type faults struct {
	drop        float64
	only        int // of whom the packets were captured, -1 both
	late, early float64
	disorder    float64
}

type caseOf struct {
	seed   uint64
	m      *model
	f      faults
	caught []*wired
}

// play lets two hosts live through one or two connections, and a capture miss some of it.
func play(seed uint64) *caseOf {
	r := rand.New(rand.NewPCG(seed, 77))
	m := &model{r: r, now: 1e18}
	c := &caseOf{seed: seed, m: m}
	pick := func(xs ...float64) float64 { return xs[r.IntN(len(xs))] }
	m.delay = [2]int64{int64(pick(1e4, 1e6, 20e6)), int64(pick(1e4, 1e6, 20e6))}
	m.jitter = int64(pick(0, 0, 0, 1e5, 5e6))
	m.loss = pick(0, 0, 0, 0.05, 0.2)
	lives := 1 + r.IntN(4)/3
	var isn [2]capture.Seq
	for i := range isn {
		isn[i] = capture.Seq(r.Uint32())
		if r.IntN(4) == 0 {
			isn[i] = capture.Seq(uint32(0) - uint32(r.IntN(3000)))
		}
	}
	for range lives {
		was := m.now
		m.connect(isn)
		m.now += int64(pick(1e7, 1e9, 30e9, 100e9))
		for i := range isn {
			isn[i] += capture.Seq(uint32((m.now - was) / 64)) // as Linux does
			if r.IntN(3) == 0 {
				isn[i] = capture.Seq(r.Uint32())
			}
		}
	}
	f := &c.f
	f.only = -1
	switch r.IntN(6) {
	case 0:
		f.drop = 0.08
	case 1:
		f.drop = 0.35
	case 2:
		f.only = r.IntN(2)
	case 3:
		f.late = r.Float64()
	case 4:
		f.early = r.Float64()
	}
	if r.IntN(5) == 0 {
		f.disorder = pick(0.05, 0.3)
	}
	var all []*wired
	for _, l := range m.lives {
		for _, w := range l.wire {
			if w.held {
				all = append(all, w)
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	for i, w := range all {
		where := float64(i) / float64(len(all))
		if r.Float64() < f.drop || f.only >= 0 && w.from != f.only || where < f.late || f.early > 0 && where > f.early {
			w.held = false
			continue
		}
		c.caught = append(c.caught, w)
	}
	for i := 1; i < len(c.caught); i++ {
		a, b := c.caught[i-1], c.caught[i]
		if f.disorder > 0 && r.Float64() < f.disorder && b.at-a.at < 2e6 && a.life == b.life && a.from != b.from {
			c.caught[i-1], c.caught[i] = b, a
			i++
		}
	}
	return c
}

func (m *model) connect(isn [2]capture.Seq) {
	r := m.r
	pick := func(xs ...int64) int64 { return xs[r.IntN(len(xs))] }
	l := &life{}
	m.l, m.turn, m.turns, m.q, m.busy = l, 0, nil, nil, false
	m.lives = append(m.lives, l)
	for i := range l.host {
		l.host[i] = &host{n: i, isn: isn[i], rto: 1e9, size: pick(300, 500, 1460), peerWindow: 64000, window: 64000}
		if r.IntN(4) == 0 {
			l.host[i].peerWindow = pick(1000, 4000)
		}
	}
	a, b := l.host[0], l.host[1]
	a.lazy = r.IntN(4) == 0
	b.st = stListen
	switch r.IntN(10) {
	case 0:
		b.st = stClosed
	case 1:
		b.st = stSilent
	}
	b.takesFastOpen = r.IntN(2) == 0
	for range r.IntN(5) {
		m.turns = append(m.turns, turn{r.IntN(2), pick(1, 20, 300, 3000, 7000)})
	}
	m.plan = plan{closer: r.IntN(2), how: int(pick(0, 1, 1, 1, 1, 2)), answer: int(pick(0, 1, 1, 1, 2, 3)), idle: pick(0, 0, 5e6, 5e9)}
	m.until = m.now + 60e9
	a.st, a.top, a.nxt = stSynSent, 1, 1
	n := int64(0)
	if len(m.turns) > 0 && m.turns[0].host == 0 && r.IntN(3) == 0 {
		n = min(m.turns[0].n, a.size)
		a.wrote = m.turns[0].n
		m.turns = m.turns[1:]
		a.top, a.spoke = 1+n, true
	}
	m.send(a, syn, 0, n)
	m.arm(a)
	if n == 0 && b.st == stListen && r.IntN(12) == 0 {
		b.st, b.top, b.nxt = stSynSent, 1, 1
		m.in(r.Int64N(4e6), func() {
			if b.knowsPeer {
				return
			}
			m.send(b, syn, 0, 0)
			m.arm(b)
		})
	}
	if r.IntN(15) == 0 {
		m.in(r.Int64N(60e6), func() {
			if a.st == stSynSent {
				a.st = stClosed // and says nothing
			} else {
				m.abort(a)
			}
		})
	}
	m.run()
}

func (c *caseOf) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d %+v delay %v jitter %d loss %v\n", c.seed, c.f, c.m.delay, c.m.jitter, c.m.loss)
	frame := map[*wired]int{}
	for i, w := range c.caught {
		frame[w] = i + 1
	}
	for _, l := range c.m.lives {
		ws := slices.Clone(l.wire)
		sort.SliceStable(ws, func(i, j int) bool { return max(ws[i].at, ws[i].sent) < max(ws[j].at, ws[j].sent) })
		fmt.Fprintf(&b, "  isn %d %d open %v\n", l.host[0].isn, l.host[1].isn, l.open)
		for _, w := range ws {
			no := "-"
			if f := frame[w]; f > 0 {
				no = strconv.Itoa(f)
			}
			fs := ""
			for i, n := range "FSRPA" {
				if w.flags&(1<<i) != 0 {
					fs += string(n)
				}
			}
			s, a := int64(w.seq.Sub(l.host[w.from].isn)), int64(w.ack.Sub(l.host[1-w.from].isn))
			if !w.flags.Any(ack) {
				a = 0
			}
			fmt.Fprintf(&b, "  %4s %+11.3fms %s %-4s seq %d ack %d len %d\n", no, float64(max(w.at, w.sent)-1e18)/1e6, ">  <"[3*w.from:3*w.from+1], fs, s, a, w.n)
		}
	}
	return b.String()
}

// read lets portero see what was caught.
func (c *caseOf) read(t *testing.T) []Ended {
	s := tell(t, Config{})
	ends := [2][16]byte{{10: 255, 11: 255, 12: 10, 15: 1}, {10: 255, 11: 255, 12: 10, 15: 2}}
	ports := [2]uint16{40000, 80}
	for i, w := range c.caught {
		p := capture.Packet{Ver: 4, Proto: 6, Time: w.at, Index: uint64(i + 1), WireLen: 54 + w.n, PayloadLen: w.n, Frames: 1, Flags: w.flags, Window: 64000, IPID: w.id,
			Digest: uint64(i+1) * 0x9e3779b97f4a7c15, Src: ends[w.from], Dst: ends[1-w.from], SrcPort: ports[w.from], DstPort: ports[1-w.from], Seq: w.seq, Ack: w.ack}
		p.Hash = capture.TupleHash(1, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
		s.table.Advance(p.Time, p.Index)
		s.table.Observe(&p, nil)
	}
	s.table.Flush(uint64(len(c.caught)), handshake.EndForced)
	sort.Slice(s.ended, func(i, j int) bool { return s.ended[i].ID < s.ended[j].ID })
	return s.ended
}

// union is how many octets of [lo, hi) the segments of host carried.
func union(ws []*wired, h *host, lo, hi int64) (n int64) {
	var rs [][2]int64
	for _, w := range ws {
		if w.from != h.n || w.n == 0 || w.flags.Any(rst) {
			continue
		}
		s := int64(w.seq.Sub(h.isn))
		if w.flags.Any(syn) {
			s++
		}
		rs = append(rs, [2]int64{s, s + int64(w.n)})
	}
	sort.Slice(rs, func(i, j int) bool { return rs[i][0] < rs[j][0] })
	at := lo
	for _, x := range rs {
		a, b := max(x[0], at), min(x[1], hi)
		if b > a {
			n += b - a
			at = b
		}
	}
	return n
}

// differ tells where e, the record of l, says what is not so.
func (c *caseOf) differ(l *life, e *Ended) (faults []string) {
	say := func(kind string, a ...any) { faults = append(faults, kind+": "+fmt.Sprintln(a...)) }
	var ws []*wired
	frame := map[*wired]uint64{}
	for i, w := range c.caught {
		if w.life == l {
			ws = append(ws, w)
			frame[w] = uint64(i + 1)
		}
	}
	o := 0
	first := func(is func(w *wired) bool) uint64 {
		for _, w := range ws {
			if is(w) {
				return frame[w]
			}
		}
		return 0
	}
	anySYN := [2]bool{}
	for _, w := range ws {
		if w.flags&(syn|ack) == syn {
			if !anySYN[0] && !anySYN[1] {
				o = w.from
			}
			anySYN[w.from] = true
		}
	}
	if e.Orig.Port != [2]uint16{40000, 80}[o] && first(func(w *wired) bool { return w.flags.Any(syn) }) != 0 {
		say("orig", e.Orig.Port)
		return
	}
	a, b := l.host[o], l.host[1-o]
	seq := func(w *wired) int64 { return int64(w.seq.Sub(l.host[w.from].isn)) }
	ak := func(w *wired) int64 { return int64(w.ack.Sub(l.host[1-w.from].isn)) }
	plain := func(w *wired) bool { return w.flags&(syn|rst|ack) == ack }
	synF := first(func(w *wired) bool { return w.from == o && w.flags&(syn|ack) == syn })
	saF := first(func(w *wired) bool { return w.from != o && w.flags.Has(syn|ack) })
	thirdF := first(func(w *wired) bool { return w.from == o && plain(w) && (seq(w) == 1 || l.tfoTaken && seq(w) == b.tfo) })
	seg0 := first(func(w *wired) bool { return w.from == o && plain(w) })
	proof1 := first(func(w *wired) bool {
		return w.from != o && plain(w) && (w.n > 0 && !l.tfoTaken || w.flags.Any(fin) || ak(w) > 1 && !l.tfoTaken)
	})
	seg1 := first(func(w *wired) bool { return w.from != o && plain(w) })
	pk := [2]int{}
	for _, w := range ws {
		pk[w.from]++
	}
	rst1 := first(func(w *wired) bool { return w.from != o && w.flags.Any(rst) })
	rst0 := first(func(w *wired) bool { return w.from == o && w.flags.Any(rst) })
	V := e.J.Verdict
	if !l.crossed && !(anySYN[0] && anySYN[1]) {
		var want []handshake.Verdict
		var miss handshake.Missing
		switch {
		case synF != 0 && saF != 0 && thirdF != 0:
			want = append(want, handshake.Completed)
		case (synF != 0 || saF != 0) && l.open[o] && (seg0 != 0 && (pk[1-o] == 0 || saF != 0 || seg1 != 0) || proof1 != 0):
			if pk[0] > 0 && pk[1] > 0 {
				want = append(want, handshake.CompletedUnseen)
			} else {
				want = append(want, handshake.Implied)
			}
			if synF == 0 {
				miss |= handshake.MissingSYN
			}
			if saF == 0 {
				miss |= handshake.MissingSYNACK
			}
			if thirdF == 0 {
				miss |= handshake.MissingACK
			}
		case synF != 0 && rst1 != 0 && l.refused:
			want = append(want, handshake.Refused)
		case synF != 0 && saF != 0 && rst0 == 0:
			want = append(want, handshake.HalfOpen)
		case synF != 0 && pk[1-o] == 0 && rst0 == 0:
			want = append(want, handshake.NoAnswer)
		case synF == 0 && saF == 0 && (seg0 != 0 || seg1 != 0):
			want = append(want, handshake.Midstream)
		}
		if len(want) > 0 && !slices.Contains(want, V) {
			say("verdict", V, "want", want)
			return
		}
		if len(want) > 0 && e.J.Missing != miss && !l.host[0].spoke {
			say("missing", e.J.Missing.List(), "want", miss.List())
		}
	}
	if V == handshake.Invalid || V == handshake.Probe || V == handshake.Unknown {
		say("verdict", V)
		return
	}
	if V.Opened() && !l.open[o] {
		say("verdict", V, "but never open")
	}
	if !l.crossed && V.Opened() {
		if e.SYNFrame != synF {
			say("syn_frame", e.SYNFrame, synF)
		}
		if e.SYNACKFrame != saF {
			say("synack_frame", e.SYNACKFrame, saF)
		}
		if e.ACKFrame != thirdF && !l.host[0].spoke {
			say("ack_frame", e.ACKFrame, thirdF)
		}
	}
	for i, v := range []*SideView{&e.Orig, &e.Resp} {
		h, p := a, b
		if i == 1 {
			h, p = b, a
		}
		if e.Orig.Port != [2]uint16{40000, 80}[o] {
			h, p = p, h
		}
		if int(v.Pkts) != pk[h.n] {
			say("pkts", h.n, v.Pkts, pk[h.n])
		}
		got := union(ws, h, 0, 1<<40)
		if int64(v.Payload) != got {
			say("payload", h.n, v.Payload, got)
		}
		anchored := first(func(w *wired) bool { return w.from == h.n && w.flags.Any(syn) }) != 0
		fins := first(func(w *wired) bool { return w.from == h.n && w.flags.Any(fin) }) != 0
		high := int64(0)
		for _, w := range ws {
			if w.from == p.n && w.flags.Any(ack) && !w.flags.Any(rst) {
				high = max(high, ak(w))
			}
		}
		if anchored {
			top := min(high, 1+h.wrote)
			lost := max(top-1, 0) - union(ws, h, 1, top)
			if d := int64(v.Lost) - lost; d != 0 && !(!fins && (d == 1 || d == -1)) && V.Opened() {
				say("lost", h.n, v.Lost, lost)
			}
		}
	}
	gone := first(func(w *wired) bool { return w.flags&(rst|ack) == rst }) != 0 // an answer of a socket that is gone, whose RST may be missed
	if gone {
		e.Oddities &^= handshake.OddRSTWindow
	}
	if e.SuspectedRSTs != 0 && !gone {
		say("suspected", e.SuspectedRSTs)
	}
	if bad := e.Oddities & (handshake.OddStraySYN | handshake.OddSeqWindow | handshake.OddAckUnsent | handshake.OddRSTWindow | handshake.OddSYNISN | handshake.OddSYNACKISN | handshake.OddSYNACKNumber | handshake.OddFlags | handshake.OddLateSegment); bad != 0 {
		say("oddity", bad.List())
	}
	if V.Opened() || V == handshake.Midstream {
		fins := [2]uint64{}
		for i := range fins {
			fins[i] = first(func(w *wired) bool { return w.from == i && w.flags.Any(fin) })
		}
		reset := first(func(w *wired) bool {
			return w.flags.Any(rst) && (l.resetBy[w.from] && w.flags.Any(ack) || l.host[1-w.from].st == stRefused)
		})
		want := handshake.StillOpen
		switch {
		case fins[0] != 0 && fins[1] != 0:
			want = handshake.Closed
		case reset != 0:
			want = handshake.Reset
		case fins[0] != 0 || fins[1] != 0:
			want = handshake.HalfClosed
		}
		if gone && e.J.Close != handshake.Closed && want != handshake.Closed {
			return faults
		}
		if e.J.Close != want {
			say("close", e.J.Close, "want", want)
		} else if want == handshake.Closed {
			by := handshake.ByBoth
			for i, h := range l.host {
				if h.finSeenBeforeOwn {
					by = handshake.ByOrig
					if (i == 0) == (e.Orig.Port == 40000) {
						by = handshake.ByResp
					}
				}
			}
			if e.J.ClosedBy != by {
				say("closed_by", e.J.ClosedBy, "want", by)
			}
		}
	}
	return faults
}

// unheard reports whether nothing that was caught tells that the first of two connections was over and that the second
// was accepted, or whether all that was caught of who called in the first are calls, which the second goes on with.
func (c *caseOf) unheard(lives []*life) bool {
	var fins, calls, answered [2]bool
	over, only := false, true
	for _, w := range c.caught {
		if w.life == lives[0] {
			fins[w.from] = fins[w.from] || w.flags.Any(fin)
			over = over || w.flags.Any(rst) || fins[0] && fins[1]
			only = only && (w.from == 1 || w.flags&(syn|ack) == syn) && !w.flags.Any(rst)
			continue
		}
		calls[w.from] = calls[w.from] || w.flags&(syn|ack) == syn
		answered[w.from] = answered[w.from] || w.flags.Any(rst) || w.flags.Has(syn|ack)
	}
	return only || !over && !(calls[0] && answered[1] && !calls[1]) && !c.parts(lives, fins)
}

// parts reports whether the numbers of two connections tell them apart, though neither the end of the first nor the
// opening of the second was caught: of the first a FIN was, and both ends go on with each other far from it.
func (c *caseOf) parts(lives []*life, fins [2]bool) bool {
	if fins[0] == fins[1] || c.f.disorder > 0 {
		return false
	}
	var pair [2]*wired
	for _, w := range c.caught {
		switch {
		case w.life == lives[0]:
		case w.flags&(syn|rst|ack) != ack:
			return false
		default:
			pair[w.from] = w
		}
	}
	if pair[0] == nil || pair[1] == nil {
		return false
	}
	for i, h := range lives[0].host {
		d := lives[1].host[i].isn.Sub(h.isn)
		if d > -1<<18 && d < 1<<18 {
			return false
		}
	}
	return true
}

// open reports whether what is said of a case is an open question: where the very segments are missing that would
// prove it, or others that look the same, a record says less than the truth.
func (c *caseOf) open(b string) bool {
	kind, said, _ := strings.Cut(b, ":")
	crossed, onSYN := false, false
	for _, l := range c.m.lives {
		crossed, onSYN = crossed || l.crossed, onSYN || l.host[0].spoke
	}
	switch kind {
	case "verdict":
		return crossed || !strings.Contains(said, "never open") && (c.f.drop > 0 || onSYN && c.f.late > 0 || strings.Contains(said, "probe"))
	case "records": // two refusals alone are told as one
		return c.f.drop > 0 || crossed || c.f.only == 1
	case "pkts", "oddity":
		return c.f.drop > 0
	case "payload": // one octet before all that was captured may be of a keep-alive
		return c.f.disorder > 0 && (c.f.drop > 0 || c.f.late > 0)
	}
	return crossed
}

// TestModel holds what is told of a thousand conversations, of which a capture missed some, to what truly happened.
func TestModel(t *testing.T) {
	n := 1200
	if testing.Short() {
		n = 200
	}
	for seed := 1; seed <= n; seed++ {
		c := play(uint64(seed))
		es := c.read(t)
		var lives []*life
		for _, l := range c.m.lives {
			if slices.ContainsFunc(c.caught, func(w *wired) bool { return w.life == l }) {
				lives = append(lives, l)
			}
		}
		if len(lives) == 2 && c.unheard(lives) {
			continue
		}
		var bad []string
		if len(es) != len(lives) {
			bad = append(bad, fmt.Sprintf("records: %d, want %d", len(es), len(lives)))
		} else {
			for i, l := range lives {
				bad = append(bad, c.differ(l, &es[i])...)
			}
		}
		for _, b := range bad {
			if !c.open(b) {
				t.Errorf("%s\n%s", b, c)
			}
		}
		if t.Failed() {
			return
		}
	}
}

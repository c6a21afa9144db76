//go:build linux

package lab

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/trace"
)

// tracefs is where the kernel's tracepoints are read.
const tracefs = "/sys/kernel/tracing"

// witness records what the tracepoint sock:inet_sock_set_state says.
type witness struct{ dir string }

// event is one change of state that the kernel reports.
type event struct {
	at       int64 // nanoseconds since 1970
	sk       string
	own, far netip.AddrPort
	from, to trace.State
}

func (e event) String() string { return fmt.Sprintf("%v>%v at %d", e.from, e.to, e.at/1000) }

// newWitness opens an instance of its own; the error says what is missing.
func newWitness() (*witness, error) {
	if _, err := os.Stat(tracefs + "/events"); err != nil {
		if err := unix.Mount("tracefs", tracefs, "tracefs", 0, ""); err != nil {
			return nil, fmt.Errorf("mounting tracefs: %w", err)
		}
	}
	w := &witness{filepath.Join(tracefs, "instances", fmt.Sprintf("portero-lab-%d", os.Getpid()))}
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return nil, err
	}
	for _, f := range [][2]string{{"trace_clock", "mono"}, {"events/sock/inet_sock_set_state/enable", "1"}} {
		if err := os.WriteFile(filepath.Join(w.dir, f[0]), []byte(f[1]), 0); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

func (w *witness) close() { _ = os.Remove(w.dir) }

func (w *witness) clear() error { return os.WriteFile(filepath.Join(w.dir, "trace"), nil, 0) }

var kernelStates = map[string]trace.State{
	"TCP_ESTABLISHED": trace.Established, "TCP_SYN_SENT": trace.SynSent, "TCP_SYN_RECV": trace.SynReceived, "TCP_FIN_WAIT1": trace.FinWait1,
	"TCP_FIN_WAIT2": trace.FinWait2, "TCP_TIME_WAIT": trace.TimeWait, "TCP_CLOSE": trace.Closed, "TCP_CLOSE_WAIT": trace.CloseWait,
	"TCP_LAST_ACK": trace.LastAck, "TCP_LISTEN": trace.Listen, "TCP_CLOSING": trace.Closing,
}

// events reads what was recorded, in the wall clock's time.
func (w *witness) events() ([]event, error) {
	f, err := os.Open(filepath.Join(w.dir, "trace"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var mono unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono); err != nil {
		return nil, err
	}
	offset := time.Now().UnixNano() - mono.Nano()
	var out []event
	for sc := bufio.NewScanner(f); sc.Scan(); {
		head, tail, ok := strings.Cut(sc.Text(), ": inet_sock_set_state: ")
		if !ok {
			continue
		}
		sec, err := strconv.ParseFloat(head[strings.LastIndexByte(head, ' ')+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", sc.Text(), err)
		}
		v := map[string]string{}
		for _, kv := range strings.Fields(tail) {
			k, x, _ := strings.Cut(kv, "=")
			v[k] = x
		}
		e := event{at: int64(sec*1e6)*1e3 + offset, from: kernelStates[v["oldstate"]], to: kernelStates[v["newstate"]]}
		for _, x := range []struct {
			to   *netip.AddrPort
			a, p string
		}{{&e.own, "saddr", "sport"}, {&e.far, "daddr", "dport"}} {
			a, err := netip.ParseAddr(v[x.a])
			if err != nil {
				return nil, fmt.Errorf("%q: %w", sc.Text(), err)
			}
			p, err := strconv.ParseUint(v[x.p], 10, 16)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", sc.Text(), err)
			}
			*x.to = netip.AddrPortFrom(a, uint16(p))
		}
		out = append(out, e)
	}
	return out, nil
}

// entered is a state that the ladder says an end entered.
type entered struct {
	state    trace.State
	step     int
	inferred bool
}

// ladder lists the states that end e entered.
func ladder(tr *trace.Trace, e trace.End) []entered {
	var out []entered
	for i := range tr.Steps {
		for _, m := range tr.Steps[i].Moves {
			if m.End == e && m.Changes() {
				out = append(out, entered{m.To, i, m.Inferred})
			}
		}
	}
	return out
}

// witnessed plays a scenario and lets the kernel judge the ladder. The order of
// the states must be right at once; the times may be disturbed by a busy machine,
// so three runs are allowed for them.
func witnessed(t *testing.T, sc Scenario) {
	w, err := newWitness()
	if err != nil {
		t.Logf("the tracepoint is not to be had, the verdicts alone are judged: %v", err)
		judge(t, sc, inNamespaces(t, sc))
		return
	}
	defer w.close()
	for run := 1; ; run++ {
		if err := w.clear(); err != nil {
			t.Fatal(err)
		}
		res := inNamespaces(t, sc)
		judge(t, sc, res)
		evs, err := w.events()
		if err != nil {
			t.Fatal(err)
		}
		late := compare(t, res, evs)
		if sc.Name == "deferred-accept" {
			deferred(t, res, evs)
		}
		if len(late) == 0 || t.Failed() {
			return
		}
		if run == 3 {
			t.Error(strings.Join(late, "\n"))
			return
		}
		t.Logf("run %d: %s", run, strings.Join(late, "; "))
	}
}

// compare holds the ladder of every connection against the kernel's events. It
// fails the test where the order differs and returns what differs in time.
func compare(t *testing.T, res *Result, evs []event) (late []string) {
	t.Helper()
	at := map[*byte]*Packet{}
	for i := range res.Packets {
		at[&res.Packets[i].Data[0]] = &res.Packets[i]
	}
	for _, h := range listen(t, res, AtMiddle) {
		if !h.trace.TCP {
			continue
		}
		made := h.fs[h.trace.Steps[0].Frame-1].Data
		if header := made[20:]; uint32(header[4])<<24|uint32(header[5])<<16|uint32(header[6])<<8 == madeISN&^0xff {
			continue // no socket of the client's sent this SYN, and none of the server's was born
		}
		for e := trace.Orig; e <= trace.Resp; e++ {
			own, far := endpoint(h.trace, e), endpoint(h.trace, e.Peer())
			var mine []event
			for i, ev := range evs {
				if ev.own == own && ev.far == far && !ev.used() {
					mine = append(mine, ev)
					evs[i].sk = "used"
					// One life of a socket: the next connection of these ports comes after.
					if ev.to == trace.Closed {
						break
					}
				}
			}
			late = append(late, one(t, h, e, mine, at)...)
		}
	}
	return late
}

func (e event) used() bool { return e.sk == "used" }

func endpoint(tr *trace.Trace, e trace.End) netip.AddrPort {
	return netip.AddrPortFrom(tr.Ends[e].Addr, tr.Ends[e].Port)
}

// one compares one end of one connection.
func one(t *testing.T, h *heard, e trace.End, evs []event, at map[*byte]*Packet) (late []string) {
	t.Helper()
	said := ladder(h.trace, e)
	var kernel []trace.State
	for i, ev := range evs {
		to := ev.to
		// A full socket ends where TIME-WAIT begins: a smaller one that the tracepoint
		// does not follow takes its place.
		if to == trace.Closed && i > 0 && (ev.from == trace.FinWait2 || ev.from == trace.Closing) {
			to = trace.TimeWait
		}
		kernel = append(kernel, to)
	}
	// A caller that gives up, or to whom a router says no, closes without a packet.
	if n := len(kernel); n == len(said)+1 && n > 1 && kernel[n-1] == trace.Closed && said[n-2].state == trace.SynSent {
		kernel, evs = kernel[:n-1], evs[:n-1]
	}
	ok := len(kernel) == len(said)
	for i := range min(len(said), len(kernel)) {
		ok = ok && said[i].state == kernel[i]
	}
	var names []string
	for _, s := range said {
		names = append(names, s.state.String())
	}
	if !ok {
		t.Errorf("#%d %v: the ladder says %s, the kernel %v\n%s", h.rec.ID, e, strings.Join(names, ", "), kernel, fmt.Sprintln(evs)+story(h))
		return nil
	}
	t.Logf("#%d %v: ladder and kernel agree: %s", h.rec.ID, e, strings.Join(names, ", "))
	for i, s := range said {
		// The kernel keeps SYN-RECEIVED in a request that no tracepoint follows; the
		// socket is born with the third packet. Its SYN-ACK proves the state.
		if s.state == trace.SynReceived && evs[i].from == trace.Listen || s.state == trace.SynReceived && e == trace.Resp && h.rec.Kind.String() != "simultaneous" {
			continue
		}
		lo, hi := around(h, e, s, at)
		if x := evs[i].at; x < lo || x > hi {
			if s.state == trace.TimeWait && x < lo {
				continue // given up by its program earlier, and kept in the smaller socket
			}
			late = append(late, fmt.Sprintf("#%d %v %v: the ladder puts it between %s and %s after the first packet, the kernel at %s", h.rec.ID, e, s.state,
				since(h, lo), since(h, hi), since(h, x)))
		}
	}
	return late
}

func since(h *heard, ns int64) time.Duration {
	return time.Duration(ns - h.trace.Steps[0].Time).Round(10 * time.Microsecond)
}

// slack is how late the wire's own time stamps may be.
const slack = int64(3 * time.Millisecond)

// around is the time between the packets before and after the one with which end
// e entered a state, in the order in which they passed that end. An inferred
// state may have come at any time until a packet confirms it.
func around(h *heard, e trace.End, s entered, at map[*byte]*Packet) (lo, hi int64) {
	when := func(i int) int64 { return at[&h.fs[h.trace.Steps[i].Frame-1].Data[0]].At[Side(e).end()] }
	from, to := when(s.step), when(s.step)
	if s.inferred {
		for i := s.step + 1; i < len(h.trace.Steps) && h.trace.Steps[i-1].After[e] == (trace.Standing{State: s.state, Inferred: true}); i++ {
			to = max(to, when(i))
		}
	}
	hi = 1<<63 - 1
	for i := range h.trace.Steps {
		switch x := when(i); {
		case x == 0: // it never came to this end
		case x < from:
			lo = max(lo, x-slack)
		case x > to:
			hi = min(hi, x+slack)
		}
	}
	return lo, hi
}

// deferred checks what makes a deferred accept worth a lesson: the responder is
// ESTABLISHED long after the third packet, and the ladder calls it inferred from
// there up to the frame that confirms it, neither shorter nor longer.
func deferred(t *testing.T, res *Result, evs []event) {
	t.Helper()
	h := listen(t, res, AtMiddle)[0]
	third, confirmed := h.trace.Step(h.rec.ACKFrame), h.trace.Step(h.rec.ConfirmedFrame)
	if third == nil || confirmed == nil {
		t.Fatalf("third packet %d, confirmed by %d\n%s", h.rec.ACKFrame, h.rec.ConfirmedFrame, story(h))
	}
	for i := range h.trace.Steps {
		s := &h.trace.Steps[i]
		if x := s.After[trace.Resp]; s.Frame >= third.Frame && s.Frame < confirmed.Frame && (x.State != trace.Established || !x.Inferred) {
			t.Errorf("frame %d: the responder is %v, inferred %v\n%s", s.Frame, x.State, x.Inferred, story(h))
		}
	}
	if confirmed.After[trace.Resp].Inferred {
		t.Errorf("frame %d confirms it and leaves it inferred", confirmed.Frame)
	}
	for _, e := range evs {
		if e.to == trace.Established && e.own == endpoint(h.trace, trace.Resp) && e.far == endpoint(h.trace, trace.Orig) {
			if d := time.Duration(e.at - third.Time); d < time.Second {
				t.Errorf("the kernel accepted it %v after the third packet: nothing was deferred", d)
			} else {
				t.Logf("the kernel accepted it %v after the third packet", d.Round(time.Millisecond))
			}
			return
		}
	}
	t.Error("the kernel reports no ESTABLISHED")
}

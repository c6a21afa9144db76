package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/trace"
)

// hostArg is how the tests start this program again inside the namespaces.
const hostArg = "lab-host"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == hostArg {
		if err := Main(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func self() []string { return []string{"/proc/self/exe", hostArg} }

// frames is a capture in memory.
type frames struct {
	fs   []capture.Frame
	done bool
}

func (f *frames) Next(b *capture.Block) error {
	if f.done || len(f.fs) == 0 {
		return io.EOF
	}
	f.done, b.Frames = true, append(b.Frames[:0], f.fs...)
	return nil
}

// heard is one connection as a point of the wire heard it.
type heard struct {
	rec   record.Record
	trace *trace.Trace
	fs    []capture.Frame
}

// listen analyses what passed a point, as portero does with a capture.
func listen(t *testing.T, res *Result, at Point) []*heard {
	t.Helper()
	fs := res.Frames(at)
	in := map[uint64]*trace.Input{}
	var out []*heard
	e := engine.New(engine.Options{Threads: 1, Seed: 1,
		Packet: func(id uint64, p *capture.Packet, _ []byte, _ int, dup bool) {
			if in[id] == nil {
				in[id] = &trace.Input{}
			}
			in[id].Packets, in[id].Copies = append(in[id].Packets, *p), append(in[id].Copies, dup)
		},
		Sink: func(r *record.Record) error {
			h := &heard{rec: *r, fs: fs}
			x := in[r.ID]
			x.Record = &h.rec
			h.trace = x.Build()
			out = append(out, h)
			return nil
		}})
	if err := e.Run(context.Background(), &frames{fs: fs}); err != nil {
		t.Fatal(err)
	}
	return out
}

// String is the verdict in one line: what the tests compare.
func (h *heard) String() string {
	r := &h.rec
	if !r.TCP() {
		return fmt.Sprintf("%d>%d %s", r.Orig.Port, r.Resp.Port, r.Exchange)
	}
	s := fmt.Sprintf("%d>%d %s", r.Orig.Port, r.Resp.Port, r.Handshake)
	if k := r.Kind.String(); k != "" && k != "normal" {
		s += " " + k
	}
	if r.Handshake.Opened() {
		s += " " + r.Close.String()
	}
	if by := r.ClosedBy.String(); by != "" {
		s += " by " + by
	}
	return s
}

func verdicts(hs []*heard) string {
	var out []string
	for _, h := range hs {
		out = append(out, h.String())
	}
	return strings.Join(out, ", ")
}

// expected are the verdicts at the client, in the middle and at the server; one
// alone is that of all three.
var expected = map[string][]string{
	"handshake":         {"40000>80 completed closed by orig"},
	"refused":           {"40000>8080 refused"},
	"filtered":          {"40000>22 filtered", "40000>22 filtered", ""},
	"silent":            {"40000>443 no_answer", "40000>443 no_answer", ""},
	"half-open":         {"40000>80 half_open"},
	"syn-scan":          {"40000>22 refused, 40000>80 aborted, 40000>443 no_answer, 40000>8080 refused", "40000>22 refused, 40000>80 aborted, 40000>443 no_answer, 40000>8080 refused", "40000>22 refused, 40000>80 aborted, 40000>8080 refused"},
	"reset":             {"40000>8080 completed reset by resp"},
	"half-close":        {"40000>8080 completed closed by orig"},
	"lost-third-ack":    {"40000>25 completed closed by orig"},
	"retransmission":    {"40000>8080 completed closed by orig"},
	"delayed":           {"40000>8080 completed closed by orig"},
	"fast-open":         {"40000>80 completed closed by orig, 40001>80 completed fast_open closed by orig"},
	"simultaneous-open": {"40000>40001 completed simultaneous closed by orig", "40000>40001 completed simultaneous closed by orig", "40001>40000 completed simultaneous closed by resp"},
	"port-reuse":        {"40000>80 completed closed by resp, 40000>80 completed closed by resp"},
	"deferred-accept":   {"40000>80 completed closed by orig"},
	"http":              {"40000>80 completed closed by orig"},
	"telnet-in-clear":   {"40000>23 completed closed by orig"},
	"udp-answered":      {"40000>7 answered"},
	"udp-refused":       {"40000>9 refused"},
	"dns":               {"40000>53 answered"},
}

// judge checks the verdicts of a scenario and that every arrow is an arm of the
// machine.
func judge(t *testing.T, sc Scenario, res *Result) {
	t.Helper()
	want := expected[sc.Name]
	if len(want) == 0 {
		t.Fatalf("no verdict is expected of %s: add it", sc.Name)
	}
	for at := AtClient; at < Points; at++ {
		w := want[0]
		if len(want) > 1 {
			w = want[at]
		}
		hs := listen(t, res, at)
		if got := verdicts(hs); got != w {
			t.Errorf("at the %s: %s, expected %s", at, got, w)
			for _, h := range hs {
				t.Logf("#%d\n%s", h.rec.ID, story(h))
			}
		}
		for _, h := range hs {
			lawful(t, h.trace)
		}
	}
}

func lawful(t *testing.T, tr *trace.Trace) {
	t.Helper()
	for i := range tr.Steps {
		for _, m := range tr.Steps[i].Moves {
			if !trace.Legal(m.From, m.To) {
				t.Errorf("frame %d: %v to %v is no arm of the machine", tr.Steps[i].Frame, m.From, m.To)
			}
		}
	}
}

// The same scenarios between two stacks in the process.
func TestUserspace(t *testing.T) {
	for _, sc := range Scenarios() {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			res, err := Run(context.Background(), sc, Options{Userspace: true})
			var no *Missing
			if errors.As(err, &no) {
				if len(sc.needs) == 0 {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if res.World != Userspace || res.Lacking != nil {
				t.Errorf("world %v, lacking %v", res.World, res.Lacking)
			}
			judge(t, sc, res)
		})
	}
}

// Every scenario is described in both languages, under a name of its own.
func TestDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, sc := range Scenarios() {
		if seen[sc.Name] {
			t.Errorf("%s: twice", sc.Name)
		}
		seen[sc.Name] = true
		for _, two := range [][2]string{sc.Title, sc.Look} {
			if two[0] == "" || two[1] == "" || two[0] == two[1] {
				t.Errorf("%s: %q", sc.Name, two)
			}
		}
		if got, ok := Find(sc.Name); !ok || got.Port != sc.Port {
			t.Errorf("%s is not found", sc.Name)
		}
	}
	if _, ok := Find("no such thing"); ok {
		t.Error("found what is not there")
	}
}

// A user who stops a scenario does not wait for its end.
func TestStopped(t *testing.T) {
	sc, _ := Find("silent")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Run(ctx, sc, Options{Userspace: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// story lists what passed the middle and what both ends did, for a failed test.
func story(h *heard) string {
	var b strings.Builder
	for i := range h.trace.Steps {
		s := &h.trace.Steps[i]
		fmt.Fprintf(&b, "%d %v %s seq %d ack %d len %d: %v | %v %v\n", s.Frame, s.From, s.FlagWords(), s.RelSeq, s.RelAck, s.Len, s.After[0], s.After[1], s.Remarks)
	}
	return b.String()
}

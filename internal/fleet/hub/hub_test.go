package hub

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/lake"
)

// message is one of the broker's, and what became of it.
type message struct {
	jetstream.Msg
	source string
	number uint64
	data   []byte
	acked  bool
	termed string
}

func (m *message) Data() []byte { return m.data }
func (m *message) Subject() string {
	s, _, _ := strings.Cut(m.source, "/")
	return bus.FlowSubject(s, 0)
}
func (m *message) Headers() nats.Header {
	return nats.Header{jetstream.MsgIDHeader: {bus.MessageID(m.source, m.number)}}
}
func (m *message) Metadata() (*jetstream.MsgMetadata, error) {
	return &jetstream.MsgMetadata{Sequence: jetstream.SequencePair{Stream: m.number}}, nil
}
func (m *message) Ack() error                      { m.acked = true; return nil }
func (m *message) InProgress() error               { return nil }
func (m *message) TermWithReason(why string) error { m.termed = why; return nil }

func from(site string, number uint64, rows int) *message {
	b := batch.NewBuilder(site, "s1")
	for i := range rows {
		b.Add(corpus.Made(uint64(i)))
	}
	return &message{source: site + "/s1/e", number: number, data: b.Append(nil)}
}

// A batch that a store can never take is put aside and counted; the others of its
// group are stored, and only then acknowledged.
func TestOneBadBatchDoesNotStopTheOthers(t *testing.T) {
	dir := t.TempDir()
	l, err := lake.Open(filepath.Join(dir, "lake"), 1)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	h, err := New(Config{Name: "h", Stores: map[string]Store{"parquet": l}, Bad: filepath.Join(dir, "bad"), Say: func(s string) { said = append(said, s) }})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	good, evil, again, wrong := from("good", 1, 10), from("evil", 2, 20), from("evil", 2, 20), from("good", 3, 5)
	wrong.source = "other/s1/e"
	for _, m := range []*message{good, evil, again, wrong} {
		h.take(g, m)
	}
	for i := range g.es {
		// As a sensor would send it that leaves the column out.
		if b := g.es[i].Batch; b.Site == "evil" {
			b.Columns = slices.DeleteFunc(b.Columns, func(c batch.Column) bool { return c.Name == "first" })
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	h.store(ctx, g)
	if !good.acked || good.termed != "" || h.Records.Load() != 10 || h.Batches.Load() != 1 {
		t.Errorf("the good batch: %+v; %d records in %d batches, %d retries", good.acked, h.Records.Load(), h.Batches.Load(), h.Retries.Load())
	}
	for _, m := range []*message{evil, again, wrong} {
		if m.acked || m.termed == "" {
			t.Errorf("%s: acknowledged %v, put aside %q", m.source, m.acked, m.termed)
		}
	}
	if h.Bad.Load() != 2 || !strings.Contains(strings.Join(said, "\n"), batch.ErrNoTimes.Error()) {
		t.Errorf("%d are bad: %q", h.Bad.Load(), said)
	}
	if files, _ := os.ReadDir(filepath.Join(dir, "bad")); len(files) != 2 {
		t.Errorf("%v were put aside", files)
	}
}

// counting is a store that counts what it is given.
type counting struct{ groups []int }

func (c *counting) Write(es []batch.Entry) error {
	c.groups = append(c.groups, len(es))
	return nil
}

// What a hub holds is bounded by the memory that it takes, not by rows alone.
func TestAGroupIsBoundedByMemory(t *testing.T) {
	c := &counting{}
	h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": c}, Rows: 1 << 30, Every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	for i := range 5 {
		h.put(context.Background(), g, from("hq", uint64(i+1), 500))
		if i == 2 {
			if g.size < 3*500*100 {
				t.Errorf("three batches of 500 records take %d octets", g.size)
			}
			g.size += most - g.size*4/3 // all but one batch more
		}
	}
	if !slices.Equal(c.groups, []int{4}) || len(g.es) != 1 || g.size > most/100 {
		t.Errorf("groups of %v, and %d batches of %d octets", c.groups, len(g.es), g.size)
	}
}

// full is a store whose disk is full for some tries.
type full struct {
	h    *Hub
	left int
	seen []string // what the hub says of itself at each try
}

func (f *full) Write([]batch.Entry) error {
	f.seen = append(f.seen, f.h.State().Trouble)
	if f.left--; f.left < 0 {
		return nil
	}
	return fmt.Errorf("/data/%d.parquet: no space left on device", f.left)
}

// What keeps a hub from storing is in its state for as long as it does, and is said
// once.
func TestTroubleLastsAsLongAsItDoes(t *testing.T) {
	said := 0
	f := &full{left: 2}
	h, err := New(Config{Name: "h", Stores: map[string]Store{"parquet": f}, Say: func(string) { said++ }})
	if err != nil {
		t.Fatal(err)
	}
	f.h = h
	g := &group{names: map[string]bool{}}
	h.take(g, from("hq", 1, 5))
	h.store(context.Background(), g)
	want := []string{"", "parquet: /data/1.parquet: no space left on device; trying again", "parquet: /data/0.parquet: no space left on device; trying again"}
	if !slices.Equal(f.seen, want) || h.State().Trouble != "" || said != 1 || h.Records.Load() != 5 {
		t.Errorf("%q, then %q; said %d times", f.seen, h.State().Trouble, said)
	}
}

// stuck is a store that does not answer.
type stuck chan struct{}

func (s stuck) Write([]batch.Entry) error { <-s; return nil }

// A store that does not answer does not keep a hub from stopping, and what it was given
// is not acknowledged.
func TestAStoreThatDoesNotAnswer(t *testing.T) {
	s := make(stuck)
	h, err := New(Config{Name: "h", Stores: map[string]Store{"clickhouse": s}})
	if err != nil {
		t.Fatal(err)
	}
	h.grace = 50 * time.Millisecond
	g := &group{names: map[string]bool{}}
	m := from("hq", 1, 5)
	h.take(g, m)
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	done := make(chan bool)
	go func() { h.store(ctx, g); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("it still waits")
	}
	close(s)
	<-done
	if m.acked || h.Records.Load() != 0 {
		t.Errorf("acknowledged %v, %d records", m.acked, h.Records.Load())
	}
}

// A batch that cannot be put aside stays with the broker, is not counted as put aside,
// and status says why until it can.
func TestABatchThatCannotBePutAside(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	os.WriteFile(bad, nil, 0o600) // a file where the folder should be
	said := 0
	h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": &counting{}}, Bad: bad, Say: func(string) { said++ }})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	m := from("hq", 1, 5)
	m.data = m.data[:40]
	for range 3 {
		h.take(g, m)
		h.well() // the next fetch went well
	}
	if st := h.State(); m.termed != "" || st.Bad != 0 || !strings.Contains(st.Trouble, "could not be put aside: ") || said != 1 {
		t.Errorf("termed %q, said %d times, %+v", m.termed, said, st)
	}
	os.Remove(bad)
	h.take(g, m)
	if st := h.State(); m.termed == "" || st.Bad != 1 || st.Trouble != "" {
		t.Errorf("termed %q, %+v", m.termed, st)
	}
}

// Two sensors of one name are noticed; one that begins a new spool, comes again, or an
// archive's units are not.
func TestTwoSensorsOfOneName(t *testing.T) {
	now := time.Now()
	const a, b = "hq/core/00000000000000aa", "hq/core/00000000000000bb"
	for name, c := range map[string]struct {
		hear func(t *twins)
		want bool
	}{
		"two at work": {func(t *twins) {
			for i := range uint64(6) {
				t.hear(a, 10+i, now)
				t.hear(b, 1+i, now)
			}
		}, true},
		"a new spool": {func(t *twins) {
			for i := range uint64(6) {
				t.hear(a, 10+i, now)
			}
			for i := range uint64(6) {
				t.hear(b, 1+i, now)
				t.hear(a, 10+i, now) // come again
			}
		}, false},
		"archives": {func(t *twins) {
			for i := range uint64(6) {
				t.hear("hq/core/0123456789ab0123456789ab", 1+i, now)
				t.hear("hq/core/0123456789ab0123456789ac", 1+i, now)
			}
		}, false},
	} {
		var w twins
		c.hear(&w)
		if ns := w.names(now); slices.Equal(ns, []string{"hq/core"}) != c.want {
			t.Errorf("%s: %v", name, ns)
		}
		if ns := w.names(now.Add(2 * time.Hour)); len(ns) > 0 {
			t.Errorf("%s, two hours later: %v", name, ns)
		}
	}
}

// A sensor that sends what cannot be read neither fills the disk of a hub nor its log.
func TestGarbageIsBounded(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	var said []string
	h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": &counting{}}, Bad: bad, Say: func(s string) { said = append(said, s) }})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	for i := range 100 {
		if i == 90 {
			h.kept.Store(badMost - 100)
		}
		m := &message{source: "hq/s1/e", number: uint64(i + 1), data: make([]byte, 60)}
		if h.take(g, m); m.termed == "" {
			t.Fatalf("%d stays with the broker", i)
		}
	}
	if files, _ := os.ReadDir(bad); len(files) != 91 || h.Bad.Load() != 100 || len(said) < 5 || len(said) > 20 {
		t.Errorf("%d files, %d counted, said %q", len(files), h.Bad.Load(), said)
	}
	if h, err = New(h.cfg); err != nil || h.kept.Load() != 91*60 {
		t.Errorf("started again it knows of %d octets: %v", h.kept.Load(), err)
	}
	h.kept.Store(badMost)
	h.take(g, &message{source: "hq/s1/e", number: 200, data: make([]byte, 60)})
	if last := said[len(said)-1]; !strings.Contains(last, "THROWN AWAY") {
		t.Errorf("said %q", last)
	}
}

package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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
	site   string // whose subject it came on, "" that of source
	id     string // its name, "" of source and number
	data   []byte
	acked  bool
	termed string
}

func (m *message) Data() []byte { return m.data }
func (m *message) Subject() string {
	s, _, _ := strings.Cut(m.source, "/")
	if m.site != "" {
		s = m.site
	}
	return bus.FlowSubject(s, 0)
}
func (m *message) Headers() nats.Header {
	id := m.id
	if id == "" {
		id = bus.MessageID(m.source, m.number)
	}
	return nats.Header{jetstream.MsgIDHeader: {id}}
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

// Trying to put a batch aside takes no room: when the disk has room again it is kept, however often that failed.
func TestTryingToPutAsideTakesNoRoom(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": &counting{}}, Bad: bad})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	m := &message{source: "hq/s1/e", number: 7, data: make([]byte, 60)}
	file := filepath.Join(bad, fmt.Sprintf("%020d.bad", m.number))
	if err := os.MkdirAll(filepath.Join(file, "in the way"), 0o750); err != nil {
		t.Fatal(err)
	}
	h.kept.Store(badMost - 100)
	for range 5 {
		if h.take(g, m); m.termed != "" {
			t.Fatalf("put aside, or thrown away, for all that is in the way: %q", m.termed)
		}
	}
	os.RemoveAll(file)
	if h.take(g, m); m.termed == "" {
		t.Error("it stays with the broker")
	}
	if kept, err := os.ReadFile(file); err != nil || len(kept) != 60 {
		t.Errorf("thrown away though there was room: %v", err)
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
		"a new spool, and what was sent from the old one comes again in any order": {func(t *twins) {
			for _, n := range []uint64{10, 11, 12, 3, 4} {
				t.hear(a, n, now)
			}
			for i := range uint64(6) {
				t.hear(b, 1+i, now)
				t.hear(a, []uint64{5, 12, 6, 12, 7, 12}[i], now)
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

// Whoever reads the log of a hub learns where each batch that cannot be read lies, and how many came
// that were not told of.
func TestWhereABadBatchLies(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	synctest.Test(t, func(t *testing.T) {
		var said []string
		h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": &counting{}}, Bad: bad, Say: func(s string) { said = append(said, s) }})
		if err != nil {
			t.Fatal(err)
		}
		g := &group{names: map[string]bool{}}
		take := func(number uint64) { h.take(g, &message{source: "hq/s1/e", number: number, data: make([]byte, 60)}) }
		for i := range uint64(30) {
			take(i + 1)
		}
		told := len(said)
		for i, s := range said {
			if want := "a batch cannot be read; it was put aside as " + filepath.Join(bad, fmt.Sprintf("%020d.bad: ", i+1)); !strings.HasPrefix(s, want) {
				t.Errorf("%q, want %q", s, want)
			}
		}
		time.Sleep(time.Minute)
		take(31)
		if want := fmt.Sprintf("%d batches cannot be read; the last was put aside as %s: ", 31-told, filepath.Join(bad, fmt.Sprintf("%020d.bad", 31))); told < 5 || len(said) != told+1 || !strings.HasPrefix(said[told], want) {
			t.Errorf("%d were told at once, and then %q, want %q", told, said[told:], want)
		}
		h.cfg.Bad = "" // they are dropped
		time.Sleep(time.Minute)
		if take(32); !strings.HasPrefix(said[len(said)-1], "a batch cannot be read; it was THROWN AWAY, there is no folder for it: ") {
			t.Errorf("%q", said[len(said)-1])
		}
	})
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

// The broker lets a sensor speak on the subject of its site alone. Neither what a batch says of itself nor its
// name, by which stores tell copies, may be of another site.
func TestWhoseABatchIs(t *testing.T) {
	for what, c := range map[string]struct {
		edit func(m *message)
		fine bool
	}{
		"its own":                      {func(*message) {}, true},
		"on another site's subject":    {func(m *message) { m.site = "lab" }, false},
		"named after another site":     {func(m *message) { m.site, m.source = "hq", "lab/s1/e" }, false},
		"named after a longer site":    {func(m *message) { m.site, m.source = "hq", "hqx/s1/e" }, false},
		"named after its site alone":   {func(m *message) { m.site, m.source = "hq", "hq" }, false},
		"named after a part of it":     {func(m *message) { m.site, m.source = "hq", "h" }, false},
		"without a name":               {func(m *message) { m.id = "hq" }, false},
		"without a number":             {func(m *message) { m.id = "hq/s1/e/x" }, false},
		"of number 0, which none has":  {func(m *message) { m.id = "hq/s1/e/0" }, false},
		"with a name that is too long": {func(m *message) { m.source = "hq/" + strings.Repeat("x", 256) }, false},
	} {
		h, err := New(Config{Name: "h", Stores: map[string]Store{"counting": &counting{}}})
		if err != nil {
			t.Fatal(err)
		}
		g := &group{names: map[string]bool{}}
		m := from("hq", 7, 3)
		c.edit(m)
		h.take(g, m)
		if taken := len(g.es) == 1; taken != c.fine || (m.termed == "") != c.fine || (h.Bad.Load() == 0) != c.fine {
			t.Errorf("%s: %d taken, put aside %q", what, len(g.es), m.termed)
		}
		if c.fine && (g.es[0].Source != "hq/s1/e" || g.es[0].Number != 7 || g.rows != 3 || g.begun.IsZero()) {
			t.Errorf("%s: %+v", what, g)
		}
	}
}

// once takes every batch but one that it can never take.
type once struct {
	unfit  batch.UnfitError
	stored []string
}

func (o *once) Write(es []batch.Entry) error {
	var names []string
	for _, e := range es {
		if e.Source == o.unfit.Source && e.Number == o.unfit.Number {
			return &o.unfit
		}
		names = append(names, bus.MessageID(e.Source, e.Number))
	}
	o.stored = append(o.stored, names...)
	return nil
}

// Copies in a group are stored once and acknowledged all; of what is put aside it is only that batch, in all its
// copies, and the group counts for what is left.
func TestCopiesAndWhatIsPutAside(t *testing.T) {
	o := &once{unfit: batch.UnfitError{Source: "hq/s1/e", Number: 2, Why: errors.New("too old")}}
	h, err := New(Config{Name: "h", Stores: map[string]Store{"once": o}})
	if err != nil {
		t.Fatal(err)
	}
	g := &group{names: map[string]bool{}}
	var ms []*message
	for _, m := range []*message{from("hq", 1, 10), from("hq", 2, 20), from("lab", 2, 30), from("hq", 1, 10), from("hq", 2, 20), from("hq", 3, 40)} {
		ms = append(ms, m)
		h.take(g, m)
	}
	if len(g.es) != 4 || g.rows != 100 {
		t.Fatalf("%d batches, %d records", len(g.es), g.rows)
	}
	size := g.size
	if !h.aside(g, &o.unfit) || h.aside(g, &o.unfit) {
		t.Error("it is put aside twice, or not at all")
	}
	if len(g.es) != 3 || g.rows != 80 || g.size >= size || len(g.msgs) != 4 {
		t.Errorf("%d batches, %d records, %d octets of %d are left of %d messages", len(g.es), g.rows, g.size, size, len(g.msgs))
	}
	late := from("hq", 2, 20) // it comes again, and is put aside again
	h.take(g, late)
	h.store(context.Background(), g)
	if want := []string{"hq/s1/e/1", "lab/s1/e/2", "hq/s1/e/3"}; !slices.Equal(o.stored, want) {
		t.Errorf("stored %v, want %v", o.stored, want)
	}
	for i, m := range append(ms, late) {
		if bad := m.source == "hq/s1/e" && m.number == 2; m.acked == bad || (m.termed == "") == bad {
			t.Errorf("message %d: acknowledged %v, put aside %q", i, m.acked, m.termed)
		}
	}
	if st := h.State(); st.Records != 80 || st.Batches != 3 || st.Copies != 1 || st.Bad != 2 || st.Retries != 0 || h.Groups.Load() != 1 {
		t.Errorf("%+v", st)
	}
	if len(g.es)+len(g.msgs)+g.rows+g.size+len(g.names) != 0 {
		t.Errorf("the group is not empty: %+v", g)
	}
}

// Two sensors are told apart from one that changed its spool by how often they take turns, and for an hour.
func TestTurns(t *testing.T) {
	now := time.Now()
	turns := func(n int) *twins {
		w := &twins{}
		for i := range n + 2 { // the first of each is none
			w.hear("hq/core/00000000000000"+[]string{"aa", "bb"}[i%2], uint64(i+1), now)
		}
		return w
	}
	for n, want := range map[int]int{0: 0, 3: 0, 4: 1, 9: 1} {
		if got := turns(n).names(now); len(got) != want {
			t.Errorf("%d turns: %v", n, got)
		}
	}
	if w := turns(4); len(w.names(now.Add(time.Hour-1))) != 1 || len(w.names(now.Add(time.Hour))) != 0 {
		t.Error("it is told for another time than an hour")
	}
	w := &twins{}
	for i := range namesMost + 10 { // hostile names
		w.hear(fmt.Sprintf("hq/s%d/0000000000000000", i), 1, now)
	}
	if len(w.seen) != namesMost {
		t.Errorf("%d names are remembered", len(w.seen))
	}
	w.hear("", 1, now)
	w.hear("0000000000000000", 1, now)
}

// What a hub is told is checked, and what is not told has a sensible value.
func TestHowAHubIsSet(t *testing.T) {
	store := map[string]Store{"counting": &counting{}}
	for want, c := range map[string]Config{"--name is up to": {Name: "a b", Stores: store}, "a hub without a store": {Name: "h"}} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	dir := t.TempDir()
	for i := range 3 { // what was put aside before counts
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".bad")), make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, err := New(Config{Name: "h", Stores: store, Bad: dir})
	if err != nil || h.cfg.Rows < 1000 || h.cfg.Every < time.Second || h.cfg.Say == nil || h.kept.Load() != 300 || h.grace <= 0 || h.renew <= 0 {
		t.Errorf("%v; %+v", err, h)
	}
	if h, err = New(Config{Name: "h", Stores: store, Rows: 1, Every: 1}); err != nil || h.cfg.Rows != 1 || h.cfg.Every != 1 || h.kept.Load() != 0 {
		t.Errorf("%v; %+v", err, h)
	}
	// The names of batches that it takes are looked at: two sensors of one name are told.
	g := &group{names: map[string]bool{}}
	spools := []string{strings.Repeat("a", bus.SpoolName), strings.Repeat("b", bus.SpoolName)}
	for n := range uint64(6) {
		for _, s := range spools {
			m := from("hq", n+1, 1)
			m.source = "hq/s1/" + s
			h.take(g, m)
		}
	}
	if got := h.State().Twins; !slices.Equal(got, []string{"hq/s1"}) {
		t.Errorf("sensors of one name: %v", got)
	}
	if len(g.es) != 12 || time.Since(g.begun) > time.Minute {
		t.Errorf("%d batches since %v", len(g.es), g.begun)
	}
}

package archive

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/record"
)

// queue is one on a broker of its own.
func queue(t *testing.T, ctx context.Context) *Queue {
	t.Helper()
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	q, err := Open(ctx, nc)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// What the broker refuses for good ends a unit, with its name, instead of waiting.
func TestWhatIsRefusedForGoodIsSaid(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	p := &publisher{q: queue(t, ctx), u: &Unit{ID: "u", Site: "hq", Sensor: "core", Files: []File{{Path: "/a/x.pcap"}}}, ctx: ctx}
	if err := p.send(0, make([]byte, bus.MaxMessage)); err != nil {
		t.Fatal(err)
	}
	if err := p.finish(); err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "/a/x.pcap: batch 1 of 8388608 octets") {
		t.Errorf("%v, %v", err, ctx.Err())
	}
}

// Records that make a batch longer than the broker takes are sent in several, the
// same ones at every try.
func TestNoBatchOfAUnitIsTooLong(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	q := queue(t, ctx)
	u := &Unit{ID: "u", Site: "hq", Sensor: "core", Rows: batch.MaxRows, Files: []File{{Path: "/a/x.pcap"}}}
	try := func(skip uint64) *publisher {
		p := &publisher{q: q, u: u, ctx: ctx, skip: skip}
		rng := rand.New(rand.NewPCG(1, 2))
		name := make([]byte, 1000)
		r := *corpus.Made(1)
		for range 15_000 {
			for i := range name {
				name[i] = byte(33 + rng.IntN(94))
			}
			r.ServerName = string(name)
			if err := p.add(&r); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.finish(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := try(0)
	if p.n != 2 || p.records != 15_000 {
		t.Errorf("%d batches of %d records", p.n, p.records)
	}
	if again := try(p.n); again.n != p.n || q.Skipped.Load() != p.n {
		t.Errorf("%d batches at the second try, %d of them skipped", again.n, q.Skipped.Load())
	}
}

// The hash of a unit is nobody's to know before, and the same at every try: its
// seed travels with it.
func TestAUnitKeepsItsSeed(t *testing.T) {
	dir := t.TempDir()
	rotate(t, filepath.Join(dir, "core"), "x", traffic(20), time.Minute)
	seen := map[uint64]bool{}
	n := 0
	for range 2 {
		us, _, _, err := Plan(dir, Shape{Site: "hq", Files: 10}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range us {
			b, err := json.Marshal(note{Unit: us[i]})
			var again note
			if err != nil || json.Unmarshal(b, &again) != nil || again.Unit.seed() != us[i].Seed {
				t.Errorf("unit %s had seed %d, and has %d", us[i].ID, us[i].Seed, again.Unit.seed())
			}
			seen[us[i].seed()] = true
			n++
		}
	}
	if n < 4 || len(seen) != n || seen[1] {
		t.Errorf("%d units have %d seeds", n, len(seen))
	}
	if (&Unit{}).seed() != 1 {
		t.Error("a unit of an earlier version goes on with another seed")
	}
}

// A broker that is not there yet is waited for.
func TestTheBrokerIsWaitedFor(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	nc, err := bus.Connect(bus.Config{URL: "nats://" + addr}, "test", true, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	done := make(chan error)
	go func() { _, err := Open(ctx, nc); done <- err }()
	select {
	case err := <-done:
		t.Fatalf("without a broker: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	b, err := broker.Start(broker.Options{Listen: addr, Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A broker that goes away and comes back does not end a worker.
func TestAWorkerOutlivesItsBroker(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := broker.Options{Name: "b", Listen: l.Addr().String(), Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}}
	l.Close()
	up := func() *broker.Broker {
		b, err := broker.Start(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ensure(ctx); err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := up()
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	q, err := Open(ctx, nc)
	if err != nil {
		t.Fatal(err)
	}
	work, end := context.WithCancel(ctx)
	defer end()
	done := make(chan error, 1)
	go func() { done <- q.Work(work, 1, false) }()
	time.Sleep(200 * time.Millisecond)
	b.Stop()
	time.Sleep(2500 * time.Millisecond)
	b = up()
	defer b.Stop()
	dir := t.TempDir()
	rotate(t, filepath.Join(dir, "core"), "x", traffic(20), time.Hour)
	us, _, _, err := Plan(dir, Shape{Site: "hq"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err = q.Add(ctx, us); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for q.Records.Load() < 20 {
		select {
		case err := <-done:
			t.Fatalf("the worker ended: %v", err)
		case <-ctx.Done():
			t.Fatal("nothing was read after the broker came back")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// What is no unit is put aside and said, and keeps neither the worker nor what is behind it.
func TestWhatIsNoUnitIsPutAside(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	q := queue(t, ctx)
	said := 0
	q.Say = func(s string) {
		if !strings.Contains(s, "makes no sense") {
			t.Error(s)
		}
		said++
	}
	good := Unit{ID: "u", Site: "hq", Sensor: "core", Rows: 10, Files: []File{{Path: filepath.Join(corpus.Root(), "testdata", "first-look", "in.pcap")}}}
	bodies := [][]byte{[]byte("{"), []byte("[]")}
	for _, change := range []func(u *Unit){
		func(u *Unit) { u.ID = "a b" }, func(u *Unit) { u.Site = "../x" }, func(u *Unit) { u.Sensor = "" }, func(u *Unit) { u.Files = nil },
		func(u *Unit) { u.Rows = 0 }, func(u *Unit) { u.Rows = batch.MaxRows + 1 },
	} {
		u := good
		change(&u)
		b, _ := json.Marshal(u)
		bodies = append(bodies, b)
	}
	for i, b := range bodies {
		if _, err := q.js.Publish(ctx, "work.hq.x"+string(rune('a'+i)), b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.Add(ctx, []Unit{good}); err != nil {
		t.Fatal(err)
	}
	if err := q.Work(ctx, 1, true); err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err())
	}
	if said != len(bodies) || q.Units.Load() != 1 || q.Files.Load() != 1 || q.Records.Load() != 6 {
		t.Errorf("%d of %d were put aside; %d units, %d files, %d records", said, len(bodies), q.Units.Load(), q.Files.Load(), q.Records.Load())
	}
}

// A record that is too long by itself is left out, said and not counted as sent; the others of its unit are sent.
func TestARecordThatIsTooLongIsLeftOut(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	var said []string
	p := &publisher{q: queue(t, ctx), u: &Unit{ID: "u", Site: "hq", Sensor: "core", Rows: 10, Files: []File{{Path: "/a/x.pcap"}}}, ctx: ctx}
	p.q.Say = func(s string) { said = append(said, s) }
	long := *corpus.Made(1)
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, bus.MaxMessage+1000)
	for i := range b {
		b[i] = byte(33 + rng.IntN(94))
	}
	long.ServerName = string(b)
	for _, r := range []*record.Record{corpus.Made(2), &long, corpus.Made(3)} {
		if err := p.add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.finish(); err != nil {
		t.Fatal(err)
	}
	if p.records != 2 || len(said) != 1 || !strings.Contains(said[0], "/a/x.pcap: 1 record is LEFT OUT") {
		t.Errorf("%d records, said %q", p.records, said)
	}
}

// A unit is queued once however many planners find its files, and again where it was noted and did not get into the queue. What is
// damaged in it is counted and said, and it is done all the same.
func TestAUnitIsQueuedOnce(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	q := queue(t, ctx)
	dir := t.TempDir()
	for i, cut := range []int{0, 7, 0} {
		at := begin.Add(time.Duration(i) * 48 * time.Hour) // nothing goes on from one to the next
		save(t, filepath.Join(dir, string(rune('a'+i))+".pcap"), talk(i+1, at, time.Second, 100*time.Millisecond), cut)
	}
	us, _, _, err := Plan(dir, Shape{Site: "hq", Files: 1}, nil)
	if err != nil || len(us) != 3 {
		t.Fatal(us, err)
	}
	work, err := q.js.Stream(ctx, bus.Work)
	if err != nil {
		t.Fatal(err)
	}
	queued := func() uint64 {
		t.Helper()
		info, err := work.Info(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return info.State.Msgs
	}
	for i, want := range []int{3, 0} {
		if n, err := q.Add(ctx, us); err != nil || n != want || queued() != 3 {
			t.Errorf("%d: %d added, %d are queued, %v", i, n, queued(), err)
		}
	}
	if err := work.Purge(ctx); err != nil { // as if the planner had died in between
		t.Fatal(err)
	}
	if n, err := q.Add(ctx, nil); err != nil || n != 0 || queued() != 3 {
		t.Errorf("after a crash: %d added, %d are queued, %v", n, queued(), err)
	}
	var said []string
	q.Say = func(s string) { said = append(said, s) }
	if err := q.Work(ctx, 1, true); err != nil {
		t.Fatal(err)
	}
	if q.Units.Load() != 3 || q.Files.Load() != 3 || q.Records.Load() != 3 || q.Damaged.Load() != 1 || len(said) != 1 || !strings.Contains(said[0], "b.pcap") {
		t.Errorf("%d units, %d files, %d records, %d damaged, said %q", q.Units.Load(), q.Files.Load(), q.Records.Load(), q.Damaged.Load(), said)
	}
	if n, err := q.Add(ctx, us); err != nil || n != 0 || queued() != 0 {
		t.Errorf("when it is done: %d added, %d are queued, %v", n, queued(), err)
	}
}

package hub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
)

// kept is a store that tells what it was given, or always fails.
type kept struct {
	mu   sync.Mutex
	err  error
	got  []uint64 // numbers of batches
	each []int    // batches at a time
}

func (k *kept) Write(es []batch.Entry) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	for _, e := range es {
		k.got = append(k.got, e.Number)
	}
	k.each = append(k.each, len(es))
	return nil
}

func (k *kept) numbers() []uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Sorted(slices.Values(k.got))
}

// brokered is a broker with the given batches of site hq, and how many of them it still holds.
func brokered(t *testing.T, numbers ...uint64) (nc *nats.Conn, waiting func() uint64) {
	t.Helper()
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	ctx := context.Background()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	if nc, err = bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range numbers {
		m := from("hq", n, 10)
		if _, err := js.PublishMsg(ctx, &nats.Msg{Subject: m.Subject(), Data: m.Data(), Header: m.Headers()}); err != nil {
			t.Fatal(err)
		}
	}
	return nc, func() uint64 {
		t.Helper()
		s, err := js.Stream(ctx, bus.Flows)
		if err != nil {
			t.Fatal(err)
		}
		return s.CachedInfo().State.Msgs
	}
}

// until waits for what shall be true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// running is a hub at work on a store; stop ends it.
func running(t *testing.T, nc *nats.Conn, c Config) (h *Hub, stop func()) {
	t.Helper()
	c.Name = "h"
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h, runs(t, nc, h)
}

func runs(t *testing.T, nc *nats.Conn, h *Hub) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, nc) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A group is stored when it has its records or its time has come, and what a hub holds when it is told to stop is stored too. What is
// stored leaves the broker.
func TestWhenAGroupIsStored(t *testing.T) {
	for what, c := range map[string]struct {
		rows  int
		every time.Duration
		stop  bool
	}{"its records": {30, time.Hour, false}, "its time": {1 << 30, 300 * time.Millisecond, false}, "the end": {1 << 30, time.Hour, true}} {
		nc, waiting := brokered(t, 1, 2, 3)
		k := &kept{}
		h, stop := running(t, nc, Config{Stores: map[string]Store{"kept": k}, Rows: c.rows, Every: c.every})
		if c.stop {
			time.Sleep(300 * time.Millisecond) // it has them now, and holds them
			if got := k.numbers(); len(got) > 0 {
				t.Errorf("%s: %v are stored before", what, got)
			}
			stop()
		}
		until(t, what+": not stored", func() bool { return len(k.numbers()) == 3 && waiting() == 0 })
		stop()
		if got := k.numbers(); !slices.Equal(got, []uint64{1, 2, 3}) || h.Records.Load() != 30 || len(k.each) > 2 {
			t.Errorf("%s: %v stored in groups of %v, %d records", what, got, k.each, h.Records.Load())
		}
		if st := h.State(); st.Trouble != "" || !slices.Equal(st.Stores, []string{"kept"}) {
			t.Errorf("%s: %+v", what, st)
		}
	}
}

// What a hub could not store when it is told to stop, another gets at once, and nothing is lost.
func TestAnotherHubGoesOn(t *testing.T) {
	nc, waiting := brokered(t, 1, 2, 3)
	sick, stop := running(t, nc, Config{Stores: map[string]Store{"kept": &kept{err: errors.New("no space left on device")}}, Every: time.Millisecond})
	until(t, "it has no trouble", func() bool { return sick.State().Trouble != "" })
	stop()
	if n := waiting(); n != 3 || sick.Records.Load() != 0 {
		t.Errorf("%d wait, %d records are said to be stored", n, sick.Records.Load())
	}
	k := &kept{}
	_, stop = running(t, nc, Config{Stores: map[string]Store{"kept": k}, Every: time.Millisecond})
	defer stop()
	begun := time.Now()
	until(t, "another gets nothing", func() bool { return len(k.numbers()) == 3 && waiting() == 0 })
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("another waits for %v", d)
	}
}

// What a hub holds for long is not given to another meanwhile: the broker is told.
func TestWhatIsHeldIsNotGivenToAnother(t *testing.T) {
	nc, waiting := brokered(t, 1, 2, 3)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	c, err := js.Consumer(context.Background(), bus.Flows, bus.Store)
	if err != nil {
		t.Fatal(err)
	}
	short := c.CachedInfo().Config
	short.AckWait = time.Second
	if _, err := js.UpdateConsumer(context.Background(), bus.Flows, short); err != nil {
		t.Fatal(err)
	}
	k := &kept{}
	holds, err := New(Config{Name: "h", Stores: map[string]Store{"kept": k}, Every: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	holds.renew = 100 * time.Millisecond
	stop := runs(t, nc, holds)
	defer stop()
	until(t, "not held", func() bool {
		info, err := c.Info(context.Background())
		return err == nil && info.NumAckPending == 3
	})
	other := &kept{}
	_, stopOther := running(t, nc, Config{Stores: map[string]Store{"kept": other}, Every: time.Millisecond})
	defer stopOther()
	until(t, "not stored", func() bool { return waiting() == 0 })
	if a, b := k.numbers(), other.numbers(); len(a)+len(b) != 3 {
		t.Errorf("stored %v, and by another %v", a, b)
	}
}

// Where the streams are not there yet, as when the brokers of a cluster look for one
// another, a hub says that, and no more once it works. It stores nothing while there is nothing.
func TestAHubWaitsForTheStreams(t *testing.T) {
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	k := &kept{}
	var said []string
	h, stop := running(t, nc, Config{Stores: map[string]Store{"kept": k}, Every: time.Millisecond, Say: func(s string) { said = append(said, s) }})
	defer stop()
	until(t, "no trouble is told", func() bool { return strings.HasPrefix(h.State().Trouble, "consumer: ") })
	time.Sleep(1200 * time.Millisecond) // two tries more: said once
	if err := b.Ensure(context.Background()); err != nil {
		t.Fatal(err)
	}
	until(t, "the trouble is over, and told", func() bool { return h.State().Trouble == "" })
	stop()
	if len(said) != 1 || h.Groups.Load() != 0 || len(k.each) != 0 {
		t.Errorf("%q; %d groups", said, h.Groups.Load())
	}
}

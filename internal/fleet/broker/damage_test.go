package broker_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/status"
	"portero/internal/words"
)

// That the disk of a broker spoiled something is counted and told, by it and by status; what is
// behind it goes on, as far as the server reads it, and nothing waits that no hub gets.
func TestWhatTheDiskOfABrokerSpoiledIsTold(t *testing.T) {
	const all = 6
	for what, c := range map[string]struct {
		stored int  // by hubs, before
		killed bool // the broker, so that it looks through its files when it starts again
		spoilt int
		told   string
	}{
		"one of several":          {0, false, 3, "spoiled a batch"},
		"the last":                {0, false, all, "spoiled a batch"},
		"one and what is behind":  {0, true, 3, " octets of what"},
		"one that was stored":     {4, true, 2, " octets of what"}, // and the last two, behind it
		"all that is there is it": {5, false, all, "spoiled a batch"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithTimeout(context.Background(), time.Minute)
			defer stop()
			var mu sync.Mutex
			var said []string
			o := broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}, Say: func(s string) {
				mu.Lock()
				defer mu.Unlock()
				said = append(said, s)
			}}
			b, err := broker.Start(o)
			if err != nil {
				t.Fatal(err)
			}
			nc, err := bus.Connect(started(t, b), "test", false, nil)
			if err != nil {
				t.Fatal(err)
			}
			js, _ := jetstream.New(nc)
			for n := range all {
				if _, err := js.Publish(ctx, bus.FlowSubject("hq", 0), fmt.Appendf(nil, "batch %d ......", n+1)); err != nil {
					t.Fatal(err)
				}
			}
			// take is a hub's work: n batches, and where they are the last, no other.
			take := func(js jetstream.JetStream, n int, last bool) (got []string) {
				cons, err := js.Consumer(ctx, bus.Flows, bus.Store)
				if err != nil {
					t.Fatal(err)
				}
				for len(got) < n && ctx.Err() == nil {
					ms, err := cons.Fetch(n-len(got), jetstream.FetchMaxWait(time.Second))
					if err != nil {
						t.Fatal(err)
					}
					for m := range ms.Messages() {
						got = append(got, string(m.Data()[:7]))
						if err := m.DoubleAck(ctx); err != nil {
							t.Fatal(err)
						}
					}
				}
				if last {
					ms, err := cons.Fetch(1, jetstream.FetchMaxWait(time.Second))
					if err != nil {
						t.Fatal(err)
					}
					for m := range ms.Messages() {
						got = append(got, "one too many: "+string(m.Data()))
					}
				}
				return got
			}
			take(js, c.stored, false)
			nc.Close()
			b.Stop()
			files, _ := filepath.Glob(filepath.Join(o.Dir, "jetstream", "*", "streams", bus.Flows, "msgs", "*"))
			done := false
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if c.killed && filepath.Ext(f) == ".db" {
					os.Remove(f)
				}
				if i := bytes.Index(raw, fmt.Appendf(nil, "batch %d", c.spoilt)); i >= 0 {
					raw[i] ^= 0x20
					if err := os.WriteFile(f, raw, 0o600); err != nil {
						t.Fatal(err)
					}
					done = true
				}
			}
			if !done {
				t.Fatalf("nothing to spoil in %v", files)
			}
			if b, err = broker.Start(o); err != nil {
				t.Fatal(err)
			}
			defer b.Stop()
			if nc, err = bus.Connect(started(t, b), "test", false, nil); err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			b.TendAtOnce()
			watched := make(chan error, 1)
			watch, end := context.WithCancel(ctx)
			go func() { watched <- b.Watch(watch) }()
			js, _ = jetstream.New(nc)
			var want []string
			for n := c.stored + 1; n <= all; n++ {
				if n != c.spoilt && !(c.killed && n > c.spoilt) {
					want = append(want, fmt.Sprint("batch ", n))
				}
			}
			if got := take(js, len(want), true); !slices.Equal(got, want) {
				t.Errorf("a hub gets %q, want %q", got, want)
			}
			var f *status.Fleet
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
				if f, err = status.Gather(ctx, nc); err != nil {
					t.Fatal(err)
				}
				if f.Broker.Waiting == 0 && len(f.Broker.Brokers) == 1 && f.Broker.Brokers[0].Spoiled > 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			f, err = status.Gather(context.Background(), nc)
			if err != nil || f.Broker.Waiting != 0 || f.Broker.LagSeconds != 0 || len(f.Broker.Brokers) != 1 || f.Broker.Brokers[0].Spoiled != 1 {
				t.Fatalf("%v; %+v", err, f.Broker)
			}
			if told := strings.Join(f.Troubles(words.English), "\n"); !strings.Contains(told, "spoiled ") || !strings.Contains(told, "LOST") {
				t.Errorf("status says %q", told)
			}
			end()
			if err := <-watched; err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if told := strings.Join(said, "\n"); !strings.Contains(told, c.told) || !strings.Contains(told, "LOST") {
				t.Errorf("it says %q", told)
			}
		})
	}
}

package status

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/hub"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
	"portero/internal/words"
)

// well is a fleet with nothing to complain about.
func well() *Fleet {
	now := time.Now()
	return &Fleet{Time: now, Hubs: []hub.State{{Name: "h", Time: now}},
		Broker: Broker{Limit: 100 << 20, Bytes: 1 << 20, Brokers: []bus.BrokerState{{Name: "b1", Free: 1 << 30}, {Name: "b2", Free: -1}}}}
}

func TestTroublesAreNamed(t *testing.T) {
	if ts := well().Troubles(words.English); len(ts) > 0 {
		t.Errorf("all is well, and it says %q", ts)
	}
	for want, change := range map[string]func(f *Fleet){
		"the disk of broker b1 has 20 MB free, and 99 MB may still come": func(f *Fleet) { f.Broker.Brokers[0].Free = 20 << 20 },
		"hub h stores nothing: parquet: disk full":                       func(f *Fleet) { f.Hubs[0].Trouble = "parquet: disk full" },
		"sensor hq/core has been silent for 20 s": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time.Add(-Stale)}}
		},
		"sensor hq/core keeps nothing: spool: disk full": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Trouble: "spool: disk full"}}
		},
		"sensor hq/core: 3 batches on its spool were damaged and are lost": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Spool: spool.Stats{Spoiled: 3}}}
		},
		"two hubs call themselves h":          func(f *Fleet) { f.Hubs[0].Shared = true },
		"two sensors call themselves hq/core": func(f *Fleet) { f.Hubs[0].Twins = []string{"hq/core"} },
		"no hub is at work":                   func(f *Fleet) { f.Hubs[0].Time = f.Time.Add(-Stale) },
	} {
		f := well()
		change(f)
		if ts := strings.Join(f.Troubles(words.English), "\n"); !strings.Contains(ts, want) {
			t.Errorf("%q is not in %q", want, ts)
		}
	}
}

// A sensor that read its files to their end is not missed.
func TestASensorThatEndedIsNotMissed(t *testing.T) {
	f := well()
	f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time.Add(-time.Hour), Ended: true}}
	if ts := f.Troubles(words.English); len(ts) > 0 {
		t.Errorf("%q", ts)
	}
}

// behind is a way to addr that takes a while, there and back.
func behind(t *testing.T, addr string, d time.Duration) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	way := func(to, from net.Conn) {
		type piece struct {
			b  []byte
			at time.Time
		}
		ch := make(chan piece, 1<<16)
		go func() {
			defer to.Close()
			for p := range ch {
				time.Sleep(time.Until(p.at))
				if _, err := to.Write(p.b); err != nil {
					return
				}
			}
		}()
		defer close(ch)
		for {
			b := make([]byte, 64<<10)
			n, err := from.Read(b)
			if err != nil {
				return
			}
			ch <- piece{b[:n], time.Now().Add(d)}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", addr)
			if err != nil {
				c.Close()
				return
			}
			go way(up, c)
			go way(c, up)
		}
	}()
	return "nats://" + l.Addr().String()
}

// Thousands of sensors behind a long way are asked for at once, not one after the other.
func TestManySensorsFarAway(t *testing.T) {
	const many = 1000
	b, err := broker.Start(broker.Options{Name: "b", Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 64 << 20}, Lazy: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(b.URL())
	nc, err := nats.Connect(behind(t, u.Host, 5*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for i := range many {
		body, _ := json.Marshal(sensor.State{Records: uint64(i)})
		if err := nc.Publish(bus.StatusSubject("big", "sensor", fmt.Sprintf("s%04d", i)), body); err != nil {
			t.Fatal(err)
		}
	}
	// Who speaks for a hub, or under a name that steers a terminal, is not heard.
	for _, subject := range []string{bus.StatusSubject("big", "hub", "h"), bus.StatusSubject("big", "sensor", "\x1b[2J"), bus.StatusSubject("\u202ebig", "sensor", "x")} {
		if err := nc.Publish(subject, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	nc.Flush()
	js, _ := jetstream.New(nc)
	for {
		s, err := js.Stream(ctx, bus.Status)
		if err != nil {
			t.Fatal(err)
		}
		if s.CachedInfo().State.Msgs == many+3 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	began := time.Now()
	f, err := Gather(ctx, nc)
	if err != nil || len(f.Sensors) != many || len(f.Hubs) != 0 || f.Sensors[777].Records != 777 || f.Sensors[777].Name != "s0777" || f.Time.Sub(f.Sensors[0].Time) > time.Minute {
		t.Fatalf("%v: %+v", err, f)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("%d sensors 10 ms away took %v", many, d)
	}
}

func TestMetricsNameTheDisks(t *testing.T) {
	f := well()
	f.Hubs[0].Trouble = "full"
	var b strings.Builder
	if err := f.Prometheus(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`portero_fleet_broker_free_bytes{broker="b1"} 1073741824`, `portero_fleet_hub_stuck{hub="h"} 1`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in %s", want, b.String())
		}
	}
	if strings.Contains(b.String(), `broker="b2"`) {
		t.Error("what is not known is given as a number")
	}
}

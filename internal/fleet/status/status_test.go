package status

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
		"the disk of broker b1 spoiled what it kept":                     func(f *Fleet) { f.Broker.Brokers[0].Spoiled = 1 },
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
		"the store does not answer: connection\ufffd refused": func(f *Fleet) { f.Store = &Store{Trouble: "connection\x1b refused"} },
		"broker b\ufffd2 is away or behind":                   func(f *Fleet) { f.Broker.Behind = []string{"b\x1b2"} },
		"the broker is nearly full":                           func(f *Fleet) { f.Broker.Bytes = 91 << 20 },
		"the oldest batch has waited 121 s for a hub":         func(f *Fleet) { f.Broker.LagSeconds = 121 },
		"hub h put 2 batches aside":                           func(f *Fleet) { f.Hubs[0].Bad = 2 },
		"sensor hq/core dropped 4 records": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Spool: spool.Stats{DroppedRecords: 4}}}
		},
		"sensor hq/core lost 5 records: its disk is too slow": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Lost: 5}}
		},
		"sensor hq/core left 6 records out": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Refused: 6}}
		},
		"sensor hq/core: the kernel dropped 7 frames": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Drops: 7}}
		},
		"sensor hq/core hears nothing from eth0, eth\ufffd1: down or gone": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Still: []string{"eth0", "eth\x1b1"}}}
		},
		"sensor hq/core hears nothing from a, b, c and 2 more: down or gone": func(f *Fleet) {
			f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time, Still: []string{"a", "b", "c", "d", "e"}}}
		},
		"two hubs call themselves h":          func(f *Fleet) { f.Hubs[0].Shared = true },
		"two sensors call themselves hq/core": func(f *Fleet) { f.Hubs[0].Twins = []string{"hq/core"} },
		"no hub is at work":                   func(f *Fleet) { f.Hubs[0].Time = f.Time.Add(-Stale) },
	} {
		f := well()
		change(f)
		ts, es := f.Troubles(words.English), f.Troubles(words.Spanish)
		if len(ts) != 1 || !strings.HasPrefix(ts[0], want) {
			t.Errorf("%q is not what %q says", want, ts)
		}
		if len(es) != 1 || es[0] == ts[0] {
			t.Errorf("in Spanish: %q", es)
		}
	}
}

// What a sensor or a hub said before it fell silent is not held against it: that it is silent is.
func TestOldWordsAreNotTroubles(t *testing.T) {
	f := well()
	old := f.Time.Add(-Stale)
	f.Hubs = append(f.Hubs, hub.State{Name: "gone", Time: old, Trouble: "disk full", Shared: true, Twins: []string{"hq/core"}})
	f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: old, Trouble: "disk full"}}
	if ts := f.Troubles(words.English); len(ts) != 1 || ts[0] != "sensor hq/core has been silent for 20 s" {
		t.Errorf("%q", ts)
	}
	f = well() // just below the borders
	f.Broker.Bytes, f.Broker.LagSeconds, f.Broker.Brokers[0].Free = 90<<20, 120, 10<<20
	f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time.Add(time.Millisecond - Stale)}}
	f.Store = &Store{Up: true}
	if ts := f.Troubles(words.English); len(ts) > 0 {
		t.Errorf("%q", ts)
	}
	f.Broker.Brokers[0].Free = 0
	f.Broker.Limit, f.Broker.Bytes = 0, 91<<20 // without a limit nothing is nearly full
	if ts := f.Troubles(words.English); len(ts) > 0 {
		t.Errorf("%q", ts)
	}
}

// loaded is a fleet in which every number is another one.
func loaded() *Fleet {
	f := well()
	f.Broker = Broker{Leader: "b1", Replicas: 3, Waiting: 11, Bytes: 12_000_000, Limit: 130_000_000, InHubs: 14, Work: 15, LagSeconds: 16.5, Behind: []string{"b3"},
		Brokers: []bus.BrokerState{{Name: "b\"1\\\x1b", Free: 1 << 30, Spoiled: 3}, {Name: "b2", Free: -1}}}
	f.Sensors = []sensor.State{{Site: "hq", Name: "core", Time: f.Time.Add(-90 * time.Minute), Records: 1001, Sent: 1002, Lost: 1, Refused: 20, Drops: 1003, Trouble: "full", Still: []string{"eth0", "eth1"},
		Spool: spool.Stats{Records: 1004, Bytes: 1005, Limit: 1006, DroppedRecords: 300, Spoiled: 1007}}, {Site: "hq", Name: "edge", Time: f.Time.Add(5 * time.Second), Ended: true}}
	f.Hubs = []hub.State{{Name: "h1", Time: f.Time.Add(-3 * time.Minute), Records: 2001, Batches: 2002, Copies: 2003, Bad: 2004, Retries: 2005}, {Name: "h2", Time: f.Time.Add(-50 * time.Hour), Trouble: "full"}}
	f.Store = &Store{Up: true}
	return f
}

// A fleet whose names are no longer than usual fits into 80 columns, in both languages, and what stands under one
// another is of one kind.
func TestTableFits(t *testing.T) {
	f := loaded()
	f.Sensors[0].Records, f.Sensors[0].Sent, f.Broker.Replicas = 4_300_000_000, 4_300_000_000, 1
	for _, l := range []words.Lang{words.English, words.Spanish} {
		var b strings.Builder
		if err := f.Table(&b, l); err != nil {
			t.Fatal(err)
		}
		ends := map[int]bool{}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimRight(line, "\n")
			if n := utf8.RuneCountInString(line); n > 80 && !strings.HasPrefix(line, "!") || line != strings.TrimRight(line, " ") {
				t.Errorf("%d columns: %q", n, line)
			}
			if strings.HasPrefix(line, "sensor ") || strings.HasPrefix(line, "hq/") {
				ends[utf8.RuneCountInString(line)] = true
			}
		}
		if len(ends) != 1 || strings.Contains(b.String(), "1 copies") || strings.Contains(b.String(), "1 copias") {
			t.Errorf("%s", b.String())
		}
	}
}

// The table shows each number in its place, and what is wrong below; of a fleet that is well it
// says so.
func TestTable(t *testing.T) {
	var b strings.Builder
	if err := loaded().Table(&b, words.English); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(b.String()) {
		lines = append(lines, strings.Join(strings.Fields(l), " "))
	}
	got := strings.Join(lines, "\n") + "\n"
	for _, want := range []string{
		"broker 11 batches wait, 12.0 MB of 130, 14 with hubs, 3 copies, leader b1\n",
		"sensor seen records sent on spool lost\nhq/core 2 h 1001 1002 1004 321\nhq/edge 0 s 0 0 0 0\n",
		"hub seen records batches again\nh1 3 min 2001 2002 2003\nh2 2 d 0 0 0\n",
		"! broker b3 is away or behind\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "well") {
		t.Error(got)
	}
	b.Reset()
	well().Table(&b, words.English)
	if !strings.HasSuffix(b.String(), "\n\nall is well\n") || strings.Contains(b.String(), "leader") {
		t.Error(b.String())
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

// started is a broker that is ready, and a context that ends with the test, or after a minute.
func started(t *testing.T) (*broker.Broker, context.Context) {
	t.Helper()
	b, err := broker.Start(broker.Options{Name: "b", Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 64 << 20}, Lazy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(stop)
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	return b, ctx
}

// Thousands of sensors behind a long way are asked for at once, not one after the other.
func TestManySensorsFarAway(t *testing.T) {
	const many = 1000
	b, ctx := started(t)
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

// samples are the values of a page of metrics, read as its format is written down: each is
// announced once, before it, and comes once.
func samples(t *testing.T, page string) map[string]string {
	t.Helper()
	got, kinds := map[string]string{}, map[string]string{}
	for l := range strings.Lines(page) {
		l = strings.TrimSuffix(l, "\n")
		if rest, ok := strings.CutPrefix(l, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if kinds[name] != "" || kind != "gauge" && kind != "counter" || (kind == "counter") != strings.HasSuffix(name, "_total") {
				t.Errorf("%q", l)
			}
			kinds[name] = kind
			continue
		}
		if strings.HasPrefix(l, "# HELP ") {
			continue
		}
		m := sample.FindStringSubmatch(l)
		if m == nil || kinds[m[1]] == "" || got[m[1]+m[2]] != "" {
			t.Errorf("%q is no sample of %v", l, kinds)
			continue
		}
		got[m[1]+m[2]] = m[3]
	}
	return got
}

var sample = regexp.MustCompile(`^([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\\x00-\x1f]|\\[\\"n])*",?)+\})?) ([0-9.e+-]+)$`)

func TestMetrics(t *testing.T) {
	var b strings.Builder
	if err := loaded().Prometheus(&b); err != nil {
		t.Fatal(err)
	}
	got := samples(t, b.String())
	core, edge, h1, h2 := `{site="hq",sensor="core"}`, `{site="hq",sensor="edge"}`, `{hub="h1"}`, `{hub="h2"}`
	for name, want := range map[string]string{
		"broker_waiting_batches": "11", "broker_waiting_bytes": "12000000", "broker_limit_bytes": "130000000", "broker_in_hubs": "14", "waiting_units": "15", "broker_lag_seconds": "16.5", "broker_behind": "1",
		`broker_spoiled_total{broker="b2"}`: "0", "broker_spoiled_total{broker=\"b\\\"1\\\\\ufffd\"}": "3",
		"broker_free_bytes{broker=\"b\\\"1\\\\\ufffd\"}": "1073741824", `broker_free_bytes{broker="b2"}`: "", "store_up": "1",
		"sensor_records_total" + core: "1001", "sensor_sent_total" + core: "1002", "sensor_lost_total" + core: "1", "sensor_refused_total" + core: "20", "sensor_dropped_total" + core: "300",
		"sensor_spoiled_total" + core: "1007", "sensor_capture_drops_total" + core: "1003", "sensor_spool_records" + core: "1004", "sensor_spool_bytes" + core: "1005", "sensor_spool_limit_bytes" + core: "1006",
		"sensor_still_interfaces" + core: "2", "sensor_still_interfaces" + edge: "0", "sensor_stuck" + core: "1", "sensor_stuck" + edge: "0", "sensor_ended" + core: "0", "sensor_ended" + edge: "1", "sensor_silent_seconds" + core: "5400", "sensor_silent_seconds" + edge: "0",
		"hub_records_total" + h1: "2001", "hub_batches_total" + h1: "2002", "hub_bad_total" + h1: "2004", "hub_retries_total" + h1: "2005", "hub_stuck" + h1: "0", "hub_stuck" + h2: "1", "hub_silent_seconds" + h1: "180",
	} {
		if v := got["portero_fleet_"+name]; v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	b.Reset()
	f := loaded()
	f.Store.Up = false
	f.Prometheus(&b)
	if v := samples(t, b.String())["portero_fleet_store_up"]; v != "0" {
		t.Errorf("a store that does not answer: %q", v)
	}
}

// What waits at the broker, since when, and who is there, in the order of their names.
func TestGather(t *testing.T) {
	b, ctx := started(t)
	nc, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, _ := jetstream.New(nc)
	if f, err := Gather(ctx, nc); err != nil || f.Broker.Waiting != 0 || f.Broker.LagSeconds != 0 || f.Broker.Limit != 64<<20 {
		t.Errorf("%v: an empty broker: %+v", err, f)
	}
	for lane := range 3 {
		if _, err := js.Publish(ctx, bus.FlowSubject("hq", uint16(lane)), make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := nc.Subscribe(bus.Brokers, func(m *nats.Msg) {
		for _, word := range []string{"no JSON", `{"free_bytes":1}`, `{"name":"b","free_bytes":2}`} {
			m.Respond([]byte(word))
		}
	}); err != nil {
		t.Fatal(err)
	}
	// What one says of its own name is not believed: the subject tells it.
	for _, w := range [][3]string{{"west", "sensor", "a"}, {"east", "sensor", "b"}, {"east", "sensor", "a"}, {bus.Hubs, "hub", "h2"}, {bus.Hubs, "hub", "h1"}} {
		if _, err := js.Publish(ctx, bus.StatusSubject(w[0], w[1], w[2]), []byte(`{"site":"forged","name":"forged","time":"2001-01-01T00:00:00Z","records":5}`)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Gather(ctx, nc)
	if err != nil {
		t.Fatal(err)
	}
	if w := f.Broker; w.Waiting != 3 || w.Bytes < 3000 || w.Replicas != 1 || w.LagSeconds < 0.1 || w.LagSeconds > 30 || w.Leader != "b" || len(w.Behind) > 0 || len(w.Brokers) != 1 || w.Brokers[0] != (bus.BrokerState{Name: "b", Free: 2}) {
		t.Errorf("%+v", w)
	}
	var names []string
	for _, s := range f.Sensors {
		names = append(names, s.Site+"/"+s.Name)
		if d := f.Time.Sub(s.Time); d > 30*time.Second || s.Records != 5 {
			t.Errorf("%+v", s)
		}
	}
	for _, h := range f.Hubs {
		names = append(names, h.Name)
		if d := f.Time.Sub(h.Time); d > 30*time.Second {
			t.Errorf("%+v", h)
		}
	}
	if got := strings.Join(names, " "); got != "east/a east/b west/a h1 h2" {
		t.Error(got)
	}
}

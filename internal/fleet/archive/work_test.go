package archive

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
)

// What the broker refuses for good ends a unit, with its name, instead of waiting.
func TestWhatIsRefusedForGoodIsSaid(t *testing.T) {
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	q, err := Open(ctx, nc)
	if err != nil {
		t.Fatal(err)
	}
	p := &publisher{q: q, u: &Unit{ID: "u", Site: "hq", Sensor: "core", Files: []File{{Path: "/a/x.pcap"}}}, ctx: ctx}
	if err := p.send(0, make([]byte, bus.MaxMessage)); err != nil {
		t.Fatal(err)
	}
	if err := p.finish(); err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "/a/x.pcap: batch 1 of 8388608 octets") {
		t.Errorf("%v, %v", err, ctx.Err())
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

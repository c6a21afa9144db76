package archive

import (
	"context"
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

package broker_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// incompressible is a name as only chance, or a hostile server, makes it.
func incompressible(rng *rand.Rand) string {
	b := make([]byte, 1000)
	for i := range b {
		b[i] = byte(33 + rng.IntN(94))
	}
	return string(b)
}

// Records that make a batch longer than the broker takes come in several; a batch
// of that length that an earlier version left on the spool keeps nothing behind it.
func TestNoBatchIsTooLongForTheBroker(t *testing.T) {
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	c := started(t, b)
	nc, err := bus.Connect(c, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	sp, err := spool.Open(t.TempDir(), 1<<28)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	if err := sp.Put(true, spool.Message{Records: 7, Data: make([]byte, bus.MaxMessage+1)}, spool.Message{Records: 9, Data: make([]byte, bus.MaxMessage-10)}); err != nil {
		t.Fatal(err)
	}
	var said []string
	s, err := sensor.New(sensor.Config{Site: "hq", Name: "s1", Wait: true, Lanes: 1, Rows: batch.MaxRows, Say: func(s string) { said = append(said, s) }}, sp)
	if err != nil {
		t.Fatal(err)
	}
	const n = 20_000
	rng := rand.New(rand.NewPCG(1, 2))
	r := *corpus.Made(1)
	for range n {
		r.ServerName = incompressible(rng)
		if err := s.Add(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if m := sp.Stats().Messages; m < 5 {
		t.Errorf("%d messages wait: this test needs a batch that was cut", m)
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Publish(ctx, nc) }()
	if !s.Drained(ctx) {
		t.Errorf("not sent: %s", s.Summary())
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s.Sent.Load() != n || s.Refused.Load() != 16 || !strings.Contains(s.Summary(), "16 LEFT OUT") || !strings.Contains(strings.Join(said, "\n"), "LEFT OUT") {
		t.Errorf("%s; %q", s.Summary(), said)
	}
}

package broker_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// A sensor that was taken out of the broker's users says so and ends, and what it has
// stays on its spool: the connection is closed for good, and no other try helps.
func TestASensorThatIsBannedSaysSo(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	seed, public, _ := user(t)
	users := filepath.Join(t.TempDir(), "users")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := broker.Options{Listen: l.Addr().String(), Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}, Users: users}
	l.Close()
	up := func(who string) *broker.Broker {
		os.WriteFile(users, []byte(who+"\n"), 0o600)
		b, err := broker.Start(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Ensure(ctx); err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := up("sensor hq " + public)
	nc, err := bus.Connect(bus.Config{URL: b.URL(), Seed: seed}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	sp, err := spool.Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	s, err := sensor.New(sensor.Config{Site: "hq", Name: "s1", Wait: true}, sp)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Publish(ctx, nc) }()
	b.Stop()
	_, other, _ := user(t)
	b = up("sensor hq " + other)
	defer b.Stop()
	s.Add(corpus.Made(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if !bus.Refused(err) || !strings.Contains(err.Error(), "refuses") || sp.Stats().Records != 1 {
			t.Errorf("%v; %s", err, s.Summary())
		}
	case <-ctx.Done():
		t.Errorf("the sensor goes on as if the broker were away: %s; connection: %v", s.Summary(), nc.LastError())
	}
}

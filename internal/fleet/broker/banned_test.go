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
	"portero/internal/fleet/hub"
	"portero/internal/fleet/lake"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// ups gives what starts a broker anew, on one folder and one address, that lets one in.
func ups(t *testing.T, ctx context.Context) func(who string) *broker.Broker {
	users := filepath.Join(t.TempDir(), "users")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := broker.Options{Listen: l.Addr().String(), Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}, Users: users}
	l.Close()
	return func(who string) *broker.Broker {
		t.Helper()
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
}

// A sensor that was taken out of the broker's users says so and ends, and what it has
// stays on its spool: the connection is closed for good, and no other try helps.
func TestASensorThatIsBannedSaysSo(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	seed, public, _ := user(t)
	up := ups(t, ctx)
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

// Nor does a hub go on as if the broker were away.
func TestAHubThatIsBannedSaysSo(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	seed, public, _ := user(t)
	up := ups(t, ctx)
	b := up("hub " + public)
	nc, err := bus.Connect(bus.Config{URL: b.URL(), Seed: seed}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	l, err := lake.Open(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hub.New(hub.Config{Name: "h", Stores: map[string]hub.Store{"parquet": l}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, nc) }()
	b.Stop()
	_, other, _ := user(t)
	b = up("hub " + other)
	defer b.Stop()
	select {
	case err := <-done:
		if !bus.Refused(err) || !strings.Contains(err.Error(), "the broker refuses this hub") {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Errorf("the hub goes on: %s; connection: %v", h.State().Trouble, nc.LastError())
	}
}

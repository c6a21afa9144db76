package broker_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

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

// Users and certificate are read again while it runs: who was taken out is shut out, who was
// added is let in, who stays notices nothing, and a file that is wrong changes nothing.
func TestUsersAreReadAgain(t *testing.T) {
	ca := newAuthority(t, "ca")
	cert, key := ca.issue("broker", false)
	users := filepath.Join(t.TempDir(), "users")
	stays, staysPublic, _ := user(t)
	goes, goesPublic, _ := user(t)
	comes, comesPublic, _ := user(t)
	core, corePublic, _ := user(t)
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(users, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("admin "+staysPublic, "hub "+goesPublic, "sensor hq "+corePublic)
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}, Users: users, Cert: cert, Key: key, CA: ca.file})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	clientCert, clientKey := ca.issue("client", false)
	connect := func(seed string) (*nats.Conn, error) {
		return bus.Connect(bus.Config{URL: b.URL(), Seed: seed, CA: ca.file, Cert: clientCert, Key: clientKey}, "test", false, nil)
	}
	first, err := connect(stays)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	sensor, err := connect(core)
	if err != nil {
		t.Fatal(err)
	}
	defer sensor.Close()
	second, err := connect(goes)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	write("nonsense")
	if err := b.Reload(); err == nil || !first.IsConnected() || !second.IsConnected() {
		t.Fatalf("a file that is wrong: %v", err)
	}
	write("admin "+staysPublic, "hub "+comesPublic, "sensor hq "+corePublic, "sensor lab "+goesPublic)
	before, _ := os.ReadFile(cert)
	ca.issue("broker", false) // the same files, another certificate
	if after, _ := os.ReadFile(cert); bytes.Equal(before, after) {
		t.Fatal("it is the same certificate")
	}
	if err := b.Reload(); err != nil {
		t.Fatal(err)
	}
	third, err := connect(comes)
	if err != nil {
		t.Fatalf("who was added: %v", err)
	}
	defer third.Close()
	if c, err := third.TLSConnectionState(); err != nil || !bytes.Contains(mustPEM(t, cert), c.PeerCertificates[0].Raw) {
		t.Errorf("the old certificate still serves: %v", err)
	}
	// Who is something else now is that: the site is a new one.
	clients := bus.Config{URL: b.URL(), Seed: goes, CA: ca.file, Cert: clientCert, Key: clientKey}
	if err := send(t, clients, "lab"); err != nil {
		t.Errorf("who has become a sensor: %v", err)
	}
	if err := send(t, clients, "hq"); err == nil {
		t.Error("who has become a sensor of lab sends for hq")
	}
	clients.Seed = core
	if err := send(t, clients, "hq"); err != nil {
		t.Errorf("a sensor that stays: %v", err)
	}
	write("admin "+staysPublic, "hub "+comesPublic, "sensor hq "+corePublic)
	if err := b.Reload(); err != nil {
		t.Fatal(err)
	}
	if nc, err := connect(goes); err == nil {
		nc.Close()
		t.Error("who was taken out is let in")
	}
	for end := time.Now().Add(10 * time.Second); second.IsConnected(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("who was taken out is still connected")
		}
	}
	if js, err := jetstream.New(sensor); err != nil {
		t.Error(err)
	} else if _, err := js.Publish(ctx, bus.FlowSubject("hq", 0), []byte("after")); err != nil || sensor.Reconnects != 0 {
		t.Errorf("a sensor that stays: %v, %d new connections", err, sensor.Reconnects)
	}
	if !first.IsConnected() || first.Reconnects != 0 {
		t.Error("who stays was shut out for a moment")
	}
	if err := b.Ensure(ctx); err != nil { // it knows itself still
		t.Error(err)
	}
}

func mustPEM(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := pem.Decode(b)
	return p.Bytes
}

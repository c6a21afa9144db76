package broker_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/hub"
)

// taking is a store that counts records.
type taking chan int

func (s taking) Write(es []batch.Entry) error {
	for _, e := range es {
		s <- e.Batch.Rows
	}
	return nil
}

// Whoever has a hub's key can take records out, for that is its work. It cannot make any up,
// speak for a sensor, look for work of archives, or change what the broker keeps: neither
// itself, nor through an answer of the broker that it has sent elsewhere.
func TestAHubOnlyStores(t *testing.T) {
	t.Parallel()
	seed, public, _ := user(t)
	chief, chiefPublic, _ := user(t)
	core, corePublic, _ := user(t)
	users := filepath.Join(t.TempDir(), "users")
	os.WriteFile(users, []byte("hub "+public+"\nadmin "+chiefPublic+"\nsensor hq "+corePublic+"\n"), 0o600)
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Limits: bus.Limits{MaxBytes: 1 << 24}, Dir: t.TempDir(), Users: users})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	connect := func(seed string) *nats.Conn {
		t.Helper()
		nc, err := bus.Connect(bus.Config{URL: b.URL(), Seed: seed}, "test", false, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		return nc
	}
	admin, err := jetstream.New(connect(chief))
	if err != nil {
		t.Fatal(err)
	}
	kept := func(stream string) uint64 {
		t.Helper()
		s, err := admin.Stream(ctx, stream)
		if err != nil {
			t.Fatalf("%s: %v", stream, err)
		}
		return s.CachedInfo().State.Msgs
	}

	// Its work goes as ever, and it says how it is, twice: the second time it reads its first word.
	stored := make(taking, 1)
	h, err := hub.New(hub.Config{Name: "h", Stores: map[string]hub.Store{"test": stored}, Every: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	nc := connect(seed)
	work, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.Run(work, nc) }()
	if err := send(t, bus.Config{URL: b.URL(), Seed: core}, "hq"); err != nil {
		t.Fatal(err)
	}
	if n := <-stored; n != 1 {
		t.Errorf("%d records are stored", n)
	}
	h.Report(nc)
	h.Report(nc)
	for kept(bus.Flows) > 0 || kept(bus.Status) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	end()
	if err := <-done; err != nil || nc.LastError() != nil || h.Retries.Load() > 0 {
		t.Errorf("%v; %v; %+v", err, nc.LastError(), h.State())
	}

	// Everything else is refused.
	words := kept(bus.Status)
	for _, subject := range []string{
		bus.FlowSubject("hq", 0), bus.StatusSubject("hq", "sensor", "core"), bus.StatusSubject(bus.Hubs, "sensor", "core"), "work.hq.x", "$KV." + bus.Files + ".unit.x", bus.Brokers,
		"$JS.API.STREAM.DELETE.FLOWS", "$JS.API.STREAM.PURGE.FLOWS", "$JS.API.STREAM.UPDATE.FLOWS", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.MSG.DELETE.FLOWS",
		"$JS.API.CONSUMER.CREATE.STATUS.x", "$JS.API.CONSUMER.CREATE.FLOWS.store", "$JS.API.CONSUMER.DELETE.FLOWS.store", "$JS.API.CONSUMER.MSG.NEXT.WORK.worker", "$JS.ACK.WORK.worker.1.1.1.1.0",
	} {
		one := connect(seed)
		if err := one.Publish(subject, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		one.Flush()
		for end := time.Now().Add(5 * time.Second); one.LastError() == nil && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if !errors.Is(one.LastError(), nats.ErrPermissionViolation) {
			t.Errorf("%s: %v", subject, one.LastError())
		}
		one.Close()
	}
	for _, subject := range []string{"flows.>", "_INBOX_" + chiefPublic + ".>", ">"} {
		one := connect(seed)
		if _, err := one.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		one.Flush()
		for end := time.Now().Add(5 * time.Second); one.LastError() == nil && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if !errors.Is(one.LastError(), nats.ErrPermissionViolation) {
			t.Errorf("listening to %s: %v", subject, one.LastError())
		}
		one.Close()
	}

	// Answers have no content, or one that is none of its own.
	for _, to := range []string{"$JS.API.STREAM.DELETE.FLOWS", "$JS.API.STREAM.PURGE.FLOWS", "$JS.API.CONSUMER.DELETE.FLOWS.store", bus.FlowSubject("lab", 0)} {
		for _, ask := range []struct{ subject, body string }{
			{"$JS.API.CONSUMER.MSG.NEXT.FLOWS.store", `{"batch":1,"no_wait":true}`},
			{"$JS.API.CONSUMER.MSG.NEXT.FLOWS.store", `{"batch":1,"expires":1000000}`},
			{"$JS.API.CONSUMER.MSG.NEXT.FLOWS.store", `nonsense`},
			{"$JS.API.STREAM.INFO.FLOWS", ""},
			{"$JS.ACK.FLOWS.store.1.1.1.1.0", "+ACK"},
			{"$JS.ACK.FLOWS.store.1.1.1.1.0", `+NXT {"batch":1,"no_wait":true}`},
		} {
			if err := nc.PublishRequest(ask.subject, to, []byte(ask.body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	nc.Flush()
	// Nor does a sensor through the answer to a batch, which has a number in it that other
	// questions take for theirs.
	sn := connect(core)
	for _, to := range []string{"$JS.API.STREAM.PURGE.FLOWS", "$JS.API.STREAM.PURGE.STATUS", "$JS.API.STREAM.MSG.DELETE.STATUS", "$JS.API.CONSUMER.RESET.FLOWS.store", "$JS.API.STREAM.LEADER.STEPDOWN.FLOWS",
		bus.FlowSubject("lab", 0), bus.StatusSubject("lab", "sensor", "s"), bus.StatusSubject(bus.Hubs, "hub", "h")} {
		if err := sn.PublishRequest(bus.FlowSubject("hq", 3), to, []byte("a batch")); err != nil {
			t.Fatal(err)
		}
	}
	sn.Flush()
	const sent = 8
	for end := time.Now().Add(5 * time.Second); kept(bus.Flows) < sent && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond) // what answers do comes after them
	if kept(bus.Flows) != sent || kept(bus.Status) != words {
		t.Errorf("%d batches, %d words of %d", kept(bus.Flows), kept(bus.Status), words)
	}
	if s, err := admin.Stream(ctx, bus.Flows); err != nil {
		t.Error(err)
	} else if _, err := s.Consumer(ctx, bus.Store); err != nil {
		t.Error(err)
	}
}

// In a cluster a sensor and a hub are let in by any broker, whichever of them leads the stream.
func TestRolesInACluster(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("no cluster on a machine of 32 bits")
	}
	t.Parallel()
	seed, public, _ := user(t)
	core, corePublic, _ := user(t)
	users := filepath.Join(t.TempDir(), "users")
	os.WriteFile(users, []byte("hub "+public+"\nsensor hq "+corePublic+"\n"), 0o600)
	var routes []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		routes = append(routes, l.Addr().String())
		l.Close()
	}
	var bs []*broker.Broker
	for i := range 3 {
		b, err := broker.Start(broker.Options{Name: fmt.Sprintf("b%d", i), Listen: "127.0.0.1:0", Dir: t.TempDir(), Users: users, Lazy: true,
			Cluster: "c", Peer: routes[i], Routes: routes, Limits: bus.Limits{Replicas: 3, MaxBytes: 1 << 24}})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Stop()
		bs = append(bs, b)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	if err := bs[0].Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	stored := make(taking, 3)
	for i, b := range bs {
		if err := send(t, bus.Config{URL: b.URL(), Seed: core}, "hq"); err != nil {
			t.Fatalf("to broker %d: %v", i, err)
		}
		nc, err := bus.Connect(bus.Config{URL: bs[(i+1)%3].URL(), Seed: seed}, "test", false, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		h, err := hub.New(hub.Config{Name: "h", Stores: map[string]hub.Store{"test": stored}, Every: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		work, end := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- h.Run(work, nc) }()
		select {
		case <-stored:
		case <-ctx.Done():
			t.Errorf("from broker %d nothing comes: %+v", (i+1)%3, h.State())
		}
		end()
		if err := <-done; err != nil || nc.LastError() != nil {
			t.Errorf("%v; %v", err, nc.LastError())
		}
	}
}

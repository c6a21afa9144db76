package status

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/words"
)

// Two of three brokers are gone: who asks is told that, and which one is there.
func TestNobodyLeads(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("no cluster on a machine of 32 bits")
	}
	t.Parallel()
	var routes []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, l.Addr().String())
		l.Close()
	}
	var bs []*broker.Broker
	for i := range 3 {
		b, err := broker.Start(broker.Options{Name: fmt.Sprintf("b%d", i), Listen: "127.0.0.1:0", Dir: t.TempDir(), Lazy: true,
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
	nc, err := bus.Connect(bus.Config{URL: bs[2].URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	// The command answers so beside its broker.
	if _, err := nc.Subscribe(bus.Brokers, func(m *nats.Msg) { m.Respond([]byte(`{"name":"b2"}`)) }); err != nil {
		t.Fatal(err)
	}
	if f, err := Gather(ctx, nc); err != nil || len(f.Broker.Brokers) == 0 {
		t.Fatalf("of three brokers: %v, %+v", err, f)
	}
	bs[0].Stop()
	bs[1].Stop()
	for range 30 { // the last one believes in a leader for a while
		short, end := context.WithTimeout(ctx, time.Second)
		_, err = Gather(short, nc)
		end()
		if err != nil {
			break
		}
	}
	var none *NoAnswer
	if !errors.As(err, &none) || len(none.There) != 1 || none.There[0].Name != "b2" || !strings.Contains(err.Error(), "of the brokers these do: b2 (") {
		t.Fatalf("without a leader: %v", err)
	}
	if s := words.FleetMessage(words.Spanish, err.Error()); !strings.HasPrefix(s, "ninguna cola responde; de los intermediarios, estos sí: b2 (") {
		t.Error(s)
	}
	// Where nobody answers at all it is the question that failed.
	bs[2].Stop()
	short, end := context.WithTimeout(ctx, time.Second)
	defer end()
	if _, err := Gather(short, nc); err == nil || errors.As(err, &none) {
		t.Errorf("without a broker: %v", err)
	}
}

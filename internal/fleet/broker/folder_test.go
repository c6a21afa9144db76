package broker_test

import (
	"context"
	"strings"
	"testing"

	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
)

// Two brokers on one folder would both acknowledge records, and only one of them
// would find its own again.
func TestAFolderHasOneBroker(t *testing.T) {
	o := broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir()}
	a, err := broker.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := broker.Start(o); err == nil {
		b.Stop()
		t.Error("a second broker started on the folder of the first")
	} else if !strings.Contains(err.Error(), "another broker uses this folder") || !strings.Contains(err.Error(), o.Dir) {
		t.Error(err)
	}
	if err := send(t, started(t, a), "hq"); err != nil {
		t.Error(err)
	}
	a.Stop()
	if a, err = broker.Start(o); err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	a.Stop()
}

// started makes a broker's streams, and says where it is.
func started(t *testing.T, b *broker.Broker) bus.Config {
	t.Helper()
	if err := b.Ensure(context.Background(), bus.Limits{MaxBytes: 1 << 24}); err != nil {
		t.Fatal(err)
	}
	return bus.Config{URL: b.URL()}
}

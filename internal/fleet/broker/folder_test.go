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
	o := broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 24}}
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

// What the disk has no room for is said before the server starts; a folder that
// holds batches is opened with what there is.
func TestADiskThatIsTooSmall(t *testing.T) {
	var said []string
	o := broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 60}, Say: func(s string) { said = append(said, s) }}
	if b, err := broker.Start(o); err == nil {
		b.Stop()
		t.Error("a broker started that may keep more than any disk holds")
	} else if !strings.Contains(err.Error(), "--size 1048576T does not fit") || !strings.Contains(err.Error(), " free, ") || !strings.Contains(err.Error(), "give it --size ") {
		t.Error(err)
	}
	small := o
	small.Limits.MaxBytes = 1 << 24
	b, err := broker.Start(small)
	if err != nil {
		t.Fatal(err)
	}
	if err := send(t, started(t, b), "hq"); err != nil {
		t.Error(err)
	}
	b.Stop()
	if b, err = broker.Start(o); err != nil {
		t.Fatalf("the folder that holds batches: %v", err)
	}
	defer b.Stop()
	started(t, b)
	if all := strings.Join(said, "\n"); !strings.Contains(all, "warning: --size 1048576T does not fit") {
		t.Errorf("it said %q", all)
	}
}

// started makes a broker's streams, and says where it is.
func started(t *testing.T, b *broker.Broker) bus.Config {
	t.Helper()
	if err := b.Ensure(context.Background()); err != nil {
		t.Fatal(err)
	}
	return bus.Config{URL: b.URL()}
}

package status

import (
	"strings"
	"testing"
	"time"

	"portero/internal/fleet/bus"
	"portero/internal/fleet/hub"
	"portero/internal/words"
)

// well is a fleet with nothing to complain about.
func well() *Fleet {
	now := time.Now()
	return &Fleet{Time: now, Hubs: []hub.State{{Name: "h", Time: now}},
		Broker: Broker{Limit: 100 << 20, Bytes: 1 << 20, Brokers: []bus.BrokerState{{Name: "b1", Free: 1 << 30}, {Name: "b2", Free: -1}}}}
}

func TestTroublesAreNamed(t *testing.T) {
	if ts := well().Troubles(words.English); len(ts) > 0 {
		t.Errorf("all is well, and it says %q", ts)
	}
	for want, change := range map[string]func(f *Fleet){
		"the disk of broker b1 has 20 MB free, and 99 MB may still come": func(f *Fleet) { f.Broker.Brokers[0].Free = 20 << 20 },
		"hub h stores nothing: parquet: disk full":                       func(f *Fleet) { f.Hubs[0].Trouble = "parquet: disk full" },
		"no hub is at work": func(f *Fleet) { f.Hubs[0].Time = f.Time.Add(-Stale) },
	} {
		f := well()
		change(f)
		if ts := strings.Join(f.Troubles(words.English), "\n"); !strings.Contains(ts, want) {
			t.Errorf("%q is not in %q", want, ts)
		}
	}
}

func TestMetricsNameTheDisks(t *testing.T) {
	f := well()
	f.Hubs[0].Trouble = "full"
	var b strings.Builder
	if err := f.Prometheus(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`portero_fleet_broker_free_bytes{broker="b1"} 1073741824`, `portero_fleet_hub_stuck{hub="h"} 1`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in %s", want, b.String())
		}
	}
	if strings.Contains(b.String(), `broker="b2"`) {
		t.Error("what is not known is given as a number")
	}
}

package catalog

import (
	"testing"
	"time"

	"portero/capture"
)

func TestNames(t *testing.T) {
	c := Default()
	for _, x := range []struct {
		proto             uint8
		port              uint16
		registered, shown string
	}{
		{6, 80, "http", "http"}, {6, 443, "https", "https"}, {17, 443, "https", "quic"}, {17, 53, "domain", "dns"},
		{6, 109, "pop2", "pop2"}, {6, 110, "pop3", "pop3"}, {6, 111, "sunrpc", "sunrpc"}, {6, 465, "submissions", "smtps"},
		{6, 9200, "wap-wsp", "elasticsearch"}, {6, 12345, "italk", "italk"}, {6, 6010, "x11", "x11"}, {6, 60001, "", ""},
		{capture.ProtoSCTP, 2905, "m3ua", "m3ua"},
	} {
		if got := c.Registered(x.proto, x.port); got != x.registered {
			t.Errorf("%d/%d is registered as %q, want %q", x.port, x.proto, got, x.registered)
		}
		if got := c.Service(x.proto, x.port); got != x.shown {
			t.Errorf("%d/%d is shown as %q, want %q", x.port, x.proto, got, x.shown)
		}
	}
}

func TestHint(t *testing.T) {
	c := Default()
	for _, p := range []uint16{12345, 31337} {
		if f, ok := c.PortHint(6, p); !ok || !OfOld(f.Kind) {
			t.Errorf("port %d: %+v %v", p, f, ok)
		}
	}
	for _, p := range []uint16{80, 443, 22, 8080, 53} {
		if f, ok := c.PortHint(6, p); ok {
			t.Errorf("port %d has a backdoor hint: %s", p, f.Name)
		}
	}
}

// TestDataIsSound holds every data file to its rules, and to its stamp.
func TestDataIsSound(t *testing.T) {
	for _, p := range Check() {
		t.Error(p)
	}
}

// TestLookupIsFast: a name costs less than 2 ns. The best of many short runs
// counts, so that a busy machine does not spoil it.
func TestLookupIsFast(t *testing.T) {
	c := Default()
	const ports = 4096
	best := time.Hour
	n := 0
	for range 400 {
		start := time.Now()
		for i := range ports {
			n += len(c.Registered(6, uint16(i)))
		}
		best = min(best, time.Since(start))
	}
	per := float64(best) / ports
	t.Logf("%.2f ns a lookup", per)
	if per >= 2 && !slow {
		t.Errorf("%.2f ns a lookup, at most 2 are allowed", per)
	}
	if n == 0 {
		t.Error("nothing was found")
	}
}

func BenchmarkService(b *testing.B) {
	c := Default()
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		n += len(c.Registered(6, uint16(i)))
	}
	_ = n
}

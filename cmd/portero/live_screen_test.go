package main

import (
	"net/netip"
	"testing"
)

// Doors at addresses of other interfaces, and all of them behind a filter, are out of
// sight.
func TestWhatIsSeenOfThisMachine(t *testing.T) {
	at := netip.MustParseAddr
	see := (&liveFlags{ifaces: []string{"lo"}}).seeing()
	if lo := see(at("127.0.0.1")) && see(at("::1")) && see(at("0.0.0.0")); !lo || see(at("192.0.2.1")) {
		t.Errorf("on the loopback interface: its own %v, another's %v", lo, see(at("192.0.2.1")))
	}
	if see := (&liveFlags{ifaces: []string{"any"}}).seeing(); see != nil {
		t.Error("on all interfaces something is out of sight")
	}
	if see := (&liveFlags{ifaces: []string{"any"}, filter: "port 443"}).seeing(); see == nil || see(at("127.0.0.1")) {
		t.Error("behind a filter doors are in sight")
	}
}

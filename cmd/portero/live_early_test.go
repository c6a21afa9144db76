package main

import (
	"net/netip"
	"testing"

	"portero/internal/findings"
)

// What is seen early is told beside what is certain, the worse or the more of the same,
// and only of kinds that attempts show.
func TestEarlyFindingsAreJoined(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	of := func(kind, severity string, actor netip.Addr, count uint64) findings.Finding {
		return findings.Finding{Kind: kind, Severity: severity, Actor: actor, Count: count}
	}
	got := joined(
		[]findings.Finding{of("scan-ports", "medium", a, 20), of("scan-hosts", "low", a, 90), of("beacon", "info", a, 5)},
		[]findings.Finding{of("scan-ports", "medium", a, 40), of("scan-hosts", "low", a, 30), of("flood-halfopen", "high", b, 500), of("beacon", "info", b, 50)})
	want := []findings.Finding{of("flood-halfopen", "high", b, 500), of("scan-ports", "medium", a, 40), of("scan-hosts", "low", a, 90), of("beacon", "info", a, 5)}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i].Identity() != want[i].Identity() || got[i].Count != want[i].Count {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

package main

import (
	"net/netip"
	"testing"

	"portero/internal/anonymize"
	"portero/internal/findings"
)

// What a user wrote in an override, as whose machine it is, is not for those that an
// anonymous finding is shown to; that it is silenced is.
func TestAHiddenFindingQuotesNobody(t *testing.T) {
	a := netip.MustParseAddr("203.0.113.77")
	fs := []findings.Finding{{Actor: a, Target: a, Detail: "d", Files: []string{"f"}, Muted: "the printer of Alice"}, {}}
	hide(anonymize.New([]byte("one key")), fs)
	if f := &fs[0]; f.Actor == a || f.Target == a || f.Detail != "" || f.Files != nil || f.Muted != "muted" || fs[1].Muted != "" {
		t.Errorf("%+v", fs)
	}
}

package trace_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/trace"
)

var update = flag.Bool("update", false, "rewrite golden files and docs/STATES.md")

// golden compares got with a file, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test -update rewrites it. Got:\n%s", name, got)
	}
}

func TestTransitions(t *testing.T) {
	var b strings.Builder
	for _, a := range trace.Arms() {
		fmt.Fprintf(&b, "%-12s  %-22s  %-12s  %s\n", a.From, a.Event, a.To, a.Reason)
	}
	golden(t, "testdata/transitions.golden", b.String())
}

func TestStatesDocument(t *testing.T) {
	golden(t, filepath.Join("..", "..", "docs", "STATES.md"), trace.Document())
}

// Every arm that changes a state is one of RFC 9293's figure 5, or one of the
// few that its text adds to the figure.
func TestOnlyLegalChanges(t *testing.T) {
	legal := map[string]bool{}
	for _, x := range strings.Fields(`
		CLOSED>LISTEN CLOSED>SYN-SENT LISTEN>SYN-SENT LISTEN>SYN-RECEIVED SYN-SENT>SYN-RECEIVED SYN-SENT>ESTABLISHED SYN-SENT>CLOSED
		SYN-RECEIVED>ESTABLISHED SYN-RECEIVED>FIN-WAIT-1 SYN-RECEIVED>LISTEN SYN-RECEIVED>CLOSED SYN-RECEIVED>CLOSE-WAIT
		ESTABLISHED>FIN-WAIT-1 ESTABLISHED>CLOSE-WAIT ESTABLISHED>CLOSED
		FIN-WAIT-1>FIN-WAIT-2 FIN-WAIT-1>CLOSING FIN-WAIT-1>CLOSED FIN-WAIT-2>TIME-WAIT FIN-WAIT-2>CLOSED
		CLOSE-WAIT>LAST-ACK CLOSE-WAIT>CLOSED CLOSING>TIME-WAIT CLOSING>CLOSED LAST-ACK>CLOSED TIME-WAIT>CLOSED`) {
		legal[x] = true
	}
	seen := map[string]bool{}
	for _, a := range trace.Arms() {
		if a.From == a.To {
			continue
		}
		x := a.From.String() + ">" + a.To.String()
		seen[x] = true
		if !legal[x] {
			t.Errorf("%s on %q is in no RFC", x, a.Event)
		}
	}
	for x := range legal {
		if !seen[x] {
			t.Errorf("the machine has no arm for %s", x)
		}
	}
}

func TestEveryArmHasAReason(t *testing.T) {
	used := map[trace.Reason]bool{}
	for _, a := range trace.Arms() {
		if a.Reason == trace.ReasonNone {
			t.Errorf("%s on %q: no reason", a.From, a.Event)
		}
		used[a.Reason] = true
	}
	for _, r := range trace.Reasons() {
		if !used[r] {
			t.Errorf("reason %s is used by no arm", r)
		}
		if r.Text() == "" || r.RFC() == "" {
			t.Errorf("reason %s says nothing", r)
		}
	}
}

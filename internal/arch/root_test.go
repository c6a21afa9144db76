package arch

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestNothingStrayLies: what a command leaves where it was tried (a spool, a capture, a report) is soon added with the
// rest. Whoever opens the project sees first what lies at its top, and all of that was meant to be there.
func TestNothingStrayLies(t *testing.T) {
	meant := []string{
		".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "SECURITY.md", "capture", "catalog",
		"cmd", "docs", "flows", "go.mod", "go.sum", "handshake", "internal", "testdata",
	}
	cmd := exec.Command("git", "ls-files")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil || len(out) == 0 { // no git, or a copy that is no clone
		t.Skipf("git does not say what belongs to the project: %v", err)
	}
	var top []string
	for name := range strings.Lines(string(out)) {
		name, _, _ = strings.Cut(strings.TrimSpace(name), "/")
		top = append(top, name)
	}
	slices.Sort(top)
	if top = slices.Compact(top); !slices.Equal(top, meant) {
		t.Errorf("at the top of the project lie %q, meant are %q", top, meant)
	}
}

package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesItsTests: every threat of SECURITY.md names a test that there
// is, or a script that CI runs.
func TestSecurityNamesItsTests(t *testing.T) {
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(b), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "## Threats")
	named := regexp.MustCompile("`([^`]+)`")
	rows := 0
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 6 || strings.HasPrefix(line, "|---") || strings.Contains(line, "| threat |") {
			continue
		}
		rows++
		names := named.FindAllStringSubmatch(cells[3], -1)
		if len(names) == 0 {
			t.Errorf("no test: %s", cells[1])
		}
		for _, n := range names {
			if strings.HasPrefix(n[1], ".ci/") {
				if _, err := os.Stat(filepath.Join(root, n[1])); err != nil && n[1] != ".ci/run" {
					t.Error(err)
				}
			} else if !tests[n[1]] {
				t.Errorf("%s: there is no test %s", cells[1], n[1])
			}
		}
	}
	if rows < 15 {
		t.Errorf("%d threats only", rows)
	}
}

package arch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestStranger builds a program outside the module, a replace away, that uses
// capture, flows, handshake and catalog, and runs it.
func TestStranger(t *testing.T) {
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	src, err := os.ReadFile("testdata/stranger/main.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(top, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	// The requirements are the project's own, so that nothing is fetched.
	requires := strings.Replace(string(mod), "module portero", "module stranger", 1)
	files := map[string]string{"main.go": string(src), "go.sum": string(sum),
		"go.mod": requires + "\nrequire portero v0.0.0\n\nreplace portero => " + top + "\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".", filepath.Join(top, "testdata/first-look/in.pcap"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "2 completed") || !strings.Contains(string(out), "refused") {
		t.Fatalf("%v\n%s", err, out)
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file that may not be read ends with status 4 and says so. Root becomes nobody
// for as long as that takes.
func TestNoPermission(t *testing.T) {
	p := filepath.Join(t.TempDir(), "secret.pcap")
	if err := os.WriteFile(p, []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	asNobody(t)
	if code, _, errs := portero(t, p); code != exitDenied || !strings.Contains(errs, "no permission") {
		t.Errorf("exit status %d: %s", code, errs)
	}
}

// asNobody takes root's rights away until the test ends.
func asNobody(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if err := syscall.Seteuid(65534); err != nil {
		t.Skipf("root may read every file, and cannot become nobody here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Seteuid(0); err != nil {
			t.Fatal(err)
		}
	})
}

// A capture of a directory that may not be read, as tcpdump leaves them, is told of, and not left out without a word.
func TestNoPermissionInADirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "first-look", "in.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	all := filepath.Join(dir, "all")
	if err := os.Mkdir(all, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"open.pcap": 0o644, "secret.pcap": 0, "all/secret.pcap": 0} {
		if err := os.WriteFile(filepath.Join(dir, name), b, mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t)
	if code, out, errs := portero(t, "read", "--utc", dir); code != exitDamaged || !strings.Contains(out, "4  completed") || !strings.Contains(errs, "secret.pcap: no permission to read it") {
		t.Errorf("exit status %d: %s\n%s", code, errs, out)
	}
	if code, _, errs := portero(t, "read", all); code != exitDenied || !strings.Contains(errs, "no permission to read it") {
		t.Errorf("exit status %d: %s", code, errs)
	}
}

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
	if os.Geteuid() == 0 {
		if err := syscall.Seteuid(65534); err != nil {
			t.Skipf("root may read every file, and cannot become nobody here: %v", err)
		}
		defer func() {
			if err := syscall.Seteuid(0); err != nil {
				t.Fatal(err)
			}
		}()
	}
	if code, _, errs := portero(t, p); code != exitDenied || !strings.Contains(errs, "no permission") {
		t.Errorf("exit status %d: %s", code, errs)
	}
}

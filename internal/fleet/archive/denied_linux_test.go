package archive

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A capture that may not be read, as tcpdump leaves them, is told of, as is a folder, and not left out without a word.
func TestACaptureThatMayNotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	names := rotate(t, dir, "x", traffic(10), time.Hour)
	if err := os.WriteFile(filepath.Join(dir, "secret.pcap"), []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "locked"), 0); err != nil {
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
	us, _, problems, err := Plan(dir, Shape{Site: "hq"}, nil)
	if err != nil || len(us) != 1 || len(us[0].Files) != len(names) || len(problems) != 2 || !errors.Is(problems[0], fs.ErrPermission) || !errors.Is(problems[1], fs.ErrPermission) {
		t.Errorf("%+v, %v, %v", us, problems, err)
	}
}

package bus

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"
)

// A secret that others may read is refused, with what to do; one that only its owner may is taken.
func TestASecretIsItsOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes there")
	}
	kp, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	text, err := kp.Seed()
	if err != nil {
		t.Fatal(err)
	}
	public, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "core.seed")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, fine := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o604: false, 0o610: false, 0o602: false, 0o644: false} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		_, pub, err := seed(name)
		if fine && (err != nil || pub != public) || !fine && (err == nil || !strings.Contains(err.Error(), "chmod 600")) {
			t.Errorf("mode %04o: %q, %v", mode, pub, err)
		}
	}
	if err := os.WriteFile(name, []byte("no seed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := seed(name); err == nil || !strings.Contains(err.Error(), "this is no seed") {
		t.Error(err)
	}
	if _, _, err := seed(name + "x"); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// A message's name is taken apart as it was made, and nothing else is a name.
func TestNamesOfMessages(t *testing.T) {
	for _, n := range []uint64{1, 7, 1<<64 - 1} {
		if s, m, ok := SplitID(MessageID("hq.core/0011", n)); s != "hq.core/0011" || m != n || !ok {
			t.Errorf("%d: %q %d %v", n, s, m, ok)
		}
	}
	long := strings.Repeat("s", 254)
	if _, _, ok := SplitID(long + "/1"); !ok {
		t.Error("a name of 256 octets is refused")
	}
	for _, id := range []string{"", "/", "/1", "a/", "a/0", "a/-1", "a/x", "a/18446744073709551616", "a", long + "s/1"} {
		if s, n, ok := SplitID(id); ok {
			t.Errorf("%q is %q and %d", id, s, n)
		}
	}
}

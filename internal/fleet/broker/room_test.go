package broker

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// What the folder holds already counts as room: a broker that is started again on a disk
// that it has filled itself is not told that its size does not fit.
func TestWhatIsThereCountsAsRoom(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "jetstream", "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "jetstream", "a", "1.blk"))
	if err != nil {
		t.Fatal(err)
	}
	const held int64 = 1 << 43 // with holes: more than any disk here has free
	if err := f.Truncate(held); err != nil {
		t.Skip("the file system of the tests' folder holds no file with holes of this size: ", err)
	}
	f.Close()
	left, err := free(dir)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	say := func(s string) { said += s }
	for _, size := range []int64{1 << 20, held, left/4*3 + held - 1<<30} {
		if n, err := room(dir, size, say); err != nil || n != size || said != "" {
			t.Errorf("%d: %d %v %q", size, n, err, said)
		}
	}
	n, err := room(dir, math.MaxInt64, nil)
	if err != nil || n < held || n > held+left || n%(1<<20) != 0 {
		t.Errorf("%d octets of %d and %d free: %v", n, held, left, err)
	}
	if _, err := room(filepath.Join(dir, "missing"), 1, say); err == nil {
		t.Error("a folder that is not there has room")
	}
}

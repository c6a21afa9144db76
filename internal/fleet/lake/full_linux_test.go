package lake

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/parquet-go/parquet-go"
)

// A disk that fills up while a file is written is told of, whatever was still in memory.
func TestADiskThatIsFullAtTheEnd(t *testing.T) {
	for _, buffered := range []int{16, 1 << 20} { // full before the end, and at it
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		x := &file{f: f, buf: bufio.NewWriterSize(f, buffered)}
		x.w = parquet.NewGenericWriter[any](x.buf, schema)
		if err := x.add(at(t, 1, 2, 3), []int32{0, 1, 2}, 2); err != nil && !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
		if err := x.close(); !errors.Is(err, unix.ENOSPC) {
			t.Errorf("%v", err)
		}
	}
}

// A file that the disk has no room for stores nothing and leaves nothing: the batch is stored when
// there is room again. Another hub may not take it for stored meanwhile.
func TestWhatHadNoRoomIsStoredLater(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	es := []Entry{{Source: "hq/s1/a", Number: 1, Batch: made(t, "hq", 0, 5000)}}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(unix.SIGXFSZ)
	defer signal.Reset(unix.SIGXFSZ)
	full := limit
	for _, full.Cur = range []uint64{20_000, 100_000} { // an empty file takes more, and a full one
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &full); err != nil {
			t.Fatal(err)
		}
		err := l.Write(es)
		if e := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); e != nil {
			t.Fatal(e)
		}
		left := 0
		filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
			if strings.Contains(path, ".parquet") || strings.HasSuffix(path, ".json") {
				left++
			}
			return nil
		})
		if !errors.Is(err, unix.EFBIG) || l.Has(&es[0]) || left != 0 {
			t.Errorf("room for %d octets: %v, %d files are left", full.Cur, err, left)
		}
	}
	if err := l.Write(es); err != nil {
		t.Fatal(err)
	}
	check(t, dir, 5000)
}

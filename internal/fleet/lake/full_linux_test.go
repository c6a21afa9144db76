package lake

import (
	"bufio"
	"errors"
	"os"
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

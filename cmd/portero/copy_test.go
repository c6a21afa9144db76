package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
)

// peeking calls look before each of its reads.
type peeking struct {
	io.Reader
	look func()
}

func (w peeking) Read(b []byte) (int, error) { w.look(); return w.Reader.Read(b[:min(len(b), 5000)]) }

// What comes through a pipe once is copied to be read twice. Nothing of the copy stays, also when we are killed: on Linux it has
// no name from before its first octet on.
func TestNoCopyStays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("TMPDIR is not asked there")
	}
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, bytes.Repeat(b[24:], 10)...)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	there := func() int {
		fs, err := os.ReadDir(dir)
		if err != nil {
			t.Error(err)
		}
		return len(fs)
	}
	defer os.Remove(dir + "x")
	for _, args := range [][]string{{"why", "-", "2"}, {"teach", "-", "2"}, {"report", "-", "-o", "-"}, {"exercise", "-"}, {"extract", "-", "2", "-w", "-"}, {"read", "-", "-w", dir + "x", "--where", "id == 2", "-o", "-", "--force"}, {"diff", "-", look}} {
		reads, seen := 0, 0
		in := peeking{bytes.NewReader(b), func() { reads++; seen = max(seen, there()) }}
		var o, e bytes.Buffer
		code := run(args, in, &o, &e)
		if reads < 3 || runtime.GOOS == "linux" && seen > 0 || there() > 0 {
			t.Errorf("%v: status %d, %q; %d files while it was read in %d pieces, then %d", args, code, &e, seen, reads, there())
		}
	}
}

// endless never ends, and fails the test where more of it is read than tells what it is.
type endless struct {
	t    *testing.T
	with []byte
	n    int
}

func (e *endless) Read(b []byte) (int, error) {
	if e.n += len(b); e.n > 1<<20 {
		e.t.Error("a megabyte of it is read")
		return 0, io.EOF
	}
	for i := range b {
		b[i] = e.with[i%len(e.with)]
	}
	return len(b), nil
}

// What is no capture is refused before it is copied, though it has no end: it filled the disk.
func TestWhatIsNoCaptureIsNotCopied(t *testing.T) {
	for _, with := range []string{"\x00", "line\n", "\x89PNG"} {
		for _, verb := range []string{"why", "teach", "report", "exercise", "extract"} {
			args := []string{verb, "-"}
			switch verb {
			case "why", "teach", "extract":
				args = append(args, "1")
			}
			if verb == "report" || verb == "extract" {
				args = append(args, map[string]string{"report": "-o", "extract": "-w"}[verb], "-")
			}
			var o, e bytes.Buffer
			if code := run(args, &endless{t: t, with: []byte(with)}, &o, &e); code != exitUsage || !strings.HasPrefix(e.String(), "portero: standard input: is no capture: ") || o.Len() > 0 {
				t.Errorf("%v of %q: %d %q", args, with, code, fmt.Sprint(&e))
			}
		}
	}
}

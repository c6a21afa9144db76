//go:build linux

package helper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// wire is both ends of one, with answer behind the first.
func wire(t *testing.T, answer Answerer) (asks *Client, served chan error) {
	t.Helper()
	mine, theirs, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	other, err := Dial(theirs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mine.Close(); other.Close() })
	served = make(chan error, 1)
	go func() { served <- Serve(mine, answer) }()
	return NewClient(other), served
}

// A question comes back with its answer and with the files of it, and an error with its words; who answers keeps no file.
func TestQuestions(t *testing.T) {
	var mu sync.Mutex
	var given []*os.File
	c, served := wire(t, func(name string, body []byte) (any, []*os.File, error) {
		mu.Lock()
		defer mu.Unlock()
		switch name {
		case "files":
			given = nil
			for range len(body) {
				r, w, err := os.Pipe()
				if err != nil {
					return nil, nil, err
				}
				fmt.Fprintf(w, "file %d", len(given))
				w.Close()
				given = append(given, r)
			}
			return len(given), given, nil
		case "long":
			r, w, err := os.Pipe()
			w.Close()
			given = []*os.File{r}
			return strings.Repeat("x", maxMessage), given, err
		}
		return nil, nil, errors.New("no question called " + name)
	})
	for _, n := range []int{2, 40, MaxFiles} { // a text of n octets, its quotes with it
		var got int
		files, err := c.Ask("files", strings.Repeat("x", n-2), &got)
		if err != nil || got != n || len(files) != n {
			t.Fatalf("%d files: %v, %d told of, %d came", n, err, got, len(files))
		}
		for i, f := range files {
			if b, err := io.ReadAll(f); string(b) != fmt.Sprintf("file %d", i) || err != nil {
				t.Errorf("file %d of %d: %q %v", i, n, b, err)
			}
			if flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("file %d of %d goes on to programs that are run", i, n)
			}
			f.Close()
		}
	}
	for name, want := range map[string]string{"long": "too long an answer", "nothing": "no question called nothing", "": "no question called "} {
		if files, err := c.Ask(name, nil, nil); err == nil || !strings.Contains(err.Error(), want) || len(files) > 0 {
			t.Errorf("%q: %v, %d files", name, err, len(files))
		}
	}
	if files, err := c.Ask("files", strings.Repeat("x", MaxFiles), nil); err == nil || !strings.Contains(err.Error(), "too long an answer") || len(files) > 0 {
		t.Errorf("more files than an answer has: %v, %d came", err, len(files))
	}
	c.c.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	for i, f := range given {
		if f.Close() == nil {
			t.Errorf("file %d was left open by who answered", i)
		}
	}
	if _, err := c.Ask("files", nil, nil); err == nil || !strings.Contains(err.Error(), "the helper process is gone") {
		t.Errorf("nobody is there: %v", err)
	}
}

// The process that asks may be in the hands of whoever sent packets. Whatever it writes is answered with an error, nothing of it
// is taken for a question, and who answers goes on.
func TestWhoAsksIsNotTrusted(t *testing.T) {
	var asked atomic.Int32
	c, _ := wire(t, func(name string, _ []byte) (any, []*os.File, error) { asked.Add(1); return name, nil, nil })
	buf := make([]byte, maxMessage)
	for _, b := range []string{"x", "{", "[]", `"listen"`, `{"Name":7}`, `{"Name":"a"}{"Name":"b"}`, "\x00", "\xff\xfe", `{"Name":"` + strings.Repeat("x", maxMessage) + `"}`, strings.Repeat("[", maxMessage), strings.Repeat(`{"Body":`, 8000)} {
		if _, err := c.c.Write([]byte(b)); err != nil {
			t.Fatal(err)
		}
		n, err := c.c.Read(buf)
		if err != nil || !strings.HasPrefix(string(buf[:n]), `{"Error":"helper: `) {
			t.Errorf("%.20q: %v, %.60q", b, err, buf[:n])
		}
	}
	// Files that come with a question are not kept: they would fill the table of who answers.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.c.WriteMsgUnix([]byte(`{"Name":"with a file"}`), unix.UnixRights(int(w.Fd())), nil); err != nil {
		t.Fatal(err)
	}
	if n, err := c.c.Read(buf); err != nil || !strings.Contains(string(buf[:n]), "with a file") {
		t.Errorf("%v %.60q", err, buf[:n])
	}
	w.Close()
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("who answers kept a file: %d, %v", n, err)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d questions were taken out of what is none", n-1)
	}
}

// An answer of the longest that goes through at once arrives whole.
func TestTheLongestAnswer(t *testing.T) {
	c, _ := wire(t, func(_ string, body []byte) (any, []*os.File, error) {
		var n int
		err := json.Unmarshal(body, &n)
		return strings.Repeat("x", n), nil, err
	})
	n := 64<<10 - len(`{"Body":""}`)
	for n, fine := range map[int]bool{1: true, n - 1: true, n: true, n + 1: false, 2 * n: false} {
		var got string
		if _, err := c.Ask("x", n, &got); (err == nil) != fine || fine && len(got) != n {
			t.Errorf("a text of %d octets: %d came, %v", n, len(got), err)
		}
	}
}

package spool

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Whatever a disk does to the files of a spool (bits that flip, files that are cut, grown, emptied or gone, all of
// them at once), it opens, gives out only messages that were put in, each as it was and in order, gives no number
// again, and goes on: what comes after is there after the next start, too.
func TestASpoolSurvivesAnyHarm(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		text := func(n uint64) []byte {
			return bytes.Repeat([]byte(fmt.Sprintf("message %d ", n)), 1+int(n*7919%90))
		}
		put := func(s *Spool, n int) {
			t.Helper()
			var ms []Message
			for i := range uint64(n) {
				ms = append(ms, Message{Lane: 1, Records: 3, Data: text(s.next + i)})
			}
			if err := s.Put(false, ms...); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		s, err := Open(dir, 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		put(s, 10+r.IntN(60))
		s.Ack(uint64(r.IntN(10)))
		given, epoch := s.next-1, s.Epoch()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) < 3 {
			t.Fatal(files, err)
		}
		var done []string
		for range 1 + r.IntN(4) {
			name := files[r.IntN(len(files))]
			b, err := os.ReadFile(name)
			if err != nil {
				continue // gone already
			}
			how := r.IntN(6)
			switch {
			case how == 0 && len(b) > 0:
				for range 1 + r.IntN(3) {
					b[r.IntN(len(b))] ^= 1 << r.IntN(8)
				}
			case how == 1 && len(b) > 0:
				b = b[:r.IntN(len(b))]
			case how == 2:
				b = append(b, make([]byte, r.IntN(3000))...)
			case how == 3 && len(b) > 0:
				clear(b[r.IntN(len(b)):])
			case how == 4:
				for range 40 {
					b = append(b, byte(r.Uint32()))
				}
			case how == 5:
				os.Remove(name)
				done = append(done, filepath.Base(name)+" gone")
				continue
			}
			done = append(done, fmt.Sprint(filepath.Base(name), " harm ", how))
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		what := fmt.Sprintf("seed %d: %s", seed, strings.Join(done, ", "))
		for round := range 2 {
			s, err := Open(dir, 1<<16)
			if err != nil && strings.Contains(err.Error(), "without that file") && strings.Contains(what, " spool ") && strings.Contains(what, " epoch ") {
				// What names the messages is spoiled twice: somebody is to choose.
				os.Remove(filepath.Join(dir, "spool"))
				s, err = Open(dir, 1<<16)
			}
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if s.Epoch() == epoch && s.next <= given {
				t.Fatalf("%s: number %d is given again", what, s.next)
			}
			first := s.next
			put(s, 5)
			given, epoch = s.next-1, s.Epoch()
			got := map[uint64]bool{}
			for after := uint64(0); ; {
				m, ok, err := s.TryNext(after, false, context.Background())
				if err != nil {
					t.Fatalf("%s: after %d: %v", what, after, err)
				}
				if !ok {
					break
				}
				if m.Number <= after || !bytes.Equal(m.Data, text(m.Number)) {
					t.Fatalf("%s: after %d comes %d: %.40q", what, after, m.Number, m.Data)
				}
				got[m.Number] = true
				after = m.Number
			}
			for n := first; n <= given; n++ {
				if !got[n] {
					t.Fatalf("%s: start %d: what came after as number %d is not there", what, round, n)
				}
			}
			if round == 1 && !got[first-1] && epoch == s.Epoch() {
				t.Fatalf("%s: what came after is gone after another start", what)
			}
			if err := s.Close(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
}

// What waits in a spool, and everything beside it, is its owner's alone.
func TestASpoolIsItsOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes there")
	}
	dir := filepath.Join(t.TempDir(), "sensor", "spool")
	s, err := Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := s.Put(false, msg(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := e.Info()
		if err == nil && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %04o", name, st.Mode().Perm())
		}
		files++
		return err
	})
	if err != nil || files < 4 { // the folder, its name, its lock, what waits
		t.Errorf("%d files, %v", files, err)
	}
}

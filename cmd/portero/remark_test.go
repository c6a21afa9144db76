package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"portero/internal/words"
)

// A capture that was written says by which filter its packets were chosen, and one that is to be shared does not: a filter names who
// was looked for.
func TestWhatASavedCaptureSaysOfItself(t *testing.T) {
	for _, x := range []struct{ flags, says string }{
		{"", "portero"}, {"-f tcp", "portero: filter tcp"}, {"--where resp_port>0", "portero: where resp_port>0"}, {"-f udp --where id>0", "portero: where id>0"},
		{"--anonymize", "portero"}, {"--anonymize -f tcp", "portero"}, {"--anonymize --where resp_port>0", "portero"},
	} {
		to := filepath.Join(t.TempDir(), "x.pcapng")
		args := append([]string{"read", look, "-q", "-w", to}, strings.Fields(x.flags)...)
		if code, _, errs := portero(t, args...); code != 0 {
			t.Fatalf("%s: %d %s", x.flags, code, errs)
		}
		b, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		// The option of the section header: its kind, its length, its text, and zeros up to four octets.
		want := append([]byte{1, 0, byte(len(x.says)), 0}, x.says...)
		want = append(want, make([]byte, -len(x.says)&3)...)
		if !bytes.Contains(b[:200], want) {
			t.Errorf("%s: %q", x.flags, b[:120])
		}
	}
}

// What is only worth it where it is read is written while less than half of the room is taken.
func TestWhereThereIsRoom(t *testing.T) {
	for n, want := range map[int]bool{0: true, 49: true, 50: false, 51: false, 100: false} {
		o := &outlet{room: 100, pending: make([]byte, n)}
		if o.roomy() != want {
			t.Errorf("%d of 100 octets: %v", n, !want)
		}
		if o.err = errors.New("gone"); o.roomy() {
			t.Errorf("%d octets, and nobody reads: there is room", n)
		}
	}
}

// How to go on saving is told where SIGHUP does it.
func TestWhereSavingGoesOn(t *testing.T) {
	for file, want := range map[string]bool{"x.pcapng": runtime.GOOS != "windows", "": false, "-": false} {
		for _, l := range words.Langs() {
			s := session{lang: l}
			if got := s.wayOn(file); strings.Contains(got, "SIGHUP") != want || (got == "") == want {
				t.Errorf("%q: %q", file, got)
			}
		}
	}
}

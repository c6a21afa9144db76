package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// gate is a reader that takes nothing until it is opened.
type gate struct {
	mu   sync.Mutex
	open chan struct{}
	got  bytes.Buffer
	err  error
}

func (g *gate) Write(b []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	return g.got.Write(b)
}

func within(t *testing.T, d time.Duration, what string, f func()) {
	t.Helper()
	began := time.Now()
	f()
	if spent := time.Since(began); spent > d {
		t.Errorf("%s took %v", what, spent)
	}
}

// A reader that takes nothing holds up neither the writing nor the end; every line is
// written whole or counted.
func TestStuckReaderHoldsUpNobody(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	o := newOutlet(g, 4096).start()
	line := strings.Repeat("x", 99) + "\n"
	within(t, 2*time.Second, "writing", func() {
		for range 10000 {
			io.WriteString(o, line[:50])
			io.WriteString(o, line[50:])
		}
	})
	lost := o.leftOut()
	if lost < 9000 || lost >= 10000 {
		t.Errorf("%d lines left out", lost)
	}
	o.as(leaving)
	within(t, giveUp+time.Second, "the end", func() {
		if err := o.close(); err != nil {
			t.Error(err)
		}
	})
	if o.leftOut() != 10000 {
		t.Errorf("%d lines left out in the end", o.leftOut())
	}
	close(g.open)
	<-o.done
}

// A reader that is slow and goes on reading gets whole lines, and everything at the end.
func TestSlowReaderGetsWholeLines(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	o := newOutlet(w, 64<<10)
	o.own = true
	o.start()
	got := make(chan string)
	go func() {
		time.Sleep(300 * time.Millisecond)
		b, _ := io.ReadAll(r)
		got <- string(b)
	}()
	for i := range 20000 {
		fmt.Fprintf(o, "line %d of many\n", i)
		if i == 15000 {
			time.Sleep(600 * time.Millisecond) // it has caught up
			o.as(patient)
		}
	}
	io.WriteString(o, "half a line")
	if err := o.close(); err != nil {
		t.Error(err)
	}
	s := <-got
	lines := strings.Split(s, "\n")
	if last := lines[len(lines)-1]; last != "half a line" {
		t.Errorf("the end is %q", last)
	}
	for _, l := range lines[:len(lines)-1] {
		var n int
		if _, err := fmt.Sscanf(l, "line %d of many", &n); err != nil || l != fmt.Sprintf("line %d of many", n) {
			t.Fatalf("a line is %q", l)
		}
	}
	if n := uint64(len(lines)-1) + o.leftOut(); n != 20000 || o.leftOut() == 0 {
		t.Errorf("%d lines read, %d left out", len(lines)-1, o.leftOut())
	}
	if !strings.Contains(s, "line 19999 of many\n") {
		t.Error("what came when there was time is missing")
	}
}

// That a reader went away is told; another error is told once, and what comes after it is
// counted until there is another file.
func TestOutletThatFails(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	o := newOutlet(w, 4096).start()
	io.WriteString(o, "nobody\n")
	for end := time.Now().Add(5 * time.Second); o.failure() == nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if _, err := io.WriteString(o, "nobody\n"); !brokenPipe(err) {
		t.Errorf("a reader that went away: %v", err)
	}
	if err := o.close(); !brokenPipe(err) {
		t.Errorf("in the end: %v", err)
	}
	w.Close()

	full := errors.New("full")
	g := &gate{open: make(chan struct{}), err: full}
	close(g.open)
	told := make(chan error, 9)
	o = newOutlet(g, 4096)
	o.failed = func(err error) { told <- err }
	o.start()
	io.WriteString(o, "one\n")
	if err := <-told; err != full {
		t.Error(err)
	}
	io.WriteString(o, "two\n")
	io.WriteString(o, "three\n")
	f, err := os.Create(filepath.Join(t.TempDir(), "next"))
	if err != nil {
		t.Fatal(err)
	}
	o.turn(f)
	io.WriteString(o, "four\n")
	if err := o.close(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(f.Name()); string(b) != "four\n" || o.leftOut() != 3 || len(told) != 0 {
		t.Errorf("%q in the next file, %d left out, told %d times more", b, o.leftOut(), len(told))
	}
}

// Where there is room again, the file that failed goes on where its last whole line ended,
// and that something is missing is known in the end.
func TestOutletGoesOnInItsFile(t *testing.T) {
	g := &gate{open: make(chan struct{}), err: errors.New("full")}
	close(g.open)
	told := make(chan error, 9)
	o := newOutlet(g, 4096)
	o.failed = func(err error) { told <- err }
	o.start()
	io.WriteString(o, "one\n")
	<-told
	io.WriteString(o, "two\n")
	g.mu.Lock()
	g.err = nil
	g.mu.Unlock()
	o.again()
	io.WriteString(o, "three\n")
	if err := o.close(); err != nil {
		t.Error(err)
	}
	if g.got.String() != "three\n" || o.leftOut() != 2 || o.firstFailure() == nil {
		t.Errorf("%q, %d left out, first %v", g.got.String(), o.leftOut(), o.firstFailure())
	}

	f, err := os.Create(filepath.Join(t.TempDir(), "half"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const half = "whole\nhal"
	io.WriteString(f, half)
	o = newOutlet(f, 4096)
	if n := o.mend([]byte(half)); n != len("whole\n") {
		t.Errorf("%d octets are lines", n)
	}
	io.WriteString(f, "next\n")
	if b, _ := os.ReadFile(f.Name()); string(b) != "whole\nnext\n" {
		t.Errorf("%q", b)
	}
}

//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
)

// Ctrl-C ends the waiting for a pipe that has nothing more to give, and what came before it is no damaged capture.
func TestInputThatDoesNotEnd(t *testing.T) {
	hasten(t)
	const in = "../../testdata/first-look/in.pcap"
	whole, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(whole)
	z.Close()
	// blocking is a pipe as a shell hands it on; Go does not wait for it in its own way.
	blocking := func(t *testing.T, data []byte) (string, io.Reader) {
		var fds [2]int
		if err := syscall.Pipe(fds[:]); err != nil {
			t.Fatal(err)
		}
		r, w := os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
		t.Cleanup(func() { r.Close(); w.Close() })
		w.Write(data)
		return "-", r
	}
	own := func(t *testing.T, data []byte) (string, io.Reader) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close(); w.Close() })
		w.Write(data)
		return "-", r
	}
	fifo := func(t *testing.T, data []byte) (string, io.Reader) {
		name := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Fatal(err)
		}
		if data != nil {
			w, err := os.OpenFile(name, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.Close() })
			w.Write(data)
		}
		return name, nil
	}
	for _, c := range []struct {
		name   string
		pipe   func(*testing.T, []byte) (string, io.Reader)
		data   []byte
		frames int // -1 where not even the head of a capture came
	}{
		{"nothing", blocking, []byte{}, -1},
		{"nothing, pollable", own, []byte{}, -1},
		{"nothing, named", fifo, []byte{}, -1},
		{"nobody writes", fifo, nil, -1},
		{"half a head", blocking, whole[:10], -1},
		{"half a frame", blocking, whole[:100], 0},
		{"some and half a frame", blocking, whole[:1500], 7},
		{"some, pollable", own, whole[:1500], 7},
		{"some, named", fifo, whole[:1500], 7},
		{"packed, without its end", blocking, packed.Bytes()[:packed.Len()-8], 26},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			name, r := c.pipe(t, c.data)
			a := &app{in: r, ctx: ctx}
			time.AfterFunc(50*time.Millisecond, stop)
			set, err := pcapfile.OpenAll([]string{name}, a.inputs())
			if c.frames < 0 {
				if !errors.Is(err, context.Canceled) || status(err) != exitInterrupted {
					t.Fatalf("opened: %v, exit status %d", err, status(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer set.Close()
			n := 0
			var b capture.Block
			for err = set.Next(&b); err == nil; err = set.Next(&b) {
				n += len(b.Frames)
			}
			if n != c.frames || !errors.Is(err, io.EOF) || len(set.Problems()) > 0 {
				t.Errorf("%d frames, then %v, problems %v", n, err, set.Problems())
			}
		})
	}
}

// What stands against -o is said before anything is read: the captures of these would wait for ever.
func TestOutputRefusedAtOnce(t *testing.T) {
	there := filepath.Join(t.TempDir(), "there")
	policy := filepath.Join(t.TempDir(), "policy")
	for name, text := range map[string]string{there: "", policy: "10.0.0.1 80/tcp\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, verb := range [][]string{{"findings", "-"}, {"report", "-"}, {"ports", "-"}, {"ports", "-", "--at", "1"}, {"hosts", "-"}, {"policy", policy, "-"}, {"diff", "-", "-"}} {
		for _, out := range []string{there, filepath.Join(there, "under"), filepath.Join(t.TempDir(), "none", "x")} {
			var said bytes.Buffer
			if code := run(append(verb, "-o", out), r, io.Discard, &said); code != exitUsage || !bytes.Contains(said.Bytes(), []byte(out)) {
				t.Errorf("%v -o %s: %d %s", verb, out, code, said.String())
			}
		}
	}
}

package engine

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog/identify"
	"portero/internal/record"
)

// What breaks off ends the test.
func init() { identify.Strict = true }

// FuzzWhole runs hostile captures through the whole read path: no panic, and no
// packet is lost between the frames and the records.
func FuzzWhole(f *testing.F) {
	names, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := pcapfile.NewReader(bytes.NewReader(b), "fuzz", pcapfile.Options{})
		if err != nil {
			return
		}
		defer r.Close()
		var pkts, dups uint64
		e := New(Options{Threads: 1, Seed: 1, Memory: 8 << 20, Sink: func(r *record.Record) error {
			pkts += r.Orig.Pkts + r.Resp.Pkts
			dups += r.Duplicates
			if r.ID == 0 || !r.Orig.Addr.IsValid() {
				t.Fatalf("a record without id or address: %+v", r)
			}
			return nil
		}})
		defer e.Release() // a million runs in one process
		_ = e.Run(context.Background(), r)
		s := e.Stats()
		if s.Frames < pkts/4 && pkts > 16 {
			t.Fatalf("%d packets from %d frames", pkts, s.Frames)
		}
	})
}

// Steady state allocates nothing per packet in decode and track.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	b, err := os.ReadFile("../../testdata/completed/in.pcap")
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapfile.NewReader(bytes.NewReader(b), "x", pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &decoded{}
	if err := r.Next(&d.block); err != nil {
		t.Fatal(err)
	}
	// The middle of the connection, again and again.
	d.block.Frames = d.block.Frames[3:7]
	e := New(Options{Threads: 1, Seed: 1})
	dec := capture.NewDecoder(e.paths, 1)
	run := func() {
		decode(dec, d)
		e.sequence(d)
	}
	for range 100 {
		run()
	}
	if n := testing.AllocsPerRun(1000, run); n != 0 {
		t.Errorf("%v allocations for four packets", n)
	}
}

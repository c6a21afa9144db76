package ndjson_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view/ndjson"
	"portero/internal/who"
)

// TestWanted: every scenario of testdata becomes the records of its want.ndjson, from the frame to the text,
// with one thread and with three. It needs none of the command, so that CI asks it of machines that are
// emulated: of another word length, of assembly of their own, of the highest octet first.
func TestWanted(t *testing.T) {
	all, err := filepath.Glob("../../../testdata/*/in.pcap")
	if err != nil || len(all) < 20 {
		t.Fatalf("testdata has %d scenarios: %v", len(all), err)
	}
	for _, in := range all {
		dir := filepath.Dir(in)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Chdir(dir)
			want, err := os.ReadFile("want.ndjson")
			if err != nil {
				t.Fatal(err)
			}
			for _, threads := range []int{1, 3} {
				if got := written(t, "in.pcap", threads); !bytes.Equal(got, want) {
					t.Errorf("with %d threads:\n%s\nwant\n%s", threads, got, want)
				}
			}
		})
	}
}

// written is the capture called name in the way of `portero read --format ndjson`.
func written(t *testing.T, name string, threads int) []byte {
	t.Helper()
	set, err := pcapfile.OpenAll([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var out bytes.Buffer
	w := ndjson.New(&out, record.Schema(), false)
	watch := findings.New(catalog.Default(), nil, 64<<20)
	hosts := who.Watch{Tell: watch}
	eng := engine.New(engine.Options{Threads: threads, Memory: 1 << 30, Seed: 7, Files: set.Names(), Catalog: catalog.Default(),
		Hear: hosts.Packet, Wants: who.Wants, ARP: hosts.ARP,
		Judge: func(r *record.Record) {
			for _, s := range []*record.Side{&r.Orig, &r.Resp} {
				h := hosts.Of(s.Addr)
				s.MAC, s.Vendor, s.Name = h.MAC.String(), h.MAC.Vendor(), h.Name
			}
			watch.Record(r)
		},
		Sink: func(r *record.Record) error {
			watch.Observe(r)
			return w.Write(r)
		}})
	defer eng.Release()
	watch.Frames = eng
	// One scenario is cut short on purpose.
	if err := eng.Run(context.Background(), set); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if err := w.End(nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

package trace_test

import (
	"context"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/trace"
)

// heard is one connection of a capture file.
type heard struct {
	rec record.Record
	in  trace.Input
}

// listen runs the whole program over a file and keeps every connection.
func listen(t *testing.T, file string) []*heard {
	t.Helper()
	src, err := pcapfile.Open(file, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	all := map[uint64]*heard{}
	get := func(id uint64) *heard {
		if all[id] == nil {
			all[id] = &heard{}
		}
		return all[id]
	}
	e := engine.New(engine.Options{
		Threads: 1, Seed: 1,
		Packet: func(id uint64, p *capture.Packet, _ []byte, _ int, dup bool) {
			h := get(id)
			h.in.Packets = append(h.in.Packets, *p)
			h.in.Copies = append(h.in.Copies, dup)
		},
		Sink: func(r *record.Record) error {
			h := get(r.ID)
			h.rec = *r
			h.rec.CloseFrames = append([]uint64(nil), r.CloseFrames...)
			return nil
		},
	})
	if err := e.Run(context.Background(), src); err != nil {
		t.Logf("%s: %v", file, err)
	}
	var out []*heard
	for _, h := range all {
		h.in.Record = &h.rec
		out = append(out, h)
	}
	sort.Slice(out, func(i, k int) bool { return out[i].rec.ID < out[k].rec.ID })
	return out
}

// Every case draws a trace whose every arrow is an arm of the machine.
func TestCases(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "cases", "pcaps")
	files, _ := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	if len(files) == 0 {
		t.Skip("../shared/cases/pcaps is absent")
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), filepath.Ext(f)), func(t *testing.T) {
			hs := listen(t, f)
			if len(hs) == 0 {
				t.Fatal("no connection")
			}
			for _, h := range hs {
				tr := h.in.Build()
				lawful(t, tr)
				if len(tr.Steps) != len(h.in.Packets) {
					t.Errorf("#%d: %d packets, %d steps", h.rec.ID, len(h.in.Packets), len(tr.Steps))
				}
				if tr.TCP && h.rec.Handshake.String() == "completed" {
					for _, e := range tr.Equations {
						if !e.Holds {
							t.Errorf("#%d is completed, and %v fails: %+v", h.rec.ID, e.ID, e)
						}
					}
				}
				if os.Getenv("TELL") != "" {
					t.Logf("#%d %v %v %v missing %v\n%s", h.rec.ID, h.rec.Handshake, h.rec.Kind, h.rec.Close, h.rec.Missing.List(), tell(tr))
				}
			}
		})
	}
}

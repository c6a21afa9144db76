package engine

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/record"
)

// story is what Packet and Sink are told of the connections with these ids, of all where none is named,
// and the records.
func story(t *testing.T, src capture.Source, opt Options, ids map[uint64]bool, chosen *Chosen) (string, []record.Record) {
	t.Helper()
	var all []record.Record
	var out strings.Builder
	var e *Engine
	opt.Chosen = chosen
	opt.Packet = func(id uint64, p *capture.Packet, payload []byte, side int, dup bool) {
		if ids == nil || ids[id] {
			fmt.Fprintf(&out, "%d: frame %d %v of side %d, copy %v, quotes %v: %x\n", id, p.Index, e.Parts(), side, dup, e.Quoted(p) != nil, payload)
		}
	}
	opt.Sink = func(r *record.Record) error {
		all = append(all, *r.Clone())
		if ids == nil || ids[r.ID] {
			fmt.Fprintf(&out, "%d: ended %v, %d and %d packets\n", r.ID, r.Handshake, r.Orig.Pkts, r.Resp.Pkts)
		}
		return nil
	}
	e = New(opt)
	if err := e.Run(context.Background(), src); err != nil && !errors.As(err, new(*pcapfile.DamageError)) {
		t.Fatal(err)
	}
	// Each connection for itself.
	lines := strings.SplitAfter(out.String(), "\n")
	slices.SortStableFunc(lines, func(a, b string) int {
		x, _, _ := strings.Cut(a, ":")
		y, _, _ := strings.Cut(b, ":")
		return strings.Compare(x, y)
	})
	return strings.Join(lines, ""), all
}

// only is what a story says of the connections with these ids.
func only(story string, ids map[uint64]bool) string {
	var out strings.Builder
	for line := range strings.Lines(story) {
		of, _, _ := strings.Cut(line, ":")
		if id, err := strconv.ParseUint(of, 10, 64); err == nil && ids[id] {
			out.WriteString(line)
		}
	}
	return out.String()
}

// choice chooses every step-th of the records.
func choice(all []record.Record, step int) (map[uint64]bool, *Chosen) {
	ids, c := map[uint64]bool{}, &Chosen{}
	for i := step / 2; i < len(all); i += step {
		r := &all[i]
		ids[r.ID] = true
		c.Add(netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port))
	}
	return ids, c
}

// Whoever chooses connections is told of them what is told who is shown every packet: their packets in
// order, with their payload, before the records; few or many, with plenty of memory or with little.
func TestChosen(t *testing.T) {
	t.Parallel()
	for seed, memory := range []int64{1 << 30, 8 << 20} {
		tr := newTraffic(uint64(seed) + 20)
		tr.fill(1500, 300, 8, 30_000_000)
		if memory < 1<<30 {
			tr.fill(9_000, 8_000, 2, 0)
		}
		opt := Options{Threads: 1, Seed: 9, Memory: memory, Merged: true}
		whole, all := story(t, open(t, tr.pcap), opt, nil, nil)
		for _, step := range []int{997, 50, 3, 1} {
			ids, c := choice(all, step)
			want := only(whole, ids)
			if n := strings.Count(want, "frame"); n < len(ids) {
				t.Fatalf("%d packets of %d connections", n, len(ids))
			}
			for _, threads := range []int{1, 2, 8} {
				if step != 50 && threads != 2 {
					continue
				}
				opt.Threads = threads
				got, records := story(t, open(t, tr.pcap), opt, ids, c)
				differ(t, fmt.Sprintf("one in %d, %d threads", step, threads), want, got)
				if len(records) != len(all) {
					t.Fatalf("%d records instead of %d", len(records), len(all))
				}
			}
			opt.Threads = 1
			got, _ := story(t, &pieces{from: open(t, tr.pcap), n: 3}, opt, ids, c)
			differ(t, fmt.Sprintf("one in %d, blocks of 3", step), want, got)
		}
	}
}

// The same of the captures of testdata, connection by connection: tunnels, fragments, ICMP errors, what
// has no ports, what waited for its place.
func TestChosenOfCaptures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/*/*.pcap*")
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		opt := Options{Threads: 1, Seed: 9, Merged: true}
		whole, all := story(t, open(t, b), opt, nil, nil)
		for i := range all[:min(len(all), 15)] {
			ids, c := choice(all[i:i+1], 1)
			want := only(whole, ids)
			got, _ := story(t, open(t, b), opt, ids, c)
			differ(t, fmt.Sprintf("%s, connection %d", name, all[i].ID), want, got)
		}
	}
}

// Whatever a chosen host sent is shown, as for all packets, and what others sent is not.
func TestChosenSender(t *testing.T) {
	tr := newTraffic(5)
	tr.fill(400, 100, 8, 0)
	_, all := story(t, open(t, tr.pcap), Options{Threads: 1, Seed: 9}, nil, nil)
	host := all[7].Resp.Addr
	count := func(c *Chosen) (of, others int) {
		e := New(Options{Threads: 1, Seed: 9, Chosen: c, Packet: func(_ uint64, p *capture.Packet, _ []byte, _ int, _ bool) {
			if p.SrcAddr() == host {
				of++
			} else {
				others++
			}
		}})
		if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
			t.Fatal(err)
		}
		return of, others
	}
	var c Chosen
	c.AddSender(host)
	want, rest := count(nil)
	of, others := count(&c)
	if of != want || want == 0 {
		t.Errorf("%d packets of %v instead of %d", of, host, want)
	}
	if others > rest/2 {
		t.Errorf("%d of %d packets of others were shown", others, rest)
	}
}

package main

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/live"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/view/events"
)

// That findings ran out of memory is said at the end, with --stats and as a counter.
func TestFindingsWithoutRoomAreTold(t *testing.T) {
	var errw bytes.Buffer
	a := &app{in: strings.NewReader(""), out: io.Discard, err: &errw, ctx: t.Context()}
	o := &liveFlags{ifaces: []string{"x"}, format: "ndjson", memory: "8M", ring: "1M", fsync: "file", interim: time.Minute, color: "never", lang: "en", stats: true}
	s, _, _, err := a.plan(o)
	if err != nil {
		t.Fatal(err)
	}
	s.src, s.gauges = &live.Handle{}, &gauges{}
	s.eng = engine.New(s.options())
	for i := range 100_000 {
		r := &record.Record{ID: uint64(i + 1), Proto: capture.ProtoTCP, HasPorts: true, Final: true, Handshake: handshake.Refused, First: int64(i), Last: int64(i),
			Orig: record.Side{Addr: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), Port: 4000}, Resp: record.Side{Addr: netip.AddrFrom4([4]byte{192, 0, 2, 1}), Port: uint16(i)}}
		s.watch.Observe(r)
	}
	if s.watch.Unwatched() == 0 {
		t.Fatal("there was room for all")
	}
	s.summary()
	if e := errw.String(); !strings.Contains(e, "subjects had no room in memory and were not watched to the end") || !strings.Contains(e, "subjects of findings without room") {
		t.Errorf("%s", e)
	}
	s.gauges.publish(s, time.Now())
	if m := string(*s.gauges.text.Load()); !strings.Contains(m, "\nportero_findings_unwatched_total ") || strings.Contains(m, "\nportero_findings_unwatched_total 0\n") {
		t.Errorf("%s", m)
	}
}

// Lines that nobody wanted any more are no loss; those that a slow reader did not get are told.
func TestAReaderThatLeftIsNotSlow(t *testing.T) {
	for _, c := range []struct {
		err  error
		told bool
	}{{nil, true}, {syscall.ENOSPC, true}, {syscall.EPIPE, false}} {
		var errw bytes.Buffer
		a := &app{in: strings.NewReader(""), out: io.Discard, err: &errw, ctx: t.Context()}
		o := &liveFlags{ifaces: []string{"x"}, format: "ndjson", memory: "8M", ring: "1M", fsync: "file", interim: time.Minute, color: "never", lang: "en"}
		s, _, _, err := a.plan(o)
		if err != nil {
			t.Fatal(err)
		}
		s.src, s.eng = &live.Handle{}, engine.New(s.options())
		slow := newOutlet(io.Discard, 1<<10)
		slow.lost, slow.err = 2, c.err
		s.out = &output{slow: slow}
		s.summary()
		if e := errw.String(); strings.Contains(e, "2 lines were not written") != c.told {
			t.Errorf("%v: %s", c.err, e)
		}
	}
}

// What was seen is counted in words: one is no plural.
func TestSummaryOfOne(t *testing.T) {
	for args, want := range map[string]string{
		"live --replay " + look + " --speed 1e6 -c 1":           "portero: 1 frame, 1 connection or exchange\n",
		"live --replay " + look + " --speed 1e6 -c 1 --lang es": "portero: 1 trama, 1 conexión o intercambio\n",
		"live --replay " + look + " --speed 100":                "portero: 26 frames, 6 connections and exchanges\n",
		"live --replay " + look + " --speed 1e6":                "portero: 26 frames, 6 connections and exchanges\n",
	} {
		if _, _, errs := portero(t, strings.Fields(args)...); !strings.Contains(errs, want) {
			t.Errorf("%s: %q, want %q", args, errs, want)
		}
	}
}

// A single line that was left out is told in the singular.
func TestALossOfOne(t *testing.T) {
	for l, want := range map[string]string{"en": "1 line left out here, 1 in all", "es": "1 línea omitida aquí, 1 en total"} {
		a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: t.Context()}
		o := &liveFlags{ifaces: []string{"x"}, format: "ndjson", memory: "8M", ring: "1M", fsync: "file", interim: time.Minute, color: "never", lang: l}
		s, _, _, err := a.plan(o)
		if err != nil {
			t.Fatal(err)
		}
		var told bytes.Buffer
		slow := newOutlet(io.Discard, 1<<10)
		slow.lost = 1
		s.src, s.out = &live.Handle{}, &output{slow: slow}
		x := &streamer{s: s, out: s.out, lines: events.NewLines(&told, s.lang, time.UTC)}
		if err := x.losses(time.Now()); err != nil || !strings.Contains(told.String(), want) {
			t.Errorf("%s: %q %v", l, &told, err)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/live"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/events"
)

// setBack is an interface of a machine whose clock was set back while it is listened to:
// one connection before, then one after another.
type setBack struct {
	feed
	frames []capture.Frame
	next   int
	pause  time.Duration
}

// Next implements capture.Source: a frame at a time, with empty blocks between.
func (s *setBack) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], b.Buf[:0]
	time.Sleep(s.pause)
	if s.next == len(s.frames) {
		return io.EOF
	}
	b.Frames = append(b.Frames, s.frames[s.next])
	s.next++
	return nil
}

// Now is the time that the machine shows.
func (s *setBack) Now() time.Time { return time.Unix(0, s.frames[max(s.next, 1)-1].Time) }

// A clock that is set back, by much or little, holds up no word on what comes after it: a
// connection is told when it opens, not when it ends.
func TestClockSetBackHoldsNothingUp(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, 40 * time.Second} {
		name := t.TempDir() + "/x.pcap"
		w := newWire(t, name)
		b := end{net.IP{192, 0, 2, 2}, 7001}
		for i := range 60 {
			if i == 2 {
				w.at = w.at.Add(-step)
			}
			w.at = w.at.Add(100 * time.Millisecond)
			w.tcp(end{net.IP{192, 0, 2, 1}, uint16(40000 + i)}, b, "S", 100, 0, nil)
		}
		w.close()
		src := &setBack{feed: &live.Handle{}, pause: 25 * time.Millisecond, frames: framesIn(t, name)}
		early, atEnd := 0, 0
		// All that is told before the first that ended was told while it went on.
		for _, e := range streamed(t, src, lookTime) {
			switch {
			case e.Event == "ended":
				atEnd++
			case e.Event == "opened" && atEnd == 0:
				early++
			}
		}
		if early < 15 || atEnd != 60 {
			t.Errorf("set back by %v: %d of 60 were told when they opened, %d ended", step, early, atEnd)
		}
	}
}

// framesIn reads a capture whole.
func framesIn(t *testing.T, name string) (frames []capture.Frame) {
	t.Helper()
	r, err := openReplay([]string{name}, 1e6, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var block capture.Block
	for r.set.Next(&block) == nil {
		for _, f := range block.Frames {
			f.Data = bytes.Clone(f.Data)
			frames = append(frames, f)
		}
	}
	return frames
}

// toldEvent is an event with the connection that it tells of.
type toldEvent struct {
	Event string
	ID    uint64
}

// streamed is what live tells of a source, an interval being a second.
func streamed(t *testing.T, src feed, portion time.Duration) (es []toldEvent) {
	t.Helper()
	var out bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: io.Discard, ctx: t.Context()}
	o := &liveFlags{ifaces: []string{"x"}, format: "ndjson", memory: "16M", ring: "1M", fsync: "never", interim: time.Second, quiet: true, color: "never"}
	s, _, _, err := a.plan(o)
	if err != nil {
		t.Fatal(err)
	}
	s.portion = portion
	s.src, s.source, s.stop = src, src, func() {}
	if s.out, err = a.openOutput("", false); err != nil {
		t.Fatal(err)
	}
	eo := s.options()
	eo.Now = func() int64 { return s.moment().UnixNano() }
	if err := s.stream(eo, s.out, s.mode); err != nil {
		t.Fatal(err)
	}
	if err := s.out.close(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var e toldEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
	return es
}

// A connection in which nothing is said is told of once an interval, like any other, whenever it began.
func TestQuietConnectionsAreToldOfToo(t *testing.T) {
	const ms, step = int64(time.Millisecond), 5 * time.Second
	for phase := int64(0); phase < 1000; phase += 50 {
		for _, quiet := range []bool{true, false} {
			tell := events.New(step)
			start := time.Unix(1000, 0)
			looks := rounds{whole: start}
			r := record.Record{ID: 1, Proto: capture.ProtoTCP, Handshake: handshake.Completed, First: start.UnixNano() + phase*ms, Last: start.UnixNano() + phase*ms}
			active := 0
			for at := int64(1000); at <= 31_000; at += 200 {
				now := start.Add(time.Duration(at * ms))
				if !quiet {
					r.Last = now.UnixNano()
				}
				if since, before := looks.next(now, now.UnixNano()); r.Last >= since {
					for _, e := range tell.Look(&r, before, now.UnixNano(), now.UnixNano()) {
						if e == events.Active {
							active++
						}
					}
				}
			}
			if active != 6 {
				t.Errorf("one that began %d ms after the second, quiet %v, was told of %d times in 30 s", phase, quiet, active)
			}
		}
	}
}

// crowd is an interface on which many connections opened and are silent then, while one goes on.
type crowd struct {
	feed
	frames []capture.Frame
	next   int
	silent int // the first frame after the openings
}

// Next implements capture.Source: the openings at once, then a frame at a time.
func (c *crowd) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], b.Buf[:0]
	switch {
	case c.next == len(c.frames):
		return io.EOF
	case c.next < c.silent:
		b.Frames = append(b.Frames, c.frames[:c.silent]...)
		c.next = c.silent
		return nil
	}
	time.Sleep(20 * time.Millisecond)
	b.Frames = append(b.Frames, c.frames[c.next])
	c.next++
	return nil
}

// Now is the time that the machine shows.
func (c *crowd) Now() time.Time { return time.Unix(0, c.frames[max(c.next, 1)-1].Time) }

// More connections than are looked at in one go are told of all the same, each once an interval, in several goes:
// frames are followed in between.
func TestManyConnectionsAreLookedAtInPortions(t *testing.T) {
	const conns, seconds = 3*lookAtOnce - 10, 6
	name := t.TempDir() + "/x.pcap"
	w := newWire(t, name)
	server := end{net.IP{192, 0, 2, 2}, 7001}
	for i := range conns {
		client := end{net.IP{192, 0, 2, 1}, uint16(40000 + i)}
		w.tcp(client, server, "S", 100, 0, nil)
		w.tcp(server, client, "SA", 500, 101, nil)
		w.tcp(client, server, "A", 101, 501, nil)
	}
	silent := 3 * conns
	for i := range seconds * 25 {
		w.at = w.at.Add(40 * time.Millisecond)
		w.tcp(end{net.IP{192, 0, 2, 9}, 39000}, server, "S", uint32(1000*i), 0, nil)
	}
	w.close()
	src := &crowd{feed: &live.Handle{}, frames: framesIn(t, name), silent: silent}
	told := map[uint64]map[string]int{}
	ended := false
	for _, e := range streamed(t, src, 0) {
		if ended = ended || e.Event == "ended"; ended || e.Event == "finding" {
			continue
		}
		if told[e.ID] == nil {
			told[e.ID] = map[string]int{}
		}
		told[e.ID][e.Event]++
	}
	for id := uint64(1); id <= conns; id++ {
		// At the end a round may be under way, and one before it may have been the last to count.
		if n := told[id]; n["opened"] != 1 || n["established"] != 1 || n["active"] < seconds-4 || n["active"] > seconds {
			t.Fatalf("of connection %d, which lasted %d s, was told before its end: %v", id, seconds, n)
		}
	}
}

package events

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

const second = int64(time.Second)

func conn(id uint64, v handshake.Verdict) *record.Record {
	return &record.Record{ID: id, Proto: capture.ProtoTCP, HasPorts: true, Handshake: v, Close: handshake.StillOpen, First: 100 * second, Last: 101 * second, DurationNS: second,
		Orig: record.Side{Addr: netip.MustParseAddr("192.0.2.1"), Port: 40000, Wire: 1200}, Resp: record.Side{Addr: netip.MustParseAddr("2001:db8::1"), Port: 443, Wire: 800}}
}

func TestTeller(t *testing.T) {
	tell := New(10 * time.Second)
	look := func(r *record.Record, last, now int64) string {
		return strings.Join(tell.Look(r, last*second, now*second, now*second), " ")
	}
	r := conn(1, handshake.NoAnswer)
	for _, x := range []struct {
		change    func()
		last, now int64
		want      string
	}{
		{func() {}, 0, 100, "opened"},
		{func() {}, 100, 101, ""},
		{func() {}, 101, 111, ""}, // an attempt is not active
		{func() { r.Handshake = handshake.Completed }, 111, 112, "established"},
		{func() {}, 112, 119, ""},
		{func() {}, 119, 121, "active"},
		{func() {}, 121, 122, ""},
		{func() {}, 122, 130, "active"},
		{func() { r.Close = handshake.Reset }, 130, 131, "closed"},
		{func() {}, 131, 150, ""},
	} {
		x.change()
		if got := look(r, x.last, x.now); got != x.want {
			t.Errorf("looked at %d after %d: %q, want %q", x.now, x.last, got, x.want)
		}
	}
	if got := strings.Join(tell.End(r), " "); got != "ended" || len(tell.told) != 0 {
		t.Errorf("its end was told as %q, %d remembered", got, len(tell.told))
	}
	if got := strings.Join(tell.End(conn(2, handshake.Refused)), " "); got != "opened closed ended" {
		t.Errorf("what was never looked at was told as %q", got)
	}
}

// A flood costs a bounded number of lines a second, and no end is left out.
func TestTellerInAFlood(t *testing.T) {
	tell := New(0)
	early, ended := 0, 0
	for i := range 3 * MaxEarly {
		for _, e := range tell.End(conn(uint64(i+1), handshake.NoAnswer)) {
			if e == Ended {
				ended++
			} else {
				early++
			}
		}
	}
	if early != MaxEarly || ended != 3*MaxEarly || tell.Untold() != 2*MaxEarly || len(tell.told) != 0 {
		t.Errorf("%d early, %d ended, %d untold, %d remembered", early, ended, tell.Untold(), len(tell.told))
	}
}

// What is left out is counted once, however often it is looked at, and no longer when it is
// told after all.
func TestUntoldIsCountedOnce(t *testing.T) {
	tell := New(0)
	all := func(now int64) (told int) {
		for i := range 3 * MaxEarly {
			told += len(tell.Look(conn(uint64(i+1), handshake.NoAnswer), 100*second, now*second, now*second))
		}
		return told
	}
	for range 5 {
		all(100)
	}
	if tell.Untold() != 2*MaxEarly {
		t.Errorf("%d untold of %d", tell.Untold(), 2*MaxEarly)
	}
	if n := all(101); n != MaxEarly || tell.Untold() != MaxEarly {
		t.Errorf("a second later %d are told, %d untold", n, tell.Untold())
	}
	for i := range 3 * MaxEarly {
		tell.End(conn(uint64(i+1), handshake.NoAnswer))
	}
	if tell.Untold() != MaxEarly {
		t.Errorf("in the end %d untold", tell.Untold())
	}
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	en, es := NewLines(&b, words.English, time.UTC), NewLines(&b, words.Spanish, time.UTC)
	r := conn(7, handshake.Completed)
	r.Process, r.PID, r.ProcessBy, r.ServerName, r.Service = "\x1b[31mcurl", 12, "exact", "example.test\r\n\x1b]0;x\a", "https"
	for _, e := range []string{Opened, Established, Active} {
		r.Event = e
		for _, l := range []*Lines{en, es} {
			if err := l.Write(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.Close, r.Event = handshake.Closed, Closed
	en.Write(r)
	r.Event = Ended
	en.Write(r)
	ref := conn(8, handshake.Refused)
	ref.Close, ref.Event, ref.ProcessBy = handshake.CloseNone, Closed, "ended"
	en.Write(ref)
	es.Write(ref)
	got := b.String()
	if strings.ContainsAny(got, "\x1b\r\a") {
		t.Errorf("lines steer the terminal: %q", got)
	}
	got = strings.Map(func(r rune) rune {
		if r == '\ufffd' {
			return '?'
		}
		return r
	}, got)
	want := `00:01:41.000  #7  completed  192.0.2.1:40000 to [2001:db8::1]:443/tcp  https  example.test???]0;x?  by ?[31mcurl (12)
00:01:41.000  #7  completada  192.0.2.1:40000 a [2001:db8::1]:443/tcp  https  example.test???]0;x?  de ?[31mcurl (12)
00:01:41.000  #7  still open  192.0.2.1:40000 to [2001:db8::1]:443/tcp  https  by ?[31mcurl (12)  2.0 kB in 1.0 s
00:01:41.000  #7  sigue abierta  192.0.2.1:40000 a [2001:db8::1]:443/tcp  https  de ?[31mcurl (12)  2.0 kB en 1.0 s
00:01:41.000  #7  completed, closed  192.0.2.1:40000 to [2001:db8::1]:443/tcp  https  example.test???]0;x?  by ?[31mcurl (12)  2.0 kB in 1.0 s
00:01:41.000  #8  refused  192.0.2.1:40000 to [2001:db8::1]:443/tcp  2.0 kB in 1.0 s
00:01:41.000  #8  rechazada  192.0.2.1:40000 a [2001:db8::1]:443/tcp  2.0 kB en 1.0 s
`
	if got != want {
		t.Errorf("lines are\n%s\nwant\n%s", got, want)
	}
}

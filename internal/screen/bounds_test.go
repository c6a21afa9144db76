package screen

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"portero/capture"
	"portero/handshake"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

// Where a machine has so many sockets that a picture of them takes long, they are taken seldom.
func TestPicturesOfSocketsTakeAFiftieth(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{0: 5 * time.Second, 100 * time.Millisecond: 5 * time.Second, 200 * time.Millisecond: 10 * time.Second, 2 * time.Second: 30 * time.Second} {
		if got := socketsAfter(took); got != want {
			t.Errorf("after %v: %v, want %v", took, got, want)
		}
	}
}

// What is typed or pasted into the line of the filter ends somewhere, whole or in letters.
func TestTypingEnds(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 300, 24)
	press(m, "/"+strings.Repeat("a", maxFilter+3))
	if len(m.typed) != maxFilter {
		t.Errorf("%d letters were typed, and there is room for %d", len(m.typed), maxFilter)
	}
	press(m, "<esc>")
	press(m, "/b")
	m.Update(tea.PasteMsg{Content: strings.Repeat("c", maxFilter)})
	if m.typed != "b" {
		t.Errorf("%d letters after a text that has no room", len(m.typed))
	}
	m.Update(tea.PasteMsg{Content: strings.Repeat("c", maxFilter-1)})
	if len(m.typed) != maxFilter {
		t.Errorf("%d letters after a text that has room", len(m.typed))
	}
}

// What is under the cursor is told in three lines at most, however long it is, and the list keeps five.
func TestDetailTakesSoManyLines(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 40, 24)
	press(m, "1")
	r := *m.view.Conns[0]
	is := []item{&connItem{&r}}
	for height, most := range map[int]int{24: 3, above + below + leastList + 2: 3, above + below + leastList + 1: 2, above + below + leastList: 1, 3: 1} {
		m.Update(tea.WindowSizeMsg{Width: 20, Height: height})
		ls := m.inFull(is, 0)
		if len(ls) != most {
			t.Errorf("%d lines of %d are the detail's, not %d", len(ls), height, most)
		}
		if last := ansi.Strip(ls[len(ls)-1]); !strings.HasSuffix(last, "~") {
			t.Errorf("the last line does not say that there is more: %q", last)
		}
	}
}

// A picture is of so many connections, packets, doors and hosts at most, and of as many where there are.
func TestWhatAPictureHolds(t *testing.T) {
	b := NewBoard(nil)
	offered := 0
	ask := Sources{Count: func() Counters { return Counters{} }, Findings: func() []findings.Finding { return nil }, Look: func(_ int64, each func(*record.Record) bool) bool {
		for offered = 1; each(&record.Record{ID: uint64(offered)}); offered++ {
		}
		return false
	}}
	// What the desk did not come to is kept until four pictures wait.
	for i, want := range []int{2000, 4000, 6000, 8000, 10_000, 2000} {
		b.next = time.Time{}
		if b.Tick(time.Now(), 1, ask); offered != 2000 || len(b.looked) != want {
			t.Fatalf("picture %d: %d connections were looked at, %d wait, want %d", i, offered, len(b.looked), want)
		}
	}
	b.Follow(&record.Record{ID: 7})
	for i := range 2500 {
		b.Packet(7, &capture.Packet{Index: uint64(i + 1)})
	}
	b.next = time.Time{}
	b.Tick(time.Now(), 1, ask)
	if f := b.Following(); len(f.Packets) != 2000 || f.Packets[1999].Index != 2500 {
		t.Errorf("%d packets of the connection that is followed", len(f.Packets))
	}
	made := func(i int) *record.Record {
		a := func(net byte) netip.Addr { return netip.AddrFrom4([4]byte{10, net, byte(i >> 8), byte(i)}) }
		return &record.Record{ID: uint64(i), Proto: capture.ProtoTCP, HasPorts: true, Handshake: handshake.Completed, Orig: record.Side{Addr: a(0)}, Resp: record.Side{Addr: a(1), Port: 80}}
	}
	b = NewBoard(nil)
	for i := range 10_000 {
		if r := made(i); i < 6000 {
			b.Ended(r)
		} else {
			b.looked = append(b.looked, r)
		}
	}
	b.digest(time.Now())
	if v := b.View(); len(v.Ports) != 5000 || len(v.Hosts) != 5000 {
		t.Errorf("%d doors and %d hosts", len(v.Ports), len(v.Hosts))
	}
}

// In a flood that costs connections the packets of a second stay in sight, rather than how many were seen.
func TestPacketsStayInSight(t *testing.T) {
	for _, c := range []struct {
		l    words.Lang
		w    int
		want string
	}{
		{words.English, 100, " v0  170k packets/s  95 Mb/s  dropped 0  seen 419462  forgotten 410710  not listed 278860"},
		{words.English, 80, " v0  170k packets/s  dropped 0  forgotten 410710  not listed 278860"},
		{words.English, 72, " v0  170k packets/s  dropped 0  forgotten 410710  not listed 278860"},
		{words.English, 62, " dropped 0  seen 419462  forgotten 410710  not listed 278860"},
		{words.Spanish, 80, " v0  170k paquetes/s  descartadas 0  olvidadas 410710  sin listar 278860"},
	} {
		m, _ := filled(t, c.l, "first-look", c.w, 24)
		m.Title = "v0"
		now := time.Now()
		m.past = []*View{{At: now}, {At: now.Add(time.Second), Counters: Counters{Packets: 169_876, Bytes: 95e6 / 8, Total: 419462, Evicted: 410710}, Lost: 278860}}
		if got := strings.TrimRight(ansi.Strip(m.status()), " "); !strings.HasPrefix(got, c.want) || ansi.StringWidth(got) > c.w {
			t.Errorf("%d columns: %q, want %q", c.w, got, c.want)
		}
	}
	for n, want := range map[float64]string{0: "0", 9999: "9999", 9999.6: "10k", 12_400: "12k", 999_499: "999k", 999_600: "1.0M", 14_880_000: "14.9M"} {
		if got := rate(n); got != want {
			t.Errorf("%v: %s, want %s", n, got, want)
		}
	}
}

// Rates are told only beside six characters of what is watched, or all of it.
func TestRatesLeaveRoomForTheTitle(t *testing.T) {
	for title, least := range map[string]int{"abcdefghijklmnop": 6, "lo": 2} {
		m, _ := filled(t, words.English, "first-look", 200, 24)
		m.Title = title
		now := time.Now()
		m.past = []*View{{At: now}, {At: now.Add(time.Second), Counters: Counters{Packets: 100}}}
		shortest := 99
		for width := 20; width < 120; width++ {
			m.width = width
			line := ansi.Strip(m.status())
			if n := 0; strings.Contains(line, "100 packets/s") {
				for n < len(title) && strings.Contains(line, title[:n+1]) {
					n++
				}
				if n < len(title) {
					n++ // the mark of what was cut
				}
				shortest = min(shortest, n)
			}
		}
		if shortest != least {
			t.Errorf("beside the rates %d characters of %q are left, not %d", shortest, title, least)
		}
	}
}

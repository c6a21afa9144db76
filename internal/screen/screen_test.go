package screen

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/sockets"
	"portero/internal/words"
)

// machine answers for the sockets of a machine that is not there.
type machine struct{}

func (machine) Find([]sockets.Query) ([]sockets.Owner, error) { return nil, errors.New("not asked") }
func (machine) Local() ([]netip.Addr, error)                  { return nil, errors.New("not asked") }
func (machine) Denied() (bool, error)                         { return false, errors.New("not asked") }
func (machine) Lookup(context.Context) (*sockets.Snapshot, error) {
	at := netip.MustParseAddrPort
	return &sockets.Snapshot{Local: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, Programs: []sockets.Program{{PID: 7, Name: "\x1b[31mnginx", User: "www", Path: "/usr/sbin/nginx"}},
		Sockets: []sockets.Socket{{Proto: 6, Local: at("0.0.0.0:80"), State: sockets.Listen, Match: sockets.Exact, Owners: []int32{0}}, {Proto: 6, Local: at("127.0.0.1:25"), State: sockets.Listen, Match: sockets.Hidden}}}, nil
}

// filled is a screen on which a capture of the testdata was shown to its end.
func filled(t *testing.T, l words.Lang, name string, w, h int) (*Model, *Board) {
	t.Helper()
	set, err := pcapfile.OpenAll([]string{"../../testdata/" + name + "/in.pcap"}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	watch := findings.New(catalog.Default(), nil, 0)
	b := NewBoard(machine{})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { b.Run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	var e *engine.Engine
	look := func(since int64, each func(r *record.Record) bool) bool {
		return e.SnapshotSome(&engine.Round{}, since, each)
	}
	count := func() Counters {
		st := e.Stats()
		return Counters{Packets: st.Packets, Bytes: st.Bytes, Received: st.Frames, Dropped: 3, Live: st.Flows.Live, Total: st.Flows.Flows}
	}
	e = engine.New(engine.Options{Threads: 1, Seed: 1, Catalog: catalog.Default(), Frame: func(f *capture.Frame, _ bool) error { b.Frame(f); return nil },
		Packet: func(id uint64, p *capture.Packet, _ []byte, _ int, dup bool) {
			if !dup {
				b.Packet(id, p)
			}
		},
		Sink: func(r *record.Record) error { watch.Observe(r); b.Ended(r); return nil }})
	if err := e.Run(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	// The engine's goroutine goes on ticking, as on a quiet wire.
	ticking, end := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ticking)
		for {
			select {
			case <-end:
				return
			case <-time.After(5 * time.Millisecond):
				b.Tick(time.Now(), e.Stats().Last, Sources{count, look, watch.Findings})
			}
		}
	}()
	t.Cleanup(func() { close(end); <-ticking })
	m := New(b, Options{Lang: l, Title: "test0"})
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		m.Update(tick(time.Now()))
		if len(m.view.Conns) > 0 && len(m.view.Ports) > 2 {
			return m, b
		}
		if time.Now().After(until) {
			t.Fatal("nothing is shown after five seconds")
		}
	}
}

// press types keys: words in <> are keys by name.
func press(m *Model, keys string) {
	names := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "down": tea.KeyDown, "up": tea.KeyUp, "tab": tea.KeyTab, "backspace": tea.KeyBackspace, "end": tea.KeyEnd, "space": tea.KeySpace}
	for len(keys) > 0 {
		if keys[0] == '<' {
			name, rest, _ := strings.Cut(keys[1:], ">")
			m.Update(tea.KeyPressMsg{Code: names[name]})
			keys = rest
			continue
		}
		m.Update(tea.KeyPressMsg{Code: rune(keys[0]), Text: keys[:1]})
		keys = keys[1:]
	}
}

func text(m *Model) string { return m.View().Content }

func has(t *testing.T, m *Model, want ...string) {
	t.Helper()
	s := text(m)
	for _, w := range want {
		if !strings.Contains(s, w) {
			t.Errorf("%q is not on the screen:\n%s", w, s)
		}
	}
}

func TestListsAtBothSizes(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 50}, {40, 10}} {
		for _, l := range words.Langs() {
			m, _ := filled(t, l, "first-look", size[0], size[1])
			for _, keys := range []string{"", "2", "3", "4", "1?", "<esc>e", "<esc><enter>", "<esc>/x y", "<esc>p"} {
				press(m, keys)
				ls := strings.Split(text(m), "\n")
				if len(ls) != size[1] {
					t.Errorf("%v %q: %d lines", size, keys, len(ls))
				}
				for _, s := range ls {
					if ansi.StringWidth(s) > size[0] {
						t.Errorf("%v %q: a line of %d columns: %q", size, keys, ansi.StringWidth(s), s)
					}
					if strings.ContainsAny(s, "\x1b\r\t") {
						t.Errorf("%v %q: a line steers the terminal: %q", size, keys, s)
					}
				}
				if size[0] >= 80 && !strings.Contains(ls[0], l.Pick("dropped 3", "descartadas 3")) {
					t.Errorf("%q: losses are out of sight: %q", keys, ls[0])
				}
			}
		}
	}
}

// What is wrong with a filter is said in the screen's language.
func TestFilterComplainsInSpanish(t *testing.T) {
	m, _ := filled(t, words.Spanish, "first-look", 120, 24)
	press(m, "/handshake == refuse")
	has(t, m, "filtro: handshake == refuse  (columna 14: nombre desconocido: refuse; ¿quizá refused?)")
}

func TestConnections(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	has(t, m, "[1 connections 6]", "> half open 192.0.2.7:40022 192.0.2.1:80", "refused   192.0.2.2:51516 192.0.2.1:8080", "by latest", "seen 6")
	// The line under the cursor stays under it when the order changes.
	press(m, "<down><down><down>")
	has(t, m, "> refused   192.0.2.2:51516")
	press(m, "sss")
	has(t, m, "> refused   192.0.2.2:51516", "by program")
	press(m, "sss/!192.0.2.7 :80<enter>")
	s := text(m)
	if strings.Contains(s, "192.0.2.7:40022") || strings.Contains(s, ":443") || !strings.Contains(s, "192.0.2.1:8080") || !strings.Contains(s, "192.0.2.1:80 ") || !strings.Contains(s, "filter: !192.0.2.7 :80") {
		t.Errorf("filtered:\n%s", s)
	}
	press(m, "<esc>/resp_port =")
	has(t, m, `filter: resp_port =  (column 11: "=" does not fit here; did you mean ==?)`, "> half open") // half an expression hides nothing
	press(m, "= 8080 or handshake == no_answer<enter>")
	if s := text(m); strings.Count(s, "192.0.2.2:515") != 3 || !strings.Contains(s, "no answer") { // one more in the line at the bottom
		t.Errorf("by expression:\n%s", s)
	}
	press(m, "<esc>")
	has(t, m, "half open")
}

func TestPauseKeepsTheListAndNotTheRates(t *testing.T) {
	m, b := filled(t, words.English, "first-look", 80, 24)
	press(m, "p")
	has(t, m, "PAUSED")
	r := &record.Record{ID: 99, Proto: capture.ProtoTCP, HasPorts: true, Final: true, Last: 1 << 62, LastFrame: 1 << 62, Orig: record.Side{Addr: netip.MustParseAddr("203.0.113.9"), Port: 1}, Resp: record.Side{Addr: netip.MustParseAddr("192.0.2.1"), Port: 80}}
	b.Ended(r)
	waitFor(t, func() bool { m.Update(tick(time.Now())); return b.View().Conns[0].ID == 99 })
	if s := text(m); strings.Contains(s, "203.0.113.9") {
		t.Errorf("the list moved while paused:\n%s", s)
	}
	if m.past[len(m.past)-1] == m.view {
		t.Error("rates stand still while paused")
	}
	press(m, "p")
	has(t, m, "203.0.113.9")
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen within five seconds")
		}
	}
}

func TestFollowAndExplain(t *testing.T) {
	m, b := filled(t, words.English, "first-look", 80, 24)
	press(m, "<down><down><down><down><enter>")
	waitFor(t, func() bool { return b.Following() != nil })
	has(t, m, "#2  192.0.2.2:51514 > 192.0.2.1:80  completed, closed", "CLOSED", "---- SYN  seq=0")
	press(m, "G")
	has(t, m, "So:")
	press(m, "e")
	has(t, m, "completed (verdict)", "frames of the proof")
	press(m, "<esc>")
	has(t, m, "> completed 192.0.2.2:51514")
	if b.follow.Load() != nil {
		t.Error("what is no longer followed is still gathered")
	}
	m, _ = filled(t, words.Spanish, "first-look", 80, 24)
	press(m, "e")
	has(t, m, "semiabierta (veredicto)")
	// A refusal stands on the RST.
	m, _ = filled(t, words.English, "refused", 80, 24)
	press(m, "e")
	has(t, m, "frames of the proof: 1, 2", "RST to the SYN (frames 1, 2)")
}

func TestPortsOfThisMachineAndHosts(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 120, 24)
	press(m, "2")
	has(t, m, "0.0.0.0   80/tcp", "\ufffd[31mnginx", "contacted", "127.0.0.1 25/tcp", "(hidden)", "never contacted", "8080/tcp nobody listens", "192.0.2.9 443/tcp  silent")
	if s := text(m); strings.Contains(s, "192.0.2.1 80/tcp") {
		t.Errorf("a door is listed beside its socket:\n%s", s)
	}
	press(m, "e")
	has(t, m, "this user may not look into programs of others")
	press(m, "<esc>3/2.7<enter><enter>")
	has(t, m, "[1 connections 6]", "filter: 192.0.2.7", "half open")
}

func TestSave(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	var got []capture.Frame
	var to string
	m.Save = func(name string, fs []capture.Frame) error { to, got = name, fs; return nil }
	press(m, "<down><down><down>w")
	has(t, m, "save the packets of #3 to: portero-3.pcapng")
	press(m, "<backspace>x")
	_, cmd := m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	m.Update(cmd())
	if to != "portero-3.pcapnx" || len(got) != 2 || got[0].Index != 13 || got[1].Index != 14 || len(got[0].Data) == 0 {
		t.Errorf("saved to %q: %v", to, got)
	}
	has(t, m, "2 frames in portero-3.pcapnx")
	m.Save = func(string, []capture.Frame) error { return errors.New("disk \x1b[2J full") }
	press(m, "3w")
	_, cmd = m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	m.Update(cmd())
	has(t, m, "not saved: disk \ufffd[2J full")
}

// The cursor passes over every finding, also two of one door, and what the user muted is not there.
func TestEveryFindingIsReached(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	door := findings.Finding{Kind: "tls-certificate", Severity: "low", Basis: "observed", Target: netip.MustParseAddr("192.0.2.1"), Proto: 6, Port: 443, Count: 1}
	expired, signed, muted := door, door, door
	expired.Name, signed.Name, muted.Name, muted.Muted = "expired", "self-signed", "name", "our own"
	last := door
	last.Port, last.Name = 8443, "early"
	m.view = &View{Findings: []findings.Finding{expired, signed, last, muted}}
	press(m, "4")
	for i, want := range []string{"expired", "self-signed", "early", "early"} {
		is := m.lines()
		if f := is[m.cursor(is)].(*findingItem); f.Name != want || len(is) != 3 {
			t.Errorf("%d times down: the cursor is on %q of %d, want %q of 3", i, f.Name, len(is), want)
		}
		press(m, "<down>")
	}
}

// A board that lives for weeks keeps no more than it may, however much passes.
func TestBoardIsBounded(t *testing.T) {
	b := NewBoard(nil)
	for i := range 40000 {
		r := &record.Record{ID: uint64(i + 1), Proto: capture.ProtoTCP, HasPorts: true, Final: i%2 == 0, First: int64(i), Last: int64(i),
			Orig: record.Side{Addr: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), Port: 1}, Resp: record.Side{Addr: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), Port: uint16(i)}}
		if r.Final {
			b.Ended(r)
		} else {
			b.looked = append(b.looked, r.Clone())
		}
		if i%1000 == 999 {
			b.digest(time.Now())
		}
	}
	v := b.View()
	if len(v.Conns) != maxConns || len(b.ring) != maxConns || len(b.live) > maxConns || len(v.Ports) > maxDoors || len(v.Hosts) > maxDoors || v.Lost != 0 {
		t.Errorf("%d connections, %d ended, %d live, %d ports, %d hosts, %d lost", len(v.Conns), len(b.ring), len(b.live), len(v.Ports), len(v.Hosts), v.Lost)
	}
	if v.Conns[0].ID != 40000 {
		t.Errorf("the latest is #%d", v.Conns[0].ID)
	}
	for range 3 * maxWaiting {
		b.Ended(&record.Record{})
	}
	b.digest(time.Now())
	if n := b.View().Lost; n != 2*maxWaiting {
		t.Errorf("%d of %d are said not to be listed", n, 2*maxWaiting)
	}
}

func TestLayoutShowsIPv6(t *testing.T) {
	rows := [][]string{{"completed", "[2001:db8:1111:2222:3333:4444:5555:6666]:40000", "[2001:db8::1]:443", "https", "curl", "open", "1 s", "1.2 kB", "3 ms", "4 s", "-", "-", "-", "1"}}
	heads := make([]string, len(columns[0]))
	cols, widths := layout(columns[0], heads, rows, 78)
	s := line(rows[0], columns[0], cols, widths)
	if runewidth.StringWidth(s) > 78 || !strings.Contains(s, "[2001:d~") || !strings.Contains(s, "6666]:40000") || !strings.Contains(s, "https") {
		t.Errorf("%q", s)
	}
	cols, widths = layout(columns[0], heads, rows, 200)
	if s = line(rows[0], columns[0], cols, widths); !strings.Contains(s, rows[0][1]) {
		t.Errorf("%q", s)
	}
}

// What was dropped and seen is in sight however narrow the terminal is and whatever else
// there is to say.
func TestLossesAreInSightInNarrowTerminals(t *testing.T) {
	for l, want := range map[words.Lang][]string{words.English: {"dropped 3", "seen 6"}, words.Spanish: {"descartadas 3", "vistas 6"}} {
		m, _ := filled(t, l, "first-look", 40, 12)
		m.Title = "a-very-long-name-of-an-interface"
		for _, w := range []int{34, 40, 60, 80, 200} {
			m.Update(tea.WindowSizeMsg{Width: w, Height: 12})
			first, _, _ := strings.Cut(ansi.Strip(text(m)), "\n")
			for _, s := range want {
				if !strings.Contains(first, s) {
					t.Errorf("%d columns: no %q in %q", w, s, first)
				}
			}
			if ansi.StringWidth(first) > w {
				t.Errorf("%d columns: %q", w, first)
			}
		}
		press(m, "p")
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 12})
		has(t, m, m.pick("PAUSED", "EN PAUSA"))
	}
}

// Of a door that cannot be seen from here nobody says that it was never contacted.
func TestDoorsOutOfSight(t *testing.T) {
	b := NewBoard(machine{})
	b.Sees = func(a netip.Addr) bool { return !a.IsLoopback() }
	b.snap, _ = machine{}.Lookup(t.Context())
	b.digest(time.Now())
	seen := map[uint16]string{}
	for _, p := range b.View().Ports {
		seen[p.Port] = p.Seen
	}
	if len(seen) != 2 || seen[80] != "never_contacted" || seen[25] != "" {
		t.Errorf("seen: %v", seen)
	}
}

// In a narrow terminal nothing that is told is cut off for good, and the keys that say more and that leave stay in sight.
func TestNarrowScreensTellAll(t *testing.T) {
	for _, l := range words.Langs() {
		m, _ := filled(t, l, "first-look", 60, 40)
		for _, w := range []int{40, 50, 60} {
			m.Update(tea.WindowSizeMsg{Width: w, Height: 60})
			press(m, "1")
			has(t, m, m.pick("q quit", "q salir"), m.pick("? help", "? ayuda"))
			press(m, "?")
			s := strings.Join(strings.Fields(text(m)), " ")
			for _, want := range [][2]string{{"every word must be in the line, and !word must not; with = < or > it is an expression:", "cada palabra debe estar en la línea, y !palabra no; con = < o > es una expresión:"},
				{"verdicts of that time may be wrong", "veredictos de entonces pueden fallar"}} {
				if !strings.Contains(s, m.pick(want[0], want[1])) {
					t.Errorf("%d columns: no %q in\n%s", w, m.pick(want[0], want[1]), text(m))
				}
			}
			press(m, "<esc>4")
			if s := strings.Join(strings.Fields(text(m)), " "); !strings.Contains(s, m.pick("most is found when connections end", "casi todo se encuentra cuando acaban las conexiones")) {
				t.Errorf("%d columns:\n%s", w, text(m))
			}
		}
		press(m, "1")
		has(t, m, m.pick("4 findings 0", "4 hallazgos 0"))
		m.Update(tea.WindowSizeMsg{Width: 59, Height: 60})
		press(m, "s")
		has(t, m, m.pick("by size", "por tamaño"))
		// What is explained fills what the terminal is made to.
		press(m, "e")
		before := strings.Count(strings.TrimSpace(text(m)), "\n")
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 60})
		if after := strings.Count(strings.TrimSpace(text(m)), "\n"); !strings.Contains(text(m), "192.0.2.") || after > before {
			t.Errorf("%d lines, before %d:\n%s", after, before, text(m))
		}
	}
}

// The line under the cursor says the state of a door in words, in the user's language.
func TestThePortUnderTheCursor(t *testing.T) {
	for l, want := range map[words.Lang]string{words.English: "  192.0.2.9:443/tcp  silent", words.Spanish: "  192.0.2.9:443/tcp  mudo"} {
		m, _ := filled(t, l, "first-look", 80, 24)
		press(m, "2/:443<enter>")
		has(t, m, want)
	}
}

// A filter that hides lines is read whole where the names of the other tabs leave it no room.
func TestFilterIsReadInNarrowScreens(t *testing.T) {
	for _, c := range []struct {
		l    words.Lang
		tab  string
		w    int
		want string
	}{
		{words.English, "", 80, "[1 connections 6] 2 ports 6  3 hosts 4  4 findings 0   filter: resp_port == 80"},
		{words.English, "", 60, "[1 connections 6] 2  3  4   filter: resp_port == 80"},
		{words.Spanish, "", 60, "[1 conexiones 6] 2  3  4   filtro: resp_port == 80"},
		{words.English, "2", 60, " 1 [2 ports 6] 3  4   filter: resp_port == 80"},
	} {
		m, _ := filled(t, c.l, "first-look", c.w, 24)
		press(m, c.tab+"/resp_port == 80<enter>")
		has(t, m, c.want)
	}
}

// Of what is typed and longer than the line its end is shown, and the cursor stands behind what is typed.
func TestTypingFarthest(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 40, 24)
	press(m, "/resp_port ==")
	if c := m.View().Cursor; c == nil || c.X != len("filter: resp_port ==") {
		t.Errorf("the cursor is at %v:\n%s", c, text(m))
	}
	press(m, "<esc>/"+strings.Repeat("x", 50)+"end")
	has(t, m, "filter: ~"+strings.Repeat("x", 27)+"end")
	if c := m.View().Cursor; c == nil || c.X != 39 {
		t.Errorf("the cursor is at %v", c)
	}
	m.Save = func(string, []capture.Frame) error { return nil }
	press(m, "<esc>w")
	m.typed = strings.Repeat("d", 50) + ".pcapng"
	has(t, m, "save the packets", ".pcapng")
}

// What was lost is told in whole numbers as long as they fit by themselves.
func TestLossesAreWhole(t *testing.T) {
	for l, want := range map[words.Lang]string{words.English: " dropped 3  seen 30002  forgotten 12482  not listed 2923", words.Spanish: " descartadas 3  vistas 30002  olvidadas 12482  sin listar 2923"} {
		m, _ := filled(t, l, "first-look", 80, 24)
		v := *m.desk.View()
		v.Total, v.Evicted, v.Lost = 30002, 12482, 2923
		for w := 50; w <= 90; w++ {
			m.Update(tea.WindowSizeMsg{Width: w, Height: 12})
			m.past = []*View{&v}
			first := m.status()
			if w >= len(want)+1 && !strings.Contains(first, want) || !strings.Contains(first, m.pick("not listed 2923", "sin listar 2923")) || ansi.StringWidth(first) > w {
				t.Errorf("%d: %q", w, first)
			}
		}
	}
}

// A clock that is set back hides nothing that comes after it: it is asked for, and stands above
// what came before.
func TestClockSetBack(t *testing.T) {
	b := NewBoard(nil)
	var since []int64
	ask := Sources{Count: func() Counters { return Counters{} }, Findings: func() []findings.Finding { return nil },
		Look: func(s int64, _ func(r *record.Record) bool) bool { since = append(since, s); return true }}
	at := time.Now()
	const hour = int64(time.Hour)
	for _, clock := range []int64{10 * hour, 11 * hour, 10 * hour, 10 * hour, 10*hour + int64(time.Minute), 10*hour + 2*int64(time.Minute)} {
		at = at.Add(time.Minute)
		b.Tick(at, clock, ask)
	}
	if want := []int64{0, 10*hour - 1e9, 11*hour - 1e9, 0, 0, 10*hour + int64(time.Minute) - 1e9}; !slices.Equal(since, want) {
		t.Errorf("what had a packet since %v is asked for, want %v", since, want)
	}
	b.Ended(&record.Record{ID: 1, Last: 11 * hour, LastFrame: 5})
	b.Ended(&record.Record{ID: 2, Last: 10 * hour, LastFrame: 7})
	b.digest(time.Now())
	if v := b.View(); v.Conns[0].ID != 2 {
		t.Errorf("#%d stands first, not the one whose packet came last", v.Conns[0].ID)
	}
}

// ctrl+z does not stop the watching, and says so.
func TestStopKey(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	m.Update(tea.KeyPressMsg{Code: 'z', Mod: tea.ModCtrl})
	has(t, m, "it does not stop", "q quits")
}

// TestNarrowConnections: where one end alone fits, it is the one that was called.
func TestNarrowConnections(t *testing.T) {
	heads := []string{"opening", "from", "to", "service", "#"}
	cs := []column{columns[0][0], columns[0][1], columns[0][2], columns[0][3], columns[0][13]}
	rows := [][]string{{"completed", "127.0.0.1:49386", "127.0.0.1:8082", "http", "1"}}
	for width, want := range map[int]string{28: "[0 2 4]", 38: "[0 2 3 4]", 58: "[0 1 2 3 4]", 200: "[0 1 2 3 4]"} {
		if shown, _ := layout(cs, heads, rows, width); fmt.Sprint(shown) != want {
			t.Errorf("%d columns show %v, want %s", width, shown, want)
		}
	}
}

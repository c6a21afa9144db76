package screen

import (
	"net/netip"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"portero/capture"
	"portero/handshake"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

func called(id uint64, proto uint8, to string) *record.Record {
	at := netip.MustParseAddrPort(to)
	r := &record.Record{ID: id, Proto: proto, HasPorts: true, Orig: record.Side{Addr: netip.MustParseAddr("198.51.100.7"), Port: 8012}, Resp: record.Side{Addr: at.Addr(), Port: at.Port()}, ServerRTT: -1}
	if proto == capture.ProtoTCP {
		r.Handshake = handshake.Completed
	}
	return r
}

// The connections of a host or a port are its own, not those of another whose address or number begins alike.
func TestConnectionsOfOneHostOrPort(t *testing.T) {
	conns := []*record.Record{called(1, 6, "192.0.2.1:80"), called(2, 6, "192.0.2.1:8080"), called(3, 17, "192.0.2.1:80"), called(4, 6, "192.0.2.12:80"), called(5, 6, "[2001:db8::1]:80"), called(6, 6, "[2001:db8::1:80]:80"), called(7, 6, "[2001:db8::12]:80")}
	port := func(proto uint8, at string) Port {
		a := netip.MustParseAddrPort(at)
		return Port{Host: a.Addr(), Port: a.Port(), Proto: proto}
	}
	for what, c := range map[string]struct {
		tab  int
		line View
		want string
	}{
		"a host":            {2, View{Hosts: []Host{{Addr: netip.MustParseAddr("192.0.2.1")}}}, "1 2 3"},
		"one of IPv6":       {2, View{Hosts: []Host{{Addr: netip.MustParseAddr("2001:db8::1")}}}, "5"},
		"a port":            {1, View{Ports: []Port{port(6, "192.0.2.1:80")}}, "1"},
		"one of UDP":        {1, View{Ports: []Port{port(17, "192.0.2.1:80")}}, "3"},
		"one of IPv6's":     {1, View{Ports: []Port{port(6, "[2001:db8::1]:80")}}, "5"},
		"one of any":        {1, View{Ports: []Port{port(6, "0.0.0.0:80")}}, "1 4 5 6 7"},
		"a finding":         {3, View{Findings: []findings.Finding{{Kind: "exposed", Severity: "low", Actor: netip.MustParseAddr("192.0.2.12")}}}, "4"},
		"one of no machine": {3, View{Findings: []findings.Finding{{Kind: "lan-poisoning", Severity: "low", Proto: 17, Port: 80, Name: "dhcp"}}}, "3"},
	} {
		m, _ := filled(t, words.English, "first-look", 80, 24)
		v := c.line
		v.Conns = conns
		m.view, m.tab = &v, c.tab
		press(m, "<enter>")
		var got []string
		for _, i := range m.lines() {
			got = append(got, i.key())
		}
		if s := strings.Join(got, " "); m.tab != 0 || s != c.want {
			t.Errorf("%s: %s, want %s, with %q", what, s, c.want, m.filter[0].text)
		}
	}
}

// What is typed is part of the line, unless it is an address.
func TestWordsAndAddresses(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"192.0.2.1:8080 x", ":80", true}, {"192.0.2.1:8080", "2.1", true}, {"192.0.2.12:8080", "192.0.2.1", false}, {"192.0.2.12 192.0.2.1:8080", "192.0.2.1", true}, {"at 192.0.2.1.", "192.0.2.1", true},
		{"192.0.2.1:8080", "192.0.2.1:80", false}, {"1192.0.2.1:80", "192.0.2.1:80", false}, {"192.0.2.1:80/udp", "192.0.2.1:80", true}, {"192.0.2.1:80/udp", "192.0.2.1:80/udp", true}, {"192.0.2.1:8080", "192.0.2.", true},
		{"[2001:db8::12]:80", "2001:db8::1", false}, {"[2001:db8::1]:80", "2001:db8::1", true}, {"[2001:db8::1]:80", "2001:db8::", true}, {"12001:db8::1", "2001:db8::1", false}, {"[2001:db8::1]:80", "[2001:db8::1]:80", true}, {"[2001:db8::1]:8080", "[2001:db8::1]:80", false},
	} {
		if got := contains(c.text, c.word); got != c.want {
			t.Errorf("%q in %q: %v", c.word, c.text, got)
		}
	}
}

// Who comes back from a line, as from its explanation, finds the cursor there, though a newer one came above it.
func TestCursorStaysWithWhatWasLookedAt(t *testing.T) {
	for _, keys := range []string{"e<esc>", "<enter><esc>"} {
		m, _ := filled(t, words.English, "first-look", 80, 24)
		v := *m.view
		first := v.Conns[0].ID
		m.view = &v
		press(m, keys)
		newer := *called(99, 6, "192.0.2.1:80")
		v.Conns = append([]*record.Record{&newer}, v.Conns...)
		press(m, "w")
		if is := m.lines(); is[m.cursor(is)].key() == "99" || is[0].key() != "99" || first == 99 {
			t.Errorf("%s: w would save another", keys)
		}
	}
}

// Of a host or a door, too, the line under the cursor has what the columns have no room for.
func TestDetailOfHostsAndDoors(t *testing.T) {
	for _, c := range []struct {
		l    words.Lang
		keys string
		want string
	}{
		{words.English, "3/2.7<enter>", "192.0.2.7 opened 1, failed 0 received 0 open doors 0 peers 1 0 B out, 0 B in"},
		{words.Spanish, "3/2.7<enter>", "192.0.2.7 abrió 1, fallidas 0 recibidas 0 puertas abiertas 0 interlocutores 1 salen 0 B, entran 0 B"},
		{words.English, "2/:443<enter>", "192.0.2.9:443/tcp silent https? tried 1, accepted 0, clients 1"},
		{words.Spanish, "2/:443<enter>", "192.0.2.9:443/tcp mudo https? intentos 1, aceptados 0, clientes 1"},
	} {
		for _, w := range []int{200, 80, 46} {
			m, _ := filled(t, c.l, "first-look", w, 24)
			press(m, c.keys)
			if got := strings.Join(strings.Fields(strings.Join(m.inFull(m.lines(), 0), " ")), " "); got != c.want {
				t.Errorf("%d columns: %q, want %q", w, got, c.want)
			}
		}
	}
}

// What the list is sorted by is said as one says it.
func TestOrdersAreSaid(t *testing.T) {
	for l, want := range map[words.Lang][]string{words.English: {"by latest", "this machine first", "by address", "by severity"}, words.Spanish: {"lo nuevo primero", "este equipo primero", "por dirección", "por gravedad"}} {
		m, _ := filled(t, l, "first-look", 80, 24)
		for i, by := range want {
			press(m, string(rune('1'+i)))
			has(t, m, " "+by)
			if strings.Contains(text(m), "by this") || strings.Contains(text(m), "por lo") || strings.Contains(text(m), "por este") {
				t.Errorf("%v:\n%s", l, text(m))
			}
		}
	}
}

// The line under the cursor is whole where it fits with one space between its parts.
func TestDetailThatJustFits(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	for w := 40; w < 120; w++ {
		m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
		is := m.lines()
		for _, l := range m.inFull(is, 0) {
			if strings.HasSuffix(l, "~") || ansi.StringWidth(l) > w {
				t.Errorf("%d columns: %q", w, l)
			}
		}
	}
}

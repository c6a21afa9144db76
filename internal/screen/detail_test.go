package screen

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"portero/capture"
	"portero/internal/doors"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

// What is under the cursor is told in full also where it is longer than a line: two addresses of IPv6 with a name, or
// the sentence of a finding. Where the list would be left without room it is one line.
func TestDetailOfLongLines(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	m.tab = 3
	f := findings.Finding{Kind: "port-dynamic-server", Severity: "low", Basis: "hint", Target: netip.MustParseAddr("2001:db8:ffff:ffff:ffff:ffff:ffff:1"), Proto: 6, Port: 65535, Count: 179}
	m.view = &View{Findings: []findings.Finding{f, f}}
	m.view.Findings[1].Port = 65534
	for _, size := range [][2]int{{80, 24}, {60, 20}, {40, 12}, {200, 50}, {60, 8}, {20, 8}} {
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		lines := strings.Split(ansi.Strip(text(m)), "\n")
		if len(lines) != size[1] {
			t.Fatalf("%v: %d lines", size, len(lines))
		}
		for _, l := range lines {
			if ansi.StringWidth(l) > size[0] {
				t.Errorf("%v: %q is too long", size, l)
			}
		}
		whole := strings.Join(strings.Fields(strings.Join(lines[len(lines)-1-min(mostDetail, size[1]-2):len(lines)-1], " ")), " ")
		if told := clean(f.Text(words.English)); size[1] >= 12 && !strings.Contains(whole, told) {
			t.Errorf("%v: %q is not told in full:\n%s", size, told, strings.Join(lines, "\n"))
		}
		// The list has the sentence too, as much as fits, from the width of an old terminal on.
		if size[0] >= 60 && size[1] >= 12 && !strings.Contains(lines[3], "2001:db8:ffff") {
			t.Errorf("%v: the list does not say what was seen: %q", size, lines[3])
		}
	}
}

// Of a connection that is followed the verdict stays in sight however long its addresses are.
func TestHeadOfWhatIsFollowed(t *testing.T) {
	m, _ := filled(t, words.English, "first-look", 80, 24)
	press(m, "1")
	r := *m.view.Conns[0]
	press(m, "<enter>")
	if m.mode != following {
		t.Fatal("nothing is followed")
	}
	m.follow = &r
	for _, side := range []*record.Side{&r.Orig, &r.Resp} {
		side.Addr = netip.MustParseAddr("2001:db8:ffff:ffff:ffff:ffff:ffff:1")
	}
	r.ID = 1 << 40 // nothing is gathered of it
	c := (&connItem{&r}).cells(m.setting())
	for _, w := range []int{40, 60, 80, 200} {
		m.Update(tea.WindowSizeMsg{Width: w, Height: 24})
		head := strings.Split(ansi.Strip(text(m)), "\n")[2]
		if !strings.Contains(head, c[0]+", "+c[5]) || w == 200 && !strings.Contains(head, c[2]+"  "+c[0]) {
			t.Errorf("%d columns: %q", w, head)
		}
	}
}

// Of a door at which nobody listens it is said where somebody does: a server bound to 127.0.0.1 is why nobody gets in.
func TestWhoListensElsewhere(t *testing.T) {
	for _, c := range []struct {
		l    words.Lang
		by   string
		want string
	}{
		{words.English, "python3", "10.0.0.1:8443/tcp  nobody listens, but python3 does at 127.0.0.1:8443"},
		{words.Spanish, "python3", "10.0.0.1:8443/tcp  nadie escucha, pero python3 sí, en 127.0.0.1:8443"},
		{words.English, "", "10.0.0.1:8443/tcp  nobody listens, but somebody does at 127.0.0.1:8443"},
	} {
		m, _ := filled(t, c.l, "refused", 80, 24)
		i := &portItem{Port{Host: netip.MustParseAddr("10.0.0.1"), Port: 8443, Proto: capture.ProtoTCP, Seen: string(doors.NobodyListens), Here: true,
			Instead: netip.MustParseAddrPort("127.0.0.1:8443"), InsteadBy: c.by}}
		if got := m.detail(i); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if _, want, _ := strings.Cut(c.want, "  "); !slices.Contains(m.portText(&i.Port), "   "+want) {
			t.Errorf("explained: %q, want %q", m.portText(&i.Port), want)
		}
	}
}

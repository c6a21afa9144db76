package screen

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/view/events"
)

// key takes one key.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	s := k.String()
	if s == "ctrl+c" {
		return tea.Quit
	}
	if s == "ctrl+z" {
		// Stopped, it would lose frames; and the process that draws may stop nobody.
		m.say(m.pick("it does not stop, so as to miss nothing; q quits", "no se detiene, para no perder nada; q sale"))
		return nil
	}
	switch m.mode {
	case typing, saving:
		return m.write(k, s)
	case explaining, following, helping:
		m.read(s)
		return nil
	}
	if s == "q" {
		return tea.Quit
	}
	m.command(s)
	return nil
}

// write takes a key while something is typed.
func (m *Model) write(k tea.KeyPressMsg, s string) (cmd tea.Cmd) {
	switch s {
	case "enter":
		if m.mode == saving && m.typed != "" {
			cmd = m.save(m.typed)
			m.say(m.pick("saving ...", "guardando ..."))
		}
		m.mode = listing
	case "esc":
		if m.mode == typing {
			m.setFilter("")
		}
		m.mode = listing
	case "backspace", "ctrl+h":
		if r := []rune(m.typed); len(r) > 0 {
			m.typed = string(r[:len(r)-1])
			m.typedNow()
		}
	case "ctrl+u":
		m.typed = ""
		m.typedNow()
	default:
		m.typeText(k.Text)
	}
	return cmd
}

// typeText adds what was typed or pasted.
func (m *Model) typeText(s string) {
	if m.mode != typing && m.mode != saving {
		return
	}
	s = strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return -1
		}
		return r
	}, s)
	if len(m.typed)+len(s) <= maxFilter {
		m.typed += s
		m.typedNow()
	}
}

func (m *Model) typedNow() {
	if m.mode == typing {
		m.setFilter(m.typed)
	}
}

func (m *Model) setFilter(s string) {
	f := newFilter(s)
	if f.bad != "" {
		// Half an expression changes nothing yet.
		f.expr, f.words = m.filter[m.tab].expr, nil
	}
	m.filter[m.tab] = f
	m.typed = s
	m.at[m.tab], m.top[m.tab], m.picked[m.tab] = 0, 0, ""
}

// read takes a key while a text is shown.
func (m *Model) read(s string) {
	page := max(m.height-4, 1)
	switch s {
	case "up", "k":
		m.scroll--
	case "down", "j":
		m.scroll++
	case "pgup", "b":
		m.scroll -= page
	case "pgdown", "space":
		m.scroll += page
	case "home", "g":
		m.scroll = 0
	case "end", "G":
		m.scroll = 1 << 30
	case "e":
		if m.mode == following {
			m.explain(&connItem{m.follow})
		}
		return
	case "q", "esc", "enter", "?":
		if m.mode == following {
			m.desk.Follow(nil)
			m.follow = nil
		}
		m.mode = listing
		return
	default:
		return
	}
	m.stick = s == "end" || s == "G"
	m.scroll = max(m.scroll, 0)
}

// command takes a key while a list is shown.
func (m *Model) command(s string) {
	is := m.lines()
	at := m.cursor(is)
	switch s {
	case "1", "2", "3", "4":
		m.tab = int(s[0] - '1')
	case "tab", "right", "l":
		m.tab = (m.tab + 1) % 4
	case "shift+tab", "left", "h":
		m.tab = (m.tab + 3) % 4
	case "p":
		if m.paused = !m.paused; !m.paused {
			m.look()
		}
	case "s":
		m.order[m.tab] = (m.order[m.tab] + 1) % len(orders[m.tab])
		if !strings.Contains(m.tabLine(), m.by()) { // no room for it there
			m.say(m.by())
		}
	case "/":
		m.mode, m.typed = typing, m.filter[m.tab].text
	case "esc":
		m.setFilter("")
	case "?":
		m.mode, m.scroll = helping, 0
	case "up", "k":
		m.move(is, at-1)
	case "down", "j":
		m.move(is, at+1)
	case "pgup":
		m.move(is, at-m.room())
	case "pgdown", "space":
		m.move(is, at+m.room())
	case "home", "g":
		m.move(is, 0)
	case "end", "G":
		m.move(is, len(is)-1)
	case "e":
		if len(is) > 0 {
			m.stay(is[at])
			m.explain(is[at])
		}
	case "w":
		if len(is) > 0 && m.Save != nil {
			m.stay(is[at])
			m.mode, m.typed = saving, m.choose(is[at])
		}
	case "enter":
		if len(is) > 0 {
			m.stay(is[at])
			m.enter(is[at])
		}
	}
}

// ofPort is a filter for all connections to a port, at whatever address.
func ofPort(proto uint8, port uint16) string {
	return fmt.Sprintf("resp_port == %d and proto == %q", port, record.ProtoName(proto))
}

// enter follows a connection, and shows the connections of anything else.
func (m *Model) enter(i item) {
	show := func(filter string) {
		m.tab = 0
		m.setFilter(filter)
	}
	switch x := i.(type) {
	case *connItem:
		m.follow = x.Record
		m.desk.Follow(x.Record)
		m.mode, m.scroll, m.stick = following, 0, !x.Final && !events.Over(x.Record)
	case *portItem:
		switch {
		case x.Host.IsUnspecified():
			show(ofPort(x.Proto, x.Port.Port))
		case x.Proto == capture.ProtoTCP:
			show(x.addr() + " tcp") // of others the line has it behind the port
		default:
			show(x.addr() + "/" + record.ProtoName(x.Proto))
		}
	case *hostItem:
		show(x.Addr.String())
	case *findingItem:
		if h := x.Finding.Host(); h.IsValid() {
			show(h.String())
		} else { // of a network and not of one machine, as two servers of DHCP
			show(ofPort(x.Proto, x.Port))
		}
	}
}

package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/fatih/color"

	"portero/internal/record"
	"portero/internal/view/events"
	"portero/internal/view/table"
)

var tabs = [4][2]string{{"connections", "conexiones"}, {"ports", "puertos"}, {"hosts", "equipos"}, {"findings", "hallazgos"}}

// above and below are the lines around a list: status, tabs and heads; the line
// under the cursor in full, and the keys.
const (
	above = 3
	below = 2
)

// mostDetail is how many lines what is under the cursor may take: two addresses of IPv6 and a name are longer
// than a line, and to read them in full is what it is for. The list keeps leastList.
const (
	mostDetail = 3
	leastList  = 5
)

// room is how many lines a list has.
func (m *Model) room() int { return max(m.height-above-below-m.beneath, 1) }

// inFull is the line under the cursor in full, in as many lines as it needs and there are.
func (m *Model) inFull(is []item, at int) []string {
	if len(is) == 0 {
		return []string{""}
	}
	detail := "  " + clean(m.detail(is[at]))
	ls := wrap(detail, m.width)
	most := min(mostDetail, m.height-above-below-leastList+1)
	switch {
	case len(ls) == 1 && ansi.StringWidth(detail) > m.width: // it fits with one space between its parts instead of two
		return ls
	case most <= 1 || len(ls) <= 1 || ansi.StringWidth(detail) <= m.width:
		return []string{fit(detail, m.width)}
	case len(ls) > most:
		ls[most-1] += " ~"
		ls = ls[:most]
	}
	return ls
}

// View implements tea.Model.
func (m *Model) View() tea.View {
	out := []string{m.status(), m.tabLine()}
	cursor := -1
	switch m.mode {
	case following:
		ls := m.ladder()
		out = append(append(out, m.style(ls[0], color.Bold)), m.page(ls[1:])...)
	case explaining:
		out = append(out, m.page(m.told())...)
	case helping:
		out = append(out, m.page(m.help())...)
	default:
		var ls []string
		ls, cursor = m.list()
		out = append(out, ls...)
	}
	for len(out) < m.height-1 {
		out = append(out, "")
	}
	out = append(out[:m.height-1], m.foot())
	for i := range out {
		out[i] = fit(out[i], m.width)
	}
	v := tea.NewView(strings.Join(out, "\n"))
	v.AltScreen = true
	v.WindowTitle = clean("portero " + m.Title)
	// The terminal's own cursor lies where the eye is: magnifiers and braille
	// displays follow it.
	switch {
	case m.mode == typing || m.mode == saving:
		label, typed := m.line()
		v.Cursor = tea.NewCursor(min(ansi.StringWidth(label+typed), m.width-1), m.height-1)
	case cursor >= 0:
		v.Cursor = tea.NewCursor(0, cursor)
	}
	if v.Cursor != nil {
		v.Cursor.Blink = false
	}
	return v
}

// status is the line that is always in sight: rates and losses. Where it is short, what
// is least missed makes room for losses: the name of the interface is cut, then the time of
// day, the octets, where connections were lost how many there were, the packets and the name are left out.
func (m *Model) status() string {
	v := m.desk.View()
	var rates []string
	if n := len(m.past); n > 0 {
		v = m.past[n-1]
		if old := m.past[0]; v.At.After(old.At) {
			sec := v.At.Sub(old.At).Seconds()
			rates = []string{"  " + rate(float64(v.Packets-old.Packets)/sec) + m.pick(" packets/s", " paquetes/s"), "  " + bits(float64(v.Bytes-old.Bytes)*8/sec)}
		}
	}
	losses := m.losses(v)
	paused := ""
	if m.paused {
		paused = m.paint(color.FgYellow, m.pick("PAUSED", "EN PAUSA"))
	}
	right := strings.TrimPrefix(paused+"  "+time.Now().Format("15:04:05"), "  ")
	const leastTitle = 6
	title := clean(m.Title)
	room := func() int {
		return m.width - ansi.StringWidth(strings.Join(rates, "")+losses) - ansi.StringWidth(right) - 3
	}
	for room() < min(leastTitle, ansi.StringWidth(title)) {
		if right != paused {
			right = paused
			continue
		}
		if len(rates) == 0 {
			break
		}
		if less := strings.Replace(losses, m.seen(v), "", 1); len(rates) == 1 && less != losses && v.Evicted+v.Lost > 0 {
			losses = less
			continue
		}
		if rates = rates[:len(rates)-1]; len(rates) == 0 {
			losses = m.losses(v)
		}
	}
	if room() >= 1 {
		return spread(" "+fit(title, room())+strings.Join(rates, "")+losses, right, m.width)
	}
	// Not even the name has room. A number that is cut tells less than it would, so what was seen goes before a loss is.
	losses = strings.TrimPrefix(losses, " ")
	if ansi.StringWidth(losses)+ansi.StringWidth(right)+1 > m.width {
		losses = strings.Replace(losses, m.seen(v), "", 1)
	}
	return spread(losses, right, m.width)
}

// seen says how many connections there were.
func (m *Model) seen(v *View) string {
	return "  " + fmt.Sprintf(m.pick("seen %d", "vistas %d"), v.Total)
}

// losses says what was seen and lost.
func (m *Model) losses(v *View) string {
	lost := fmt.Sprintf(m.pick("dropped %d", "descartadas %d"), v.Dropped)
	if v.Dropped > 0 {
		lost = m.paint(color.FgRed, lost)
	}
	s := "  " + lost + m.seen(v)
	if n := v.Evicted; n > 0 {
		s += "  " + m.paint(color.FgRed, fmt.Sprintf(m.pick("forgotten %d", "olvidadas %d"), n))
	}
	if v.Lost > 0 {
		s += "  " + m.paint(color.FgRed, fmt.Sprintf(m.pick("not listed %d", "sin listar %d"), v.Lost))
	}
	if v.Still != "" {
		s = "  " + m.paint(color.FgRed, clean(v.Still)) + s
	}
	if v.Saving == "" {
		return s
	}
	if v.SavingFailed {
		return s + "  " + m.paint(color.FgRed, v.Saving)
	}
	return s + "  " + v.Saving
}

func spread(left, right string, w int) string {
	gap := w - ansi.StringWidth(left) - ansi.StringWidth(right) - 1
	if gap < 1 {
		return fit(left, w-ansi.StringWidth(right)-1) + " " + right
	}
	return left + strings.Repeat(" ", gap) + right
}

// rate is a number of things a second, in few letters where there are many.
func rate(n float64) string {
	switch {
	case n < 9999.5:
		return fmt.Sprintf("%.0f", n)
	case n < 999_500:
		return fmt.Sprintf("%.0fk", n/1e3)
	}
	return fmt.Sprintf("%.1fM", n/1e6)
}

func bits(n float64) string {
	for _, u := range []string{"b/s", "kb/s", "Mb/s"} {
		if n < 999.5 {
			if n < 9.95 && u != "b/s" {
				return fmt.Sprintf("%.1f %s", n, u)
			}
			return fmt.Sprintf("%.0f %s", n, u)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.1f Gb/s", n)
}

// tabLine names the tabs, with the filter or the order of the one that is shown. A filter hides lines, so it is
// to be read whole: where it does not fit, the other tabs are but their keys.
func (m *Model) tabLine() string {
	s := m.tabNames(true)
	if f := m.filter[m.tab].text; f != "" && m.mode != typing {
		f = "  " + m.pick("filter: ", "filtro: ") + clean(f)
		if ansi.StringWidth(s+f) > m.width {
			s = m.tabNames(false)
		}
		return fit(s+f, m.width)
	}
	if by := m.by(); ansi.StringWidth(s)+ansi.StringWidth(by)+2 <= m.width {
		return spread(s, by, m.width)
	}
	return fit(strings.TrimRight(s, " "), m.width) // the names of the tabs are missed more; s says the order
}

// tabNames are the tabs side by side; those that are not shown have their names only if whole.
func (m *Model) tabNames(whole bool) string {
	counts := [4]int{len(m.view.Conns), len(m.view.Ports), len(m.view.Hosts), len(m.view.Findings)}
	var b strings.Builder
	for i, t := range tabs {
		name := fmt.Sprintf("%d %s %d", i+1, m.pick(t[0], t[1]), counts[i])
		switch {
		case i == m.tab:
			b.WriteString(m.style("["+name+"]", color.Bold))
		case whole:
			b.WriteString(" " + name + " ")
		default:
			fmt.Fprintf(&b, " %d ", i+1)
		}
	}
	return b.String()
}

// by is the order of the list.
func (m *Model) by() string {
	o := orders[m.tab][m.order[m.tab]]
	by := m.pick(o.en, o.es)
	if strings.HasSuffix(by, m.pick(" first", " primero")) { // which says it by itself
		return by
	}
	return m.pick("by ", "por ") + by
}

// list draws the tab, and says on which line the cursor is.
func (m *Model) list() (out []string, cursor int) {
	is := m.lines()
	at := m.cursor(is)
	full := m.inFull(is, at)
	m.beneath = len(full) - 1
	room := m.room()
	top := m.top[m.tab]
	if at < top {
		top = at
	}
	if at >= top+room {
		top = at - room + 1
	}
	top = max(min(top, len(is)-room), 0)
	m.top[m.tab] = top
	shown := is[top:min(top+room, len(is))]
	cs := columns[m.tab]
	heads := make([]string, len(cs))
	for i, c := range cs {
		heads[i] = m.pick(c.en, c.es)
	}
	set := m.setting()
	rows := make([][]string, len(shown))
	for i, it := range shown {
		rows[i] = it.cells(set)
		for j := range rows[i] {
			rows[i][j] = clean(rows[i][j])
			if rows[i][j] == "" {
				rows[i][j] = "-"
			}
		}
	}
	cols, widths := layout(cs, heads, rows, m.width-2)
	out = append(out, m.style("  "+line(heads, cs, cols, widths), color.Underline))
	cursor = -1
	for i, it := range shown {
		s := line(rows[i], cs, cols, widths)
		if top+i == at {
			cursor = above + i
			s = "> " + s
			if m.Color {
				s = m.style(s+strings.Repeat(" ", max(m.width-ansi.StringWidth(s), 0)), color.ReverseVideo)
			}
		} else {
			s = "  " + m.paint(tint(it.paint()), s)
		}
		out = append(out, s)
	}
	if len(is) == 0 {
		out = append(out, wrap("  "+m.nothing(), m.width)...)
	}
	for len(out) < room+1 {
		out = append(out, "")
	}
	for _, s := range full {
		out = append(out, m.paint(color.FgHiBlack, s))
	}
	return out, cursor
}

func (m *Model) nothing() string {
	f := &m.filter[m.tab]
	switch {
	case f.text != "":
		return m.pick("nothing matches the filter; esc clears it", "nada coincide con el filtro; esc lo borra")
	case m.tab == 3:
		return m.pick("nothing worth a look so far; most is found when connections end", "nada que merezca una mirada por ahora; casi todo se encuentra cuando acaban las conexiones")
	}
	return m.pick("nothing yet", "nada todavía")
}

// detail is the line under the cursor in full, in one line.
func (m *Model) detail(i item) string {
	switch x := i.(type) {
	case *connItem:
		r := x.Record
		c := i.cells(m.setting())
		s := fmt.Sprintf("#%d %s > %s  %s, %s", r.ID, c[1], c[2], c[0], c[5])
		for _, p := range []string{r.ServerName, events.Program(r, m.Lang), r.User} {
			if p != "" {
				s += "  " + p
			}
		}
		if r.ServerRTT >= 0 {
			s += "  rtt " + table.Millis(r.ServerRTT)
		}
		return s + "  " + table.Amount(r.Orig.Payload) + " > < " + table.Amount(r.Resp.Payload)
	case *portItem:
		c := i.cells(m.setting())
		s := x.addr() + "/" + record.ProtoName(x.Proto) + "  " + c[2]
		for _, p := range []string{x.Program, x.Path, x.Container} {
			if p != "" {
				s += "  " + p
			}
		}
		s += m.instead(&x.Port)
		if x.Service != "" {
			s += "  " + x.Service
		}
		if x.Attempts > 0 {
			s += "  " + fmt.Sprintf(m.pick("tried %d, accepted %d, clients %d", "intentos %d, aceptados %d, clientes %d"), x.Attempts, x.Accepted, x.Clients)
		}
		return s
	case *hostItem:
		s := x.Addr.String()
		if x.Name != "" {
			s += "  " + x.Name
		}
		return s + "  " + fmt.Sprintf(m.pick("opened %d, failed %d  received %d  open doors %d  peers %d  %s out, %s in", "abrió %d, fallidas %d  recibidas %d  puertas abiertas %d  interlocutores %d  salen %s, entran %s"),
			x.Opened, x.Failed, x.Received, x.OpenDoors, x.Peers, table.Amount(x.BytesOut), table.Amount(x.BytesIn))
	case *findingItem:
		return x.Text(m.Lang)
	}
	return ""
}

// foot is the last line: what is typed, what was said, or the keys.
func (m *Model) foot() string {
	switch label, typed := m.line(); {
	case m.mode == typing:
		s := label + typed
		if bad := m.complaint(); bad != "" {
			// Behind it: what does not fit the line is cut off, and never what is typed.
			s += "  (" + clean(bad) + ")"
		}
		return s
	case m.mode == saving:
		return label + typed
	case m.said != "" && time.Since(m.saidAt) < 8*time.Second:
		return " " + m.said
	case m.mode == following:
		return m.pick(" esc back  arrows scroll  end newest  e explain", " esc volver  flechas mover  fin lo último  e explicar")
	case m.mode != listing:
		return m.pick(" esc back  arrows scroll", " esc volver  flechas mover")
	}
	enter := m.pick("enter follow", "intro seguir")
	if m.tab != 0 {
		enter = m.pick("enter connections", "intro conexiones")
	}
	// Where they do not fit the last to go are those that say more and that leave.
	keys := []string{m.pick("q quit", "q salir"), m.pick("/ filter", "/ filtrar"), enter, m.pick("e explain", "e explicar"), m.pick("s sort", "s orden"),
		m.pick("p pause", "p pausa"), m.pick("w save", "w guardar"), m.pick("? help", "? ayuda")}
	if s := " " + strings.Join(keys, "  "); ansi.StringWidth(s) <= m.width {
		return s
	}
	for len(keys) > 2 && ansi.StringWidth(strings.Join(keys, " ")) > m.width {
		keys = slices.Delete(keys, len(keys)-2, len(keys)-1)
	}
	return strings.Join(keys, " ")
}

// line is what is typed, with what it is in front of it. Of what is longer than the line its end is
// shown, where one types.
func (m *Model) line() (label, typed string) {
	label, typed = m.pick("filter: ", "filtro: "), clean(m.typed)
	if m.mode == saving {
		label = fmt.Sprintf(m.pick("save the packets of %s to: ", "guardar los paquetes de %s en: "), clean(m.saving))
	}
	room := max(m.width-1-ansi.StringWidth(label), m.width/2) // one for the cursor
	if n := ansi.StringWidth(typed); n > room {
		typed = "~" + ansi.TruncateLeft(typed, n-room+1, "")
	}
	return fit(label, m.width-1-ansi.StringWidth(typed)), typed
}

// page shows the part of a text that is scrolled to.
func (m *Model) page(ls []string) []string {
	room := max(m.height-3, 1)
	if m.mode == following {
		room = max(room-1, 1)
	}
	if m.mode == following && m.stick {
		m.scroll = 1 << 30
	}
	m.scroll = max(min(m.scroll, len(ls)-room), 0)
	return ls[m.scroll:min(m.scroll+room, len(ls))]
}

// tint is the colour for a verdict, a state or a severity; each is a word too.
func tint(word string) color.Attribute {
	switch word {
	case "completed", "completed_unseen", "implied", "answered", "open", "LISTEN", "BOUND":
		return color.FgCyan
	case "refused", "half_open", "no_answer", "filtered", "unanswered", "aborted", "closed", "silent":
		return color.FgYellow
	case "invalid", "probe", "high", "medium":
		return color.FgRed
	case "midstream", "unsolicited", "unknown", "stream", "reply_only", "none":
		return color.FgHiBlack
	}
	return color.Reset
}

func (m *Model) paint(a color.Attribute, s string) string {
	if a == color.Reset {
		return s
	}
	return m.style(s, a)
}

func (m *Model) style(s string, a color.Attribute) string {
	if !m.Color {
		return s
	}
	c := color.New(a)
	c.EnableColor()
	return c.Sprint(s)
}

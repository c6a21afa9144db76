package screen

import (
	"fmt"
	"sort"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"

	"portero/internal/view/table"
	"portero/internal/words"
)

// Model is the screen as bubbletea drives it. Send it *View messages.
type Model struct {
	Lang  words.Lang
	Color bool
	Title string

	view          *View
	last          *View // before, for rates
	width, height int
	tab, at, top  int
	paused        bool
	typing        bool
	filter        string
	sort          int
	detail        *Row
	help          bool
}

// New returns a screen with nothing on it yet.
func New(title string, l words.Lang, colors bool) *Model {
	return &Model{Lang: l, Color: colors, Title: title, view: &View{}, width: 80, height: 24}
}

var tabs = [4][2]string{{"connections", "conexiones"}, {"ports", "puertos"}, {"hosts", "equipos"}, {"findings", "hallazgos"}}
var orders = [3][2]string{{"latest", "lo último"}, {"size", "tamaño"}, {"opening", "apertura"}}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 20), max(msg.Height, 6)
	case *View:
		if !m.paused {
			m.last, m.view = m.view, msg
		}
	case tea.KeyMsg:
		return m, m.key(msg)
	}
	return m, nil
}

func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	if k.Type == tea.KeyCtrlC {
		return tea.Quit
	}
	if m.typing {
		switch k.Type {
		case tea.KeyEnter:
			m.typing = false
		case tea.KeyEsc:
			m.typing, m.filter = false, ""
		case tea.KeyBackspace:
			if r := []rune(m.filter); len(r) > 0 {
				m.filter = string(r[:len(r)-1])
			}
		case tea.KeyRunes, tea.KeySpace:
			if len(m.filter) < 60 {
				m.filter += string(k.Runes)
			}
		}
		m.at, m.top = 0, 0
		return nil
	}
	if m.detail != nil || m.help {
		m.detail, m.help = nil, false
		return nil
	}
	switch k.String() {
	case "q":
		return tea.Quit
	case "1", "2", "3", "4":
		m.tab, m.at, m.top = int(k.String()[0]-'1'), 0, 0
	case "tab":
		m.tab, m.at, m.top = (m.tab+1)%len(tabs), 0, 0
	case "p", " ":
		m.paused = !m.paused
	case "s":
		m.sort = (m.sort + 1) % len(orders)
	case "/":
		m.typing = true
	case "?":
		m.help = true
	case "up", "k":
		m.at--
	case "down", "j":
		m.at++
	case "pgup":
		m.at -= m.room()
	case "pgdown":
		m.at += m.room()
	case "home", "g":
		m.at = 0
	case "end", "G":
		m.at = 1 << 30
	case "enter":
		if rows := m.rows(); m.at >= 0 && m.at < len(rows) && len(rows[m.at].More) > 0 {
			m.detail = &rows[m.at]
		}
	}
	m.at = max(min(m.at, len(m.rows())-1), 0)
	return nil
}

// room is how many rows fit.
func (m *Model) room() int { return max(m.height-5, 1) }

func (m *Model) rows() []Row {
	all := [][]Row{m.view.Conns, m.view.Ports, m.view.Hosts, m.view.Findings}[m.tab]
	rows := all
	if m.filter != "" {
		rows = nil
		want := strings.ToLower(m.filter)
		for _, r := range all {
			if strings.Contains(strings.ToLower(strings.Join(r.Cells, " ")), want) {
				rows = append(rows, r)
			}
		}
	}
	switch {
	case m.sort == 1:
		rows = append([]Row(nil), rows...)
		sort.SliceStable(rows, func(i, j int) bool { return rows[i].Bytes > rows[j].Bytes })
	case m.sort == 2 && m.tab == 0:
		rows = append([]Row(nil), rows...)
		sort.SliceStable(rows, func(i, j int) bool { return rows[i].Cells[1] < rows[j].Cells[1] })
	}
	return rows
}

// View implements tea.Model.
func (m *Model) View() string {
	var out []string
	put := func(s string) { out = append(out, fit(s, m.width)) }
	put(m.status())
	var heads []string
	for i, t := range tabs {
		name := fmt.Sprintf("%d %s", i+1, m.Lang.Pick(t[0], t[1]))
		if i == m.tab {
			name = "[" + name + "]"
		} else {
			name = " " + name + " "
		}
		heads = append(heads, name)
	}
	put(strings.Join(heads, " "))
	switch {
	case m.help:
		m.lines(put, strings.Split(m.Lang.Pick("1-4 or tab: another list\narrows, page up and down: move\nenter: explain this line\n/: filter as you type, esc clears it\ns: order\np or space: pause\nq: end",
			"1-4 o tab: otra lista\nflechas, avanzar y retroceder página: moverse\nintro: explicar esta línea\n/: filtrar al escribir, esc lo borra\ns: orden\np o espacio: pausa\nq: terminar"), "\n"))
	case m.detail != nil:
		m.lines(put, m.detail.More)
	default:
		m.list(put)
	}
	for len(out) < m.height-1 {
		out = append(out, "")
	}
	foot := m.Lang.Pick("q end  / filter  s order: ", "q terminar  / filtrar  s orden: ") + m.Lang.Pick(orders[m.sort][0], orders[m.sort][1]) + m.Lang.Pick("  p pause  enter explain  ? help", "  p pausa  intro explicar  ? ayuda")
	if m.typing || m.filter != "" {
		foot = m.Lang.Pick("filter: ", "filtro: ") + m.filter
		if m.typing {
			foot += "_"
		}
	}
	out = append(out[:m.height-1], fit(foot, m.width))
	return strings.Join(out, "\n")
}

func (m *Model) lines(put func(string), ls []string) {
	for _, l := range ls {
		for i, w := range strings.Split(runewidth.Wrap(l, max(m.width-4, 10)), "\n") {
			if i > 0 {
				w = "  " + w
			}
			put("  " + w)
		}
	}
}

// status is the line that is always in sight: rates and what was lost.
func (m *Model) status() string {
	v := m.view
	s := "portero " + m.Title
	if m.last != nil && v.Now > m.last.Now && m.last.Now > 0 {
		sec := float64(v.Now-m.last.Now) / 1e9
		s += fmt.Sprintf("  %.0f %s  %s/s", float64(v.Packets-m.last.Packets)/sec, m.Lang.Pick("packets/s", "paquetes/s"), table.Amount(uint64(float64(v.Bytes-m.last.Bytes)/sec)))
	}
	s += fmt.Sprintf(m.Lang.Pick("  %d open of %d  dropped %d", "  %d abiertas de %d  descartadas %d"), v.Live, v.Total, v.Dropped)
	if v.Saving != "" {
		s += "  " + v.Saving
	}
	if m.paused {
		s += m.Lang.Pick("  PAUSED", "  EN PAUSA")
	}
	return s
}

func (m *Model) list(put func(string)) {
	rows := m.rows()
	room := m.room()
	if m.at < m.top {
		m.top = m.at
	}
	if m.at >= m.top+room {
		m.top = m.at - room + 1
	}
	m.top = max(min(m.top, len(rows)-room), 0)
	shown := rows[m.top:min(m.top+room, len(rows))]
	heads := Heads(m.tab, m.Lang)
	w := make([]int, len(heads))
	for i, h := range heads {
		w[i] = runewidth.StringWidth(h)
	}
	for _, r := range shown {
		for i, c := range r.Cells {
			w[i] = max(w[i], runewidth.StringWidth(c))
		}
	}
	// Columns that do not fit are narrowed, the widest first, none under six.
	for sum := 2; ; sum = 2 {
		widest := 0
		for i := range w {
			sum += w[i] + 1
			if w[i] > w[widest] {
				widest = i
			}
		}
		if sum <= m.width || w[widest] <= 6 {
			break
		}
		w[widest]--
	}
	line := func(cells []string) string {
		var b strings.Builder
		for i, c := range cells {
			b.WriteString(" " + fit(c, w[i]) + strings.Repeat(" ", max(w[i]-runewidth.StringWidth(c), 0)))
		}
		return b.String()
	}
	put(" " + line(heads))
	if len(rows) == 0 {
		put("  " + m.Lang.Pick("nothing yet", "nada todavía"))
	}
	for i, r := range shown {
		mark := " "
		if m.top+i == m.at {
			mark = ">"
		}
		put(mark + m.paint(r, line(r.Cells)))
	}
}

func (m *Model) paint(r Row, s string) string {
	s = fit(s, m.width-1)
	if !m.Color {
		return s
	}
	c := color.New()
	switch r.Mark {
	case "completed", "completed_unseen", "answered", "open":
		c = color.New(color.FgCyan)
	case "refused", "half_open", "no_answer", "filtered", "unanswered", "aborted", "closed":
		c = color.New(color.FgYellow)
	case "invalid", "probe", "high", "medium":
		c = color.New(color.FgRed)
	}
	c.EnableColor()
	return c.Sprint(s)
}

// fit cuts s to w columns, leaving escape sequences of our own colours whole.
func fit(s string, w int) string {
	if strings.Contains(s, "\x1b") || runewidth.StringWidth(s) <= w {
		return s
	}
	return runewidth.Truncate(s, max(w, 1), "~")
}

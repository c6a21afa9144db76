package screen

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/words"
)

// Desk is what a Model looks at and asks: a Board.
type Desk interface {
	View() *View
	Follow(r *record.Record)
	Following() *Following
	Gather(ctx context.Context, match func(id uint64, p *capture.Packet) bool) (frames []capture.Frame, gone int, err error)
}

// Options say how a Model looks.
type Options struct {
	Lang  words.Lang
	Color bool
	// Title names what is listened to.
	Title string
	// Save writes frames to a new file.
	Save func(name string, frames []capture.Frame) error
}

// Model is the screen as bubbletea drives it.
type Model struct {
	Options
	desk Desk

	view          *View   // what the lists show
	past          []*View // of the last seconds, the newest last: rates come from them
	width, height int

	tab    int
	picked [4]string // key of the line under the cursor
	at     [4]int    // where it was
	top    [4]int
	// beneath is how many lines what is under the cursor takes beside its first, when it was drawn.
	beneath int
	order   [4]int
	filter  [4]filter

	paused bool
	mode   mode
	typed  string // in typing and saving
	scroll int
	stick  bool     // the follow view shows the end
	text   []string // of the explanation
	follow *record.Record
	said   string // last line: what came of the last order
	saidAt time.Time
	saving string // what is to be saved, in words
	match  func(id uint64, p *capture.Packet) bool
}

type mode uint8

const (
	listing mode = iota
	typing       // a filter
	saving       // the name of a file
	explaining
	following
	helping
)

// New returns a screen that shows what desk has.
func New(desk Desk, o Options) *Model {
	return &Model{Options: o, desk: desk, view: desk.View(), width: 80, height: 24}
}

type tick time.Time

const redrawEvery = 200 * time.Millisecond

func next() tea.Cmd {
	return tea.Tick(redrawEvery, func(t time.Time) tea.Msg { return tick(t) })
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return next() }

type saved struct {
	frames, gone int
	name         string
	err          error
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = max(msg.Width, 20), max(msg.Height, 8)
	case tick:
		m.look()
		return m, next()
	case saved:
		m.say(m.savedText(msg))
	case tea.PasteMsg:
		m.typeText(msg.Content)
	case tea.KeyPressMsg:
		return m, m.key(msg)
	}
	return m, nil
}

// look takes the latest picture.
func (m *Model) look() {
	v := m.desk.View()
	if n := len(m.past); n == 0 || m.past[n-1] != v {
		m.past = append(m.past, v)
		// A second and a half is enough for rates that can be read.
		for len(m.past) > 2 && v.At.Sub(m.past[1].At) > 1500*time.Millisecond {
			m.past = m.past[1:]
		}
		if len(m.past) > 16 {
			m.past = m.past[1:]
		}
	}
	if !m.paused {
		m.view = v
	}
}

func (m *Model) pick(en, es string) string { return m.Lang.Pick(en, es) }

func (m *Model) say(s string) { m.said, m.saidAt = s, time.Now() }

// setting is what cells need now.
func (m *Model) setting() *setting { return &setting{m.Lang, m.now()} }

// now is the time of the picture, as packets tell it.
func (m *Model) now() int64 {
	if m.view.Clock == 0 {
		return time.Now().UnixNano()
	}
	return m.view.Clock
}

// lines are the items of the tab that the filter lets through, sorted.
func (m *Model) lines() []item {
	f := &m.filter[m.tab]
	is := f.pick(m.view.items(m.tab), m.setting())
	if less := orders[m.tab][m.order[m.tab]].less; less != nil {
		slices.SortStableFunc(is, func(a, b item) int {
			switch {
			case less(a, b):
				return -1
			case less(b, a):
				return 1
			}
			return 0
		})
	}
	return is
}

// cursor finds the line under the cursor: it stays with what it pointed to,
// wherever that moved.
func (m *Model) cursor(is []item) int {
	t := m.tab
	if m.picked[t] != "" {
		if i := slices.IndexFunc(is, func(x item) bool { return x.key() == m.picked[t] }); i >= 0 {
			m.at[t] = i
			return i
		}
	}
	m.at[t] = max(min(m.at[t], len(is)-1), 0)
	return m.at[t]
}

func (m *Model) move(is []item, to int) {
	to = max(min(to, len(is)-1), 0)
	m.at[m.tab], m.picked[m.tab] = to, ""
	if to > 0 && to < len(is) {
		m.picked[m.tab] = is[to].key()
	}
}

// stay keeps the cursor with a line that was looked at, also at the top, where it else stays with the newest: who comes back
// from it and saves it means this one.
func (m *Model) stay(i item) { m.picked[m.tab] = i.key() }

// save asks for the frames of what was chosen and writes them.
func (m *Model) save(name string) tea.Cmd {
	match, write, desk := m.match, m.Save, m.desk
	return func() tea.Msg {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		fs, gone, err := desk.Gather(ctx, match)
		if err == nil && len(fs) > 0 {
			err = write(name, fs)
		}
		return saved{len(fs), gone, name, err}
	}
}

// count counts things: the first forms are for one.
func (m *Model) count(n int, en1, en, es1, es string) string {
	return words.Number(n, m.pick(en1, es1), m.pick(en, es))
}

func (m *Model) savedText(s saved) string {
	name := clean(s.name)
	switch {
	case s.err != nil:
		return m.pick("not saved: ", "no se guardó: ") + clean(words.Message(m.Lang, s.err.Error()))
	case s.frames == 0:
		return m.pick("not saved: its packets are no longer kept", "no se guardó: sus paquetes ya no están")
	case s.gone > 0:
		return m.count(s.frames, "frame", "frames", "trama", "tramas") + m.pick(" in ", " en ") + name + "; " +
			m.count(s.gone, "earlier one was no longer kept", "earlier ones were no longer kept", "anterior ya no estaba", "anteriores ya no estaban")
	}
	return m.count(s.frames, "frame", "frames", "trama", "tramas") + m.pick(" in ", " en ") + name
}

// choose prepares to save what is under the cursor.
func (m *Model) choose(i item) (file string) {
	switch x := i.(type) {
	case *connItem:
		m.match, m.saving = OfConnection(x.ID), "#"+x.key()
		return fmt.Sprintf("portero-%d.pcapng", x.ID)
	case *portItem:
		at := netip.AddrPortFrom(x.Host, x.Port.Port)
		m.match, m.saving = OfDoor(x.Proto, at), at.String()
		return fmt.Sprintf("portero-port-%d.pcapng", x.Port.Port)
	case *hostItem:
		m.match, m.saving = OfHost(x.Addr), x.Addr.String()
		return "portero-host.pcapng"
	case *findingItem:
		m.match, m.saving = OfHost(x.Finding.Host()), x.Finding.Host().String()
		if !x.Finding.Host().IsValid() {
			m.match, m.saving = OfDoor(x.Proto, netip.AddrPortFrom(netip.IPv4Unspecified(), x.Port)), fmt.Sprintf("%d/%s", x.Port, record.ProtoName(x.Proto))
		}
		return "portero-" + x.Kind + ".pcapng"
	}
	return ""
}

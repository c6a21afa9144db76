package screen

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"portero/internal/words"
)

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

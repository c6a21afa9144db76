package screen

import (
	"strings"

	"portero/internal/where"
	"portero/internal/words"
)

// filter chooses lines as it is typed: every word must be somewhere in the line,
// those after ! must not. With a comparison in it, it is an expression over the
// record's keys, as --where takes them.
type filter struct {
	text  string
	words []string
	expr  *where.Filter
	bad   string // why the expression cannot be used yet
}

const maxFilter = 200

func newFilter(text string) filter {
	f := filter{text: text}
	if strings.ContainsAny(text, "=<>") || strings.Contains(text, " in [") || strings.Contains(text, " contains ") {
		var err error
		if f.expr, err = where.Compile(text); err != nil {
			f.bad, _, _ = strings.Cut(err.Error(), "\n")
		}
		return f
	}
	f.words = strings.Fields(strings.ToLower(text))
	return f
}

// complaint says in the screen's language why the filter that is typed cannot be used yet, "" when it can.
func (m *Model) complaint() string {
	const as = "--where: " // it is one of its expressions, and so are its errors
	bad := m.filter[m.tab].bad
	if bad == "" {
		return ""
	}
	return strings.TrimPrefix(words.Message(m.Lang, as+bad), as)
}

// pick returns the items that the filter lets through.
func (f *filter) pick(all []item, c *setting) []item {
	if f.expr == nil && len(f.words) == 0 {
		return all
	}
	var out []item
	for _, i := range all {
		if f.match(i, c) {
			out = append(out, i)
		}
	}
	return out
}

func (f *filter) match(i item, c *setting) bool {
	if f.expr != nil {
		r, ok := i.(*connItem)
		if !ok {
			return true // expressions speak of connections
		}
		yes, err := f.expr.Match(r.Record)
		return yes && err == nil
	}
	text := strings.ToLower(strings.Join(i.cells(c), " ") + " " + i.more())
	for _, w := range f.words {
		not, found := strings.CutPrefix(w, "!")
		if found && not == "" {
			continue
		}
		if strings.Contains(text, not) == found {
			return false
		}
	}
	return true
}

package screen

import (
	"net/netip"
	"strings"

	"portero/internal/where"
	"portero/internal/words"
)

// filter chooses lines as it is typed: every word must be somewhere in the line,
// those after ! must not; an address must be there whole, for 10.0.0.1 is not 10.0.0.12.
// With a comparison in it, it is an expression over the record's keys, as --where takes them.
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
		if contains(text, not) == found {
			return false
		}
	}
	return true
}

// contains reports whether word is somewhere in text, an address, or an address with its port, as a whole.
func contains(text, word string) bool {
	at, _, transport := strings.Cut(word, "/")
	_, err := netip.ParseAddrPort(at)
	port := err == nil
	if a, err := netip.ParseAddr(at); !port && (err != nil || transport || a.Is6() && strings.HasSuffix(at, "::")) { // which begins a longer one
		return strings.Contains(text, word)
	}
	beside := "0123456789."
	if strings.Count(at, ":") > 1 {
		beside = "0123456789abcdef:"
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		before := i > 0 && strings.IndexByte(beside, text[i-1]) >= 0
		var after bool
		switch rest := text[end:]; {
		case rest == "" || transport:
		case port || beside[len(beside)-1] == '.': // a full stop behind it may end a sentence
			after = rest[0] >= '0' && rest[0] <= '9' || len(rest) > 1 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9'
		default:
			after = strings.IndexByte(beside, rest[0]) >= 0
		}
		if !before && !after {
			return true
		}
		from = i + 1
	}
}

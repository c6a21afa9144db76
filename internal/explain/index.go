package explain

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"

	"portero/catalog"
)

// index is what a catalogue tells of each port of TCP and UDP, made ready to be searched: to read all
// of it anew for every word took a tenth of a second.
type index struct {
	of     *catalog.Catalog
	doors  []told
	called map[string][]door // by plain name, registered or in practice
}

// told is a port of which something is told.
type told struct {
	door
	names []string // of its facts, plain
	text  string   // all that is told, in lower case; a NUL, which is part of no word, between two texts
}

// lately is the index of the catalogue that was asked last. A program asks one; catalogues never change.
var lately atomic.Pointer[index]

// indexOf is the index of a catalogue.
func indexOf(c *catalog.Catalog) *index {
	if x := lately.Load(); x != nil && x.of == c {
		return x
	}
	x := &index{of: c, called: map[string][]door{}}
	for port := range 1 << 16 {
		for _, p := range protos[:2] {
			at := door{uint16(port), p.proto}
			registered, practice := plain(c.Registered(p.proto, at.port)), plain(c.Practice(p.proto, at.port))
			if registered != "" {
				x.called[registered] = append(x.called[registered], at)
			}
			if practice != "" && practice != registered {
				x.called[practice] = append(x.called[practice], at)
			}
			if d := tell(c, at); d.text != "" {
				x.doors = append(x.doors, d)
			}
		}
	}
	lately.Store(x)
	return x
}

// tell gathers what a catalogue tells of one port.
func tell(c *catalog.Catalog, at door) told {
	d, texts := told{door: at}, []string(nil)
	say := func(all ...string) {
		for _, s := range all {
			if s != "" {
				texts = append(texts, strings.ToLower(s))
			}
		}
	}
	e, _ := c.Lookup(at.proto, at.port)
	en, es := c.PracticeNote(at.proto, at.port)
	say(e.Description, en, es)
	for _, f := range c.Facts(at.proto, at.port) {
		d.names = append(d.names, parts(f.Name)...)
		n := c.Note(f)
		say(f.Name, n.EN, n.ES)
	}
	d.text = strings.Join(texts, "\x00")
	return d
}

// find lists the ports that go by a name, by their numbers; where there are none, those that mention it.
func (x *index) find(w string) []door {
	key, word := plain(w), strings.ToLower(strings.TrimSpace(w))
	exact := slices.Clone(x.called[key])
	var said []door
	for _, d := range x.doors {
		switch {
		case slices.ContainsFunc(d.names, func(n string) bool { return n == key || len(key) > 4 && strings.HasPrefix(n, key) }):
			if !slices.Contains(exact, d.door) {
				exact = append(exact, d.door)
			}
		case len(exact) == 0 && mentions(d.text, word):
			said = append(said, d.door)
		}
	}
	if len(exact) == 0 {
		return said
	}
	slices.SortFunc(exact, func(a, b door) int { return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.proto, b.proto)) })
	return exact
}

// mentions reports whether text holds w as words of its own, both in lower case.
func mentions(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		i += at
		if end := i + len(w); (i == 0 || !letter(text[i-1])) && (end == len(text) || !letter(text[end])) {
			return true
		}
		at = i + 1
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 128 }

package catalog

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"portero/capture"
)

// Kind is what all facts of a kind have in common, in both languages.
type Kind struct {
	Cap                  string // the worst severity a fact of it may have
	Attack               string // ATT&CK technique, "" without one
	TitleEN, TitleES     string
	ExplainEN, ExplainES string
	DoEN, DoES           string
}

// Note is what is told of one fact beside its kind. Fields may be empty.
type Note struct {
	Era    string // years
	Ratio  string // octets of answer for one of question, for amplifiers
	EN, ES string
}

// Range is the numbers a system gives to callers.
type Range struct {
	EN, ES      string
	First, Last uint16
	Today       bool // still in use
	Source      string
}

var allKinds = sync.OnceValue(func() map[string]Kind {
	m := map[string]Kind{}
	for _, r := range records("kinds.csv") {
		m[r[0]] = Kind{r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8]}
	}
	return m
})

var allNotes = sync.OnceValue(func() map[[2]string]Note {
	m := map[[2]string]Note{}
	for _, r := range records("notes.csv") {
		m[[2]string{r[0], r[1]}] = Note{r[2], r[3], r[4], r[5]}
	}
	return m
})

var practiceNotes = sync.OnceValue(func() map[uint32][2]string {
	m := map[uint32][2]string{}
	for _, r := range records("practice.csv") {
		n, _ := strconv.ParseUint(r[0], 10, 16)
		m[key(protoOf(r[1]), uint16(n))] = [2]string{r[3], r[4]}
	}
	return m
})

var ephemeral = sync.OnceValue(func() []Range {
	var out []Range
	for _, r := range records("ranges.csv") {
		a, _ := strconv.ParseUint(r[2], 10, 16)
		b, _ := strconv.ParseUint(r[3], 10, 16)
		out = append(out, Range{r[0], r[1], uint16(a), uint16(b), r[4] == "yes", r[5]})
	}
	return out
})

// Kind returns what facts of a kind have in common.
func (c *Catalog) Kind(name string) (Kind, bool) {
	k, ok := allKinds()[name]
	return k, ok
}

// Note returns what is told of a fact, the zero Note where there is nothing. A
// fact without words of its own has those of its kind, kept under "*".
func (c *Catalog) Note(f Fact) Note {
	if f.note != nil {
		return *f.note
	}
	n := allNotes()[[2]string{f.Kind, f.Name}]
	if n.EN == "" {
		d := allNotes()[[2]string{f.Kind, "*"}]
		n.EN, n.ES = d.EN, d.ES
	}
	return n
}

// PracticeNote says in both languages what people run on a port, "" twice where
// nothing is known.
func (c *Catalog) PracticeNote(proto uint8, port uint16) (en, es string) {
	if c.own != nil {
		if n, ok := c.own.practice[key(proto, port)]; ok {
			return n[0], n[1]
		}
	}
	n := practiceNotes()[key(proto, port)]
	return n[0], n[1]
}

// Ephemeral lists the ranges from which systems take callers' numbers (RFC 6335,
// section 6, names 49152 to 65535; systems differ). Do not change it.
func (c *Catalog) Ephemeral() []Range { return ephemeral() }

// Kinds lists the kinds of facts by name.
func Kinds() []string {
	var names []string
	for k := range allKinds() {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// All lists every fact once, by port, protocol and kind.
func (c *Catalog) All() []Fact {
	var out []Fact
	for port := range 1 << 16 {
		for _, proto := range []uint8{capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP} {
			for _, f := range c.Facts(proto, uint16(port)) {
				if f.Port == uint16(port) {
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// OfOld reports whether a kind is about programs of the past.
func OfOld(kind string) bool {
	return kind == "malware-default" || kind == "rat-default" || kind == "c2-default" || kind == "worm-artifact"
}

// Word is something that texts about ports name and that is no port itself.
type Word struct {
	Names  []string // the usual one first
	EN, ES string
	Source string
	See    []string // "25/tcp"
}

var allWords = sync.OnceValue(func() []Word {
	var out []Word
	for _, r := range records("words.csv") {
		out = append(out, Word{strings.Split(r[0], "|"), r[1], r[2], r[3], strings.Fields(r[4])})
	}
	return out
})

// Words lists the words that are explained beside ports. Do not change it.
func Words() []Word { return allWords() }

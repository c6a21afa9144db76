package explain

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"portero/catalog"
	"portero/internal/findings"
	"portero/internal/record"
	lang "portero/internal/words"
)

// in is the text in a language.
func (e *entry) in(l lang.Lang) string { return l.Pick(e.text, spanish[e.kind+" "+e.word]) }

// Entry is one meaning of a word.
type Entry struct {
	Word string `json:"word"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Explain gives every meaning of a word, the likeliest first. Without one it
// gives suggestions.
func Explain(c *catalog.Catalog, l lang.Lang, word string) (found []Entry, suggest []string) {
	q := ask(c, l, word)
	lower := q.word == q.folded
	if !lower {
		q.state() // in capitals a state before what else is called so
	}
	q.vocabulary()
	if lower {
		q.state()
	}
	if q.onlyHistory() {
		return q.found, nil
	}
	q.finding()
	q.ipProtocol()
	q.add(named(c, l, q.word)...)
	// To look for a name is to read what is known of all ports: a page asks for a hundred words of other kinds.
	if q.wants("service") {
		if e, ok := spoken(c, l, q.word); ok {
			q.add(e)
		}
	}
	q.number()
	q.letters()
	q.ipProtocolName()
	q.key()
	if len(q.found) == 0 {
		// Trojan Executor, as lists have it, where a trojan is not called so itself.
		if kind, name, more := strings.Cut(q.folded, "_"); more && !q.prefixed && (kind == "trojan" || kind == "troyano") {
			return Explain(c, l, strings.ReplaceAll(name, "_", " "))
		}
		suggest = near(q.folded)
	}
	return q.found, suggest
}

// question is a word that is to be explained, and the meanings that were found so far.
type question struct {
	c *catalog.Catalog
	l lang.Lang

	word     string // without its prefix
	folded   string // as keys and verdicts are written
	kind     string // the prefix: of which kind the meanings are to be
	prefixed bool
	spelt    bool // the letters of a Zeek history that is of both ends

	found []Entry
}

// ask takes what somebody wrote apart.
func ask(c *catalog.Catalog, l lang.Lang, written string) *question {
	q := &question{c: c, l: l, word: strings.TrimSpace(written)}
	q.word = doorOf(q.word)
	kind, rest, prefixed := strings.Cut(q.word, ":")
	if prefixed {
		q.word = rest
	}
	q.kind, q.prefixed = kind, prefixed
	q.word = asPort(q.word)
	q.folded = strings.ReplaceAll(strings.ToLower(q.word), " ", "_")
	q.spelt = history(q.word)
	return q
}

// add keeps those meanings that are of the kind that was asked for.
func (q *question) add(meanings ...Entry) {
	for _, e := range meanings {
		if q.wants(e.Kind) {
			e.Kind = q.l.Pick(e.Kind, kindsES[e.Kind])
			q.found = append(q.found, e)
		}
	}
}

// wants reports whether meanings of a kind are asked for.
func (q *question) wants(kind string) bool {
	return !q.prefixed || kindsES[kind] == q.kind || strings.HasPrefix(kind, q.kind) || strings.HasSuffix(kind, q.kind)
}

// state adds a state of TCP, as RFC 9293 or netstat spells it.
func (q *question) state() {
	name := strings.ToUpper(q.dashed())
	if s := netstat[name]; s != "" {
		name = s
	}
	if text := lang.State(q.l, name); text != "" {
		q.add(Entry{name, "TCP state", text})
	}
}

// dashed is the word as names with hyphens are written.
func (q *question) dashed() string { return strings.ReplaceAll(q.folded, "_", "-") }

// vocabulary adds the words that are explained one by one.
func (q *question) vocabulary() {
	for _, e := range words {
		if q.spelt && e.kind == "Zeek conn_state" {
			continue
		}
		if e.kind == "probe_kind" && len(q.found) > 0 && q.word == strings.ToUpper(q.word) {
			continue // in capitals FIN and ACK are the flags
		}
		if strings.ToLower(e.word) == q.folded || bare(e.word) == bare(q.word) || e.called(q.word) {
			q.add(Entry{e.word, e.kind, e.in(q.l)})
		}
	}
}

// onlyHistory adds a history with letters of both ends: nothing else is written like that.
func (q *question) onlyHistory() bool {
	text, ok := History(q.l, q.word)
	if !ok || !q.spelt || q.word == q.folded || len(q.found) > 0 {
		return false
	}
	q.add(Entry{q.word, "Zeek history", text})
	return true
}

func (q *question) finding() {
	k, ok := findings.KindOf(q.dashed())
	if !ok {
		return
	}
	pick := func(t [2]string) string { return q.l.Pick(t[0], t[1]) }
	q.add(Entry{k.ID, "finding", fmt.Sprintf(q.l.Pick("%s.\nmeans: %s\ninnocent: %s\nnext: %s\nbasis: %s, at most %s, ATT&CK %s", "%s.\nindica: %s\ninocente: %s\ndespués: %s\nbase: %s, gravedad %s como mucho, ATT&CK %s"),
		pick(k.Title), pick(k.Means), pick(k.Innocent), pick(k.Next), lang.Basis(q.l, k.Basis), lang.Severity(q.l, k.Severity), k.Attack)})
}

// ipProtocol adds the protocol of an IP header where its number is asked for as one.
func (q *question) ipProtocol() {
	for _, p := range []string{"ip protocol ", "protocolo ip ", "ip-protocol "} {
		number, ok := strings.CutPrefix(strings.ToLower(q.word), p)
		n, err := strconv.ParseUint(number, 10, 8)
		if !ok || err != nil {
			continue
		}
		shown, text := "IP protocol "+strconv.FormatUint(n, 10), lang.IPProtocol(q.l, uint8(n))
		switch name := record.ProtoName(uint8(n)); {
		case text != "":
			text += unjudged(q.l)
		case name != strconv.FormatUint(n, 10):
			text = name
		default:
			text = q.l.Pick("A number that has no name here.", "Un número que aquí no tiene nombre.")
		}
		q.add(Entry{shown, "IP protocol", text})
	}
}

// ipProtocolName puts the protocol of an IP header that is called so before what else is.
func (q *question) ipProtocolName() {
	if n, ok := lang.IPProtocolCalled(q.word); ok {
		rest := q.found
		q.found = nil
		q.add(Entry{"IP protocol " + strconv.Itoa(int(n)), "IP protocol", lang.IPProtocol(q.l, n) + unjudged(q.l)})
		q.found = append(q.found, rest...)
	}
}

func unjudged(l lang.Lang) string {
	return l.Pick(". No opening of it is judged.", ". No se juzga ninguna apertura suya.")
}

// number adds what a number may be: a port, tcp/22 and 22/tcp too, several (137-139, 80,443), and Wireshark's sum.
func (q *question) number() {
	proto, number := "", q.word
	if a, b, ok := strings.Cut(q.word, "/"); ok {
		if len(portsOf(a)) > 0 {
			number, proto = a, strings.ToLower(b)
		} else {
			proto, number = strings.ToLower(a), b
		}
	}
	ports := portsOf(number)
	for _, n := range ports {
		q.add(Port(q.c, q.l, n, proto)...)
	}
	if len(ports) == 1 && ports[0] < 64 && proto == "" {
		q.add(Entry{q.word, "Wireshark completeness", Completeness(q.l, int(ports[0]))})
	}
}

// letters adds flags, a history and services of that name, where the word is nothing else or
// one of these is asked for.
func (q *question) letters() {
	if len(q.found) > 0 && !q.prefixed {
		return
	}
	// Flags are written in capitals, and a history has letters that no service is named by.
	ports := q.wants("port")
	service := ports && strings.ToUpper(q.word) != q.word && len(indexOf(q.c).called[plain(q.word)]) > 0
	if !service {
		q.spell()
	}
	if ports && len(q.word) > 2 && (len(q.found) == 0 || q.prefixed) {
		q.add(byName(q.c, q.l, q.word)...)
	}
	if service {
		q.spell()
	}
}

// spell adds what the letters say one by one.
func (q *question) spell() {
	flags, isFlags := Flags(q.l, q.word)
	text, isHistory := History(q.l, q.word)
	if isHistory && q.spelt {
		q.add(Entry{q.word, "Zeek history", text})
	}
	if isFlags {
		q.add(Entry{q.word, "flags", flags})
	}
	if isHistory && !q.spelt {
		q.add(Entry{q.word, "Zeek history", text})
	}
}

// key adds the key of the record that is called so.
func (q *question) key() {
	for _, f := range record.Schema() {
		if f.Name == q.folded {
			q.add(Entry{f.Name, "key of the record", Field(q.l, &f) + "."})
		}
	}
}

// Completeness explains Wireshark's tcp.completeness.
func Completeness(l lang.Lang, n int) string {
	names := []string{"SYN", "SYN-ACK", "ACK", l.Pick("data", "datos"), "FIN", "RST"}
	var has []string
	for i, s := range names {
		if n&(1<<i) != 0 {
			has = append(has, fmt.Sprintf("%d %s", 1<<i, s))
		}
	}
	if len(has) == 0 {
		return l.Pick("Nothing that Wireshark counts: no packet with these flags, or a single one that is no SYN.",
			"Nada que Wireshark cuente: ningún paquete con estos indicadores, o uno solo que no es un SYN.")
	}
	return l.Pick("Seen: ", "Visto: ") + strings.Join(has, ", ") + l.Pick(". It counts flags and compares no number: a RST that refuses counts as an ACK too.",
		". Cuenta indicadores y no compara ningún número: un RST que rechaza cuenta también como ACK.")
}

var letters = map[byte]string{'s': "SYN", 'h': "SYN-ACK", 'a': "a pure ACK", 'd': "data", 'f': "FIN", 'r': "RST", 'c': "a packet with a wrong checksum",
	'g': "a gap: bytes the capture lacks", 't': "bytes sent again", 'w': "a closed window", 'i': "FIN and RST together", 'q': "other impossible flags"}

// History explains a Zeek history letter by letter.
func History(l lang.Lang, h string) (string, bool) {
	if h == "" || len(h) > 64 {
		return "", false
	}
	var out []string
	for i := 0; i < len(h); i++ {
		c := h[i]
		if c == '^' {
			out = append(out, l.Pick("^ Zeek turned the roles round", "^ Zeek cambió los papeles"))
			continue
		}
		low := c | 0x20
		t := l.Pick(letters[low], lettersES[low])
		if t == "" || (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return "", false
		}
		who := l.Pick("originator", "iniciador")
		if c == low {
			who = l.Pick("responder", "respondedor")
		}
		out = append(out, fmt.Sprintf("%c %s: %s", c, who, t))
	}
	return strings.Join(out, "\n") + l.Pick("\nEach letter is written when it first happens, in order.", "\nCada letra se escribe cuando ocurre por primera vez, por orden."), true
}

// Flags explains a combination of flags, "SA" or "SYN-ACK" or "SYN,ACK".
func Flags(l lang.Lang, s string) (string, bool) {
	short := map[rune]string{'S': "SYN", 'A': "ACK", 'F': "FIN", 'R': "RST", 'P': "PSH", 'U': "URG", 'E': "ECE", 'C': "CWR"}
	var names []string
	up := strings.ToUpper(s)
	if b := strings.TrimSuffix(strings.TrimPrefix(up, "["), "]"); strings.Contains(b, ".") || b != up { // as tcpdump writes them
		up = strings.NewReplacer(".", "A", "W", "C").Replace(b)
	}
	if strings.ContainsAny(up, "-,+|") {
		names = strings.FieldsFunc(up, func(r rune) bool { return strings.ContainsRune("-,+|", r) })
	} else {
		for _, r := range up {
			n := short[r]
			if n == "" {
				return "", false
			}
			names = append(names, n)
		}
	}
	var out []string
	for _, n := range names {
		ok := false
		for _, e := range words {
			if e.kind == "flag" && e.word == n {
				out = append(out, n+": "+e.in(l))
				ok = true
			}
		}
		if !ok {
			return "", false
		}
	}
	return strings.Join(out, "\n"), len(out) > 0
}

// near suggests words that look alike.
func near(w string) []string {
	type cand struct {
		word string
		d    int
	}
	var cs []cand
	for _, e := range words {
		if d := record.EditDistance(w, strings.ToLower(e.word)); d <= 3 {
			cs = append(cs, cand{e.word, d})
		}
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].d < cs[j].d })
	var out []string
	for _, c := range cs[:min(len(cs), 4)] {
		if len(out) == 0 || out[len(out)-1] != c.word {
			out = append(out, c.word)
		}
	}
	return out
}

// Words lists the words that are explained one by one, for completion.
func Words() []string {
	var out []string
	for _, e := range words {
		out = append(out, e.word)
	}
	sort.Strings(out)
	return out
}

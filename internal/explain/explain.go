package explain

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"portero/capture"
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
	w := strings.TrimSpace(word)
	kind, rest, prefixed := strings.Cut(w, ":")
	if prefixed {
		w = rest
	}
	add := func(e Entry) {
		es := kindsES[e.Kind]
		if !prefixed || es == kind || strings.HasPrefix(e.Kind, kind) || strings.HasSuffix(e.Kind, kind) {
			e.Kind = l.Pick(e.Kind, es)
			found = append(found, e)
		}
	}
	w = asPort(w)
	folded := strings.ReplaceAll(strings.ToLower(w), " ", "_")
	spelt := history(w)
	state := func() {
		name := strings.ToUpper(strings.ReplaceAll(folded, "_", "-"))
		if s := netstat[name]; s != "" {
			name = s
		}
		if text := lang.State(l, name); text != "" {
			add(Entry{name, "TCP state", text})
		}
	}
	if w != folded {
		state()
	}
	for _, e := range words {
		if spelt && e.kind == "Zeek conn_state" {
			continue
		}
		if e.kind == "probe_kind" && len(found) > 0 && w == strings.ToUpper(w) {
			continue // in capitals FIN and ACK are the flags
		}
		if strings.ToLower(e.word) == folded || bare(e.word) == bare(w) || e.called(w) {
			add(Entry{e.word, e.kind, e.in(l)})
		}
	}
	if w == folded {
		state()
	}
	if text, ok := History(l, w); ok && spelt && w != folded && len(found) == 0 {
		add(Entry{w, "Zeek history", text})
		return found, nil // letters of both ends: nothing else is written like that
	}
	if k, ok := findings.KindOf(strings.ReplaceAll(folded, "_", "-")); ok {
		pick := func(t [2]string) string { return l.Pick(t[0], t[1]) }
		add(Entry{k.ID, "finding", fmt.Sprintf(l.Pick("%s.\nmeans: %s\ninnocent: %s\nnext: %s\nbasis: %s, at most %s, ATT&CK %s", "%s.\nindica: %s\ninocente: %s\ndespués: %s\nbase: %s, gravedad %s como mucho, ATT&CK %s"),
			pick(k.Title), pick(k.Means), pick(k.Innocent), pick(k.Next), lang.Basis(l, k.Basis), lang.Severity(l, k.Severity), k.Attack)})
	}
	for _, p := range []string{"ip protocol ", "protocolo ip ", "ip-protocol "} {
		number, ok := strings.CutPrefix(strings.ToLower(w), p)
		n, err := strconv.ParseUint(number, 10, 8)
		if !ok || err != nil {
			continue
		}
		shown, text := lang.Protocol(lang.English, strconv.FormatUint(n, 10)), lang.IPProtocol(l, uint8(n))
		switch name := record.ProtoName(uint8(n)); {
		case text != "":
			text += l.Pick(". No opening of it is judged.", ". No se juzga ninguna apertura suya.")
		case name != strconv.FormatUint(n, 10):
			text = name
		default:
			text = l.Pick("A number that has no name here.", "Un número que aquí no tiene nombre.")
		}
		add(Entry{shown, "IP protocol", text})
	}
	for _, e := range named(c, l, w) {
		add(e)
	}
	if e, ok := spoken(c, l, w); ok {
		add(e)
	}
	proto, number := "", w
	if a, b, ok := strings.Cut(w, "/"); ok {
		if _, err := strconv.Atoi(a); err == nil {
			number, proto = a, strings.ToLower(b)
		} else {
			proto, number = strings.ToLower(a), b
		}
	}
	if n, err := strconv.ParseUint(number, 10, 16); err == nil {
		for _, e := range Port(c, l, uint16(n), proto) {
			add(e)
		}
		if n < 64 && proto == "" {
			add(Entry{w, "Wireshark completeness", Completeness(l, int(n))})
		}
	}
	spell := func() {
		flags, isFlags := Flags(l, w)
		text, isHistory := History(l, w)
		if isHistory && spelt {
			add(Entry{w, "Zeek history", text})
		}
		if isFlags {
			add(Entry{w, "flags", flags})
		}
		if isHistory && !spelt {
			add(Entry{w, "Zeek history", text})
		}
	}
	if len(found) == 0 || prefixed {
		// Flags are written in capitals, and a history has letters that no service is named by.
		service := strings.ToUpper(w) != w && len(called(c, w)) > 0
		if !service {
			spell()
		}
		if len(w) > 2 && (len(found) == 0 || prefixed) {
			for _, e := range byName(c, l, w) {
				add(e)
			}
		}
		if service {
			spell()
		}
	}
	for _, f := range record.Schema() {
		if f.Name == folded {
			add(Entry{f.Name, "key of the record", Field(l, &f) + "."})
		}
	}
	if len(found) == 0 {
		suggest = near(folded)
	}
	return found, suggest
}

var protos = []struct {
	name  string
	proto uint8
}{{"tcp", capture.ProtoTCP}, {"udp", capture.ProtoUDP}, {"sctp", capture.ProtoSCTP}}

// Port explains a port number: the registry, practice, history, and what to
// make of it.
func Port(c *catalog.Catalog, l lang.Lang, port uint16, only string) []Entry {
	var out []Entry
	class := map[string][2]string{"system": {"system port (0-1023)", "puerto bien conocido (0-1023)"}, "user": {"registered range (1024-49151)", "zona de registrados (1024-49151)"},
		"dynamic": {"dynamic range (49152-65535): numbers for callers", "zona dinámica (49152-65535): números para los que llaman"}}[c.PortClass(port)]
	for _, p := range protos {
		if only != "" && only != p.name || only == "" && p.name == "sctp" {
			continue
		}
		e, ok := c.Lookup(p.proto, port)
		practice := c.Practice(p.proto, port)
		facts := c.Facts(p.proto, port)
		if !ok && practice == "" && len(facts) == 0 && only == "" && p.name != "tcp" {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s.\n", l.Pick(class[0], class[1]))
		if ok {
			b.WriteString(l.Pick("registry: ", "registro: ") + e.Name)
			if e.Description != "" && !strings.EqualFold(e.Description, e.Name) {
				fmt.Fprintf(&b, " - %s", e.Description)
			}
			b.WriteString(" (IANA)\n")
		} else {
			b.WriteString(l.Pick("registry: no name (IANA)\n", "registro: sin nombre (IANA)\n"))
		}
		if practice != "" {
			if note := l.Pick(c.PracticeNote(p.proto, port)); note != "" {
				fmt.Fprintf(&b, "%s: %s - %s\n", l.Pick("practice", "en la práctica"), practice, note)
			} else if practice != e.Name {
				fmt.Fprintf(&b, "%s: %s\n", l.Pick("practice", "en la práctica"), practice)
			}
		}
		_, hint := c.PortHint(p.proto, port)
		old := false
		kinds := map[string]bool{}
		facts = slices.Clone(facts)
		slices.SortStableFunc(facts, func(a, b catalog.Fact) int { return weight(a.Kind) - weight(b.Kind) })
		today := slices.ContainsFunc(facts, func(f catalog.Fact) bool { return weight(f.Kind) < 2 })
		for _, f := range facts {
			k, _ := c.Kind(f.Kind)
			name := strings.TrimSpace(strings.Join([]string{f.Name, era(c.Note(f))}, " "))
			fmt.Fprintf(&b, "%s: %s, %s", label(f.Kind, l), name, l.Pick(k.TitleEN, k.TitleES))
			if n := c.Note(f); n.Ratio != "" && n.Ratio != "-" {
				fmt.Fprintf(&b, l.Pick(": answers of %s times the question", ": respuestas de %s veces la pregunta"), n.Ratio)
			}
			if n := c.Note(f); l.Pick(n.EN, n.ES) != "" {
				b.WriteString(". " + strings.TrimSuffix(l.Pick(n.EN, n.ES), "."))
			}
			fmt.Fprintf(&b, " (%s)\n", f.Reference)
			old = old || catalog.OfOld(f.Kind)
			kinds[f.Kind] = true
		}
		for _, f := range facts {
			if kinds[f.Kind] && !catalog.OfOld(f.Kind) && (f.Kind != "legacy" || !today) {
				k, _ := c.Kind(f.Kind)
				if do := l.Pick(k.DoEN, k.DoES); do != "" {
					b.WriteString(l.Pick("do: ", "qué hacer: ") + do + "\n")
				}
				kinds[f.Kind] = false
			}
		}
		switch {
		case hint:
			b.WriteString(l.Pick("so: the number alone proves nothing. It is looked at only when a host answers there, and then called a low hint. A client that merely calls from it is nobody.",
				"conclusión: el número solo no prueba nada. Se mira solo cuando un equipo contesta ahí, y entonces es un indicio de gravedad baja. Un cliente que llama desde él no es nadie."))
		case old:
			b.WriteString(l.Pick("so: an ordinary service lives here today; the number's history is told, and never counted against it.",
				"conclusión: hoy vive aquí un servicio corriente; la historia del número se cuenta, y nunca en su contra."))
		case c.PortClass(port) == "dynamic":
			b.WriteString(l.Pick("so: seen as a caller's port it means nothing at all; a service that always answers here chose an unusual door.",
				"conclusión: como puerto de quien llama no significa nada; un servicio que siempre contesta aquí eligió una puerta poco habitual."))
		default:
			b.WriteString(l.Pick("so: the number says what is usual, not what was spoken.", "conclusión: el número dice qué es lo habitual, no qué se habló."))
		}
		out = append(out, Entry{fmt.Sprintf("%d/%s", port, p.name), "port", b.String()})
	}
	if c.PortClass(port) != "system" && len(out) > 0 {
		var who []string
		for _, r := range c.Ephemeral() {
			if port >= r.First && port <= r.Last {
				who = append(who, fmt.Sprintf("%s (%d-%d)", l.Pick(r.EN, r.ES), r.First, r.Last))
			}
		}
		if len(who) > 0 {
			out[len(out)-1].Text += "\n" + l.Pick("callers of these systems get such numbers: ", "a los que llaman desde estos sistemas les tocan números así: ") + strings.Join(who, ", ") + "."
		}
	}
	return out
}

// weight puts what matters of a port today before what others do with it, and both
// before the past.
func weight(kind string) int {
	switch {
	case catalog.OfOld(kind):
		return 3
	case kind == "legacy":
		return 2
	case kind == "amplifier" || kind == "lan-poisoning" || kind == "botnet-scan" || kind == "worm-vector":
		return 1
	}
	return 0
}

func era(n catalog.Note) string {
	if n.Era == "" {
		return ""
	}
	return "(" + n.Era + ")"
}

// label says whether a fact is of the past or of today.
func label(kind string, l lang.Lang) string {
	if weight(kind) >= 2 {
		return l.Pick("history", "historia")
	}
	return l.Pick("note", "nota")
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

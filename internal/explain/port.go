package explain

import (
	"fmt"
	"slices"
	"strings"

	"portero/capture"
	"portero/catalog"
	lang "portero/internal/words"
)

type transport struct {
	name  string
	proto uint8
}

var protos = []transport{{"tcp", capture.ProtoTCP}, {"udp", capture.ProtoUDP}, {"sctp", capture.ProtoSCTP}, {"dccp", capture.ProtoDCCP}, {"udp-lite", capture.ProtoUDPLite}}

// seldom reports whether few speak a transport: a number is told of in it where it has a name of its own there, or where that
// is asked for.
func seldom(proto uint8) bool { return proto != capture.ProtoTCP && proto != capture.ProtoUDP }

// Port explains a port number: the registry, practice, history, and what to
// make of it.
func Port(c *catalog.Catalog, l lang.Lang, port uint16, only string) []Entry {
	var out []Entry
	var told []string // names of the registry
	if only == "udplite" {
		only = "udp-lite"
	}
	for _, p := range protos {
		if only != "" && only != p.name {
			continue
		}
		d := factsOf(c, l, p.proto, port)
		if only == "" && (d.nothing() && p.name != "tcp" || seldom(p.proto) && (!d.named || slices.Contains(told, d.registered.Name))) {
			continue
		}
		told = append(told, d.registered.Name)
		var b strings.Builder
		d.class(&b)
		d.registry(&b)
		d.practice(&b)
		d.history(&b)
		d.advice(&b)
		d.conclusion(&b)
		out = append(out, Entry{fmt.Sprintf("%d/%s", port, p.name), "port", b.String()})
	}
	if len(out) > 0 {
		out[len(out)-1].Text += callers(c, l, port)
	}
	return out
}

// portFacts are what the catalogue has on one port of one protocol.
type portFacts struct {
	c     *catalog.Catalog
	l     lang.Lang
	proto uint8
	port  uint16

	registered catalog.Entry
	named      bool // the registry has a name
	usual      string
	facts      []catalog.Fact // what matters today before the past
}

func factsOf(c *catalog.Catalog, l lang.Lang, proto uint8, port uint16) *portFacts {
	d := &portFacts{c: c, l: l, proto: proto, port: port, usual: c.Practice(proto, port), facts: slices.Clone(c.Facts(proto, port))}
	d.registered, d.named = c.Lookup(proto, port)
	slices.SortStableFunc(d.facts, func(a, b catalog.Fact) int { return weight(a.Kind) - weight(b.Kind) })
	return d
}

func (d *portFacts) nothing() bool { return !d.named && d.usual == "" && len(d.facts) == 0 }

// class says of which range the number is.
func (d *portFacts) class(b *strings.Builder) {
	class := map[string][2]string{"system": {"system port (0-1023)", "puerto bien conocido (0-1023)"}, "user": {"registered range (1024-49151)", "zona de registrados (1024-49151)"},
		"dynamic": {"dynamic range (49152-65535): numbers for callers", "zona dinámica (49152-65535): números para los que llaman"}}[d.c.PortClass(d.port)]
	fmt.Fprintf(b, "%s.\n", d.l.Pick(class[0], class[1]))
}

func (d *portFacts) registry(b *strings.Builder) {
	if !d.named {
		b.WriteString(d.l.Pick("registry: no name (IANA)\n", "registro: sin nombre (IANA)\n"))
		return
	}
	e := d.registered
	b.WriteString(d.l.Pick("registry: ", "registro: ") + e.Name)
	if e.Description != "" && !strings.EqualFold(e.Description, e.Name) {
		fmt.Fprintf(b, " - %s", e.Description)
	}
	b.WriteString(" (IANA)\n")
}

// practice says what mostly lives there, where the registry does not say it.
func (d *portFacts) practice(b *strings.Builder) {
	if d.usual == "" {
		return
	}
	if note := d.l.Pick(d.c.PracticeNote(d.proto, d.port)); note != "" {
		fmt.Fprintf(b, "%s: %s - %s\n", d.l.Pick("practice", "en la práctica"), d.usual, note)
	} else if d.usual != d.registered.Name {
		fmt.Fprintf(b, "%s: %s\n", d.l.Pick("practice", "en la práctica"), d.usual)
	}
}

// history tells every fact, with where it is from.
func (d *portFacts) history(b *strings.Builder) {
	for _, f := range d.facts {
		k, _ := d.c.Kind(f.Kind)
		note := d.c.Note(f)
		name := strings.TrimSpace(strings.Join([]string{lang.Fact(d.l, f.Name), era(note, d.l)}, " "))
		fmt.Fprintf(b, "%s: %s, %s", label(f.Kind, d.l), name, d.l.Pick(k.TitleEN, k.TitleES))
		if note.Ratio != "" && note.Ratio != "-" {
			fmt.Fprintf(b, d.l.Pick(": answers of %s times the question", ": respuestas de %s veces la pregunta"), note.Ratio)
		}
		if said := d.l.Pick(note.EN, note.ES); said != "" {
			b.WriteString(". " + strings.TrimSuffix(said, "."))
		}
		fmt.Fprintf(b, " (%s)\n", f.Reference)
	}
}

// advice says once for each kind of fact what to do: of what is of old nothing, and of what was
// given up only where nothing of today speaks louder.
func (d *portFacts) advice(b *strings.Builder) {
	today := slices.ContainsFunc(d.facts, func(f catalog.Fact) bool { return weight(f.Kind) < 2 })
	said := map[string]bool{}
	for _, f := range d.facts {
		if said[f.Kind] || catalog.OfOld(f.Kind) || f.Kind == "legacy" && today {
			continue
		}
		k, _ := d.c.Kind(f.Kind)
		if do := d.l.Pick(k.DoEN, k.DoES); do != "" {
			b.WriteString(d.l.Pick("do: ", "qué hacer: ") + do + "\n")
		}
		said[f.Kind] = true
	}
}

// conclusion says what the number is worth.
func (d *portFacts) conclusion(b *strings.Builder) {
	_, hint := d.c.PortHint(d.proto, d.port)
	switch {
	case hint:
		b.WriteString(d.l.Pick("so: the number alone proves nothing. It is looked at only when a host answers there, and then called a low hint. A client that merely calls from it is nobody.",
			"conclusión: el número solo no prueba nada. Se mira solo cuando un equipo contesta ahí, y entonces es un indicio de gravedad baja. Un cliente que llama desde él no es nadie."))
	case slices.ContainsFunc(d.facts, func(f catalog.Fact) bool { return catalog.OfOld(f.Kind) }):
		b.WriteString(d.l.Pick("so: an ordinary service lives here today; the number's history is told, and never counted against it.",
			"conclusión: hoy vive aquí un servicio corriente; la historia del número se cuenta, y nunca en su contra."))
	case d.c.PortClass(d.port) == "dynamic" && d.usual != "" && d.usual != d.registered.Name:
		fmt.Fprintf(b, d.l.Pick("so: seen as a caller's port it means nothing at all; what always answers here is mostly %s.",
			"conclusión: como puerto de quien llama no significa nada; lo que siempre contesta aquí suele ser %s."), d.usual)
	case d.c.PortClass(d.port) == "dynamic":
		b.WriteString(d.l.Pick("so: seen as a caller's port it means nothing at all; a service that always answers here chose an unusual door.",
			"conclusión: como puerto de quien llama no significa nada; un servicio que siempre contesta aquí eligió una puerta poco habitual."))
	default:
		b.WriteString(d.l.Pick("so: the number says what is usual, not what was spoken.", "conclusión: el número dice qué es lo habitual, no qué se habló."))
	}
}

// callers says which systems give such a number to who calls, on a line of its own; "" where none does.
func callers(c *catalog.Catalog, l lang.Lang, port uint16) string {
	if c.PortClass(port) == "system" {
		return ""
	}
	var who []string
	for _, r := range c.Ephemeral() {
		if port >= r.First && port <= r.Last {
			who = append(who, fmt.Sprintf("%s (%d-%d)", l.Pick(r.EN, r.ES), r.First, r.Last))
		}
	}
	if len(who) == 0 {
		return ""
	}
	return "\n" + l.Pick("callers of these systems get such numbers: ", "a los que llaman desde estos sistemas les tocan números así: ") + strings.Join(who, ", ") + "."
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

func era(n catalog.Note, l lang.Lang) string {
	if n.Era == "" {
		return ""
	}
	return "(" + lang.Era(l, n.Era) + ")"
}

// label says whether a fact is of the past or of today.
func label(kind string, l lang.Lang) string {
	if weight(kind) >= 2 {
		return l.Pick("history", "historia")
	}
	return l.Pick("note", "nota")
}

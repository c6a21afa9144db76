package explain

import (
	"fmt"
	"strings"

	"portero/catalog"
	lang "portero/internal/words"
)

// plain makes names comparable: case, spaces and marks do not count.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r > 127:
			return r
		}
		return -1
	}, s)
}

// parts are the names that a fact's name holds: "Shtirlitz; Stealth" holds two,
// "Tiny Telnet Server (TTS)" three.
func parts(name string) []string {
	out := []string{plain(name)}
	bare, rest, ok := strings.Cut(name, " (")
	if ok {
		out = append(out, plain(bare), plain(rest))
	}
	for _, p := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(",;/()", r) }) {
		out = append(out, plain(strings.TrimSuffix(p, " and descendants")))
	}
	return out
}

// named explains the words of the catalogue that are no ports, and its kinds.
func named(c *catalog.Catalog, l lang.Lang, w string) []Entry {
	var out []Entry
	key := plain(w)
	if key == "" {
		return nil
	}
	for _, x := range catalog.Words() {
		for _, n := range x.Names {
			if plain(n) != key {
				continue
			}
			t := l.Pick(x.EN, x.ES) + " (" + x.Source + ")"
			if len(x.See) > 0 {
				t += "\n" + l.Pick("see: ", "véase: ") + strings.Join(x.See, ", ")
			}
			out = append(out, Entry{x.Names[0], "word", t})
			break
		}
	}
	for _, id := range catalog.Kinds() {
		if plain(id) != key {
			continue
		}
		k, _ := c.Kind(id)
		var ports []string
		n := 0
		for _, f := range c.All() {
			if f.Kind != id {
				continue
			}
			if n++; n <= 12 {
				ports = append(ports, fmt.Sprintf("%d/%s %s", f.Port, protoName(f.Proto), lang.Fact(l, f.Name)))
			}
		}
		t := fmt.Sprintf("%s. %s\n%s%s\n%s", l.Pick(k.TitleEN, k.TitleES), l.Pick(k.ExplainEN, k.ExplainES), l.Pick("do: ", "qué hacer: "), l.Pick(k.DoEN, k.DoES),
			fmt.Sprintf(l.Pick("at most %s", "gravedad %s como mucho"), lang.Severity(l, k.Cap)))
		if k.Attack != "" {
			t += ", ATT&CK " + k.Attack
		}
		t += "\n" + lang.Number(n, l.Pick("fact: ", "dato: "), l.Pick("facts: ", "datos: ")) + strings.Join(ports, "; ")
		if n > len(ports) {
			t += " ..."
		}
		out = append(out, Entry{id, "kind of fact", t})
	}
	return out
}

func protoName(proto uint8) string {
	for _, p := range protos {
		if p.proto == proto {
			return p.name
		}
	}
	return fmt.Sprint(proto)
}

// door is a port of a transport.
type door struct {
	port  uint16
	proto uint8
}

const maxNamed = 6

// byName explains the ports that a service or program is known for: its own name
// first, else where what is told of a port mentions it.
func byName(c *catalog.Catalog, l lang.Lang, w string) []Entry {
	if len(plain(w)) < 3 {
		return nil
	}
	doors := indexOf(c).find(w)
	var out []Entry
	for i, d := range doors {
		if i == maxNamed {
			var more []string
			for _, d := range doors[i:min(len(doors), i+12)] {
				more = append(more, fmt.Sprintf("%d/%s", d.port, protoName(d.proto)))
			}
			if len(doors) > i+12 {
				more = append(more, "...")
			}
			out = append(out, Entry{w, "port", l.Pick("also: ", "también: ") + strings.Join(more, ", ")})
			break
		}
		out = append(out, Port(c, l, d.port, protoName(d.proto))...)
	}
	return out
}

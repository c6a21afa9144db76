package catalog

import (
	"cmp"
	"slices"
	"strings"

	"portero/capture"
)

// Named is a port that has a name.
type Named struct {
	Port       uint16
	Proto      uint8 // TCP, UDP or SCTP
	Registered bool  // false where it only carries the name in practice
}

// PortsNamed lists the ports that are registered under a name that is the same as the one looked for, or that
// carry such a name in practice, by their numbers. What the same name is says who looks.
func (c *Catalog) PortsNamed(same func(name string) bool) []Named {
	var out []Named
	for _, e := range c.entries[1:] {
		if !same(e.Name) {
			continue
		}
		for _, p := range namedProtos {
			if n := (Named{e.Port, p, true}); c.Registered(p, e.Port) == e.Name && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	for k, name := range c.practice {
		n := Named{Port: uint16(k), Proto: uint8(k >> 16)}
		if r := c.Registered(n.Proto, n.Port); slices.Contains(namedProtos[:], n.Proto) && same(name) && (r == "" || !same(r)) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b Named) int { return cmp.Or(cmp.Compare(a.Port, b.Port), cmp.Compare(a.Proto, b.Proto)) })
	return out
}

// namedProtos are the transports whose ports are looked for by name, by their numbers.
var namedProtos = [...]uint8{capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP}

// PortNamed returns the port that is registered under a name, or else the one that carries that
// name in practice, and the transport that it belongs to, 0 where it is more than one. ok is false
// for a name that nobody has or that several numbers have.
func (c *Catalog) PortNamed(name string) (port uint16, proto uint8, ok bool) {
	all := c.PortsNamed(func(s string) bool { return strings.EqualFold(s, name) })
	for _, registered := range []bool{true, false} {
		found := false
		for _, n := range all {
			switch {
			case n.Registered != registered:
			case !found:
				port, proto, found = n.Port, n.Proto, true
			case n.Port != port:
				return 0, 0, false
			default:
				proto = 0
			}
		}
		if found {
			return port, proto, true
		}
	}
	return 0, 0, false
}

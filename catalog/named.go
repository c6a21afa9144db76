package catalog

import (
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
	for n := range 1 << 16 {
		for _, p := range [...]uint8{capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP} {
			port := uint16(n)
			if s := c.Registered(p, port); s != "" && same(s) {
				out = append(out, Named{port, p, true})
			} else if s := c.Practice(p, port); s != "" && same(s) {
				out = append(out, Named{port, p, false})
			}
		}
	}
	return out
}

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

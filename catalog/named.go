package catalog

import (
	"strings"

	"portero/capture"
)

// PortNamed returns the port that is registered under a name, or else the one that carries that
// name in practice, and the transport that it belongs to, 0 where it is more than one. ok is false
// for a name that nobody has or that several numbers have.
func (c *Catalog) PortNamed(name string) (port uint16, proto uint8, ok bool) {
	for _, of := range []func(uint8, uint16) string{c.Registered, c.Practice} {
		found := 0
		for n := range 1 << 16 {
			for _, p := range [...]uint8{capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP} {
				switch {
				case name == "" || !strings.EqualFold(of(p, uint16(n)), name):
				case found == 0:
					port, proto, found = uint16(n), p, 1
				case uint16(n) != port:
					return 0, 0, false
				default:
					proto = 0
				}
			}
		}
		if found > 0 {
			return port, proto, true
		}
	}
	return 0, 0, false
}

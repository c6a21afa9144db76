package catalog

// The kinds of fact whose number alone is worth a low hint.
var backdoorKinds = map[string]bool{"malware-default": true, "rat-default": true, "c2-default": true, "worm-artifact": true}

// PortHint is the fact that makes a responder's port worth a low hint: an old
// trojan, remote-control tool or worm is known to have used it, and nothing
// ordinary lives there. A hint from a number is never more than low.
func (c *Catalog) PortHint(proto uint8, port uint16) (Fact, bool) {
	if c.ordinary(proto, port) {
		return Fact{}, false
	}
	for _, f := range c.Facts(proto, port) {
		if backdoorKinds[f.Kind] && (f.When == "listener" || f.When == "any") {
			return f, true
		}
	}
	return Fact{}, false
}

// ordinary reports whether a port carries something well known in practice, so
// that its number says nothing about old malware.
func (c *Catalog) ordinary(proto uint8, port uint16) bool {
	if c.ZeekLikely(proto, port) || c.Practice(proto, port) != "" {
		return true
	}
	_, registered := c.Lookup(proto, port)
	return registered && ClassOf(port) == System
}

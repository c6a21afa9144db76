package catalog

import "fmt"

// The kinds of fact whose number alone is worth a low hint.
var backdoorKinds = map[string]bool{"malware-default": true, "rat-default": true, "c2-default": true, "worm-artifact": true}

// PortHint is the low, honest hint for a responder's port that an old trojan,
// remote-control tool or worm is known to have used. It is a hint from a number
// and never more than low.
func (c *Catalog) PortHint(proto uint8, port uint16) (id, severity, text string, ok bool) {
	if c.ordinary(proto, port) {
		return "", "", "", false
	}
	for _, f := range c.Facts(proto, port) {
		if !backdoorKinds[f.Kind] || f.When != "listener" && f.When != "any" {
			continue
		}
		what := "an old trojan"
		switch f.Kind {
		case "rat-default":
			what = "a remote-control tool"
		case "c2-default":
			what = "an attack framework"
		case "worm-artifact":
			what = "a worm"
		}
		reg := "the registry has no name for it"
		if n := c.Registered(proto, port); n != "" {
			reg = "the registry calls it " + n
		}
		use := ""
		if p := c.Practice(proto, port); p != "" {
			use = ", people run " + p + " there"
		}
		return "port-backdoor", "low", fmt.Sprintf("%s (%s) used port %d by default; %s%s. A number alone proves nothing: look at what answers there", f.Name, what, port, reg, use), true
	}
	return "", "", "", false
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

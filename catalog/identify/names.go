package identify

import "net/netip"

// Names remembers which address a name service gave for which name, and to whom.
// It is bounded: when one generation is full the one before it is forgotten.
type Names struct {
	young, old generation
	max        int
}

type asker struct{ client, addr netip.Addr }

type generation struct {
	pairs map[asker]string
	addrs map[netip.Addr]string
}

const nameCost = 400 // octets of one answer in both maps, on the high side

func (n *Names) init(memory int64) { n.max = int(max(memory/nameCost/2, 64)) }

func (n *Names) learn(k *pending, addr netip.Addr, name string) {
	if name == "" || name == "." || k.p == nil {
		return
	}
	if len(n.young.pairs) >= n.max || len(n.young.addrs) >= n.max {
		n.old, n.young = n.young, generation{}
	}
	if n.young.pairs == nil {
		n.young = generation{map[asker]string{}, map[netip.Addr]string{}}
	}
	n.young.pairs[asker{k.p.DstAddr(), addr}] = name
	// An address with several names is known by none of them to third parties.
	if was, ok := n.byAddr(addr); ok && was != name {
		name = ""
	}
	n.young.addrs[addr] = name
}

func (n *Names) byAddr(addr netip.Addr) (string, bool) {
	if s, ok := n.young.addrs[addr]; ok {
		return s, true
	}
	s, ok := n.old.addrs[addr]
	return s, ok
}

// Of returns the name under which client was given addr, or else the one name
// that anybody was given it under; "" when there is none.
func (n *Names) Of(client, addr netip.Addr) string {
	if n.young.pairs == nil {
		return ""
	}
	if s, ok := n.young.pairs[asker{client, addr}]; ok {
		return s
	}
	if s, ok := n.old.pairs[asker{client, addr}]; ok {
		return s
	}
	s, _ := n.byAddr(addr)
	return s
}

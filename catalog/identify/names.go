package identify

import "net/netip"

// Names remembers which address a name service gave for which name, and to whom.
// It is bounded: when one generation is full the one before it is forgotten.
type Names struct {
	young, old generation
	max        int
	meetings   struct{ young, old map[meeting][]word }
}

type asker struct{ client, addr netip.Addr }

type generation struct {
	pairs map[asker]string
	addrs map[netip.Addr]string
}

const nameCost = 400 // octets of one answer in both maps, on the high side

// NewNames returns Names that keep at most memory octets.
func NewNames(memory int64) *Names { return &Names{max: int(max(memory/nameCost/2, 64))} }

// Empty reports whether nothing was learned.
func (n *Names) Empty() bool { return n.young.pairs == nil }

// Answer is what a name service told client, or where somebody is to call.
type Answer struct {
	Index        uint64 // frame
	client, addr netip.Addr
	name         string

	port uint16 // with what: where client is to call
	what Protocol
	at   int64 // ns
}

func (x *Identifier) learn(k *pending, addr netip.Addr, name string) {
	if name == "" || name == "." || k.p == nil {
		return
	}
	x.tell(Answer{Index: k.p.Index, client: k.p.DstAddr(), addr: addr, name: name})
}

// Learn remembers an answer.
func (n *Names) Learn(a *Answer) {
	if a.what != None {
		n.meet(a)
		return
	}
	addr, name := a.addr, a.name
	if len(n.young.pairs) >= n.max || len(n.young.addrs) >= n.max {
		n.old, n.young = n.young, generation{}
	}
	if n.young.pairs == nil {
		n.young = generation{map[asker]string{}, map[netip.Addr]string{}}
	}
	n.young.pairs[asker{a.client, addr}] = name
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

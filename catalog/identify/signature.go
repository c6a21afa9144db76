package identify

// grade is what a signature says of the octets it is shown.
type grade uint8

const (
	no    grade = iota
	hope        // no, for want of octets: what there is agrees
	more        // may be: it needs more octets, or the other side's
	port        // the shape fits, and the port is part of the evidence
	shape       // lengths and fields agree
	exact       // a magic of eight octets or more, or both sides agree
)

// role is who sent the octets a signature describes.
type role uint8

const (
	client role = 1 << iota
	server
	either = client | server
)

// look is what a signature is shown: the first octets of one side, and what the
// other side sent so far.
type look struct {
	b      []byte // TCP: from the start of the stream. UDP: one datagram, cut to MaxKept
	size   int    // of the whole datagram; TCP: as many octets as there are
	peer   []byte // TCP: the other side's stream. UDP: its first datagram
	own    []byte // UDP: the sender's own first datagram, once there are more
	port   uint16 // of the server; for an unknown role the lower one
	from   uint16 // port of the sender
	to     uint16 // and of the receiver
	client bool   // the sender is the client
	spoke  bool   // the sender was the first to speak
	middle bool   // the stream's start was not seen
	final  bool   // nothing more will come: decide
	first  bool   // UDP: the first datagram of its sender
	multi  bool   // UDP: sent to many (multicast or broadcast)
	pend   *pending
}

// on reports whether one of the two ports is p.
func (l *look) on(p uint16) bool { return l.from == p || l.to == p }

// signature recognises one protocol in one side's first octets.
type signature struct {
	proto Protocol
	from  role
	first string // octets it may start with; "" is any
	match func(l *look) grade
	// anywhere: a segment in the middle of a connection may show it too; the others
	// are believed there only when they are exact, or on the usual port.
	anywhere bool
	// need is how many octets match wants at least. Where it says no of fewer, from the
	// start of a stream and as first and then have them, that is hope.
	need int
	// beside: it shares the place of the one before it in the sieve, though they begin differently: there are more signatures than
	// places. It has no test but octets then.
	beside bool

	// What match asks for anyway, told to the sieve so that it need not be asked:
	// it says no, and does nothing, where one of these is not so.

	then  []string                      // octets that may follow the first, where there are sieved octets; "" is any
	fits  func(b []byte, size int) bool // a cheap test; size is that of the datagram
	alone func(b []byte, size int) bool // the same, where there is neither peer nor own
	only  []uint16                      // one of the two ports is one of these
	home  []uint16                      // on these ports then does not count
}

// follow reads on after a protocol is known. It returns true when it has all it
// wants. k.side is the side that just sent.
type follow func(x *Identifier, k *pending) bool

// tables are the signatures of TCP and UDP.
type tables struct{ tcp, udp *sieve }

// run lets every signature of which look that is made for such a sender, and returns the best answer.
// wait is set when a signature wants more and none is sure yet, hoped when one that says
// no might say something of more octets.
func (v *sieve) run(which set, l *look, tcp bool) (best Protocol, g grade, wait, hoped bool) {
	from := server
	if l.client {
		from = client
	}
	v.each(which, l.b, from, func(s *signature) {
		switch r := s.match(l); {
		case r <= hope:
			hoped = hoped || r == hope || len(l.b) < s.need && s.agrees(l.b)
		case l.middle && !s.anywhere && r < exact:
			if r == shape && g < port && s.proto.usualOf(tcp, l) {
				best, g = s.proto, port // it may be the start: the SYN alone was missed
			}
		case r == more:
			wait = true
		case r > g || r == g && !best.usualOf(tcp, l) && s.proto.usualOf(tcp, l):
			best, g = s.proto, r
		}
	})
	return best, g, wait, hoped
}

func (p Protocol) usualOf(tcp bool, l *look) bool {
	if p >= protocolCount {
		return false
	}
	list := infos[p].udp
	if tcp {
		list = infos[p].tcp
	}
	for _, q := range list {
		if l.on(q) {
			return true
		}
	}
	return false
}

// spelt is the signature of a protocol whose first octets are s, at least eight, as those of nothing else.
func spelt(p Protocol, from role, s string) signature {
	sig := signature{proto: p, from: from, first: s[:1], need: len(s)}
	for i := 1; i < sieved; i++ {
		sig.then = append(sig.then, s[i:i+1])
	}
	sig.match = func(l *look) grade {
		if has(l.b, s) {
			return exact
		}
		return no
	}
	return sig
}

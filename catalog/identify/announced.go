package identify

import (
	"bytes"
	"net/netip"
	"strconv"

	"portero/capture"
)

// Connections that another one announces. In FTP's data connections (RFC 959, section 3.2) goes what the files hold, so that
// only what was said of them on the control connection tells what they are. A server of TFTP answers from a port of its own
// (RFC 1350, section 4): blocks and their numbers, which alone tell little.

// control is what is kept of a control connection: of each side the line that is not whole yet.
type control struct {
	line [2][maxControl]byte
	n    [2]int
	next [2]capture.Seq
}

const (
	maxControl  = 128 // octets of a line that are read
	controlCost = 2*maxControl + 24
)

// announces reports whether all that k's sides say is listened to, to its end.
func (k *pending) announces() bool {
	return k.facts != nil && k.facts.Protocol == FTP && k.tcp && !k.facts.StartTLS
}

// overhear reads what a control connection says in the packet being looked at, line by line: of segments in disorder
// those that stand for themselves.
func (x *Identifier) overhear(k *pending) {
	side, b := k.side, k.data
	if len(b) == 0 {
		return
	}
	c := k.control
	if c == nil {
		if !x.spend(controlCost) {
			return
		}
		c = &control{}
		k.control = c
	}
	if c.next[side] != k.p.Seq {
		c.n[side] = 0
	}
	c.next[side] = k.p.Seq + capture.Seq(k.p.PayloadLen)
	for {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 {
			break
		}
		line := b[:nl]
		if n := c.n[side]; n > 0 {
			m := copy(c.line[side][n:], line)
			line = c.line[side][:n+m]
		}
		x.controlLine(k, line)
		c.n[side], b = 0, b[nl+1:]
	}
	c.n[side] += copy(c.line[side][c.n[side]:], b)
	if torn(k.p) {
		c.n[side] = 0
	}
}

// controlLine learns from one line of FTP where data is waited for (RFC 959, sections 4.1.2 and 4.2; RFC 2428).
func (x *Identifier) controlLine(k *pending, line []byte) {
	speaker, peer := k.p.SrcAddr(), k.p.DstAddr()
	var at netip.AddrPort
	switch asks := k.side == int(k.facts.Client); {
	case !asks && has(line, "227 "):
		at = sixNumbers(line[4:])
	case !asks && has(line, "229 "):
		if i := bytes.IndexByte(line, '('); i >= 0 {
			at = extended(line[i+1:], speaker)
		}
	case asks && len(line) > 5 && bytes.EqualFold(line[:5], []byte("PORT ")):
		at = sixNumbers(line[5:])
	case asks && len(line) > 5 && bytes.EqualFold(line[:5], []byte("EPRT ")):
		at = extended(line[5:], speaker)
	}
	if !at.IsValid() || at.Port() == 0 {
		return
	}
	x.announce(k, FTPData, peer, at)
	if at.Addr() != speaker {
		// Behind a translator of addresses the one named is that of the inside.
		x.announce(k, FTPData, peer, netip.AddrPortFrom(speaker, at.Port()))
	}
}

// sixNumbers is the address and port whose six numbers b has first, which some servers write without the brackets
// (RFC 1123, section 4.1.2.6).
func sixNumbers(b []byte) (at netip.AddrPort) {
	for len(b) > 0 && (b[0] < '0' || b[0] > '9') {
		b = b[1:]
	}
	var v [6]byte
	for i := range v {
		n, d := 0, 0
		for d < len(b) && d < 4 && b[d] >= '0' && b[d] <= '9' {
			n = 10*n + int(b[d]-'0')
			d++
		}
		last := i == len(v)-1
		if d == 0 || n > 255 || !last && (d == len(b) || b[d] != ',') {
			return at
		}
		v[i] = byte(n)
		if !last {
			d++
		}
		b = b[d:]
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(v[:4])), uint16(v[4])<<8|uint16(v[5]))
}

// extended is the address and port of b, between the signs that its first octet is; speaker is meant where no address stands.
func extended(b []byte, speaker netip.Addr) (at netip.AddrPort) {
	if len(b) < 5 || b[0] < 33 || b[0] > 126 {
		return at
	}
	parts := bytes.SplitN(b[1:], b[:1], 4)
	if len(parts) < 4 {
		return at
	}
	addr := speaker
	if len(parts[1]) > 0 {
		a, err := netip.ParseAddr(string(parts[1][:min(len(parts[1]), 46)]))
		if err != nil || a.Zone() != "" {
			return at
		}
		addr = a.Unmap()
	}
	port, err := strconv.ParseUint(string(parts[2][:min(len(parts[2]), 6)]), 10, 16)
	if err != nil {
		return at
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

// announce notes that k's speaker waits at an address for who is called peer, to speak what.
func (x *Identifier) announce(k *pending, what Protocol, peer netip.Addr, at netip.AddrPort) {
	x.tell(Answer{Index: k.p.Index, client: peer, addr: at.Addr(), port: at.Port(), at: k.p.Time, what: what})
}

// tell gives to Names what was learned, now or in its turn.
func (x *Identifier) tell(a Answer) {
	if x.Defer {
		x.Learned = append(x.Learned, a)
	} else {
		x.Names.Learn(&a)
	}
}

// meeting is who waits where for whom.
type meeting struct {
	caller netip.Addr
	at     netip.AddrPort
}

// word is when that was said, and in which frame.
type word struct {
	at    int64 // ns
	frame uint64
	what  Protocol
}

const (
	maxWords = 16 // of one meeting, the last: a server with few ports names each again and again
	// How long after the word the connection begins at most: servers wait a minute or several. A segment may be captured a little before what it
	// answers.
	meetingWait  = 2 * 60e9
	meetingEarly = 1e8
)

// meet remembers a meeting.
func (n *Names) meet(a *Answer) {
	k := meeting{a.client, netip.AddrPortFrom(a.addr, a.port)}
	if len(n.meetings.young) >= max(n.max/4, 16) {
		n.meetings.old, n.meetings.young = n.meetings.young, nil
	}
	if n.meetings.young == nil {
		n.meetings.young = map[meeting][]word{}
	}
	list, ok := n.meetings.young[k]
	if !ok {
		list = n.meetings.old[k]
	}
	if len(list) == maxWords {
		list = append(list[:0], list[1:]...)
	}
	n.meetings.young[k] = append(list, word{a.at, a.Index, a.what})
}

// Meets reports whether any meeting is known.
func (n *Names) Meets() bool { return n.meetings.young != nil || n.meetings.old != nil }

// Datagrams reports whether p is announced for datagrams, else for connections.
func (p Protocol) Datagrams() bool { return p == TFTP }

// Announced returns what the connection is that caller began to an address at time first (ns) with a frame, as another
// connection of the two ends said, and the frame that said so: the last before it, else one captured a moment behind it.
// It is None where nobody did.
func (n *Names) Announced(caller netip.Addr, at netip.AddrPort, first int64, frame uint64) (Protocol, uint64) {
	k := meeting{caller, at}
	var said word
	for _, of := range [...]map[meeting][]word{n.meetings.old, n.meetings.young} {
		for _, w := range of[k] {
			if w.at-meetingEarly <= first && first-w.at <= meetingWait && (w.frame < frame || said.what == None) {
				said = w
			}
		}
	}
	return said.what, said.frame
}

// Announce is what is known of a connection of which frame, which came from the address of side, says what it is.
func Announce(p Protocol, side int, frame uint64) *Facts {
	f := &Facts{Protocol: p, Confidence: Exact, Client: -1}
	f.Frames[side] = frame
	return f
}

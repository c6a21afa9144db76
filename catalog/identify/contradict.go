package identify

import "slices"

// maxAwait is how many packets may pass before a server that was told by its client alone says anything.
const maxAwait = 8

// unheard reports whether all that is known of a flow is what its client said from its start: who lives behind the
// door has not said a word.
func (k *pending) unheard() bool {
	f := k.facts
	return k.tcp && !k.middle && f.Client >= 0 && k.opener == f.Client && k.side == int(f.Client) && f.Frames[1-f.Client] == 0 &&
		k.dir[1-f.Client].have == 0
}

// tired counts a packet that is looked at for nothing but a server's first word; true means that enough were.
func (k *pending) tired() bool {
	k.after++
	return k.after >= maxAwait
}

// kin are protocols that answer each other, or of which one is told as the other by less that was seen.
var kin = [...][]Protocol{
	{HTTP, HTTPProxy, WebSocket},
	{TPKT, RDP, S7comm, H323, MMS},
	{SunRPC, NFS},
	{SMB, NetBIOSSession},
}

func (p Protocol) kinOf(q Protocol) bool {
	if p == q {
		return true
	}
	for _, house := range kin {
		if slices.Contains(house, p) && slices.Contains(house, q) {
			return true
		}
	}
	return false
}

// contradict asks whether the server that a client speaks to speaks another language, as its first octets show without doubt, and
// reports whether it does. Scanners say hello in any language to any door; who lives behind it says so itself.
func (x *Identifier) contradict(k *pending) bool {
	f, b := k.facts, k.dir[k.side].bytes()
	if k.dir[k.side].skip != 0 || len(b) < sieved && (len(b) == 0 || b[0] != recordAlert) || f.HTTP != nil && f.HTTP.Status != 0 ||
		f.TLS != nil && (f.TLS.ReplyFrame != 0 || recordHeader(b)) {
		return false
	}
	l := &x.look
	*l = look{b: b, size: len(b), peer: k.sent(1 - k.side), from: k.ports[k.side], to: k.ports[1-k.side], port: k.ports[k.side], first: true, final: true, pend: k}
	v := x.table.tcp
	var p Protocol
	g, same := no, false
	v.each(v.may(b, l.size, l.from, l.to), b, server, func(s *signature) {
		switch r := s.match(l); {
		case r <= more:
		case s.proto.kinOf(f.Protocol):
			same = true
		case r > g:
			p, g = s.proto, r
		}
	})
	if same || g != exact && (g != shape || p != SMTP && p != FTP) || p == SIP || p == RTSP {
		return false // its client's language, or nothing that is without doubt (and what has the form of HTTP's messages may be a trick that browsers put up with)
	}
	// What the client said of itself, and a login that it sent in the other language, stay.
	*f = Facts{Protocol: p, Confidence: Exact, Client: f.Client, Caller: f.Caller, Login: f.Login, Software: f.Software, toldBy: f.toldBy}
	if g == shape {
		f.Confidence = Shape // a greeting that names mail, or files
	}
	k.state, k.aux = 0, nil
	return true
}

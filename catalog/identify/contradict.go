package identify

// contradict asks whether the server that a client speaks TLS or HTTP to speaks another language, as its first octets show without doubt.
// Scanners say hello in any language to any door; who lives behind it says so itself.
func (x *Identifier) contradict(k *pending) {
	f, b := k.facts, k.dir[k.side].bytes()
	if k.dir[k.side].skip != 0 || len(b) < sieved || f.HTTP != nil && f.HTTP.Status != 0 || f.TLS != nil && (f.TLS.ReplyFrame != 0 || recordHeader(b)) {
		return
	}
	l := &x.look
	*l = look{b: b, size: len(b), from: k.ports[k.side], to: k.ports[1-k.side], port: k.ports[k.side], first: true, final: true, pend: k}
	v := x.table.tcp
	p, g, _, _ := v.run(v.may(b, l.size, l.from, l.to).and(v.from[server]), l, true)
	if g != exact || p == f.Protocol || p == SIP || p == RTSP {
		return // (what has the form of HTTP's messages may be a trick that browsers put up with)
	}
	// What the client said of itself, and a login that it sent in the other language, stay.
	*f = Facts{Protocol: p, Confidence: Exact, Client: f.Client, Caller: f.Caller, Login: f.Login, Software: f.Software, toldBy: f.toldBy}
	k.state, k.aux = 0, nil
}

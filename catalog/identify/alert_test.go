package identify

import "testing"

// alertCase is what both sides say, the client first, and the alert that is told.
type alertCase struct {
	name  string
	talk  []string
	alert int // -1: none
	by    int8
	frame uint64
	fatal bool
}

func alertCases() []alertCase {
	random := string(make([]byte, 32))
	hello := tlsRecord(recordHandshake, tlsMessage(clientHello, "\x03\x03"+random+"\x00\x00\x02\xc0\x30\x01\x00\x00\x00"))
	server := func(random, extensions string) string {
		return tlsRecord(recordHandshake, tlsMessage(serverHello, "\x03\x03"+random+"\x00\xc0\x30\x00"+string([]byte{0, byte(len(extensions))})+extensions))
	}
	const tls13 = "\x00\x2b\x00\x02\x03\x04"
	long := tlsRecord(recordHandshake, tlsMessage(certificateMsg, string(make([]byte, 3500))))
	flight := server(random, "") + long + tlsRecord(recordHandshake, tlsMessage(serverHelloDone, ""))
	keys := tlsRecord(recordHandshake, tlsMessage(16, string(make([]byte, 40))))
	ccs := tlsRecord(recordCCS, "\x01")
	finished := tlsRecord(recordHandshake, string(make([]byte, 40)))
	secret := tlsRecord(recordData, string(make([]byte, 40)))
	alert := func(what string) string { return tlsRecord(recordAlert, what) }
	return []alertCase{
		{"by the client, behind the certificate", []string{hello, flight, alert("\x02\x30")}, 48, 0, 3, true},
		{"behind the client's certificate", []string{hello, flight, tlsRecord(recordHandshake, tlsMessage(certificateMsg, "\x00\x00\x00")) + alert("\x02\x2d")}, 45, 0, 3, true},
		{"by the server, whose client enciphers", []string{hello, flight, keys + ccs + finished, alert("\x02\x28")}, 40, 1, 4, true},
		{"by the server, in its flight", []string{hello, flight + alert("\x02\x50")}, 80, 1, 2, true},
		{"enciphered, of two octets", []string{hello, flight, keys + ccs + alert("\x02\x28"), ccs + alert("\x02\x28")}, -1, 0, 0, false},
		{"enciphered", []string{hello, flight, alert(string(make([]byte, 26)))}, -1, 0, 0, false},
		{"behind an enciphered one", []string{hello, flight, alert(string(make([]byte, 26))) + alert("\x02\x28")}, -1, 0, 0, false},
		{"of no level", []string{hello, flight, alert("\x07\x28")}, -1, 0, 0, false},
		{"a warning, and the answer", []string{hello, alert("\x01\x70") + flight, keys + ccs + finished, ccs + finished}, 112, 1, 2, false},
		{"a warning, then the end", []string{hello, alert("\x01\x70") + flight, alert("\x02\x2a")}, 42, 0, 3, true},
		{"given up", []string{hello, flight, alert("\x01\x00")}, 0, 0, 3, false},
		// What TLS 1.3 enciphers is of another type, and its ChangeCipherSpec means nothing.
		{"TLS 1.3", []string{hello, server(random, tls13) + ccs + secret, alert("\x01\x30")}, 48, 0, 3, true},
		{"TLS 1.3, behind a ChangeCipherSpec", []string{hello, server(random, tls13) + ccs + secret, ccs + alert("\x02\x30")}, 48, 0, 3, true},
		{"TLS 1.3, enciphered", []string{hello, server(random, tls13) + ccs + secret, ccs + secret + alert("\x02\x30")}, -1, 0, 0, false},
		{"TLS 1.3, asked again", []string{hello, server(retry, tls13) + ccs, ccs + hello, alert("\x02\x2f")}, 47, 1, 4, true},
		{"TLS 1.3, asked again and answered", []string{hello, server(retry, tls13) + ccs, ccs + hello, server(random, tls13) + secret, alert("\x02\x30")}, 48, 0, 5, true},
	}
}

// An end that turns the other away says so in clear, until it enciphers. It is told
// wherever the segments end, and nothing is taken for it that is enciphered.
func TestAlertInClear(t *testing.T) {
	for _, c := range alertCases() {
		for _, size := range []int{1 << 20, 1460, 400, 0} {
			d := tcpTalk(elsewhere)
			for i, s := range c.talk {
				d.frame = uint64(i)
				n := size
				if n == 0 {
					n = max(len(s)-1, 1) // the last octet alone
				}
				for len(s) > 0 {
					m := min(n, len(s))
					d.frame = uint64(i)
					d.say(i%2, s[:m])
					s = s[m:]
				}
			}
			open := d.note&Done == 0
			f := d.end()
			if f == nil || f.TLS == nil {
				t.Errorf("%s, segments of %d: %+v", c.name, size, f)
				continue
			}
			h := f.TLS
			if h.HasAlert != (c.alert >= 0) || h.HasAlert && (int(h.Alert) != c.alert || h.AlertBy != c.by || h.AlertFrame != c.frame || h.AlertFatal != c.fatal) {
				t.Errorf("%s, segments of %d: %+v", c.name, size, h)
			}
			if h.ReplyFrame == 0 && c.frame != 4 {
				t.Errorf("%s, segments of %d: the answer was not read", c.name, size)
			}
			if open && c.fatal {
				t.Errorf("%s, segments of %d: looked at still", c.name, size)
			}
			if kept := int64(len(d.x.small))*MaxKept + int64(len(d.x.large))*maxHello; d.x.Stats().Bytes != kept {
				t.Errorf("%s, segments of %d: %d octets are booked, %d of them of buffers", c.name, size, d.x.Stats().Bytes, kept)
			}
		}
	}
}

// Segments that come late, twice or never change nothing: what lies between the headers of
// records is not waited for. What comes more than MaxKept too early is not kept.
func TestAlertBehindShuffledSegments(t *testing.T) {
	for _, c := range alertCases() {
		if c.name != "by the server, whose client enciphers" {
			continue
		}
		flight := []byte(c.talk[1])
		for name, order := range map[string][]int{"in order": {0, 1, 2, 3}, "late": {0, 2, 1, 3}, "twice": {0, 1, 1, 0, 2, 2, 3}, "lost": {0, 1, 3}, "first last": {1, 0, 2, 3}} {
			d := tcpTalk(elsewhere).say(ours, c.talk[0])
			for _, i := range order {
				from := min(i*1000, len(flight))
				d.at(theirs, from, flight[from:min(from+1000, len(flight))])
			}
			d.next[theirs] = len(flight)
			d.say(ours, c.talk[2]).say(theirs, c.talk[3])
			f := d.end()
			if f == nil || f.TLS == nil || !f.TLS.HasAlert || f.TLS.Alert != 40 || f.TLS.AlertBy != 1 {
				t.Errorf("%s: %+v", name, f.TLS)
			}
		}
	}
}

// Once both sides encipher nothing more of a flow is looked at; nor where one of them is
// not in the capture, or has a hole, for long.
func TestAlertIsNotWaitedForEndlessly(t *testing.T) {
	c := alertCases()
	for name, lines := range map[string][]string{
		"enciphered":          {c[4].talk[0], c[4].talk[1], c[4].talk[2], c[4].talk[3]},
		"TLS 1.3, enciphered": {c[13].talk[0], c[13].talk[1], c[13].talk[2]},
	} {
		d := tcpTalk(elsewhere)
		for i, s := range lines {
			d.say(i%2, s)
		}
		if d.note&Done == 0 {
			t.Errorf("%s: looked at still", name)
		}
	}
	for side := range 2 {
		d := tcpTalk(elsewhere).say(ours, c[0].talk[0])
		if side == theirs {
			d.say(theirs, c[0].talk[1])
		}
		d.next[side] += 10000 // a hole
		for range maxFollow {
			d.say(side, string(make([]byte, 1000)))
		}
		if d.note&Done == 0 {
			t.Errorf("side %d, with a hole: looked at still", side)
		}
	}
}

// The records of DTLS say whether they are enciphered.
func TestDTLSAlertInClear(t *testing.T) {
	hello := append([]byte{0xfe, 0xfd}, make([]byte, 32)...)
	client := append(append([]byte{}, hello...), 0, 0, 0, 2, 0xc0, 0x30, 1, 0)
	server := append(append([]byte{}, hello...), 0, 0xc0, 0x30, 0)
	cert := make([]byte, 60)
	alert := func(epoch byte) string {
		return string([]byte{recordAlert, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 9, 0, 2, 2, 48})
	}
	for _, c := range []struct {
		name string
		side int
		last string
		want bool
	}{{"client", ours, alert(0), true}, {"server", theirs, alert(0), true}, {"enciphered", ours, alert(1), false}, {"enciphered, server", theirs, alert(1), false}} {
		d := udpTalk(4433).say(ours, string(dtlsPart(clientHello, 0, len(client), 0, client))).say(theirs, string(dtlsPart(serverHello, 0, len(server), 0, server)))
		d.say(theirs, string(dtlsPart(certificateMsg, 1, len(cert), 0, cert))).say(c.side, c.last)
		f := d.end()
		if f == nil || f.TLS == nil || f.TLS.CertFrame != 3 || f.TLS.HasAlert != c.want || c.want && (f.TLS.Alert != 48 || int(f.TLS.AlertBy) != c.side || f.TLS.AlertFrame != 4) {
			t.Errorf("%s: %+v", c.name, f.TLS)
		}
	}
}

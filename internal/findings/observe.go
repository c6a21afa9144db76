package findings

import (
	"net/netip"

	"portero/capture"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
)

// tcp books what every TCP record may be part of.
func (d *Detector) tcp(r *record.Record, o, s netip.Addr, e event) {
	port := r.Resp.Port
	var none netip.Addr
	switch r.Handshake {
	case handshake.NoAnswer, handshake.Refused, handshake.Filtered, handshake.HalfOpen, handshake.Aborted, handshake.Invalid:
		e.what = uint32(port)
		ru := &d.rules[rScanPorts]
		t := ru.at(subject{actor: o, target: s})
		if r.SYNACKFrame != 0 {
			t.a++ // answered: a door that is open
		}
		d.book(ru, t, e, none, r)
		d.note(rScanHosts, subject{actor: o, port: port}, e, s, r)
	case handshake.Probe:
		e.what = uint32(port)
		d.note(rStealth, subject{actor: o, target: s}, e, none, r)
	case handshake.Unsolicited:
		// Somebody forged o as a sender towards s, or the question went another way.
		d.note(rScatter, subject{target: s}, e, o, r)
	}
	if r.RolesBy == handshake.RolesSYN {
		k := subject{target: s, port: port}
		e.what = 0
		switch r.Handshake {
		case handshake.HalfOpen:
			e.what = 1
		case handshake.NoAnswer:
			e.what = 2
		default:
			e.what = 3
			if r.Handshake.Opened() {
				e.what = 0
			}
		}
		ru := &d.rules[rServers]
		t := ru.at(k)
		ru.add(t, e)
		switch e.what {
		case 0:
			t.opened(e.at, t.b != 0 || d.public(o))
		case 1, 2:
			ru.host(t, o)
			d.mark(ru, t, r)
		}
	}
	if r.Close == handshake.Reset && r.Handshake.Opened() {
		d.note(rResets, subject{actor: o, target: s, port: port}, e, none, r)
	}
}

func (d *Detector) udp(r *record.Record, o, s netip.Addr, e event) {
	if s.IsMulticast() || s == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return
	}
	port := r.Resp.Port
	switch r.Exchange {
	case handshake.Unanswered, handshake.ExchangeRefused, handshake.ExchangeFiltered:
		// Traceroute walks these numbers on purpose.
		if port >= 33434 && port <= 33690 || r.Orig.Payload > 4096 {
			return
		}
		e.what = uint32(port)
		d.note(rUDPPorts, subject{actor: o, target: s}, e, netip.Addr{}, r)
		d.note(rUDPHosts, subject{actor: o, port: port}, e, s, r)
	case handshake.Answered, handshake.ReplyOnly:
		if name := d.amplifier(port); name != "" {
			ru := &d.rules[rAmplify]
			k := subject{target: o, proto: r.Proto, port: port}
			t := ru.at(k)
			ru.add(t, e)
			ru.host(t, s)
			t.a += r.Orig.Payload
			t.b += r.Resp.Payload
			d.mark(ru, t, r)
		}
	}
}

// conversations answer with much by their nature, and no forged question starts
// one: a file by TFTP, a tunnel, a call.
var conversations = map[uint16]bool{69: true, 443: true, 1194: true, 3389: true, 3478: true, 5060: true, 6881: true, 27015: true, 27960: true, 32410: true, 20811: true}

func (d *Detector) amplifier(port uint16) string {
	if conversations[port] {
		return ""
	}
	for _, f := range d.cat.Facts(capture.ProtoUDP, port) {
		if f.Kind == "amplifier" {
			return f.Name
		}
	}
	return ""
}

var loginPorts = map[uint16]bool{21: true, 22: true, 23: true, 2222: true, 2323: true, 3389: true, 5900: true}
var adminPorts = map[uint16]bool{22: true, 135: true, 445: true, 3389: true, 5900: true, 5985: true, 5986: true}

// logins are the services that ask who calls before anything else.
var logins = map[string]bool{"ssh": true, "ftp": true, "telnet": true, "rdp": true, "vnc": true}

// login reports whether a login lives on the responder's port: by what was spoken,
// else by the number.
func login(r *record.Record) bool {
	if r.ServiceBy == "payload" {
		return logins[r.Service]
	}
	return loginPorts[r.Resp.Port]
}

// onTheHour are services that call by the clock, as they should.
var onTheHour = map[uint16]bool{53: true, 67: true, 68: true, 123: true, 137: true, 138: true, 161: true, 546: true, 547: true, 1900: true, 3702: true,
	5222: true, 5223: true, 5228: true, 5353: true, 5355: true}

// served takes what a server answered.
func (d *Detector) served(r *record.Record, o, s netip.Addr, e event) {
	port := r.Resp.Port
	var none netip.Addr
	if r.TCP() {
		short := r.Orig.Payload <= guessOctets && r.Resp.Payload <= guessOctets && r.Orig.Payload > 0 && r.Resp.Payload > 0
		if short && login(r) {
			d.note(rGuess, subject{actor: o, target: s, port: port}, e, none, r)
		}
		if adminPorts[port] && d.inside(o) && d.inside(s) && o != s {
			e.what = uint32(port)
			d.note(rLateral, subject{actor: o}, e, s, r)
		}
	}
	if !onTheHour[port] && !s.IsMulticast() {
		k := subject{actor: o, target: s, proto: r.Proto, port: port}
		// Datagrams from one and the same port are one conversation with pauses: that
		// its records are cut at the idle time makes no clock of it.
		ru := &d.rules[rBeacon]
		t := ru.at(k)
		if again := t.a == uint64(r.Orig.Port); r.TCP() || !again {
			d.book(ru, t, e, none, r)
		}
		t.a = uint64(r.Orig.Port)
	}
	if r.Orig.Payload >= uploadLeast && d.inside(o) && d.public(s) {
		ru := &d.rules[rUpload]
		k := subject{actor: o, target: s}
		t := ru.at(k)
		ru.add(t, e)
		t.a += r.Orig.Payload
		t.b += r.Resp.Payload
		d.mark(ru, t, r)
	}
	if !r.TCP() && d.inside(s) && !s.IsMulticast() && catalog.ClassOf(port) != catalog.Dynamic && d.cat.LikelyServer(r.Proto, port) >= 8 {
		ru := &d.rules[rListener]
		t := ru.at(subject{target: s, proto: r.Proto, port: port})
		ru.add(t, e)
		t.opened(e.at, t.b != 0 || d.public(o))
	}
	if r.TCP() && port >= 49152 {
		d.note(rDynamic, subject{target: s, proto: r.Proto, port: port}, e, o, r)
	}
}

func (d *Detector) inside(a netip.Addr) bool { return Inside(a, d.local) }

// Inside reports whether a is of a network that is one's own: a private one (RFC
// 1918, RFC 4193), this machine, this link, or one of local.
func Inside(a netip.Addr, local []netip.Prefix) bool {
	a = a.Unmap()
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range local {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// public reports whether a is an address of the Internet at large.
func (d *Detector) public(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !d.inside(a) && bogon(a) == ""
}

// meet notes when a host was first seen.
func (d *Detector) meet(a netip.Addr, at int64) {
	if !d.inside(a) {
		return
	}
	if t, ok := d.known[a]; ok {
		if at < t {
			d.known[a] = at
		}
	} else if len(d.known) < maxHosts {
		d.known[a] = at
	}
}

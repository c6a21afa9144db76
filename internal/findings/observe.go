package findings

import (
	"net/netip"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/prefetch"
	"portero/internal/record"
)

// keys are what most records are booked under: the responder's door, what the two ends have to do with one another
// there, and, but for TCP, what doors of that number send to the originator.
type keys struct {
	orig, resp       end
	door, talk, sent topic
}

// look makes the keys of r, and asks for the memory in which they are looked up.
func (d *Detector) look(r *record.Record) {
	k := &d.keys
	*k = keys{}
	k.orig.set(r.Orig.Addr.Unmap())
	k.resp.set(r.Resp.Addr.Unmap())
	k.talk.set(&k.orig, &k.resp, 0, r.Proto, r.Resp.Port)
	prefetch.Read(d.known.home(&k.orig), 1)
	prefetch.Read(d.known.home(&k.resp), 1)
	prefetch.Read(d.rules[rBeacon].home(&k.talk), 1)
	if r.TCP() {
		k.door.set(nil, &k.resp, 0, 0, r.Resp.Port)
		prefetch.Read(d.rules[rServers].home(&k.door), 1)
		return
	}
	k.door.set(nil, &k.resp, 0, r.Proto, r.Resp.Port)
	k.sent.set(nil, &k.orig, 0, r.Proto, r.Resp.Port)
	prefetch.Read(d.rules[rOneWay].home(&k.door), 1)
	prefetch.Read(d.rules[rListener].home(&k.door), 1)
	prefetch.Read(d.rules[rAmplify].home(&k.sent), 1)
}

// tcp books what every TCP record may be part of.
func (d *Detector) tcp(r *record.Record, o, s *end, e *event) {
	port := r.Resp.Port
	switch r.Handshake {
	case handshake.NoAnswer, handshake.Refused, handshake.Filtered, handshake.HalfOpen, handshake.Aborted, handshake.Invalid:
		e.what = uint32(port)
		open := uint64(0)
		if r.SYNACKFrame != 0 {
			open = 1 // answered
		}
		var k topic
		k.set(o, s, 0, 0, 0)
		size := e.size
		e.size = open // what was said there is of no use
		d.book(&d.rules[rScanPorts], &k, e, nil, open, 0, r)
		e.size = size
		d.tried(rScanHosts, o, s, port, e, r)
	case handshake.Probe:
		e.what = uint32(port)
		d.note(rStealth, o, s, 0, 0, e, nil, r)
	case handshake.Unsolicited:
		// Somebody forged one end as a sender towards the other, or the question went another
		// way. Who answered is who sent: where a RST alone was seen, the number says nothing.
		by, to := s, o
		if r.SYNACKFrame == 0 && r.Resp.Pkts == 0 && r.Orig.Pkts > 0 {
			by, to = o, s
		}
		d.note(rScatter, nil, by, 0, 0, e, to, r)
		if r.SYNACKFrame != 0 {
			d.note(rScatter, to, nil, 0, 0, e, by, r)
		}
	}
	if r.RolesBy == handshake.RolesSYN {
		switch r.Handshake {
		case handshake.HalfOpen:
			e.what = 1
		case handshake.NoAnswer:
			e.what = 2
		case handshake.Aborted:
			// Who did not call refuses the answer with a RST: owners of forged names do, and
			// the system of a machine on which a program floods under its own.
			e.what = 2
			if r.SYNACKFrame != 0 {
				e.what = 4
			}
		default:
			e.what = 3
			if r.Handshake.Opened() {
				e.what = 0
			}
		}
		switch e.what {
		case 0:
			d.opened(rServers, &d.keys.door, o, e)
		case 1, 2, 4:
			d.book(&d.rules[rServers], &d.keys.door, e, o, 0, 0, r)
		default:
			d.tally(rServers, &d.keys.door, e)
		}
	}
	if r.Close == handshake.Reset && r.Handshake.Opened() {
		d.note(rResets, o, s, 0, port, e, nil, r)
	}
}

// tried books that o tried a port of s in vain. What tells the machines of its events apart stands where others have a size, of which
// these have no use.
func (d *Detector) tried(rule int, o, s *end, port uint16, e *event, r *record.Record) {
	size := e.size
	e.size = s.hash
	d.note(rule, o, nil, 0, port, e, s, r)
	e.size = size
}

// tally books an event that makes no finding.
func (d *Detector) tally(rule int, k *topic, e *event) {
	ru := &d.rules[rule]
	if t := ru.sight(k, e, nil, 0, 0); t != nil {
		ru.add(t, e)
	}
}

// opened books that a door answered o.
func (d *Detector) opened(rule int, k *topic, o *end, e *event) {
	public := uint64(0)
	if d.public(o.addr) {
		public = 1
	}
	ru := &d.rules[rule]
	if t := ru.sight(k, e, nil, uint64(e.at), public); t != nil {
		ru.add(t, e)
		t.opened(e.at, public != 0)
	}
}

// ipProtocols stands as protocol of the subject who tries IP protocols (255 is reserved).
const ipProtocols = 255

// portless books what has no ports: pings and other IP protocols.
func (d *Detector) portless(r *record.Record) {
	var o, s end
	o.set(r.Orig.Addr.Unmap())
	s.set(r.Resp.Addr.Unmap())
	e := event{at: r.First, record: r.ID, file: d.input(r), frame: r.FirstFrame}
	switch r.Proto {
	case capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP: // fragments without their first
	case capture.ProtoICMP, capture.ProtoICMP6:
		if typ, _, _, ok := r.ICMP(); ok && (typ == 8 && r.Proto == capture.ProtoICMP || typ == 128 && r.Proto == capture.ProtoICMP6) {
			var k topic
			k.set(nil, &s, 0, r.Proto, 0)
			d.oneWay(r, &k, &o, &s, &e, r.Resp.Pkts > 0)
		}
	default:
		if !s.addr.IsMulticast() {
			e.what = uint32(r.Proto)
			d.note(rStealth, &o, &s, ipProtocols, 0, &e, nil, r)
		}
	}
}

// oneWay books datagrams by where they go, which k says.
func (d *Detector) oneWay(r *record.Record, k *topic, o, s *end, e *event, answered bool) {
	if s.addr.IsMulticast() || r.HasPorts && listenOnly.has(r.Resp.Port) {
		return
	}
	e.what = 1
	if answered {
		d.tally(rOneWay, k, e)
		return
	}
	e.what = 0
	d.book(&d.rules[rOneWay], k, e, o, 0, 0, r)
}

// listenOnly are services that collect what many send, and answer nobody: traps, logs, flows, measurements.
var listenOnly = portsOf(162, 514, 1514, 2055, 2056, 4739, 5140, 6343, 6831, 8125, 8126, 9995, 9996, 10514, 12201, 25826)

// sctp books associations that did not come about: an opening takes two packets of each side (RFC 9260,
// section 5.1), a door that is shut answers with one.
func (d *Detector) sctp(r *record.Record, o, s *end, e *event) {
	if r.Orig.Pkts <= 2 && r.Resp.Pkts <= 1 {
		e := *e
		e.what, e.size = uint32(r.Resp.Port), 0
		d.note(rScanPorts, o, s, r.Proto, 0, &e, nil, r)
	}
}

func (d *Detector) udp(r *record.Record, o, s *end, e *event) {
	if s.addr.IsMulticast() || s.addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return
	}
	port := r.Resp.Port
	d.oneWay(r, &d.keys.door, o, s, e, r.Exchange == handshake.Answered || r.Exchange == handshake.ReplyOnly)
	switch r.Exchange {
	case handshake.Unanswered, handshake.ExchangeRefused, handshake.ExchangeFiltered:
		// Traceroute walks these numbers on purpose.
		if port >= 33434 && port <= 33690 || r.Orig.Payload > 4096 {
			return
		}
		e.what = uint32(port)
		d.note(rUDPPorts, o, s, 0, 0, e, nil, r)
		d.tried(rUDPHosts, o, s, port, e, r)
	case handshake.Answered, handshake.ReplyOnly:
		if name := d.amplifier(port); name != "" {
			e.what = 0
			if r.Exchange == handshake.Answered && r.Resp.Pkts <= answersEach*r.Orig.Pkts {
				e.what = 1 // by question and answer
			}
			ru := &d.rules[rAmplify]
			if r.Resp.Payload >= ampBytes {
				ru.at(&d.keys.sent) // it may be a finding by itself, which what was seen once never is
			}
			d.book(ru, &d.keys.sent, e, s, r.Orig.Payload, r.Resp.Payload, r)
		}
	}
}

// conversations answer with much by their nature, and no forged question starts
// one: a file by TFTP, a tunnel, a call.
var conversations = portsOf(69, 443, 1194, 3389, 3478, 5060, 6881, 27015, 27960, 32410, 20811)

// readings are asked for much by the machine itself that receives it: names, tables of a device, lists of services. A monitor that
// walks the tables of its devices (GetBulk, RFC 3416) gets thirty times its questions, all day.
var readings = portsOf(53, 111, 137, 161, 389, 427, 1900, 3702, 5353, 5355, 5683)

func (d *Detector) amplifier(port uint16) string {
	if conversations.has(port) {
		return ""
	}
	for _, f := range d.cat.Facts(capture.ProtoUDP, port) {
		if f.Kind == "amplifier" {
			return f.Name
		}
	}
	return ""
}

var loginPorts = portsOf(21, 22, 23, 2222, 2323, 3389, 5900)
var adminPorts = portsOf(22, 135, 445, 3389, 5900, 5985, 5986)

// machinePorts are doors at which machines call machines, and administrators: nobody goes to many of them of strangers, as
// with pages, names, mail, files and whatever peers share. Those of adminPorts are among them.
var machinePorts = portsOf(22, 23, 135, 139, 445, 512, 513, 514, 623, 1433, 1521, 2222, 2323, 2375, 2376, 3306, 3389, 4786, 5432, 5900, 5985, 5986, 6379, 8291, 9200, 11211, 27017)

// logins are the services that ask who calls before anything else.
var logins = map[string]bool{"ssh": true, "ftp": true, "telnet": true, "rdp": true, "vnc": true}

// wrongPassword reports whether a site of the web turned a password away that it was sent (RFC 9110, sections 15.5.2 and 15.5.8).
func wrongPassword(a *identify.Facts) bool {
	return a != nil && a.HTTP != nil && (a.HTTP.Status == 401 || a.HTTP.Status == 407) && a.Login != nil && a.Login.Method == "http basic"
}

// keysFirst is the least that a client sends before its password in languages that encipher first: an offer of what it can do and a key.
// A monitor that looks whether the door answers says its name and leaves.
const keysFirst = 400

// login reports whether a login lives on the responder's port: by what was spoken,
// else by the number. A session in which no password can have been tried is none.
func login(r *record.Record) bool {
	if r.ServiceBy == "payload" {
		switch a := r.App; r.Service {
		case "ssh", "rdp":
			return r.Orig.Payload >= keysFirst
		case "ftp":
			return a == nil || a.Login != nil || a.StartTLS
		}
		return logins[r.Service] || wrongPassword(r.App)
	}
	return loginPorts.has(r.Resp.Port)
}

// onTheHour are services that call by the clock, as they should.
var onTheHour = portsOf(53, 67, 68, 123, 137, 138, 161, 546, 547, 1900, 3702, 5222, 5223, 5228, 5353, 5355)

// keepsAsking reports whether a language does so on any port: it keeps a way open, looks how far servers are, or what time it is.
func keepsAsking(a *identify.Facts) bool {
	if a == nil {
		return false
	}
	switch a.Protocol {
	case identify.STUN, identify.Discord, identify.NTP, identify.SIP, identify.SNMP:
		return true
	}
	return false
}

// ports is a set of ports; every record asks several.
type ports [1 << 16 / 64]uint64

func portsOf(list ...uint16) *ports {
	s := new(ports)
	for _, p := range list {
		s[p/64] |= 1 << (p % 64)
	}
	return s
}

func (s *ports) has(p uint16) bool { return s[p/64]>>(p%64)&1 != 0 }

// served takes what a server answered.
func (d *Detector) served(r *record.Record, o, s *end, e *event) {
	port := r.Resp.Port
	if r.TCP() {
		short := r.Orig.Payload <= guessOctets && r.Resp.Payload <= guessOctets && r.Orig.Payload > 0 && r.Resp.Payload > 0
		if short && login(r) {
			var k topic
			k.set(o, s, 0, 0, port)
			if t := d.rules[rGuess].sight(&k, e, nil, 0, 0); t != nil {
				t.spoke(r)
				d.rules[rGuess].add(t, e)
				d.mark(&d.rules[rGuess], t, r)
			}
		}
		if machinePorts.has(port) {
			d.letIn(r, o, s, e)
		}
	}
	if !onTheHour.has(port) && !keepsAsking(r.App) && !s.addr.IsMulticast() {
		// Datagrams from one and the same port are one conversation with pauses: that
		// its records are cut at the idle time makes no clock of it.
		ru, from := &d.rules[rBeacon], uint64(r.Orig.Port)
		if t := ru.sight(&d.keys.talk, e, nil, from, 0); t != nil {
			t.spoke(r)
			if r.TCP() || t.a != from {
				ru.add(t, e)
				d.mark(ru, t, r)
			}
			t.a = from
		}
	}
	// (Where nothing of the other end was captured, what it sent back is not known.)
	if r.Orig.Payload >= uploadLeast && (r.Resp.Pkts > 0 || r.Resp.Payload > 0) && d.inside(o.addr) && d.public(s.addr) {
		ru := &d.rules[rUpload]
		t := ru.of(o, s, 0, 0)
		ru.add(t, e)
		t.a += r.Orig.Payload
		t.b += r.Resp.Payload
		d.mark(ru, t, r)
	}
	if !r.TCP() && d.inside(s.addr) && !s.addr.IsMulticast() && catalog.ClassOf(port) != catalog.Dynamic && d.cat.LikelyServer(r.Proto, port) >= 8 {
		d.opened(rListener, &d.keys.door, o, e)
	}
	if r.TCP() && port >= 49152 && r.Spoken != identify.FTPData.String() { // that its number is of the moment is known
		d.note(rDynamic, nil, s, r.Proto, port, e, o, r)
	}
}

// letIn books that a machine was let in at a door of machines: inside that is administration, elsewhere it may be a search. Who
// works there moves more than who looks about.
func (d *Detector) letIn(r *record.Record, o, s *end, e *event) {
	port := r.Resp.Port
	switch {
	case d.inside(o.addr) && d.inside(s.addr):
		if adminPorts.has(port) && o.addr != s.addr {
			d.note(rLateral, o, nil, 0, 0, e, s, r)
		}
	case r.Orig.Payload+r.Resp.Payload <= lookOctets && (d.public(o.addr) || d.public(s.addr)) && !neighbours(o.addr, s.addr):
		var k topic
		k.set(o, nil, 0, 0, port)
		e := *e
		e.size = s.hash // see tried
		ru := &d.rules[rAnswered]
		if t := ru.sight(&k, &e, s, 0, 0); t != nil {
			t.spoke(r)
			ru.add(t, &e)
			ru.host(t, s.addr)
			d.mark(ru, t, r)
		}
	}
}

// neighbours reports whether two addresses are of one net as large as one owner has: a house with addresses of the
// Internet administers its machines as one with private ones does.
func neighbours(a, b netip.Addr) bool {
	bits := 16
	if !a.Is4() {
		bits = 32
	}
	net, err := a.Prefix(bits)
	return err == nil && net.Contains(b)
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

func (d *Detector) public(a netip.Addr) bool { return Public(a, d.local) }

// Public reports whether a is an address of the Internet at large that is not of local.
func Public(a netip.Addr, local []netip.Prefix) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !Inside(a, local) && bogon(a) == ""
}

// meet notes when a host was first seen.
func (d *Detector) meet(e *end, at int64) {
	if d.inside(e.addr) {
		d.known.meet(e, at)
	}
}

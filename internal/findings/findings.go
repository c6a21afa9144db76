package findings

import (
	"net/netip"
	"slices"
	"sort"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
)

// Finding is one thing worth a look. Times are nanoseconds since 1970 UTC; a
// zero address or port is absent.
type Finding struct {
	Kind     string
	Severity string // info, low, medium, high
	Basis    string // hint or observed
	Actor    netip.Addr
	Target   netip.Addr
	Proto    uint8
	Port     uint16
	// Count is what the threshold is about (ports, hosts, connections, octets); Of
	// is out of how many, 0 where there is no such number. Extra is a further
	// number of the kind (interval in ns, ratio, answered ones).
	Count, Of, Extra uint64
	Window           time.Duration // within which Count was reached, 0 for the whole capture
	First, Last      int64
	Records          []uint64 // some of them, lowest first
	Frames           []uint64 // of those records
	Name             string   // service or what history calls the port; from the catalogue, not the wire
}

// The thresholds, with where they come from.
const (
	scanPorts   = 15 // Zeek's scan policy: distinct ports failed in five minutes
	scanHosts   = 25 // the same: hosts
	stealth     = 3
	scanWindow  = 5 * time.Minute
	floodMin    = 100
	floodWindow = 10 * time.Second
	resetMin    = 50
	ampBytes    = 100_000
	ampRatio    = 10
	guessMin    = 30
	guessWindow = 30 * time.Minute
	guessOctets = 5000 // a refused login of SSH stays below
	beaconMin   = 20
	dynClients  = 3
	lateralMin  = 5
)

// Detector watches records. The zero value is not ready: use New.
type Detector struct {
	cat   *catalog.Catalog
	local []netip.Prefix

	ports, hosts, probes, udpPorts, udpHosts store
	servers, resets, amps, guesses, beacons  store
	exposed, dynamic, lateral, backdoor      store
	rpc                                      map[netip.Addr]bool // hosts asked for a number by portmapper, FTP or RPC
}

// New returns a detector. local are networks that count as inside besides the
// private ones.
func New(cat *catalog.Catalog, local []netip.Prefix) *Detector {
	return &Detector{cat: cat, local: local, rpc: map[netip.Addr]bool{}}
}

func (d *Detector) inside(a netip.Addr) bool {
	a = a.Unmap()
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range d.local {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

var reserved = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8")}

// public reports whether a is an address of the Internet at large. Documentation
// and benchmark blocks are not.
func (d *Detector) public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || d.inside(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Observe takes a record.
func (d *Detector) Observe(r *record.Record) {
	if !r.HasPorts || !r.Final {
		return
	}
	o, s := r.Orig.Addr.Unmap(), r.Resp.Addr.Unmap()
	if r.Resp.Port == 135 || r.Resp.Port == 111 || r.Resp.Port == 21 {
		if len(d.rpc) < maxHosts {
			d.rpc[s] = true
		}
	}
	e := event{at: r.First, record: r.ID, frame: r.FirstFrame, size: r.Orig.Payload + r.Resp.Payload}
	switch r.Proto {
	case capture.ProtoTCP:
		d.tcp(r, o, s, e)
	case capture.ProtoUDP:
		d.udp(r, o, s, e)
	}
	if answered(r) && r.RolesBy != handshake.RolesFirst && r.RolesBy != handshake.RolesPort {
		d.served(r, o, s, e)
	}
	for _, k := range r.Risks {
		if k.ID == "port-backdoor" {
			t := d.backdoor.at(subject{target: s, proto: r.Proto, port: r.Resp.Port})
			t.add(e)
			t.host(o)
		}
	}
}

func answered(r *record.Record) bool {
	return r.Handshake.Opened() || r.Exchange == handshake.Answered
}

func (d *Detector) tcp(r *record.Record, o, s netip.Addr, e event) {
	port := r.Resp.Port
	switch r.Handshake {
	case handshake.NoAnswer, handshake.Refused, handshake.Filtered, handshake.HalfOpen, handshake.Aborted:
		e.what = uint32(port)
		t := d.ports.at(subject{actor: o, target: s})
		t.add(e)
		if r.Handshake == handshake.Aborted || r.Handshake == handshake.HalfOpen {
			t.a++ // answered: a door that is open
		}
		t = d.hosts.at(subject{actor: o, port: port})
		t.add(e)
		t.host(s)
	case handshake.Probe:
		e.what = uint32(port)
		d.probes.at(subject{actor: o, target: s}).add(e)
	}
	if r.RolesBy == handshake.RolesSYN {
		t := d.servers.at(subject{target: s, port: port})
		e.what = 0
		switch r.Handshake {
		case handshake.HalfOpen:
			e.what = 1
			t.host(o)
		case handshake.NoAnswer:
			e.what = 2
			t.host(o)
		}
		t.add(e)
	}
	if r.Close == handshake.Reset && r.Handshake.Opened() {
		d.resets.at(subject{actor: o, target: s, port: port}).add(e)
	}
}

func (d *Detector) udp(r *record.Record, o, s netip.Addr, e event) {
	if s.IsMulticast() || s == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return
	}
	port := r.Resp.Port
	switch r.Exchange {
	case handshake.Unanswered, handshake.ExchangeRefused, handshake.ExchangeFiltered:
		// Traceroute walks these numbers on purpose (RFC 1393's predecessor).
		if port >= 33434 && port <= 33690 || r.Orig.Payload > 4096 {
			return
		}
		e.what = uint32(port)
		d.udpPorts.at(subject{actor: o, target: s}).add(e)
		t := d.udpHosts.at(subject{actor: o, port: port})
		t.add(e)
		t.host(s)
	case handshake.Answered, handshake.ReplyOnly:
		if name := d.amplifier(port); name != "" {
			t := d.amps.at(subject{target: o, proto: r.Proto, port: port})
			t.add(e)
			t.host(s)
			t.a += r.Orig.Payload
			t.b += r.Resp.Payload
		}
	}
}

// conversations answer with much by their nature, and no forged question starts
// one: a file by TFTP, a tunnel, a call.
var conversations = map[uint16]bool{69: true, 1194: true, 3389: true, 3478: true, 5060: true, 6881: true, 27015: true, 27960: true, 32410: true, 20811: true}

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

// clockwork are services that call by the clock, as they should.
var clockwork = map[uint16]bool{53: true, 67: true, 68: true, 123: true, 137: true, 138: true, 161: true, 443: false, 546: true, 547: true, 1900: true, 3702: true,
	5222: true, 5223: true, 5228: true, 5353: true, 5355: true}

// served takes what a server answered.
func (d *Detector) served(r *record.Record, o, s netip.Addr, e event) {
	port := r.Resp.Port
	if r.TCP() {
		short := r.Orig.Payload <= guessOctets && r.Resp.Payload <= guessOctets && r.Orig.Payload > 0 && r.Resp.Payload > 0
		if loginPorts[port] && short {
			d.guesses.at(subject{actor: o, target: s, port: port}).add(e)
		}
		if adminPorts[port] && d.inside(o) && d.inside(s) && o != s {
			e.what = uint32(port)
			t := d.lateral.at(subject{actor: o})
			t.add(e)
			t.host(s)
		}
	}
	if !clockwork[port] && !s.IsMulticast() {
		d.beacons.at(subject{actor: o, target: s, proto: r.Proto, port: port}).add(e)
	}
	if d.public(o) && d.inside(s) {
		for _, f := range d.cat.Facts(r.Proto, port) {
			switch f.Kind {
			case "exposure", "boundary-block", "ics", "no-auth":
				t := d.exposed.at(subject{target: s, proto: r.Proto, port: port})
				t.add(e)
				t.host(o)
				return
			}
		}
	}
	if r.TCP() && port >= 49152 {
		t := d.dynamic.at(subject{target: s, proto: r.Proto, port: port})
		t.add(e)
		t.host(o)
	}
}

// Unwatched is how many subjects had no room in memory.
func (d *Detector) Unwatched() uint64 {
	n := uint64(0)
	for _, s := range []*store{&d.ports, &d.hosts, &d.probes, &d.udpPorts, &d.udpHosts, &d.servers, &d.resets, &d.amps, &d.guesses, &d.beacons, &d.exposed, &d.dynamic, &d.lateral, &d.backdoor} {
		n += s.dropped
	}
	return n
}

var rank = map[string]int{"high": 0, "medium": 1, "low": 2, "info": 3}

// AtLeast reports whether severity is floor or worse.
func AtLeast(severity, floor string) bool { return rank[severity] <= rank[floor] }

// Severities are the words, mildest first.
func Severities() []string { return []string{"info", "low", "medium", "high"} }

// Findings returns what was found so far, worst first, in an order that depends
// on the capture only.
func (d *Detector) Findings() []Finding {
	var out []Finding
	out = append(out, d.scans()...)
	out = append(out, d.floods()...)
	out = append(out, d.habits()...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if rank[a.Severity] != rank[b.Severity] {
			return rank[a.Severity] < rank[b.Severity]
		}
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		if a.Count != b.Count {
			return a.Count > b.Count
		}
		if c := a.Actor.Compare(b.Actor); c != 0 {
			return c < 0
		}
		if c := a.Target.Compare(b.Target); c != 0 {
			return c < 0
		}
		if a.Port != b.Port {
			return a.Port < b.Port
		}
		return a.First < b.First
	})
	return out
}

// evidence fills in times and up to eight records of the events.
func (f *Finding) evidence(es []event) {
	slices.SortFunc(es, func(a, b event) int {
		if a.record < b.record {
			return -1
		}
		return 1
	})
	for i, e := range es {
		if i == 0 || e.at < f.First {
			f.First = e.at
		}
		f.Last = max(f.Last, e.at)
		if i < 8 {
			f.Records = append(f.Records, e.record)
			f.Frames = append(f.Frames, e.frame)
		}
	}
}

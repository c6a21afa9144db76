package doors

import (
	"net/netip"
	"sort"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// State is what is proven about a door.
type State uint8

// The states, best proof first: a door that once answered is open, whatever
// else was tried.
const (
	Silent   State = iota // knocked at, and nothing came back
	Filtered              // an ICMP error came back
	Closed                // a RST or port unreachable came back
	Open                  // a SYN-ACK, a reply, or the middle of a connection
)

// String returns the word used in records.
func (s State) String() string { return [...]string{"silent", "filtered", "closed", "open"}[s] }

// Key names a door.
type Key struct {
	Host  netip.Addr
	Port  uint16
	Proto uint8
}

// Less orders doors by host, port and protocol.
func (k Key) Less(o Key) bool {
	if c := k.Host.Compare(o.Host); c != 0 {
		return c < 0
	}
	if k.Port != o.Port {
		return k.Port < o.Port
	}
	return k.Proto < o.Proto
}

// Door is one port of one host.
type Door struct {
	Key
	State                   State
	Attempts                uint64 // connections or exchanges somebody tried
	Accepted, Refused       uint64
	Filtered, Silent        uint64
	Faulty                  uint64 // of those accepted, answered with a fault of the server
	BytesIn, BytesOut       uint64 // payload octets to and from the host
	First, Last             int64  // ns
	Service, Name           string
	ClientsMore             bool // more than Clients were seen
	clients                 addrs
	ProofFrame, ProofRecord uint64 // what proves the state
	ProofFile               string
	GuessedRole             bool   // nothing told who was the responder
	serviceBy               string // as service_by of records
}

// serve takes the name of a service. What was spoken stays over what the number is for,
// and TLS over the words in clear with which its servers send away who speaks none.
func (d *Door) serve(name, by string) {
	if name == "" || d.spoken() && by != "payload" || by == "payload" && d.spoken() && d.Service == "tls" && name == "http" {
		return
	}
	d.Service, d.serviceBy = name, by
}

// spoken reports whether Service is what was spoken, not what its number is for.
func (d *Door) spoken() bool { return d.serviceBy == "payload" }

// Called is what was spoken at d or the user says of its number, else what that is for, with a question mark behind it.
func (d *Door) Called() string {
	if d.Service != "" {
		return record.Called(d.Service, d.serviceBy)
	}
	return record.Called(d.Name, "port")
}

// ServiceBy is what tells Service, or Name where there is none of it, as service_by of records: payload, port or user.
func (d *Door) ServiceBy() string {
	if d.Service == "" && d.Name != "" {
		return "port"
	}
	return d.serviceBy
}

// Clients is how many different originators knocked (at least, with ClientsMore).
func (d *Door) Clients() int { return d.clients.len() }

// Who is how many different originators knocked for whom is holds (at least, with ClientsMore).
func (d *Door) Who(is func(netip.Addr) bool) (n int) {
	for c := range d.clients.all() {
		if is(c) {
			n++
		}
	}
	return n
}

// Limits of what is kept: beyond them things are counted together.
const (
	most       = 1 << 20 // doors, and hosts, where Max says nothing
	entryCost  = 1 << 10 // octets of one of them, with its addresses: roughly
	maxClients = 1024    // remembered per door
	maxPeers   = 1024
)

// Tally adds records up. The zero value is ready; one goroutine owns it.
type Tally struct {
	// Max is how many doors, and how many hosts, are kept; 0 is a million.
	Max   int
	doors map[Key]*Door
	hosts map[netip.Addr]*Host
	// Dropped counts records of which a door or a host found no room.
	Dropped uint64
}

// Fit sets Max so that doors and hosts take about so many octets.
func (t *Tally) Fit(memory int64) { t.Max = int(min(max(memory/(2*entryCost), 1), most)) }

func (t *Tally) max() int {
	if t.Max > 0 {
		return t.Max
	}
	return most
}

// Host is one address.
type Host struct {
	Addr              netip.Addr
	Opened, Received  uint64 // connections and exchanges as originator and as responder
	OpenDoors         int
	BytesOut, BytesIn uint64 // payload sent and received
	Pkts              uint64
	First, Last       int64
	Failed            uint64 // attempts of its own that nobody accepted
	Name              string
	peers             addrs
}

// Peers is how many addresses are at the other end of its connections (at most maxPeers).
func (h *Host) Peers() int { return h.peers.len() }

// Add books one record.
func (t *Tally) Add(r *record.Record) {
	if t.doors == nil {
		t.doors, t.hosts = map[Key]*Door{}, map[netip.Addr]*Host{}
	}
	// A machine that calls itself is both.
	called := t.host(r, &r.Orig, &r.Resp, true)
	answered := t.host(r, &r.Resp, &r.Orig, false)
	if !t.door(r) || !called || !answered {
		t.Dropped++
	}
}

// door books what r says of its responder's door; false when there is no room for it.
func (t *Tally) door(r *record.Record) bool {
	if !r.HasPorts {
		return true
	}
	state, knocked, ok := judge(r)
	if !ok {
		return true
	}
	k := Key{r.Resp.Addr, r.Resp.Port, r.Proto}
	d := t.doors[k]
	if d == nil {
		if len(t.doors) >= t.max() {
			return false
		}
		d = &Door{Key: k, First: r.First, Last: r.Last, Name: r.PortName, GuessedRole: true}
		t.doors[k] = d
	}
	if asked(r) {
		d.GuessedRole = false
	}
	if knocked {
		d.Attempts++
		if d.clients.len() < maxClients {
			d.clients.add(r.Orig.Addr)
		} else if !d.clients.has(r.Orig.Addr) {
			d.ClientsMore = true
		}
	}
	switch state {
	case Open:
		d.Accepted++
		if faulty(r) {
			d.Faulty++
		}
	case Closed:
		d.Refused++
	case Filtered:
		d.Filtered++
	case Silent:
		d.Silent++
	}
	if state > d.State || d.ProofRecord == 0 {
		d.State, d.ProofRecord = state, r.ID
		d.ProofFrame, d.ProofFile = proof(r, state)
	}
	d.serve(r.Service, r.ServiceBy)
	d.BytesIn += r.Orig.Payload
	d.BytesOut += r.Resp.Payload
	d.First, d.Last = min(d.First, r.First), max(d.Last, r.Last)
	return true
}

// failed is how many of all calls came to nothing: nobody let them in, or the server had a fault.
func (d *Door) failed() (n, all uint64) {
	n = d.Refused + d.Filtered + d.Silent
	return n + d.Faulty, n + d.Accepted
}

// faulty reports whether a server that answered could not do what it is for: an error of its own by HTTP (RFC 9110, section 15.6), TLS
// that did not come about, a name server that failed (RFC 1035, section 4.1.1).
func faulty(r *record.Record) bool {
	const servFail, closeNotify = 2, 0
	switch a := r.App; {
	case a == nil:
		return false
	case a.HTTP != nil && a.HTTP.Status >= 500:
		return true
	case a.TLS != nil && a.TLS.HasAlert && a.TLS.AlertFatal && a.TLS.Alert != closeNotify:
		return true
	default:
		return a.DNS != nil && a.DNS.Code == servFail
	}
}

// asked reports whether it is known who knocked. So it is where a datagram came back refused by the
// responder itself, or no other was seen: its sender asked.
func asked(r *record.Record) bool {
	switch r.Exchange {
	case handshake.ExchangeRefused:
		return r.RolesTold() || r.FilteredBy == r.Resp.Addr || r.Resp.Pkts == 0
	case handshake.ExchangeFiltered:
		return r.RolesTold() || r.Resp.Pkts == 0
	}
	return r.RolesTold()
}

// judge says what a record proves about the responder's door, and whether
// somebody knocked; ok is false where it proves nothing.
func judge(r *record.Record) (s State, knocked, ok bool) {
	if r.Proto == capture.ProtoTCP {
		switch r.Handshake {
		case handshake.Completed, handshake.CompletedUnseen, handshake.HalfOpen:
			return Open, true, true
		case handshake.Aborted:
			if r.SYNACKFrame != 0 {
				return Open, true, true
			}
			return Silent, true, true
		case handshake.Implied:
			return Open, r.Orig.Pkts > 0, true
		case handshake.Unsolicited:
			// A SYN-ACK is the door's own word; who knocked was not seen.
			if r.SYNACKFrame != 0 {
				return Open, false, true
			}
			return 0, false, false
		case handshake.Midstream:
			if r.Orig.Pkts == 0 || r.Resp.Pkts == 0 {
				return 0, false, false
			}
			return Open, false, true
		case handshake.Refused:
			if r.SYNACKFrame != 0 {
				return Open, true, true // only a listener answers; a RST in its name anybody on the way can send
			}
			return Closed, true, true
		case handshake.Filtered:
			return Filtered, true, true
		case handshake.NoAnswer:
			return Silent, true, true
		case handshake.Probe:
			if r.SYNACKFrame != 0 {
				return Open, true, true
			}
			return 0, false, false
		}
		return 0, false, false
	}
	if r.LetIn {
		return Open, true, true
	}
	switch r.Exchange {
	case handshake.Answered:
		return Open, true, true
	case handshake.ReplyOnly:
		return Open, false, true
	case handshake.ExchangeRefused:
		if r.FilteredBy.IsValid() && r.FilteredBy != r.Resp.Addr {
			return Filtered, true, true // the host did not say so; who rejects in its place answers in its own name
		}
		return Closed, true, true
	case handshake.ExchangeFiltered:
		return Filtered, true, true
	case handshake.Unanswered, handshake.Stream:
		return Silent, true, true
	}
	return 0, false, false
}

// proof is the frame that shows that a door is in state s, and the input that has it, where
// there are several; 0 where the record names none.
func proof(r *record.Record, s State) (frame uint64, file string) {
	in := func(key string, frame uint64) (uint64, string) {
		for _, f := range r.FrameFiles {
			if k, name, _ := strings.Cut(f, "="); k == key {
				return frame, name
			}
		}
		return frame, r.File
	}
	switch {
	case s == Open && r.SYNACKFrame != 0:
		return in("synack_frame", r.SYNACKFrame)
	case s == Open && r.ConfirmedFrame != 0:
		return in("confirmed_frame", r.ConfirmedFrame)
	case (s == Closed || s == Filtered) && r.ICMPFrame != 0:
		return in("icmp_frame", r.ICMPFrame)
	case s == Closed && r.RSTFrame != 0:
		return in("rst_frame", r.RSTFrame)
	case s == Open && r.ReplyFrame != 0:
		return in("reply_frame", r.ReplyFrame)
	case s == Open && r.Orig.Pkts == 0: // all that was seen is of the door
		return in("first_frame", r.FirstFrame)
	case s == Open && r.App != nil && r.App.Frames[1] != 0 && len(r.FrameFiles) == 0:
		return r.App.Frames[1], r.File
	case s == Closed || s == Open:
		return 0, r.File // it may as well be one of who called
	}
	return in("first_frame", r.FirstFrame)
}

// host books what r says of one of its ends; false when there is no room for it.
func (t *Tally) host(r *record.Record, me, peer *record.Side, orig bool) bool {
	h := t.hosts[me.Addr]
	if h == nil {
		if len(t.hosts) >= t.max() {
			return false
		}
		h = &Host{Addr: me.Addr, First: r.First, Last: r.Last}
		t.hosts[me.Addr] = h
	}
	began := uint64(1)
	if r.Handshake == handshake.Midstream { // before the capture did: nobody was seen to
		began = 0
	}
	switch {
	case orig && r.AnswersAll():
	case orig:
		h.Opened += began
		switch r.Handshake {
		case handshake.Refused, handshake.Filtered, handshake.NoAnswer, handshake.Invalid:
			h.Failed++
		}
		switch r.Exchange {
		case handshake.Unanswered, handshake.ExchangeRefused, handshake.ExchangeFiltered:
			h.Failed++
		}
	default:
		h.Received += began
		if r.ServerName != "" && !isAddr(r.ServerName) {
			h.Name = r.ServerName
		}
	}
	h.BytesOut += me.Payload
	h.BytesIn += peer.Payload
	h.Pkts += me.Pkts
	h.First, h.Last = min(h.First, r.First), max(h.Last, r.Last)
	if h.peers.len() < maxPeers {
		h.peers.add(peer.Addr)
	}
	return true
}

// isAddr reports whether what a client called a server is an address, which names nobody.
func isAddr(name string) bool {
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil
}

// Doors lists the doors by host, port and protocol.
func (t *Tally) Doors() []*Door {
	ds := make([]*Door, 0, len(t.doors))
	for _, d := range t.doors {
		ds = append(ds, d)
	}
	sort.Slice(ds, func(i, j int) bool { return ds[i].Less(ds[j].Key) })
	return ds
}

// Door returns one door, nil when nothing is known of it.
func (t *Tally) Door(k Key) *Door { return t.doors[k] }

// Hosts lists the hosts by address.
func (t *Tally) Hosts() []*Host {
	hs := make([]*Host, 0, len(t.hosts))
	for _, h := range t.hosts {
		h.OpenDoors = 0
		hs = append(hs, h)
	}
	for _, d := range t.doors {
		if h := t.hosts[d.Host]; h != nil && d.State == Open {
			h.OpenDoors++
		}
	}
	sort.Slice(hs, func(i, j int) bool { return hs[i].Addr.Less(hs[j].Addr) })
	return hs
}

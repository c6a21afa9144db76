package findings

import (
	"net/netip"
	"slices"

	"portero/capture"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/policy"
	"portero/internal/record"
)

// mark is what one record shows by itself.
type mark struct {
	f      Finding
	other  netip.Addr // the end that is counted: mostly the client
	frames []uint64
	shows  uint64 // the one of frames that is told where there is room for one; 0: the first
	spoken bool   // what the finding calls a door was spoken there
}

// shown is the frame that is told where there is room for one.
func (m *mark) shown() uint64 {
	if m.shows == 0 && len(m.frames) > 0 {
		return m.frames[0]
	}
	return m.shows
}

// subject is what the same mark of other records is told together with.
func (m *mark) subject() (subject, names) {
	n := names{m.f.Kind, m.f.Name}
	if ofDoor(m.f.Kind) {
		n.name = ""
	}
	return subject{actor: m.f.Actor, target: m.f.Target, proto: m.f.Proto, port: m.f.Port}, n
}

// ofDoor reports whether a kind is about a door, whatever was spoken there: what one caller says and another does not makes no
// second one of it. All others are about what was said or done.
func ofDoor(kind string) bool { return kind == "exposure" || kind == "not-in-policy" }

// Record adds to r what it shows by itself. It keeps nothing: it may be asked of
// records that are not final.
func (d *Detector) Record(r *record.Record) {
	if !r.HasPorts {
		return
	}
	d.marks, d.judged, d.judgedID = d.judge(d.marks[:0], r), r, r.ID
	for i := range d.marks {
		m := &d.marks[i]
		m.f.Count, m.f.Of = 1, 1
		d.mute(&m.f)
		risk(r, &m.f, m.frames)
	}
}

// opening are the frames that show that something answered.
func opening(r *record.Record) []uint64 {
	return frames(r, r.SYNFrame, r.SYNACKFrame, r.ACKFrame)
}

// answering is the frame that shows that something answered, 0 where the record names none.
func answering(r *record.Record) uint64 {
	switch {
	case r.SYNACKFrame != 0:
		return r.SYNACKFrame
	case r.ConfirmedFrame != 0:
		return r.ConfirmedFrame
	}
	return r.ReplyFrame
}

// frames are those of fs that are known, else the record's first.
func frames(r *record.Record, fs ...uint64) []uint64 {
	var out []uint64
	for _, f := range fs {
		if f != 0 {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		out = append(out, r.FirstFrame)
	}
	return out
}

// scene is a record that is being judged, with what most kinds ask of it.
type scene struct {
	d     *Detector
	r     *record.Record
	o, s  netip.Addr // originator and responder
	marks []mark
}

// raise adds a finding. Its proof are the frames that are known.
func (x *scene) raise(f Finding, proof ...uint64) {
	x.marks = append(x.marks, mark{f: f, other: x.o, frames: frames(x.r, proof...)})
}

// answers adds a finding that rests on an answer, so that the answer is the frame that is told.
func (x *scene) answers(f Finding) {
	x.raise(f, opening(x.r)...)
	m := &x.marks[len(x.marks)-1]
	m.shows, m.spoken = answering(x.r), x.r.ServiceBy == "payload" || x.d.cat.OwnPractice(x.r.Proto, x.r.Resp.Port)
}

// door begins a finding about the responder's door.
func (x *scene) door(kind, severity string) Finding {
	return Finding{Kind: kind, Severity: severity, Basis: "observed", Target: x.s, Proto: x.r.Proto, Port: x.r.Resp.Port, First: x.r.First, Last: x.r.Last}
}

// offered reports whether the door opened, and no more is known: to who then did not come in, as to a scan (its SYN-ACK shows it),
// or to what has neither handshake nor exchange.
func offered(r *record.Record) bool {
	return r.LetIn || r.SYNACKFrame != 0 && (r.Handshake == handshake.HalfOpen || r.Handshake == handshake.Aborted)
}

// cameIn reports, of what has neither handshake nor exchange, that who called went on when it was let in: who writes another's
// address does not hear the answer. A datagram of UDP-Lite is answered as one of UDP.
func cameIn(r *record.Record) bool {
	return r.LetIn && (r.Proto == capture.ProtoUDPLite || r.Orig.Pkts > 1 && r.Resp.Pkts > 1)
}

// judge appends what r shows by itself. Nothing is said of a port unless something
// answered there, and of who answered unless that is told rather than guessed.
func (d *Detector) judge(ms []mark, r *record.Record) []mark {
	x := scene{d: d, r: r, o: r.Orig.Addr.Unmap(), s: r.Resp.Addr.Unmap(), marks: ms}
	x.impossible()
	if !answered(r) {
		if offered(r) && r.RolesTold() {
			x.unexpected()
		}
		// Of a connection that was open before the capture little is said of its door; a password that was read in it travelled, and who
		// sent it says by that who called.
		if a := r.App; r.Handshake == handshake.Midstream && a != nil && a.Client == 0 && a.Login != nil && a.Login.Clear {
			x.login()
		}
		return x.marks
	}
	if r.App != nil {
		x.login()
		x.tls()
	}
	if !r.RolesTold() {
		return x.marks
	}
	x.backdoor()
	x.exposed()
	x.unexpected()
	x.unknown()
	if r.App != nil {
		x.mismatch()
		x.shell()
		x.hidden()
	}
	return x.marks
}

// backdoor is a fact of the past that a responder's port may hint at: none where
// an ordinary service lives there, or an ordinary payload was spoken.
func (x *scene) backdoor() {
	if x.r.ServiceBy == "payload" || x.r.ServiceBy == "user" {
		return
	}
	fact, ok := x.d.cat.PortHint(x.r.Proto, x.r.Resp.Port)
	if !ok {
		return
	}
	f := x.door("port-backdoor", "low")
	f.Basis, f.Name = "hint", fact.Name
	if era := x.d.cat.Note(fact).Era; era != "" {
		f.Name += " (" + era + ")"
	}
	x.answers(f)
}

// exposed is a service meant for the inside that served the Internet.
func (x *scene) exposed() {
	if !x.d.public(x.o) || !x.d.inside(x.s) {
		return
	}
	fact, ok := x.d.private(x.r)
	if !ok {
		return
	}
	// The number alone says what the service is: then not above medium, but for who knows what it is in this house.
	f := x.door("exposure", "medium")
	f.Name = x.d.service(x.r)
	switch {
	case fact.Own():
		f.Severity, f.Name = fact.Severity, fact.Name
		x.answers(f)
		x.marks[len(x.marks)-1].spoken = true // its owner says so
		return
	case x.r.ServiceBy == "payload" && fact.Severity == "high":
		f.Severity = "high"
	}
	x.answers(f)
}

// private is the fact that what answers is meant for the inside.
func (d *Detector) private(r *record.Record) (catalog.Fact, bool) {
	fs := d.cat.Facts(r.Proto, r.Resp.Port)
	inner := func(f catalog.Fact) bool {
		switch f.Kind {
		case "exposure", "boundary-block", "ics", "no-auth":
			return true
		}
		return false
	}
	// A service of one's own is what its number says, and speaks what it likes.
	if i := slices.IndexFunc(fs, func(f catalog.Fact) bool { return f.Own() && inner(f) }); i >= 0 {
		return fs[i], true
	}
	if r.ServiceBy == "payload" && !atHome(r) {
		return catalog.Fact{}, false // something else lives on this number
	}
	if i := slices.IndexFunc(fs, inner); i >= 0 {
		return fs[i], true
	}
	return catalog.Fact{}, false
}

// service is the name to tell of what answers.
func (d *Detector) service(r *record.Record) string {
	if r.Service != "" {
		return r.Service
	}
	return d.cat.Service(r.Proto, r.Resp.Port)
}

// impossible is a sender's address that nobody on any network has.
func (x *scene) impossible() {
	if why := never(x.o, x.s); why != "" && !x.r.AnswersAll() {
		if x.r.Orig.Pkts == 0 && x.r.Resp.Pkts > 0 {
			why += bogonCalled // an answer tells that it called, nothing that it sent was captured
		}
		x.raise(x.sentBy(why, x.o, x.s))
	}
	if why := never(x.s, x.o); why != "" && x.r.Resp.Pkts > 0 {
		x.marks = append(x.marks, mark{f: x.sentBy(why+bogonAnswer, x.s, x.o), other: x.s, frames: frames(x.r, x.r.SYNACKFrame)})
	}
	// A program that happens to call the number it was lent reaches itself, inside its machine: that
	// completes, as a simultaneous opening.
	if slices.Contains(x.r.Oddities, "land") && x.r.TCP() && x.r.SYNFrame != 0 && !x.s.IsLoopback() && !x.r.Handshake.Opened() {
		f := x.sentBy(bogonSelf, x.o, x.s)
		f.Port, f.Detail = x.r.Resp.Port, ""
		x.raise(f, x.r.SYNFrame)
	}
}

// sentBy begins a finding about an impossible sender. It is told once for all of a target: a flood under
// forged addresses has thousands. (Made only where there is one: its text is memory from the heap.)
func (x *scene) sentBy(why string, from, to netip.Addr) Finding {
	return Finding{Kind: "address-bogon", Severity: "low", Basis: "observed", Target: to, Proto: x.r.Proto, First: x.r.First, Last: x.r.Last, Name: why, Detail: from.String()}
}

// What the name of a finding address-bogon says besides the block.
const (
	bogonAnswer = " answer" // behind the block: the impossible sender was who answered
	bogonCalled = " called" // behind the block: it was answered, and nothing that it sent was captured
	bogonSelf   = "LAND"    // the sender is its receiver
)

// unknown is a conversation of some length that nobody recognises and that looks
// enciphered.
func (x *scene) unknown() {
	if !x.r.Opaque || x.r.Orig.Payload < unknownLeast || x.r.Resp.Payload < unknownLeast {
		return
	}
	f := x.door("payload-unknown", "low")
	f.Name = x.d.cat.Service(x.r.Proto, x.r.Resp.Port)
	x.raise(f, x.r.ConfirmedFrame)
}

// Judged reports whether the policy has a say in r: something answered there, it is known who called, and the machine is inside or named.
func (d *Detector) Judged(r *record.Record) bool {
	s := r.Resp.Addr.Unmap()
	return d.Policy != nil && r.HasPorts && (answered(r) || offered(r)) && r.RolesTold() && (d.inside(s) || d.Policy.Names(s))
}

// unexpected is a door that the user's policy does not name, or not for this
// caller.
func (x *scene) unexpected() {
	p := x.d.Policy
	if p == nil || !x.d.inside(x.s) && !p.Names(x.s) {
		return
	}
	why, line := p.Judge(x.s, x.r.Proto, x.r.Resp.Port, x.o)
	if why == policy.Expected || why == policy.NotCaller && !answered(x.r) && !cameIn(x.r) {
		return // who did not come in may have called in another's name
	}
	f := x.door("not-in-policy", "medium")
	f.Name, f.Extra = x.d.service(x.r), uint64(why)<<32|uint64(line)
	if why == policy.NotCaller {
		f.Actor = x.o
	}
	x.answers(f)
}

// Rule says why a finding of kind not-in-policy is one, and the line of the policy
// that comes closest, 0 without one.
func (f *Finding) Rule() (why policy.Why, line int) {
	return policy.Why(f.Extra >> 32), int(f.Extra & 0xffffffff)
}

package findings

import (
	"net/netip"
	"slices"
	"sort"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/internal/policy"
	"portero/internal/record"
	"portero/internal/words"
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
	Files            []string // the inputs in which Frames are, one each; nil where all are of one
	files            []uint32 // their numbers while the Detector has them
	Name             string   // service, or what history calls the port; may be from the wire
	PortOnly         bool     // of a door: nothing but its port says that it is called Name
	Detail           string   // of the kind: user, version, address; may be from the wire
	Others           bool     // Detail is that of the first record, and other records have another
	Sizes            bool     // the same of Extra
	Muted            string   // why an override of the catalogue silences it, "" when none does
}

// Identity tells a finding from all others of a run. It stays while the finding grows or
// becomes graver.
type Identity struct {
	Kind          string
	Actor, Target netip.Addr
	Proto         uint8
	Port          uint16
	What          string // one door may have two faults of a kind, one machine two tunnels
}

// Identity is that of f.
func (f *Finding) Identity() Identity {
	what := f.Name
	switch {
	case f.Kind == "dns-tunnel":
		what = f.Detail // the domain
	case ofDoor(f.Kind):
		what = "" // it is called otherwise once somebody speaks there
	}
	return Identity{f.Kind, f.Actor, f.Target, f.Proto, f.Port, what}
}

// The thresholds, with where they come from.
const (
	scanPorts      = 15 // Zeek's scan policy: distinct ports failed in five minutes
	scanHosts      = 25 // the same: hosts
	stealth        = 3
	scanWindow     = 5 * time.Minute
	letInHosts     = 30      // more than a person has to do with at once
	lookOctets     = 1 << 16 // of a call that looks about: copies, releases and backups take more
	visitsApart    = 10 * time.Second
	floodMin       = 100
	floodWindow    = 10 * time.Second
	floodFrom      = 10   // addresses, from which it is more than the fault of some
	floodAlone     = 1000 // openings of fewer: that many fill a queue, or are more than a checker's or than calls to a machine that is down
	resetMin       = 50
	ampBytes       = 100_000
	ampRatio       = 10
	ampUnasked     = 512 // octets of an answer on average, where no question was captured: more than DNS has without extensions (RFC 1035, section 4.2.1)
	ampFrom        = 10  // machines that answer then, from which it is more than somebody's own servers
	answersEach    = 4   // packets for one question, fragments among them, of who only answers
	guessMin       = 30
	guessWindow    = 30 * time.Minute
	guessMinFTP    = 20 // Zeek's threshold for FTP
	guessWindowFTP = 15 * time.Minute
	guessOctets    = 5000 // a refused login of SSH stays below
	beaconMin      = 20
	dynClients     = 3
	lateralMin     = 5
	scatterMin     = 25
	oneWayMin      = 1000 // in floodWindow
	oneWayFrom     = 100  // addresses
	uploadBytes    = 100_000_000
	uploadRatio    = 10
	uploadLeast    = 10_000 // octets of one connection that may be part of it
	learning       = time.Hour
	unknownLeast   = 2048 // octets of each side
)

// DefaultBudget is what the detectors remember in all when nothing else is said,
// in octets.
const DefaultBudget = 64 << 20

// Detector watches records. The zero value is not ready: use New. One goroutine
// owns it.
type Detector struct {
	cat   *catalog.Catalog
	local []netip.Prefix
	rules [nRules]rule
	rpc   map[netip.Addr]bool // hosts asked for a number by portmapper, FTP or RPC
	marks []mark
	heard heard
	keys  keys // of the record at hand
	// judged is the record that marks belongs to, and judgedID its id; nil when they
	// are nobody's any more.
	judged   *record.Record
	judgedID uint64
	// Policy says which doors are expected; nil: nothing is said of that. Doors of
	// machines that are neither inside nor named by it are left out.
	Policy *policy.Policy
	// Frames numbers frames as the user counts them; nil: as they are.
	Frames Numbering
	inputs inputs
	// Moved is by how much the times of records are later than those of the packets, ns, as
	// when a capture is shown as if it happened now; nil: not at all.
	Moved func() int64
	start int64    // of the capture: the earliest record, ns
	known arrivals // of hosts inside
}

// rule is one detector: what it remembers, and when that is a finding.
type rule struct {
	store
	kind  string
	first uint64              // events before it can be one
	worth func(t *track) bool // nil, or what judge asks first
	judge func(d *Detector, k subject, t *track) (Finding, bool)
}

// The detectors.
const (
	rScanPorts = iota
	rScanHosts
	rAnswered
	rStealth
	rUDPPorts
	rUDPHosts
	rServers
	rResets
	rAmplify
	rScatter
	rOneWay
	rGuess
	rBeacon
	rDynamic
	rLateral
	rUpload
	rListener
	rSingle // kinds that a single record raises
	nRules
)

// New returns a detector. local are networks that count as inside besides the
// private ones; budget is in octets, 0 for DefaultBudget. Each detector has the
// same share of it, and what others leave of theirs.
func New(cat *catalog.Catalog, local []netip.Prefix, budget int64) *Detector {
	if budget <= 0 {
		budget = DefaultBudget
	}
	d := &Detector{cat: cat, local: local, rpc: map[netip.Addr]bool{}}
	d.rules = [nRules]rule{
		rScanPorts: {kind: "scan-ports", first: scanPorts, judge: (*Detector).scannedPorts},
		rScanHosts: {kind: "scan-hosts", first: scanHosts, judge: (*Detector).scannedHosts},
		rAnswered:  {kind: "scan-answered", first: letInHosts, judge: (*Detector).answeredHosts},
		rStealth:   {kind: "scan-stealth", first: stealth, judge: (*Detector).probed},
		rUDPPorts:  {kind: "scan-udp", first: scanPorts, judge: (*Detector).askedPorts},
		rUDPHosts:  {kind: "scan-udp", first: scanHosts, judge: (*Detector).askedHosts},
		rServers:   {kind: "flood-halfopen", first: floodMin, judge: (*Detector).flooded},
		rResets:    {kind: "flood-reset", first: resetMin, judge: (*Detector).cutOff},
		rAmplify:   {kind: "flood-amplify", first: 1, worth: (*track).amplifies, judge: (*Detector).amplified},
		rScatter:   {kind: "backscatter", first: scatterMin, judge: (*Detector).scattered},
		rOneWay:    {kind: "flood-datagrams", first: oneWayMin, judge: (*Detector).drowned},
		rGuess:     {kind: "auth-guessing", first: guessMinFTP, judge: (*Detector).guessed},
		rBeacon:    {kind: "beacon", first: beaconMin, judge: (*Detector).clockwork},
		rDynamic:   {kind: "port-dynamic-server", first: dynClients, judge: (*Detector).settled},
		rLateral:   {kind: "lateral-admin", first: lateralMin, judge: (*Detector).administered},
		rUpload:    {kind: "upload-large", first: 1, worth: (*track).uploads, judge: (*Detector).uploaded},
		rListener:  {kind: "listener-new", first: 1, judge: (*Detector).appeared}, // UDP; rServers knows those of TCP
		rSingle:    {first: 1, judge: (*Detector).single},
	}
	each := budget / (nRules + 1)
	all := make([]*store, nRules)
	for i := range d.rules {
		d.rules[i].limit = each
		all[i] = &d.rules[i].store
	}
	share(all)
	d.heard.limit = each
	return d
}

// Observe books a record, and adds to its risks the patterns that it is seen to
// be part of so far: a record that ended before there was a pattern does not have
// it. What the record alone shows is Record's: where that was asked of r just before, r
// must be as it was then.
func (d *Detector) Observe(r *record.Record) {
	if !r.Final {
		return
	}
	if !r.HasPorts {
		d.portless(r)
		return
	}
	d.look(r)
	o, s := &d.keys.orig, &d.keys.resp
	if r.Resp.Port == 135 || r.Resp.Port == 111 || r.Resp.Port == 21 {
		if len(d.rpc) < maxHosts {
			d.rpc[s.addr] = true
		}
	}
	if d.start == 0 || r.First < d.start {
		d.start = r.First
	}
	d.meet(o, r.First)
	d.meet(s, r.First)
	e := event{at: r.First, record: r.ID, file: d.input(r), frame: r.FirstFrame, size: r.Orig.Payload + r.Resp.Payload}
	switch r.Proto {
	case capture.ProtoTCP:
		d.tcp(r, o, s, &e)
	case capture.ProtoSCTP:
		d.sctp(r, o, s, &e)
	case capture.ProtoUDP:
		d.udp(r, o, s, &e)
		d.asks(r)
	}
	e.what = 0 // each says of its own what it is
	if answered(r) && r.RolesTold() {
		d.served(r, o, s, &e)
		e.what = 0
	}
	counted := d.judged != r || d.judgedID != r.ID // as the user counts frames
	if counted {
		d.marks = d.judge(d.marks[:0], r)
	}
	d.judged = nil
	for i := range d.marks {
		m := &d.marks[i]
		e := e
		if f := m.shown(); f != 0 {
			e.frame = f
			if !counted {
				e.file, e.frame = d.place(e.frame)
			}
		}
		ru := &d.rules[rSingle]
		t := ru.told(m.subject())
		ru.add(t, &e)
		ru.host(t, m.other)
		x := t.alone
		if ofDoor(m.f.Kind) {
			x.call(m.f.Name, m.spoken, r.ID)
		}
		if x.from != 0 {
			x.others = x.others || x.text != m.f.Detail
			x.sizes = x.sizes || t.a != m.f.Extra
		}
		if x.from == 0 || r.ID < x.from {
			x.text, t.a, x.from = m.f.Detail, m.f.Extra, r.ID // of the first record
		}
		if x.worst == "" || rank[m.f.Severity] < rank[x.worst] {
			x.worst, x.basis = m.f.Severity, m.f.Basis
		}
	}
}

// answered reports whether something answered on the responder's port.
func answered(r *record.Record) bool { return r.Answered() }

// note books an event with another end, which may be nil, and marks r when the subject is found to
// be worth a look by then.
func (d *Detector) note(rule int, actor, target *end, proto uint8, port uint16, e *event, other *end, r *record.Record) {
	var k topic
	k.set(actor, target, 0, proto, port)
	d.book(&d.rules[rule], &k, e, other, 0, 0, r)
}

// book is note where the key is at hand, with sums that are added to those of its track.
func (d *Detector) book(ru *rule, k *topic, e *event, other *end, a, b uint64, r *record.Record) {
	t := ru.sight(k, e, other, a, b)
	if t == nil {
		return
	}
	t.a += a
	t.b += b
	ru.add(t, e)
	if other != nil {
		ru.host(t, other.addr)
	}
	d.mark(ru, t, r)
}

func (d *Detector) mark(ru *rule, t *track, r *record.Record) {
	if t.next == 0 {
		t.next = ru.first
	}
	if t.total >= t.next {
		// Judged again with each event while they are few, then each time it grew by a
		// quarter, or before half of what is remembered was replaced: the cost of all
		// judgements stays in proportion.
		t.next = t.total + 1
		if t.total >= 64 {
			t.next = t.total + min(t.total/4, maxEvents/2)
		}
		d.weigh(ru, t)
	}
	if t.found != nil {
		risk(r, t.found, []uint64{r.FirstFrame})
	}
}

// weigh judges t as it is, and keeps the worst that was found of it.
func (d *Detector) weigh(ru *rule, t *track) {
	var f Finding
	ok := ru.worth == nil || ru.worth(t)
	if ok {
		f, ok = ru.judge(d, t.key.subject(), t)
	}
	switch {
	case ok && (t.found == nil || rank[f.Severity] < rank[t.found.Severity] || f.Severity == t.found.Severity && f.Count >= t.found.Count):
		found := f // only what is found goes to the heap
		d.mute(&found)
		t.found = &found
	case !ok && t.total <= maxEvents:
		t.found = nil // all of it is remembered, and it is no more
	}
}

func risk(r *record.Record, f *Finding, frames []uint64) {
	for i := range r.Risks {
		if r.Risks[i].ID == f.Kind {
			return
		}
	}
	r.Risks = append(r.Risks, record.Finding{ID: f.Kind, Severity: f.Severity, Basis: f.Basis, Frames: slices.Clone(frames), Text: f.Text(words.English), Muted: f.Muted})
}

// Unwatched is how many subjects had no room in memory.
func (d *Detector) Unwatched() uint64 {
	n := d.heard.dropped
	for i := range d.rules {
		n += d.rules[i].dropped
	}
	return n
}

var rank = map[string]int{"high": 0, "medium": 1, "low": 2, "info": 3}

// AtLeast reports whether severity is floor or worse.
func AtLeast(severity, floor string) bool { return rank[severity] <= rank[floor] }

// Severities are the words, mildest first.
func Severities() []string { return []string{"info", "low", "medium", "high"} }

// Findings returns what was found so far, worst first, in an order that depends
// on the capture only. Those that the catalogue's overrides mute come last.
func (d *Detector) Findings() []Finding {
	var out []Finding
	for i := range d.rules {
		ru := &d.rules[i]
		for t := range ru.all {
			if t.total < ru.first {
				continue
			}
			if d.weigh(ru, t); t.found != nil {
				out = append(out, *t.found)
			}
		}
	}
	for t := range d.rules[rServers].all {
		if f, ok := d.appeared(t.key.subject(), t); ok {
			d.mute(&f)
			out = append(out, f)
		}
	}
	out = append(out, d.overheard()...)
	for i := range out {
		d.named(&out[i])
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if (a.Muted == "") != (b.Muted == "") {
			return a.Muted == ""
		}
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
		if a.First != b.First {
			return a.First < b.First
		}
		return a.Name+a.Detail < b.Name+b.Detail
	})
	return out
}

func (d *Detector) mute(f *Finding) {
	f.Muted, _ = d.cat.Muted(f.Kind, f.Proto, f.Port, f.Actor, f.Target, time.Unix(0, f.Last))
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
			f.files = append(f.files, e.file)
		}
	}
}

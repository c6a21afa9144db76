package findings

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"portero/capture"
	"portero/catalog"
)

func byTime(es []event) []event {
	out := slices.Clone(es)
	slices.SortFunc(out, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.record, b.record)) })
	return out
}

// densest is the window of at most w with the most distinct values of what.
func densest(es []event, w time.Duration) (best []event, distinct int) {
	return densestOf(es, w, func(e *event) uint64 { return uint64(e.what) })
}

// densestOf is densest of other values.
func densestOf(es []event, w time.Duration, of func(e *event) uint64) (best []event, distinct int) {
	es = byTime(es)
	count := map[uint64]int{}
	from := 0
	for i := range es {
		count[of(&es[i])]++
		for es[i].at-es[from].at > int64(w) {
			left := of(&es[from])
			if count[left]--; count[left] == 0 {
				delete(count, left)
			}
			from++
		}
		if len(count) > distinct {
			distinct, best = len(count), es[from:i+1]
		}
	}
	return slices.Clone(best), distinct
}

// busiest is the window of at most w with the most events that want accepts, and
// how many events it has in all.
func busiest(es []event, w time.Duration, want func(event) bool) (best []event, hits int) {
	es = byTime(es)
	from, n := 0, 0
	for i := range es {
		if want(es[i]) {
			n++
		}
		for es[i].at-es[from].at > int64(w) {
			if want(es[from]) {
				n--
			}
			from++
		}
		if n > hits {
			hits, best = n, es[from:i+1]
		}
	}
	return slices.Clone(best), hits
}

func median(v []int64) int64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// clock reports whether the events come at even intervals and alike in size
// (median absolute deviation within a tenth, as RITA scores it).
func clock(es []event) (interval int64, ok bool) {
	es = byTime(es)
	if len(es) < beaconMin {
		return 0, false
	}
	var gaps, sizes []int64
	for i := range es {
		sizes = append(sizes, int64(es[i].size))
		if i > 0 {
			gaps = append(gaps, es[i].at-es[i-1].at)
		}
	}
	m := median(gaps)
	if m < int64(10*time.Second) || m > int64(24*time.Hour) {
		return 0, false
	}
	spread := func(v []int64, mid int64) int64 {
		var ds []int64
		for _, x := range v {
			ds = append(ds, max(x-mid, mid-x))
		}
		return median(ds)
	}
	size := median(sizes)
	return m, spread(gaps, m)*10 <= m && spread(sizes, size)*10 <= size+100
}

func every(event) bool { return true }

func (d *Detector) scannedPorts(k subject, t *track) (Finding, bool) {
	es, n := densest(t.events, scanWindow)
	f := Finding{Kind: "scan-ports", Severity: "medium", Basis: "observed", Actor: k.actor, Target: k.target, Proto: max(k.proto, capture.ProtoTCP),
		Count: uint64(n), Of: t.total, Extra: ajar(es), Window: scanWindow}
	if n < scanPorts {
		return slowDoors(t, f)
	}
	f.evidence(es)
	if t.whole(&f) {
		f.Extra = t.a
	}
	return f, true
}

// ajar is how many of the ports that were tried answered (see tcp).
func ajar(es []event) uint64 {
	ports := map[uint32]struct{}{}
	for i := range es {
		if es[i].size != 0 {
			ports[es[i].what] = struct{}{}
		}
	}
	return uint64(len(ports))
}

// whole counts over all of the capture where more happened than is remembered one by
// one: what is in the window is then a part of it. It reports whether it did.
func (t *track) whole(f *Finding) bool {
	if t.total <= maxEvents || uint64(len(t.many.whats)) <= f.Count {
		return false
	}
	f.Count, f.Window = uint64(len(t.many.whats)), time.Duration(t.last-t.first)
	f.First, f.Last = t.first, t.last
	return true
}

// machine tells apart the machines that were tried: the same one over and over is no search (see tried).
func machine(e *event) uint64 { return e.size }

func (d *Detector) scannedHosts(k subject, t *track) (Finding, bool) {
	if t.hosts.len() < scanHosts {
		return Finding{}, false
	}
	es, n := densestOf(t.events, scanWindow, machine)
	f := Finding{Kind: "scan-hosts", Severity: "medium", Basis: "observed", Actor: k.actor, Proto: capture.ProtoTCP, Port: k.port,
		Count: uint64(t.hosts.len()), Of: t.total, Window: time.Duration(t.last - t.first), Name: d.cat.Service(capture.ProtoTCP, k.port)}
	if n < scanHosts {
		return slowMachines(k, t, f)
	}
	switch k.port {
	case 22, 23, 445, 3389, 1433:
		if d.inside(k.actor) {
			f.Severity = "high"
		}
	}
	f.evidence(es)
	return f, true
}

// answeredHosts finds a search that succeeds: a worm or a scanner that machine after machine lets in. Who comes back to them by the clock
// looks after them.
func (d *Detector) answeredHosts(k subject, t *track) (Finding, bool) {
	if t.hosts.len() < letInHosts {
		return Finding{}, false
	}
	es, n := densestOf(t.events, scanWindow, machine)
	if n < letInHosts || revisited(t.events, es)*2 >= n {
		return Finding{}, false
	}
	f := Finding{Kind: "scan-answered", Severity: "medium", Basis: "observed", Actor: k.actor, Proto: capture.ProtoTCP, Port: k.port,
		Count: uint64(t.hosts.len()), Of: t.total, Window: time.Duration(t.last - t.first), Name: d.speech(k, t, capture.ProtoTCP)}
	switch k.port {
	case 23, 135, 139, 445, 1433, 3389: // that strangers are administered by SSH happens in honest houses too
		if d.inside(k.actor) {
			f.Severity = "high"
		}
	}
	f.evidence(es)
	f.First, f.Last = t.first, t.last
	return f, true
}

// revisited is how many machines of those in window were called three times or more at even intervals. What comes close
// together is one visit.
func revisited(all, window []event) (n int) {
	visits := map[uint64][]int64{}
	for i := range window {
		visits[machine(&window[i])] = nil
	}
	for _, e := range byTime(all) {
		v, ok := visits[machine(&e)]
		if ok && (len(v) == 0 || e.at-v[len(v)-1] >= int64(visitsApart)) {
			visits[machine(&e)] = append(v, e.at)
		}
	}
	for _, v := range visits {
		if len(v) < 3 {
			continue
		}
		var gaps []int64
		for i := range v[1:] {
			gaps = append(gaps, v[i+1]-v[i])
		}
		m := median(gaps)
		even := 0
		for _, g := range gaps {
			if max(g-m, m-g)*4 <= m {
				even++
			}
		}
		if even*4 >= len(gaps)*3 {
			n++
		}
	}
	return n
}

func (d *Detector) probed(k subject, t *track) (Finding, bool) {
	es, n := densest(t.events, scanWindow)
	f := Finding{Kind: "scan-stealth", Severity: "medium", Basis: "observed", Actor: k.actor, Target: k.target, Proto: capture.ProtoTCP, Count: uint64(n), Of: t.total, Window: scanWindow}
	f.evidence(es)
	if k.proto == ipProtocols {
		f.Proto = 0
		return f, n >= scanPorts
	}
	return f, n >= stealth
}

func (d *Detector) askedPorts(k subject, t *track) (Finding, bool) {
	es, n := densest(t.events, scanWindow)
	f := Finding{Kind: "scan-udp", Severity: "low", Basis: "observed", Actor: k.actor, Target: k.target, Proto: capture.ProtoUDP, Count: uint64(n), Of: t.total, Window: scanWindow}
	f.evidence(es)
	t.whole(&f)
	return f, n >= scanPorts
}

func (d *Detector) askedHosts(k subject, t *track) (Finding, bool) {
	if t.hosts.len() < scanHosts {
		return Finding{}, false
	}
	es, n := densestOf(t.events, scanWindow, machine)
	f := Finding{Kind: "scan-udp", Severity: "low", Basis: "observed", Actor: k.actor, Proto: capture.ProtoUDP, Port: k.port, Count: uint64(t.hosts.len()), Of: t.total,
		Window: scanWindow, Name: d.cat.Service(capture.ProtoUDP, k.port)}
	f.evidence(es)
	return f, n >= scanHosts
}

func (d *Detector) flooded(k subject, t *track) (Finding, bool) {
	es, n := busiest(t.events, floodWindow, func(e event) bool { return e.what == 1 || e.what == 2 || e.what == 4 })
	half, answered := uint64(0), uint64(0)
	for _, e := range es {
		switch e.what {
		case 1:
			half++
			answered++
		case 4:
			answered++
		}
	}
	hits, all := uint64(n), uint64(len(es))
	if t.total > maxEvents {
		if h, a := t.many.busiest(floodWindow, 1, 2, 4); h > hits {
			hits, all = h, a
			half, _ = t.many.busiest(floodWindow, 1)
			answered, _ = t.many.busiest(floodWindow, 1, 4)
		}
	}
	f := Finding{Kind: "flood-halfopen", Severity: "high", Basis: "observed", Target: k.target, Proto: capture.ProtoTCP, Port: k.port, Count: hits, Of: all,
		Extra: uint64(t.hosts.len()), Window: floodWindow, Name: d.cat.Service(capture.ProtoTCP, k.port)}
	few := t.hosts.len() < floodFrom // who can be shut out
	switch {
	case few && answered < floodMin:
		f.Severity = "low" // it may be a machine that is down, and whoever needs it
	case half < floodMin || few && half < floodAlone:
		f.Severity = "medium" // no queue was seen to fill: nobody answered, or the callers took it back
	}
	f.evidence(es)
	f.First, f.Last = t.first, t.last
	return f, hits >= floodMin && hits*5 >= all*4 && (!few || half >= floodMin || hits >= floodAlone)
}

func (d *Detector) cutOff(k subject, t *track) (Finding, bool) {
	es, n := busiest(t.events, floodWindow, every)
	if t.total > maxEvents {
		if h, _ := t.many.busiest(floodWindow, 0); h > uint64(n) {
			n = int(h)
		}
	}
	f := Finding{Kind: "flood-reset", Severity: "low", Basis: "observed", Actor: k.actor, Target: k.target, Proto: capture.ProtoTCP, Port: k.port, Count: uint64(n), Of: t.total, Window: floodWindow,
		Name: d.cat.Service(capture.ProtoTCP, k.port)}
	f.evidence(es)
	return f, n >= resetMin
}

// drowned finds what many addresses at once send to and get nothing from.
func (d *Detector) drowned(k subject, t *track) (Finding, bool) {
	if t.hosts.len() < oneWayFrom {
		return Finding{}, false
	}
	es, n := busiest(t.events, floodWindow, func(e event) bool { return e.what == 0 })
	hits, all := uint64(n), uint64(len(es))
	if t.total > maxEvents {
		if h, a := t.many.busiest(floodWindow, 0); h > hits {
			hits, all = h, a
		}
	}
	f := Finding{Kind: "flood-datagrams", Severity: "medium", Basis: "observed", Target: k.target, Proto: k.proto, Port: k.port, Count: hits, Of: all, Extra: uint64(t.hosts.len()), Window: floodWindow}
	if k.port != 0 {
		f.Name = d.cat.Service(k.proto, k.port)
	}
	f.evidence(es)
	f.First, f.Last = t.first, t.last
	return f, hits >= oneWayMin && hits*5 >= all*4
}

// amplifies and uploads are asked with every record of their kind. Where no question was captured, as of a victim in whose name others ask, and
// of anybody where one direction alone was captured, the answers themselves have to be large.
func (t *track) amplifies() bool {
	return t.b >= ampBytes && t.b >= ampRatio*max(t.a, 1) && (t.a > 0 || t.b >= ampUnasked*t.total)
}
func (t *track) uploads() bool { return t.a >= uploadBytes && t.a >= uploadRatio*max(t.b, 1) }

func (d *Detector) amplified(k subject, t *track) (Finding, bool) {
	f := Finding{Kind: "flood-amplify", Severity: "high", Basis: "observed", Target: k.target, Proto: k.proto, Port: k.port, Count: t.b, Of: t.a, Extra: uint64(t.hosts.len()), Name: d.amplifier(k.port)}
	if t.a == 0 && t.hosts.len() < ampFrom {
		f.Severity = "low" // the few that somebody asks always, it may be, by another way
	}
	if readings.has(k.port) && d.inside(k.target) && t.asked() {
		f.Severity = "low" // of one's own machines, and it reads
	}
	f.evidence(slices.Clone(t.events))
	return f, true
}

// asked reports whether nine tenths of what is remembered went by question and answer.
func (t *track) asked() bool {
	by, all := uint64(0), uint64(0)
	for i := range t.events {
		all += t.events[i].size
		if t.events[i].what == 1 {
			by += t.events[i].size
		}
	}
	return by*10 >= all*9
}

// scattered finds a machine whose answers go to those who did not ask: somebody
// floods it under forged names. It is the victim. The other way round it is a machine
// that many answer whom it did not ask: they are made to flood it.
func (d *Detector) scattered(k subject, t *track) (Finding, bool) {
	es, n := busiest(t.events, scanWindow, every)
	f := Finding{Kind: "backscatter", Severity: "info", Basis: "observed", Actor: k.actor, Target: k.target, Proto: capture.ProtoTCP, Count: uint64(n), Of: t.total, Extra: uint64(t.hosts.len()), Window: scanWindow}
	f.evidence(es)
	if n == maxEvents { // more than is remembered one by one: all of it is counted
		f.Count, f.Window, f.First, f.Last = t.total, time.Duration(t.last-t.first), t.first, t.last
	}
	return f, n >= scatterMin && (!k.actor.IsValid() || t.hosts.len() >= scatterMin)
}

func (d *Detector) guessed(k subject, t *track) (Finding, bool) {
	window, least := guessWindow, guessMin
	if k.port == 21 {
		window, least = guessWindowFTP, guessMinFTP
	}
	es, n := busiest(t.events, window, every)
	f := Finding{Kind: "auth-guessing", Severity: "high", Basis: "observed", Actor: k.actor, Target: k.target, Proto: capture.ProtoTCP, Port: k.port, Count: uint64(n), Of: t.total,
		Window: window, Name: d.speech(k, t, capture.ProtoTCP)}
	f.evidence(es)
	return f, n >= least
}

func (d *Detector) clockwork(k subject, t *track) (Finding, bool) {
	iv, ok := clock(t.events)
	f := Finding{Kind: "beacon", Severity: "medium", Basis: "observed", Actor: k.actor, Target: k.target, Proto: k.proto, Port: k.port, Count: t.total, Extra: uint64(iv),
		Name: d.speech(k, t, k.proto)}
	if d.inside(k.actor) && d.inside(k.target) {
		f.Severity = "low" // who controls from afar waits outside; monitors, mail and the doors of databases are called so all day
	}
	if ok {
		f.evidence(slices.Clone(t.events))
	}
	return f, ok
}

func (d *Detector) settled(k subject, t *track) (Finding, bool) {
	f := Finding{Kind: "port-dynamic-server", Severity: "low", Basis: "observed", Target: k.target, Proto: k.proto, Port: k.port, Count: uint64(t.hosts.len()), Of: t.total}
	f.evidence(slices.Clone(t.events))
	return f, t.hosts.len() >= dynClients && !d.rpc[k.target]
}

func (d *Detector) administered(k subject, t *track) (Finding, bool) {
	f := Finding{Kind: "lateral-admin", Severity: "low", Basis: "observed", Actor: k.actor, Proto: capture.ProtoTCP, Count: uint64(t.hosts.len()), Of: t.total}
	f.evidence(slices.Clone(t.events))
	return f, t.hosts.len() >= lateralMin
}

func (d *Detector) uploaded(k subject, t *track) (Finding, bool) {
	f := Finding{Kind: "upload-large", Severity: "low", Basis: "observed", Actor: k.actor, Target: k.target, Count: t.a, Of: t.b}
	f.evidence(slices.Clone(t.events))
	return f, true
}

// appeared finds a door that answered for the first time after the machine had
// been watched without it for the learning period.
func (d *Detector) appeared(k subject, t *track) (Finding, bool) {
	if t.a == 0 { // nothing answered there
		return Finding{}, false
	}
	var e end
	e.set(k.target)
	i := d.known.find(&e)
	if i < 0 {
		return Finding{}, false
	}
	met := d.known.hosts[i].at
	if met > d.start+int64(learning)/2 || int64(t.a) < met+int64(learning) || catalog.ClassOf(k.port) == catalog.Dynamic {
		return Finding{}, false
	}
	proto := k.proto
	if proto == 0 {
		proto = capture.ProtoTCP
	}
	f := Finding{Kind: "listener-new", Severity: "info", Basis: "observed", Target: k.target, Proto: proto, Port: k.port, Name: d.cat.Service(proto, k.port)}
	if t.b != 0 {
		f.Severity = "medium"
	}
	var es []event
	for _, e := range t.events {
		if e.what == 0 {
			es = append(es, e)
		}
	}
	f.Count, f.Of = uint64(len(es)), t.total
	f.evidence(es)
	f.First = int64(t.a)
	return f, len(es) > 0
}

// single is what records raise one by one, told once for all of them.
func (d *Detector) single(k subject, t *track) (Finding, bool) {
	x := t.alone
	f := Finding{Kind: x.kind, Severity: x.worst, Basis: x.basis, Actor: k.actor, Target: k.target, Proto: k.proto, Port: k.port, Count: uint64(t.hosts.len()), Of: t.total, Extra: t.a, Name: x.name, Detail: x.text, Others: x.others, Sizes: x.sizes, PortOnly: x.named != 0 && !x.spoken}
	f.evidence(slices.Clone(t.events))
	return f, true
}

// Host names the end a finding is about first: who acts, else who is acted on.
func (f *Finding) Host() netip.Addr {
	if f.Actor.IsValid() {
		return f.Actor
	}
	return f.Target
}

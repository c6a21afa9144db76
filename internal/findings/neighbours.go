package findings

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/who"
)

// The thresholds of what is told by packets rather than by records.
const (
	tunnelNames   = 20                    // distinct names under one domain
	tunnelLength  = 30                    // mean octets of what stands before the domain
	tunnelEntropy = 3.5                   // bits an octet
	tunnelOdd     = 0.5                   // share of types that carry free text (TXT, NULL, CNAME, MX, SRV)
	tunnelMany    = 100                   // distinct names within an hour, half as long
	tunnelKept    = 4096                  // distinct names told apart
	tunnelCopy    = 10 * time.Millisecond // within which the same question is a copy that was captured twice: who asks again waits longer
	tunnelWindow  = 24 * time.Hour        // in which all that is asked for: what gathers in weeks is a site's habit
	claimWithin   = time.Minute
	falseNames    = 3 // distinct names one machine answered for
	letterFrom    = 5
	maxClaims     = 1 << 14
	maxAnswerers  = 1 << 10
	domainBytes   = 400 // of a domain, roughly, beside its names and letters
	nameBytes     = 40
	letterBytes   = 1024
)

// heard is what the name servers and neighbours of a network told.
type heard struct {
	domains map[asked]*domain
	claims  map[netip.Addr]*claimed
	answers map[voice]*answerer
	askers  map[netip.Addr]*asker
	bytes   int64 // of domains and askers
	asked   int64 // of askers
	limit   int64
	dropped uint64
	// tidied is when askers were last forgotten for lack of room.
	tidied int64
}

// asked is who asks about what.
type asked struct {
	client netip.Addr
	domain string
}

type domain struct {
	names              map[uint64]struct{}
	queries, odd, long uint64       // questions, those of odd types, octets before the domain
	letters            *[256]uint32 // octets before the domain, once there are letterFrom names
	first, last        int64
	frames, records    []uint64
	proven             bool // it was a tunnel, whatever came then
	newest             struct {
		sub   uint64 // hashed
		qtype uint16
		at    int64
	}
}

type claimed struct {
	mac    who.MAC
	at     int64
	frame  uint64
	rivals []who.MAC
	found  *Finding
	// seekers are the first that asked by ARP who has it.
	seekers [sweepSought][4]byte
}

// voice is a machine that answers in one way; the way of DHCP is one for all.
type voice struct {
	how string
	by  netip.Addr
}

type answerer struct {
	names       map[string]struct{}
	first, last int64
	frames      []uint64
}

// hashed names are told apart by 64 bits (FNV-1a).
func hashed(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// lookups ask for many long names by their nature: lists of senders of unwanted
// mail, anti-virus programs that ask about hashes, and what clouds and clusters
// call their machines and services inside, which nobody outside is asked for.
var lookups = []string{"arpa", "spamhaus.org", "surbl.org", "uribl.com", "senderbase.org", "cymru.com", "sophosxl.net", "mcafee.com", "trendmicro.com", "e5.sk", "avast.com",
	"avira.com", "bitdefender.net", "webroot.com", "cloudfront.net", "akamaiedge.net", "akamai.net", "fastly.net", "amazonaws.com", "azure.com", "windows.net",
	"cluster.local", "internal"}

// longestTop is the octets of the longest top-level domain there is. What asks its own server, as dnscat2 does where
// nobody registered a domain for it, ends its names with data.
const (
	longestTop = 24
	noDomain   = "."
)

// split parts a name into what is looked up and the domain it is under: two labels,
// three where they end like co.uk; noDomain where there is none of its ends that could be one.
func split(name string) (sub, dom string) {
	name = strings.TrimSuffix(name, ".")
	top := strings.LastIndexByte(name, '.')
	if top < 0 {
		return "", name
	}
	if len(name)-top-1 > longestTop {
		return name, noDomain
	}
	at := strings.LastIndexByte(name[:top], '.')
	if at >= 0 && len(name)-top == 3 && top-at <= 4 {
		at = strings.LastIndexByte(name[:at], '.')
	}
	if at < 0 {
		return "", name
	}
	return name[:at], name[at+1:]
}

// underscored are labels that say what is looked for and not where (RFC 2782, 8552, and Active Directory's): before a
// transport stands the service's name.
var underscored = []string{"_tcp", "_udp", "_sctp", "_dccp", "_tls", "_msdcs", "_sites", "_domainkey", "_dmarc", "_acme-challenge"}

// unserved is sub without such labels, and whether there was one: a member of a domain of Windows looks for dozens of
// services by long names, and carries nothing in them.
func unserved(sub string) (string, bool) {
	if strings.IndexByte(sub, '_') < 0 {
		return sub, false
	}
	of := func(label string) int { return slices.Index(underscored, strings.ToLower(label)) }
	const transports = 5
	var left []string
	labels := strings.Split(sub, ".")
	for i, label := range labels {
		named := strings.HasPrefix(label, "_") && len(label) <= 16 && i+1 < len(labels) && uint(of(labels[i+1])) < transports
		if of(label) < 0 && !named {
			left = append(left, label)
		}
	}
	return strings.Join(left, "."), len(left) < len(labels)
}

// Question implements who.Listener.
func (d *Detector) Question(client netip.Addr, name string, qtype uint16, size int, at int64, frame uint64) {
	if size > 0 {
		return
	}
	sub, dom := split(name)
	sub, service := unserved(sub)
	if sub == "" {
		return
	}
	dom = strings.ToLower(dom)
	for _, l := range lookups {
		if dom == l || strings.HasSuffix(dom, "."+l) {
			return
		}
	}
	k := asked{client, dom}
	h := &d.heard
	q := h.domains[k]
	if q == nil {
		if h.bytes+domainBytes > h.limit && !h.sweep() {
			h.dropped++
			return
		}
		h.bytes += domainBytes
		if h.domains == nil {
			h.domains = map[asked]*domain{}
		}
		q = &domain{first: at, names: map[uint64]struct{}{}}
		h.domains[asked{client, strings.Clone(dom)}] = q
	}
	if at-q.first >= int64(tunnelWindow) || q.first-at >= int64(tunnelWindow) { // clocks go backwards
		h.turn(q, at)
	}
	last, sum := &q.newest, hashed(sub)
	if last.sub == sum && last.qtype == qtype && at >= last.at && at-last.at < int64(tunnelCopy) {
		return
	}
	last.sub, last.qtype, last.at = sum, qtype, at
	q.first, q.last = min(q.first, at), max(q.last, at)
	q.queries++
	q.long += uint64(len(sub))
	switch qtype {
	case 5, 10, 15, 16, 33, 65399:
		if !service { // to which such a type belongs
			q.odd++
		}
	}
	if n := len(q.names); n < tunnelKept && h.bytes < h.limit {
		q.names[sum] = struct{}{}
		h.bytes += int64(len(q.names)-n) * nameBytes
		if many := len(q.names); many > n && many%tunnelMany == 0 {
			q.proven = q.tunnel() // so many in so short a time: what comes later, and slower, does not take it back
		}
	}
	if q.letters == nil && len(q.names) >= letterFrom && h.bytes < h.limit {
		q.letters = new([256]uint32)
		h.bytes += letterBytes
	}
	if q.letters != nil {
		for i := 0; i < len(sub); i++ {
			if sub[i] != '.' {
				q.letters[sub[i]]++
			}
		}
	}
	if len(q.frames) < 8 {
		q.frames = append(q.frames, frame)
	}
}

// turn ends a window of q: a tunnel goes on, anything else begins anew.
func (h *heard) turn(q *domain, at int64) {
	if q.proven = q.tunnel(); q.proven {
		return
	}
	h.bytes -= int64(len(q.names)) * nameBytes
	if q.letters != nil {
		h.bytes -= letterBytes
	}
	*q = domain{first: at, last: at, names: map[uint64]struct{}{}}
}

// sweep forgets domains of which few names were asked for, and counts them; it
// returns whether that made room.
func (h *heard) sweep() bool {
	for k, q := range h.domains {
		if len(q.names) < letterFrom {
			delete(h.domains, k)
			h.bytes -= domainBytes + int64(len(q.names))*nameBytes
			h.dropped++
		}
	}
	return h.bytes+domainBytes <= h.limit
}

// entropy is that of the octets counted, in bits.
func entropy(counts []uint32) float64 {
	total := 0.0
	for _, n := range counts {
		total += float64(n)
	}
	e := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / total
			e -= p * math.Log2(p)
		}
	}
	return e
}

func (q *domain) tunnel() bool {
	if q.proven {
		return true
	}
	n := len(q.names)
	if n < tunnelNames || q.letters == nil {
		return false
	}
	mean := float64(q.long) / float64(q.queries)
	e := entropy(q.letters[:])
	odd := float64(q.odd) / float64(q.queries)
	many := n >= tunnelMany && (q.last-q.first < int64(time.Hour) || float64(n)/(float64(q.last-q.first)/float64(time.Hour)) >= tunnelMany)
	return e >= tunnelEntropy && (mean >= tunnelLength || many && mean >= tunnelLength/2 || odd >= tunnelOdd && mean >= tunnelLength/3)
}

// asks notes the records of questions, and marks those of a tunnel.
func (d *Detector) asks(r *record.Record) {
	if r.App == nil || r.App.DNS == nil || r.App.DNS.Query == "" {
		return
	}
	_, dom := split(r.App.DNS.Query)
	k := asked{r.Orig.Addr.Unmap(), strings.ToLower(dom)}
	q := d.heard.domains[k]
	if q == nil {
		return
	}
	if len(q.records) < 8 {
		q.records = append(q.records, r.ID)
	}
	if q.tunnel() {
		f := d.tunnelOf(k, q)
		d.mute(&f)
		risk(r, &f, []uint64{r.FirstFrame})
	}
}

func (d *Detector) tunnelOf(k asked, q *domain) Finding {
	f := Finding{Kind: "dns-tunnel", Severity: "medium", Basis: "observed", Actor: k.client, Proto: capture.ProtoUDP, Port: 53, Count: uint64(len(q.names)), Of: q.queries,
		Extra: q.long / max(q.queries, 1), Window: time.Duration(q.last - q.first), First: q.first, Last: q.last, Records: slices.Clone(q.records), Detail: k.domain}
	d.show(&f, q.frames)
	return f
}

// Claim implements who.Listener.
func (d *Detector) Claim(a netip.Addr, m who.MAC, at int64, frame uint64) {
	h := &d.heard
	c := h.claims[a]
	if c == nil {
		if len(h.claims) >= maxClaims {
			h.dropped++
			return
		}
		if h.claims == nil {
			h.claims = map[netip.Addr]*claimed{}
		}
		h.claims[a] = &claimed{mac: m, at: at, frame: frame}
		return
	}
	if c.mac != m {
		// Addresses are handed on from machine to machine; two that both hold one at the
		// same time do not.
		if at-c.at < int64(claimWithin) && c.at-at < int64(claimWithin) { // clocks go backwards
			if c.found == nil {
				c.found = &Finding{Kind: "lan-poisoning", Severity: "medium", Basis: "observed", Target: a, First: min(c.at, at), Last: at, Name: "arp"}
			}
			if !slices.Contains(c.rivals, m) && len(c.rivals) < 8 {
				c.rivals = append(c.rivals, m)
			}
			if !slices.Contains(c.rivals, c.mac) && len(c.rivals) < 8 {
				c.rivals = append(c.rivals, c.mac)
			}
			if len(c.found.Frames) < 8 {
				c.found.Frames = append(c.found.Frames, c.frame, frame)
			}
			c.found.First, c.found.Last = min(c.found.First, at), max(c.found.Last, c.at, at)
		}
		c.mac = m
	}
	c.at, c.frame = at, frame
}

// Answer implements who.Listener.
func (d *Detector) Answer(how string, by netip.Addr, name string, at int64, frame uint64) {
	h := &d.heard
	k := voice{how, by}
	x := h.answers[k]
	if x == nil {
		if len(h.answers) >= maxAnswerers {
			h.dropped++
			return
		}
		if h.answers == nil {
			h.answers = map[voice]*answerer{}
		}
		x = &answerer{first: at, names: map[string]struct{}{}}
		h.answers[k] = x
	}
	x.first, x.last = min(x.first, at), max(x.last, at)
	if len(x.names) < 64 {
		x.names[strings.ToLower(name)] = struct{}{}
	}
	if len(x.frames) < 8 {
		x.frames = append(x.frames, frame)
	}
}

// overheard are the findings of what packets rather than records told.
func (d *Detector) overheard() []Finding {
	var out []Finding
	for k, q := range d.heard.domains {
		if q.tunnel() {
			out = append(out, d.tunnelOf(k, q))
		}
	}
	for _, c := range d.heard.claims {
		if c.found == nil {
			continue
		}
		f := *c.found
		d.show(&f, c.found.Frames)
		f.Count = uint64(len(c.rivals))
		var macs []string
		for _, m := range c.rivals {
			macs = append(macs, m.String())
		}
		slices.Sort(macs)
		f.Detail = strings.Join(macs, ", ")
		out = append(out, f)
	}
	servers := Finding{Kind: "lan-poisoning", Severity: "low", Basis: "observed", Proto: capture.ProtoUDP, Port: 67, Name: "dhcp"}
	var names []string
	for k, x := range d.heard.answers {
		switch {
		case k.how == "dhcp":
			names = append(names, k.by.String())
			servers.Frames = append(servers.Frames, x.frames[0])
			if servers.First == 0 || x.first < servers.First {
				servers.First = x.first
			}
			servers.Last = max(servers.Last, x.last)
		case len(x.names) >= falseNames:
			f := Finding{Kind: "lan-poisoning", Severity: "medium", Basis: "observed", Actor: k.by, Proto: capture.ProtoUDP, Count: uint64(len(x.names)), First: x.first, Last: x.last, Name: k.how}
			d.show(&f, x.frames)
			out = append(out, f)
		}
	}
	if len(names) > 1 {
		slices.Sort(names)
		servers.Count, servers.Detail = uint64(len(names)), strings.Join(names, ", ")
		d.show(&servers, servers.Frames)
		out = append(out, servers)
	}
	out = append(out, d.swept()...)
	for i := range out {
		d.mute(&out[i])
	}
	return out
}

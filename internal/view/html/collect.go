package html

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"portero/handshake"
	"portero/internal/doors"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view"
	"portero/internal/view/certificate"
	"portero/internal/words"
)

// Limits say how much a page holds. The zero value is what the command takes
// without flags.
type Limits struct {
	// Rows is how many connections the table holds; 0 is 50,000.
	Rows int
	// Stories is how many connections are told packet by packet; 0 is 1,000, less is none.
	Stories int
	// Packets bounds the packets of all stories together, Longest those of one; 0
	// are 400,000 and 100,000. A packet costs some 500 octets while its connection
	// is told.
	Packets, Longest uint64
}

func (l Limits) or() Limits {
	return Limits{cmp.Or(l.Rows, 50_000), max(cmp.Or(l.Stories, 1000), 0), cmp.Or(l.Packets, 400_000), cmp.Or(l.Longest, 100_000)}
}

// Collector gathers what a page shows while records go by. One goroutine owns it.
type Collector struct {
	limits  Limits
	fields  []record.Field
	store   store
	tally   doors.Tally
	time    histogram
	counts  map[opening]uint64
	texts   texts
	stories map[uint64]*story
	chosen  int // stories that were asked for
}

// opening is what is counted: a verdict, an exchange, or only a protocol.
type opening struct {
	verdict  handshake.Verdict
	exchange handshake.Exchange
	proto    uint8 // where there is neither
}

// New returns an empty collector.
func New(l Limits) *Collector {
	c := &Collector{limits: l.or(), fields: record.Schema(), counts: map[opening]uint64{}, stories: map[uint64]*story{}}
	c.store.limit = c.limits.Rows
	return c
}

// Observe takes a record. r is not kept.
func (c *Collector) Observe(r *record.Record) {
	c.tally.Add(r)
	o := opening{verdict: r.Handshake, exchange: r.Exchange}
	if o == (opening{}) {
		o.proto = r.Proto
	}
	c.counts[o]++
	// The timeline is of the same openings as the counts above it, so it has their tones: a RST that
	// somebody injected later makes a row red, not its opening.
	c.time.add(r.First, o.tone())
	c.store.add(r, func() []byte { return encode(c.fields, r) })
}

// Choose names the connections that are to be told packet by packet, those first
// that deserve a look: evidence is the ids that findings rest on.
func (c *Collector) Choose(evidence []uint64) []uint64 {
	ids := c.store.pick(c.limits.Stories, c.limits.Packets, c.limits.Longest, evidence)
	c.chosen = len(ids)
	return ids
}

// Ends calls each with who talks to whom in each of the connections that Choose named.
func (c *Collector) Ends(ids []uint64, each func(orig, resp netip.AddrPort)) {
	named := map[uint64]bool{}
	for _, id := range ids {
		named[id] = true
	}
	for _, k := range c.store.kinds {
		for i := range k.rows {
			if r := &k.rows[i]; named[r.id] {
				each(r.ends[0], r.ends[1])
			}
		}
	}
}

// Tell adds the story of one connection. Nothing that is given is kept.
func (c *Collector) Tell(r *record.Record, tr *trace.Trace, ctx certificate.Context) {
	c.stories[r.ID] = tell(&c.texts, r, tr, ctx)
}

// Holds says how much of the capture is on the page.
func (c *Collector) Holds(l words.Lang) string {
	told := len(c.stories)
	var s string
	switch {
	case c.store.n == 0:
		s = l.Pick("no connection in it", "no hay ninguna conexión")
	case c.store.n == 1 && told == 1:
		s = l.Pick("1 connection, told packet by packet", "1 conexión, contada paquete a paquete")
	case c.store.n == 1:
		s = l.Pick("1 connection, not told packet by packet", "1 conexión, no contada paquete a paquete")
	case told == 1:
		s = fmt.Sprintf(l.Pick("%d connections, 1 of them told packet by packet", "%d conexiones, 1 de ellas contada paquete a paquete"), c.store.n)
	default:
		s = fmt.Sprintf(l.Pick("%d connections, %d of them told packet by packet", "%d conexiones, %d de ellas contadas paquete a paquete"), c.store.n, told)
	}
	switch n := c.store.left(); n {
	case 0:
	case 1:
		s += l.Pick("; 1 more is only counted (--rows holds more)", "; otra solo se cuenta (--rows admite más)")
	default:
		s += fmt.Sprintf(l.Pick("; %d more are only counted (--rows holds more)", "; otras %d solo se cuentan (--rows admite más)"), n)
	}
	return s
}

// tone of an opening, for its colour.
func (o opening) tone() view.Tone {
	return view.ToneOf(&record.Record{Handshake: o.verdict, Exchange: o.exchange})
}

// shownDoors are the doors worth a line, open ones first, then by how much they
// were tried; left counts the others.
func (c *Collector) shownDoors(limit int) (shown []*doors.Door, left int) {
	ds := c.tally.Doors()
	slices.SortStableFunc(ds, func(a, b *doors.Door) int {
		return cmp.Or(cmp.Compare(b.State, a.State), cmp.Compare(b.Attempts+b.Accepted, a.Attempts+a.Accepted))
	})
	n := min(len(ds), limit)
	return ds[:n], len(ds) - n
}

// shownHosts are the hosts with the most to tell.
func (c *Collector) shownHosts(limit int) (shown []*doors.Host, left int) {
	hs := c.tally.Hosts()
	slices.SortStableFunc(hs, func(a, b *doors.Host) int {
		return cmp.Or(cmp.Compare(b.Opened+b.Received, a.Opened+a.Received), cmp.Compare(b.BytesIn+b.BytesOut, a.BytesIn+a.BytesOut))
	})
	n := min(len(hs), limit)
	return hs[:n], len(hs) - n
}

func addr(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

package main

import (
	"fmt"
	"io"
	"time"

	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/fold"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/ecs"
	"portero/internal/view/eve"
	"portero/internal/view/events"
	"portero/internal/view/ndjson"
	"portero/internal/words"
)

// lookEvery is how often connections that last are looked at for what is new.
const lookEvery = 200 * time.Millisecond

// lookTime is how long they are looked at in one go: frames wait in the ring meanwhile. The time is
// looked at once in lookAtOnce of them.
const (
	lookTime   = lookEvery / 5
	lookAtOnce = 256
)

// streamer tells events as they happen: records for programs, or lines for
// people.
type streamer struct {
	s       *session
	out     *output
	nd      *ndjson.Writer // with --format ndjson
	lines   *events.Lines  // with --plain
	other   view.Writer    // everything else, the collectors included: one record at a time
	tell    *events.Teller
	found   tellings
	dropped uint64
	leftOut uint64
}

// tellings are what was told of findings.
type tellings struct {
	of   map[findings.Identity]telling
	full bool // some were left out for want of memory of what was told
}

type telling struct {
	severity string // the gravest
	count    uint64
}

// tellingsMost bounds them: callers under forged addresses can go on for ever.
const tellingsMost = 1 << 16

// news reports whether f is to be told: it is new, or became graver or doubled.
func (x *tellings) news(f *findings.Finding) bool {
	id := f.Identity()
	old, known := x.of[id]
	switch milder := known && findings.AtLeast(old.severity, f.Severity); {
	case !known && len(x.of) >= tellingsMost:
		x.full = true
		return false
	case milder && f.Count < 2*old.count:
		return false
	case milder:
		x.of[id] = telling{old.severity, f.Count}
	default:
		if x.of == nil {
			x.of = map[findings.Identity]telling{}
		}
		x.of[id] = telling{f.Severity, max(old.count, f.Count)}
	}
	return true
}

// stream writes records or lines as they happen.
func (s *session) stream(eo engine.Options, out *output, mode string) error {
	t := &streamer{s: s, out: out, tell: events.New(s.o.interim)}
	var other view.Writer
	switch mode {
	case "ndjson":
		fields, err := record.Select("")
		if err != nil {
			return err
		}
		t.nd = ndjson.New(out, fields, false)
	case "plain":
		zone := time.Local
		if s.o.utc {
			zone = time.UTC
		}
		w := io.Writer(out)
		if s.o.out == "" {
			w = fold.Through(fold.On(s.a.out), out)
		}
		t.lines = events.NewLines(w, s.lang, zone)
	case "ecs":
		other = ecs.New(out)
	case "eve":
		other = eve.New(out)
	}
	t.other = s.to.tee(other)
	if err := t.other.Begin(); err != nil {
		return err
	}
	s.programs.watch(&eo)
	eo.Select = s.selects
	eo.Sink = func(r *record.Record) error {
		s.watch.Observe(r)
		s.programs.name(r)
		return t.write(r, t.tell.End(r))
	}
	last := time.Now()
	nextFindings, looks := last, rounds{whole: last}
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		if now.Sub(last) < lookEvery || s.err != nil {
			return
		}
		last = now
		t.look(&looks, now, s.portion)
		if s.err == nil && !now.Before(nextFindings) {
			s.err = t.findings(s.moment(), s.found())
			// However many there are, looking for them takes one part in fifty.
			nextFindings = now.Add(max(2*time.Second, 50*time.Since(now)))
		}
		if s.err == nil {
			s.err = t.losses(s.moment())
		}
		if s.err == nil {
			s.err = t.flush()
		}
		s.to.tick()
		if s.err != nil {
			s.stop()
		}
	}
	err := s.run(eo)
	if s.err != nil && err == nil {
		err = s.err
	}
	now := s.moment()
	for _, last := range [...]func() error{func() error { return t.findings(now, s.watch.Findings()) }, func() error { return t.losses(now) }, func() error { return t.other.End(&view.Summary{}) }, t.flush} {
		if e := last(); err == nil {
			err = e
		}
	}
	if n := t.tell.Untold(); n > 0 && !s.o.quiet {
		fmt.Fprintf(s.a.err, s.lang.Pick("portero: %s not told: more than %d came in a second\n", "portero: %s: llegaron más de %d en un segundo\n"),
			some(s.lang, n, "opened or established event was", "opened and established events were", "evento de apertura no se contó", "eventos de apertura no se contaron"), events.MaxEarly)
	}
	if t.found.full && !s.o.quiet {
		fmt.Fprintf(s.a.err, s.lang.Pick("portero: there were more than %d findings: those that came later were not told\n", "portero: hubo más de %d hallazgos: los que llegaron después no se contaron\n"), tellingsMost)
	}
	return err
}

// rounds are the looks at connections that last. clock is the time as packets tell it.
type rounds struct {
	last   int64     // clock at the last one
	whole  time.Time // when all were looked at
	passed int64     // clock then

	// One that is under way: what it is for, and how far it came.
	going                bool
	since, before, clock int64
	round                engine.Round
}

// next says what a look is for: connections that had a packet since, whose intervals ended
// after before.
func (l *rounds) next(now time.Time, clock int64) (since, before int64) {
	since, before = l.last-int64(time.Second), clock
	if clock/int64(time.Second) != l.last/int64(time.Second) || now.Sub(l.whole) >= time.Second {
		// Once a second quiet ones too, for their intervals, and those whose packets tell an
		// earlier time than others did: the clock may have been set back. Intervals are looked
		// for only then, and since then, for who is quiet is not seen in between.
		since, before = 0, l.passed
		l.whole, l.passed = now, clock
	}
	l.last = clock
	return since, before
}

// look goes on with the looks for so long: as many as do not fit into it have their turn the
// next time, and frames are followed in between.
func (t *streamer) look(looks *rounds, now time.Time, most time.Duration) {
	s, clock := t.s, t.s.clock()
	if !looks.going {
		looks.going, looks.clock = true, clock
		looks.since, looks.before = looks.next(now, clock)
	}
	n := 0
	over := s.eng.SnapshotSome(&looks.round, looks.since, func(r *record.Record) bool {
		if es := t.tell.Look(r, looks.before, looks.clock, clock); len(es) > 0 {
			s.programs.name(r)
			s.err = t.write(r, es)
		}
		if s.err == nil {
			s.err = s.to.look(r, clock)
		}
		n++
		return s.err == nil && (n%lookAtOnce != 0 || time.Since(now) < most)
	})
	looks.going = !over
}

func (t *streamer) write(r *record.Record, es []string) error {
	final := r.Final
	for i, e := range es {
		r.Event = e
		// What is told before the end is not final yet.
		r.Final = final && e == events.Ended
		var err error
		switch {
		case t.nd != nil:
			err = t.nd.Write(r)
		case t.lines != nil:
			err = t.lines.Write(r)
		}
		if err == nil && i == len(es)-1 {
			err = t.other.Write(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *streamer) flush() error {
	if t.nd != nil {
		if err := t.nd.Flush(); err != nil {
			return err
		}
	}
	if f, ok := t.other.(interface{ Flush() error }); ok {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	if err := t.out.buf.Flush(); err != nil {
		return err
	}
	return t.s.outEnds()
}

// findings tells what is new, and what became graver or doubled.
func (t *streamer) findings(now time.Time, fs []findings.Finding) error {
	if t.s.to.findings() {
		if err := t.s.to.tell(fs); err != nil {
			return err
		}
	}
	for _, f := range fs {
		if !t.found.news(&f) {
			continue
		}
		var err error
		switch {
		case t.nd != nil:
			l := findingList([]findings.Finding{f}, t.s.lang, true)
			err = t.object(append([]string{"event"}, l.heads...), append([]any{events.Finding}, l.rows[0]...))
		case t.lines != nil:
			if f.Muted != "" {
				continue // as in a table
			}
			err = t.lines.Say(now, t.s.lang.Pick("finding, ", "hallazgo, ")+words.Severity(t.s.lang, f.Severity)+"  "+f.Kind+": "+f.Text(t.s.lang))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// losses tells frames that the kernel dropped, and lines that were left out for a slow
// reader, since they were last told.
func (t *streamer) losses(now time.Time) error {
	k := t.s.src.Stats()
	n := k.Dropped - t.dropped
	t.dropped = k.Dropped
	left := uint64(0)
	if all := t.s.leftOut(); all > t.leftOut && t.out.slow.roomy() {
		left, t.leftOut = all-t.leftOut, all
	}
	switch {
	case n == 0 && left == 0:
	case t.nd != nil:
		heads := []string{"event", "last", "dropped", "dropped_total", "received_total"}
		row := []any{events.Dropped, string(record.AppendTime(nil, now.UnixNano())), n, k.Dropped, k.Received}
		if left > 0 {
			heads, row = append(heads, "unwritten", "unwritten_total"), append(row, left, t.leftOut)
		}
		return t.object(heads, row)
	case t.lines != nil:
		var err error
		if n > 0 {
			err = t.lines.Say(now, fmt.Sprintf(t.s.lang.Pick("%s dropped for lack of room, %d in all", "%s por falta de sitio, %d en total"), some(t.s.lang, n, "frame", "frames", "trama descartada", "tramas descartadas"), k.Dropped))
		}
		if left > 0 && err == nil {
			err = t.lines.Say(now, fmt.Sprintf(t.s.lang.Pick("%s left out here, %d in all: they are read too slowly", "%s aquí, %d en total: se leen demasiado despacio"), some(t.s.lang, left, "line", "lines", "línea omitida", "líneas omitidas"), t.leftOut))
		}
		return err
	}
	return nil
}

// object writes a line that is no record.
func (t *streamer) object(keys []string, values []any) error {
	if err := t.nd.Flush(); err != nil {
		return err
	}
	l := list{heads: keys, rows: [][]any{values}}
	return l.write(t.out, "ndjson")
}

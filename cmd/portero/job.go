package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"slices"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/doctor"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view"
)

// job is one analysis: inputs open, engine ready.
type job struct {
	set     *pcapfile.Set
	eng     *engine.Engine
	sel     *filter.Matcher
	flags   *readFlags
	tally   tally
	cut     *moment // frames after it are left out, nil for none
	changed error   // a later reading found others, nil for none
	said    bool    // that it was interrupted: the data say so themselves
}

// tally is what the doctor wants to know of the records.
type tally struct {
	tcp, oneWay, midstream, reused, vlan, reordered uint64
}

func (t *tally) add(r *record.Record) {
	if r.TCP() {
		t.tcp++
		if (r.Handshake == handshake.Implied || r.Handshake == handshake.Midstream) && (r.Orig.Pkts == 0 || r.Resp.Pkts == 0) {
			t.oneWay++
		}
		if r.Handshake == handshake.Midstream {
			t.midstream++
			if r.Reuses > 0 {
				t.reused++
			}
		}
	}
	for _, q := range r.Quality {
		switch q {
		case "vlan_one_sided":
			t.vlan++
		case "reordered":
			t.reordered++
		}
	}
}

// open prepares an analysis of the captures called names.
func (a *app) open(names []string, o *readFlags, opt engine.Options) (*job, error) {
	j := &job{flags: o}
	mem, err := size(o.memory)
	if err != nil {
		return nil, err
	}
	if o.threads < 1 || o.threads > mostThreads {
		return nil, usage(fmt.Sprintf("--threads: %d is none of 1 to %d", o.threads, mostThreads))
	}
	if o.limit < 0 {
		return nil, usage(fmt.Sprintf("--limit: %d is no number of rows (0 is all)", o.limit))
	}
	if o.filter != "" {
		if j.sel, err = filter.New(o.filter, filter.Options{Port: catalog.Default().PortNamed}); err != nil {
			return nil, usage(err.Error())
		}
		opt.Select = j.sel.Match
	}
	if j.set, err = pcapfile.OpenAll(names, a.inputs()); err != nil {
		return nil, err
	}
	opt.Threads, opt.Memory, opt.IgnoreSums = o.threads, mem, o.sums
	// Every reading numbers connections as the first: which are given up where memory runs out
	// depends on the hash.
	if a.seed == 0 {
		a.seed = rand.Uint64() | 1
	}
	opt.Seed = a.seed
	opt.Merged = opt.Merged || o.frames == "merged"
	opt.Files = j.set.Names()
	cat, err := a.catalog()
	if err != nil {
		return nil, err
	}
	opt.Catalog = cat
	sink := opt.Sink
	opt.Sink = func(r *record.Record) error {
		j.tally.add(r)
		if sink == nil {
			return nil
		}
		return sink(r)
	}
	a.warnOfMemory(o, mem)
	if a.early && !a.told && !o.quiet {
		a.told = true
		fmt.Fprintln(a.err, "portero: "+a.tongue().Pick("interrupted: this is what was seen until then; Ctrl-C again ends it", "interrumpido: esto es lo visto hasta entonces; otro Ctrl-C lo termina"))
	}
	j.eng = engine.New(opt)
	return j, nil
}

// openWatched is open for a reading that d watches, who is behind addresses included. The identities are to be
// closed when it is over.
func (a *app) openWatched(names []string, o *readFlags, opt engine.Options, d *findings.Detector) (*job, *identities, error) {
	id, err := o.who.identify(&opt, d) // some of what is worth a look is told by packets rather than by records
	if err != nil {
		return nil, nil, err
	}
	j, err := a.open(names, o, opt)
	if err != nil {
		id.close()
		return nil, nil, err
	}
	d.Frames = j.eng
	return j, id, nil
}

// run analyses to the end, with a progress line on a terminal. interrupted says
// that the user stopped it.
func (a *app) run(j *job) (interrupted bool, err error) {
	defer j.set.Close()
	defer j.eng.Release() // two tables at once, for two readings, would be twice --memory
	stop, err := a.profile(j.flags.cpuprofile, j.flags.force)
	if err != nil {
		return false, err
	}
	j.flags.cpuprofile = "" // of the first reading
	defer func() {
		if e := stop(); err == nil {
			err = e
		}
	}()
	var src capture.Source = j.set
	if j.cut != nil {
		src = until{src, j.cut}
	}
	if j.flags.count > 0 {
		src = &limited{Source: src, left: j.flags.count}
	}
	if !j.flags.quiet && isTerminal(a.err) {
		p := startProgress(a.err, j.set.Size(), j.set.Offset, a.tongue())
		defer p.end()
		src = watched{src, p}
	}
	if j.flags.memprofile != "" {
		runtime.MemProfileRate = 512 << 10
	}
	ctx, done := a.lasting(j.set.Size() < 0)
	defer done()
	err = j.eng.Run(ctx, src)
	if p := j.flags.memprofile; p != "" && err == nil {
		j.flags.memprofile = ""
		err = a.heap(p, j.flags.force)
	}
	if errors.Is(err, context.Canceled) || err == nil && a.ctx.Err() != nil { // an input was given up
		return true, nil
	}
	if err == nil {
		st := j.eng.Stats()
		a.past.same(j.set.Names(), st.Frames, st.First)
	}
	return false, err
}

// profile begins a CPU profile in a file called name, "" for none, until stop. It is a file as all others: it replaces none and
// goes through no link.
func (a *app) profile(name string, force bool) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	out, err := a.openOutput(name, force)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return nil, errors.Join(err, out.close())
	}
	return func() error { pprof.StopCPUProfile(); return out.close() }, nil
}

// heap writes a profile of the memory that was asked for.
func (a *app) heap(name string, force bool) error {
	out, err := a.openOutput(name, force)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(out), out.close())
}

// whole is run for who can do nothing with a part.
func (a *app) whole(j *job) error {
	interrupted, err := a.run(j)
	if interrupted {
		return &exitError{exitInterrupted, nil}
	}
	return err
}

// summary is what is said of the whole.
func (j *job) summary(interrupted bool) *view.Summary {
	st := j.eng.Stats()
	t := doctor.Totals{Frames: st.Frames, Packets: st.Packets, Duplicates: st.Flows.Duplicates, Flows: st.Records + st.Hidden, TCP: j.tally.tcp, OneWay: j.tally.oneWay,
		Midstream: j.tally.midstream, MidstreamReused: j.tally.reused, OneSidedVLAN: j.tally.vlan, Reordered: j.tally.reordered,
		Evicted: st.Flows.Evicted, EvictedHalfOpen: st.Flows.EvictedHalfOpen, Links: j.eng.Links()}
	t.Backwards, t.JumpsAhead, t.JumpsBack = j.eng.Clock()
	t.ClocksApart = j.eng.ClocksApart()
	t.Private = j.flags.anonymize
	for _, err := range j.set.Problems() {
		if de := (*pcapfile.DamageError)(nil); errors.As(err, &de) {
			t.Problems = append(t.Problems, err)
		} else {
			t.Unread = append(t.Unread, errors.New(explainOpen(err)))
		}
	}
	t.Changed = j.changed
	t.Mistimed = j.mistimed(st.Frames)
	inputs := j.set.Names()
	if j.flags.anonymize {
		inputs = make([]string, len(inputs))
		for i := range inputs {
			inputs[i] = fmt.Sprintf("capture %d", i+1)
		}
	}
	sum := &view.Summary{Inputs: inputs, Frames: st.Frames, Packets: st.Packets, Bytes: st.Bytes, First: st.First, Last: st.Last,
		Records: st.Records, Hidden: st.Hidden, Remarks: j.eng.Doctor.Remarks(t), Interrupted: interrupted}
	for i := range sum.Remarks {
		r := &sum.Remarks[i]
		if r.Frame == 0 {
			continue
		}
		r.File, r.Frame = j.eng.Place(r.Frame) // as all other frames are told
		if k := slices.Index(j.set.Names(), r.File); k >= 0 {
			r.File = inputs[k]
		}
	}
	if !j.flags.anonymize {
		sum.Unreachable = j.eng.Doctor.Unreachable
	}
	return sum
}

// mistimed tells of frames whose time cannot be, of which the run was given so many. Of a part of a capture it is not
// known how many lie in it: more was read.
func (j *job) mistimed(frames uint64) (all []doctor.Mistimed) {
	for _, m := range j.set.Mistimed() {
		switch d := (doctor.Mistimed{File: m.File, Frames: m.Frames, Offset: m.Offset}); {
		case len(j.set.Names()) > 1:
			all = append(all, d)
		case m.First <= frames:
			if d.File, d.First = "", m.First; j.cut != nil || j.flags.count > 0 {
				d.Frames = 0
			}
			all = append(all, d)
		}
	}
	return all
}

// problems says which inputs were damaged.
func (a *app) problems(j *job) []error {
	all := j.set.Problems()
	if !j.flags.quiet {
		for _, p := range all {
			say(a.err, p, a.tongue())
		}
	}
	return all
}

// finish reports the inputs that were damaged, and gives the exit status.
func (a *app) finish(j *job, interrupted bool, err error) error {
	if j.flags.stats {
		a.stats(j)
	}
	if err != nil {
		return err
	}
	if interrupted && !j.said && !a.told && !j.flags.quiet {
		fmt.Fprintln(a.err, "portero: "+a.tongue().Pick("interrupted: this is what was seen until then", "interrumpido: esto es lo visto hasta entonces"))
	}
	if n := j.eng.Stats().Payload.Faults; n > 0 && !j.flags.quiet {
		a.sayFaults(n, a.tongue())
	}
	problems := a.problems(j)
	if j.sel != nil {
		if e := j.sel.Err(); e != nil {
			say(a.err, e, a.tongue())
			return &exitError{exitUsage, nil}
		}
	}
	if a.past.changed != nil && !j.flags.quiet {
		say(a.err, a.past.changed, a.tongue())
	}
	if len(problems) > 0 || a.past.changed != nil {
		return &exitError{exitDamaged, nil}
	}
	if (interrupted || a.early) && j.eng.Stats().Records == 0 {
		return &exitError{exitInterrupted, nil}
	}
	return nil
}

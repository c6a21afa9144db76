package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/internal/anonymize"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/csv"
	"portero/internal/view/ecs"
	"portero/internal/view/eve"
	"portero/internal/view/ndjson"
	"portero/internal/view/spread"
	"portero/internal/view/table"
	"portero/internal/view/zeek"
	"portero/internal/where"
	"portero/internal/words"
)

// reading is one run of read: what was asked for, and where the records go.
type reading struct {
	a     *app
	o     *readFlags
	names []string // of the captures
	next  string   // the one that other commands may be told of, "" for none

	fields  []record.Field
	colored bool
	in      words.Lang
	less    func(a, b *table.Row) bool
	ordered bool           // records of a machine format, too
	printed bool           // not only sent to a collector
	hold    *where.Filter  // of --where, nil for none
	hidden  *anonymize.Map // of --anonymize, nil for none

	watcher *findings.Detector
	saved   *saving // of -w, nil for none
	blotted *masked // packets of -w without what is private, nil where there are none before the second reading

	w     view.Writer
	room  func() *record.Record
	pause func() error

	passed uint64          // records that --where does not select
	shown  map[uint64]bool // those that it selects
	of     engine.Chosen   // their packets
}

func (a *app) read(cmd *cobra.Command, args []string, o *readFlags) (err error) {
	var lone record.Record
	r := &reading{a: a, o: o, shown: map[uint64]bool{}}
	r.room = func() *record.Record { return &lone }
	r.pause = func() error { return nil }
	if err := r.understand(cmd, args); err != nil {
		return err
	}
	if o.save != "" && r.hold != nil {
		names, done, err := a.spool(r.names)
		if err != nil {
			return err
		}
		defer func() { done() }()
		r.names = names
	}
	if err := o.readable(r.names); err != nil {
		return err
	}
	if r.saved, err = a.saver(o); err != nil {
		return err
	}
	if r.watcher, err = a.detector(&o.watch, o.memory); err != nil {
		return err
	}
	if r.hidden, err = o.mask(); err != nil {
		return err
	}
	opt := r.options()
	if r.blotted != nil {
		defer func() { a.maskedSay(r.blotted, o) }()
	}
	j, id, err := a.openWatched(r.names, o, opt, r.watcher)
	if err != nil {
		return err
	}
	defer id.close()
	to, err := o.to.open(a, false, nil, o.quiet, r.in, nil)
	if err != nil {
		return err
	}
	if r.blotted != nil {
		r.blotted.eng = j.eng
	} else if r.saved != nil {
		r.saved.CopyNames(j.set)
	}
	out, err := a.openAs(o.out, o.force, o.quiet, o.format, formats...)
	if err != nil {
		return err
	}
	if r.saved != nil || len(o.to.to) > 0 || o.watch.failOn != "" || r.watcher.Policy != nil {
		out.outlive(a.out)
	}
	if err := r.writer(out); err != nil {
		return err
	}
	r.w = to.tee(r.w)
	if err := r.w.Begin(); err != nil {
		return err
	}
	interrupted, err := a.run(j)
	interrupted = interrupted || a.early
	j.said = r.printed && r.inTable()
	var found []findings.Finding
	if err == nil {
		found, err = r.end(j, interrupted)
	}
	if err == nil {
		err = to.tell(found)
	}
	if e := to.close(); err == nil {
		err = e
	}
	if e := r.save(err); err == nil {
		err = e
	}
	if e := out.close(); err == nil {
		err = e
	}
	err = a.finish(j, interrupted, err)
	if o.stats {
		fmt.Fprintf(a.err, r.in.Pick("watched    %s of findings forgotten for lack of room\n", "vigilado   %s por falta de sitio\n"), some(r.in, r.watcher.Unwatched(), "subject", "subjects", "sujeto de hallazgos olvidado", "sujetos de hallazgos olvidados"))
	}
	return o.watch.after(err, found, interrupted)
}

// understand takes what was asked for from the command line, before a capture is opened.
func (r *reading) understand(cmd *cobra.Command, args []string) (err error) {
	if r.names, err = r.o.split(r.a, cmd, args); err != nil {
		return err
	}
	if r.fields, err = record.Select(r.o.fields); err != nil {
		return usage(err.Error())
	}
	if r.o.fields != "" && slices.Contains(formats, r.o.format) && !slices.Contains(columned, r.o.format) {
		return usage("--fields is for --format ndjson, json, csv and tsv")
	}
	if r.colored, err = r.a.colorWanted(r.o.color, r.o.out != ""); err != nil {
		return err
	}
	if r.in, err = language(r.o.lang); err != nil {
		return err
	}
	var ok bool
	if r.less, ok = orders[r.o.sort]; !ok {
		return usage(fmt.Sprintf("--sort: %q is none of %s", r.o.sort, keys(orders)))
	}
	if r.o.where != "" {
		if r.hold, err = where.Compile(r.o.where); err != nil {
			return usage("--where: " + err.Error())
		}
	}
	changed := cmd.Flags().Changed
	r.ordered = changed("sort") || changed("limit")
	// What goes to a collector is not printed as well unless asked for.
	r.printed = len(r.o.to.to) == 0 || r.o.out != "" || changed("format")
	if asked := r.o.asked(cmd, args); len(asked) == 1 && asked[0] != "-" && !once(asked[0]) && !r.o.anonymize {
		r.next = asked[0] // a directory's numbers are of all its captures
	}
	return nil
}

// options are the engine's: records go through sink, packets of -w straight into their file where no
// record has to be waited for.
func (r *reading) options() engine.Options {
	opt := engine.Options{Judge: r.watcher.Record, Sink: r.sink,
		Room: func() *record.Record { return r.room() }, Pause: func() error { return r.pause() }}
	switch {
	case r.saved == nil || r.hold != nil:
	case r.hidden != nil:
		to := &masked{mask: r.hidden, to: r.saved.Writer}
		opt.Seen = func(p *capture.Packet, payload []byte) {
			if r.o.filter == "" || p.Bits&capture.Selected != 0 {
				to.packet(p, payload)
			}
		}
		r.blotted = to
	default:
		opt.Frame = func(f *capture.Frame, selected bool) error {
			if !selected {
				return nil
			}
			r.saved.frames++
			return r.saved.Write(f, "")
		}
	}
	return opt
}

// sink takes every record.
func (r *reading) sink(rec *record.Record) error {
	// A pattern is of all records, whichever are shown.
	r.watcher.Observe(rec)
	if r.o.numeric && rec.ServiceBy != "payload" {
		rec.Service, rec.ServiceBy, rec.Confidence = "", "", ""
	}
	if r.hold != nil {
		ok, err := r.hold.Match(rec)
		if err != nil {
			return usage("--where: " + err.Error())
		}
		if !ok {
			r.passed++
			return nil
		}
		r.shown[rec.ID] = true
		if r.saved != nil {
			choose(&r.of, rec)
		}
	}
	if r.hidden != nil {
		r.hidden.Record(rec)
	}
	return r.w.Write(rec)
}

// inTable says that people read the records.
func (r *reading) inTable() bool { return r.o.format == "table" || r.o.format == "wide" }

// writer makes what writes the records in the format that was asked for, nil where they are not printed.
func (r *reading) writer(out *output) error {
	switch r.o.format {
	case "table", "wide":
		r.w = table.New(out, table.Options{Width: r.a.width(), Columns: out.columns, Color: r.colored, UTC: r.o.utc, Wide: r.o.format == "wide", Limit: r.o.limit, Quiet: r.o.quiet, Next: r.next, Sort: r.less, Lang: r.in})
	case "ndjson", "jsonl":
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return ndjson.New(to, r.fields, false) })
	case "json":
		r.w = ndjson.New(out, r.fields, true)
	case "csv":
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return csv.New(to, r.fields, false) })
	case "tsv":
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return csv.New(to, r.fields, true) })
	case "zeek":
		now := time.Now()
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return zeek.New(to, now) })
	case "ecs":
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return ecs.New(to) })
	case "eve":
		r.w = r.o.spread(out, func(to io.Writer) spread.Flusher { return eve.New(to) })
	default:
		return r.o.noFormat()
	}
	if r.ordered && !r.inTable() {
		r.w = &ordered{to: r.w, less: r.less, limit: r.o.limit}
	}
	if !r.printed {
		r.w = nil
	}
	if s, ok := r.w.(*spread.Writer); ok {
		r.room = s.Room
	}
	if f, ok := r.w.(spread.Flusher); ok {
		r.pause = func() error {
			if err := f.Flush(); err != nil {
				return err
			}
			return out.buf.Flush()
		}
	}
	return nil
}

// end writes what is said of the whole, and returns the patterns that somebody is to be told of.
func (r *reading) end(j *job, interrupted bool) (found []findings.Finding, err error) {
	// To weigh all patterns once more takes a while: only where somebody is told.
	if r.inTable() || len(r.o.to.to) > 0 || r.o.watch.failOn != "" || r.watcher.Policy != nil {
		found = r.watcher.Findings()
	}
	if r.hold != nil {
		found = slices.DeleteFunc(found, func(f findings.Finding) bool {
			return !slices.ContainsFunc(f.Records, func(id uint64) bool { return r.shown[id] })
		})
	}
	if r.hidden != nil {
		hide(r.hidden, found)
	}
	sum := j.summary(interrupted)
	if r.inTable() {
		sum.Findings = sentences(found, r.in)
	}
	sum.Hidden += r.passed
	return found, r.w.End(sum)
}

// save ends the file of -w, where nothing failed before with the packets of the connections that --where selected.
func (r *reading) save(before error) (err error) {
	if r.saved == nil {
		return nil
	}
	if before == nil && r.hold != nil {
		err = r.a.saveChosen(r.names, r.o, &r.of, r.shown, r.saved, r.hidden)
		if status(err) == exitInterrupted && !r.o.quiet {
			fmt.Fprintf(r.a.err, r.in.Pick("portero: interrupted: %s lacks packets, which are copied when all has been read\n", "portero: interrumpido: a %s le faltan paquetes, que se copian cuando se ha leído todo\n"), printable(r.o.save))
		}
	}
	if before == nil && r.blotted != nil {
		err = r.blotted.err
	}
	if e := r.saved.close(); err == nil {
		err = e
	}
	if before == nil && err == nil && r.hidden == nil && !r.o.quiet && r.o.save != "-" { // what is anonymous says so itself
		fmt.Fprintf(r.a.err, r.in.Pick("portero: %s in %s\n", "portero: %s en %s\n"), words.Number(r.saved.frames, r.in.Pick("frame", "trama"), r.in.Pick("frames", "tramas")), printable(r.o.save))
	}
	return err
}

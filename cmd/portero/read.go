package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/capture"
	"portero/capture/pcapfile"
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
)

// readFlags are those of everything that analyses saved captures.
type readFlags struct {
	file                           string
	filter                         string
	format, fields, out, color     string
	utc, stats, quiet, force, sums bool
	memory                         string
	threads, limit                 int
	frames, sort                   string
	count                          uint64
	cpuprofile, memprofile         string
	where, save                    string
	anonymize, numeric             bool
	key                            string
	watch                          watchFlags
	lang                           string
	who                            whoFlags
	to                             toFlags
}

// mostThreads is what --threads may be: each has buffers of its own, and more than a few gain nothing.
const mostThreads = 256

func (o *readFlags) input(fs *pflag.FlagSet) {
	fs.SetNormalizeFunc(normalize)
	fs.StringVarP(&o.file, "read", "r", "", "a capture to read, as tcpdump names it; - is standard input")
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression: only connections with a packet that it selects (also after --)")
	fs.StringVar(&o.memory, "memory", "1G", "budget for connections that are followed at the same time, 8M at least")
	fs.IntVar(&o.threads, "threads", min(runtime.NumCPU(), 8), "goroutines that decode; the result is the same for any number")
	fs.StringVar(&o.frames, "frames", "file", "frame numbers: file (each input's own) or merged (through all inputs)")
	fs.Uint64VarP(&o.count, "count", "c", 0, "stop after this many frames")
	fs.BoolVar(&o.sums, "zeek-ignore-checksums", false, "compute Zeek's columns as zeek -C does")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing beside the data")
	fs.StringVar(&o.cpuprofile, "cpuprofile", "", "write a CPU profile")
	fs.StringVar(&o.memprofile, "memprofile", "", "write a heap profile")
	fs.MarkHidden("cpuprofile")
	fs.MarkHidden("memprofile")
}

func (o *readFlags) show(fs *pflag.FlagSet) {
	fs.StringVarP(&o.out, "output", "o", "", "write to this file (mode 0600) instead of standard output")
	fs.BoolVar(&o.force, "force", false, "replace the output file if it exists")
	fs.StringVar(&o.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&o.utc, "utc", false, "times in UTC; tables show local time otherwise, machine formats always UTC")
}

func (o *readFlags) register(fs *pflag.FlagSet) {
	o.input(fs)
	o.show(fs)
	fs.StringVar(&o.format, "format", "table", "table, wide, ndjson (jsonl), json, csv, tsv, zeek, ecs (Elastic), eve (Suricata)")
	fs.StringVar(&o.fields, "fields", "", "columns of ndjson, json, csv and tsv: a,b or -c to leave c out")
	fs.StringVar(&o.where, "where", "", "only records for which this holds: handshake == half_open and resp_port < 1024")
	fs.BoolVarP(&o.numeric, "numeric", "n", false, "no service names that rest on a port number alone (portero never resolves addresses)")
	fs.StringVarP(&o.save, "write", "w", "", "save the selected packets as pcapng: those of the filter, or of the connections that --where selects")
	fs.BoolVar(&o.anonymize, "anonymize", false, "make records and the packets of -w fit to share: other addresses, no names, no payload")
	fs.StringVar(&o.key, "anonymize-key", "", "a file whose content decides the new addresses (the same for the same content); without it they differ each time")
	o.watch.register(fs)
	o.who.register(fs)
	langFlag(fs, &o.lang)
	o.to.register(fs)
	fs.StringVar(&o.sort, "sort", "id", "order of rows or records: id, bytes, packets, rtt, verdict")
	fs.IntVar(&o.limit, "limit", 0, "rows or records; 0 for all")
	fs.BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
}

func (a *app) readCmd() *cobra.Command {
	var o readFlags
	cmd := &cobra.Command{
		Use: "read FILE... [-- FILTER]", Short: "Say what happened in saved captures",
		Example: "  portero read a.pcap b.pcapng.gz\n  tcpdump -w - | portero read -\n  portero read x.pcap -- host 10.0.0.1 and port 443",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.read(cmd, args, &o) },
	}
	o.register(cmd.Flags())
	completions(cmd)
	return cmd
}

// split takes the words after -- for a filter.
func (o *readFlags) split(a *app, cmd *cobra.Command, args []string) ([]string, error) {
	return o.splitAfter(0, a, cmd, args)
}

// splitAfter is split where the first words are no captures.
func (o *readFlags) splitAfter(words int, a *app, cmd *cobra.Command, args []string) ([]string, error) {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		expr := strings.Join(args[n:], " ")
		args = args[:n]
		if o.filter != "" && expr != "" {
			return nil, usage("a filter was given twice: with --filter and after --")
		}
		if expr != "" {
			o.filter = expr
		}
	}
	args = args[words:]
	args = o.words(args)
	if len(args) == 0 {
		return nil, usage("name a capture to read (- is standard input)")
	}
	if o.frames != "file" && o.frames != "merged" {
		return nil, usage(fmt.Sprintf("--frames: %q is neither file nor merged", o.frames))
	}
	return a.expand(args)
}

// asked are the captures and directories as they were named.
func (o *readFlags) asked(cmd *cobra.Command, args []string) []string {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		args = args[:n]
	}
	return o.words(args)
}

// words are those of a verb, with what -r names before them: it is a capture like the
// first of them.
func (o *readFlags) words(args []string) []string {
	if o.file != "" {
		return append([]string{o.file}, args...)
	}
	return args
}

// counted is check where what -r names is one of the words.
func (o *readFlags) counted(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return check(cmd, o.words(args)) }
}

// expand replaces directories by the files in them.
func (a *app) expand(args []string) (out []string, err error) {
	defer func() { a.named = append(a.named, out...) }()
	for _, name := range args {
		if name == "-" && isTerminal(a.in) {
			return nil, usage("standard input is a terminal, and no capture comes from there; write tcpdump -w - | portero read - or name a file")
		}
		st, err := os.Stat(name)
		if err != nil || !st.IsDir() {
			out = append(out, name)
			continue
		}
		es, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		n := len(out)
		for _, e := range es {
			if p := filepath.Join(name, e.Name()); e.Type().IsRegular() && pcapfile.IsCapture(p) {
				out = append(out, p)
			}
		}
		if n == len(out) {
			return nil, usage(name + ": no capture in this directory")
		}
	}
	return out, nil
}

func (a *app) read(cmd *cobra.Command, args []string, o *readFlags) error {
	names, err := o.split(a, cmd, args)
	if err != nil {
		return err
	}
	fields, err := record.Select(o.fields)
	if err != nil {
		return usage(err.Error())
	}
	if o.fields != "" && slices.Contains(formats, o.format) && !slices.Contains(columned, o.format) {
		return usage("--fields is for --format ndjson, json, csv and tsv")
	}
	color, err := a.colorWanted(o.color, o.out != "")
	if err != nil {
		return err
	}
	l, err := language(o.lang)
	if err != nil {
		return err
	}
	less, ok := orders[o.sort]
	if !ok {
		return usage(fmt.Sprintf("--sort: %q is none of %s", o.sort, keys(orders)))
	}
	var w view.Writer
	var hold *where.Filter
	if o.where != "" {
		if hold, err = where.Compile(o.where); err != nil {
			return usage("--where: " + err.Error())
		}
	}
	done := func() {}
	if o.save != "" && hold != nil {
		if names, done, err = a.spool(names); err != nil {
			return err
		}
	}
	defer func() { done() }()
	if err := o.readable(names); err != nil {
		return err
	}
	saved, err := a.saver(o)
	if err != nil {
		return err
	}
	watcher, err := a.detector(&o.watch, o.memory)
	if err != nil {
		return err
	}
	mask, err := o.mask()
	if err != nil {
		return err
	}
	chosen := map[uint64]bool{}
	var of engine.Chosen
	var watch *masked
	passed := uint64(0)
	shown := map[uint64]bool{} // records that --where selects
	var lone record.Record
	room := func() *record.Record { return &lone }
	pause := func() error { return nil }
	opt := engine.Options{Judge: watcher.Record, Room: func() *record.Record { return room() }, Pause: func() error { return pause() }, Sink: func(r *record.Record) error {
		// A pattern is of all records, whichever are shown.
		watcher.Observe(r)
		if o.numeric && r.ServiceBy == "port" {
			r.Service, r.ServiceBy, r.Confidence = "", "", ""
		}
		if hold != nil {
			ok, err := hold.Match(r)
			if err != nil {
				return usage("--where: " + err.Error())
			}
			if !ok {
				passed++
				return nil
			}
			shown[r.ID] = true
		}
		if saved != nil && hold != nil {
			chosen[r.ID] = true
			choose(&of, r)
		}
		if mask != nil {
			mask.Record(r)
		}
		return w.Write(r)
	}}
	switch {
	case saved != nil && hold == nil && mask != nil:
		to := &masked{mask: mask, to: saved.Writer}
		opt.Seen = func(p *capture.Packet, payload []byte) {
			if o.filter == "" || p.Bits&capture.Selected != 0 {
				to.packet(p, payload)
			}
		}
		defer func() { a.maskedSay(to, o) }()
		watch = to
	case saved != nil && hold == nil:
		opt.Frame = func(f *capture.Frame, selected bool) error {
			if !selected {
				return nil
			}
			return saved.Write(f, "")
		}
	}
	id, err := o.who.identify(&opt, watcher)
	if err != nil {
		return err
	}
	defer id.close()
	j, err := a.open(names, o, opt)
	if err != nil {
		return err
	}
	watcher.Frames = j.eng
	to, err := o.to.open(a, false, nil, o.quiet, l, nil)
	if err != nil {
		return err
	}
	if watch != nil {
		watch.eng = j.eng
	}
	if !o.quiet {
		a.misnamed(o.out, o.format, formats...)
	}
	out, err := a.openOutput(o.out, o.force)
	if err != nil {
		return err
	}
	switch o.format {
	case "table", "wide":
		next := ""
		if asked := o.asked(cmd, args); len(asked) == 1 && asked[0] != "-" && !once(asked[0]) && mask == nil {
			next = asked[0] // a directory's numbers are of all its captures
		}
		w = table.New(out, table.Options{Width: a.width(), Columns: out.columns, Color: color, UTC: o.utc, Wide: o.format == "wide", Limit: o.limit, Quiet: o.quiet, Next: next, Sort: less, Lang: l})
	case "ndjson", "jsonl":
		w = o.spread(out, func(to io.Writer) spread.Flusher { return ndjson.New(to, fields, false) })
	case "json":
		w = ndjson.New(out, fields, true)
	case "csv":
		w = o.spread(out, func(to io.Writer) spread.Flusher { return csv.New(to, fields, false) })
	case "tsv":
		w = o.spread(out, func(to io.Writer) spread.Flusher { return csv.New(to, fields, true) })
	case "zeek":
		now := time.Now()
		w = o.spread(out, func(to io.Writer) spread.Flusher { return zeek.New(to, now) })
	case "ecs":
		w = o.spread(out, func(to io.Writer) spread.Flusher { return ecs.New(to) })
	case "eve":
		w = o.spread(out, func(to io.Writer) spread.Flusher { return eve.New(to) })
	default:
		return o.noFormat()
	}
	if changed := cmd.Flags().Changed; (changed("sort") || changed("limit")) && o.format != "table" && o.format != "wide" {
		w = &ordered{to: w, less: less, limit: o.limit}
	}
	if len(o.to.to) > 0 && o.out == "" && !cmd.Flags().Changed("format") {
		w = nil // what goes to a collector is not printed as well unless asked for
	}
	if s, ok := w.(*spread.Writer); ok {
		room = s.Room
	}
	if f, ok := w.(spread.Flusher); ok {
		pause = func() error {
			if err := f.Flush(); err != nil {
				return err
			}
			return out.buf.Flush()
		}
	}
	w = to.tee(w)
	if err := w.Begin(); err != nil {
		return err
	}
	interrupted, err := a.run(j)
	var found []findings.Finding
	if err == nil {
		inTable := o.format == "table" || o.format == "wide"
		// To weigh all patterns once more takes a while: only where somebody is told.
		if inTable || len(o.to.to) > 0 || o.watch.failOn != "" || watcher.Policy != nil {
			found = watcher.Findings()
		}
		if hold != nil {
			found = slices.DeleteFunc(found, func(f findings.Finding) bool {
				return !slices.ContainsFunc(f.Records, func(id uint64) bool { return shown[id] })
			})
		}
		if mask != nil {
			hide(mask, found)
		}
		sum := j.summary(interrupted)
		if inTable {
			sum.Findings = sentences(found, l)
		}
		sum.Hidden += passed
		err = w.End(sum)
	}
	if err == nil {
		err = to.tell(found)
	}
	if e := to.close(); err == nil {
		err = e
	}
	if err == nil && saved != nil && hold != nil {
		err = a.saveChosen(names, o, &of, chosen, saved, mask)
	}
	if watch != nil && err == nil {
		err = watch.err
	}
	if saved != nil {
		if e := saved.close(); err == nil {
			err = e
		}
	}
	if e := out.close(); err == nil {
		err = e
	}
	err = a.finish(j, interrupted, err)
	if o.stats {
		fmt.Fprintf(a.err, l.Pick("watched    %s of findings forgotten for lack of room\n", "vigilado   %s por falta de sitio\n"), some(l, watcher.Unwatched(), "subject", "subjects", "sujeto de hallazgos olvidado", "sujetos de hallazgos olvidados"))
	}
	if err != nil {
		return err
	}
	return o.watch.verdict(found)
}

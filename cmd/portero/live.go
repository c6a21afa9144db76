package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/bpf"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/catalog"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/fold"
	"portero/internal/jail"
	"portero/internal/record"
	"portero/internal/recorder"
	"portero/internal/sockets"
	"portero/internal/words"
)

// liveFlags are those of portero live.
type liveFlags struct {
	cpuprofile                                           string
	fileSize, fileTime, fsync, metrics                   string
	keepFiles                                            int
	ifaces                                               []string
	filter, format, out, save, memory, lang, color, ring string
	lanes                                                int
	snaplen                                              int
	count                                                uint64
	duration, interim                                    time.Duration
	noPromisc, plain, utc, force, quiet, stats           bool
	watch                                                watchFlags
	who                                                  whoFlags
	to                                                   toFlags
	replay                                               string
	speed                                                float64
	speedGiven, fsyncGiven, ringGiven                    bool
}

func (a *app) liveCmd() *cobra.Command {
	var o liveFlags
	cmd := &cobra.Command{
		Use: "live [INTERFACE...] [-- FILTER]", Short: "The same while it happens: a screen in a terminal, records in a pipe",
		Long: `Listens to interfaces (any for all of them). In a terminal it is a screen of
connections, ports, hosts and findings (? shows its keys); in a pipe a record a line
(ndjson) whenever a connection opens, is established, goes on for long or closes, with
final false, and one with final true when it ended, all under one id, and findings
between them (docs/EVENTS.md). --plain writes lines for people, without a screen.
--replay shows a saved capture as if it happened now.

Listening needs CAP_NET_RAW and nothing else. Where there are Linux's means, two
processes run: a small one keeps what it must (to listen again to an interface that came
back, to make the next file, to look up whose connection is whose) and answers only
those questions; the one that reads packets gives everything up first: user,
capabilities, files, network, most system calls.

SIGTERM and Ctrl-C end it with everything written out. SIGHUP goes on in new files (-w;
-o when it was moved away). With -w a file holds everything up to the last second.`,
		Example: "  sudo portero live eth0\n  sudo portero live any --plain -- port 443\n  sudo portero live eth0 -w today.pcapng | jq .handshake\n  portero live --replay testdata/first-look/in.pcap\n  sudo portero live eth0 -w ring.pcapng -C 100 -W 10 -o /dev/null",
		RunE: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				if err := swallowed(cmd, args[n:]); err != nil {
					return err
				}
				expr := strings.Join(args[n:], " ")
				args = args[:n]
				if o.filter != "" && expr != "" {
					return usage("a filter was given twice: with --filter and after --")
				}
				if expr != "" {
					o.filter = expr
				}
			}
			if err := saved(args); err != nil {
				return err
			}
			o.ifaces = append(o.ifaces, args...)
			o.speedGiven, o.fsyncGiven = cmd.Flags().Changed("speed"), cmd.Flags().Changed("fsync")
			o.ringGiven = cmd.Flags().Changed("buffer-size")
			if err := o.check(); err != nil {
				return err
			}
			if len(o.ifaces) == 0 || slices.Contains(o.ifaces, "any") {
				o.ifaces = []string{"any"}
			}
			slices.Sort(o.ifaces)
			o.ifaces = slices.Compact(o.ifaces)
			return a.live(&o)
		},
	}
	fs := cmd.Flags()
	fs.SetNormalizeFunc(normalize)
	fs.StringSliceVarP(&o.ifaces, "interface", "i", nil, "an interface (again for more); any is all of them, and the default")
	fs.StringVar(&o.replay, "replay", "", "show this saved capture as if it happened now, instead of an interface; a silence of more than 10 s takes one; needs no rights")
	fs.Float64Var(&o.speed, "speed", 1, "with --replay: so many times as fast")
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression for the kernel (also after --)")
	fs.StringVar(&o.format, "format", "", "ndjson, ecs, eve, or plain lines; without it a screen in a terminal, ndjson in a pipe")
	fs.BoolVar(&o.plain, "plain", false, "lines for people instead of a screen (for screen readers too)")
	fs.StringVarP(&o.out, "output", "o", "", "write records to this file (mode 0600)")
	fs.StringVarP(&o.save, "write", "w", "", "save the packets as pcapng (mode 0600), written out every second")
	fs.StringVarP(&o.fileSize, "file-size", "C", "", "begin a new file of -w before one grows larger: millions of octets, or 64M, 1G")
	fs.StringVarP(&o.fileTime, "rotate-seconds", "G", "", "begin a new file of -w after this time: seconds, or 10m, 1h")
	fs.IntVarP(&o.keepFiles, "keep-files", "W", 0, "with -C or -G: keep only so many files of -w, the newest, of this run and earlier ones")
	fs.StringVar(&o.fsync, "fsync", "file", "when what -w wrote is forced onto the disk: file (when one is finished), flush (every second), never")
	fs.StringVar(&o.metrics, "metrics", "", "serve counters for Prometheus at this address: 127.0.0.1:9899; :9899 is the same, for this machine only")
	fs.BoolVar(&o.force, "force", false, "replace files that exist")
	fs.IntVarP(&o.snaplen, "snaplen", "s", 262144, "octets of a frame that are kept")
	fs.BoolVarP(&o.noPromisc, "no-promiscuous-mode", "p", false, "do not ask the interface for frames to others")
	fs.StringVarP(&o.ring, "buffer-size", "B", "64M", "memory shared with the kernel for each interface, 1M to 1G; unless it is given, 1G for all of them at most")
	fs.IntVar(&o.lanes, "lanes", 0, "rings among which the kernel shares the frames of an interface; 0 is one for every two processors, at most four")
	fs.Uint64VarP(&o.count, "count", "c", 0, "stop after this many frames")
	fs.DurationVar(&o.duration, "duration", 0, "stop after this time: 30s, 10m")
	fs.DurationVar(&o.interim, "interim", time.Minute, "write a record of a long connection at least this often")
	fs.StringVar(&o.memory, "memory", "256M", "budget for connections that are followed at the same time, 8M at least")
	fs.StringVar(&o.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&o.utc, "utc", false, "times in UTC")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing beside the data")
	fs.StringVar(&o.cpuprofile, "cpuprofile", "", "write a CPU profile")
	fs.MarkHidden("cpuprofile")
	fs.BoolVar(&o.stats, "stats", false, "say at the end what was done and what was lost")
	o.watch.register(fs)
	o.who.register(fs)
	o.to.register(fs)
	langFlag(fs, &o.lang)
	return cmd
}

// feed is where a session's frames come from: interfaces, or a capture that is
// shown again. Stop ends Next; Stats may be asked from any goroutine.
type feed interface {
	capture.Source
	Stats() live.Stats
	// Name is that of an interface.
	Name(iface int32) string
	Stop()
}

// session is one live analysis.
type session struct {
	a        *app
	o        *liveFlags
	lang     words.Lang
	mode     string // screen, plain or ndjson
	mem      int64
	colors   bool
	keep     keeper
	src      feed
	source   capture.Source // src, or its beginning (-c)
	eng      *engine.Engine
	out      *output
	rec      *recorder.Recorder     // nil without -w
	owner    func(id uint64) string // the program behind a connection, for comments of -w; nil without
	asked    map[uint64]uint8
	waiting  []waiting
	gauges   *gauges      // nil without --metrics
	early    engine.Round // of looks at what may be one before its connections end
	still    still
	portion  time.Duration // how long connections are looked at in one go
	watch    *findings.Detector
	stop     context.CancelFunc
	signals  chan os.Signal
	leaving  chan struct{} // closed with the word to end
	left     sync.Once
	rotate   atomic.Bool
	turns    bool // a new file of -w is due
	err      error
	screened bool                    // the screen has the terminal
	sees     func(a netip.Addr) bool // which doors of this machine can be seen, nil all
	to       exports
	programs *programs                   // what runs behind connections of this machine, nil when that cannot be said
	ask      sockets.Asker               // nil where programs cannot be asked for
	selects  func(f *capture.Frame) bool // what a filter selects where the kernel does not
}

// plan checks everything that was asked for, before anything is opened.
func (a *app) plan(o *liveFlags) (s *session, opt live.Options, ro recorder.Options, err error) {
	s = &session{a: a, o: o, mode: o.format, asked: map[uint64]uint8{}, portion: lookTime}
	if s.lang, err = language(o.lang); err != nil {
		return
	}
	switch {
	case o.plain || s.mode == "plain":
		s.mode = "plain"
	case s.mode == "jsonl":
		s.mode = "ndjson"
	case s.mode == "" && o.out == "" && len(o.to.to) > 0:
		s.mode = "export"
	case s.mode == "" && o.out == "" && isTerminal(a.out) && isTerminal(a.in):
		if s.mode = "screen"; os.Getenv("TERM") == "dumb" {
			s.mode = "plain" // it cannot be drawn on
		}
	case s.mode == "":
		s.mode = "ndjson"
	case s.mode != "ndjson" && s.mode != "ecs" && s.mode != "eve":
		return s, opt, ro, usage(fmt.Sprintf("--format: %q is none of ndjson, ecs, eve, plain", s.mode))
	}
	s.screened = s.mode == "screen"
	if s.mem, err = size(o.memory); err != nil {
		return
	}
	if s.colors, err = a.colorWanted(o.color, o.out != ""); err != nil {
		return
	}
	if s.watch, err = a.detector(&o.watch, o.memory); err != nil {
		return
	}
	if err = a.noTerminal(o.save); err != nil {
		return
	}
	if ro, err = o.recorderOptions(); err != nil {
		return
	}
	if o.metrics, err = metricsAddr(o.metrics); err != nil {
		return
	}
	ring, err := sizeOf("--buffer-size", o.ring)
	if err != nil {
		return
	}
	opt = live.Options{Interfaces: o.ifaces, SnapLen: o.snaplen, NoPromisc: o.noPromisc, Lanes: o.lanes}
	if o.ringGiven {
		opt.RingBytes = int(ring)
	}
	if o.filter != "" {
		expr, err := filter.Parse(o.filter)
		if err != nil {
			return s, opt, ro, usage(err.Error())
		}
		opt.Filter = func(link capture.LinkType) ([]bpf.RawInstruction, error) {
			p, err := expr.Compile(link, filter.Options{Live: runtime.GOOS == "linux", SnapLen: uint32(o.snaplen), Port: catalog.Default().PortNamed})
			if err != nil {
				return nil, usage(err.Error())
			}
			return p.Raw(), nil
		}
	}
	return
}

func (a *app) live(o *liveFlags) error {
	s, opt, ro, err := a.plan(o)
	if err != nil {
		return err
	}
	if twoProcesses && o.replay == "" && !a.isParser() {
		k := newLocal(o, opt)
		k.screened = s.screened
		err = a.supervise(k, s)
		var pe *live.PermissionError
		if errors.As(err, &pe) {
			return denied(s.lang, pe)
		}
		return err
	}
	// A terminal that is not read, or a pipe, holds up nobody, whatever is told there.
	s.heed()
	defer signal.Stop(s.signals)
	errw := a.err
	said := newOutlet(fold.Below(errw), 1<<20).start()
	a.err = fold.Through(errw, said)
	switch {
	case o.replay != "":
		err = s.replay()
	case a.isParser():
		if s.keep, err = a.remote(); err == nil {
			err = s.watchOver(ro)
		}
	default:
		s.keep = newLocal(o, opt)
		err = s.watchOver(ro)
	}
	say(a.err, err, s.lang)
	said.close()
	a.err = errw
	if err == nil {
		return nil
	}
	return &exitError{status(err), nil}
}

// watchOver opens what the session needs, gives every right up, and analyses until
// it is told to end.
func (s *session) watchOver(ro recorder.Options) error {
	a, o, l := s.a, s.o, s.lang
	// When whoever reads the events goes away, what -w holds is still written out.
	signal.Ignore(syscall.SIGPIPE)
	taps, err := s.keep.listen()
	if err != nil {
		var pe *live.PermissionError
		if errors.As(err, &pe) {
			return denied(l, pe)
		}
		return err
	}
	h, err := live.Open(taps, s.keep.reopen)
	if err != nil {
		return err
	}
	defer h.Close()
	h.Changed = s.changed
	s.src = h
	if s.to, err = o.to.open(a, true, o.ifaces, o.quiet, l, s.keep.dial); err != nil {
		return err
	}
	if err := s.serveMetrics(); err != nil {
		return err
	}
	if s.ask, err = s.keep.sockets(); err != nil {
		s.ask = nil // no names of programs
	}
	eo := s.options()
	id, err := o.who.identify(&eo, s.watch)
	if err != nil {
		return err
	}
	defer id.close()
	profiled, err := s.a.profile(o.cpuprofile, o.force)
	if err != nil {
		return err
	}
	defer profiled()
	s.sees = o.seeing()
	said := jail.Enter()
	if s.programs, err = newPrograms(s.ask); err != nil {
		return err
	}
	defer s.programs.close()
	// Files come last: a start that fails makes none, replaces none, and takes none of an
	// earlier run away.
	if s.out, err = s.output(); err != nil {
		return err
	}
	if err := s.record(s.keep, ro); err != nil {
		return err
	}
	if s.programs != nil && s.rec != nil {
		s.owner = s.programs.comment
	}
	if !o.quiet && !s.screened {
		fmt.Fprintf(a.err, "portero: %s %s; %s\n", l.Pick("listening to", "a la escucha en"), printable(strings.Join(o.ifaces, ", ")), said.Text(l.Pick))
		if t := s.limits(); t != "" {
			fmt.Fprintln(a.err, "portero: "+t)
		}
	}
	return s.analyse(eo)
}

// analyse shows or writes what comes from the source until it is told to end.
func (s *session) analyse(eo engine.Options) (err error) {
	a, o := s.a, s.o
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	if o.duration > 0 {
		ctx, stop = context.WithTimeout(ctx, o.duration)
		defer stop()
	}
	s.stop = stop
	if s.source = s.src; o.count > 0 {
		s.source = &limited{Source: s.src, left: o.count}
	}
	defer s.obey(ctx)()
	if s.screened {
		err = s.screen(ctx, eo, s.colors)
	} else {
		err = s.stream(eo, s.out, s.mode)
	}
	// What is saved comes before whatever others may have to be waited for.
	if e := s.endSaving(); err == nil {
		err = e
	}
	if e := s.to.tell(s.watch.Findings()); err == nil {
		err = e
	}
	if e := s.to.close(); err == nil {
		err = e
	}
	if e := s.out.close(); err == nil && e != nil {
		err = s.unwritten(e)
	}
	if s.out.slow != nil && err == nil { // also where it went on later
		err = s.unwritten(s.out.slow.firstFailure())
	}
	s.summary()
	if err != nil {
		return err
	}
	return o.watch.verdict(s.watch.Findings(), false) // Ctrl-C is how it ends
}

// options are those of the engine.
func (s *session) options() engine.Options {
	return engine.Options{Threads: 1, Live: true, Memory: s.mem, Catalog: s.a.cat, Judge: s.watch.Record, Frame: s.frame}
}

// run analyses until the source ends.
func (s *session) run(eo engine.Options) error {
	if s.rec != nil && s.owner != nil {
		sink := eo.Sink
		eo.Sink = func(r *record.Record) error {
			delete(s.asked, r.ID)
			return sink(r)
		}
		packet := eo.Packet
		eo.Packet = func(id uint64, p *capture.Packet, payload []byte, side int, dup bool) {
			if packet != nil {
				packet(id, p, payload, side, dup)
			}
			s.owned(id, p)
		}
	}
	s.eng = engine.New(eo)
	s.watch.Frames = s.eng
	err := s.eng.Run(context.Background(), ending{s.source, s.over})
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// changed says that an interface went or came.
func (s *session) changed(e live.Event) {
	s.still.Note(e)
	if s.o.quiet || s.screened {
		return
	}
	fmt.Fprintf(s.a.err, "portero: %s\n", printable(words.InterfaceChange(s.lang, e.Change.String(), e.Interface, e.Name, e.Err)))
}

// summary says what was seen and lost.
func (s *session) summary() {
	if s.o.quiet || s.eng == nil {
		return
	}
	st, k := s.eng.Stats(), s.src.Stats()
	of := func(n uint64, en1, en, es1, es string) string { return some(s.lang, n, en1, en, es1, es) }
	frames := func(n uint64) string { return of(n, "frame", "frames", "trama", "tramas") }
	line := frames(st.Frames) + ", " + of(st.Records, "connection or exchange", "connections and exchanges", "conexión o intercambio", "conexiones e intercambios")
	if s.o.replay == "" { // no kernel has a part in a saved capture
		line += ", " + frames(k.Dropped) + s.lang.Pick(" dropped by the kernel for lack of room", " que el núcleo descartó por falta de sitio")
	}
	fmt.Fprintf(s.a.err, "portero: %s\n", line)
	// A reader that went away, as head does, wanted no more.
	if n := s.leftOut(); n > 0 && !brokenPipe(s.out.slow.failure()) {
		fmt.Fprintf(s.a.err, s.lang.Pick("portero: %s not written: whoever reads is too slow, or a disk is full\n", "portero: %s: quien lee es demasiado lento, o un disco está lleno\n"), words.Number(n, s.lang.Pick("line was", "línea no se escribió"), s.lang.Pick("lines were", "líneas no se escribieron")))
	}
	if n := st.Payload.Faults; n > 0 {
		s.a.sayFaults(n, s.lang)
	}
	if s.rec != nil {
		fmt.Fprintf(s.a.err, "portero: %s\n", printable(savedWords(s.lang, s.rec.State())))
	}
	if s.mode == "plain" || s.screened {
		for _, f := range s.watch.Findings() {
			if f.Muted != "" {
				break // they come last
			}
			fmt.Fprintf(s.a.err, "  %-7s %s: %s\n", words.Severity(s.lang, f.Severity), f.Kind, f.Text(s.lang))
		}
	}
	if n := s.watch.Unwatched(); n > 0 {
		fmt.Fprintf(s.a.err, "portero: %s\n", unwatchedWords(s.lang, n))
	}
	if !s.o.stats {
		return
	}
	say := func(label, es, format, formatES string, args ...any) {
		fmt.Fprintf(s.a.err, "%-10s %s\n", s.lang.Pick(label, es), fmt.Sprintf(s.lang.Pick(format, formatES), args...))
	}
	flows := func(n uint64) string { return of(n, "flow", "flows", "flujo", "flujos") }
	say("received", "recibido", "%s by the rings, %d read", "%s en los anillos, leídas: %d", frames(k.Received), k.Read)
	for _, r := range k.Lanes {
		say("lane", "anillo", "%s/%d: %d received, %d dropped for lack of room, %s full, %d read", "%s/%d: recibidas: %d; descartadas por falta de sitio: %d; lleno %s; leídas: %d",
			printable(r.Interface), r.Lane, r.Received, r.Dropped, of(r.Freezes, "time", "times", "vez", "veces"), r.Read)
	}
	if n, err := s.programs.missed(); n > 0 || err != nil {
		say("programs", "programas", "%s too fast to be looked up%s", "%s demasiado deprisa para consultar de quién son%s", of(n, "connection came", "connections came", "conexión llegó", "conexiones llegaron"), printable(because(err)))
	}
	if k.Known {
		say("kernel", "núcleo", "%d dropped by the interfaces, %d by its input queue (before any filter)", "descartadas por las interfaces: %d; por su cola de entrada: %d (antes de cualquier filtro)", k.Link, k.Softnet)
	}
	say("followed", "seguido", "%s, at most %d at once, %s of memory for them", "%s, %d a la vez como mucho, %s de memoria para ello", flows(st.Flows.Flows), st.Flows.Peak, of(uint64(st.Flows.Bytes), "byte", "bytes", "octeto", "octetos"))
	say("lost", "perdido", "%s evicted, %s of findings without room, %s dropped (should be zero)", "%s por falta de sitio, %s sin sitio, %s (debería ser cero)",
		flows(st.Flows.Evicted), of(s.watch.Unwatched(), "subject", "subjects", "sujeto de hallazgos", "sujetos de hallazgos"), of(k.Dropped, "frame", "frames", "trama descartada", "tramas descartadas"))
}

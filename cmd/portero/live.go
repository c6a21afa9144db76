package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/bpf"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/sockets"
	"portero/internal/words"
)

// liveFlags are those of portero live.
type liveFlags struct {
	ifaces                                               []string
	filter, format, out, save, memory, lang, color, ring string
	lanes                                                int
	snaplen                                              int
	count                                                uint64
	duration, interim                                    time.Duration
	noPromisc, plain, utc, force, quiet, stats           bool
	watch                                                watchFlags
	to                                                   toFlags
}

func (a *app) liveCmd() *cobra.Command {
	var o liveFlags
	cmd := &cobra.Command{
		Use: "live [INTERFACE...] [-- FILTER]", Short: "The same while it happens: a screen in a terminal, records in a pipe",
		Long: `Listens to interfaces (any for all of them). In a terminal it is a screen of
connections, ports, hosts and findings; in a pipe a record a line (ndjson), one whenever
the verdict of a connection changes, with final false, and one with final true when it
ended, all under one id. --plain writes lines for people, without a screen.
Listening needs CAP_NET_RAW; once it listens, portero gives its privileges up.`,
		Example: "  sudo portero live eth0\n  sudo portero live any --plain -- port 443\n  sudo portero live eth0 -w today.pcapng | jq .handshake",
		RunE: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				expr := strings.Join(args[n:], " ")
				args = args[:n]
				if o.filter != "" && expr != "" {
					return usage("a filter was given twice: with --filter and after --")
				}
				if expr != "" {
					o.filter = expr
				}
			}
			if o.ifaces = append(o.ifaces, args...); len(o.ifaces) == 0 || slices.Contains(o.ifaces, "any") {
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
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression for the kernel (also after --)")
	fs.StringVar(&o.format, "format", "", "ndjson, ecs, eve, or plain lines; without it a screen in a terminal, ndjson in a pipe")
	fs.BoolVar(&o.plain, "plain", false, "lines for people instead of a screen (for screen readers too)")
	fs.StringVarP(&o.out, "output", "o", "", "write records to this file (mode 0600)")
	fs.StringVarP(&o.save, "write", "w", "", "save the packets as pcapng (mode 0600), written out every second")
	fs.BoolVar(&o.force, "force", false, "replace files that exist")
	fs.IntVarP(&o.snaplen, "snaplen", "s", 262144, "octets of a frame that are kept")
	fs.BoolVarP(&o.noPromisc, "no-promiscuous-mode", "p", false, "do not ask the interface for frames to others")
	fs.StringVarP(&o.ring, "buffer-size", "B", "32M", "memory shared with the kernel for each interface")
	fs.IntVar(&o.lanes, "lanes", 0, "rings among which the kernel shares the frames of an interface; 0 is one for every two processors, at most four")
	fs.Uint64VarP(&o.count, "count", "c", 0, "stop after this many frames")
	fs.DurationVar(&o.duration, "duration", 0, "stop after this time: 30s, 10m")
	fs.DurationVar(&o.interim, "interim", time.Minute, "write a record of a long connection at least this often")
	fs.StringVar(&o.memory, "memory", "256M", "budget for connections that are followed at the same time")
	fs.StringVar(&o.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&o.utc, "utc", false, "times in UTC")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing beside the data")
	fs.BoolVar(&o.stats, "stats", false, "say at the end what was done and what was lost")
	o.watch.register(fs)
	o.to.register(fs)
	langFlag(fs, &o.lang)
	return cmd
}

// session is one live analysis.
type session struct {
	a        *app
	o        *liveFlags
	lang     words.Lang
	src      *live.Handle
	eng      *engine.Engine
	saved    *saving
	saveErr  error
	watch    *findings.Detector
	stop     context.CancelFunc
	frames   atomic.Uint64
	flushed  time.Time
	err      error
	screened bool // the screen has the terminal
	to       exports
	programs *programs // what runs behind connections of this machine, nil when that cannot be said
}

func (a *app) live(o *liveFlags) error {
	l, err := language(o.lang)
	if err != nil {
		return err
	}
	mode := o.format
	switch {
	case o.plain || mode == "plain":
		mode = "plain"
	case mode == "jsonl":
		mode = "ndjson"
	case mode == "" && o.out == "" && len(o.to.to) > 0:
		mode = "export"
	case mode == "" && o.out == "" && isTerminal(a.out) && isTerminal(a.in):
		mode = "screen"
	case mode == "":
		mode = "ndjson"
	case mode != "ndjson" && mode != "ecs" && mode != "eve":
		return usage(fmt.Sprintf("--format: %q is none of ndjson, ecs, eve, plain", mode))
	}
	mem, err := size(o.memory)
	if err != nil {
		return err
	}
	colors, err := a.colorWanted(o.color, o.out != "")
	if err != nil {
		return err
	}
	s := &session{a: a, o: o, lang: l}
	if s.watch, err = a.detector(&o.watch, o.memory); err != nil {
		return err
	}
	// The filter is checked before anything is opened, for the commonest link.
	var expr *filter.Expr
	if o.filter != "" {
		if expr, err = filter.Parse(o.filter); err != nil {
			return usage("filter: " + err.Error())
		}
	}
	ring, err := sizeOf("--buffer-size", o.ring)
	if err != nil {
		return err
	}
	opt := live.Options{Interfaces: o.ifaces, SnapLen: o.snaplen, NoPromisc: o.noPromisc, RingBytes: int(min(ring, 1<<30)), Lanes: min(max(o.lanes, 0), 16)}
	if expr != nil {
		opt.Filter = func(link capture.LinkType) ([]bpf.RawInstruction, error) {
			p, err := expr.Compile(link, filter.Options{Live: runtime.GOOS == "linux", SnapLen: uint32(max(o.snaplen, 0))})
			if err != nil {
				return nil, fmt.Errorf("filter: %w", err)
			}
			return p.Raw(), nil
		}
	}
	taps, err := live.Listen(opt)
	if err != nil {
		var pe *live.PermissionError
		if errors.As(err, &pe) {
			return &exitError{exitDenied, err}
		}
		return err
	}
	if s.src, err = live.Open(taps, func(name string) (live.Tap, error) {
		one := opt
		one.Interfaces = []string{name}
		t, err := live.Listen(one)
		if err != nil {
			return live.Tap{}, err
		}
		return t[0], nil
	}); err != nil {
		return err
	}
	defer s.src.Close()
	s.src.Changed = s.changed
	if s.saved, err = a.saver(&readFlags{save: o.save, out: o.out, force: o.force, filter: o.filter}); err != nil {
		return err
	}
	out, err := a.openOutput(o.out, o.force)
	if err != nil {
		return err
	}
	if s.to, err = o.to.open(a, true, o.ifaces, o.quiet); err != nil {
		return err
	}
	var ask sockets.Asker
	if f, err := sockets.NewFinder(); err == nil {
		defer f.Close()
		ask = f
	}
	said := dropPrivileges()
	if s.programs, err = newPrograms(ask); err != nil {
		return err
	}
	defer s.programs.close()
	if !o.quiet && mode != "screen" {
		fmt.Fprintf(a.err, "portero: %s %s; %s\n", l.Pick("listening to", "a la escucha en"), printable(strings.Join(o.ifaces, ", ")), said)
	}
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	if o.duration > 0 {
		ctx, stop = context.WithTimeout(ctx, o.duration)
		defer stop()
	}
	s.stop = stop
	go func() {
		<-ctx.Done()
		s.src.Stop()
	}()
	eo := engine.Options{Threads: 1, Live: true, Memory: mem, Catalog: a.cat, Judge: s.watch.Record, Frame: s.frame}
	if s.screened = mode == "screen"; s.screened {
		err = s.screen(ctx, eo, colors)
	} else {
		err = s.stream(eo, out, mode)
	}
	if e := s.to.tell(s.watch.Findings()); err == nil {
		err = e
	}
	if e := s.to.close(); err == nil {
		err = e
	}
	if s.saved != nil {
		if e := s.saved.close(); e != nil && s.saveErr == nil {
			s.saveErr = e
		}
	}
	if e := out.close(); err == nil {
		err = e
	}
	if err == nil && s.saveErr != nil {
		err = fmt.Errorf("%s: %w", o.save, s.saveErr)
	}
	s.summary(mode)
	if err != nil {
		return err
	}
	return o.watch.verdict(s.watch.Findings())
}

// run analyses until the source ends.
func (s *session) run(eo engine.Options) error {
	s.eng = engine.New(eo)
	err := s.eng.Run(context.Background(), s.src)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// changed says that an interface went or came.
func (s *session) changed(e live.Event) {
	if s.o.quiet || s.screened {
		return
	}
	what := map[live.Change][2]string{
		live.WentDown: {"went down", "se ha apagado"}, live.CameUp: {"came up", "se ha encendido"}, live.WentAway: {"went away; waiting for it", "ha desaparecido; se espera que vuelva"},
		live.CameBack: {"came back", "ha vuelto"}, live.CannotReopen: {"came back and cannot be listened to", "ha vuelto y no se puede escuchar"},
	}[e.Change]
	why := ""
	if e.Err != nil {
		why = ": " + e.Err.Error()
	}
	fmt.Fprintf(s.a.err, "portero: %s %s%s\n", printable(e.Interface), s.lang.Pick(what[0], what[1]), printable(why))
}

// summary says what was seen and lost.
func (s *session) summary(mode string) {
	if s.o.quiet || s.eng == nil {
		return
	}
	st, k := s.eng.Stats(), s.src.Stats()
	fmt.Fprintf(s.a.err, "portero: %d %s, %d %s, %d %s\n", st.Frames, s.lang.Pick("frames", "tramas"), st.Records, s.lang.Pick("connections and exchanges", "conexiones e intercambios"),
		k.Dropped, s.lang.Pick("frames dropped by the kernel for lack of room", "tramas que el núcleo descartó por falta de sitio"))
	if mode == "plain" || mode == "screen" {
		for _, f := range s.watch.Findings() {
			fmt.Fprintf(s.a.err, "  %-8s%s: %s\n", words.Severity(s.lang, f.Severity), f.Kind, f.Text(s.lang))
		}
	}
	if s.o.stats {
		fmt.Fprintf(s.a.err, "followed   %d flows, at most %d at once, %d bytes of memory for them\nlost       %d flows evicted, %d ring freezes\n", st.Flows.Flows, st.Flows.Peak, st.Flows.Bytes, st.Flows.Evicted, k.Freezes)
	}
}

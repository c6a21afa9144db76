package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/spf13/cobra"
	"golang.org/x/net/bpf"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/screen"
	"portero/internal/view"
	"portero/internal/view/ndjson"
	"portero/internal/view/safe"
	"portero/internal/view/table"
	"portero/internal/words"
)

// liveFlags are those of portero live.
type liveFlags struct {
	iface, filter, format, out, save, memory, lang, color string
	snaplen                                               int
	count                                                 uint64
	duration, interim                                     time.Duration
	noPromisc, plain, utc, force, quiet, stats            bool
	watch                                                 watchFlags
}

func (a *app) liveCmd() *cobra.Command {
	var o liveFlags
	cmd := &cobra.Command{
		Use: "live [INTERFACE] [-- FILTER]", Short: "The same while it happens: a screen in a terminal, records in a pipe",
		Long: `Listens to an interface (any for all of them). In a terminal it is a screen of
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
			switch {
			case len(args) > 1 || len(args) == 1 && o.iface != "":
				return usage("one interface at a time; any listens to all")
			case len(args) == 1:
				o.iface = args[0]
			case o.iface == "":
				o.iface = "any"
			}
			return a.live(&o)
		},
	}
	fs := cmd.Flags()
	fs.SetNormalizeFunc(normalize)
	fs.StringVarP(&o.iface, "interface", "i", "", "the interface, as tcpdump names it; any is all (and the default)")
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression for the kernel (also after --)")
	fs.StringVar(&o.format, "format", "", "ndjson, or plain lines; without it a screen in a terminal, ndjson in a pipe")
	fs.BoolVar(&o.plain, "plain", false, "lines for people instead of a screen (for screen readers too)")
	fs.StringVarP(&o.out, "output", "o", "", "write records to this file (mode 0600)")
	fs.StringVarP(&o.save, "write", "w", "", "save the packets as pcapng (mode 0600), written out every second")
	fs.BoolVar(&o.force, "force", false, "replace files that exist")
	fs.IntVarP(&o.snaplen, "snaplen", "s", 262144, "octets of a frame that are kept")
	fs.BoolVarP(&o.noPromisc, "no-promiscuous-mode", "p", false, "do not ask the interface for frames to others")
	fs.Uint64VarP(&o.count, "count", "c", 0, "stop after this many frames")
	fs.DurationVar(&o.duration, "duration", 0, "stop after this time: 30s, 10m")
	fs.DurationVar(&o.interim, "interim", time.Minute, "write a record of a long connection at least this often")
	fs.StringVar(&o.memory, "memory", "256M", "budget for connections that are followed at the same time")
	fs.StringVar(&o.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&o.utc, "utc", false, "times in UTC")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing beside the data")
	fs.BoolVar(&o.stats, "stats", false, "say at the end what was done and what was lost")
	o.watch.register(fs)
	langFlag(fs, &o.lang)
	return cmd
}

// session is one live analysis.
type session struct {
	a       *app
	o       *liveFlags
	lang    words.Lang
	src     *live.Handle
	eng     *engine.Engine
	saved   *saving
	saveErr error
	watch   *findings.Detector
	stop    context.CancelFunc
	frames  atomic.Uint64
	flushed time.Time
	err     error
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
	case mode == "" && o.out == "" && isTerminal(a.out) && isTerminal(a.in):
		mode = "screen"
	case mode == "":
		mode = "ndjson"
	case mode != "ndjson":
		return usage(fmt.Sprintf("--format: %q is neither ndjson nor plain", mode))
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
	if s.watch, err = o.watch.detector(); err != nil {
		return err
	}
	// The filter is checked before anything is opened, for the commonest link.
	var expr *filter.Expr
	if o.filter != "" {
		if expr, err = filter.Parse(o.filter); err != nil {
			return usage("filter: " + err.Error())
		}
	}
	opt := live.Options{Interface: o.iface, SnapLen: o.snaplen, NoPromisc: o.noPromisc}
	if expr != nil {
		opt.Filter = func(link capture.LinkType) ([]bpf.RawInstruction, error) {
			p, err := expr.Compile(link, filter.Options{Live: true, SnapLen: uint32(max(o.snaplen, 0))})
			if err != nil {
				return nil, fmt.Errorf("filter: %w", err)
			}
			return p.Raw(), nil
		}
	}
	if s.src, err = live.Open(opt); err != nil {
		var pe *live.PermissionError
		if errors.As(err, &pe) {
			return &exitError{exitDenied, err}
		}
		return err
	}
	defer s.src.Close()
	if s.saved, err = a.saver(&readFlags{save: o.save, out: o.out, force: o.force, filter: o.filter}); err != nil {
		return err
	}
	out, err := a.openOutput(o.out, o.force)
	if err != nil {
		return err
	}
	said := dropPrivileges()
	if !o.quiet && mode != "screen" {
		fmt.Fprintf(a.err, "portero: %s %s; %s\n", l.Pick("listening to", "a la escucha en"), printable(o.iface), said)
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
		s.src.Close()
	}()
	eo := engine.Options{Threads: 1, Live: true, Memory: mem, Catalog: catalog.Default(), Frame: s.frame}
	if mode == "screen" {
		err = s.screen(ctx, eo, colors)
	} else {
		err = s.stream(eo, out, mode)
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

// frame saves a frame. A disk that is full stops the saving, never the watching.
func (s *session) frame(f *capture.Frame, _ bool) error {
	n := s.frames.Add(1)
	if s.saved != nil && s.saveErr == nil {
		if s.saveErr = s.saved.Write(f, ""); s.saveErr != nil && !s.o.quiet {
			fmt.Fprintf(s.a.err, "portero: %s: %v; %s\n", printable(s.o.save), s.saveErr, s.lang.Pick("nothing more is saved, watching goes on", "no se guarda más, se sigue mirando"))
		}
	}
	if s.o.count > 0 && n >= s.o.count {
		s.stop()
		if n > s.o.count {
			return io.EOF
		}
	}
	return nil
}

// flush writes what is saved out to the file, once a second.
func (s *session) flush(now time.Time) {
	if s.saved == nil || s.saveErr != nil || now.Sub(s.flushed) < time.Second {
		return
	}
	s.flushed = now
	if s.saveErr = s.saved.Flush(); s.saveErr == nil {
		s.saveErr = s.saved.out.buf.Flush()
	}
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

// known is what was last told of a connection.
type known struct {
	opening string
	at      int64
}

// stream writes records or lines as they happen.
func (s *session) stream(eo engine.Options, out *output, mode string) error {
	var w view.Writer
	if mode == "ndjson" {
		fields, err := record.Select("")
		if err != nil {
			return err
		}
		w = ndjson.New(out, fields, false)
	} else {
		w = &lines{w: out, s: s}
	}
	if err := w.Begin(); err != nil {
		return err
	}
	told := map[uint64]known{}
	eo.Sink = func(r *record.Record) error {
		delete(told, r.ID)
		s.watch.Observe(r)
		return w.Write(r)
	}
	last := time.Now()
	since := int64(0)
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		if now.Sub(last) < 200*time.Millisecond || s.err != nil {
			return
		}
		last = now
		newest := since
		s.eng.Snapshot(since, func(r *record.Record) {
			newest = max(newest, r.Last)
			k, ok := told[r.ID]
			o := table.Opening(r)
			// An attempt that may still be answered is not worth a line yet.
			if ok && k.opening == o && r.Last-k.at < int64(s.o.interim) || !ok && o == "no answer" && now.UnixNano()-r.First < int64(time.Second) {
				return
			}
			told[r.ID] = known{o, r.Last}
			if s.err == nil {
				s.err = w.Write(r)
			}
		})
		// What had no packet for a while is looked at once more, for its silence.
		since = newest - int64(2*time.Second)
		if s.err == nil {
			s.err = out.buf.Flush()
		}
		if s.err != nil {
			s.stop()
		}
	}
	err := s.run(eo)
	if s.err != nil && err == nil {
		err = s.err
	}
	if e := w.End(&view.Summary{}); err == nil {
		err = e
	}
	return err
}

// lines writes a line for people for every change.
type lines struct {
	w *output
	s *session
}

func (l *lines) Begin() error              { return nil }
func (l *lines) End(_ *view.Summary) error { return nil }

func (l *lines) Write(r *record.Record) error {
	t := time.Unix(0, r.Last)
	if l.s.o.utc {
		t = t.UTC()
	}
	opening := table.Opening(r)
	end := ""
	if r.Final {
		if r.Close != handshake.CloseNone {
			end = ", " + words.Close(l.s.lang, r.Close.String())
		}
		if !r.TCP() {
			end = ", " + words.EndReason(l.s.lang, r.EndReason.String())
		}
	}
	if l.s.lang == words.Spanish {
		if r.TCP() {
			opening = words.Verdict(l.s.lang, r.Handshake.String())
		} else if r.HasPorts {
			opening = words.Exchange(l.s.lang, r.Exchange.String())
		}
	}
	service := ""
	if r.Service != "" {
		service = "  " + r.Service
	}
	_, err := fmt.Fprintf(l.w, "%s  #%d  %s%s  %s > %s/%s%s  %s\n", t.Format("15:04:05.000"), r.ID, opening, end, ends(&r.Orig, r.HasPorts), ends(&r.Resp, r.HasPorts),
		record.ProtoName(r.Proto), safe.Terminal(service), screen.Amount(r.Orig.Wire+r.Resp.Wire))
	return err
}

func ends(s *record.Side, ports bool) string {
	a := s.Addr.Unmap().String()
	switch {
	case !ports:
		return a
	case strings.Contains(a, ":"):
		return fmt.Sprintf("[%s]:%d", a, s.Port)
	}
	return fmt.Sprintf("%s:%d", a, s.Port)
}

// screen shows the live screen until the user ends it.
func (s *session) screen(ctx context.Context, eo engine.Options, colors bool) error {
	board := screen.NewBoard(s.lang, s.watch)
	m := screen.New(s.o.iface, s.lang, colors)
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithInput(s.a.in), tea.WithOutput(s.a.out), tea.WithContext(s.a.ctx))
	eo.Sink = func(r *record.Record) error { board.Ended(r); return nil }
	var last time.Time
	show := func(now time.Time) {
		v := board.View(func(each func(r *record.Record)) { s.eng.Snapshot(0, each) })
		st, k := s.eng.Stats(), s.src.Stats()
		v.Packets, v.Bytes, v.Received, v.Dropped, v.Now = st.Packets, st.Bytes, k.Received, k.Dropped, now.UnixNano()
		if s.saved != nil {
			v.Saving = s.lang.Pick("saving", "guardando")
			if s.saveErr != nil {
				v.Saving = s.lang.Pick("SAVING STOPPED", "YA NO SE GUARDA")
			}
		}
		p.Send(v)
	}
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		if now.Sub(last) >= 500*time.Millisecond {
			last = now
			show(now)
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.run(eo) }()
	go func() {
		<-ctx.Done()
		p.Quit()
	}()
	_, err := p.Run()
	s.stop()
	if e := <-done; err == nil || errors.Is(err, tea.ErrProgramKilled) {
		err = e
	}
	return err
}

// summary says what was seen and lost.
func (s *session) summary(mode string) {
	if s.o.quiet || s.eng == nil {
		return
	}
	st, k := s.eng.Stats(), s.src.Stats()
	fmt.Fprintf(s.a.err, "portero: %d %s, %d %s, %d %s\n", st.Frames, s.lang.Pick("frames", "tramas"), st.Records, s.lang.Pick("connections and exchanges", "conexiones e intercambios"),
		k.Dropped, s.lang.Pick("frames dropped by the kernel for lack of room", "tramas que el núcleo descartó por falta de sitio"))
	if mode != "ndjson" {
		for _, f := range s.watch.Findings() {
			fmt.Fprintf(s.a.err, "  %-8s%s: %s\n", words.Severity(s.lang, f.Severity), f.Kind, f.Text(s.lang))
		}
	}
	if s.o.stats {
		fmt.Fprintf(s.a.err, "followed   %d flows, at most %d at once, %d bytes of memory for them\nlost       %d flows evicted, %d ring freezes\n", st.Flows.Flows, st.Flows.Peak, st.Flows.Bytes, st.Flows.Evicted, k.Freezes)
	}
}

func (a *app) interfacesCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "interfaces", Aliases: []string{"ifaces"}, Short: "Which interfaces there are, and whether they can be listened to", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			is, err := live.Interfaces()
			if err != nil {
				return err
			}
			t := &list{heads: []string{"name", "state", "link", "addresses", "hardware", "can_listen", "why"}}
			t.label = []string{"name", "state", "link", "addresses", "hardware", "listen", "why not"}
			for _, i := range is {
				state, can := "down", "no"
				if i.Up {
					state = "up"
				}
				if i.CanOpen {
					can = "yes"
				}
				var as []string
				for _, p := range i.Addrs {
					as = append(as, p.String())
				}
				t.rows = append(t.rows, []any{i.Name, state, i.Link, strings.Join(as, " "), i.Hardware, can, i.Why})
			}
			out, err := a.openOutput("", false)
			if err != nil {
				return err
			}
			if err := t.write(out, format, a.width()); err != nil {
				return err
			}
			return out.close()
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, ndjson (jsonl), csv, tsv")
	return cmd
}

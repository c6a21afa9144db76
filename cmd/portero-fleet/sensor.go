package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/bpf"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/engine"
	"portero/internal/export"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
	"portero/internal/jail"
	"portero/internal/record"
	"portero/internal/words"
)

// sensorFlags are those of portero-fleet sensor.
type sensorFlags struct {
	bus         busFlags
	cfg         sensor.Config
	dir, limit  string
	filter, mem string
	drain       time.Duration
	interim     time.Duration
	to          []string
	duration    time.Duration
}

func (a *app) sensorCmd() *cobra.Command {
	var o sensorFlags
	cmd := &cobra.Command{
		Use: "sensor [INTERFACE... | FILE...]", Short: "Follow connections and send their records to the broker, by way of a spool on this disk",
		Long: `Listens to interfaces, or reads captures, and sends the record of every connection that
ended to the broker. Records go to a spool on disk first, fsynced twice a second, so that a
broker that is away costs nothing; when the spool is full the oldest go, counted and said.
The capture never waits. From files everything waits instead, and nothing is dropped.
Without either it sends what a sensor before it left on the spool, and ends.
Exit status 2: records were lost, and it says how many; frames that the kernel dropped
are counted and change nothing.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && spool.Exists(o.dir) {
				return nil
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.sensor(&o, args) },
	}
	fs := cmd.Flags()
	o.bus.register(fs)
	fs.StringVar(&o.cfg.Site, "site", "", "name of the site, which the broker's users file ties to our seed")
	host, _ := os.Hostname()
	fs.StringVar(&o.cfg.Name, "name", plainName(host), "name of this sensor, unique in its site")
	fs.StringVar(&o.dir, "spool", "portero-spool", "folder for what is not sent yet")
	fs.StringVar(&o.limit, "spool-size", "1G", "most that it may hold")
	fs.IntVar(&o.cfg.Lanes, "lanes", 4, "partitions by Community ID; the same for all sensors of a site")
	fs.IntVar(&o.cfg.Rows, "batch", 8192, "most records of a batch")
	fs.DurationVar(&o.cfg.Every, "every", 500*time.Millisecond, "a batch is closed after this time")
	fs.DurationVar(&o.cfg.Timeout, "timeout", time.Second, "how long the broker may take to acknowledge a batch")
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression for the kernel")
	fs.StringVar(&o.mem, "memory", "256M", "budget for connections that are followed at the same time, 8M at least")
	fs.DurationVar(&o.interim, "interim", 0, "send a record of a connection that goes on this often (final is false in it); 0 only when it ends")
	fs.StringSliceVar(&o.to, "to", nil, "send records to a collector too: ipfix+tls://HOST:4740 (with --ca, --cert and --key), ipfix://, ipfix+tcp:// (docs/IPFIX.md)")
	fs.DurationVar(&o.duration, "duration", 0, "stop after this time")
	fs.DurationVar(&o.drain, "drain", 10*time.Second, "at the end wait so long for the spool to be sent (from files as long as it takes)")
	return cmd
}

// plainName makes a host's name fit for subjects and paths.
func plainName(s string) string {
	s, _, _ = strings.Cut(s, ".")
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), 64)]
}

// input is what a sensor watches.
type input struct {
	src      capture.Source
	live     *live.Handle
	still    *live.Still // its interfaces that bring nothing
	set      *pcapfile.Set
	names    []string
	problems func() []error
}

// namesFile reports whether s, which is no file, was meant to be one: no interface is called so, and
// it has a folder or an ending as captures have. A mistyped interface is not told as a missing file.
func namesFile(s string) bool {
	if _, err := net.InterfaceByName(s); err == nil || s == "any" {
		return false
	}
	if strings.ContainsAny(s, "/\\") {
		return true
	}
	switch strings.ToLower(filepath.Ext(s)) {
	case ".pcap", ".pcapng", ".cap", ".dmp", ".dump", ".ntar", ".snoop", ".gz", ".zst", ".lz4":
		return true
	}
	return false
}

// rest is the input of who only sends what waits.
type rest struct{}

func (rest) Next(*capture.Block) error { return io.EOF }

// input opens what is watched: files, or interfaces, or nothing.
func (a *app) input(o *sensorFlags, args []string) (*input, error) {
	if len(args) == 0 {
		return &input{src: rest{}, problems: func() []error { return nil }}, nil
	}
	files, err := countFiles(args)
	switch {
	case err != nil:
		return nil, err
	case files == len(args):
		return o.files(args)
	case files > 0:
		return nil, usage("interfaces or files, not both at once")
	}
	return a.interfaces(o, args)
}

// countFiles is how many of args are files. What was meant to be one and is none is an error.
func countFiles(args []string) (files int, err error) {
	for _, s := range args {
		switch st, e := os.Stat(s); {
		case e == nil && !st.IsDir():
			files++
		case err != nil || !namesFile(s):
		case e == nil:
			err = usage(s + " is a directory (portero-fleet ingest takes directories)")
		case errors.Is(e, fs.ErrPermission):
			err = e
		default:
			err = usage(s + ": there is no such file")
		}
	}
	return files, err
}

func (o *sensorFlags) files(names []string) (*input, error) {
	if o.filter != "" {
		return nil, usage("--filter is for interfaces; from files portero-fleet takes everything")
	}
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		return nil, err
	}
	return &input{src: set, set: set, names: set.Names(), problems: set.Problems}, nil
}

func (a *app) interfaces(o *sensorFlags, names []string) (*input, error) {
	opt := live.Options{Interfaces: names}
	if o.filter != "" {
		expr, err := filter.Parse(o.filter)
		if err != nil {
			return nil, usage(err.Error())
		}
		opt.Filter = forKernel(expr)
	}
	taps, err := live.Listen(opt)
	if err != nil {
		return nil, a.mayNotListen(err)
	}
	h, err := live.Open(taps, func(name string) (live.Tap, error) {
		one := opt
		one.Interfaces = []string{name}
		t, err := live.Listen(one)
		if err != nil {
			return live.Tap{}, err
		}
		return t[0], nil
	})
	if err != nil {
		return nil, err
	}
	still := &live.Still{}
	h.Changed = func(e live.Event) {
		still.Note(e)
		a.say(words.InterfaceChange(a.lang, e.Change.String(), e.Interface, e.Name, e.Err))
	}
	return &input{src: h, live: h, still: still, problems: func() []error { return nil }}, nil
}

// forKernel makes of a filter the program for each link type.
func forKernel(expr *filter.Expr) func(link capture.LinkType) ([]bpf.RawInstruction, error) {
	return func(link capture.LinkType) ([]bpf.RawInstruction, error) {
		p, err := expr.Compile(link, filter.Options{Live: true, Port: catalog.Default().PortNamed})
		if err != nil {
			return nil, err
		}
		return p.Raw(), nil
	}
}

// mayNotListen says what to ask for where err is of a right that lacks.
func (a *app) mayNotListen(err error) error {
	var pe *live.PermissionError
	if !errors.As(err, &pe) {
		return err
	}
	program, e := os.Executable()
	if e != nil {
		program = "portero-fleet"
	}
	return &exitError{4, fmt.Errorf(a.lang.Pick("%s: not permitted to listen here. It takes the capability CAP_NET_RAW and nothing else: sudo for this once, or sudo setcap cap_net_raw=ep %s for good, and for whoever may run that program",
		"%s: no está permitido escuchar aquí. Hace falta la capacidad CAP_NET_RAW y nada más: con sudo por esta vez, o con sudo setcap cap_net_raw=ep %s para siempre y para quien pueda ejecutar ese programa"), pe.Interface, program)}
}

func (a *app) sensor(o *sensorFlags, args []string) error {
	limit, mem, err := o.sizes()
	if err != nil {
		return err
	}
	in, err := a.input(o, args)
	if err != nil {
		return err
	}
	sp, err := spool.Open(o.dir, limit)
	if err != nil {
		return err
	}
	defer sp.Close()
	if len(args) == 0 && sp.Stats().Records == 0 {
		return usage(fmt.Sprintf("nothing waits on the spool %s, and neither an interface nor a file is named", o.dir))
	}
	o.cfg.Wait, o.cfg.Say = in.live == nil, a.say
	if in.still != nil {
		o.cfg.Still = in.still.Names
	}
	if o.cfg.Wait {
		defer context.AfterFunc(a.ctx, sp.Hurry)()
	}
	s, err := sensor.New(o.cfg, sp)
	if err != nil {
		return usage(err.Error())
	}
	if in.live != nil {
		// Root, if that is who we are, needs no more from here on than to listen.
		if err := jail.Keep("net_raw"); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			a.say(fmt.Sprintf(a.lang.Pick("privileges kept: %v", "se conservan los privilegios: %v"), err))
		}
	}
	a.saySpool(sp.Stats(), o.dir)
	to, err := o.collectors(a, in.live != nil, args)
	if err != nil {
		return err
	}
	nc, err := a.connect(&o.bus, "sensor "+o.cfg.Site+"/"+o.cfg.Name, true)
	if err != nil {
		return err
	}
	defer nc.Close()

	// The capture stops first, the spool is sent after it.
	watch, stopWatch := context.WithCancel(a.ctx)
	defer stopWatch()
	if o.duration > 0 {
		var stop context.CancelFunc
		watch, stop = context.WithTimeout(watch, o.duration)
		defer stop()
	}
	send, stopSend := context.WithCancel(context.Background())
	defer stopSend()
	var work sync.WaitGroup
	var sendErr error
	report := func() { s.Report(nc, in.drops()) }
	work.Go(func() {
		if sendErr = s.Publish(send, nc); sendErr != nil {
			stopWatch()
			stopSend()
		}
	})
	work.Go(func() { every(send, reportEvery, report) })
	err = o.capture(watch, s, in, mem, to)
	for _, e := range to {
		if x := e.Close(); err == nil {
			err = x
		}
	}
	if e := s.Close(); err == nil {
		err = e
	}
	if !a.drained(send, s, in, o.drain) {
		a.say(fmt.Sprintf(a.lang.Pick("stopped: %s on the spool %s for the next sensor on it to send", "parado: %s en la cola %s, para que los envíe el próximo sensor que la use"), words.Number(sp.Stats().Records, a.lang.Pick("record stays", "registro queda"), a.lang.Pick("records stay", "registros quedan")), o.dir))
	}
	if in.live == nil && err == nil && a.ctx.Err() == nil {
		s.End()
	}
	report()
	_ = nc.FlushTimeout(time.Second)
	stopSend()
	work.Wait()
	a.say(s.Summary())
	return a.outcome(s, in, sendErr, err)
}

// sizes are what the spool may hold and what connections may take.
func (o *sensorFlags) sizes() (spool, memory int64, err error) {
	if spool, err = sizeOf("--spool-size", o.limit); err != nil {
		return 0, 0, err
	}
	if memory, err = sizeOf("--memory", o.mem); err != nil {
		return 0, 0, err
	}
	if memory < 8<<20 { // less would not be kept to, as portero live says
		return 0, 0, usage(fmt.Sprintf("--memory: %s is too little (8M at least)", o.mem))
	}
	return spool, memory, nil
}

// saySpool tells what was found on the spool.
func (a *app) saySpool(st spool.Stats, dir string) {
	if n := st.Records; n > 0 {
		a.say(words.Number(n, a.lang.Pick("record is still on the spool from before", "registro de antes queda en la cola del disco"), a.lang.Pick("records are still on the spool from before", "registros de antes quedan en la cola del disco")))
	}
	if st.Remade {
		a.say(fmt.Sprintf(a.lang.Pick("the file \"spool\" in %s was damaged or missing and was made anew: what waits is sent, and what was dropped before is not counted any more", "el fichero \"spool\" de %s estaba dañado o faltaba y se ha rehecho: lo que espera se envía, y lo descartado antes ya no se cuenta"), dir))
	}
	if st.Damaged > 0 {
		a.say(fmt.Sprintf(a.lang.Pick("damage on the spool %s: %s given up, among them %s in front of others", "daño en la cola %s: %s, entre ellos %s anteriores a otros"), dir, words.Number(st.Damaged, a.lang.Pick("octet is", "octeto perdido"), a.lang.Pick("octets are", "octetos perdidos")), words.Number(st.Spoiled, a.lang.Pick("batch", "lote"), a.lang.Pick("batches", "lotes"))))
	}
}

// drained waits until the spool was sent, live no longer than limit, and reports whether it was.
func (a *app) drained(send context.Context, s *sensor.Sensor, in *input, limit time.Duration) bool {
	wait, stop := context.WithCancel(send)
	defer stop()
	if in.live != nil {
		defer time.AfterFunc(limit, stop).Stop()
	} else {
		// Who waits as long as it takes is told when that is enough.
		defer context.AfterFunc(a.ctx, stop)()
	}
	return s.Drained(wait)
}

// outcome is how a sensor ends: with what kept it from sending, else with err, else with what is lost or damaged.
func (a *app) outcome(s *sensor.Sensor, in *input, sendErr, err error) error {
	if sendErr != nil {
		if bus.Refused(sendErr) {
			return &exitError{4, sendErr}
		}
		return sendErr
	}
	if s.Missing() > 0 && err == nil {
		err = &exitError{2, nil} // the summary says how many
	}
	for _, p := range in.problems() {
		a.say(p.Error())
		if err == nil {
			err = &exitError{3, nil}
		}
	}
	return err
}

// drops is what the kernel dropped.
func (in *input) drops() uint64 {
	if in.live == nil {
		return 0
	}
	return in.live.Stats().Dropped
}

// collectors opens what --to names; from are the interfaces or files that are read. TLS uses the
// certificates of the broker's flags.
func (o *sensorFlags) collectors(a *app, live bool, from []string) (es []*export.Exporter, err error) {
	o.bus.FromEnv(os.Getenv)
	opt := export.Options{Live: live, Lang: a.lang, Say: a.say, TLS: func(addr string) (net.Conn, error) {
		t, err := o.bus.TLS()
		if err != nil {
			return nil, err
		}
		return tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", addr, t)
	}}
	if live && len(from) == 1 {
		if i, err := net.InterfaceByName(from[0]); err == nil {
			opt.Interface = uint32(i.Index)
		}
	}
	for _, to := range o.to {
		e, err := export.Open(to, opt)
		if err == nil && !e.Records() {
			err = errors.New(to + ": a sensor sends records; findings go to syslog from portero live --to")
		}
		if err != nil {
			return nil, usage("--to: " + words.Message(a.lang, err.Error()))
		}
		es = append(es, e)
	}
	return es, nil
}

// lookMost is how many connections that last are looked at in one go: frames wait meanwhile.
const lookMost = 20_000

// capture follows connections until ctx ends or the files do.
func (o *sensorFlags) capture(ctx context.Context, s *sensor.Sensor, in *input, mem int64, to []*export.Exporter) error {
	eo := engine.Options{Threads: 1, Memory: mem, Catalog: catalog.Default(), Files: in.names}
	var eng *engine.Engine
	told := map[uint64]int64{}
	looked := time.Now()
	next := looked.Add(time.Second)
	var round engine.Round
	var began time.Time // when it did
	eo.Sink = func(r *record.Record) error {
		delete(told, r.ID)
		for _, e := range to {
			if err := e.Write(r); err != nil {
				return err
			}
		}
		return s.Add(r)
	}
	eo.Tick = func() {
		if now := time.Now(); in.live != nil && (o.interim > 0 || len(to) > 0) && !now.Before(next) {
			since := looked.Add(-2 * time.Second).UnixNano()
			if len(to) > 0 {
				since = 0 // a collector is told of what is quiet, too
			}
			clock := max(eng.Time(), now.Add(-2*time.Second).UnixNano())
			n := 0
			if began.IsZero() {
				began = now
			}
			over := eng.SnapshotSome(&round, since, func(r *record.Record) bool {
				for _, e := range to {
					_ = e.Look(r, clock) // live nothing is waited for, and nothing fails
				}
				at, ok := told[r.ID]
				if !ok {
					at = r.First
				}
				if o.interim > 0 && r.Last-at >= int64(o.interim) {
					told[r.ID] = r.Last
					_ = s.Add(r)
				}
				n++
				return n < lookMost
			})
			if next = now.Add(time.Second); over {
				looked, began = began, time.Time{}
			} else {
				// There are more. Looking at them takes one part in fifty.
				next = now.Add(50 * time.Since(now))
			}
		}
		for _, e := range to {
			e.Tick()
		}
		_ = s.Tick() // an error comes back from Add
	}
	if in.live != nil {
		defer in.live.Close()
		defer context.AfterFunc(ctx, func() {
			for _, e := range to {
				e.Ending()
			}
			in.live.Stop()
		})()
		eo.Live = true
		eng = engine.New(eo)
		defer eng.Release()
		return ended(eng.Run(context.Background(), in.src))
	}
	if in.set != nil {
		defer in.set.Close()
	}
	eng = engine.New(eo)
	defer eng.Release()
	return ended(eng.Run(ctx, in.src))
}

func ended(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

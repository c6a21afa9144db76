package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"portero/internal/fleet/archive"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/house"
	"portero/internal/fleet/status"
)

func (a *app) queryCmd() *cobra.Command {
	var h houseFlags
	var format string
	var sql bool
	cmd := &cobra.Command{
		Use: "query [QUESTION [NAME=VALUE...]]", Short: "Ask the store: who talked to a host, its doors, new listeners, a connection at every sensor",
		Long:    "Asks ClickHouse one of the saved questions; without arguments it lists them.",
		Example: "  portero-fleet query\n  portero-fleet query doors host=10.0.0.5 from='2026-11-01 00:00:00'\n  portero-fleet query diary host=10.0.0.5 port=443 --format csv",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.questions()
			}
			q, err := house.Find(args[0])
			if err != nil {
				return usage(err.Error())
			}
			if sql {
				_, err := fmt.Fprintln(a.out, strings.TrimSpace(q.SQL))
				return err
			}
			if h.URL == "" {
				h.URL = "http://127.0.0.1:8123"
			}
			with := map[string]string{}
			for _, kv := range args[1:] {
				k, v, ok := strings.Cut(kv, "=")
				if !ok {
					return usage(fmt.Sprintf("%q: write NAME=VALUE", kv))
				}
				if _, twice := with[k]; twice {
					return usage(fmt.Sprintf("%s= is given twice", k))
				}
				with[k] = v
			}
			c, err := house.New(h.Config)
			if err != nil {
				return usage(err.Error())
			}
			out := &counted{to: a.out}
			err = c.Ask(a.ctx, out, q, with, format)
			if err == nil && out.n == 0 && format == "table" { // ClickHouse draws none without rows
				a.say("no record answers this question")
			}
			return err
		},
	}
	h.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "table, ndjson, json, csv, tsv")
	cmd.Flags().BoolVar(&sql, "sql", false, "print the question's SQL instead of asking it")
	return cmd
}

// counted counts what goes through it.
type counted struct {
	to io.Writer
	n  int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

func (a *app) questions() error {
	var b strings.Builder
	pick := func(t [2]string) string { return a.lang.Pick(t[0], t[1]) }
	for _, q := range house.Queries() {
		fmt.Fprintf(&b, "%-14s %s\n", q.Name, pick(q.About))
		for _, p := range q.Params {
			what := pick(p.About)
			if p.Default == "" {
				what += a.lang.Pick(" (needed)", " (hace falta)")
			}
			fmt.Fprintf(&b, "    %-8s   %s\n", p.Name, what)
		}
	}
	_, err := io.WriteString(a.out, b.String())
	return err
}

// statusFormats are the forms in which status tells how the fleet is.
var statusFormats = []string{"table", "json", "prometheus"}

func (a *app) statusCmd() *cobra.Command {
	var b busFlags
	var h houseFlags
	var format, serve string
	cmd := &cobra.Command{
		Use: "status", Short: "How the fleet is: sensors, spools, drops, lag, broker, hubs, store", Args: cobra.NoArgs,
		Long: `Shows the state of the fleet as a table, as JSON or as Prometheus metrics. Exit status 1
when something is not as it should be. --serve answers Prometheus on an address.`,
		RunE: func(*cobra.Command, []string) error {
			if !slices.Contains(statusFormats, format) {
				return usage(fmt.Sprintf("--format: %q is none of table, json, prometheus", format))
			}
			nc, err := a.connect(&b, "status", false)
			if err != nil {
				return err
			}
			defer nc.Close()
			if serve != "" {
				return a.serve(serve, nc, &h)
			}
			f, err := gather(a.ctx, nc, &h)
			var none *status.NoAnswer
			if errors.As(err, &none) {
				return &exitError{1, err}
			}
			if err != nil {
				return err
			}
			switch format {
			case "table":
				err = f.Table(a.out, a.lang)
			case "json":
				err = f.JSON(a.out)
			default:
				err = f.Prometheus(a.out)
			}
			if err == nil && len(f.Troubles(a.lang)) > 0 {
				return &exitError{1, nil}
			}
			return err
		},
	}
	b.register(cmd.Flags())
	h.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "table", "table, json, prometheus")
	cmd.Flags().StringVar(&serve, "serve", "", "answer /metrics on this HOST:PORT of this machine, for Prometheus")
	return cmd
}

func gather(ctx context.Context, nc *nats.Conn, h *houseFlags) (*status.Fleet, error) {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	f, err := status.Gather(ctx, nc)
	if err != nil || h.URL == "" {
		return f, err
	}
	c, err := house.New(h.Config)
	if err != nil {
		return nil, err
	}
	f.Store = &status.Store{Up: true}
	if err := c.Ask(ctx, io.Discard, house.Query{Name: "ping", SQL: "SELECT 1"}, nil, "tsv"); err != nil {
		f.Store = &status.Store{Trouble: err.Error()}
	}
	return f, nil
}

// serve answers Prometheus. What it tells is no secret but nobody's business: it
// listens on this machine alone.
func (a *app) serve(addr string, nc *nats.Conn, h *houseFlags) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !bus.Loopback(host) {
		return usage(fmt.Sprintf("--serve: %q is no HOST:PORT of this machine (127.0.0.1:9464)", addr))
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		f, err := gather(r.Context(), nc, h)
		if err != nil {
			http.Error(w, "the broker does not answer", http.StatusServiceUnavailable)
			a.say(err.Error())
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_ = f.Prometheus(w)
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(a.ctx, func() { srv.Close() })()
	a.say("http://" + l.Addr().String() + "/metrics")
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (a *app) ingestCmd() *cobra.Command {
	var b busFlags
	var s archive.Shape
	var size string
	var workers, threads int
	cmd := &cobra.Command{
		Use: "ingest [DIR]", Short: "Read years of rotated captures, in parallel, and on several machines",
		Long: `Puts the captures below DIR into a queue as units of some files of one sensor, and works
on the queue until it is empty. Without DIR it only works: start it so on other machines
that see the same files. What was read is never read again, whatever its name; after a
crash it goes on where it stopped. A connection that spans files is one record.
The folder below DIR in which a file lies is its sensor; for files of DIR itself it is
their name without date and count.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) (err error) {
			if s.Bytes, err = sizeOf("--unit", size); err != nil {
				return err
			}
			if len(args) == 1 && !batch.ValidName(s.Site) {
				return usage("--site is up to 64 letters, digits, _ and -")
			}
			dir := ""
			if len(args) == 1 { // told before a broker is waited for
				if dir, err = filepath.Abs(args[0]); err != nil {
					return err
				}
				if st, err := os.Stat(dir); err != nil || !st.IsDir() {
					return usage(args[0] + ": is no folder")
				}
			}
			nc, err := a.connect(&b, "ingest", true)
			if err != nil {
				return err
			}
			defer nc.Close()
			q, err := archive.Open(a.ctx, nc)
			if err != nil {
				return err
			}
			q.Say = a.say
			bad := 0
			if len(args) == 1 {
				if bad, err = a.plan(q, dir, s); err != nil {
					return err
				}
			}
			err = a.work(q, workers, threads)
			a.say(fmt.Sprintf(a.lang.Pick("records sent to the broker: %d, of files: %d, in units: %d; batches that were there already: %d", "registros enviados al intermediario: %d, de ficheros: %d, en unidades: %d; lotes que ya estaban: %d"), q.Records.Load(), q.Files.Load(), q.Units.Load(), q.Skipped.Load()))
			if err != nil && a.ctx.Err() == nil {
				return err
			}
			away := q.Away()
			if away > 0 {
				a.say(fmt.Sprintf(a.lang.Pick("units that stay in the queue, since their files are not on this machine: %d", "unidades que siguen en la cola, porque sus ficheros no están en este equipo: %d"), away))
			}
			if bad > 0 || away > 0 || q.Damaged.Load() > 0 {
				return &exitError{3, nil}
			}
			return nil
		},
	}
	fs := cmd.Flags()
	b.register(fs)
	fs.StringVar(&s.Site, "site", "", "name of the site that the captures are of")
	fs.IntVar(&workers, "workers", 2, "units that are read at the same time")
	fs.IntVar(&threads, "threads", 1, "goroutines that decode a unit")
	fs.IntVar(&s.Rows, "batch", 8192, "most records of a batch")
	fs.IntVar(&s.Files, "files", 512, "most files of a unit")
	fs.StringVar(&size, "unit", "4G", "about how much is read in a unit")
	fs.DurationVar(&s.Warm, "warm", 130*time.Minute, "how much of the capture before a unit's own files is read, to know what was open; at most as many octets as a unit")
	fs.DurationVar(&s.Gap, "gap", 24*time.Hour, "a silence between files after which nothing goes on")
	return cmd
}

// plan puts what is new in dir into the queue, and returns how many files could not be read.
func (a *app) plan(q *archive.Queue, dir string, s archive.Shape) (bad int, err error) {
	taken, err := q.Taken(a.ctx)
	if err != nil {
		return 0, err
	}
	us, skipped, problems, err := archive.Plan(dir, s, taken)
	if err != nil {
		return 0, err
	}
	for _, p := range problems {
		a.say(p.Error())
	}
	added, err := q.Add(a.ctx, us)
	if err != nil {
		return 0, err
	}
	files := 0
	for i := range us {
		files += len(us[i].Files)
	}
	a.say(fmt.Sprintf(a.lang.Pick("files: %d; units: %d, new in the queue: %d; files that were in units before or are copies: %d", "ficheros: %d; unidades: %d, nuevas en la cola: %d; ficheros que ya estaban en unidades o son copias: %d"), files, len(us), added, skipped))
	return len(problems), nil
}

// work reads units, several at a time, until the queue is empty.
func (a *app) work(q *archive.Queue, workers, threads int) error {
	errs := make([]error, workers)
	var work sync.WaitGroup
	for i := range workers {
		work.Go(func() { errs[i] = q.Work(a.ctx, threads, true) })
	}
	work.Wait()
	return errors.Join(errs...)
}

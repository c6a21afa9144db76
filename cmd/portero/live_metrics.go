package main

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// metricsAddr completes an address: without a host it is this machine only.
func metricsAddr(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", usage(fmt.Sprintf("--metrics: %q is no address and port (write 127.0.0.1:9899)", s))
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// gauges is what --metrics serves: text that the session makes once a second, so that
// whoever asks never touches what is being analysed.
type gauges struct {
	text    atomic.Pointer[[]byte]
	made    time.Time
	started time.Time
	files   func() int
}

// serveMetrics begins to serve, if that was asked for.
func (s *session) serveMetrics() error {
	l, err := s.keep.metrics()
	if err != nil || l == nil {
		return err
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() && !s.o.quiet {
		fmt.Fprintf(s.a.err, s.lang.Pick("portero: --metrics %s: whoever reaches this address can read the counters; there is no password\n",
			"portero: --metrics %s: quien llegue a esta dirección puede leer los contadores; no hay contraseña\n"), printable(l.Addr().String()))
	}
	g := &gauges{started: time.Now(), files: openFiles()}
	g.text.Store(&[]byte{})
	s.gauges = g
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write(*g.text.Load())
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 8 << 10}
	go srv.Serve(bounded{l, make(chan struct{}, 16)})
	return nil
}

// bounded takes so many connections at a time.
type bounded struct {
	net.Listener
	room chan struct{}
}

func (b bounded) Accept() (net.Conn, error) {
	b.room <- struct{}{}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.room
		return nil, err
	}
	return &counted{Conn: c, room: b.room}, nil
}

type counted struct {
	net.Conn
	room   chan struct{}
	closed atomic.Bool
}

func (c *counted) Close() error {
	if !c.closed.Swap(true) {
		<-c.room
	}
	return c.Conn.Close()
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// label escapes a label's value (Prometheus' text format 0.0.4). One that is no UTF-8, as the name of an interface may be,
// would cost all counters: the text is taken whole or not at all.
func label(s string) string { return escapes.Replace(strings.ToValidUTF8(s, "\ufffd")) }

// publish makes the text anew when a second has passed. It is called in the goroutine
// that analyses.
func (g *gauges) publish(s *session, now time.Time) {
	if now.Sub(g.made) < time.Second {
		return
	}
	g.made = now
	var b []byte
	put := func(name, kind, help string, v uint64) {
		b = fmt.Appendf(b, "# HELP portero_%s %s\n# TYPE portero_%s %s\nportero_%s %d\n", name, help, name, kind, name, v)
	}
	count := func(name, help string, v uint64) { put(name, "counter", help, v) }
	st, k := s.eng.Stats(), s.src.Stats()
	count("frames_total", "Frames analysed.", st.Frames)
	count("packets_total", "Packets found in them.", st.Packets)
	count("wire_bytes_total", "Octets of the frames on the wire.", st.Bytes)
	count("records_total", "Connections and exchanges that ended.", st.Records)
	count("flows_total", "Connections and exchanges that began.", st.Flows.Flows)
	put("flow_memory_bytes", "gauge", "Memory of the connections that are followed.", uint64(max(st.Flows.Bytes, 0)))
	count("flows_evicted_total", "Connections given up for lack of memory (should be zero).", st.Flows.Evicted)
	count("findings_unwatched_total", "Subjects of findings that had no room in memory and were not watched to the end (should be zero).", s.watch.Unwatched())
	count("received_frames_total", "Frames that the kernel put into the rings.", k.Received)
	count("dropped_frames_total", "Frames dropped because a ring was full (should be zero).", k.Dropped)
	count("unwritten_lines_total", "Lines of events left out: whoever reads them is too slow (should be zero).", s.leftOut())
	if k.Known {
		count("link_dropped_frames_total", "Frames dropped by the interfaces, before any filter (should be zero).", k.Link)
		count("softnet_dropped_frames_total", "Frames dropped by the kernel's input queue, before any filter (should be zero).", k.Softnet)
	}
	for i, m := range []struct{ name, help string }{{"lane_received_frames_total", "Frames that came into one ring."}, {"lane_dropped_frames_total", "Frames that one ring had no room for (should be zero)."}, {"lane_read_frames_total", "Frames read from one ring."}} {
		b = fmt.Appendf(b, "# HELP portero_%s %s\n# TYPE portero_%s counter\n", m.name, m.help, m.name)
		for _, l := range k.Lanes {
			b = fmt.Appendf(b, "portero_%s{interface=\"%s\",lane=\"%d\"} %d\n", m.name, label(l.Interface), l.Lane, [...]uint64{l.Received, l.Dropped, l.Read}[i])
		}
	}
	put("still_interfaces", "gauge", "Interfaces that are listened to and that are down or gone (should be zero).", uint64(len(s.still.Names())))
	for i, m := range []struct{ name, kind, help string }{{"collector_lost_messages_total", "counter", "Messages for a collector of --to that were lost (should be zero)."}, {"collector_away", "gauge", "1 while a collector takes nothing (should be zero)."}} {
		if len(s.to) > 0 {
			b = fmt.Appendf(b, "# HELP portero_%s %s\n# TYPE portero_%s %s\n", m.name, m.help, m.name, m.kind)
		}
		for _, e := range s.to {
			to, lost, away := e.State()
			b = fmt.Appendf(b, "portero_%s{collector=\"%s\"} %d\n", m.name, label(to), [...]uint64{lost, map[bool]uint64{true: 1}[away]}[i])
		}
	}
	if s.rec != nil {
		r := s.rec.State()
		count("saved_frames_total", "Frames saved by -w.", r.Frames)
		count("saved_bytes_total", "Octets written by -w.", r.Bytes)
		count("saved_files_total", "Files begun by -w.", r.Files)
		count("unsaved_frames_total", "Frames that -w could not save (should be zero).", r.Lost+r.After)
		put("saving_failed", "gauge", "1 when saving has stopped, a full disk for one (should be zero).", map[bool]uint64{true: 1}[r.Ended])
	}
	b = fmt.Appendf(b, "# HELP portero_start_time_seconds When the session began, in seconds since 1970.\n# TYPE portero_start_time_seconds gauge\nportero_start_time_seconds %.3f\n", float64(g.started.UnixNano())/1e9)
	mem := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(mem)
	put("memory_bytes", "gauge", "Memory that the analysing process holds.", mem[0].Value.Uint64()-mem[1].Value.Uint64())
	put("goroutines", "gauge", "Goroutines of the analysing process.", uint64(runtime.NumGoroutine()))
	if g.files != nil {
		if n := g.files(); n >= 0 {
			put("open_fds", "gauge", "Open descriptors of the analysing process.", uint64(n))
		}
	}
	if sec, ok := cpuSeconds(); ok {
		b = fmt.Appendf(b, "# HELP portero_cpu_seconds_total Processor time of the analysing process.\n# TYPE portero_cpu_seconds_total counter\nportero_cpu_seconds_total %.3f\n", sec)
	}
	g.text.Store(&b)
}

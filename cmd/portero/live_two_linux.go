package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"portero/capture/live"
	"portero/internal/fold"
	"portero/internal/helper"
	"portero/internal/jail"
	"portero/internal/sockets"
)

// twoProcesses: the one that is started keeps the rights and answers the questions
// below; the one that reads packets is its child, and gives every right up.
const twoProcesses = true

// parserEnv marks the child. Who sets it by hand gets a process that finds no wire.
const parserEnv = "PORTERO_PARSER"

// descriptors of the child
const (
	fdHelper  = 3
	fdSockets = 4
	fdDial    = 5 // a wire of its own: connecting may take long
	fdAlive   = 6
)

func (a *app) isParser() bool { return os.Getenv(parserEnv) != "" }

// supervise listens, starts the process that analyses, and answers it until it ends.
func (a *app) supervise(k *local, plan *session) error {
	o := plan.o
	s := &server{k: k}
	defer s.close()
	if err := s.prepare(); err != nil {
		return err
	}
	wire, theirs, err := helper.Pair()
	if err != nil {
		return err
	}
	defer wire.Close()
	call, theirCall, err := helper.Pair()
	if err != nil {
		return err
	}
	defer call.Close()
	ask, theirAsk, err := helper.Stream()
	if err != nil {
		return err
	}
	defer ask.Close()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = append([]string{os.Args[0]}, a.args...)
	cmd.Env = append(os.Environ(), parserEnv+"=1")
	alive, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ours.Close() // its end tells the child of ours
	cmd.ExtraFiles = []*os.File{theirs, theirAsk, theirCall, alive}
	if f, ok := a.in.(*os.File); ok {
		cmd.Stdin = f
	}
	cmd.Stdout, cmd.Stderr = a.out, fold.Below(a.err)
	err = cmd.Start()
	for _, f := range cmd.ExtraFiles {
		f.Close()
	}
	if err != nil {
		return fmt.Errorf("starting the process that analyses: %w", err)
	}
	// Root's other rights have no use here; those of a user who is not root either.
	kept := jail.Keep("net_raw", "dac_override", "dac_read_search", "chown", "kill", "sys_ptrace")
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	go helper.Serve(wire, s.answer)
	go helper.Serve(call, s.connect)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		if f, err := sockets.NewFinder(); err == nil {
			defer f.Close()
			sockets.Serve(ctx, ask, f)
		}
		ask.Close()
	}()
	// Of a key that was pressed before signals were waited for here the command's context knows.
	early := a.ctx.Done()
	for {
		select {
		case sig := <-signals:
			early = nil
			cmd.Process.Signal(sig)
		case <-early:
			early = nil
			cmd.Process.Signal(os.Interrupt)
		case err := <-done:
			if err := howItEnded(err); err != nil {
				return err
			}
			if kept != nil && o.stats {
				fmt.Fprintf(a.err, "portero: the helper process kept more rights than it needs: %v\n", kept)
			}
			return nil
		}
	}
}

// howItEnded is what err, of the process that analyses, makes of this one. A signal to end that reached it before it heeded any came
// before anything began: it was asked for, and there is nothing to be said.
func howItEnded(err error) error {
	var ee *exec.ExitError
	if !errors.As(err, &ee) {
		return err
	}
	if ee.Exited() {
		return &exitError{ee.ExitCode(), nil}
	}
	if w, ok := ee.Sys().(syscall.WaitStatus); ok && (w.Signal() == syscall.SIGINT || w.Signal() == syscall.SIGTERM || w.Signal() == syscall.SIGHUP) {
		return nil
	}
	return fmt.Errorf("the process that analyses ended: %v", ee)
}

// server answers the process that analyses. It answers each question about what is
// open already once, with what was opened before that process began.
type server struct {
	k    *local
	taps []live.Tap
	port *os.File // of --metrics
}

// prepare opens what needs rights and changes nothing, so that the user hears of what
// cannot be done before anything begins. Files are made when they are asked for, which
// is when everything else is known to be good.
func (s *server) prepare() (err error) {
	if s.taps, err = s.k.listen(); err != nil {
		return err
	}
	if err := s.k.mayWrite(); err != nil {
		return err
	}
	l, err := s.k.metrics()
	if err != nil || l == nil {
		return err
	}
	defer l.Close()
	s.port, err = l.(*net.TCPListener).File()
	return err
}

func (s *server) close() {
	for i := range s.taps {
		s.taps[i].Close()
	}
	if s.port != nil {
		s.port.Close()
	}
}

// given is an answer that comes with files.
type given struct {
	Taps  []live.Tap `json:",omitempty"`
	All   int        `json:",omitempty"` // sockets, of this answer and those that follow
	Lanes []int      `json:",omitempty"`
	Name  string     `json:",omitempty"`
}

func (g *given) add(t live.Tap) []*os.File {
	g.Taps, g.Lanes = append(g.Taps, t), append(g.Lanes, len(t.Files))
	return t.Files
}

// someTaps are how many interfaces an answer has at most.
const someTaps = 32

func (s *server) answer(name string, body []byte) (any, []*os.File, error) {
	var g given
	var files []*os.File
	one := func(f *os.File) (any, []*os.File, error) {
		if f == nil {
			return g, nil, nil
		}
		return g, []*os.File{f}, nil
	}
	switch name {
	case "listen":
		// A few at a time, as many as one message takes: who asks goes on until there are no more.
		for _, t := range s.taps {
			g.All += len(t.Files)
		}
		for len(s.taps) > 0 && len(g.Taps) < someTaps && len(files)+len(s.taps[0].Files) <= helper.MaxFiles {
			files = append(files, g.add(s.taps[0])...)
			s.taps = s.taps[1:]
		}
		return g, files, nil
	case "reopen":
		var iface string
		if err := json.Unmarshal(body, &iface); err != nil {
			return nil, nil, err
		}
		t, err := s.k.reopen(iface)
		if err != nil {
			return nil, nil, err
		}
		return &g, g.add(t), nil
	case "output":
		f, err := s.k.output()
		if err != nil {
			return nil, nil, err
		}
		return one(f)
	case "save":
		if s.k.o.save == "" || s.k.o.save == "-" {
			return nil, nil, errors.New("nothing is saved in this session")
		}
		f, n, err := s.k.save(time.Now())
		if err != nil {
			return nil, nil, err
		}
		g.Name = n
		return one(f)
	case "chosen":
		// The one that asks may be in the hands of whoever sent packets: it gets
		// captures in the directory where the user is, and nothing else.
		var name string
		if err := json.Unmarshal(body, &name); err != nil {
			return nil, nil, err
		}
		if name != filepath.Base(name) || !strings.HasSuffix(name, ".pcapng") || strings.HasPrefix(name, ".") || !s.k.screened {
			return nil, nil, fmt.Errorf("%q: write a name that ends in .pcapng, for the directory where portero was started", name)
		}
		f, err := s.k.chosen(name)
		if err != nil {
			return nil, nil, err
		}
		return one(f)
	case "metrics":
		f := s.port
		s.port = nil
		return one(f)
	}
	return nil, nil, fmt.Errorf("helper: no question called %q", name)
}

// connect answers where connections to collectors are asked for.
func (s *server) connect(name string, body []byte) (any, []*os.File, error) {
	var to address
	if err := json.Unmarshal(body, &to); err != nil || name != "dial" {
		return nil, nil, fmt.Errorf("helper: no question called %q here", name)
	}
	c, err := s.k.dial(to.Network, to.Addr)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	f, err := c.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return nil, nil, err
	}
	return nil, []*os.File{f}, nil
}

type address struct{ Network, Addr string }

// remote is the keeper that asks the other process.
type remote struct {
	c    *helper.Client
	call *helper.Client
	ask  net.Conn
	over chan struct{} // closed when the other process ends

	rings int // packets come by so many
}

func (a *app) remote() (keeper, error) {
	// The kernel calls the process by the name of what was run: /proc/self/exe.
	os.WriteFile("/proc/self/comm", []byte("portero-parser"), 0)
	os.Unsetenv(parserEnv)
	wire, err := helper.Dial(os.NewFile(fdHelper, "helper"))
	if err != nil {
		return nil, fmt.Errorf("no helper process: %w", err)
	}
	ask, err := helper.Dial(os.NewFile(fdSockets, "sockets"))
	if err != nil {
		return nil, fmt.Errorf("no helper process: %w", err)
	}
	call, err := helper.Dial(os.NewFile(fdDial, "dial"))
	if err != nil {
		return nil, fmt.Errorf("no helper process: %w", err)
	}
	r := &remote{c: helper.NewClient(wire), call: helper.NewClient(call), ask: ask, over: make(chan struct{})}
	go func() {
		os.NewFile(fdAlive, "alive").Read(make([]byte, 1))
		close(r.over)
	}()
	return r, nil
}

func (r *remote) listen() (all []live.Tap, err error) {
	for {
		some, err := r.taps("listen", nil)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all = append(all, some...)
	}
}

// taps gets Taps. Their sockets could send, and go where nothing is written.
func (r *remote) taps(question string, body any) ([]live.Tap, error) {
	var g given
	files, err := r.c.Ask(question, body, &g)
	if err != nil {
		return nil, err
	}
	r.rings = max(r.rings, g.All)
	for i := range g.Taps {
		if i >= len(g.Lanes) || g.Lanes[i] > len(files) {
			return nil, errors.New("the helper process sent too few sockets")
		}
		for _, f := range files[:g.Lanes[i]] {
			high, err := jail.High(f)
			switch {
			case errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EMFILE):
				need := jail.PacketFD + 88 + r.rings
				return nil, usage(fmt.Sprintf("too few descriptors are allowed here: portero live needs %d (ulimit -n %d)", need, (need+1023)&^1023))
			case err != nil:
				return nil, fmt.Errorf("descriptors from %d on: %w", jail.PacketFD, err)
			}
			g.Taps[i].Files = append(g.Taps[i].Files, high)
		}
		files = files[g.Lanes[i]:]
	}
	return g.Taps, nil
}

func (r *remote) reopen(name string) (live.Tap, error) {
	t, err := r.taps("reopen", name)
	if err == nil && len(t) != 1 {
		err = errors.New("the helper process sent no interface")
	}
	if err != nil {
		return live.Tap{}, err
	}
	return t[0], nil
}

func (r *remote) file(question string) (*os.File, string, error) {
	var g given
	files, err := r.c.Ask(question, nil, &g)
	if err != nil || len(files) == 0 {
		return nil, "", err
	}
	return files[0], g.Name, nil
}

func (r *remote) output() (*os.File, error) {
	f, _, err := r.file("output")
	return f, err
}

func (r *remote) save(now time.Time) (*os.File, string, error) {
	f, name, err := r.file("save")
	if err == nil && f == nil {
		err = errors.New("the helper process sent no file")
	}
	return f, name, err
}

func (r *remote) chosen(name string) (*os.File, error) {
	var g given
	files, err := r.c.Ask("chosen", name, &g)
	if err == nil && len(files) == 0 {
		err = errors.New("the helper process sent no file")
	}
	if err != nil {
		return nil, err
	}
	return files[0], nil
}

func (r *remote) metrics() (net.Listener, error) {
	f, _, err := r.file("metrics")
	if err != nil || f == nil {
		return nil, err
	}
	defer f.Close()
	return net.FileListener(f)
}

func (r *remote) dial(network, addr string) (net.Conn, error) {
	files, err := r.call.Ask("dial", address{network, addr}, nil)
	if err == nil && len(files) == 0 {
		err = errors.New("the helper process sent no connection")
	}
	if err != nil {
		return nil, err
	}
	defer files[0].Close()
	return net.FileConn(files[0])
}

// gone is closed when the helper process has ended, however it did.
func (r *remote) gone() <-chan struct{} { return r.over }

func (r *remote) sockets() (sockets.Asker, error) { return sockets.NewClient(r.ask), nil }

// openFiles counts the descriptors of this process. It opens what it needs now,
// while that is allowed.
func openFiles() func() int {
	d, err := os.Open("/proc/self/fd")
	if err != nil {
		return nil
	}
	return func() int {
		if _, err := d.Seek(0, 0); err != nil {
			return -1
		}
		names, err := d.Readdirnames(-1)
		if err != nil {
			return -1
		}
		return len(names)
	}
}

// writable says why no file can be made in a directory, nil where one can.
func writable(dir string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return &os.PathError{Op: "write", Path: dir, Err: err}
	}
	return nil
}

// terminalGone reports whether a hang-up took the terminal away.
func terminalGone(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return errors.Is(err, unix.EIO)
}

// cpuSeconds is the processor time that this process used.
func cpuSeconds() (float64, bool) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	sec := func(t unix.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return sec(u.Utime) + sec(u.Stime), true
}

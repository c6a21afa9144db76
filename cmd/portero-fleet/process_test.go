package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/corpus"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// The test binary is also the command and a sensor that makes its records up, so
// that tests can kill them as a crash would.
func TestMain(m *testing.M) {
	switch os.Getenv("FLEET_TEST_AS") {
	case "command":
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	case "feeder":
		feed(os.Args[1])
	}
	os.Exit(m.Run())
}

// feed puts a record a millisecond on the spool in dir, until it is killed.
func feed(dir string) {
	sp, err := spool.Open(dir, 1<<28)
	if err != nil {
		panic(err)
	}
	s, err := sensor.New(sensor.Config{Site: "kill", Name: "s1", Lanes: 2}, sp)
	if err != nil {
		panic(err)
	}
	begin := time.Now()
	fmt.Println(begin.UnixNano())
	for i := 0; ; {
		for ; i < int(time.Since(begin).Milliseconds()); i++ {
			if err := s.Add(corpus.Made(uint64(i))); err != nil {
				panic(err)
			}
		}
		s.Tick()
		time.Sleep(time.Millisecond)
	}
}

// process is a child with what it said.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	mu   sync.Mutex
	said []string
	done chan struct{}
}

func start(t testing.TB, as string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "FLEET_TEST_AS="+as, "LC_ALL=C")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	go func() {
		for s := bufio.NewScanner(r); s.Scan(); {
			p.mu.Lock()
			p.said = append(p.said, s.Text())
			p.mu.Unlock()
		}
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.said, "\n")
}

// wait waits until the child says something.
func (p *process) wait(what string) {
	p.t.Helper()
	for end := time.Now().Add(4 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(p.text(), what) {
			return
		}
		select {
		case <-p.done:
			if !strings.Contains(p.text(), what) {
				p.t.Fatalf("ended without %q:\n%s", what, p.text())
			}
		default:
		}
	}
	p.t.Fatalf("did not say %q within four minutes:\n%s", what, p.text())
}

// kill is SIGKILL.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// stop is SIGTERM, and gives the exit status.
func (p *process) stop() int {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Error("did not stop within 30 s")
		p.kill()
	}
	return p.cmd.ProcessState.ExitCode()
}

// scale is PORTERO_TIME: 1 in CI, 60 for the figures of closing notes.
func scale() int {
	if n, err := strconv.Atoi(os.Getenv("PORTERO_TIME")); err == nil && n > 1 {
		return n
	}
	return 1
}

// ports are free ones of this machine.
func ports(t testing.TB, n int) (ps []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ps = append(ps, l.Addr().(*net.TCPAddr).Port)
	}
	return ps
}

// disk says on what kind of file system a folder lies.
func disk(dir string) string {
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return "unknown"
	}
	dir, _ = filepath.Abs(dir)
	best, kind := "", "unknown"
	for _, l := range strings.Split(string(b), "\n") {
		f := strings.Fields(l)
		if len(f) > 2 && strings.HasPrefix(dir, f[1]) && len(f[1]) >= len(best) {
			best, kind = f[1], f[2]
		}
	}
	return kind
}

// Who may not ask is told so at once, with the status for it.
func TestWhoMayNotAsk(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	seed := filepath.Join(dir, "core.seed")
	k := start(t, "command", "key", seed)
	<-k.done
	hub := filepath.Join(dir, "hub.seed")
	kh := start(t, "command", "key", hub)
	<-kh.done
	users := filepath.Join(dir, "users")
	os.WriteFile(users, []byte("sensor hq "+strings.TrimSpace(k.text())+"\nhub "+strings.TrimSpace(kh.text())+"\n"), 0o600)
	b := start(t, "command", "broker", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--dir", filepath.Join(dir, "b"), "--size", "64M", "--users", users)
	b.wait("ready")
	asked := [][]string{{"status"}, {"ingest", dir, "--site", "hq"}, {"hub", "--parquet", filepath.Join(dir, "lake"), "--name", "h"},
		{"status", "--seed", hub}, {"ingest", dir, "--site", "hq", "--seed", hub}}
	began := time.Now()
	var ps []*process
	for _, args := range asked {
		ps = append(ps, start(t, "command", append([]string{args[0], "--url", fmt.Sprintf("nats://127.0.0.1:%d", port), "--seed", seed}, args[1:]...)...))
	}
	for i, args := range asked {
		p := ps[i]
		<-p.done
		if d := time.Since(began); d > 8*time.Second || p.cmd.ProcessState.ExitCode() != 4 || !strings.Contains(p.text(), "the broker refuses this") {
			t.Errorf("%s: status %d after %v: %s", args[0], p.cmd.ProcessState.ExitCode(), d, p.text())
		}
	}
}

// Two hubs of one name are told of: status shows only one.
func TestTwoHubsOfOneName(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	one(t, filepath.Join(dir, "b"), port)
	first := start(t, "command", "hub", "--url", url, "--parquet", filepath.Join(dir, "lake"), "--name", "h")
	heard(t, url) // it is there when the other comes
	second := start(t, "command", "hub", "--url", url, "--parquet", filepath.Join(dir, "lake"), "--name", "h")
	first.wait("another hub calls itself h")
	p := start(t, "command", "status", "--url", url)
	<-p.done
	if !strings.Contains(p.text(), "two hubs call themselves h") || p.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%d: %s", p.cmd.ProcessState.ExitCode(), p.text())
	}
	first.stop()
	second.stop()
}

// heard waits until the broker has heard from somebody how it is.
func heard(t *testing.T, url string) {
	t.Helper()
	js := streams(t, url)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if s, err := js.Stream(t.Context(), bus.Status); err == nil && s.CachedInfo().State.Msgs > 0 {
			return
		}
	}
	t.Fatal("nobody says how it is")
}

// connected is a connection to the broker at url, until the test ends.
func connected(t testing.TB, url string) *nats.Conn {
	t.Helper()
	nc, err := bus.Connect(bus.Config{URL: url}, "test", true, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// streams are those of the broker at url.
func streams(t testing.TB, url string) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(connected(t, url))
	if err != nil {
		t.Fatal(err)
	}
	return js
}

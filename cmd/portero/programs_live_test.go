//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// inNetNS runs the calling test again in a network namespace of its own and
// reports whether this is that run.
func inNetNS(t *testing.T) bool {
	t.Helper()
	if os.Getenv("PORTERO_TEST_NETNS") != "" {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Fatalf("ip link: %v %s", err, out)
		}
		return true
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("ip is not installed (Debian: iproute2)")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "PORTERO_TEST_NETNS=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, os.ErrPermission):
		t.Skip("no permission to make a network namespace")
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("%s", out)
	}
	return false
}

// liveRecord is what these tests read of a record.
type liveRecord struct {
	Event       string
	ID          uint64
	Final       bool
	Handshake   string
	OrigPort    int `json:"orig_port"`
	RespPort    int `json:"resp_port"`
	Process     string
	PID         int
	User        string
	ProcessBy   string `json:"process_by"`
	ProcessPath string `json:"process_path"`
	ProcessEnd  string `json:"process_end"`
	PeerProcess string `json:"peer_process"`
	PeerPID     int    `json:"peer_pid"`
}

// Every connection that lives 50 ms is named exactly, and one that lives shorter
// never wrongly.
func TestProgramsBehindLiveConnections(t *testing.T) {
	if !inNetNS(t) {
		return
	}
	// The 50 ms are of time in which portero could run, which is looked at every few milliseconds only. One round in
	// three is enough; a wrong name is wrong in any.
	var missing []string
	for range 3 {
		if missing = liveRound(t); len(missing) == 0 {
			return
		}
	}
	t.Errorf("lived 50 ms and were not named:\n%s", strings.Join(missing, "\n"))
}

// liveRound watches 30 short connections, two thirds of which live 50 ms, and
// returns those of these that were not named exactly.
func liveRound(t *testing.T) (missing []string) {
	live := exec.Command(os.Args[0], "live", "lo", "--format", "ndjson", "--lang", "en")
	live.Env = append(os.Environ(), "LC_ALL=C", "PORTERO_MAIN=1")
	said, _ := live.StderrPipe()
	var records bytes.Buffer
	live.Stdout = &records
	if err := live.Start(); err != nil {
		t.Fatal(err)
	}
	defer live.Process.Kill()
	sc := bufio.NewScanner(said)
	if !sc.Scan() || !strings.Contains(sc.Text(), "listening") {
		t.Fatalf("portero live says %q", sc.Text())
	}
	var rest bytes.Buffer
	drained := make(chan struct{})
	go func() { io.Copy(&rest, said); close(drained) }()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const clients = 30
	var served sync.WaitGroup
	served.Add(clients)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(io.Discard, c); c.Close(); served.Done() }()
		}
	}()
	type client struct {
		pid  int
		long bool
	}
	portero := fmt.Sprint(live.Process.Pid)
	for _, pid := range children(live.Process.Pid) {
		portero += fmt.Sprint(" ", pid)
	}
	// In the order in which they called: on a slow machine the kernel gives a port again.
	byPort := map[int][]client{}
	for i := range clients {
		keep := 50 * time.Millisecond
		if i%3 == 2 {
			keep = 0
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("PORTERO_TEST_CLIENT=%s %d %s", l.Addr(), keep, portero))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var port int
		fmt.Sscan(string(out), &port)
		byPort[port] = append(byPort[port], client{cmd.Process.Pid, keep > 0})
	}
	served.Wait() // all were closed, from both sides
	l.Close()
	live.Process.Signal(os.Interrupt)
	<-drained
	if err := live.Wait(); err != nil {
		t.Fatalf("portero live: %v\n%s", err, rest.String())
	}
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	me, _ := os.Executable()
	events := map[uint64][]string{}
	exact, finals := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(records.String()), "\n") {
		var r liveRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		callers, ok := byPort[r.OrigPort]
		if !ok {
			continue
		}
		events[r.ID] = append(events[r.ID], r.Event)
		if r.Final != (r.Event == "ended") {
			t.Errorf("event %s has final %v", r.Event, r.Final)
		}
		if !r.Final {
			continue
		}
		finals++
		if len(callers) == 0 {
			continue // one too many
		}
		c := callers[0]
		byPort[r.OrigPort] = callers[1:]
		named := r.ProcessBy == "exact" && r.ProcessEnd == "orig"
		switch {
		case named && (r.PID != c.pid || r.Process != strings.TrimSpace(string(comm)) || r.ProcessPath != me || r.User == "" || r.PeerPID != 0 && r.PeerPID != os.Getpid()):
			t.Errorf("port %d is of process %d, and the record says %+v", r.OrigPort, c.pid, r)
		case named:
			exact++
		case c.long:
			missing = append(missing, fmt.Sprintf("port %d: %+v", r.OrigPort, r))
		case r.ProcessBy == "":
			t.Errorf("port %d: no word on why no program is named: %+v", r.OrigPort, r)
		}
	}
	if finals != clients {
		t.Errorf("%d final records of %d connections\n%s", finals, clients, rest.String())
	}
	for id, es := range events {
		if got := strings.Join(es, " "); got != "opened established closed ended" {
			t.Errorf("connection %d was told as %q", id, got)
		}
	}
	t.Logf("%d of %d named exactly", exact, finals)
	return missing
}

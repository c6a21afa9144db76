//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/livetest"
)

// watching is portero live at work on side A of a network.
type watching struct {
	t        *testing.T
	cmd      *exec.Cmd
	out, err bytes.Buffer
	said     chan struct{} // closed when it listens
	mu       sync.Mutex
	done     chan error
}

// watch starts this very program.
func watch(t *testing.T, n *livetest.Net, args ...string) *watching {
	t.Helper()
	w := &watching{t: t, said: make(chan struct{}), done: make(chan error, 1)}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w.cmd = n.Command(livetest.A, append([]string{self, "live"}, args...)...)
	w.cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	w.cmd.Stdout = &w.out
	pipe, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		once := sync.Once{}
		for s := bufio.NewScanner(pipe); s.Scan(); {
			w.mu.Lock()
			fmt.Fprintln(&w.err, s.Text())
			w.mu.Unlock()
			if strings.Contains(s.Text(), "listening to") || strings.Contains(s.Text(), "a la escucha en") {
				once.Do(func() { close(w.said) })
			}
		}
		w.done <- w.cmd.Wait()
	}()
	t.Cleanup(func() { w.cmd.Process.Kill() })
	select {
	case <-w.said:
	case err := <-w.done:
		t.Fatalf("portero live %v: %v\n%s", args, err, w.errors())
	case <-time.After(time.Minute):
		t.Fatalf("portero live %v does not begin\n%s", args, w.errors())
	}
	return w
}

func (w *watching) errors() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err.String()
}

// until waits for a word on standard error.
func (w *watching) until(word string) {
	w.t.Helper()
	w.wait(fmt.Sprintf("it says %q", word), func() bool { return strings.Contains(w.errors(), word) })
}

// end sends a signal and waits.
func (w *watching) end(s os.Signal) error {
	w.t.Helper()
	w.cmd.Process.Signal(s)
	select {
	case err := <-w.done:
		return err
	case <-time.After(time.Minute):
		w.t.Fatalf("it does not end\n%s", w.errors())
		return nil
	}
}

// parser is the process that reads packets.
func (w *watching) parser() int {
	w.t.Helper()
	for range 500 {
		if pids := children(w.cmd.Process.Pid); len(pids) > 0 {
			return pids[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("no second process")
	return 0
}

// children are the processes that one of them began. The kernel lists them by the thread that did.
func children(pid int) (pids []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range files {
		b, _ := os.ReadFile(name)
		for _, f := range bytes.Fields(b) {
			if n, err := strconv.Atoi(string(f)); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

// dump is tcpdump beside it.
type dump struct {
	cmd  *exec.Cmd
	file string
}

func tcpdump(t *testing.T, n *livetest.Net, iface, file string) *dump {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	d := &dump{cmd: n.Command(livetest.A, "tcpdump", "-i", iface, "-U", "--immediate-mode", "-Z", "root", "-B", "32768", "--time-stamp-precision=nano", "-w", file), file: file}
	pipe, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.cmd.Process.Kill(); d.cmd.Wait() })
	s := bufio.NewScanner(pipe)
	for s.Scan() {
		if strings.Contains(s.Text(), "listening on") {
			go io.Copy(io.Discard, pipe)
			return d
		}
	}
	t.Fatalf("tcpdump -i %s does not begin", iface)
	return nil
}

// idle reports whether tcpdump sleeps for want of packets: what its ring has when a signal comes it leaves there.
func (d *dump) idle() bool {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.cmd.Process.Pid))
	_, state, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(state, "S")
}

func (d *dump) end() {
	d.cmd.Process.Signal(syscall.SIGINT)
	d.cmd.Wait()
}

// record is what matters of a verdict.
type verdict struct {
	Event, Proto, Handshake, Kind, Missing, Exchange, Close, Conn_state, History string
	Vlan                                                                         json.RawMessage
	Orig_addr, Resp_addr, Filtered_by, Closed_by                                 string
	Orig_port, Resp_port, Orig_pkts, Resp_pkts, Orig_payload, Resp_payload       int
	Syn_retries, Synack_retries                                                  int
	Final                                                                        bool
}

func verdicts(t *testing.T, ndjson []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, line := range bytes.Split(ndjson, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var v verdict
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if !v.Final || v.Proto != "tcp" && v.Proto != "udp" {
			continue
		}
		key := fmt.Sprintf("%s %s:%d>%s:%d vlan %s", v.Proto, v.Orig_addr, v.Orig_port, v.Resp_addr, v.Resp_port, v.Vlan)
		out[key] += fmt.Sprintf("[%s%s missing %s, close %s by %s, %s %s, filtered by %q, packets %d/%d, payload %d/%d, again %d/%d]", v.Handshake, v.Exchange, v.Missing, v.Close, v.Closed_by, v.Conn_state, v.History,
			v.Filtered_by, v.Orig_pkts, v.Resp_pkts, v.Orig_payload, v.Resp_payload, v.Syn_retries, v.Synack_retries)
	}
	return out
}

// TestSameVerdictsAsFromTcpdumpsFile plays real connections through the kernel's TCP
// and compares what portero says live with what it says of tcpdump's file.
func TestSameVerdictsAsFromTcpdumpsFile(t *testing.T) {
	n := livetest.New(t)
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("needs nft (nftables)")
	}
	tap := n.Tap(livetest.A, "tap0")
	n.Run(livetest.B, "nft", "add table inet f; add chain inet f in { type filter hook input priority 0; }; add rule inet f in tcp dport 7002 reject with icmpx admin-prohibited; add rule inet f in tcp dport 7003 drop; add rule inet f in udp dport 7003 drop")
	dir := t.TempDir()
	var dumps []*dump
	var names []string
	for _, i := range []string{"va", "lo", "tap0"} {
		d := tcpdump(t, n, i, filepath.Join(dir, i+".pcap"))
		dumps = append(dumps, d)
		names = append(names, d.file)
	}
	w := watch(t, n, "va", "lo", "tap0", "--lanes", "2", "--stats", "-w", filepath.Join(dir, "own.pcapng"))
	script(t, n, tap)
	// What the kernel would send again and again must not come between the ends of the
	// captures.
	n.Run(livetest.B, "ip", "link", "set", "vb", "down")
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Fatalf("%v\n%s", err, w.errors())
	}
	for _, d := range dumps {
		w.wait("tcpdump has read all", d.idle)
		d.end()
	}
	read := func(names ...string) map[string]string {
		var out, errw bytes.Buffer
		if code := run(append([]string{"read", "-q", "--format", "ndjson"}, names...), nil, &out, &errw); code != 0 {
			t.Fatalf("read: %d %s", code, errw.String())
		}
		return verdicts(t, out.Bytes())
	}
	got, want, saved := verdicts(t, w.out.Bytes()), read(names...), read(filepath.Join(dir, "own.pcapng"))
	same(t, "live and tcpdump's files", got, want)
	same(t, "live and its own file", got, saved)
	all := fmt.Sprint(want)
	for _, must := range []string{"[completed ", "[refused ", "[filtered ", "[no_answer ", "[half_open ", "close reset", "[noneanswered ", "[noneunanswered ", "[nonerefused ", "vlan [42]", "tcp fd77::1:", "tcp 127.0.0.1:"} {
		if !strings.Contains(all, must) {
			t.Errorf("the script brought no %q", must)
		}
	}
	if t.Failed() {
		t.Log(w.errors())
		var keys []string
		for k, v := range want {
			keys = append(keys, k+" "+v)
		}
		sort.Strings(keys)
		t.Log(strings.Join(keys, "\n"))
	}
}

func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s differ: %s\n live %s\n file %s", what, k, got[k], v)
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s differ: %s %s is only live", what, k, v)
		}
	}
}

// script makes the connections. Ports of B: 7000 answers, 7001 is closed, 7002 rejects,
// 7003 is silent, 7004 has a full queue, 7005 defers, 7006 resets, 7007 half-closes.
func script(t *testing.T, n *livetest.Net, tap *os.File) {
	t.Helper()
	var wg sync.WaitGroup
	in := func(s livetest.Side, f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n.Do(s, f)
		}()
	}
	ready := make(chan struct{})
	serve := func(addr string, each func(net.Conn)) {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() { defer c.Close(); each(c) }()
			}
		}()
	}
	echo := func(c net.Conn) { io.Copy(c, c) }
	n.Do(livetest.B, func() {
		serve(":7000", echo)
		serve(":7006", func(c net.Conn) {
			io.ReadFull(c, make([]byte, 4))
			c.(*net.TCPConn).SetLinger(0)
		})
		serve(":7007", func(c net.Conn) {
			io.Copy(io.Discard, c) // until the other side is done
			c.Write([]byte("all that was missing"))
		})
		full, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err == nil {
			err = errors.Join(unix.Bind(full, &unix.SockaddrInet4{Port: 7004}), unix.Listen(full, 0))
		}
		if err != nil {
			t.Error(err)
		}
		t.Cleanup(func() { unix.Close(full) })
		defer5, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err == nil {
			err = errors.Join(unix.SetsockoptInt(defer5, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 5), unix.Bind(defer5, &unix.SockaddrInet4{Port: 7005}), unix.Listen(defer5, 5))
		}
		if err != nil {
			t.Error(err)
		}
		t.Cleanup(func() { unix.Close(defer5) })
		u, err := net.ListenUDP("udp", &net.UDPAddr{Port: 7000})
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { u.Close() })
		go func() {
			b := make([]byte, 2000)
			for {
				n, from, err := u.ReadFromUDP(b)
				if err != nil {
					return
				}
				u.WriteToUDP(b[:n], from)
			}
		}()
		close(ready)
	})
	<-ready
	n.Do(livetest.A, func() { serve("127.0.0.1:7000", echo) })
	const patience = time.Minute // with a door that answers: how long that takes is for the machine to say
	try := func(network, addr string, dial, answer time.Duration) func() {
		return func() {
			c, err := net.DialTimeout(network, addr, dial)
			if err != nil {
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(answer))
			c.Write([]byte("ping"))
			c.Read(make([]byte, 10))
			time.Sleep(50 * time.Millisecond)
		}
	}
	talk := func(network, addr string) func() { return try(network, addr, patience, patience) }
	silent := func(network, addr string) func() { return try(network, addr, 1500*time.Millisecond, time.Second) }
	for _, host := range []string{"10.77.0.2", "[fd77::2]", "127.0.0.1"} {
		for _, port := range []string{"7000", "7001"} {
			in(livetest.A, talk("tcp", host+":"+port))
			if host != "127.0.0.1" || port == "7001" {
				in(livetest.A, talk("udp", host+":"+port))
			}
		}
	}
	for _, port := range []string{"7002", "7006"} {
		in(livetest.A, talk("tcp", "10.77.0.2:"+port))
	}
	in(livetest.A, silent("tcp", "10.77.0.2:7003"))
	in(livetest.A, talk("tcp", "[fd77::2]:7002"))
	in(livetest.A, silent("udp", "10.77.0.2:7003"))
	in(livetest.B, talk("tcp", "10.77.0.1:7001")) // a door of A, tried from outside
	in(livetest.A, func() {                       // full backlog: the queue of 0 takes one
		var cs []net.Conn
		for range 4 {
			if c, err := net.DialTimeout("tcp4", "10.77.0.2:7004", 700*time.Millisecond); err == nil {
				cs = append(cs, c)
			}
		}
		for _, c := range cs {
			c.Close()
		}
	})
	in(livetest.A, func() { // deferred accept: the server waits for the first octet
		c, err := net.DialTimeout("tcp4", "10.77.0.2:7005", patience)
		if err != nil {
			t.Error(err)
			return
		}
		time.Sleep(1500 * time.Millisecond)
		c.Write([]byte("late"))
		time.Sleep(50 * time.Millisecond)
		c.Close()
	})
	in(livetest.A, func() { // half-closed
		c, err := net.DialTimeout("tcp4", "10.77.0.2:7007", patience)
		if err != nil {
			t.Error(err)
			return
		}
		c.Write([]byte("question"))
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c)
		c.Close()
	})
	in(livetest.A, func() { halfOpen(t, n) })
	for _, f := range taggedHandshake() {
		tap.Write(f)
	}
	wg.Wait()
}

// halfOpen sends a SYN from an address of A's network that nobody has: B answers it,
// and nothing answers B. It is called on side A.
func halfOpen(t *testing.T, n *livetest.Net) {
	i, err := net.InterfaceByName("va")
	if err != nil {
		t.Error(err)
		return
	}
	go n.Run(livetest.B, "ip", "neigh", "replace", "10.77.0.99", "lladdr", i.HardwareAddr.String(), "dev", "vb")
	time.Sleep(200 * time.Millisecond)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_RAW)
	if err != nil {
		t.Error(err)
		return
	}
	defer unix.Close(fd)
	p := tcp4([4]byte{10, 77, 0, 99}, [4]byte{10, 77, 0, 2}, 33333, 7000, 1000, 0, 2)
	if err := unix.Sendto(fd, p, 0, &unix.SockaddrInet4{Addr: [4]byte{10, 77, 0, 2}}); err != nil {
		t.Error(err)
	}
	time.Sleep(1500 * time.Millisecond)
}

// tcp4 is a segment without payload, checksums right.
func tcp4(src, dst [4]byte, sport, dport uint16, seq, ack uint32, flags byte) []byte {
	b := []byte{0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0}
	b = append(append(b, src[:]...), dst[:]...)
	b = binary.BigEndian.AppendUint16(b, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 5<<4, flags, 0x20, 0, 0, 0, 0, 0)
	sum := func(bs ...[]byte) uint16 {
		var s uint32
		for _, b := range bs {
			for i := 0; i+1 < len(b); i += 2 {
				s += uint32(binary.BigEndian.Uint16(b[i:]))
			}
		}
		for s>>16 != 0 {
			s = s&0xffff + s>>16
		}
		return ^uint16(s)
	}
	binary.BigEndian.PutUint16(b[10:], sum(b[:20]))
	binary.BigEndian.PutUint16(b[36:], sum(b[12:20], []byte{0, 6, 0, 20}, b[20:]))
	return b
}

// taggedHandshake is a connection in VLAN 42 with priority 5, as frames.
func taggedHandshake() [][]byte {
	c, s := [4]byte{192, 0, 2, 1}, [4]byte{192, 0, 2, 2}
	var out [][]byte
	for _, p := range [][]byte{tcp4(c, s, 4000, 80, 100, 0, 2), tcp4(s, c, 80, 4000, 900, 101, 18), tcp4(c, s, 4000, 80, 101, 901, 16), tcp4(c, s, 4000, 80, 101, 901, 17), tcp4(s, c, 80, 4000, 901, 102, 17), tcp4(c, s, 4000, 80, 102, 902, 16)} {
		f := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 5 << 5, 42, 8, 0}
		out = append(out, append(f, p...))
	}
	return out
}

// A collector is told of connections that go on, whatever --interim says: also of a stream of
// datagrams that nobody answers, and of what has become silent.
func TestACollectorIsToldOfWhatLasts(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	c := n.Collect(livetest.A)
	w := watch(t, n, "va", "--interim", "0", "--to", fmt.Sprintf("ipfix://127.0.0.1:%d?active=1", c.Port))
	ended := n.LongFlows(c)
	if err := w.end(syscall.SIGINT); err != nil {
		t.Errorf("%v\n%s", err, w.errors())
	}
	ended()
}

// That a collector is away is said at once, in plain words though another process called it, and not when
// it is over.
func TestACollectorThatIsAwayIsSaidWhileItIs(t *testing.T) {
	n := livetest.New(t)
	w := watch(t, n, "va", "--to", "ipfix+tcp://127.0.0.1:4739", "--metrics", "127.0.0.1:9899")
	w.until("4739: the collector is away (nobody listens there): what is meant for it is left out and counted until it is back\n")
	n.Run(livetest.A, "ip", "link", "set", "va", "down")
	if m := scrapeUntil(t, n, func(m map[string]string) bool {
		return m[`portero_collector_away{collector="ipfix+tcp://127.0.0.1:4739"}`] == "1" && m["portero_still_interfaces"] == "1"
	}); m != nil {
		t.Errorf("a collector that is away and an interface that is down: %v", m)
	}
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Errorf("%v\n%s", err, w.errors())
	}
	if n := strings.Count(w.errors(), "the collector is away"); n != 1 {
		t.Errorf("said %d times:\n%s", n, w.errors())
	}
}

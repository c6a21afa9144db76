//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/livetest"
)

// procStatus reads a field of /proc/PID/status.
func procStatus(t *testing.T, pid int, field string) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(string(b), "\n") {
		if k, v, ok := strings.Cut(l, ":"); ok && k == field {
			return strings.Join(strings.Fields(v), " ")
		}
	}
	t.Fatalf("no %s in the status", field)
	return ""
}

// The process that reads packets has no right left, in any thread; the other one keeps
// what it needs.
func TestParserGivesEverythingUp(t *testing.T) {
	n := livetest.New(t)
	w := watch(t, n, "va", "--metrics", "127.0.0.1:9899")
	pid := w.parser()
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*", pid))
	if len(threads) < 3 {
		t.Errorf("threads %v", threads)
	}
	for _, th := range threads {
		id, _ := strconv.Atoi(filepath.Base(th))
		for field, want := range map[string]string{
			"CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000", "CapBnd": "0000000000000000", "CapAmb": "0000000000000000",
			"NoNewPrivs": "1", "Seccomp": "2", "Groups": "",
		} {
			if got := procStatus(t, id, field); got != want {
				t.Errorf("thread %d: %s is %q, want %q", id, field, got, want)
			}
		}
		for _, field := range []string{"Uid", "Gid"} {
			ids := strings.Fields(procStatus(t, id, field))
			for _, x := range ids {
				if x == "0" {
					t.Errorf("thread %d: %s %v", id, field, ids)
				}
			}
		}
	}
	// What no other process of the account may look into belongs to root.
	var st unix.Stat_t
	if err := unix.Stat(fmt.Sprintf("/proc/%d/maps", pid), &st); err != nil || st.Uid != 0 {
		t.Errorf("dumpable: /proc/%d/maps is of user %d, %v", pid, st.Uid, err)
	}
	self := w.cmd.Process.Pid
	for _, p := range []int{pid, self} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p))
		if _, rest, ok := strings.Cut(string(b), "Max core file size"); err != nil || !ok || !strings.HasPrefix(strings.Join(strings.Fields(rest), " "), "0 0 ") {
			t.Errorf("process %d may dump core: %v %s", p, err, b)
		}
	}
	if got := procStatus(t, self, "NoNewPrivs"); got != "1" {
		t.Errorf("the helper: no_new_privs %q", got)
	}
	caps, _ := strconv.ParseUint(procStatus(t, self, "CapEff"), 16, 64)
	if caps&(1<<unix.CAP_NET_RAW) == 0 || caps&(1<<unix.CAP_SYS_ADMIN|1<<unix.CAP_NET_ADMIN|1<<unix.CAP_SYS_MODULE|1<<unix.CAP_SETUID) != 0 {
		t.Errorf("the helper has capabilities %#x", caps)
	}
	if !strings.Contains(w.errors(), "Landlock") && !strings.Contains(w.errors(), "WITHOUT Landlock") {
		t.Errorf("not a word of Landlock: %s", w.errors())
	}
	if err := w.end(os.Interrupt); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, w.errors())
	}
}

// A user without rights is told what to grant, in every way of being told, and nothing
// is made.
func TestWithoutRights(t *testing.T) {
	n := livetest.New(t)
	self, _ := os.Executable()
	file := filepath.Join(t.TempDir(), "x.pcapng")
	for _, lang := range []string{"en", "es"} {
		for how, musts := range map[string][]string{
			"user": {"portero: va: ", "CAP_NET_RAW", "\n  sudo " + self + " live va\n", "\n  sudo setcap cap_net_raw=ep ", "\n  sudo groupadd portero; sudo chgrp", "usermod -aG"},
			// What cannot gain rights is not sent to sudo for them.
			"confined": {"portero: va: ", "CAP_NET_RAW", "no_new_privs", "\n  --cap-add NET_RAW\n", "\n  AmbientCapabilities=CAP_NET_RAW\n"},
		} {
			cmd := n.Command(livetest.A, self, "live", "va", "-w", file, "--lang", lang)
			cmd.Env = append(os.Environ(), "PORTERO_MAIN=1", "PORTERO_TEST_NOCAPS="+how)
			var errw bytes.Buffer
			cmd.Stderr = &errw
			cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != exitDenied {
				t.Errorf("exit status %d\n%s", code, errw.String())
			}
			for _, must := range musts {
				if !strings.Contains(errw.String(), must) {
					t.Errorf("%s: no %q in\n%s", lang, must, errw.String())
				}
			}
			if how == "confined" && (strings.Contains(errw.String(), "sudo "+self) || strings.Contains(errw.String(), "usermod")) {
				t.Errorf("%s: sudo and setcap help nobody here:\n%s", lang, errw.String())
			}
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was made")
	}
}

// busy makes connections from A to B until it is told to stop, a datagram every
// millisecond among them, each with its number.
func busy(t *testing.T, n *livetest.Net) (stop func() (sent uint64)) {
	t.Helper()
	done, out := make(chan struct{}), make(chan uint64)
	var sink *net.UDPConn
	n.Do(livetest.B, func() {
		var err error
		if sink, err = net.ListenUDP("udp", &net.UDPAddr{Port: 9000}); err != nil {
			t.Fatal(err)
		}
	})
	go n.Do(livetest.A, func() {
		c, err := net.Dial("udp", "10.77.0.2:9000")
		if err != nil {
			t.Error(err)
			out <- 0
			return
		}
		defer c.Close()
		for i := uint64(0); ; i++ {
			select {
			case <-done:
				out <- i
				return
			default:
			}
			c.Write([]byte(fmt.Sprintf("datagram %08d", i)))
			time.Sleep(time.Millisecond)
		}
	})
	return func() uint64 {
		close(done)
		sent := <-out
		sink.Close()
		return sent
	}
}

// datagrams counts those of busy in a saved file and gives the time of the last one.
func datagrams(t *testing.T, names ...string) (count uint64, last time.Time) {
	t.Helper()
	for _, name := range names {
		out, err := exec.Command("tcpdump", "-nn", "-tt", "-r", name, "udp port 9000").CombinedOutput()
		if err != nil || bytes.Contains(out, []byte("truncated")) {
			t.Errorf("%s: %v %s", name, err, out)
		}
		for _, l := range strings.Split(string(out), "\n") {
			if at, _, ok := strings.Cut(l, " IP "); ok {
				f, _ := strconv.ParseFloat(at, 64)
				count++
				last = time.UnixMicro(int64(f * 1e6))
			}
		}
	}
	return count, last
}

// Killed, it leaves a whole file that lacks at most the last second; told to end, one
// that lacks nothing; when the helper process is killed, too.
func TestWhatIsInTheFile(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	for _, how := range []string{"SIGTERM", "SIGKILL", "helper killed"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			whatIsInTheFile(t, how)
		})
	}
}

func whatIsInTheFile(t *testing.T, how string) {
	n := livetest.New(t)
	file := filepath.Join(t.TempDir(), "x.pcapng")
	w := watch(t, n, "va", "-w", file, "-f", "udp port 9000")
	stop := busy(t, n)
	pids := []string{fmt.Sprint(os.Getpid()), fmt.Sprint(w.cmd.Process.Pid), fmt.Sprint(w.parser())}
	time.Sleep(1400 * time.Millisecond)
	before := loadOf(pids)
	time.Sleep(1100 * time.Millisecond)
	var sent uint64
	// While other programs had the processors nobody sent, or saved.
	lacked, killed := loadOf(pids).lacked(before), time.Now()
	switch how {
	case "SIGTERM":
		sent = stop()
		if err := w.end(syscall.SIGTERM); err != nil {
			t.Errorf("%v\n%s", err, w.errors())
		}
	case "SIGKILL":
		syscall.Kill(w.parser(), syscall.SIGKILL)
		if err := <-w.done; err == nil {
			t.Error("exit status 0 after the process that analyses was killed")
		}
		sent = stop()
	case "helper killed":
		sent = stop()
		pid := w.parser()
		w.end(syscall.SIGKILL)
		for range 300 {
			if syscall.Kill(pid, 0) != nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if syscall.Kill(pid, 0) == nil {
			t.Error("the process that analyses lives on")
		}
	}
	got, last := datagrams(t, file)
	if how == "SIGKILL" {
		if d := killed.Sub(last); got == 0 || d > 1050*time.Millisecond+lacked {
			t.Errorf("%d datagrams, the last one %v before the end; %v of it were others'", got, d, lacked)
		}
	} else if got != sent {
		t.Errorf("%d datagrams of %d", got, sent)
	}
}

// smallDisk is a directory with room for size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("portero-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skip("needs tmpfs: ", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// A full disk ends the saving, says so, and never the watching; what was saved is whole.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	dir := smallDisk(t, "256k")
	file := filepath.Join(dir, "x.pcapng")
	w := watch(t, n, "va", "-w", file, "--metrics", "127.0.0.1:9899")
	stop := busy(t, n)
	defer stop()
	wait := time.Now().Add(time.Minute)
	n.Do(livetest.A, func() { // more than there is room for
		c, _ := net.Dial("udp", "10.77.0.2:9000")
		defer c.Close()
		for range 600 {
			c.Write(make([]byte, 1000))
			time.Sleep(100 * time.Microsecond)
		}
	})
	for !strings.Contains(w.errors(), "watching goes on") && time.Now().Before(wait) {
		time.Sleep(50 * time.Millisecond)
	}
	if e := w.errors(); !strings.Contains(e, "no space left on device; nothing more is saved, watching goes on") {
		t.Fatalf("not a word of the full disk:\n%s", e)
	}
	n.Do(livetest.A, func() {
		c, err := net.DialTimeout("tcp4", "10.77.0.2:1", time.Second) // refused, and seen
		if err == nil {
			c.Close()
		}
	})
	if m := scrapeUntil(t, n, func(m map[string]string) bool {
		return m["portero_saving_failed"] == "1" && m["portero_unsaved_frames_total"] != "0"
	}); m != nil {
		t.Errorf("counters: saving_failed %s, unsaved %s", m["portero_saving_failed"], m["portero_unsaved_frames_total"])
	}
	// Somebody makes room, and tells it to go on.
	kept := filepath.Join(t.TempDir(), "x.pcapng")
	b, err := os.ReadFile(file)
	if err == nil {
		err = errors.Join(os.WriteFile(kept, b, 0o600), os.Remove(file))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.cmd.Process.Signal(syscall.SIGHUP)
	if m := scrapeUntil(t, n, func(m map[string]string) bool { return m["portero_saving_failed"] == "0" }); m != nil {
		t.Errorf("saving did not go on after SIGHUP:\n%s", w.errors())
	}
	n.Do(livetest.A, func() { // what was sent before it ends is saved before it ends
		c, _ := net.Dial("udp", "10.77.0.2:9001")
		defer c.Close()
		c.Write(make([]byte, 1000))
	})
	if err := w.end(syscall.SIGTERM); err == nil {
		t.Error("exit status 0 although not all was saved")
	}
	if st, err := os.Stat(file); err != nil || st.Size() < 1000 {
		t.Errorf("nothing was saved after SIGHUP: %v", err)
	}
	if !strings.Contains(w.out.String(), `"handshake":"refused"`) {
		t.Error("the watching ended, too")
	}
	if _, err := exec.LookPath("tcpdump"); err == nil {
		if got, _ := datagrams(t, kept); got == 0 {
			t.Error("nothing was saved")
		}
	}
}

// scrape reads the counters as Prometheus does, on side A.
func scrape(t *testing.T, n *livetest.Net) map[string]string {
	t.Helper()
	out := map[string]string{}
	n.Do(livetest.A, func() {
		c, err := net.Dial("tcp", "127.0.0.1:9899")
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		req, _ := http.NewRequest("GET", "http://127.0.0.1:9899/metrics", nil)
		req.Close = true
		req.Write(c)
		b, _ := io.ReadAll(c)
		for _, l := range strings.Split(string(b), "\n") {
			if k, v, ok := strings.Cut(strings.TrimSpace(l), " "); ok && !strings.HasPrefix(l, "#") {
				out[k] = v
			}
		}
	})
	return out
}

// scrapeUntil reads the counters until they are as wanted. It returns the last ones where they are not within a minute.
func scrapeUntil(t *testing.T, n *livetest.Net, wanted func(m map[string]string) bool) map[string]string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		switch m := scrape(t, n); {
		case wanted(m):
			return nil
		case time.Now().After(end):
			return m
		}
	}
}

// SIGHUP goes on in new files; a ring of files by size keeps the newest.
func TestRotation(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("needs tcpdump")
	}
	n := livetest.New(t)
	dir := t.TempDir()
	file, records := filepath.Join(dir, "x.pcapng"), filepath.Join(dir, "x.ndjson")
	w := watch(t, n, "va", "-w", file, "-o", records, "-f", "udp port 9000")
	stop := busy(t, n)
	w.untilFile(records, `"event":"opened"`)
	w.untilFile(file, "datagram ")
	os.Rename(file, file+".1")
	os.Rename(records, records+".1")
	// A word to all processes of that name (killall) reaches both, and is one.
	w.cmd.Process.Signal(syscall.SIGHUP)
	w.untilFile(file, "datagram ")
	syscall.Kill(w.parser(), syscall.SIGHUP)
	w.untilFile(records, "")
	time.Sleep(sameWord)
	w.cmd.Process.Signal(syscall.SIGHUP) // nothing was moved: a numbered file
	third := filepath.Join(dir, "x_00003_*.pcapng")
	w.untilFile(third, "datagram ")
	sent := stop()
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Fatalf("%v\n%s", err, w.errors())
	}
	more, _ := filepath.Glob(filepath.Join(dir, "x_*.pcapng"))
	if len(more) != 1 {
		all, _ := filepath.Glob(filepath.Join(dir, "*"))
		t.Fatalf("files %v", all)
	}
	if got, _ := datagrams(t, file+".1", file, more[0]); got != sent {
		t.Errorf("%d datagrams of %d in three files", got, sent)
	}
	a, _ := os.ReadFile(records + ".1")
	b, _ := os.ReadFile(records)
	if !bytes.Contains(a, []byte(`"event":"opened"`)) || !bytes.Contains(b, []byte(`"event":"ended"`)) {
		t.Errorf("records: %d octets, then %d", len(a), len(b))
	}

	w = watch(t, n, "va", "-w", filepath.Join(dir, "ring.pcapng"), "-C", "8K", "-W", "3", "-f", "udp port 9000")
	stop = busy(t, n)
	w.wait("the ring gave up its second file", func() bool {
		last, _ := filepath.Glob(filepath.Join(dir, "ring_*"))
		return len(last) > 0 && filepath.Base(last[0]) > "ring_00003"
	})
	sent = stop()
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Fatalf("%v\n%s", err, w.errors())
	}
	ring, _ := filepath.Glob(filepath.Join(dir, "ring_*.pcapng"))
	if len(ring) != 3 {
		t.Fatalf("%v", ring)
	}
	got, _ := datagrams(t, ring...)
	if got < 100 || got >= sent {
		t.Errorf("%d datagrams of %d in the ring", got, sent)
	}
	out, _ := exec.Command("tcpdump", "-A", "-r", ring[2], "udp port 9000").Output()
	if !bytes.Contains(out, []byte(fmt.Sprintf("datagram %08d", sent-1))) {
		t.Error("the last datagram is not in the last file")
	}
}

// wait waits until something is so.
func (w *watching) wait(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("after a minute still not: %s\n%s", what, w.errors())
		}
	}
}

// untilFile waits until the file that pattern names is there and holds a word.
func (w *watching) untilFile(pattern, word string) {
	w.t.Helper()
	w.wait(fmt.Sprintf("%q in %s", word, pattern), func() bool {
		names, _ := filepath.Glob(pattern)
		if len(names) != 1 {
			return false
		}
		b, err := os.ReadFile(names[0])
		return err == nil && bytes.Contains(b, []byte(word))
	})
}

// An interface that comes back is listened to again, through the helper process.
func TestComesBackThroughTheHelper(t *testing.T) {
	n := livetest.New(t)
	w := watch(t, n, "va", "--plain")
	try := func() {
		n.Do(livetest.A, func() {
			if c, err := net.DialTimeout("tcp4", "10.77.0.2:1", 20*time.Second); err == nil {
				c.Close()
			}
		})
	}
	try()
	n.Run(livetest.A, "ip", "link", "del", "va")
	n.Veth()
	w.until("va came back")
	try() // what was captured before the signal is told, however soon it comes
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Errorf("%v\n%s", err, w.errors())
	}
	if e := w.errors(); !strings.Contains(e, "va went away") || !strings.Contains(e, "va came back") {
		t.Errorf("%s", e)
	}
	if got := strings.Count(w.out.String(), "refused"); got < 2 {
		t.Errorf("%d refused connections of 2\n%s", got, w.out.String())
	}
}

// When whoever reads the events goes away, it ends quietly, and the file is whole.
func TestReaderGoesAway(t *testing.T) {
	n := livetest.New(t)
	self, _ := os.Executable()
	file := filepath.Join(t.TempDir(), "x.pcapng")
	cmd := n.Command(livetest.A, "sh", "-c", `"$0" live va -w "$1" --plain | head -n 1`, self, file)
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	var errw bytes.Buffer
	cmd.Stderr = &errw
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for end := time.Now().Add(15 * time.Second); ; {
		n.Do(livetest.A, func() {
			if c, err := net.DialTimeout("tcp4", "10.77.0.2:1", time.Second); err == nil {
				c.Close()
			}
		})
		select {
		case <-done:
			if e := errw.String(); strings.Contains(e, "pipe") || strings.Contains(e, "too slow") || !strings.Contains(e, "saved") {
				t.Errorf("%s", e)
			}
			return
		case <-time.After(100 * time.Millisecond):
			if time.Now().After(end) {
				cmd.Process.Kill()
				t.Fatalf("it goes on: %s", errw.String())
			}
		}
	}
}

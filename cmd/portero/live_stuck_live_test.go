//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/livetest"
)

// pseudoTerminal makes a terminal of 80 by 24; what is drawn comes out of master.
func pseudoTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("needs pseudo-terminals: ", err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// Whoever reads standard output may stop to read: packets are saved, counters go on, and
// a signal ends it with everything saved.
func TestReaderThatIsStuck(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"pipe", "plain", "screen"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			readerStuck(t, how)
		})
	}
}

func readerStuck(t *testing.T, how string) {
	n := livetest.New(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.pcapng")
	args := []string{self, "live", "va", "-w", file, "--metrics", "127.0.0.1:9899", "-f", "udp port 9000 or tcp port 1"}
	if how == "plain" {
		args = append(args, "--plain")
	}
	cmd := n.Command(livetest.A, args...)
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1", "TERM=xterm")
	if how == "pipe" {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		cmd.Stdout, cmd.Stderr = w, w
	} else {
		_, slave := pseudoTerminal(t)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	defer cmd.Process.Kill()
	until := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(15 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("not so within 15 s: ", what)
			}
		}
	}
	until("it begins", func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	if m := scrapeUntil(t, n, func(m map[string]string) bool { return m["portero_frames_total"] != "" }); m != nil {
		t.Fatalf("no counters: %v", m)
	}
	stop := busy(t, n)
	for range 10 { // more to tell than a pipe or a terminal holds
		n.Do(livetest.A, func() {
			for range 100 {
				if c, err := net.DialTimeout("tcp4", "10.77.0.2:1", time.Second); err == nil {
					c.Close()
				}
			}
		})
		time.Sleep(250 * time.Millisecond)
	}
	until("what came is saved", func() bool {
		st, err := os.Stat(file)
		return err == nil && st.Size() >= 100_000
	})
	a := scrape(t, n)["portero_frames_total"]
	until("the counters go on", func() bool {
		b := scrape(t, n)["portero_frames_total"]
		return a != "" && b != "" && a != b
	})
	sent := stop()
	cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		cmd.Process.Kill()
		t.Fatal("it does not end")
	}
	if got, _ := datagrams(t, file); got != sent {
		t.Errorf("%d datagrams of %d are saved", got, sent)
	}
}

// A full disk under -o is told once, with the name of the file, and the watching goes on;
// what was written is whole lines.
func TestFullDiskUnderTheRecords(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	dir := smallDisk(t, "64k")
	records, saved := filepath.Join(dir, "x.ndjson"), filepath.Join(t.TempDir(), "x.pcapng")
	w := watch(t, n, "va", "-o", records, "-w", saved, "--metrics", "127.0.0.1:9899")
	dial := func() {
		n.Do(livetest.A, func() {
			for range 100 {
				if c, err := net.DialTimeout("tcp4", "10.77.0.2:1", time.Second); err == nil {
					c.Close()
				}
			}
		})
	}
	dial()
	for end := time.Now().Add(15 * time.Second); !strings.Contains(w.errors(), "no space left") && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
	}
	before := scrape(t, n)["portero_frames_total"]
	dial()
	time.Sleep(1500 * time.Millisecond)
	if m := scrape(t, n); m["portero_frames_total"] == before || m["portero_unwritten_lines_total"] == "0" {
		t.Errorf("counters: %s frames, before %s; %s lines not written", m["portero_frames_total"], before, m["portero_unwritten_lines_total"])
	}
	err := w.end(syscall.SIGTERM)
	if err == nil {
		t.Error("exit status 0 although not all was written")
	}
	if e := w.errors(); strings.Count(e, records+": no space left on device; nothing more is written there, watching goes on") != 1 || strings.Contains(e, "received:") {
		t.Errorf("%s", e)
	}
	b, _ := os.ReadFile(records)
	if len(b) == 0 || b[len(b)-1] != '\n' {
		t.Errorf("%d octets of records, the end is half a line", len(b))
	}
}

// SIGHUP of a service that writes to a pipe and saves nothing is no word to end.
func TestHangUpWithNothingToRotate(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	w := watch(t, n, "va", "--plain")
	w.cmd.Process.Signal(syscall.SIGHUP)
	select {
	case err := <-w.done:
		t.Fatalf("it ended: %v\n%s", err, w.errors())
	case <-time.After(1500 * time.Millisecond):
	}
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Errorf("%v\n%s", err, w.errors())
	}
}

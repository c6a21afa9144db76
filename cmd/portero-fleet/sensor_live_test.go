//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/livetest"
)

// A sensor says what becomes of its interface, as portero live does: who reads its log asks why
// nothing comes.
func TestASensorTellsOfItsInterface(t *testing.T) {
	n := livetest.New(t)
	// Of a change before it was looked at for the first time nothing can be said.
	n.Run(livetest.A, "ip", "link", "set", "va", "down")
	var p *process
	n.Do(livetest.A, func() {
		p = start(t, "command", "sensor", "--site", "hq", "--name", "s1", "--spool", filepath.Join(t.TempDir(), "s"), "--drain", "1ms", "va")
	})
	p.wait("va is down")
	n.Run(livetest.A, "ip", "link", "set", "va", "up")
	p.wait("va came up")
	n.Run(livetest.A, "ip", "link", "set", "va", "down")
	p.wait("va went down")
	n.Run(livetest.A, "ip", "link", "del", "va")
	p.wait("va went away; waiting for va")
	n.Veth()
	p.wait("va came back")
	if code := p.stop(); code != 0 {
		t.Errorf("status %d\n%s", code, p.text())
	}
}

// A sensor tells a collector of connections that go on, as portero live does.
func TestASensorTellsACollectorOfWhatLasts(t *testing.T) {
	n := livetest.New(t)
	c := n.Collect(livetest.A)
	var p *process
	n.Do(livetest.A, func() {
		p = start(t, "command", "sensor", "--site", "hq", "--name", "s1", "--spool", filepath.Join(t.TempDir(), "s"), "--drain", "1ms",
			"--to", fmt.Sprintf("ipfix://127.0.0.1:%d?active=1", c.Port), "va")
	})
	p.wait("waiting for it")
	ended := n.LongFlows(c)
	p.stop()
	ended()
}

// A sensor whose spool was too small for what it had says so by its exit status, as portero live does
// of a file. What was dropped is not told by the next one on the same spool, which ends well.
func TestASensorThatLostRecordsEndsWithTwo(t *testing.T) {
	n := livetest.New(t)
	dir := filepath.Join(t.TempDir(), "s")
	for _, c := range []struct {
		datagrams int
		size      string
		code      int
	}{{3000, "64K", 2}, {3, "1M", 0}} {
		var p *process
		n.Do(livetest.A, func() {
			p = start(t, "command", "sensor", "--site", "hq", "--name", "s1", "--spool", dir, "--spool-size", c.size, "--batch", "50", "--drain", "1ms", "va")
		})
		p.wait("waiting for it")
		n.Do(livetest.A, func() {
			s, err := net.ListenPacket("udp4", livetest.Addr4[livetest.A]+":0")
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for i := range c.datagrams {
				s.WriteTo([]byte("x"), &net.UDPAddr{IP: net.ParseIP(livetest.Addr4[livetest.B]), Port: 1000 + i})
				if i%100 == 99 {
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
		code := p.stop() // what the ring has by then is read to its end
		if lost := strings.Contains(p.text(), " DROPPED, ") || strings.Contains(p.text(), " LOST "); code != c.code || lost != (c.code != 0) {
			t.Errorf("%d datagrams: status %d, want %d\n%s", c.datagrams, code, c.code, p.text())
		}
	}
}

// A sensor without the right to listen is told what to ask for.
func TestASensorWithoutTheRight(t *testing.T) {
	if _, err := exec.LookPath("setpriv"); err != nil {
		t.Skip("needs setpriv")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := livetest.New(t)
	var out []byte
	n.Do(livetest.A, func() {
		c := exec.Command("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", "sh", "-c", `exec "$0" sensor --lang es --site hq --name s1 --spool x va`, self)
		c.Env = append(c.Environ(), "FLEET_TEST_AS=command")
		c.Dir = t.TempDir()
		out, _ = c.CombinedOutput()
		if c.ProcessState.ExitCode() != 4 {
			t.Errorf("status %d", c.ProcessState.ExitCode())
		}
	})
	for _, want := range []string{"va: no está permitido escuchar aquí", "CAP_NET_RAW", "sudo setcap"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}

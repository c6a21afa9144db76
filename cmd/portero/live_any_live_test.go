//go:build linux

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/livetest"
)

// A packet that a bridge and its port see is one packet, also where nothing in it tells so: live, and in the file that
// was saved meanwhile.
func TestAnyCountsAPacketOnce(t *testing.T) {
	n := livetest.New(t)
	if out, err := n.Command(livetest.A, "ip", "link", "add", "br0", "type", "bridge").CombinedOutput(); err != nil {
		t.Skipf("no bridges: %s", out)
	}
	n.Run(livetest.A, "ip", "addr", "flush", "dev", livetest.Iface[livetest.A])
	n.Run(livetest.A, "ip", "link", "set", livetest.Iface[livetest.A], "master", "br0")
	n.Run(livetest.A, "ip", "addr", "add", livetest.Addr6[livetest.A]+"/64", "dev", "br0", "nodad")
	n.Run(livetest.A, "ip", "link", "set", "br0", "up")
	n.Carries(livetest.A, "br0")
	n.Do(livetest.B, func() {
		c, err := net.ListenPacket("udp6", "["+livetest.Addr6[livetest.B]+"]:7000")
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { c.Close() })
		go func() {
			b := make([]byte, 100)
			for {
				k, from, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				c.WriteTo(b[:k], from)
			}
		}()
	})
	saved := filepath.Join(t.TempDir(), "any.pcapng")
	w := watch(t, n, "any", "-f", "udp port 7000", "-w", saved)
	n.Do(livetest.A, func() {
		c, err := net.Dial("udp6", "["+livetest.Addr6[livetest.B]+"]:7000")
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		b := make([]byte, 100)
		for range 2 {
			c.SetDeadline(time.Now().Add(20 * time.Second))
			c.Write([]byte("anybody?"))
			if _, err := c.Read(b); err != nil {
				t.Error(err)
			}
		}
	})
	if err := w.end(os.Interrupt); err != nil {
		t.Errorf("%v\n%s", err, w.errors())
	}
	_, read, _ := portero(t, "read", "--format", "ndjson", saved)
	for how, s := range map[string]string{"live": w.out.String(), "read": read} {
		if !strings.Contains(s, `"orig_pkts":2,"resp_pkts":2,`) || !strings.Contains(s, `"duplicates":4`) {
			t.Errorf("%s: not two and two, and four copies: %s", how, s)
		}
	}
}

// On a port that mirrors both ways each packet comes twice: once from the first exchange on, not from when enough of them
// were seen.
func TestAMirrorIsKnownFromTheFirstPacket(t *testing.T) {
	n := livetest.New(t)
	tap := n.Tap(livetest.A, "tap0")
	for try := range 20 {
		w, soon := mirrored(t, n, tap)
		if err := w.end(os.Interrupt); err != nil {
			t.Fatalf("%v\n%s", err, w.errors())
		}
		if !soon { // something else had the processors: nothing is held back for that long
			t.Logf("try %d: the first answer came late", try)
			continue
		}
		ended := 0
		for line := range strings.Lines(w.out.String()) {
			if !strings.Contains(line, `"event":"ended"`) {
				continue
			}
			if ended++; !strings.Contains(line, `"orig_pkts":1,"resp_pkts":1,`) || !strings.Contains(line, `"duplicates":2`) {
				t.Errorf("not one and one, and two copies: %s", line)
			}
		}
		if ended != 6 {
			t.Errorf("%d exchanges of 6", ended)
		}
		return
	}
	t.Error("no first answer was sent in time")
}

// mirrored is live with six exchanges of which each packet came twice, and whether the first answer was there while the
// first frames are held back.
func mirrored(t *testing.T, n *livetest.Net, tap *os.File) (w *watching, soon bool) {
	t.Helper()
	w = watch(t, n, "tap0", "-f", "udp")
	var began time.Time
	for i := range byte(6) {
		for back := range 2 {
			switch {
			case i == 0 && back == 0:
				began = time.Now()
			case i == 0:
				time.Sleep(40 * time.Millisecond) // more than the kernel gathers
			}
			for range 2 {
				if _, err := tap.Write(wireUDP(i, back == 1)); err != nil {
					t.Fatal(err)
				}
			}
			if i == 0 && back == 1 {
				soon = time.Since(began) < 80*time.Millisecond
			}
		}
	}
	return w, soon
}

// wireUDP is a frame of exchange i, in which nothing tells a copy: its IPv4 identification is 0.
func wireUDP(i byte, back bool) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
		0x45, 0, 0, 33, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0x9c, 0x40 + i, 0x27, 0x0f, 0, 13, 0, 0, 'h', 'e', 'l', 'l', i}
	if back {
		b[29], b[33] = 2, 1
		b[34], b[35], b[36], b[37] = b[36], b[37], b[34], b[35]
		b[42] = 'c'
	}
	return b
}

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

package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostsOfARPAlone: who only says by ARP where it is reached is listed, in order among the others, with no times and nothing
// done, and not where a filter asks for connections.
func TestHostsOfARPAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lan.pcap")
	w := newWire(t, name)
	w.frame([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 192, 0, 2, 9})
	w.talk(end{net.IPv4(192, 0, 2, 3), 40000}, end{net.IPv4(192, 0, 2, 8), 80}, []byte("question"), []byte("answer"))
	w.close()
	_, out, _ := portero(t, "hosts", "--format", "csv", name)
	var got []string
	for _, l := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
		f := strings.Split(l, ",")
		got = append(got, f[0]+" "+f[8]+" "+f[13])
		if (f[9] == "") != (f[8] == "0") || (f[10] == "") != (f[8] == "0") {
			t.Errorf("times of %s", l)
		}
	}
	if s := strings.Join(got, ", "); !strings.HasPrefix(s, "192.0.2.3 ") || !strings.Contains(s, ", 192.0.2.7 0 52:54:00:12:34:56, 192.0.2.8 ") || len(got) != 3 {
		t.Errorf("%s", out)
	}
	if _, out, _ := portero(t, "hosts", "--format", "csv", "--filter", "tcp", name); strings.Contains(out, "192.0.2.7") || !strings.Contains(out, "192.0.2.8") {
		t.Errorf("with a filter: %s", out)
	}
}

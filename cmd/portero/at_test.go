package main

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestPortsAtFarewell: while two connections end, one after the other and at once, ports --at shows
// the states that RFC 9293 names for it, and the door of a service that answers datagrams.
func TestPortsAtFarewell(t *testing.T) {
	name := filepath.Join(t.TempDir(), "farewell.pcap")
	w := newWire(t, name)
	c, s, both := end{net.IP{10, 0, 0, 1}, 40000}, end{net.IP{10, 0, 0, 2}, 80}, end{net.IP{10, 0, 0, 1}, 40001}
	start := w.at
	at := func(second int) { w.at = start.Add(time.Duration(second) * time.Second) }
	w.udp(end{c.ip, 40002}, end{s.ip, 53}, []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x03net\x00\x00\x01\x00\x01"))
	w.udp(end{s.ip, 53}, end{c.ip, 40002}, []byte("\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x03net\x00\x00\x01\x00\x01"))
	for _, c := range []end{c, both} {
		w.tcp(c, s, "S", 99, 0, nil)
		w.tcp(s, c, "SA", 299, 100, nil)
		w.tcp(c, s, "A", 100, 300, nil)
	}
	at(1)
	w.tcp(s, c, "FA", 300, 100, nil)
	w.tcp(both, s, "FA", 100, 300, nil)
	w.tcp(s, both, "FA", 300, 100, nil)
	at(2)
	w.tcp(c, s, "A", 100, 301, nil)
	w.tcp(both, s, "A", 101, 301, nil)
	at(3)
	w.tcp(c, s, "FA", 100, 301, nil)
	at(4)
	w.tcp(s, c, "A", 301, 101, nil)
	w.tcp(s, both, "A", 301, 101, nil)
	w.close()
	for _, x := range []struct {
		after float64
		want  string
	}{
		{0.5, "caller ESTABLISHED server ESTABLISHED both ESTABLISHED and ESTABLISHED"},
		{1.5, "caller CLOSE_WAIT server FIN_WAIT1 both CLOSING and CLOSING"},
		{2.5, "caller CLOSE_WAIT server FIN_WAIT2 both CLOSING and TIME_WAIT"},
		{3.5, "caller LAST_ACK server TIME_WAIT both CLOSING and TIME_WAIT"},
		{4.5, "caller  server TIME_WAIT both TIME_WAIT and TIME_WAIT"},
	} {
		_, out, errs := portero(t, "ports", "--format", "csv", "--at", fmt.Sprintf("%.1f", float64(start.Unix())+x.after), name)
		lines := strings.Split(out, "\n")
		state := func(local, foreign string) string {
			i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, ","+local+","+foreign+",") })
			if i < 0 {
				return ""
			}
			return strings.Split(lines[i], ",")[4]
		}
		got := fmt.Sprintf("caller %s server %s both %s and %s", state("10.0.0.1:40000", "10.0.0.2:80"), state("10.0.0.2:80", "10.0.0.1:40000"),
			state("10.0.0.1:40001", "10.0.0.2:80"), state("10.0.0.2:80", "10.0.0.1:40001"))
		if got != x.want {
			t.Errorf("after %v s: %s, want %s; %s", x.after, got, x.want, errs)
		}
		if !strings.Contains(out, "10.0.0.2,udp,10.0.0.2:53,*:*,") {
			t.Errorf("after %v s the door of the datagrams is missing: %s", x.after, out)
		}
	}
}

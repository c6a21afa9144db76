package findings

import (
	"fmt"
	"strings"
	"testing"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/policy"
)

// TestPolicy: what the policy does not name is told, machines outside only when it
// names them.
func TestPolicy(t *testing.T) {
	p, err := policy.Read(strings.NewReader("10.0.0.1 80/tcp\n10.0.0.1 22/tcp from 10.0.9.0/24\n8.8.4.4 443/tcp\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	d := New(catalog.Default(), nil, 0)
	d.Policy = p
	var s story
	for _, port := range []uint16{80, 22, 443} {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, port, handshake.Completed, payload(9, 9))
	}
	s.tcp(0, "10.0.0.9", "10.0.0.2", 0, 80, handshake.Completed, payload(9, 9))
	s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(9, 9))
	s.tcp(0, "10.0.0.9", "8.8.4.4", 0, 443, handshake.Completed, payload(9, 9))
	s.tcp(0, "10.0.0.9", "8.8.4.4", 0, 80, handshake.Completed, payload(9, 9))
	s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 8080, handshake.Refused)
	// Doors that opened to a scan, and one that did not answer it.
	s.tcp(0, "10.0.0.9", "10.0.0.3", 0, 81, handshake.HalfOpen, replied)
	s.tcp(0, "10.0.0.9", "10.0.0.3", 0, 82, handshake.Aborted, replied)
	s.tcp(0, "10.0.0.9", "10.0.0.3", 0, 83, handshake.Aborted)
	s.tcp(0, "10.0.0.8", "10.0.0.1", 0, 22, handshake.HalfOpen, replied) // others are expected there, and who it was is not proved
	var got []string
	for i := range s.rs {
		d.Observe(&s.rs[i])
	}
	for _, f := range d.Findings() {
		why, line := f.Rule()
		got = append(got, fmt.Sprintf("%s %s:%d %d line %d", f.Kind, f.Target, f.Port, why, line))
	}
	want := "not-in-policy 8.8.4.4:80 2 line 3, not-in-policy 10.0.0.1:443 2 line 1, not-in-policy 10.0.0.2:80 1 line 0, not-in-policy 10.0.0.3:81 1 line 0, not-in-policy 10.0.0.3:82 1 line 0, not-in-policy 10.0.0.1:22 3 line 2"
	if g := strings.Join(got, ", "); g != want {
		t.Errorf("%s\nwant %s", g, want)
	}
}

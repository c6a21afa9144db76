package findings

import (
	"fmt"
	"slices"
	"testing"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
)

// TestRecord: what a record shows by itself is in its risks, with the frames that prove it, also while it
// goes on.
func TestRecord(t *testing.T) {
	open := func(r *record.Record) {
		r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame, r.Final = 3, 5, 7, 8, false
	}
	for _, c := range []struct {
		what string
		tell func(s *story)
		want string
	}{
		{"exposed", func(s *story) { s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Completed, open) }, "[exposure medium observed [3 5 7]]"},
		{"exposed, of which only the first packet is known", func(s *story) { s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Completed) }, "[exposure medium observed [3]]"},
		{"exposed, of which the SYN-ACK was missed", func(s *story) {
			s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Completed, open, func(r *record.Record) { r.SYNACKFrame = 0 })
		}, "[exposure medium observed [3 7]]"},
		{"an old number", func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 12345, handshake.Completed, open) }, "[port-backdoor low hint [3 5 7]]"},
		{"an unknown tongue", func(s *story) {
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22022, handshake.Completed, open, payload(5000, 5000), func(r *record.Record) { r.Opaque = true })
		}, "[payload-unknown low observed [8]]"},
		{"a password, in another's door", func(s *story) {
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, open, spoke("ftp"), readable("maria", "ftp PASS"))
		}, "[cleartext-credentials high observed [5] port-mismatch medium observed [4 5]]"},
		{"nothing", func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, open) }, "[]"},
		{"no ports", func(s *story) {
			s.tcp(0, "127.0.0.1", "10.0.0.1", 0, 0, handshake.None, without(47, 0))
		}, "[]"},
	} {
		var s story
		c.tell(&s)
		d := New(catalog.Default(), nil, 0)
		for range 2 { // asked again it says the same, once
			d.Record(&s.rs[0])
		}
		var got []string
		for _, k := range s.rs[0].Risks {
			got = append(got, fmt.Sprintf("%s %s %s %v", k.ID, k.Severity, k.Basis, k.Frames))
			if k.Text == "" || k.Muted != "" {
				t.Errorf("%s: %+v", c.what, k)
			}
		}
		slices.Sort(got)
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.what, got, c.want)
		}
		if d.Observe(&s.rs[0]); !s.rs[0].Final && len(d.Findings()) > 0 {
			t.Errorf("%s: a finding of a record that goes on", c.what)
		}
	}
}

// A record that shows nothing, as nearly all do, needs no memory from the heap.
func TestRecordOfNothing(t *testing.T) {
	var s story
	s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, payload(100, 100))
	s.tcp(0, "2001:db8:1::9", "2001:db8:1::1", 0, 443, handshake.Completed, payload(100, 100))
	d := New(catalog.Default(), nil, 0)
	for i := range s.rs {
		if n := testing.AllocsPerRun(100, func() { d.Record(&s.rs[i]) }); n != 0 {
			t.Errorf("record %d: %v allocations", i, n)
		}
	}
}

package findings

import (
	"slices"
	"testing"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

// thresholds are the numbers that docs/FINDINGS.md promises: so many events, the first and
// the last of them so far apart, are a finding, and one fewer or a nanosecond more are none.
var thresholds = []struct {
	what, kind string
	least      int
	within     time.Duration // 0: however long it takes
	event      func(s *story, at int64, i int)
}{
	{"TCP ports", "scan-ports", 15, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Refused)
	}},
	{"SCTP ports", "scan-ports", 15, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), answers(1))
	}},
	{"hosts by TCP", "scan-hosts", 25, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.9.%d.%d", i, 80, handshake.NoAnswer)
	}},
	{"hosts that let in", "scan-answered", 30, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed)
	}},
	{"odd segments", "scan-stealth", 3, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Probe)
	}},
	{"IP protocols", "scan-stealth", 15, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 0, handshake.None, without(uint8(140+i), 0))
	}},
	{"UDP ports", "scan-udp", 15, 5 * time.Minute, func(s *story, at int64, i int) {
		s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), handshake.ExchangeRefused)
	}},
	{"hosts by UDP", "scan-udp", 25, 5 * time.Minute, func(s *story, at int64, i int) {
		s.udp(at, "10.0.0.9", "10.9.%d.%d", i, 161, handshake.Unanswered)
	}},
	{"openings that nobody finishes", "flood-halfopen", 100, 10 * time.Second, func(s *story, at int64, i int) {
		s.tcp(at, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.HalfOpen)
	}},
	{"openings of ten addresses that nobody answers", "flood-halfopen", 100, 10 * time.Second, func(s *story, at int64, i int) {
		s.tcp(at, "172.20.%d.%d", "10.0.0.1", i%10, 80, handshake.NoAnswer)
	}},
	{"openings of nine addresses that nobody answers", "flood-halfopen", 1000, 10 * time.Second, func(s *story, at int64, i int) {
		s.tcp(at, "172.20.%d.%d", "10.0.0.1", i%9, 80, handshake.NoAnswer)
	}},
	{"resets", "flood-reset", 50, 10 * time.Second, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, cut)
	}},
	{"datagrams of a hundred addresses", "flood-datagrams", 1000, 10 * time.Second, func(s *story, at int64, i int) {
		s.udp(at, "8.8.%d.%d", "10.0.0.1", i%100, 53, handshake.Unanswered)
	}},
	{"addresses of datagrams", "flood-datagrams", 100, 0, func(s *story, at int64, i int) {
		for range 20 { // of each
			s.udp(at/1000, "8.8.%d.%d", "10.0.0.1", i, 53, handshake.Unanswered)
		}
	}},
	{"answers to others", "backscatter", 25, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "203.0.113.5", 0, uint16(1000+i), handshake.Unsolicited)
	}},
	{"many that answer", "backscatter", 25, 5 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "8.8.%d.%d", i, 443, handshake.Unsolicited, replied)
	}},
	{"short sessions at a login", "auth-guessing", 30, 30 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(1800, 2200))
	}},
	{"short sessions by FTP", "auth-guessing", 20, 15 * time.Minute, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, payload(60, 90))
	}},
	{"calls by the clock", "beacon", 20, 0, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(500, 700))
	}},
	{"clients of a caller's number", "port-dynamic-server", 3, 0, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.%d.%d", "10.8.0.1", i, 49152, handshake.Completed)
	}},
	{"machines administered", "lateral-admin", 5, 0, func(s *story, at int64, i int) {
		s.tcp(at, "10.0.0.9", "10.8.%d.%d", i, 3389, handshake.Completed)
	}},
}

// raised is the finding of a kind that a story raises.
func raised(s *story, kind string) (f Finding, ok bool) {
	d := New(catalog.Default(), nil, 0)
	for i := range s.rs {
		d.Observe(&s.rs[i])
	}
	for _, f := range d.Findings() {
		if f.Kind == kind {
			return f, true
		}
	}
	return Finding{}, false
}

func TestThresholds(t *testing.T) {
	for _, c := range thresholds {
		tell := func(n int, span time.Duration) (Finding, bool) {
			var s story
			for i := range n {
				c.event(&s, int64(span)*int64(i)/int64(n-1), i)
			}
			return raised(&s, c.kind)
		}
		span := c.within
		if span == 0 {
			span = time.Hour
		}
		// Records carry it from then on; many are not judged one by one.
		var s story
		for i := range 2 * c.least {
			c.event(&s, int64(span)*int64(i)/int64(c.least), i)
		}
		d := New(catalog.Default(), nil, 0)
		for i := range s.rs {
			r := &s.rs[i]
			d.Observe(r)
			carries := slices.ContainsFunc(r.Risks, func(k record.Finding) bool { return k.ID == c.kind && slices.Equal(k.Frames, []uint64{r.FirstFrame}) })
			if i < c.least-1 && carries || i == len(s.rs)-1 && !carries {
				t.Errorf("%s: the record %d of %d has %v", c.what, i+1, len(s.rs), r.Risks)
			}
		}
		if f, ok := tell(c.least, span); !ok || f.Count < uint64(c.least) || len(f.Records) == 0 {
			t.Errorf("%d %s in %v: %+v", c.least, c.what, span, f)
		}
		if f, ok := tell(c.least-1, span); ok {
			t.Errorf("%d %s in %v: %s", c.least-1, c.what, span, f.Kind)
		}
		if f, ok := tell(c.least, span+1); ok && c.within != 0 {
			t.Errorf("%d %s in more than %v: %s", c.least, c.what, span, f.Kind)
		}
	}
}

// TestScanTellsItsOwnDoors: what a scan says of doors that answered and were not used is about those that it tried, not about calls of
// the same two machines hours before, and a door that was tried again is one.
func TestScanTellsItsOwnDoors(t *testing.T) {
	for what, c := range map[string]struct {
		ajar int
		want string
	}{
		"none answered":        {0, "10.0.0.9 tried 20 ports of 10.0.0.1 within 2.71 s, in vain"},
		"three of them, twice": {3, "10.0.0.9 tried 20 ports of 10.0.0.1 within 2.71 s, in vain; answered and not used: 3"},
	} {
		var s story
		for i := range 50 { // a checker that only looks whether the door answers
			s.tcp(int64(i)*60*sec, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Aborted, replied)
		}
		for i := range 40 {
			verdict, with := handshake.Refused, func(*record.Record) {}
			if i%20 < c.ajar {
				verdict, with = handshake.HalfOpen, replied
			}
			s.tcp(7200*sec+int64(i)*sec/7, "10.0.0.9", "10.0.0.1", 0, uint16(20+i%20), verdict, with)
		}
		d := New(catalog.Default(), nil, 0)
		for i := range s.rs {
			d.Observe(&s.rs[i])
		}
		got := ""
		for _, f := range d.Findings() {
			if f.Kind == "scan-ports" {
				got = f.Text(words.English)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

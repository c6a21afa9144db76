package findings

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
)

// No two findings of a list are taken for one another, and what grows is still the same: a
// screen keeps the place by it, and what is told once is known again by it.
func TestIdentity(t *testing.T) {
	distinct := func(name string, fs []Finding) map[Identity]bool {
		seen := map[Identity]bool{}
		for i := range fs {
			id := fs[i].Identity()
			if seen[id] {
				t.Errorf("%s: two findings are %+v", name, id)
			}
			seen[id] = true
		}
		return seen
	}
	for _, c := range slices.Concat(stories, forgeries, borders, office, partial, searches, shells) {
		var s story
		c.tell(&s)
		d := New(catalog.Default(), nil, 0)
		for i := range s.rs {
			d.Observe(&s.rs[i])
		}
		distinct(c.name, d.Findings())
	}

	var s story
	for i := range 6 { // one door, three faults of one kind, two languages out of place
		c := []identify.Certificate{{Subject: "a", NotAfter: 1_600_000_000}, {Subject: "b", SelfSigned: true}, {Subject: "c", NotBefore: 1_800_000_000}}[i%3]
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), certified(c))
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 8888, handshake.Completed, spoke([]string{"ssh", "redis"}[i%2]))
	}
	d := New(catalog.Default(), nil, 0)
	tell := func(part int) map[Identity]bool {
		for i := part * len(s.rs) / 2; i < (part+1)*len(s.rs)/2; i++ {
			d.Observe(&s.rs[i])
		}
		for i := range 40 { // one machine, two tunnels; it answers for names in two ways
			for _, domain := range []string{"t.example", "u.example"} {
				d.Question(netip.MustParseAddr("10.0.0.9"), fmt.Sprintf("k%dm2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1%d.%s.", i+40*part, i*7919, domain), 1, 0, int64(i)*sec, uint64(i+1))
			}
			for _, how := range []string{"llmnr", "nbns"} {
				d.Answer(how, netip.MustParseAddr("10.0.0.9"), fmt.Sprint("name", i), int64(i)*sec, uint64(i+1))
			}
		}
		return distinct("one door", d.Findings())
	}
	half, all := tell(0), tell(1)
	if len(half) < 9 || len(all) != len(half) {
		t.Errorf("%d findings, later %d: %v", len(half), len(all), all)
	}
	for id := range half {
		if !all[id] {
			t.Errorf("%+v is another when it has grown", id)
		}
	}
}

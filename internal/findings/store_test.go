package findings

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"portero/catalog"
	"portero/handshake"
)

// TestStore: under a flood of strangers the store stays in its limit, what it has
// booked is what its tracks hold, new tracks are empty, and who keeps on stays.
func TestStore(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	s := store{limit: 1000 * trackBytes}
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	loyal := keyOf(&subject{actor: addr(1 << 20), port: 1}, 0)
	seen := uint64(0)
	for i := range 20_000 {
		k := keyOf(&subject{actor: addr(r.IntN(1 << 18)), port: 1}, 0)
		if i%20 == 0 {
			k, seen = loyal, seen+1
		}
		before := s.find(&k)
		x := s.at(&k)
		if x.key != k.key || before != nil && x != before {
			t.Fatalf("step %d: the track of another", i)
		}
		if before == nil && (x.total|uint64(x.first)|x.a|x.b|x.next != 0 || len(x.events) > 0 || x.hosts.len() > 0 || x.alone != nil || x.many != nil || x.found != nil) {
			t.Fatalf("step %d: a new track is not empty: %+v", i, x)
		}
		n := 1
		if r.IntN(3) == 0 {
			n = r.IntN(8)
		}
		for j := range n {
			s.add(x, &event{at: int64(i + 1), record: uint64(j)})
		}
		for j := range r.IntN(3) * r.IntN(3) {
			s.host(x, addr(j))
		}
		if r.IntN(4) == 0 {
			x.a, x.b, x.found, x.alone = 1, 2, &Finding{}, &alone{}
		}
		if i%100 > 0 {
			continue
		}
		booked, tracks := int64(0), 0
		kept, rooms := int64(0), map[*event]int{} // by their first octet
		for x := range s.all {
			booked += trackBytes + int64(cap(x.events))*eventBytes + int64(x.hosts.len())*hostBytes
			if x.many != nil {
				booked += int64(len(x.many.whats))*whatBytes + int64(len(x.many.seconds))*secBytes
			}
			tracks++
			if cap(x.events) > 1 {
				rooms[&x.events[:1][0]]++
			}
		}
		for i := range s.drawers.of {
			for _, b := range s.drawers.of[i] {
				kept += int64(cap(b)) * eventBytes
				rooms[&b[:1][0]]++
				if len(b) > 0 || cap(b) != 1<<i {
					t.Fatalf("step %d: room for %d events, %d in it, in drawer %d", i, cap(b), len(b), i)
				}
			}
		}
		for _, n := range rooms {
			if n > 1 {
				t.Fatalf("step %d: two have the same room", i)
			}
		}
		if kept != s.drawers.held || kept > maxDrawers {
			t.Fatalf("step %d: the drawers hold %d octets and think it is %d", i, kept, s.drawers.held)
		}
		// Room is made when somebody comes, not when who is there grows.
		if booked != s.bytes || s.bytes > s.limit+maxEvents*eventBytes || tracks != s.len() {
			t.Fatalf("step %d: %d octets booked, the tracks hold %d, the limit is %d", i, s.bytes, booked, s.limit)
		}
	}
	if x := s.find(&loyal); x == nil || x.total < seen/2 {
		t.Errorf("who came %d times is forgotten", seen)
	}
	if s.dropped < 10_000 {
		t.Errorf("only %d forgotten", s.dropped)
	}
}

// Strangers that come, have some events and are forgotten leave nothing to the garbage
// collector but what stands beside their events.
func TestStrangersLeaveTheirRoom(t *testing.T) {
	s := store{limit: 200 * trackBytes}
	i := 0
	stranger := func() {
		i++
		k := keyOf(&subject{actor: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), port: 1}, 0)
		x := s.at(&k)
		for j := range 100 {
			s.add(x, &event{at: int64(j + 1)})
		}
	}
	for range 10_000 {
		stranger()
	}
	if n := testing.AllocsPerRun(1000, stranger); n > 0 {
		t.Errorf("%v allocations for a stranger with a hundred events", n)
	}
}

// However many words strangers make up, only so many are told apart, and each that is costs its
// share of the memory.
func TestWordsAreBounded(t *testing.T) {
	var s store
	for i := range 3 * maxTexts {
		n := names{"port-mismatch", string(rune('a'+i%26)) + netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String()}
		id := s.number(n)
		if (id != 0) != (i < maxTexts) || s.number(n) != id {
			t.Fatalf("word %d has number %d, then %d", i, id, s.number(n))
		}
	}
	if len(s.texts) != maxTexts || s.bytes < maxTexts*60 {
		t.Errorf("%d words in %d octets", len(s.texts), s.bytes)
	}
}

// The busiest time is the one that a count of every window gives, whatever is not wanted comes
// between.
func TestBusiest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var es []event
		for i := range 1 + r.IntN(40) {
			es = append(es, event{at: int64(r.IntN(30)), record: uint64(i), what: uint32(r.IntN(3))})
		}
		w := int64(r.IntN(12))
		want, kinds := 0, 0
		for from := int64(0); from < 30; from++ {
			n, what := 0, map[uint32]bool{}
			for _, e := range es {
				if e.at >= from && e.at <= from+w {
					what[e.what] = true
					if e.what == 1 {
						n++
					}
				}
			}
			want, kinds = max(want, n), max(kinds, len(what))
		}
		best, n := busiest(es, time.Duration(w), func(e event) bool { return e.what == 1 })
		hits := 0
		for _, e := range best {
			if e.what == 1 {
				hits++
			}
		}
		if n != want || hits != want || len(best) > 0 && best[len(best)-1].at-best[0].at > w {
			t.Fatalf("%d hits, %d in %v, want %d within %d of %v", n, hits, best, want, w, es)
		}
		if _, n := densest(es, time.Duration(w)); n != kinds {
			t.Fatalf("%d kinds, want %d within %d of %v", n, kinds, w, es)
		}
	}
}

// A door is as old as its first answer, in whatever order its connections end.
func TestADoorIsAsOldAsItsFirstAnswer(t *testing.T) {
	for _, first := range []int64{60, 4000} {
		var s story
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed)
		s.tcp(4500*sec, "10.0.0.9", "10.0.0.1", 0, 8080, handshake.Completed)
		s.tcp(first*sec, "10.0.0.8", "10.0.0.1", 0, 8080, handshake.Completed) // ends last
		d := New(catalog.Default(), nil, 0)
		for i := range s.rs {
			d.Observe(&s.rs[i])
		}
		found := false
		for _, f := range d.Findings() {
			found = found || f.Kind == "listener-new" && f.Port == 8080
		}
		if found != (first > 3600) {
			t.Errorf("a door that first answered after %d s is new: %v", first, found)
		}
	}
}

// Who can have an address, and who cannot, up to the borders of the blocks.
func TestImpossibleSenders(t *testing.T) {
	other := netip.MustParseAddr("192.0.2.1")
	for a, want := range map[string]string{"0.0.0.0": "", "0.0.0.1": "0.0.0.0/8", "0.255.255.255": "0.0.0.0/8", "1.0.0.0": "", "126.255.255.255": "", "127.0.0.1": "loopback", "128.0.0.0": "", "223.255.255.255": "",
		"224.0.0.0": "multicast", "239.255.255.255": "multicast", "240.0.0.0": "240.0.0.0/4", "255.255.255.255": "240.0.0.0/4", "::": "", "::1": "loopback", "ff02::1": "multicast", "2001:db8::1": ""} {
		if got := never(netip.MustParseAddr(a), other); got != want {
			t.Errorf("%s: %q, want %q", a, got, want)
		}
	}
	if got := never(netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")); got != "" {
		t.Errorf("inside one machine: %q", got)
	}
}

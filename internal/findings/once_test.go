package findings

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
)

// TestOnce: whoever is seen once, twice or often has the events, other ends and sums that a plain map would
// have, wherever they are kept, also where hashes collide and positions begin again.
func TestOnce(t *testing.T) {
	for _, bits := range []uint32{0xff, 0xffffffff} {
		rnd := rand.New(rand.NewPCG(7, uint64(bits)))
		s := store{limit: 1 << 40}
		s.ones.head, s.ones.tail = onceBit-1000&^63, onceBit-1000&^63
		type want struct {
			events []event
			others map[netip.Addr]bool
			a, b   uint64
		}
		model := map[key]*want{}
		for i := range 30_000 {
			k := keyOf(&subject{actor: netip.AddrFrom4([4]byte{10, 9, byte(rnd.IntN(1 + i/100)), byte(rnd.IntN(40))}), port: uint16(rnd.IntN(3))}, 0)
			k.tag &= bits
			w := model[k.key]
			if w == nil {
				w = &want{others: map[netip.Addr]bool{}}
				model[k.key] = w
			}
			e := event{at: int64(i + 1), what: uint32(i), file: uint32(i % 3), size: uint64(i) * 2, record: uint64(i) * 3, frame: uint64(i) * 4}
			w.events = append(w.events, e)
			var other *end
			if rnd.IntN(2) == 0 {
				other = new(end)
				other.set(netip.AddrFrom16([16]byte{0x20, 1, 15: byte(rnd.IntN(4))}))
				w.others[other.addr] = true
			}
			w.a += 5
			w.b += 7
			if rnd.IntN(8) == 0 { // another way to the track
				x := s.at(&k)
				s.add(x, &e)
				x.a, x.b = x.a+5, x.b+7
				if other != nil {
					s.host(x, other.addr)
				}
				continue
			}
			if x := s.sight(&k, &e, other, 5, 7); x != nil {
				s.add(x, &e)
				x.a, x.b = x.a+5, x.b+7
				if other != nil {
					s.host(x, other.addr)
				}
			} else if len(w.events) > 1 {
				t.Fatalf("step %d: seen %d times, and taken for new", i, len(w.events))
			}
		}
		alone := 0
		for x := range s.all {
			w := model[x.key]
			if w == nil || !slices.Equal(x.events, w.events) || x.total != uint64(len(w.events)) || x.first != w.events[0].at || x.last != w.events[len(w.events)-1].at ||
				x.a != w.a || x.b != w.b || x.hosts.len() != len(w.others) {
				t.Fatalf("%+v, want %+v", x, w)
			}
			for a := range w.others {
				if x.hosts.add(a) {
					t.Fatalf("%v is no other end of %+v", a, x)
				}
			}
			if x.total == 1 {
				alone++
			}
			delete(model, x.key)
		}
		if len(model) > 0 || s.ones.live == 0 || alone < s.ones.live {
			t.Errorf("%d subjects are missing; %d of %d seen once", len(model), s.ones.live, alone)
		}
		if s.ones.tail > 1<<20 {
			t.Errorf("positions did not begin again: %d", s.ones.tail)
		}
	}
}

// TestOnceForgotten: the oldest stranger goes first; who was seen again stays while strangers have more than their
// share, and they keep that; they never have more than a third. Room is made when somebody comes, not when who is there grows.
func TestOnceForgotten(t *testing.T) {
	s := store{limit: 1000 * onceBytes}
	who := func(n int) *topic {
		k := keyOf(&subject{actor: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})}, 0)
		return &k
	}
	check := func(what string) {
		t.Helper()
		booked, n := int64(s.ones.span())*onceBytes, 0
		for x := range s.index.all {
			booked += trackBytes + int64(cap(x.events))*eventBytes + int64(x.hosts.len())*hostBytes
		}
		for range s.all {
			n++
		}
		if booked != s.bytes || s.bytes > s.limit+4*eventBytes || n != s.held() {
			t.Fatalf("%s: %d octets booked, %d held, the limit is %d; %d subjects of %d", what, s.bytes, booked, s.limit, n, s.held())
		}
		slabs := 0
		for _, x := range s.ones.slabs {
			if x != nil {
				slabs++
			}
		}
		if slabs > s.ones.span()/slabOnce+2 {
			t.Fatalf("%s: %d slabs for %d", what, slabs, s.ones.span())
		}
	}
	for n := range 5000 {
		if s.sight(who(n), &event{at: int64(n) + 1}, nil, 0, 0) != nil {
			t.Fatalf("%d is known", n)
		}
		check("strangers")
	}
	const kept = 1000/onceMost + 1
	if s.dropped != 5000-kept || s.lookup(who(4999-kept)) != 0 || s.lookup(who(5000-kept)) == 0 {
		t.Errorf("%d forgotten, not those that came first", s.dropped)
	}
	// All that are left are seen again.
	for n := 4999; n >= 5000-kept; n-- {
		if x := s.sight(who(n), &event{at: 9000}, nil, 0, 0); x != nil {
			s.add(x, &event{at: 9000})
		}
		check("again")
	}
	again := s.len()
	if again < 200 {
		t.Fatalf("%d have a track", again)
	}
	for n := range 5000 {
		s.sight(who(10_000+n), &event{at: 9001}, nil, 0, 0)
		check("more strangers")
	}
	if n := int64(s.ones.live) * onceBytes; n < s.limit/onceShare-trackBytes {
		t.Errorf("strangers have %d octets of %d", n, s.limit)
	}
	if s.len() < again*3/4 {
		t.Errorf("%d of %d that came twice are left", s.len(), again)
	}
}

// TestAnswersOfDoorsThatAmplify: who gets answers as large as a finding from one door carries it with the first of them, who gets
// them from several with the one that makes it large; of the many that ask each once no track is kept.
func TestAnswersOfDoorsThatAmplify(t *testing.T) {
	ask := func(d *Detector, from string, n int, octets uint64) bool {
		var s story
		s.udp(int64(n)*sec, from, "8.8.4.4", n, 53, handshake.Answered, payload(40, octets), packets(1, 80))
		d.Observe(&s.rs[0])
		return slices.ContainsFunc(s.rs[0].Risks, func(k record.Finding) bool { return k.ID == "flood-amplify" })
	}
	d := New(catalog.Default(), nil, 0)
	for _, c := range []struct {
		from   string
		octets uint64
		want   bool
	}{
		{"9.9.9.1", ampBytes, true},
		{"9.9.9.2", ampBytes - 1, false},
		{"9.9.9.2", 1, true},
		{"9.9.9.3", ampBytes / 2, false},
		{"9.9.9.3", ampBytes, true},
	} {
		if got := ask(d, c.from, 0, c.octets); got != c.want {
			t.Errorf("%d octets for %s: %v", c.octets, c.from, got)
		}
	}
	d = New(catalog.Default(), nil, 0)
	for n := range 1000 {
		if ask(d, "9.8.%d.%d", n, 400) {
			t.Fatalf("%d: told of one answer of 400 octets", n)
		}
	}
	if st := &d.rules[rAmplify].store; st.len() != 0 || st.held() != 1000 {
		t.Errorf("%d tracks for 1,000 that asked once, %d held", st.len(), st.held())
	}
}

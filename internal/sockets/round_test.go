package sockets

import (
	"net/netip"
	"testing"

	"portero/capture"
)

// told is an Asker that says of every end the next of a list, and the last of it from then on.
type told struct {
	asked
	says  []Match
	times int
}

func (a *told) Find(qs []Query) ([]Owner, error) {
	m := a.says[min(a.times, len(a.says)-1)]
	a.times++
	out := make([]Owner, len(qs))
	for i := range out {
		out[i] = Owner{Match: m}
	}
	return out, nil
}

// What is not exact is asked for again, as long as that may help, and what was found once stays.
func TestWhatIsAskedForAgain(t *testing.T) {
	here, far := netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("198.51.100.1:443")
	for name, c := range map[string]struct {
		proto uint8
		says  []Match
		times int
		want  Match
	}{
		"found at once":                    {capture.ProtoTCP, []Match{Exact}, 1, Exact},
		"accepted at the third try":        {capture.ProtoTCP, []Match{ByPort, ByPort, Exact}, 3, Exact},
		"never accepted":                   {capture.ProtoTCP, []Match{ByPort}, 1 + len(again), ByPort},
		"a datagram's by its port":         {capture.ProtoUDP, []Match{ByPort}, 1, ByPort},
		"ended":                            {capture.ProtoTCP, []Match{Ended}, 2, Ended},
		"ended, as it seemed":              {capture.ProtoTCP, []Match{Ended, Exact}, 2, Exact},
		"not accepted, and ended then":     {capture.ProtoTCP, []Match{ByPort, Ended}, 2, ByPort},
		"ended, as it seemed, by its port": {capture.ProtoTCP, []Match{Ended, ByPort, Exact}, 3, Exact},
		"hidden":                           {capture.ProtoTCP, []Match{Hidden}, 1, Hidden},
		"the kernel's":                     {capture.ProtoTCP, []Match{Kernel}, 1, Kernel},
	} {
		a := &told{says: c.says}
		p := &Pair{A: here, B: far}
		n := &Namer{ask: a, known: map[uint64]*Pair{1: p}}
		batch := []ticket{{id: 1, proto: c.proto, pair: p, ends: [2]bool{true, false}}}
		for len(batch) > 0 && a.times < 50 {
			batch = n.round(batch)
		}
		if a.times != c.times || p.Owners[0].Match != c.want || p.Owners[1].Match != NoMatch {
			t.Errorf("%s: asked %d times, want %d; %v, want %v; the far end %v", name, a.times, c.times, p.Owners[0].Match, c.want, p.Owners[1].Match)
		}
	}
}

// What a picture of all sockets says of one: by who has it, or why nobody is seen to.
func TestMatchesOfAPicture(t *testing.T) {
	for _, all := range []bool{false, true} {
		n := &Snapshot{
			Programs: []Program{{Name: "a", Path: "/bin/a"}, {Name: "a", Path: "/bin/a"}, {Name: "b", Path: "/bin/a"}, {Name: "a", Path: "/bin/b"}},
			Sockets: []Socket{{Inode: 1, Owners: []int32{0}}, {Inode: 2, Owners: []int32{0, 1}}, {Inode: 3, Owners: []int32{0, 1, 2}}, {Inode: 4, Owners: []int32{0, 3}},
				{Inode: 0, State: Established}, {Inode: 0, State: Listen}, {Inode: 0, State: Bound}, {Inode: 5, State: Established}},
		}
		n.settle(all)
		unseen, hidden := Hidden, 3
		if all {
			unseen, hidden = Kernel, 0
		}
		for i, want := range []Match{Exact, Exact, Guessed, Guessed, Ended, unseen, unseen, unseen} {
			if got := n.Sockets[i].Match; got != want {
				t.Errorf("all seen %v, socket %d: %v, want %v", all, i, got, want)
			}
		}
		if n.Hidden != hidden {
			t.Errorf("all seen %v: %d hidden", all, n.Hidden)
		}
	}
}

// What no program has accepted yet belongs to who listens for it, in its network namespace, at its very address first.
func TestNotAcceptedYet(t *testing.T) {
	at := netip.MustParseAddrPort
	tcp := func(inode uint64, local string, st State, ns uint64, owners ...int32) Socket {
		return Socket{Proto: capture.ProtoTCP, Inode: inode, Local: at(local), State: st, NetNS: ns, Owners: owners, Dual: local[0] == '['}
	}
	for _, all := range []bool{false, true} {
		unseen := Hidden
		if all {
			unseen = Kernel
		}
		n := &Snapshot{
			Programs: []Program{{Name: "any"}, {Name: "one"}, {Name: "six"}, {Name: "other"}},
			Sockets: []Socket{
				tcp(1, "0.0.0.0:80", Listen, 0, 0), tcp(2, "192.0.2.1:80", Listen, 0, 1), tcp(3, "[::]:81", Listen, 0, 2), tcp(4, "0.0.0.0:80", Listen, 7, 2, 3), tcp(5, "0.0.0.0:82", Listen, 0),
				tcp(0, "192.0.2.1:80", Established, 0), tcp(0, "192.0.2.2:80", CloseWait, 0), tcp(0, "192.0.2.2:81", SynReceived, 0), tcp(0, "192.0.2.1:80", Established, 7), tcp(0, "192.0.2.1:82", Established, 0),
				tcp(0, "192.0.2.1:83", Established, 0), tcp(0, "192.0.2.1:80", TimeWait, 0), tcp(0, "192.0.2.1:80", FinWait2, 0),
			},
		}
		n.settle(all)
		for i, want := range []struct {
			m    Match
			name string
		}{{ByPort, "one"}, {ByPort, "any"}, {ByPort, "six"}, {Guessed, "six"}, {unseen, ""}, {Ended, ""}, {Ended, ""}, {Ended, ""}} {
			s := &n.Sockets[5+i]
			name := ""
			if p := n.Owner(s); p != nil {
				name = p.Name
			}
			if s.Match != want.m || name != want.name {
				t.Errorf("all seen %v, %v %v: %v %q, want %v", all, s.Local, s.State, s.Match, name, want)
			}
		}
	}
}

// While more connections open than can be looked up, nobody is asked a second time for one while others wait for the first.
func TestFirstQuestionsComeFirst(t *testing.T) {
	n := &Namer{opened: make(chan ticket, maxTickets)}
	for _, c := range []struct {
		opened, waiting int
		want            bool
	}{{0, 0, true}, {0, maxTickets - 1, true}, {0, maxTickets, false}, {maxTickets/2 - 1, 0, true}, {maxTickets / 2, 0, false}, {maxTickets, 10, false}} {
		for len(n.opened) < c.opened {
			n.opened <- ticket{}
		}
		if got := n.mayWait(c.waiting); got != c.want {
			t.Errorf("%d to be asked for, %d again: %v", c.opened, c.waiting, got)
		}
	}
}

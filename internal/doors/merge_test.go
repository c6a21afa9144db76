package doors

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

func TestMergeIsTheSum(t *testing.T) {
	var a, b, both Tally
	for i, to := range []string{"192.0.2.1:80", "192.0.2.1:80", "192.0.2.2:22", "[2001:db8::1]:443"} {
		for j, v := range []handshake.Verdict{handshake.Completed, handshake.Refused, handshake.NoAnswer} {
			r := seen(capture.ProtoTCP, fmt.Sprintf("198.51.100.%d:%d", i*3+j, 1000+i), to, v)
			r.ID, r.First, r.Last, r.Orig.Payload = uint64(i*3+j+1), int64(i), int64(10*i+j), 7
			if (i+j)%2 == 0 {
				a.Add(r)
			} else {
				b.Add(r)
			}
			both.Add(r)
		}
	}
	show := func(t *Tally) (out []string) {
		for _, d := range t.Doors() {
			out = append(out, fmt.Sprintf("%v %v %d %d %d %d %d %d %d", d.Key, d.State, d.Attempts, d.Accepted, d.Refused, d.BytesIn, d.First, d.Last, d.Clients()))
		}
		for _, h := range t.Hosts() {
			out = append(out, fmt.Sprintf("%v %d %d %d %d %d %d %d %d", h.Addr, h.Opened, h.Received, h.Failed, h.OpenDoors, h.BytesIn, h.BytesOut, h.Last, h.Peers()))
		}
		return out
	}
	before := fmt.Sprint(show(&a), show(&b))
	if got, want := fmt.Sprint(show(Merge(&a, &b))), fmt.Sprint(show(&both)); got != want {
		t.Errorf("merged:\n%s\nadded to one:\n%s", got, want)
	}
	if after := fmt.Sprint(show(&a), show(&b)); after != before {
		t.Error("Merge changed what it was given")
	}
}

// The last connection of a door may say nothing: its number does not rename what was
// spoken there before, in one tally or two.
func TestWhatWasSpokenNamesTheDoor(t *testing.T) {
	for _, x := range []struct{ said, want, called string }{
		{"cbt/port redis/payload cbt/port", "redis", "redis"},
		{"cbt/port", "cbt", "cbt?"},
		{"http/payload tls/payload", "tls", "tls"},
		{"tls/payload http/payload", "tls", "tls"},
		{"ours/user", "ours", "ours"},
		{"ssh/payload http/payload", "http", "http"},
		{"redis/payload /", "redis", "redis"},
	} {
		said := strings.Fields(x.said)
		for cut := range len(said) + 1 {
			var a, b Tally
			for i, s := range said {
				r := seen(capture.ProtoTCP, "198.51.100.1:4000", "192.0.2.1:7777", handshake.Completed)
				r.Service, r.ServiceBy, _ = strings.Cut(s, "/")
				if i < cut {
					a.Add(r)
				} else {
					b.Add(r)
				}
			}
			if d := Merge(&a, &b).Doors(); len(d) != 1 || d[0].Service != x.want || d[0].Called() != x.called {
				t.Errorf("%s, cut at %d: %+v", x.said, cut, d)
			}
		}
	}
}

func TestDiffOfServices(t *testing.T) {
	for _, x := range []struct{ before, now, want string }{
		{"http/payload", "ssh/payload", "http ssh"},
		{"http-alt/port", "ours/user", "http-alt ours"},
		{"http/payload", "http/payload", ""},
		{"redis/payload", "cbt/port", ""},
		{"https/port", "tls/payload", ""},
		{"/", "ssh/payload", ""},
		{"ssh/payload", "/", ""},
	} {
		var both [2]Tally
		for i, s := range []string{x.before, x.now} {
			r := seen(capture.ProtoTCP, "198.51.100.1:4000", "192.0.2.1:7777", handshake.Completed)
			r.Service, r.ServiceBy, _ = strings.Cut(s, "/")
			both[i].Add(r)
		}
		got := ""
		for _, c := range Diff(&both[0], &both[1]) {
			got = c.Before + " " + c.Now
		}
		if got != x.want {
			t.Errorf("%s, then %s: %q, want %q", x.before, x.now, got, x.want)
		}
	}
}

func TestPruneKeepsOpenDoors(t *testing.T) {
	var ta Tally
	for i := range 5000 {
		v := handshake.Refused
		if i%100 == 0 {
			v = handshake.Completed
		}
		r := seen(capture.ProtoTCP, fmt.Sprintf("198.51.%d.%d:1", i/250, i%250), fmt.Sprintf("192.0.2.1:%d", i+1), v)
		r.Last = int64(i + 2)
		ta.Add(r)
		ta.Prune(1000)
		if n := len(ta.doors); n > 1000 {
			t.Fatalf("%d doors", n)
		}
	}
	open := 0
	for _, d := range ta.Doors() {
		if d.State == Open {
			open++
		}
	}
	if open != 50 || ta.Door(Key{seen(6, "192.0.2.9:1", "192.0.2.1:1", 0).Resp.Addr, 5000, capture.ProtoTCP}) == nil || len(ta.hosts) > 1000 {
		t.Errorf("%d of 50 open doors are left, %d hosts", open, len(ta.hosts))
	}
}

// What finds no room is counted, and what is known of the rest stays right.
func TestFit(t *testing.T) {
	var x Tally
	x.Fit(20 * 2 * entryCost)
	for round := range 2 {
		for i := range 100 {
			r := record.Record{HasPorts: true, Proto: 6, Handshake: handshake.NoAnswer, ID: uint64(round*100 + i + 1)}
			r.Orig.Addr, r.Resp.Addr = netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrFrom4([4]byte{10, 0, 1, byte(i)})
			r.Resp.Port = 80
			x.Add(&r)
		}
	}
	if n := len(x.Doors()); n != 20 {
		t.Errorf("%d doors", n)
	}
	if x.Dropped != 2*(100-19) { // 19 hosts beside who knocks
		t.Errorf("%d dropped", x.Dropped)
	}
	if d := x.Doors()[0]; d.Attempts != 2 || d.Silent != 2 {
		t.Errorf("%+v", d)
	}
}

// An address is no name, and does not take the place of one.
func TestAnAddressIsNoName(t *testing.T) {
	var ta Tally
	for i, name := range []string{"192.0.2.1", "door.example", "192.0.2.1", "[2001:db8::1]"} {
		r := seen(6, "198.51.100.1:1", "192.0.2.1:80", handshake.Completed)
		r.ID, r.ServerName = uint64(i+1), name
		ta.Add(r)
		if h := ta.Hosts()[0]; i == 0 && h.Name != "" || i > 0 && h.Name != "door.example" {
			t.Errorf("after %q the host is called %q", name, h.Name)
		}
	}
}

// A door that was refused and answered at once is open: only a listener sends a SYN-ACK, and a RST in its name anybody on
// the way. One that was only refused is closed.
func TestARefusalWithItsAnswerIsAnOpenDoor(t *testing.T) {
	for answer, want := range map[uint64]State{0: Closed, 3: Open} {
		r := seen(capture.ProtoTCP, "198.51.100.1:1000", "192.0.2.1:80", handshake.Refused)
		r.SYNFrame, r.RSTFrame, r.SYNACKFrame = 1, 2, answer
		var d Tally
		d.Add(r)
		if ds := d.Doors(); len(ds) != 1 || ds[0].State != want {
			t.Errorf("SYN-ACK in frame %d: %+v, want %v", answer, ds, want)
		}
	}
}

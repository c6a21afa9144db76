package findings

import (
	"fmt"
	"net/netip"
	"testing"

	"portero/catalog"
	"portero/internal/who"
)

// TestSweep: who asks for many neighbours in vain within a minute is told, who serves a net
// only as information, and who asks for those that are there not at all.
func TestSweep(t *testing.T) {
	at := func(a, b, c, e int) netip.Addr { return netip.AddrFrom4([4]byte{byte(a), byte(b), byte(c), byte(e)}) }
	me, mac := at(10, 0, 0, 9), who.MAC{2, 0, 0, 0, 0, 9}
	// each asks for n addresses of a net, gap ns apart.
	each := func(d *Detector, from, n int, gap int64) {
		for i := range n {
			d.Ask(me, at(10, 0, (from+i)>>8, (from+i)&255), int64(i)*gap, uint64(i+1))
		}
	}
	for what, c := range map[string]struct {
		tell func(d *Detector)
		want string
	}{
		"a sweep":      {func(d *Detector) { each(d, 10, 100, sec/100) }, "scan-arp low 100 of 100"},
		"twenty-five":  {func(d *Detector) { each(d, 10, 25, sec) }, "scan-arp low 25 of 25"},
		"twenty-four":  {func(d *Detector) { each(d, 10, 24, sec) }, ""},
		"one a minute": {func(d *Detector) { each(d, 10, 200, 61*sec) }, ""},
		"the same again": {func(d *Detector) {
			for range 9 {
				each(d, 10, 20, sec/100)
			}
		}, ""},
		"who asks twice for all": {func(d *Detector) { each(d, 10, 50, sec/100); each(d, 10, 50, sec/100) }, "scan-arp low 50 of 50"},
		"a second, larger one": {func(d *Detector) {
			each(d, 10, 30, sec/100)
			for i := range 60 {
				d.Ask(me, at(10, 0, 7, i), 300*sec+int64(i), uint64(100+i))
			}
		}, "scan-arp low 60 of 60"},
		"a second, smaller one": {func(d *Detector) {
			each(d, 10, 60, sec/100)
			for i := range 30 {
				d.Ask(me, at(10, 0, 7, i), 300*sec+int64(i), uint64(100+i))
			}
		}, "scan-arp low 60 of 60"},
		"neighbours that are there": {func(d *Detector) {
			each(d, 10, 100, sec/100)
			for i := range 100 { // some answer, some speak of themselves later
				d.Claim(at(10, 0, 0, 10+i), who.MAC{2, 0, 0, 0, 1, byte(i)}, int64(i)*sec, uint64(200+i))
			}
		}, ""},
		// A port of a switch passes on the questions, which are for all, and no answer.
		"neighbours that speak after its window": {func(d *Detector) {
			each(d, 10, 100, sec/100)
			d.Ask(me, at(10, 0, 7, 1), 300*sec, 150)
			for i := range 80 {
				d.Claim(at(10, 0, 0, 10+i), who.MAC{2, 0, 0, 0, 1, byte(i)}, 400*sec, uint64(200+i))
			}
		}, ""},
		"in vain, after neighbours that spoke late": {func(d *Detector) {
			each(d, 10, 100, sec/100)
			for i := range 80 {
				d.Claim(at(10, 0, 0, 10+i), who.MAC{2, 0, 0, 0, 1, byte(i)}, 200*sec, uint64(200+i))
			}
			for i := range 30 {
				d.Ask(me, at(10, 0, 7, i), 300*sec+int64(i), uint64(400+i))
			}
			d.Ask(me, at(10, 0, 7, 1), 500*sec, 500)
		}, "scan-arp low 30 of 30"},
		"half of them are there": {func(d *Detector) {
			for i := range 50 {
				d.Claim(at(10, 0, 0, 10+i), who.MAC{2, 0, 0, 0, 1, byte(i)}, 0, uint64(200+i))
			}
			each(d, 10, 100, sec/100)
		}, "scan-arp low 50 of 100"},
		"strange nets": {func(d *Detector) {
			for i := range 200 {
				d.Ask(me, at(93, i, 4, 5), int64(i), uint64(i+1))
			}
		}, ""},
		"who hands addresses out": {func(d *Detector) { d.Answer("dhcp", me, "", 0, 1); each(d, 10, 100, sec/100) }, "scan-arp info 100 of 100"},
		"a gateway by DHCP":       {func(d *Detector) { each(d, 10, 100, sec/100); d.Answer("router", me, "", sec, 1) }, "scan-arp info 100 of 100"},
		"a gateway that others asked for": {func(d *Detector) {
			d.Claim(me, mac, 0, 1)
			for i := range 3 {
				d.Ask(at(10, 0, 9, i), me, 0, uint64(i+2))
			}
			each(d, 10, 100, sec/100)
		}, "scan-arp info 100 of 100"},
		"one that two asked for, again and again": {func(d *Detector) {
			d.Claim(me, mac, 0, 1)
			for i := range 30 {
				d.Ask(at(10, 0, 9, i%2), me, 0, uint64(i+2))
			}
			each(d, 10, 100, sec/100)
		}, "scan-arp low 100 of 100"},
		"one whom those it found ask for": {func(d *Detector) {
			d.Claim(me, mac, 0, 1)
			each(d, 10, 100, sec/100)
			for i := range 9 {
				d.Ask(at(10, 0, 9, i), me, sec, uint64(i+200))
			}
			for i := range 100 {
				d.Ask(me, at(10, 0, 8, i), 100*sec+int64(i), uint64(300+i))
			}
		}, "scan-arp low 100 of 100"},
		"a clock that goes back": {func(d *Detector) {
			for i := range 100 {
				d.Ask(me, at(10, 0, 0, 10+i), int64(1000-i*7)*sec, uint64(i+1))
			}
		}, ""},
	} {
		d := New(catalog.Default(), nil, 0)
		c.tell(d)
		for range 2 { // to be asked changes nothing
			got := ""
			for _, f := range d.Findings() {
				got += fmt.Sprintf("%s %s %d of %d", f.Kind, f.Severity, f.Count, f.Of)
				if len(f.Frames) == 0 || f.First > f.Last || f.Actor != me {
					t.Errorf("%s: %+v", what, f)
				}
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", what, got, c.want)
			}
		}
	}
}

// TestSweepIsBounded: a flood of forged askers is counted and leaves room for one who comes
// when it is over, and for tunnels.
func TestSweepIsBounded(t *testing.T) {
	d := New(catalog.Default(), nil, 4<<20)
	at := int64(0)
	for i := range 200_000 {
		at += sec / 1000
		a := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		d.Ask(a, netip.AddrFrom4([4]byte{10, byte(i >> 16), 255, 1}), at, uint64(i+1))
	}
	h := &d.heard
	if h.asked > h.limit/sweepShare || h.bytes > h.limit || h.dropped == 0 || len(h.askers) == 0 {
		t.Errorf("%d of %d octets for askers, %d in all, %d dropped", h.asked, h.limit, h.bytes, h.dropped)
	}
	at += 2 * int64(sweepWindow)
	for i := range 250 {
		d.Ask(netip.MustParseAddr("10.0.0.9"), netip.AddrFrom4([4]byte{10, 0, 3, byte(i)}), at, uint64(i+1))
	}
	if fs := d.Findings(); len(fs) != 1 || fs[0].Kind != "scan-arp" || fs[0].Count != 250 {
		t.Errorf("%+v", fs)
	}
	at += 2 * int64(sweepWindow)
	for i := range 200_000 { // all addresses of ever new askers
		d.Ask(netip.AddrFrom4([4]byte{10, 0, byte(i >> 14), 1}), netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), at+int64(i)*sec/1000, uint64(i+1))
	}
	if h.asked > h.limit/sweepShare || h.bytes > h.limit {
		t.Errorf("%d of %d octets for askers, %d in all", h.asked, h.limit, h.bytes)
	}
	sum := int64(0)
	for _, a := range h.askers {
		sum += askerBytes + int64(len(a.targets)+len(a.vain))*soughtBytes
	}
	if sum != h.asked {
		t.Errorf("%d octets booked, %d in use", h.asked, sum)
	}
}

// The first eight frames of a sweep stand for all of them.
func TestFramesOfASweep(t *testing.T) {
	for n, want := range map[int]int{25: 8, 500: 8} {
		d := New(catalog.Default(), nil, 0)
		for i := range n {
			d.Ask(netip.AddrFrom4([4]byte{10, 0, 0, 9}), netip.AddrFrom4([4]byte{10, 0, byte(1 + i>>8), byte(i)}), int64(i)*sec/1000, uint64(i+1))
		}
		if fs := d.Findings(); len(fs) != 1 || len(fs[0].Frames) != want || fs[0].Frames[0] != 1 || fs[0].Frames[want-1] != uint64(want) {
			t.Errorf("%d asked for: %+v", n, fs)
		}
	}
}

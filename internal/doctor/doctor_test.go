package doctor

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/words"
)

// everything is a doctor and totals that give every remark there is but
// truncated_packets, which flags_cut replaces.
func everything() (*Doctor, Totals) {
	d := &Doctor{}
	for i := range 5 {
		d.Packet(&capture.Packet{Index: uint64(i + 1), Src: [16]byte{10: 0xff, 11: 0xff, 15: byte(i)}, Bits: capture.Cut | capture.NoFlags | capture.BadSum | capture.PartialSum | capture.Orphan})
	}
	for i := range 2 {
		d.Packet(&capture.Packet{Index: uint64(i + 6), Bits: capture.PartialSum | capture.Unchecked})
	}
	f := &capture.Frame{Index: 9, Link: 147}
	d.NotIP(capture.UnknownLink, capture.Reason{}, f)
	d.NotIP(capture.Malformed, capture.Reason{}, f)
	d.NotIP(capture.NotIP, capture.Reason{}, f)
	return d, Totals{Frames: 100, Backwards: 50, JumpsAhead: 1, JumpsBack: 2, Duplicates: 1, OneWay: 9, Midstream: 9, TCP: 10, OneSidedVLAN: 1, Reordered: 2,
		Evicted: 3, EvictedHalfOpen: 2, Links: []string{"ethernet", "raw"}, Mistimed: []Mistimed{{Frames: 2, Offset: 24}}, Problems: []error{errors.New("x.pcap: ends inside packet 3")}}
}

func TestRemarksInBothLanguages(t *testing.T) {
	d, totals := everything()
	rs := d.Remarks(totals)
	if len(rs) != 19 {
		t.Errorf("%d remarks, not all nineteen", len(rs))
	}
	seen := map[string]bool{}
	for i := range rs {
		r := &rs[i]
		seen[r.ID] = true
		en, effect := r.In(words.English)
		es, efecto := r.In(words.Spanish)
		if en != r.Text || effect != r.Effect || en == "" {
			t.Errorf("%s: English is %q, %q", r.ID, en, effect)
		}
		if r.ID != "damaged" && (es == en || es == "") || (effect == "") != (efecto == "") || effect != "" && effect == efecto {
			t.Errorf("%s is not told in Spanish: %q, %q", r.ID, es, efecto)
		}
		if strings.Contains(en+effect+es+efecto, "%!") {
			t.Errorf("%s: %q %q %q %q", r.ID, en, effect, es, efecto)
		}
	}
	for i := 1; i < len(rs); i++ {
		if rs[i].Severity == "warning" && rs[i-1].Severity != "warning" {
			t.Error("warnings do not come first")
		}
	}
	for _, r := range rs {
		if r.ID == "one_direction" && r.spanish.text != "de 10 conexiones TCP, 9 muestran un solo sentido" {
			t.Error(r.spanish.text)
		}
	}
	whole := &Doctor{}
	whole.Packet(&capture.Packet{Index: 1, Bits: capture.Cut})
	if rs := whole.Remarks(Totals{}); len(rs) != 1 || rs[0].ID != "truncated_packets" {
		t.Error(rs)
	}
}

// A capture to be shared names neither files nor addresses.
func TestPrivate(t *testing.T) {
	d, totals := everything()
	totals.Private = true
	for _, r := range d.Remarks(totals) {
		if all := r.Text + r.spanish.text; strings.Contains(all, "x.pcap") || strings.Contains(all, "0.0.0.") {
			t.Error(all)
		}
	}
}

// One connection shows, two show.
func TestOneIsSingular(t *testing.T) {
	for _, c := range []struct {
		n, all uint64
		en, es string
	}{{1, 1, "the one TCP connection shows x", "la única conexión TCP muestra x"}, {1, 9, "1 of 9 TCP connections shows x", "de 9 conexiones TCP, 1 muestra x"}, {9, 9, "9 of 9 TCP connections show x", "de 9 conexiones TCP, 9 muestran x"}} {
		if got := ofTCP(c.n, c.all, text{"shows x", "muestra x"}, text{"show x", "muestran x"}); got.en != c.en || got.es != c.es {
			t.Errorf("%+v", got)
		}
	}
}

// Of one frame, fragment or connection nothing is said in the plural, in either language.
func TestRemarksOnOne(t *testing.T) {
	d := &Doctor{}
	d.Packet(&capture.Packet{Index: 1, Bits: capture.Cut | capture.BadSum | capture.Overlong | capture.Orphan})
	flags := &Doctor{}
	flags.Packet(&capture.Packet{Index: 1, Bits: capture.Cut | capture.NoFlags | capture.PartialSum})
	flags.Packet(&capture.Packet{Index: 2, Bits: capture.PartialSum | capture.Unchecked})
	f := &capture.Frame{Index: 2, Link: 147}
	d.NotIP(capture.UnknownLink, capture.Reason{}, f)
	d.NotIP(capture.Malformed, capture.Reason{}, f)
	d.NotIP(capture.NotIP, capture.Reason{}, f)
	rs := append(d.Remarks(Totals{Frames: 9, Backwards: 1, JumpsBack: 1, JumpsAhead: 1, Duplicates: 1, OneWay: 1, TCP: 1, OneSidedVLAN: 1, Reordered: 1, Evicted: 1}), flags.Remarks(Totals{})...)
	if len(rs) != 17 {
		t.Errorf("%d remarks", len(rs))
	}
	many := regexp.MustCompile(`\b(they|them|their|themselves|these|frames|fragments|connections show|records|truncadas|cortas|cortaron|están|cuentan|anotan|las acepta|les falta|llegaron|fragmentos|registros)\b`)
	for i := range rs {
		en, effect := rs[i].In(words.English)
		es, efecto := rs[i].In(words.Spanish)
		for _, s := range []string{en, effect, es, efecto} {
			if w := many.FindString(s); w != "" {
				t.Errorf("%s: %q in %q", rs[i].ID, w, s)
			}
		}
	}
}

// TestOneConnectionIsOne: of a single connection nothing is said in the plural.
func TestOneConnectionIsOne(t *testing.T) {
	rs := (&Doctor{}).Remarks(Totals{Frames: 9, OneWay: 1, TCP: 1})
	for i := range rs {
		if _, effect := rs[i].In(words.Spanish); rs[i].ID == "one_direction" && !strings.HasSuffix(effect, "su acuerdo puede deducirse, no verse completo") {
			t.Error(effect)
		}
	}
	if len(rs) == 0 {
		t.Error("nothing is said")
	}
}

// What opened on ports that were used before did so during the capture, which missed it.
func TestMidstreamReused(t *testing.T) {
	for _, x := range []struct {
		reused uint64
		en, es string
	}{
		{0, "3 of 4 TCP connections were open before the capture began", "de 4 conexiones TCP, 3 ya estaban abiertas antes de la captura"},
		{1, "3 of 4 TCP connections were open when first seen", "de 4 conexiones TCP, 3 ya estaban abiertas cuando se vieron por primera vez"},
	} {
		rs := (&Doctor{}).Remarks(Totals{Frames: 9, Midstream: 3, MidstreamReused: x.reused, TCP: 4})
		if len(rs) != 1 || rs[0].Text != x.en || rs[0].spanish.text != x.es {
			t.Errorf("%+v", rs)
		}
	}
}

// Of a capture in which somebody asked by ARP and nobody answered, this is all there is to say. It is said where no
// connection says more, of those alone that were asked for in order to reach them.
func TestSilentByARP(t *testing.T) {
	asks := func(from, of byte) *capture.ARPInfo {
		a := &capture.ARPInfo{Op: 1, TargetIP: [4]byte{10, 0, 0, of}}
		if from > 0 {
			a.SenderIP = [4]byte{10, 0, 0, from}
		}
		return a
	}
	answers := func(from byte) *capture.ARPInfo { return &capture.ARPInfo{Op: 2, SenderIP: [4]byte{10, 0, 0, from}} }
	for _, x := range []struct {
		heard  []*capture.ARPInfo
		totals Totals
		en, es string
	}{
		{[]*capture.ARPInfo{asks(1, 9), asks(1, 9)}, Totals{}, "asked for by ARP, and no answer is in it: 10.0.0.9", "preguntado por ARP, y sin respuesta en ella: 10.0.0.9"},
		{[]*capture.ARPInfo{asks(1, 9), asks(1, 8), asks(1, 7), asks(1, 6), asks(1, 5)}, Totals{}, "asked for by ARP, and no answer is in it: 10.0.0.5, 10.0.0.6, 10.0.0.7 and 2 more", "preguntado por ARP, y sin respuesta en ella: 10.0.0.5, 10.0.0.6, 10.0.0.7 y 2 más"},
		{[]*capture.ARPInfo{asks(1, 9)}, Totals{Private: true}, "asked for by ARP, and no answer is in it: 1 address", "preguntado por ARP, y sin respuesta en ella: 1 dirección"},
		{[]*capture.ARPInfo{asks(1, 9)}, Totals{Flows: 1}, "", ""},
		{[]*capture.ARPInfo{asks(1, 9), answers(9)}, Totals{}, "", ""},
		{[]*capture.ARPInfo{asks(1, 9), asks(9, 1), answers(1)}, Totals{}, "", ""}, // who asks is there
		{[]*capture.ARPInfo{asks(9, 1), answers(1), asks(1, 9)}, Totals{}, "", ""},
		{[]*capture.ARPInfo{asks(9, 9), asks(0, 8)}, Totals{}, "", ""}, // an announcement, a look whether it is free
	} {
		var d Doctor
		for _, a := range x.heard {
			d.ARP(a, 1)
		}
		rs := d.Remarks(x.totals)
		if x.en == "" && len(rs) != 0 || x.en != "" && (len(rs) != 1 || rs[0].Text != x.en || rs[0].spanish.text != x.es) {
			t.Errorf("%v: %+v", x.heard, rs)
		}
	}
	var d Doctor
	d.ARP(asks(9, 9), 1)
	if how, _ := d.Unreachable(netip.AddrFrom4([4]byte{10, 0, 0, 9})); how != "" {
		t.Error("who announces itself is told not to answer")
	}
}

// IPv6 asks by neighbour discovery what IPv4 asks by ARP.
func TestUnreachableNeighbours(t *testing.T) {
	ip := netip.MustParseAddr
	const asks, tells = capture.NeighbourSolicitation << 8, capture.NeighbourAdvertisement << 8
	type packet struct {
		flags    capture.Flags
		from, of string
	}
	for name, x := range map[string]struct {
		heard []packet
		how   string
		in    []uint64
	}{
		"asked for, no answer":     {[]packet{{asks, "fd00::1", "fd00::9"}, {asks, "fd00::1", "fd00::9"}, {asks, "fd00::1", "fd00::9"}}, "NDP", []uint64{1, 2}},
		"answered":                 {[]packet{{asks, "fd00::1", "fd00::9"}, {tells, "fd00::9", "fd00::9"}}, "", nil},
		"answered for it":          {[]packet{{asks, "fd00::1", "fd00::9"}, {tells, "fd00::5", "fd00::9"}}, "", nil},
		"it answers for another":   {[]packet{{asks, "fd00::1", "fd00::9"}, {tells, "fd00::9", "fd00::8"}}, "", nil},
		"it asks":                  {[]packet{{asks, "fd00::9", "fd00::1"}, {asks, "fd00::1", "fd00::9"}}, "", nil},
		"whether the name is free": {[]packet{{asks, "::", "fd00::9"}}, "", nil},
		"asks for itself":          {[]packet{{asks, "fd00::9", "fd00::9"}}, "", nil},
		"another is asked for":     {[]packet{{asks, "fd00::1", "fd00::8"}}, "", nil},
		"not that kind":            {[]packet{{133 << 8, "fd00::1", "fd00::9"}}, "", nil},
	} {
		var d Doctor
		for i, h := range x.heard {
			of := ip(h.of).As16()
			d.Neighbour(&capture.Packet{Index: uint64(i) + 1, Ver: 6, Proto: capture.ProtoICMP6, TTL: 255, Flags: h.flags, Src: ip(h.from).As16()}, of[:])
		}
		if how, in := d.Unreachable(ip("fd00::9")); how != x.how || !slices.Equal(in, x.in) {
			t.Errorf("%s: %q in %d", name, how, in)
		}
	}
	for name, spoil := range map[string]func(*capture.Packet, *[]byte){
		"was routed": func(p *capture.Packet, _ *[]byte) { p.TTL = 254 },
		"bad sum":    func(p *capture.Packet, _ *[]byte) { p.Bits = capture.BadSum },
		"too short":  func(_ *capture.Packet, b *[]byte) { *b = (*b)[:15] },
		"of many":    func(_ *capture.Packet, b *[]byte) { (*b)[0] = 0xff },
	} {
		var d Doctor
		of := ip("fd00::9").As16()
		p, b := capture.Packet{Index: 1, Ver: 6, Proto: capture.ProtoICMP6, TTL: 255, Flags: asks, Src: ip("fd00::1").As16()}, of[:]
		spoil(&p, &b)
		d.Neighbour(&p, b)
		for _, a := range []string{"fd00::9", "ff00::9"} {
			if how, _ := d.Unreachable(ip(a)); how != "" {
				t.Errorf("%s: %s is told to be out of reach", name, a)
			}
		}
	}
}

// Frames whose times are impossible are counted, from the second on.
func TestMistimedFramesAreCounted(t *testing.T) {
	for n, want := range map[uint64]string{1: "a frame has a fraction", 2: "2 frames have a fraction", 3: "3 frames have a fraction"} {
		var x notes
		x.mistimed(Mistimed{Frames: n, Offset: 24}, false)
		if len(x.rs) != 1 || !strings.HasPrefix(x.rs[0].Text, want) {
			t.Errorf("%d: %+v", n, x.rs)
		}
	}
}

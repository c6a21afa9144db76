package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/record"
)

// In a capture of a packet a second every one of them ends something. What waits for
// the records stays short: it is looked at each time.
func TestHearWaitsForLittle(t *testing.T) {
	tr := newTraffic(1)
	const packets = 5000
	for i := range packets {
		tr.now += 1e6
		tr.packet(&talk{a: 0x0a000000 + uint32(i), b: 0x0a0a0a0a, sp: 4000, dp: 53}, 0, capture.ProtoUDP, 0, 0, 0, []byte("asked"))
	}
	for _, threads := range []int{1, 2} {
		heard, ended := 0, 0
		e := New(Options{Threads: threads, Wants: func(*capture.Packet) bool { return true },
			Hear: func(p *capture.Packet, payload []byte) {
				heard++
				if string(payload) != "asked" || int(p.Index) != heard {
					t.Fatalf("packet %d, the %dth to be heard: %q", p.Index, heard, payload)
				}
			},
			Sink: func(r *record.Record) error {
				// It ended by silence, told by a packet a minute later that is not heard yet.
				if ended++; r.EndReason.String() == "idle" && heard < int(r.LastFrame) {
					t.Fatalf("record of frame %d after %d were heard", r.LastFrame, heard)
				}
				return nil
			}})
		if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
			t.Fatal(err)
		}
		if heard != packets || ended != packets {
			t.Errorf("%d heard, %d ended", heard, ended)
		}
		if n := max(cap(e.heard.list), cap(e.own.heard.list)); n > 2*maxHeard {
			t.Errorf("room for %d packets was needed", n)
		}
	}
}

// A packet is heard before the record that ends with it: here a datagram that comes too late for the exchange
// of its ports, with no second of the clock between that would have ended it.
func TestHearsWhatEnds(t *testing.T) {
	tr := newTraffic(1)
	base := tr.now - tr.now%1e9
	for _, at := range []int64{900e6, 60_950e6} {
		tr.now = base + at
		tr.packet(&talk{a: 0x0a000001, b: 0x0a0a0a0a, sp: 4000, dp: 53}, 0, capture.ProtoUDP, 0, 0, 0, []byte("asked"))
	}
	for _, threads := range []int{1, 2} {
		var said []string
		e := New(Options{Threads: threads, Wants: func(*capture.Packet) bool { return true },
			Hear: func(p *capture.Packet, _ []byte) { said = append(said, fmt.Sprint("packet ", p.Index)) },
			Sink: func(r *record.Record) error { said = append(said, fmt.Sprint("record ", r.ID)); return nil }})
		if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(said, ", "); got != "packet 1, packet 2, record 1, record 2" {
			t.Errorf("%d threads: %s", threads, got)
		}
	}
}

// No TCP segment is heard, whatever Wants says.
func TestHearsNoTCP(t *testing.T) {
	tr := newTraffic(1)
	for i, proto := range []byte{capture.ProtoUDP, capture.ProtoTCP, capture.ProtoUDP} {
		tr.now += 1e6
		tr.packet(&talk{a: 0x0a000000 + uint32(i), b: 0x0a0a0a0a, sp: 4000, dp: 53}, 0, proto, 2, 0, 0, []byte("asked"))
	}
	var heard []uint64
	e := New(Options{Wants: func(*capture.Packet) bool { return true }, Hear: func(p *capture.Packet, _ []byte) { heard = append(heard, p.Index) }})
	if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, []uint64{1, 3}) {
		t.Errorf("heard were packets %v", heard)
	}
}

// ARP in a frame of a virtual network is heard, also where the datagram that carries it came in fragments,
// once where a fragment came twice.
func TestHearsARPInFragments(t *testing.T) {
	arp := []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2}
	inner := slices.Concat([]byte{8, 0, 0, 0, 0, 0, 5, 0}, // VXLAN
		[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6}, arp)
	body := slices.Concat([]byte{0xc0, 0, 0x12, 0xb5, 0, byte(8 + len(inner)), 0, 0}, inner)
	tr := newTraffic(1)
	piece := func(off int, more byte, b []byte) {
		h := []byte{0x45, 0, 0, byte(20 + len(b)), 0, 7, more << 5, byte(off / 8), 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
		s := folded(ones(h, 0))
		h[10], h[11] = byte(s>>8), byte(s)
		tr.frame(slices.Concat([]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0}, h, b))
	}
	piece(0, 1, body[:24])
	piece(24, 0, body[24:])
	piece(24, 0, body[24:])
	var heard []capture.ARPInfo
	e := New(Options{ARP: func(a *capture.ARPInfo, _ int64, _ uint64) { heard = append(heard, *a) }})
	if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 || heard[0].TargetIP != [4]byte{10, 0, 0, 2} || e.Doctor.ARPs != 1 {
		t.Errorf("%+v", heard)
	}
}

package doctor

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"portero/capture"
)

// What is kept apart has a bound each: addresses asked for, links and senders.
func TestWhatIsKeptIsBounded(t *testing.T) {
	d := &Doctor{}
	at := func(i int) (a [4]byte) { binary.BigEndian.PutUint32(a[:], uint32(i)); return a }
	is := func(i int) netip.Addr { return netip.AddrFrom4(at(i)) }
	for i := range maxAsked + 5 {
		d.ARP(&capture.ARPInfo{Op: 1, SenderIP: at(maxAsked + 1), TargetIP: at(i + 1)}, uint64(i)+1)
	}
	if len(d.asked) != maxAsked || d.ARPs != maxAsked+5 {
		t.Errorf("%d addresses asked for are remembered, of %d requests", len(d.asked), d.ARPs)
	}
	for i, want := range map[int]string{1: "ARP", maxAsked - 1: "ARP", maxAsked: "", maxAsked + 1: ""} {
		if how, _ := d.Unreachable(is(i)); how != want {
			t.Errorf("address %d: %q, not %q", i, how, want)
		}
	}
	d.ARP(&capture.ARPInfo{Op: 2, SenderIP: at(maxAsked - 1)}, 1)
	d.ARP(&capture.ARPInfo{Op: 2, SenderIP: at(maxAsked + 4)}, 1)
	if how, _ := d.Unreachable(is(maxAsked - 1)); how != "" || len(d.asked) != maxAsked {
		t.Errorf("an answer to the last that is remembered: %q, %d remembered", how, len(d.asked))
	}
	for i := range maxKinds + 5 {
		d.NotIP(capture.UnknownLink, capture.Reason{}, &capture.Frame{Link: capture.LinkType(1000 + i), Index: 1})
		d.Packet(&capture.Packet{Src: [16]byte{15: byte(i)}, Bits: capture.PartialSum})
	}
	d.Packet(&capture.Packet{Src: [16]byte{15: 0}, Bits: capture.PartialSum})
	if len(d.unknown) != maxKinds || len(d.partialBy) != maxKinds || d.partialBy[[16]byte{}] != 2 {
		t.Errorf("%d links, %d senders, the first %d times", len(d.unknown), len(d.partialBy), d.partialBy[[16]byte{}])
	}
}

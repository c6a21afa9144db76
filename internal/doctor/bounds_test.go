package doctor

import (
	"encoding/binary"
	"testing"

	"portero/capture"
)

// What is kept apart has a bound each: addresses asked for, links and senders.
func TestWhatIsKeptIsBounded(t *testing.T) {
	d := &Doctor{}
	at := func(i int) (a [4]byte) { binary.BigEndian.PutUint32(a[:], uint32(i)); return a }
	for i := range maxARP + 5 {
		d.ARP(&capture.ARPInfo{Op: 1, TargetIP: at(i)}, 1)
	}
	if len(d.arpAsked) != maxARP || d.ARPs != maxARP+5 {
		t.Errorf("%d addresses asked for are remembered, of %d requests", len(d.arpAsked), d.ARPs)
	}
	d.ARP(&capture.ARPInfo{Op: 2, SenderIP: at(maxARP - 1)}, 1)
	d.ARP(&capture.ARPInfo{Op: 2, SenderIP: at(maxARP)}, 1)
	if !d.arpAsked[at(maxARP-1)] || len(d.arpAsked) != maxARP {
		t.Errorf("an answer to the last that is remembered: %v, %d remembered", d.arpAsked[at(maxARP-1)], len(d.arpAsked))
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

package capture

import (
	"testing"

	"github.com/google/gopacket/layers"
)

// Flows are chosen by attackers: without the seed of this run they cannot know
// which of them share a slot.
func TestSeedDecidesTheHash(t *testing.T) {
	b := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	f := Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet, Index: 1}
	seen := map[uint64]bool{}
	for seed := range uint64(64) {
		var p Packet
		if NewDecoder(NewPaths(), seed).Decode(&f, &p) != OK {
			t.Fatal("not decoded")
		}
		seen[p.Hash] = true
	}
	if len(seen) != 64 {
		t.Errorf("64 seeds give %d hashes of one packet", len(seen))
	}
}

package capture

import "testing"

// Headers of links that hold one another are followed 64 deep, each a call: a frame that has more of them is too deep.
func TestLinksAreBounded(t *testing.T) {
	const addrs = "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"
	// Each VLAN tag gives a length in the place of a type, behind which 802.2 and SNAP name a type again: two headers.
	const snap = "\xaa\xaa\x03\x00\x00\x00"
	for pairs, want := range map[int]bool{0: true, 20: true, 31: true, 32: false, 60: false} { // an EtherType before them
		if got := isTCP(t, addrs, "", snap, pairs); got != want {
			t.Errorf("%d headers behind an EtherType: decoded %v", 1+2*pairs, got)
		}
	}
	for pairs, want := range map[int]bool{1: true, 32: true, 33: false, 60: false} { // a length before them
		if got := isTCP(t, addrs, "\x00\x00"+snap, snap, pairs-1); got != want {
			t.Errorf("%d headers behind a length: decoded %v", 2*pairs, got)
		}
	}
}

// isTCP decodes an Ethernet frame: addresses, head, so many tags with snap behind them, and an IPv4 packet with a SYN in it.
func isTCP(t *testing.T, addrs, head, snap string, pairs int) bool {
	b := addrs + head
	for range pairs {
		b += "\x81\x00\x00\x05\x00\x00" + snap
	}
	b += "\x08\x00\x45\x00\x00\x28\x00\x01\x00\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x02\x9c\x40\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x50\x02\x20\x00\x00\x00\x00\x00"
	p, o, _, _ := decode1(t, LinkEthernet, []byte(b))
	return o == OK && p.SrcPort == 40000
}

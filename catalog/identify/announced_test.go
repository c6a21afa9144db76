package identify

import (
	"net/netip"
	"testing"
)

// TestMeetingsAreBounded: who announces doors without end makes the oldest forgotten, and of one door all but the last words.
func TestMeetingsAreBounded(t *testing.T) {
	n := NewNames(1 << 10)
	most := max(n.max/4, 16)
	for i := range 100 * most {
		n.Learn(&Answer{Index: uint64(i), client: netip.AddrFrom4([4]byte{10, 0, 0, 1}), addr: netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), port: 40001, what: FTPData})
		if len(n.meetings.young) > most || len(n.meetings.old) > most {
			t.Fatalf("%d and %d doors, at most %d", len(n.meetings.young), len(n.meetings.old), most)
		}
	}
	k := meeting{netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 2, 0, 0}), 40001)}
	for i := range 5 * maxWords {
		n.Learn(&Answer{Index: uint64(i), client: k.caller, addr: k.at.Addr(), port: 40001, what: FTPData, at: int64(i)})
	}
	list := n.meetings.young[k]
	if len(list) != maxWords || list[maxWords-1].frame != 5*maxWords-1 || cap(list) > 2*maxWords {
		t.Errorf("%d words, room for %d: %v", len(list), cap(list), list)
	}
}

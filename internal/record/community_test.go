package record

import (
	"net/netip"
	"slices"
	"testing"

	"portero/capture"
)

// Community IDs of ICMP are those that tshark 4.0 prints, also where an answer is booked with its question though the
// specification knows no answer to that type.
func TestCommunityIDOfMessages(t *testing.T) {
	a4, s4 := "10.0.0.2", "192.0.2.80"
	a6, b6 := "2001:db8::1", "2001:db8::2"
	for _, x := range []struct {
		orig, resp   string
		typ, answers uint16
		want         string
	}{
		{a4, s4, 8, 0, "1:Hr0Z1k8hE4KkkWBdw97BiN1OZb0="},
		{a4, s4, 10, 9, "1:+kQ3+71xCl9mJ5mFIQnN7ijk4R8="},
		{a4, s4, 42, 43, "1:2zsouwipsvcxbmA+d1CoI8U5u+Y="},
		{s4, a4, 42, 43, "1:6jKuZFCKCjBbUxgHqSpPJEYl/+Y="},
		{a4, s4, 37, 38, "1:ly7IgsleHOB805oXaBRmrhS6b6Y="},
		{b6, a6, 146, 147, "1:Rs8ROr3Nt+mTBxpvWaFbiLyjEEI="},
		{a6, b6, 160, 161, "1:dN5r45gKJ3WcKAYPSTlD2c39wNg="},
	} {
		r := Record{Proto: capture.ProtoICMP}
		if r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr(x.orig), netip.MustParseAddr(x.resp); r.Orig.Addr.Is6() {
			r.Proto = capture.ProtoICMP6
		}
		r.Orig.Port, r.Resp.Port = x.typ, x.answers
		if got := string(AppendCommunityID(nil, &r)); got != x.want {
			t.Errorf("%s type %d: %s, want %s", x.orig, x.typ, got, x.want)
		}
	}
}

// The types that the specification of Community ID pairs are these, either way round, and no others.
func TestPairsOfCommunityID(t *testing.T) {
	pairs := map[uint8][][2]uint16{
		capture.ProtoICMP:  {{0, 8}, {9, 10}, {13, 14}, {15, 16}, {17, 18}},
		capture.ProtoICMP6: {{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}},
	}
	for proto, list := range pairs {
		for a := range uint16(256) {
			for b := range uint16(256) {
				want := slices.Contains(list, [2]uint16{min(a, b), max(a, b)})
				if got := pairedICMP(proto, a, b); got != want {
					t.Errorf("protocol %d, types %d and %d: %v", proto, a, b, got)
				}
			}
		}
	}
}

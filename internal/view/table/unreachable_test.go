package table

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
)

// A silence is said to go down to the link only of whom nothing came, and where all who sent anything are known.
func TestUnreachableNeighbours(t *testing.T) {
	off, caller := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("10.0.0.1")
	silent := func(set func(r *record.Record)) *record.Record {
		r := &record.Record{ID: 1, Proto: 6, HasPorts: true, Final: true, Handshake: handshake.NoAnswer, ServerRTT: -1, FirstByte: -1}
		r.Orig.Addr, r.Orig.Pkts, r.Resp.Addr = caller, 1, off
		set(r)
		return r
	}
	sum := &view.Summary{Unreachable: func(a netip.Addr) (string, []uint64) {
		if a == off || a == caller {
			return "ARP", []uint64{1}
		}
		return "", nil
	}}
	show := func(s *view.Summary, rs ...*record.Record) string {
		return strings.Join(strings.Fields(shown(t, Options{Quiet: true, Limit: 1}, s, rs...)), " ")
	}
	const said = "10.0.0.9 did not answer ARP either"
	for name, c := range map[string]struct {
		set  func(r *record.Record)
		want bool
	}{
		"no answer":  {func(*record.Record) {}, true},
		"filtered":   {func(r *record.Record) { r.Handshake, r.FilteredBy = handshake.Filtered, caller }, true},
		"unanswered": {func(r *record.Record) { r.Proto, r.Handshake, r.Exchange = 17, 0, handshake.Unanswered }, true},
		"answered":   {func(r *record.Record) { r.Resp.Pkts = 1 }, false},
		"midstream":  {func(r *record.Record) { r.Handshake = handshake.Midstream }, false},
		"another":    {func(r *record.Record) { r.Resp.Addr = netip.MustParseAddr("10.0.0.8") }, false},
		"the caller": {func(r *record.Record) { r.Resp.Addr = caller }, false},
	} {
		if got := show(sum, silent(c.set)); strings.Contains(got, "ARP") != c.want || c.want && !strings.Contains(got, said) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := show(&view.Summary{Unreachable: sum.Unreachable, Hidden: 1}, silent(func(*record.Record) {})); strings.Contains(got, said) {
		t.Errorf("behind a filter: %s", got)
	}
	var many []*record.Record
	for i := range maxThere + 1 {
		many = append(many, silent(func(r *record.Record) {
			var a [4]byte
			binary.BigEndian.PutUint32(a[:], uint32(i)+1)
			r.Orig.Addr = netip.AddrFrom4(a)
		}))
	}
	for n, want := range map[int]bool{maxThere: true, maxThere + 1: false} {
		if got := show(sum, many[:n]...); strings.Contains(got, said) != want {
			t.Errorf("%d that sent: %s", n, got)
		}
	}
}

package doors

import (
	"net/netip"
	"testing"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// What each outcome proves about the door, whether it counts as a knock, as a failure of who called, and which frame shows it.
func TestWhatARecordProves(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		name    string
		proto   uint8
		change  func(r *record.Record)
		state   int
		knocked bool
		failed  uint64
		frame   uint64
	}{
		{"completed", 6, func(r *record.Record) { r.Handshake = handshake.Completed; r.SYNACKFrame = 2 }, int(Open), true, 0, 2},
		{"half open", 6, func(r *record.Record) { r.Handshake = handshake.HalfOpen; r.SYNACKFrame = 2 }, int(Open), true, 0, 2},
		{"completed, unseen", 6, func(r *record.Record) { r.Handshake = handshake.CompletedUnseen; r.ConfirmedFrame = 4 }, int(Open), true, 0, 4},
		{"aborted after an answer", 6, func(r *record.Record) { r.Handshake = handshake.Aborted; r.SYNACKFrame = 2 }, int(Open), true, 0, 2},
		{"aborted before one", 6, func(r *record.Record) { r.Handshake = handshake.Aborted }, int(Silent), true, 0, 1},
		{"implied by both", 6, func(r *record.Record) { r.Handshake = handshake.Implied }, int(Open), true, 0, 0},
		{"implied by the door", 6, func(r *record.Record) { r.Handshake = handshake.Implied; r.Orig.Pkts = 0 }, int(Open), false, 0, 1},
		{"a SYN-ACK alone", 6, func(r *record.Record) { r.Handshake = handshake.Unsolicited; r.SYNACKFrame = 1 }, int(Open), false, 0, 1},
		{"a RST alone", 6, func(r *record.Record) { r.Handshake = handshake.Unsolicited }, none, false, 0, 0},
		{"midstream", 6, func(r *record.Record) { r.Handshake = handshake.Midstream }, int(Open), false, 0, 0},
		{"midstream of the caller", 6, func(r *record.Record) { r.Handshake = handshake.Midstream; r.Resp.Pkts = 0 }, none, false, 0, 0},
		{"midstream of the door", 6, func(r *record.Record) { r.Handshake = handshake.Midstream; r.Orig.Pkts = 0 }, none, false, 0, 0},
		{"refused", 6, func(r *record.Record) { r.Handshake = handshake.Refused; r.RSTFrame = 2 }, int(Closed), true, 1, 2},
		{"refused by ICMP", 6, func(r *record.Record) { r.Handshake = handshake.Refused; r.RSTFrame = 2; r.ICMPFrame = 3 }, int(Closed), true, 1, 3},
		{"refused, and nobody says where", 6, func(r *record.Record) { r.Handshake = handshake.Refused }, int(Closed), true, 1, 0},
		{"refused beside an answer", 6, func(r *record.Record) { r.Handshake = handshake.Refused; r.RSTFrame = 2; r.SYNACKFrame = 3 }, int(Open), true, 1, 3},
		{"filtered", 6, func(r *record.Record) { r.Handshake = handshake.Filtered; r.ICMPFrame = 2 }, int(Filtered), true, 1, 2},
		{"no answer", 6, func(r *record.Record) { r.Handshake = handshake.NoAnswer }, int(Silent), true, 1, 1},
		{"a probe", 6, func(r *record.Record) { r.Handshake = handshake.Probe }, none, false, 0, 0},
		{"a probe that was answered", 6, func(r *record.Record) { r.Handshake = handshake.Probe; r.SYNACKFrame = 2 }, int(Open), true, 0, 2},
		{"invalid", 6, func(r *record.Record) { r.Handshake = handshake.Invalid }, none, false, 1, 0},
		{"answered", 17, func(r *record.Record) { r.Exchange = handshake.Answered; r.ReplyFrame = 2 }, int(Open), true, 0, 2},
		{"answered, by what was said", 17, func(r *record.Record) {
			r.Exchange, r.App = handshake.Answered, &identify.Facts{Frames: [2]uint64{1, 5}}
		}, int(Open), true, 0, 5},
		{"answers alone", 17, func(r *record.Record) { r.Exchange = handshake.ReplyOnly; r.Orig.Pkts = 0 }, int(Open), false, 0, 1},
		{"a datagram refused", 17, func(r *record.Record) { r.Exchange = handshake.ExchangeRefused; r.ICMPFrame = 2 }, int(Closed), true, 1, 2},
		{"a datagram refused by itself", 17, func(r *record.Record) {
			r.Exchange, r.FilteredBy, r.ICMPFrame = handshake.ExchangeRefused, r.Resp.Addr, 2
		}, int(Closed), true, 1, 2},
		{"a datagram refused by somebody else", 17, func(r *record.Record) {
			r.Exchange, r.FilteredBy, r.ICMPFrame = handshake.ExchangeRefused, r.Resp.Addr.Next(), 2
		}, int(Filtered), true, 1, 2},
		{"a datagram filtered", 17, func(r *record.Record) { r.Exchange = handshake.ExchangeFiltered; r.ICMPFrame = 2 }, int(Filtered), true, 1, 2},
		{"a datagram unanswered", 17, func(r *record.Record) { r.Exchange = handshake.Unanswered }, int(Silent), true, 1, 1},
		{"a stream", 17, func(r *record.Record) { r.Exchange = handshake.Stream }, int(Silent), true, 0, 1},
	} {
		r := seen(c.proto, "192.0.2.1:40000", "192.0.2.2:80", handshake.None)
		r.Exchange = handshake.ExchangeNone
		c.change(r)
		var tally Tally
		tally.Add(r)
		if h := tally.hosts[netip.MustParseAddr("192.0.2.1")]; h.Failed != c.failed {
			t.Errorf("%s: %d failures of who called, want %d", c.name, h.Failed, c.failed)
		}
		ds := tally.Doors()
		if len(ds) == 0 || c.state == none {
			if len(ds) != 0 || c.state != none {
				t.Errorf("%s: %d doors", c.name, len(ds))
			}
			continue
		}
		d := ds[0]
		if int(d.State) != c.state || (d.Attempts == 1) != c.knocked || d.ProofFrame != c.frame || d.ProofRecord != 1 {
			t.Errorf("%s: %v, %d attempts, frame %d of record %d; want %v, %v, %d", c.name, d.State, d.Attempts, d.ProofFrame, d.ProofRecord, State(c.state), c.knocked, c.frame)
		}
		counts := map[State]uint64{Open: d.Accepted, Closed: d.Refused, Filtered: d.Filtered, Silent: d.Silent}
		for s, n := range counts {
			if (n == 1) != (s == d.State) {
				t.Errorf("%s: counted %v", c.name, counts)
			}
		}
		open := 0
		if d.State == Open {
			open = 1
		}
		for _, h := range tally.Hosts() {
			if at := h.Addr == d.Host; at && h.OpenDoors != open || !at && h.OpenDoors != 0 {
				t.Errorf("%s: %s has %d open doors", c.name, h.Addr, h.OpenDoors)
			}
		}
	}
}

// Doors are in order of host, port and protocol.
func TestOrderOfDoors(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	in := []Key{{a, 22, capture.ProtoTCP}, {a, 80, capture.ProtoTCP}, {a, 80, capture.ProtoUDP}, {a, 81, capture.ProtoTCP}, {b, 22, capture.ProtoTCP}}
	for i, x := range in {
		for j, y := range in {
			if x.Less(y) != (i < j) {
				t.Errorf("%v before %v: %v", x, y, x.Less(y))
			}
		}
	}
}

// A machine that calls itself, as all do on the loopback, called and was called, and sent what it received.
func TestWhoCallsItself(t *testing.T) {
	r := seen(6, "127.0.0.1:40000", "127.0.0.1:80", handshake.Completed)
	r.Orig.Pkts, r.Orig.Payload, r.Resp.Pkts, r.Resp.Payload, r.ServerName = 5, 100, 4, 900, "door.example"
	var tally Tally
	tally.Add(r)
	hs := tally.Hosts()
	if len(hs) != 1 {
		t.Fatalf("%d hosts", len(hs))
	}
	h := hs[0]
	if h.Opened != 1 || h.Received != 1 || h.Pkts != 9 || h.BytesOut != 1000 || h.BytesIn != 1000 || h.OpenDoors != 1 || h.Peers() != 1 || h.Name != "door.example" {
		t.Errorf("%+v, %d peers", h, h.Peers())
	}
}

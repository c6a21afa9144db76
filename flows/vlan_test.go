package flows

import (
	"slices"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// A mirror that sees what comes into the ports of a router has each direction from another VLAN. It is one connection where the
// numbers say so, or of datagrams a port that is lent; the same ports in two VLANs, each seen in the one direction that the other lacks, are two without that.
func TestVLANOfEachDirection(t *testing.T) {
	in, out := func(p *capture.Packet) { p.Seg = 3 }, func(p *capture.Packet) { p.Seg = 4 }
	far := func(p *capture.Packet) { p.Seq, p.Ack = p.Seq.Add(1<<28), p.Ack.Add(1<<28) }
	for _, x := range []struct {
		name string
		do   func(s *story)
		want []handshake.Verdict
	}{
		{"opening", func(s *story) {
			s.pkt(true, syn, 0, 0, 0, in)
			s.pkt(false, syn|ack, 0, 1, 0, out)
			s.pkt(true, ack, 1, 1, 0, in)
			s.pkt(false, ack|capture.PSH, 1, 1, 50, out)
		}, []handshake.Verdict{handshake.Completed}},
		{"the answer is captured first", func(s *story) {
			s.pkt(false, syn|ack, 0, 1, 0, out)
			s.pkt(true, syn, 0, 0, 0, in)
			s.pkt(true, ack, 1, 1, 0, in)
		}, []handshake.Verdict{handshake.Completed}},
		{"refused", func(s *story) {
			s.pkt(true, syn, 0, 0, 0, in)
			s.pkt(false, capture.RST|ack, 0, 1, 0, out, func(p *capture.Packet) { p.Seq = 0 })
		}, []handshake.Verdict{handshake.Refused}},
		{"midstream", func(s *story) {
			s.pkt(true, ack|capture.PSH, 100, 500, 50, in)
			s.pkt(false, ack|capture.PSH, 500, 150, 70, out)
			s.pkt(true, ack, 150, 570, 0, in)
		}, []handshake.Verdict{handshake.Midstream}},
		{"an answer to another call", func(s *story) {
			s.pkt(true, syn, 0, 0, 0, in)
			s.pkt(false, syn|ack, 0, 1, 0, out, far)
		}, []handshake.Verdict{handshake.NoAnswer, handshake.Unsolicited}},
		{"other numbers, midstream", func(s *story) {
			s.pkt(true, ack|capture.PSH, 100, 500, 50, in)
			s.pkt(false, ack|capture.PSH, 500, 150, 70, out, far)
		}, []handshake.Verdict{handshake.Midstream, handshake.Midstream}},
		{"a RST with ACK, midstream", func(s *story) {
			s.pkt(true, ack|capture.PSH, 100, 500, 50, in)
			s.pkt(false, ack|capture.RST, 500, 150, 0, out)
		}, []handshake.Verdict{handshake.Midstream}},
		{"a RST whose acknowledgement is of other numbers", func(s *story) {
			s.pkt(true, ack|capture.PSH, 100, 500, 50, in)
			s.pkt(false, ack|capture.RST, 500, 150+1<<28, 0, out)
		}, []handshake.Verdict{handshake.Midstream, handshake.Unsolicited}},
		{"a refusal of another call", func(s *story) {
			s.pkt(true, syn, 0, 0, 0, in)
			s.pkt(false, capture.RST|ack, 0, 1, 0, out, far)
		}, []handshake.Verdict{handshake.NoAnswer, handshake.Unsolicited}},
	} {
		s := tell(t, Config{})
		x.do(s)
		s.table.Flush(s.index, handshake.EndForced)
		var got []handshake.Verdict
		for i := range s.ended {
			got = append(got, s.ended[i].J.Verdict)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
		if one := len(x.want) == 1; one != (s.ended[0].Oddities&handshake.OddVLAN != 0) {
			t.Errorf("%s: said %v", x.name, !one)
		}
	}
	for _, x := range []struct {
		from, to uint16
		after    int64
		records  int
	}{{1000, 53, Second, 2}, {123, 123, Second, 2}, {68, 67, Second, 2}, {5060, 5060, Second, 2}, {40000, 53, Second, 1}, {53, 40000, Second, 1}, {40000, 53, 61 * Second, 2}, {40000, 50000, Second, 1}} {
		var got []Ended
		tab := New(Config{}, func(e *Ended) { got = append(got, *e) })
		a, b := [16]byte{1}, [16]byte{2}
		tab.Observe(&capture.Packet{Src: a, Dst: b, SrcPort: x.from, DstPort: x.to, Proto: capture.ProtoUDP, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seg: 3}, nil)
		tab.Observe(&capture.Packet{Src: b, Dst: a, SrcPort: x.to, DstPort: x.from, Proto: capture.ProtoUDP, Ver: 6, Hash: 7, Index: 2, Time: 1e18 + x.after, Frames: 1, Seg: 4, Digest: 1}, nil)
		tab.Flush(9, handshake.EndForced)
		if len(got) != x.records || (got[0].Oddities&handshake.OddVLAN != 0) != (x.records == 1) {
			t.Errorf("datagrams of two VLANs, ports %d and %d, after %d s: %d records, oddities %v", x.from, x.to, x.after/Second, len(got), got[0].Oddities.List())
		}
	}
}

// What an error quotes out of a virtual network is of the side that sends in that network, where each has its own.
func TestQuotedInItsNetwork(t *testing.T) {
	s := tell(t, Config{})
	s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) { p.Seg = 3 })
	s.pkt(false, syn|ack, 0, 1, 0, func(p *capture.Packet) { p.Seg = 4 })
	v := s.only()
	f := s.table.flow(v)
	for _, x := range []struct {
		src  [16]byte
		seg  uint32
		want bool
	}{{addrO, 3, true}, {addrO, 4, false}, {addrR, 4, true}, {addrR, 3, false}, {addrO, 0, false}} {
		side := f.sideOf(&capture.Packet{Src: x.src, Dst: map[bool][16]byte{true: addrR, false: addrO}[x.src == addrO], Proto: tcp, Ver: 4,
			SrcPort: map[bool]uint16{true: 40000, false: 80}[x.src == addrO], DstPort: map[bool]uint16{true: 80, false: 40000}[x.src == addrO]})
		if side < 0 {
			t.Fatal("it is of another connection")
		}
		if got := s.table.isIn(v, f, side, x.seg); got != x.want {
			t.Errorf("sent by %v in network %d: %v", x.src[15], x.seg, got)
		}
	}
}

package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// That a smaller packet would pass is named where nothing was answered, and nowhere else.
func TestTooBigAndAnswered(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	for _, proto := range []uint8{tcp, capture.ProtoUDP} {
		for _, first := range []bool{false, true} { // the answer
			var got Ended
			tab := New(Config{}, func(e *Ended) { got = *e })
			asked := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1}
			answer := capture.Packet{Src: b, Dst: a, SrcPort: 80, DstPort: 1000, Proto: proto, Ver: 6, Hash: 7, Index: 2, Time: 1e18 + 1, Frames: 1, Ack: 1001, Flags: capture.SYN | capture.ACK, Window: 1, Digest: 1}
			e := capture.Packet{Src: [16]byte{3}, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: 3, Time: 1e18 + 2, Frames: 1, Bits: capture.ICMPError, Flags: 2 << 8, Digest: 2}
			q := &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Seq: 1000, HasSeq: proto == tcp}
			tab.Observe(&asked, nil)
			if first {
				tab.Observe(&answer, nil)
				tab.Observe(&e, q)
			} else {
				tab.Observe(&e, q)
				tab.Observe(&answer, nil)
			}
			tab.Flush(9, handshake.EndForced)
			if got.ICMPFrame != 0 || got.ICMPType != 0 || got.FilteredVer != 0 || got.Resp.Pkts != 1 {
				t.Errorf("protocol %d, the answer first %v: ICMP frame %d, type %d, %v", proto, first, got.ICMPFrame, got.ICMPType, got.J.Verdict)
			}
		}
	}
}

// An ICMP error that quotes a SYN inside an open connection is about what becomes of that SYN: the connection that
// it opens, or the one in which it strayed. It is no flow of its own.
func TestQuotesWaiting(t *testing.T) {
	for _, accepted := range []bool{false, true} {
		for _, by := range []uint32{5000, 3 << 29, 5 << 29} {
			s := tell(t, Config{})
			s.open()
			ahead := func(p *capture.Packet) { p.Seq = p.Seq.Add(by) }
			s.pkt(true, syn, 0, 0, 0, ahead)
			asked := s.index
			s.index++
			e := capture.Packet{Src: [16]byte{3}, Ver: 4, Proto: capture.ProtoICMP, Time: s.now, Index: s.index, Frames: 1, Bits: capture.ICMPError, Flags: 3<<8 | 1, Digest: 99}
			s.pkt(true, syn, 0, 0, 0, ahead, func(p *capture.Packet) {
				e.Dst, e.Hash = p.Src, capture.TupleHash(1, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
				s.table.Observe(&e, &capture.Quote{Src: p.Src, Dst: p.Dst, SrcPort: p.SrcPort, DstPort: p.DstPort, Proto: tcp, Ver: 4, Hash: e.Hash, Seq: p.Seq, HasSeq: true})
			})
			if accepted {
				s.pkt(false, syn|ack, 1<<28, 1, 0, func(p *capture.Packet) { p.Ack = p.Ack.Add(by) })
				s.pkt(true, ack, 1, 1<<28+1, 0, ahead)
			}
			s.table.Flush(s.index, handshake.EndForced)
			want := 1
			if accepted {
				want = 2
			}
			if len(s.ended) != want {
				t.Errorf("accepted %v, %d ahead: %d records", accepted, by, len(s.ended))
			}
			for i := range s.ended {
				if r := &s.ended[i]; r.J.Verdict != handshake.Completed || (r.ICMPFrame == asked+1) != (r.FirstFrame == asked || !accepted) {
					t.Errorf("accepted %v, %d ahead: %v, ICMP frame %d", accepted, by, r.J.Verdict, r.ICMPFrame)
				}
			}
		}
	}
}

// An ICMP error that quotes a packet inside a tunnel is about the virtual network that it was in, wherever the same
// addresses are beside it, also where it was captured first; and a port that it calls closed is the tunnel's.
func TestQuotesTunneled(t *testing.T) {
	a, b, router := [16]byte{1}, [16]byte{2}, [16]byte{3}
	for _, x := range []struct {
		name     string
		proto    uint8
		seg      uint32 // that the error names
		apart    bool
		tunneled bool
		early    bool
		in       uint32 // the segment of the flow that it is of
		exchange handshake.Exchange
	}{
		{"a SYN", tcp, 6, true, true, false, 6, 0},
		{"a SYN, the error first", tcp, 6, true, true, true, 6, 0},
		{"a SYN of another network", tcp, 9, true, true, false, 0, 0},
		{"a SYN of another network, the error first", tcp, 9, true, true, true, 0, 0},
		{"a datagram", capture.ProtoUDP, 6, true, true, false, 6, handshake.ExchangeFiltered},
		{"a datagram, the error first", capture.ProtoUDP, 6, true, true, true, 6, handshake.ExchangeFiltered},
		{"a datagram without a tunnel", capture.ProtoUDP, 0, false, false, false, 5, handshake.ExchangeRefused},
	} {
		got, exchange := uint32(0), handshake.ExchangeNone
		tab := New(Config{}, func(e *Ended) {
			if e.Proto == x.proto && e.FilteredVer != 0 {
				got, exchange = uint32(e.Path), e.Exchange
			}
		})
		e := capture.Packet{Src: router, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: 9, Time: 1e18 + 2, Frames: 1, Bits: capture.ICMPError, Flags: 1<<8 | 4, Digest: 2}
		if x.tunneled {
			e.TSEcr = 1
		}
		q := &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Seq: 1000, HasSeq: x.proto == tcp, Apart: x.apart, Seg: x.seg}
		if x.early {
			e.Index = 1
			tab.Observe(&e, q)
		}
		for _, seg := range []uint32{5, 6} {
			p := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Index: uint64(seg), Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1, Seg: seg, Path: seg}
			tab.Observe(&p, nil)
		}
		if !x.early {
			tab.Observe(&e, q)
		}
		tab.Flush(9, handshake.EndForced)
		if got != x.in || exchange != x.exchange {
			t.Errorf("%s: of the flow in %d, %v; want %d, %v", x.name, got, exchange, x.in, x.exchange)
		}
	}
}

// An ICMP error about a flow that had ended by then is none of it, whether or not another packet told in between that time had passed.
func TestQuotesEnded(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	for _, x := range []struct {
		proto uint8
		after int64
		late  bool
	}{
		{capture.ProtoUDP, 59 * Second, false}, {capture.ProtoUDP, 62 * Second, true}, {tcp, 125 * Second, false}, {tcp, 135 * Second, true},
	} {
		for _, between := range []bool{false, true} {
			var got Ended
			tab := New(Config{}, func(e *Ended) {
				if e.ID == 1 {
					got = *e
				}
			})
			p := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1}
			tab.Observe(&p, nil)
			at := p.Time + x.after
			if between {
				tab.Advance(at, 2)
				tab.Advance(at, 3)
			}
			e := capture.Packet{Src: [16]byte{3}, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: 4, Time: at, Frames: 1, Bits: capture.ICMPError, Flags: 1 << 8, Digest: 2}
			tab.Observe(&e, &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Seq: 1000, HasSeq: x.proto == tcp})
			tab.Flush(9, handshake.EndForced)
			if got.ID != 1 || (got.ICMPFrame == 0) != x.late {
				t.Errorf("protocol %d after %d s, clock told between %v: ICMP frame %d", x.proto, x.after/Second, between, got.ICMPFrame)
			}
		}
	}
}

// An error about what was sent to many is of one of them, and refuses nothing for the others.
func TestQuotesOfGroups(t *testing.T) {
	v4 := func(b ...byte) (a [16]byte) { copy(a[12:], b); a[10], a[11] = 0xff, 0xff; return a }
	for _, x := range []struct {
		ver uint8
		to  [16]byte
		how capture.Flags // the error's type and code
		n   int           // datagrams
		is  handshake.Exchange
	}{
		{4, v4(239, 1, 2, 3), 3<<8 | 3, 1, handshake.Unanswered},
		{4, v4(255, 255, 255, 255), 3<<8 | 13, 1, handshake.Unanswered},
		{4, v4(239, 1, 2, 3), 3<<8 | 3, StreamPackets, handshake.Stream},
		{6, [16]byte{0xff, 2, 15: 1}, 1<<8 | 4, 1, handshake.Unanswered},
		{4, v4(192, 0, 2, 9), 3<<8 | 3, 1, handshake.ExchangeRefused},
		{6, [16]byte{0x20, 1, 15: 1}, 1<<8 | 1, 1, handshake.ExchangeFiltered},
	} {
		var got Ended
		tab := New(Config{}, func(e *Ended) { got = *e })
		asker, member := [16]byte{1}, [16]byte{3}
		icmp := uint8(capture.ProtoICMP)
		if x.ver == 6 {
			icmp = capture.ProtoICMP6
		}
		p := capture.Packet{Src: asker, Dst: x.to, SrcPort: 40000, DstPort: 1900, Proto: capture.ProtoUDP, Ver: x.ver, Hash: 7, Time: 1e18, Frames: 1}
		for range x.n {
			p.Index++
			p.Digest++
			q := p
			tab.Observe(&q, nil)
		}
		tab.Observe(&capture.Packet{Src: member, Dst: asker, Proto: icmp, Ver: x.ver, Hash: 7, Index: p.Index + 1, Time: 1e18 + 2, Frames: 1, Bits: capture.ICMPError, Flags: x.how, Digest: 99},
			&capture.Quote{Src: asker, Dst: x.to, SrcPort: 40000, DstPort: 1900, Proto: capture.ProtoUDP, Ver: x.ver, Hash: 7})
		tab.Flush(99, handshake.EndForced)
		if got.Exchange != x.is || got.ICMPFrame != p.Index+1 {
			t.Errorf("to %v, %d datagrams: %v, ICMP frame %d, want %v", x.to, x.n, got.Exchange, got.ICMPFrame, x.is)
		}
	}
}

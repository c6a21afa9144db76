package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// story feeds packets to a table and collects what ends.
type story struct {
	t     *testing.T
	table *Table
	now   int64
	index uint64
	ended []Ended
}

func tell(t *testing.T, cfg Config) *story {
	s := &story{t: t, now: 1e18}
	s.table = New(cfg, func(e *Ended) { s.ended = append(s.ended, *e) })
	t.Cleanup(s.table.Release)
	return s
}

const isnO, isnR = capture.Seq(0xfffffff0), capture.Seq(0xffffffff)

// pkt sends a packet of the conversation; seq and ack are relative.
func (s *story) pkt(orig bool, f capture.Flags, seq, ack int64, n uint32, mod ...func(p *capture.Packet)) {
	s.index++
	s.now += 1e6
	p := capture.Packet{Ver: 4, Proto: 6, Time: s.now, Index: s.index, WireLen: 54 + n, PayloadLen: n, Frames: 1, Flags: f, Window: 64240,
		IPID: uint16(s.index), Digest: s.index * 0x9e3779b97f4a7c15}
	a, b := [16]byte{10: 255, 11: 255, 12: 10, 15: 1}, [16]byte{10: 255, 11: 255, 12: 10, 15: 2}
	p.Src, p.Dst, p.SrcPort, p.DstPort = a, b, 40000, 80
	p.Seq, p.Ack = capture.Seq(int64(isnO)+seq), capture.Seq(int64(isnR)+ack)
	if !orig {
		p.Src, p.Dst, p.SrcPort, p.DstPort = b, a, 80, 40000
		p.Seq, p.Ack = capture.Seq(int64(isnR)+seq), capture.Seq(int64(isnO)+ack)
	}
	for _, m := range mod {
		m(&p)
	}
	p.Hash = capture.TupleHash(1, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
	s.table.Advance(p.Time, p.Index)
	s.table.Observe(&p, nil)
}

func (s *story) wait(ns int64) { s.now += ns }

const (
	syn = capture.SYN
	ack = capture.ACK
	fin = capture.FIN
	rst = capture.RST
)

func (s *story) open() {
	s.pkt(true, syn, 0, 0, 0)
	s.pkt(false, syn|ack, 0, 1, 0)
	s.pkt(true, ack, 1, 1, 0)
}

func (s *story) shut() {
	s.pkt(true, fin|ack, 1, 1, 0)
	s.pkt(false, fin|ack, 1, 2, 0)
	s.pkt(true, ack, 2, 2, 0)
}

func (s *story) end(want ...handshake.Verdict) []Ended {
	s.t.Helper()
	s.table.Flush(s.index, handshake.EndForced)
	var got []handshake.Verdict
	for _, e := range s.ended {
		got = append(got, e.J.Verdict)
	}
	if len(got) != len(want) {
		s.t.Fatalf("records %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			s.t.Fatalf("records %v, want %v", got, want)
		}
	}
	return s.ended
}

func TestRetryIsNoNewConnection(t *testing.T) {
	s := tell(t, Config{})
	for range 5 {
		s.pkt(true, syn, 0, 0, 0)
		s.wait(30 * Second)
	}
	s.pkt(true, syn, 77, 0, 0) // another number, still the same attempt
	e := s.end(handshake.NoAnswer)
	if e[0].SYNRetries != 5 || e[0].Orig.Pkts != 6 {
		t.Errorf("%+v", e[0])
	}
}

func TestSilenceEndsAnAttempt(t *testing.T) {
	s := tell(t, Config{})
	s.pkt(true, syn, 0, 0, 0)
	s.wait(131 * Second)
	s.pkt(true, syn, 0, 0, 0)
	e := s.end(handshake.NoAnswer, handshake.NoAnswer)
	if e[0].Reason != handshake.EndIdle || e[1].Reuses != e[0].ID {
		t.Errorf("reason %v, reuses %d", e[0].Reason, e[1].Reuses)
	}
}

func TestReuseAndLateSegment(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.shut()
	s.wait(Second)
	far := func(p *capture.Packet) { p.Seq += 1 << 24 }
	back := func(p *capture.Packet) { p.Ack += 1 << 24 }
	s.pkt(true, syn, 0, 0, 0, far)
	s.pkt(false, syn|ack, 1<<25, 1, 0, back)
	s.pkt(false, fin|ack, 1, 2, 0) // of the first connection, sent again
	s.pkt(true, ack, 1, 1<<25+1, 0, far)
	e := s.end(handshake.Completed, handshake.Completed)
	first, second := e[0], e[1]
	if first.ID > second.ID {
		first, second = second, first
	}
	if second.Reuses != first.ID || first.Resp.Pkts != 3 || second.Resp.Pkts != 1 || first.Oddities&handshake.OddLateSegment == 0 {
		t.Errorf("first %+v\nsecond %+v", first, second)
	}
}

// A stray SYN stays with the live connection, unless the peer accepts it.
func TestStraySYN(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.pkt(true, syn, 5000000, 0, 0)
	s.pkt(false, ack, 1, 1, 0)
	s.pkt(true, ack, 1, 1, 0)
	e := s.end(handshake.Completed)
	if e[0].Orig.Pkts != 4 || e[0].Oddities&handshake.OddStraySYN == 0 || e[0].J.Close != handshake.StillOpen {
		t.Errorf("%+v", e[0])
	}

	s = tell(t, Config{})
	s.open()
	s.pkt(true, syn, 5000000, 0, 0)
	s.pkt(false, syn|ack, 9000000, 5000001, 0)
	s.pkt(true, ack, 5000001, 9000001, 0)
	e = s.end(handshake.Completed, handshake.Completed)
	if e[0].Orig.Pkts+e[1].Orig.Pkts != 4 || e[1].Reuses+e[0].Reuses == 0 {
		t.Errorf("%+v\n%+v", e[0], e[1])
	}
}

func TestBlindReset(t *testing.T) {
	for _, x := range []struct {
		seq  int64
		want handshake.Close
	}{{1, handshake.Reset}, {60000, handshake.Reset}, {1 << 20, handshake.StillOpen}, {-5, handshake.StillOpen}} {
		s := tell(t, Config{})
		s.open()
		s.pkt(false, rst, x.seq, 0, 0)
		e := s.end(handshake.Completed)
		if e[0].J.Close != x.want || (x.want == handshake.StillOpen) != (e[0].SuspectedRSTs == 1) {
			t.Errorf("RST at %d: %v, %d suspected", x.seq, e[0].J.Close, e[0].SuspectedRSTs)
		}
	}
}

// Exact copies are counted once; a retransmission is not a copy.
func TestCopies(t *testing.T) {
	s := tell(t, Config{})
	same := func(p *capture.Packet) { p.Digest, p.IPID = 42, 7 }
	s.open()
	s.pkt(true, ack|capture.PSH, 1, 1, 100, same)
	s.pkt(true, ack|capture.PSH, 1, 1, 100, same)
	s.pkt(true, ack|capture.PSH, 1, 1, 100)
	e := s.end(handshake.Completed)
	if e[0].Duplicates != 1 || e[0].Orig.Pkts != 4 || e[0].Orig.Payload != 100 || e[0].Orig.Retrans != 1 {
		t.Errorf("%+v", e[0])
	}
}

func TestOneSidedVLAN(t *testing.T) {
	s := tell(t, Config{})
	tag := func(p *capture.Packet) { p.Seg = 3 }
	s.pkt(true, syn, 0, 0, 0)
	s.pkt(false, syn|ack, 0, 1, 0, tag)
	s.pkt(true, ack, 1, 1, 0)
	e := s.end(handshake.Completed)
	if e[0].Oddities&handshake.OddVLAN == 0 {
		t.Error("not said")
	}
	s = tell(t, Config{})
	other := func(p *capture.Packet) { p.Seg = 4 }
	for _, m := range []func(*capture.Packet){tag, other} {
		s.pkt(true, syn, 0, 0, 0, m)
	}
	for _, m := range []func(*capture.Packet){tag, other} {
		s.pkt(false, syn|ack, 0, 1, 0, m)
		s.pkt(true, ack, 1, 1, 0, m)
	}
	s.end(handshake.Completed, handshake.Completed)
}

// A SYN flood evicts only itself.
func TestFloodSparesTheHonest(t *testing.T) {
	s := tell(t, Config{Memory: 8 << 20})
	s.pkt(true, syn, 0, 0, 0)
	s.pkt(false, syn|ack, 0, 1, 0) // the third packet is on its way
	for i := range 200_000 {
		s.now -= 1e6 - 1000
		s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) {
			p.Src[13], p.Src[14], p.Src[15] = byte(i>>16)+9, byte(i>>8), byte(i)
		})
	}
	s.pkt(true, ack, 1, 1, 0)
	s.shut()
	st := s.table.Stats()
	s.table.Flush(s.index, handshake.EndForced)
	honest := 0
	for _, e := range s.ended {
		if e.J.Verdict == handshake.Completed {
			honest++
			if e.J.Close != handshake.Closed {
				t.Errorf("the honest connection: %v", e.J.Close)
			}
		}
	}
	if honest != 1 || st.EvictedHalfOpen == 0 || st.Bytes > 16<<20 || len(s.ended) != 200_001 {
		t.Errorf("%d honest, %d evicted, %d octets, %d records", honest, st.EvictedHalfOpen, st.Bytes, len(s.ended))
	}
}

// Half-open connections are given up for lack of room, never because many others
// came and completed.
func TestHalfOpenStaysWhileThereIsRoom(t *testing.T) {
	s := tell(t, Config{Memory: 64 << 20})
	share := int(s.table.maxFlows / 4)
	s.pkt(true, syn, 0, 0, 0)
	for i := range 3 * share {
		other := func(p *capture.Packet) {
			a := &p.Src
			if p.Flags == syn|ack {
				a = &p.Dst
			}
			a[13], a[14], a[15] = byte(i>>16)+9, byte(i>>8), byte(i)
		}
		s.now -= 3e6 - 1000
		s.pkt(true, syn, 0, 0, 0, other)
		s.pkt(false, syn|ack, 0, 1, 0, other)
		s.pkt(true, ack, 1, 1, 0, other)
	}
	if st := s.table.Stats(); st.Evicted != 0 {
		t.Errorf("%d of %d connections were evicted from a table of %d", st.Evicted, 3*share+1, s.table.maxFlows)
	}
	s.table.Flush(s.index, handshake.EndForced)
	open := 0
	for _, e := range s.ended {
		if e.J.Verdict == handshake.NoAnswer {
			open++
		}
	}
	if open != 1 || len(s.ended) != 3*share+1 {
		t.Errorf("%d without answer, %d records", open, len(s.ended))
	}
}

// A download of six gigabytes is one connection, completed and closed like a small one.
func TestLongDownload(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.pkt(true, ack, 1, 1, 100)
	const segment, n = 60_000, 100_000
	at := int64(1)
	for range n {
		s.pkt(false, ack, at, 101, segment)
		at += segment
		s.pkt(true, ack, 101, at, 0)
	}
	s.pkt(false, fin|ack, at, 101, 0)
	s.pkt(true, fin|ack, 101, at+1, 0)
	s.pkt(false, ack, at+1, 102, 0)
	e := s.end(handshake.Completed)[0]
	if e.J.Close != handshake.Closed || e.ACKFrame != 3 || e.Resp.Payload != segment*n || e.Resp.Lost+e.Resp.Retrans+e.Resp.OOO != 0 ||
		e.Oddities != 0 || e.ConnState != "SF" || e.Completeness != 31 {
		t.Errorf("%v, third packet %d, %d octets, %d lost, %v, %s, %d", e.J.Close, e.ACKFrame, e.Resp.Payload, e.Resp.Lost, e.Oddities.List(), e.ConnState, e.Completeness)
	}
}

// Flows that end at the same packet end in order of id, whatever the table's
// inner order is.
func TestOrderOfEnds(t *testing.T) {
	s := tell(t, Config{})
	for i := range 50 {
		s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) { p.SrcPort = uint16(1000 + i*37%50) })
	}
	s.wait(200 * Second)
	for i := range 50 {
		s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) { p.SrcPort = uint16(3000 + i) })
	}
	s.table.Flush(s.index, handshake.EndForced)
	if len(s.ended) != 100 {
		t.Fatal(len(s.ended))
	}
	for i := 1; i < len(s.ended); i++ {
		a, b := &s.ended[i-1], &s.ended[i]
		if a.Index > b.Index || a.Index == b.Index && a.ID > b.ID {
			t.Fatalf("record %d (at %d) before %d (at %d)", a.ID, a.Index, b.ID, b.Index)
		}
	}
}

// A port unreachable refuses a question, and not the answer that came too late for who asked; a reply is one
// whoever was seen first.
func TestWhoWasRefused(t *testing.T) {
	asker, server := [16]byte{1}, [16]byte{2}
	score := func(_ uint8, port uint16) int { return map[uint16]int{53: 8}[port] }
	var got Ended
	tab := New(Config{Score: score}, func(e *Ended) { got = *e })
	tab.Observe(&capture.Packet{Src: server, Dst: asker, SrcPort: 53, DstPort: 40000, Proto: capture.ProtoUDP, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1}, nil)
	e := capture.Packet{Src: asker, Dst: server, Proto: capture.ProtoICMP6, Ver: 6, Hash: 8, Index: 2, Time: 1e18 + 1, Frames: 1, Bits: capture.ICMPError | capture.Selected, Flags: 1<<8 | 4}
	tab.Observe(&e, &capture.Quote{Src: server, Dst: asker, SrcPort: 53, DstPort: 40000, Proto: capture.ProtoUDP, Ver: 6, Hash: 7})
	tab.Flush(3, handshake.EndForced)
	if got.Exchange != handshake.ReplyOnly || !got.Selected {
		t.Errorf("%v, selected %v", got.Exchange, got.Selected)
	}
	tab = New(Config{Score: score}, func(e *Ended) { got = *e })
	tab.Observe(&capture.Packet{Src: server, Dst: asker, SrcPort: 129, DstPort: 128, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Bits: capture.NoPorts}, nil)
	tab.Flush(2, handshake.EndForced)
	if got.Orig.Addr != asker {
		t.Error("who replied is the originator")
	}
}

// Where the clock was set back no time is measured across it, however the difference wraps around.
func TestNoTimeAcrossASetBackClock(t *testing.T) {
	for back, want := range map[int64]int64{0: 1e6, 1 << 48: -1} {
		s := tell(t, Config{})
		s.open()
		s.pkt(true, ack, 1, 1, 100)
		s.wait(-back)
		s.pkt(false, ack, 1, 101, 0)
		if e := s.end(handshake.Completed); e[0].RTTMax != want {
			t.Errorf("set back by %d: %d, want %d", back, e[0].RTTMax, want)
		}
	}
}

// An ICMP error is about a connection whose packet it quotes: with a number that was sent. Of several
// errors about a datagram that of the target itself counts.
func TestQuotes(t *testing.T) {
	a, b, hop := [16]byte{1}, [16]byte{2}, [16]byte{3}
	for _, x := range []struct {
		name   string
		proto  uint8
		seq    capture.Seq
		from   [][16]byte // who sends errors, in order
		code   []uint8    // of IPv6's type 1; 4 is port unreachable
		by     [16]byte   // whose counts, zero: nobody's
		errors int        // that became flows of their own
		bits   capture.Bits
	}{
		{"the SYN's number", tcp, 1000, [][16]byte{hop}, []uint8{1}, hop, 0, 0},
		{"another number", tcp, 0x01020304, [][16]byte{hop}, []uint8{1}, [16]byte{}, 1, 0},
		{"one too many", tcp, 1002, [][16]byte{hop}, []uint8{1}, [16]byte{}, 1, 0},
		{"on the way, then the target", capture.ProtoUDP, 0, [][16]byte{hop, b}, []uint8{3, 4}, b, 0, 0},
		{"the target, then on the way", capture.ProtoUDP, 0, [][16]byte{b, hop}, []uint8{4, 3}, b, 0, 0},
		{"the wrong checksum", tcp, 1000, [][16]byte{hop}, []uint8{1}, [16]byte{}, 1, capture.BadSum},
	} {
		var got [16]byte
		others := 0
		tab := New(Config{}, func(e *Ended) {
			if e.Proto == capture.ProtoICMP6 {
				others++
				return
			}
			got = e.FilteredBy
		})
		p := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1}
		if x.proto != tcp {
			p.Flags = 0
		}
		tab.Observe(&p, nil)
		for i, from := range x.from {
			e := capture.Packet{Src: from, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 8, Index: uint64(2 + i), Time: 1e18 + int64(i) + 1, Frames: 1,
				Bits: capture.ICMPError | x.bits, Flags: capture.Flags(1<<8 | uint16(x.code[i])), Digest: uint64(i)}
			tab.Observe(&e, &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Seq: x.seq, HasSeq: x.proto == tcp})
		}
		tab.Flush(9, handshake.EndForced)
		if got != x.by || others != x.errors {
			t.Errorf("%s: by %v, want %v; %d errors stand alone, want %d", x.name, got[0], x.by[0], others, x.errors)
		}
	}
}

// An ICMP error that was captured before what it quotes, with the other interface or out of another
// file, is about it all the same, and no flow of its own. One that quotes another number, or came
// long before, stands alone.
func TestQuotesBefore(t *testing.T) {
	a, b, hop := [16]byte{1}, [16]byte{2}, [16]byte{3}
	for _, x := range []struct {
		name   string
		proto  uint8
		seq    capture.Seq
		gap    int64 // from the error to what it quotes
		others int   // flows under the same ports before
		by     [16]byte
		alone  int
	}{
		{"a moment before", tcp, 1000, 1e6, 0, hop, 0},
		{"by a clock behind", tcp, 1000, -1e6, 0, hop, 0},
		{"another number", tcp, 2000, 1e6, 0, [16]byte{}, 1},
		{"long before", tcp, 1000, 4 * Second, 0, [16]byte{}, 1},
		{"after an earlier connection", tcp, 1000, 1e6, 1, hop, 0},
		{"a datagram", capture.ProtoUDP, 0, 1e6, 0, hop, 0},
		{"a datagram long before", capture.ProtoUDP, 0, 4 * Second, 0, [16]byte{}, 1},
	} {
		var got Ended
		alone, ids := 0, 0
		watched := map[uint64][]uint64{}
		tab := New(Config{Watch: func(id uint64, p *capture.Packet, _ int, _ bool) { watched[id] = append(watched[id], p.Index) }}, func(e *Ended) {
			ids++
			if e.Proto == capture.ProtoICMP6 {
				alone++
				return
			}
			got = *e
		})
		index, now := uint64(0), int64(1e18)
		see := func(p capture.Packet, q *capture.Quote) {
			index++
			p.Index, p.Time, p.Hash, p.Ver, p.Frames, p.Digest, p.Window = index, now, 7, 6, 1, index*0x9e3779b97f4a7c15, 1
			tab.Observe(&p, q)
		}
		for range x.others {
			see(capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Seq: 900000, Flags: capture.SYN}, nil)
			see(capture.Packet{Src: b, Dst: a, SrcPort: 80, DstPort: 1000, Proto: x.proto, Ack: 900001, Flags: capture.RST | capture.ACK}, nil)
		}
		for range 2 {
			see(capture.Packet{Src: hop, Dst: a, Proto: capture.ProtoICMP6, SrcPort: 1, DstPort: 1, Bits: capture.ICMPError, Flags: 1<<8 | 1},
				&capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto, Ver: 6, Hash: 7, Seq: x.seq, HasSeq: x.proto == tcp})
		}
		at := index - 1
		now += x.gap
		p := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: x.proto}
		if x.proto == tcp {
			p.Seq, p.Flags = 1000, capture.SYN
		}
		see(p, nil)
		tab.Flush(index, handshake.EndForced)
		want := uint64(0)
		if x.by == hop {
			want = at
		}
		if got.FilteredBy != x.by || got.ICMPFrame != want || alone != x.alone {
			t.Errorf("%s: by %v in frame %d, want %v in %d; %d stand alone, want %d", x.name, got.FilteredBy[0], got.ICMPFrame, x.by[0], want, alone, x.alone)
		}
		if want != 0 && len(watched[got.ID]) != 2 {
			t.Errorf("%s: its packets are %v", x.name, watched[got.ID])
		}
		if s := tab.Stats(); s.Live != 0 || s.Flows != uint64(ids) || s.Stray != uint64(2*x.alone) && x.alone > 0 {
			t.Errorf("%s: %+v", x.name, s)
		}
	}
}

// What waits is bounded, and forgotten with its flow.
func TestEarlyErrorsAreFew(t *testing.T) {
	ended := 0
	tab := New(Config{}, func(*Ended) { ended++ })
	tab.Advance(1e18, 0)
	for i := range 3 * maxEarly {
		a := [16]byte{1, byte(i >> 8), byte(i)}
		p := capture.Packet{Src: [16]byte{3}, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: uint64(i) << 20, Index: uint64(i) + 1, Time: 1e18, Frames: 1, Bits: capture.ICMPError, Flags: 1 << 8}
		tab.Observe(&p, &capture.Quote{Src: a, Dst: [16]byte{2}, SrcPort: 1, DstPort: 2, Proto: tcp, Ver: 6, Hash: uint64(i) << 20})
	}
	if e := &tab.early; len(e.kept) != maxEarly || len(e.at) != maxEarly || e.n != maxEarly {
		t.Errorf("%d places, %d flows, %d wait", len(e.kept), len(e.at), e.n)
	}
	tab.Advance(1e18+61*Second, 1<<20)
	if e := &tab.early; len(e.at) != 0 || e.n != 0 || ended != 3*maxEarly {
		t.Errorf("%d flows, %d wait, %d ended", len(e.at), e.n, ended)
	}
}

// A host that lacks fragments refuses nothing, nor does a router to which a packet is too big. An error that
// does refuse counts more, whenever it comes.
func TestMissingFragments(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	for _, x := range []struct {
		name     string
		kinds    []capture.Flags // ICMPv6 type and code, in order
		verdict  handshake.Verdict
		exchange handshake.Exchange
		frame    uint64
	}{
		{"missing", []capture.Flags{3<<8 | 1}, handshake.NoAnswer, handshake.Unanswered, 2},
		{"hop limit", []capture.Flags{3 << 8}, handshake.Filtered, handshake.ExchangeFiltered, 2},
		{"missing, then prohibited", []capture.Flags{3<<8 | 1, 1<<8 | 1}, handshake.Filtered, handshake.ExchangeFiltered, 3},
		{"prohibited, then missing", []capture.Flags{1<<8 | 1, 3<<8 | 1}, handshake.Filtered, handshake.ExchangeFiltered, 2},
		{"too big", []capture.Flags{2 << 8}, handshake.NoAnswer, handshake.Unanswered, 2},
		{"too big, then hop limit", []capture.Flags{2 << 8, 3 << 8}, handshake.Filtered, handshake.ExchangeFiltered, 3},
		{"hop limit, then too big", []capture.Flags{3 << 8, 2 << 8}, handshake.Filtered, handshake.ExchangeFiltered, 2},
		{"redirect", []capture.Flags{137 << 8}, handshake.NoAnswer, handshake.Unanswered, 0},
	} {
		for _, proto := range []uint8{tcp, capture.ProtoUDP} {
			var got Ended
			tab := New(Config{}, func(e *Ended) { got = *e })
			p := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1}
			tab.Observe(&p, nil)
			for i, kind := range x.kinds {
				e := capture.Packet{Src: b, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: uint64(2 + i), Time: 1e18 + 1, Frames: 1, Bits: capture.ICMPError, Flags: kind, Digest: uint64(i)}
				tab.Observe(&e, &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Seq: 1000, HasSeq: proto == tcp})
			}
			tab.Flush(9, handshake.EndForced)
			said := got.J.Verdict == x.verdict
			if proto != tcp {
				said = got.Exchange == x.exchange
			}
			if refused := x.verdict == handshake.Filtered; !said || got.ICMPFrame != x.frame || (got.FilteredVer != 0) != refused {
				t.Errorf("%s, protocol %d: %v, %v, frame %d, by version %d", x.name, proto, got.J.Verdict, got.Exchange, got.ICMPFrame, got.FilteredVer)
			}
		}
	}
}

// Octets that a header claims and that its frame had no room for did not pass, on a SYN and its
// answer as little as later.
func TestOverlongOpening(t *testing.T) {
	long := func(held uint32) func(p *capture.Packet) {
		return func(p *capture.Packet) {
			p.Bits |= capture.Overlong
			p.TSVal = held
		}
	}
	s := tell(t, Config{})
	s.pkt(true, syn, 0, 0, 4096, long(7))
	s.pkt(false, syn|ack, 0, 1, 4096, long(0))
	s.pkt(true, ack, 1, 1, 0)
	s.pkt(false, ack, 1, 1, 10)
	s.pkt(true, ack, 4097, 11, 4096, long(5))
	for _, e := range s.end(handshake.Completed) {
		if e.Orig.Payload != 12 || e.Resp.Payload > 10 {
			t.Errorf("%d octets of the originator, %d of the responder", e.Orig.Payload, e.Resp.Payload)
		}
	}
}

// The RST that ended an attempt is named, whatever came after it.
func TestRSTOfAttempt(t *testing.T) {
	for _, c := range []struct {
		name string
		pkts []sent
		want handshake.Verdict
		rst  uint64
	}{
		{"refused", []sent{{true, syn, 0, 0, 0}, {false, rst | ack, 0, 1, 0}}, handshake.Refused, 2},
		{"refused, and tried again in vain", []sent{{true, syn, 0, 0, 0}, {false, rst | ack, 0, 1, 0}, {true, syn, 0, 0, 0}}, handshake.Refused, 2},
		{"refused twice", []sent{{true, syn, 0, 0, 0}, {false, rst | ack, 0, 1, 0}, {true, syn, 0, 0, 0}, {false, rst | ack, 0, 1, 0}}, handshake.Refused, 2},
		{"refused with words, after data on the SYN", []sent{{true, syn, 0, 0, 9}, {false, rst | ack, 0, 10, 4}, {true, syn, 0, 0, 9}}, handshake.Refused, 2},
		{"taken back", []sent{{true, syn, 0, 0, 0}, {true, rst, 1, 0, 0}}, handshake.Aborted, 2},
		{"taken back after the answer", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, rst, 1, 0, 0}, {false, syn | ack, 0, 1, 0}}, handshake.Aborted, 3},
		{"given up", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {false, rst | ack, 1, 1, 0}}, handshake.HalfOpen, 3},
		{"answered", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}}, handshake.HalfOpen, 0},
		{"opened and reset", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {false, rst | ack, 1, 1, 0}}, handshake.Completed, 0},
	} {
		s := tell(t, Config{})
		for _, p := range c.pkts {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
		}
		for _, e := range s.end(c.want) {
			if e.RSTFrame != c.rst {
				t.Errorf("%s: frame %d", c.name, e.RSTFrame)
			}
		}
	}
}

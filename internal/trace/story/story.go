// Package story builds the packets of one connection by hand, for tests: each
// call is one packet, numbers follow by themselves, and a test shows only what
// differs. It is imported by tests only.
//
// The initial sequence numbers lie so close to 2^32 that every story wraps.
package story

import (
	"net/netip"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// The initial sequence numbers of both ends.
const (
	OrigISN capture.Seq = 0xfffffffe
	RespISN capture.Seq = 0xffffffff
)

// Story is a connection from 10.0.0.2:51514 to 10.0.0.1:80 in the making.
type Story struct {
	Packets []capture.Packet
	time    int64
	next    [2]capture.Seq // what each end sends next
	frame   uint64
	proto   uint8
	ports   [2]uint16
	addr    [2][16]byte
}

// Start is the time of the first packet: 2026-11-23 10:31:07 UTC.
const Start int64 = 1795429867 * 1e9

// New starts a TCP story.
func New() *Story {
	s := &Story{time: Start, proto: capture.ProtoTCP, ports: [2]uint16{51514, 80}}
	s.next = [2]capture.Seq{OrigISN, RespISN}
	s.addr[0] = netip.MustParseAddr("10.0.0.2").As16()
	s.addr[1] = netip.MustParseAddr("10.0.0.1").As16()
	return s
}

// NewUDP starts a story of datagrams to port 53.
func NewUDP() *Story {
	s := New()
	s.proto, s.ports[1] = capture.ProtoUDP, 53
	return s
}

// Change is what differs from the packet a call would build.
type Change func(*capture.Packet)

// Seq sets the sequence number.
func Seq(n capture.Seq) Change { return func(p *capture.Packet) { p.Seq = n } }

// Ack sets the acknowledgement number.
func Ack(n capture.Seq) Change { return func(p *capture.Packet) { p.Ack = n } }

// Len sets the payload length.
func Len(n uint32) Change { return func(p *capture.Packet) { p.PayloadLen = n } }

// Window sets the window.
func Window(n uint16) Change { return func(p *capture.Packet) { p.Window = n } }

// Flags sets the flags.
func Flags(f capture.Flags) Change { return func(p *capture.Packet) { p.Flags = f } }

// Wait lets time pass before the next packet (nanoseconds).
func (s *Story) Wait(ns int64) *Story { s.time += ns; return s }

// Send puts a packet of side (0 originator, 1 responder) into the story.
func (s *Story) Send(side int, f capture.Flags, payload uint32, changes ...Change) *Story {
	p := s.make(side, f, payload, changes)
	s.Packets = append(s.Packets, p)
	return s
}

// Lose sends a packet that the capture lacks: the numbers go on.
func (s *Story) Lose(side int, f capture.Flags, payload uint32, changes ...Change) *Story {
	s.make(side, f, payload, changes)
	s.frame--
	return s
}

func (s *Story) make(side int, f capture.Flags, payload uint32, changes []Change) capture.Packet {
	s.time += 400_000
	s.frame++
	p := capture.Packet{Src: s.addr[side], Dst: s.addr[1-side], SrcPort: s.ports[side], DstPort: s.ports[1-side],
		Proto: s.proto, Ver: 4, TTL: 64, Time: s.time, Index: s.frame, Flags: f, PayloadLen: payload, Frames: 1,
		Window: 64240, TCPHdr: 20}
	if s.proto == capture.ProtoTCP {
		p.Seq = s.next[side]
		if f.Any(capture.ACK) {
			p.Ack = s.next[1-side]
		}
		if f.Any(capture.SYN) {
			p.Opts, p.MSS, p.WScale = capture.OptMSS|capture.OptWScale|capture.OptSACKOK, 1460, 7
		}
	}
	for _, c := range changes {
		c(&p)
	}
	end := p.Seq.Add(p.PayloadLen)
	if p.Flags.Any(capture.SYN) {
		end++
	}
	if p.Flags.Any(capture.FIN) {
		end++
	}
	if end.After(s.next[side]) && !p.Flags.Any(capture.RST) && end.Sub(s.next[side]) < 1<<16 {
		s.next[side] = end
	}
	return p
}

// SYN is the originator's opening.
func (s *Story) SYN(c ...Change) *Story { return s.Send(0, capture.SYN, 0, c...) }

// SYNACK is the responder's answer.
func (s *Story) SYNACK(c ...Change) *Story { return s.Send(1, capture.SYN|capture.ACK, 0, c...) }

// ACK is a plain acknowledgement of the originator.
func (s *Story) ACK(c ...Change) *Story { return s.Send(0, capture.ACK, 0, c...) }

// RespACK is a plain acknowledgement of the responder.
func (s *Story) RespACK(c ...Change) *Story { return s.Send(1, capture.ACK, 0, c...) }

// Data is n octets of the originator.
func (s *Story) Data(n uint32, c ...Change) *Story {
	return s.Send(0, capture.PSH|capture.ACK, n, c...)
}

// Reply is n octets of the responder.
func (s *Story) Reply(n uint32, c ...Change) *Story {
	return s.Send(1, capture.PSH|capture.ACK, n, c...)
}

// FIN closes the originator's direction.
func (s *Story) FIN(c ...Change) *Story { return s.Send(0, capture.FIN|capture.ACK, 0, c...) }

// RespFIN closes the responder's direction.
func (s *Story) RespFIN(c ...Change) *Story { return s.Send(1, capture.FIN|capture.ACK, 0, c...) }

// RST is the originator's; RespRST the responder's, with ACK.
func (s *Story) RST(c ...Change) *Story { return s.Send(0, capture.RST, 0, c...) }

// RespRST is the responder's RST, which acknowledges what it answers.
func (s *Story) RespRST(c ...Change) *Story { return s.Send(1, capture.RST|capture.ACK, 0, c...) }

// Open is the three-way handshake.
func (s *Story) Open() *Story { return s.SYN().SYNACK().ACK() }

// Close is the usual farewell, the originator first.
func (s *Story) Close() *Story { return s.FIN().RespACK().RespFIN().ACK() }

// Record judges the story's packets and gives the record that the program
// would, as far as traces need it.
func (s *Story) Record() *record.Record {
	r := &record.Record{ID: 1, Proto: s.proto, Final: true, HasPorts: true,
		Orig:         record.Side{Addr: capture.Addr(s.addr[0], 4), Port: s.ports[0], WScale: 7},
		Resp:         record.Side{Addr: capture.Addr(s.addr[1], 4), Port: s.ports[1], WScale: 7},
		ReuseAfterNS: record.Unset, ServerRTT: record.Unset, ClientRTT: record.Unset, Setup: record.Unset,
		RTTMin: record.Unset, RTTP50: record.Unset, RTTMax: record.Unset, Completeness: record.Unset}
	if len(s.Packets) == 0 {
		return r
	}
	r.First, r.Last = s.Packets[0].Time, s.Packets[len(s.Packets)-1].Time
	r.DurationNS = r.Last - r.First
	r.FirstFrame, r.LastFrame = s.Packets[0].Index, s.Packets[len(s.Packets)-1].Index
	if s.proto == capture.ProtoUDP {
		s.exchange(r)
		return r
	}
	var (
		c    handshake.Conn
		x    = handshake.NewRest()
		pkts [2]uint64
		odd  handshake.Oddity
	)
	// Side 0 of the judge is who was seen first.
	first := s.Packets[0].Src
	zero := 0
	if first != s.addr[0] {
		zero = 1
	}
	for i := range s.Packets {
		p := &s.Packets[i]
		side := 0
		if p.Src != first {
			side = 1
		}
		pkts[side]++
		who := &r.Orig
		if p.Src != s.addr[0] {
			who = &r.Resp
		}
		who.Pkts++
		who.Payload += uint64(p.PayloadLen)
		if c.PlaceSYN(p, side) == handshake.Pending && p.Flags&(capture.SYN|capture.ACK) == capture.SYN {
			continue
		}
		odd |= c.Observe(p, side, uint32(i+1), x, handshake.Options{})
	}
	j := c.Judge(x, handshake.Clues{Pkts: pkts, Orig: zero, By: handshake.RolesPort})
	frame := func(off uint32) uint64 {
		if off == 0 {
			return 0
		}
		return s.Packets[off-1].Index
	}
	r.Handshake, r.Kind, r.Missing, r.ProbeKind = j.Verdict, j.Kind, j.Missing, j.Probe
	r.Close, r.ClosedBy, r.RolesBy = j.Close, j.ClosedBy, j.RolesBy
	r.RSTFrame = frame(j.RST)
	r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame = frame(j.SYN), frame(j.SYNACK), frame(j.ACK), frame(j.Confirmed)
	r.RolesFrame = frame(j.Roles)
	for _, f := range j.CloseOff {
		if f != 0 {
			r.CloseFrames = append(r.CloseFrames, frame(f))
		}
	}
	r.ServerRTT, r.ClientRTT, r.Setup = j.ServerRTT, j.ClientRTT, j.Setup
	if j.UnseenSYN() {
		odd &^= handshake.OddSYNACKNumber
	}
	r.Oddities = (odd | j.Oddities).List()
	r.SuspectedRSTs = x.SuspectedRSTs()
	r.SYNRetries, r.SYNACKRetries = x.SYNRetries(), x.SYNACKRetries()
	r.EndReason = handshake.EndForced
	return r
}

func (s *Story) exchange(r *record.Record) {
	for i := range s.Packets {
		p := &s.Packets[i]
		who := &r.Orig
		if p.Src != s.addr[0] {
			who = &r.Resp
		}
		who.Pkts++
		who.Payload += uint64(p.PayloadLen)
	}
	switch {
	case r.Orig.Pkts > 0 && r.Resp.Pkts > 0:
		r.Exchange = handshake.Answered
	case r.Orig.Pkts > 3:
		r.Exchange = handshake.Stream
	case r.Orig.Pkts > 0:
		r.Exchange = handshake.Unanswered
	default:
		r.Exchange = handshake.ReplyOnly
	}
	r.RolesBy = handshake.RolesPort
}

// O is the originator's n-th sequence number, its SYN being number 0; R the
// responder's.
func O(n uint32) capture.Seq { return OrigISN.Add(n) }

// R is the responder's n-th sequence number.
func R(n uint32) capture.Seq { return RespISN.Add(n) }

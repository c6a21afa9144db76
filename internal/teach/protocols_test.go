package teach_test

import (
	"strings"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// What holds of UDP is not said of other protocols: SCTP opens associations, and nobody
// posts a letter with an ICMP or IGMP packet.
func TestOtherProtocolsAreNoPost(t *testing.T) {
	for proto, name := range map[uint8]string{capture.ProtoSCTP: "SCTP", capture.ProtoDCCP: "DCCP", capture.ProtoUDPLite: "UDP-Lite", capture.ProtoICMP: "ICMP", 2: "IGMP", 200: "IP protocol 200"} {
		s := story.NewUDP().Data(8).Reply(8).Data(9)
		for i := range s.Packets {
			s.Packets[i].Proto = proto
		}
		rec := s.Record()
		rec.Proto, rec.Handshake, rec.Exchange = proto, handshake.None, handshake.ExchangeNone
		l := teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: teach.English})
		text := strings.Join(append(l.Intro, l.Outro...), " ")
		for _, r := range l.Rungs {
			text += " " + r.Quote + " " + r.Plain
		}
		if !strings.Contains(text, name) || !strings.Contains(text, "The server sends 8 bytes.") {
			t.Errorf("%d: %s", proto, text)
		}
		for _, not := range []string{"letter", "UDP itself", "nobody calls", "Dear", "datagram"} {
			if strings.Contains(text, not) {
				t.Errorf("%s: it says %q: %s", name, not, text)
			}
		}
		if (proto == capture.ProtoSCTP || proto == capture.ProtoDCCP) && strings.Contains(text, "nothing was opened") {
			t.Errorf("%s opens something: %s", name, text)
		}
	}
}

// What is too large for a stretch of the way was dropped there: the next that is smaller passes.
func TestTooBigIsTold(t *testing.T) {
	s := story.New().SYN()
	s.Packets = append(s.Packets, capture.Packet{Src: [16]byte{10: 255, 11: 255, 12: 10, 15: 254}, Dst: s.Packets[0].Src, Proto: capture.ProtoICMP,
		Ver: 4, Flags: 3<<8 | 4, Bits: capture.ICMPError, Time: s.Packets[0].Time + 1e6, Index: 2})
	rec := s.Record()
	rec.Handshake, rec.ICMPFrame = handshake.NoAnswer, 2
	text := ""
	for _, r := range teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: teach.English}).Rungs {
		text += r.Quote + " " + r.Plain + " "
	}
	if !strings.Contains(text, "dropped for its size") || strings.Contains(text, "may not pass") {
		t.Error(text)
	}
}

// Who only received is not said to write, and one who writes alone exchanges nothing.
func TestOneWayIsNoExchange(t *testing.T) {
	for _, c := range []struct {
		s    *story.Story
		want string
	}{
		{story.NewUDP().Data(8).Reply(8), "Two computers exchange datagrams."},
		{story.NewUDP().Data(8).Data(8), "Datagrams go one way."},
		{story.NewUDP().Reply(8).Reply(8), "no question is in this capture."},
	} {
		rec := c.s.Record()
		text := strings.Join(teach.New(rec, trace.Build(c.s.Packets, rec), teach.Options{Lang: teach.English}).Intro, " ")
		if !strings.Contains(text, c.want) || strings.Contains(text, "exchange") != (rec.Orig.Pkts > 0 && rec.Resp.Pkts > 0) || strings.Contains(text, "writes (the client)") && rec.Orig.Pkts == 0 {
			t.Errorf("%d and %d packets: %s", rec.Orig.Pkts, rec.Resp.Pkts, text)
		}
	}
}

// Where packets go on as if it were open, an opening whose numbers do not fit is not called one
// in which nobody connected: that is not proved either.
func TestInvalidThatGoesOn(t *testing.T) {
	s := story.New().SYN().SYNACK(story.Ack(77)).ACK().Data(30).RespACK()
	rec := s.Record()
	rec.Handshake = handshake.Invalid
	tr := trace.Build(s.Packets, rec)
	end := tr.End()
	if !end[trace.Orig].State.Synchronized() || !end[trace.Resp].State.Synchronized() {
		t.Fatalf("the ends are %v", end)
	}
	for l, want := range map[teach.Lang][2]string{teach.English: {"as if they had connected", "nobody connected"}, teach.Spanish: {"como si se hubieran conectado", "nadie se conectó"}} {
		text := strings.Join(teach.New(rec, tr, teach.Options{Lang: l}).Outro, " ")
		if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
			t.Error(text)
		}
	}
}

// A ping is told as what it is, with its number, by both versions of IP; what no packet says is not.
func TestPingIsTold(t *testing.T) {
	for proto, types := range map[uint8][2]uint16{capture.ProtoICMP: {8, 0}, capture.ProtoICMP6: {128, 129}} {
		s := story.NewUDP().Data(8).Reply(8)
		for i := range s.Packets {
			p := &s.Packets[i]
			p.Proto, p.SrcPort, p.DstPort, p.Flags, p.Seq = proto, types[i], 0, capture.Flags(types[i])<<8, 777<<16|5
		}
		rec := s.Record()
		rec.Proto, rec.Handshake, rec.Exchange = proto, handshake.None, handshake.ExchangeNone
		for lang, want := range map[teach.Lang][4]string{teach.English: {"echo request 5, 8 bytes", "Are you there?", "echo reply 5, 8 bytes", "I am here."}, teach.Spanish: {"petición de eco 5, 8 bytes", "¿Estás ahí?", "respuesta de eco 5, 8 bytes", "Aquí estoy."}} {
			l := teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: lang})
			if got := [4]string{l.Rungs[0].Label, l.Rungs[0].Quote, l.Rungs[1].Label, l.Rungs[1].Quote}; got != want || l.Rungs[0].Plain == "" || l.Rungs[1].Plain == "" {
				t.Errorf("%d: %q", proto, got)
			}
		}
	}
}

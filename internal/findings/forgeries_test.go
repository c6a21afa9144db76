package findings

import (
	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// answers is how many packets came back.
func answers(n uint64) func(*record.Record) {
	return func(r *record.Record) { r.Orig.Pkts, r.Resp.Pkts = 1, n }
}

func odd(names ...string) func(*record.Record) {
	return func(r *record.Record) { r.Oddities, r.SYNFrame = names, r.FirstFrame }
}

func over(proto uint8) func(*record.Record) {
	return func(r *record.Record) { r.Proto, r.RolesBy = proto, handshake.RolesFirst }
}

// without is of a protocol that has no ports; ICMP of a kind whose answer is 0.
func without(proto uint8, typ uint16) func(*record.Record) {
	return func(r *record.Record) {
		r.Proto, r.RolesBy, r.HasPorts, r.Orig.Port, r.Resp.Port = proto, handshake.RolesFirst, false, typ, 0
	}
}

// forgeries are the stories of senders that cannot be, of floods without a connection, and of scans by other
// protocols than TCP and UDP.
var forgeries = []storied{
	{"an answer from nowhere", func(s *story) {
		s.tcp(0, "10.0.0.9", "127.0.0.1", 0, 80, handshake.Unsolicited, replied, answers(1))
	}, "address-bogon low 1"},
	{"an answer to nowhere", func(s *story) {
		s.udp(0, "240.0.0.1", "10.0.0.1", 0, 53, handshake.ReplyOnly, func(r *record.Record) { r.Orig.Pkts, r.Resp.Pkts = 0, 1 })
	}, "address-bogon low 1"},
	{"nothing came from nowhere", func(s *story) { s.tcp(0, "10.0.0.9", "240.0.0.1", 0, 80, handshake.NoAnswer) }, ""},
	{"called in its own name", func(s *story) {
		s.tcp(0, "10.0.0.1", "10.0.0.1", 0, 80, handshake.NoAnswer, odd("land"))
	}, "address-bogon low 1"},
	{"a program reached itself", func(s *story) {
		s.tcp(0, "10.0.0.1", "10.0.0.1", 0, 40000, handshake.Completed, odd("land", "simultaneous_open"))
	}, ""},
	{"datagrams from everywhere", func(s *story) {
		for i := range 1500 {
			s.udp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 53, handshake.Unanswered)
		}
	}, "flood-datagrams medium 1500"},
	{"many more of them", func(s *story) {
		for i := range 6000 {
			s.udp(int64(i)*sec/1000, "8.8.%d.%d", "10.0.0.1", i, 53, handshake.Unanswered)
		}
	}, "flood-datagrams medium 6000"},
	{"a name server at work", func(s *story) {
		for i := range 6000 {
			x := handshake.Answered
			if i%3 == 0 {
				x = handshake.Unanswered
			}
			s.udp(int64(i)*sec/1000, "8.8.%d.%d", "10.0.0.1", i, 53, x, payload(30, 60))
		}
	}, ""},
	{"logs of many machines", func(s *story) {
		for i := range 1500 {
			s.udp(int64(i)*sec/500, "10.1.%d.%d", "10.0.0.1", i, 514, handshake.Unanswered)
		}
	}, ""},
	{"many datagrams of one machine", func(s *story) {
		for i := range 1500 {
			s.udp(int64(i)*sec/500, "10.1.0.1", "10.0.0.1", 0, 5000, handshake.Unanswered)
		}
	}, ""},
	{"pings from everywhere", func(s *story) {
		for i := range 1500 {
			s.tcp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 0, handshake.None, without(capture.ProtoICMP, 8))
		}
	}, "flood-datagrams medium 1500"},
	{"pings from everywhere, answered", func(s *story) {
		for i := range 1500 {
			s.tcp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 0, handshake.None, without(capture.ProtoICMP, 8), answers(1))
		}
	}, ""},
	{"fifteen IP protocols", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 0, handshake.None, without(uint8(140+i), 0))
		}
	}, "scan-stealth medium 15"},
	{"routers speak fourteen", func(s *story) {
		for i := range 60 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 0, handshake.None, without(uint8(80+i%14), 0))
		}
	}, ""},
	{"fifteen doors of SCTP", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), answers(1))
		}
	}, "scan-ports medium 15"},
	{"fifteen associations", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), answers(4))
		}
	}, ""},
}

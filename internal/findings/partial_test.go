package findings

import (
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// partial are stories of captures that lack one direction, whose clock jumps, or in which one address stands for many: nothing that
// only the missing half would prove is said of them.
var partial = []storied{
	{"the same dead machine over and over, and others in the course of a day", func(s *story) {
		tenths(40, func(at int64, i int) { s.tcp(at, "10.0.0.9", "10.9.0.1", 0, 80, handshake.NoAnswer) })
		for i := range 40 {
			s.tcp(int64(i)*1800*sec, "10.0.0.9", "10.9.%d.%d", i, 80, handshake.NoAnswer)
		}
	}, ""},
	{"the same by datagrams", func(s *story) {
		tenths(40, func(at int64, i int) { s.udp(at, "10.0.0.9", "10.9.0.1", 0, 161, handshake.Unanswered) })
		for i := range 40 {
			s.udp(int64(i)*1800*sec, "10.0.0.9", "10.9.%d.%d", i, 161, handshake.Unanswered)
		}
	}, ""},
	{"twenty-four machines, most of them twice", func(s *story) {
		tenths(47, func(at int64, i int) { s.tcp(at, "10.0.0.9", "10.9.%d.%d", i%24, 80, handshake.NoAnswer) })
	}, ""},
	{"twenty-five machines of IPv6 in one instant", func(s *story) {
		for i := range 25 {
			s.tcp(0, "fd00::9", "fd00:%d::%d", i, 80, handshake.NoAnswer)
		}
	}, "scan-hosts medium 25"},
	{"twenty-five machines while the clock runs backwards", func(s *story) {
		for i := range 25 {
			s.tcp(-int64(i)*sec, "10.0.0.9", "10.9.%d.%d", i, 80, handshake.NoAnswer)
		}
	}, "scan-hosts medium 25"},
	{"answers of one's own name servers, whose questions were not captured", func(s *story) {
		tenths(2000, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i%2, 53, handshake.ReplyOnly, payload(0, 180))
		})
	}, ""},
	{"the same with large answers", func(s *story) {
		tenths(2000, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i%9, 53, handshake.ReplyOnly, payload(0, 900))
		})
	}, "flood-amplify low 1800000"},
	{"large answers of ten that nobody was seen to ask", func(s *story) {
		tenths(2000, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i%10, 53, handshake.ReplyOnly, payload(0, 900))
		})
	}, "flood-amplify high 1800000"},
	{"an answer of 512 octets on average, and one less", func(s *story) {
		for i := range 200 {
			s.udp(int64(i)*sec, "10.0.0.9", "8.8.%d.%d", i%20, 53, handshake.ReplyOnly, payload(0, 512))
			s.udp(int64(i)*sec, "10.0.0.8", "8.8.%d.%d", i%20, 53, handshake.ReplyOnly, payload(0, 511))
		}
	}, "flood-amplify high 102400"},
	{"a monitor that walks the tables of its devices", func(s *story) {
		for i := range 300 {
			s.udp(int64(i)*sec, "10.0.0.9", "10.1.%d.%d", i%100, 161, handshake.Answered, payload(400, 14000), packets(10, 10))
		}
	}, "flood-amplify low 4200000"},
	{"the same under the name of somebody in the Internet", func(s *story) {
		for i := range 300 {
			s.udp(int64(i)*sec, "8.8.4.4", "9.1.%d.%d", i%100, 161, handshake.Answered, payload(400, 14000), packets(10, 10))
		}
	}, "flood-amplify high 4200000"},
	{"a machine that reads a little and gets much that it did not ask for", func(s *story) {
		for i := range 300 {
			s.udp(int64(i)*sec, "10.0.0.9", "10.0.0.53", 0, 53, handshake.Answered, payload(40, 300), packets(1, 1))
			s.udp(int64(i)*sec, "10.0.0.9", "8.8.%d.%d", i%40, 53, handshake.ReplyOnly, payload(0, 4000), packets(0, 3))
		}
	}, "flood-amplify high 1290000"},
	{"a question of a name that a hundred answers follow", func(s *story) {
		for i := range 30 {
			s.udp(int64(i)*sec, "10.0.0.9", "8.8.%d.%d", i, 53, handshake.Answered, payload(40, 40000), packets(1, 100))
		}
	}, "flood-amplify high 1200000"},
	{"a monitor that looks whether SSH, FTP and a screen from afar answer", func(s *story) {
		for i := range 60 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(22, 40), spoke("ssh"))
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.2", 0, 21, handshake.Completed, payload(6, 60), spoke("ftp"))
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.3", 0, 3389, handshake.Completed, payload(47, 19), spoke("rdp"))
		}
	}, "cleartext-protocol low 1"},
	{"sessions of them in which a password may be tried", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(keysFirst, 1200), spoke("ssh"))
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.2", 0, 21, handshake.Completed, payload(30, 60), spoke("ftp"), said(func(a *identify.Facts) { a.StartTLS = true }))
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.3", 0, 3389, handshake.Completed, payload(1500, 1800), spoke("rdp"))
		}
	}, "auth-guessing high 30, auth-guessing high 30, auth-guessing high 30"},
	{"a password in a connection that was open before the capture", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Midstream, spoke("ftp"), readable("anna", "ftp PASS"), rolesBy(handshake.RolesPort))
	}, "cleartext-credentials high 1"},
	{"the same, of the end that is taken for the server", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Midstream, spoke("ftp"), readable("anna", "ftp PASS"), rolesBy(handshake.RolesPort), said(func(a *identify.Facts) { a.Client = 1 }))
	}, ""},
	{"the same, enciphered, and a service that lets it", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 110, handshake.Midstream, spoke("pop3"), rolesBy(handshake.RolesPort))
	}, ""},
	{"a word for SNMP at a machine that says nothing, which may be a guess", func(s *story) {
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 161, handshake.Unanswered, spoke("snmp"), readable("", "snmp community"))
	}, ""},
	{"much carried out, and nothing captured of the other end", func(s *story) {
		for i := range 10 {
			s.tcp(int64(i)*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Implied, payload(20_000_000, 0))
		}
	}, ""},
}

// packets is how many each end sent.
func packets(o, s uint64) func(*record.Record) {
	return func(r *record.Record) { r.Orig.Pkts, r.Resp.Pkts = o, s }
}

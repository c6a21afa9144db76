package findings

import (
	"portero/handshake"
)

// searches are stories of who goes from machine to machine and is let in, and of those who do so with reason.
var searches = []storied{
	{"a worm inside goes through the Internet by shares", func(s *story) {
		tenths(40, func(at int64, i int) { // two calls to each, a minute and a half apart
			s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed, payload(0, 0))
			s.tcp(at+90*sec, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed, payload(1300, 900), spoke("smb"))
		})
	}, "scan-answered high 40"},
	{"a stranger goes through a house with addresses of the Internet by SSH", func(s *story) {
		tenths(30, func(at int64, i int) {
			s.tcp(at, "8.8.4.4", "9.9.%d.%d", i, 22, handshake.Completed, payload(300, 0))
		})
	}, "scan-answered medium 30"},
	{"by SSH from inside, one house among many", func(s *story) {
		tenths(30, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 22, handshake.Completed, payload(900, 2000))
		})
	}, "scan-answered medium 30"},
	{"half of a search is in vain", func(s *story) {
		tenths(60, func(at int64, i int) {
			v := []handshake.Verdict{handshake.Completed, handshake.NoAnswer}[i%2]
			s.tcp(at, "8.8.4.4", "9.9.%d.%d", i, 3389, v, payload(60, 0))
		})
	}, "scan-answered medium 30, scan-hosts medium 30"},
	{"a search that begins slowly, and one call more an hour later", func(s *story) {
		for i := range 32 {
			at := int64(i) * sec
			switch i {
			case 0:
				at -= 3600 * sec
			case 31:
				at += 3600 * sec
			}
			s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 1433, handshake.Completed)
		}
	}, "scan-answered high 32"},
	{"machines in their own time", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed)
		}
	}, ""},
	{"one machine forty times", func(s *story) {
		tenths(40, func(at int64, i int) { s.tcp(at, "10.0.0.9", "8.9.0.1", 0, 445, handshake.Completed) })
	}, ""},
	{"a browser, a resolver, a mail server and somebody who shares", func(s *story) {
		tenths(200, func(at int64, i int) {
			for _, port := range []uint16{21, 25, 53, 80, 443, 587, 853, 993, 6881, 8080, 30303, 51413} {
				s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, port, handshake.Completed, payload(500, 9000))
			}
			s.udp(at, "10.0.0.9", "8.9.%d.%d", i, 53, handshake.Answered)
		})
	}, ""},
	{"a monitor and the probes of a cluster inside", func(s *story) {
		tenths(120, func(at int64, i int) {
			for _, port := range []uint16{23, 139, 1433, 3306, 5432, 6379, 9200, 10250} {
				s.tcp(at, "10.0.0.9", "10.8.%d.%d", i, port, handshake.Completed)
			}
		})
	}, ""},
	{"a house with addresses of the Internet", func(s *story) {
		tenths(60, func(at int64, i int) {
			s.tcp(at, "130.149.9.9", "130.149.%d.%d", i, 22, handshake.Completed)
			s.tcp(at, "2a00:1450:1::9", "2a00:1450:2::%d%d", i, 22, handshake.Completed)
		})
	}, ""},
	{"a private network of a carrier or of a tunnel", func(s *story) {
		tenths(60, func(at int64, i int) { s.tcp(at, "100.64.0.9", "100.80.%d.%d", i, 22, handshake.Completed) })
	}, ""},
	{"backups and releases at other houses", func(s *story) {
		tenths(60, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 22, handshake.Completed, payload(1<<16, 1))
		})
	}, ""},
	{"a monitor of machines elsewhere, by the clock", func(s *story) {
		for round := range 3 {
			tenths(30, func(at int64, i int) {
				s.tcp(int64(round)*60*sec+at, "10.0.0.9", "8.9.%d.%d", i, 22, handshake.Completed, payload(21, 40))
			})
		}
	}, ""},
	{"a search that knocks three times at each, as it comes", func(s *story) {
		tenths(30, func(at int64, i int) {
			for _, later := range []int64{0, 15, 75} {
				s.tcp(at+later*sec, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed, payload(21, 40))
			}
		})
	}, "scan-answered high 30"},
	{"a search that calls three times within a second, by the clock of its loop", func(s *story) {
		tenths(30, func(at int64, i int) {
			for n := range int64(3) {
				s.tcp(at+n*sec/4, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Completed, payload(21, 40))
			}
		})
	}, "scan-answered high 30"},
	{"who calls whom is guessed", func(s *story) {
		tenths(40, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "8.9.%d.%d", i, 445, handshake.Midstream, rolesBy(handshake.RolesPort))
		})
	}, ""},
}

package findings

import (
	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// from is the number that the caller was lent.
func from(port uint16) func(*record.Record) {
	return func(r *record.Record) { r.Orig.Port = port }
}

// tenths tells the same of n records, a tenth of a second apart.
func tenths(n int, one func(at int64, i int)) {
	for i := range n {
		one(int64(i)*sec/10, i)
	}
}

// borders are stories of what just counts, and of what looks alike and does not.
var borders = []storied{
	// Scans.
	{"doors that are filtered", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Filtered)
		})
	}, "scan-ports medium 15"},
	{"doors that answered and were left", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.HalfOpen, replied)
		})
	}, "scan-ports medium 15"},
	{"doors that answered and were refused in turn", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Aborted, replied)
		})
	}, "scan-ports medium 15"},
	{"doors that answered wrongly", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Invalid)
		})
	}, "scan-ports medium 15"},
	{"doors in one instant, one of them twice", func(s *story) {
		for i := range 16 {
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, uint16(20+i%15), handshake.Refused)
		}
	}, "scan-ports medium 15"},
	{"doors of two machines", func(s *story) {
		tenths(20, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.%d.%d", i%2, uint16(20+i), handshake.Refused)
		})
	}, ""},
	{"doors tried from two machines", func(s *story) {
		tenths(20, func(at int64, i int) {
			s.tcp(at, "10.0.%d.%d", "10.0.0.1", 50+i%2, uint16(20+i), handshake.Refused)
		})
	}, ""},
	{"twenty doors again and again", func(s *story) {
		for i := range 2500 {
			s.tcp(int64(i)*2*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i%20), handshake.Refused)
		}
	}, "scan-ports medium 20"},
	{"one silent machine twenty-five times", func(s *story) {
		tenths(25, func(at int64, _ int) { s.tcp(at, "10.0.0.9", "10.9.0.1", 0, 445, handshake.NoAnswer) })
	}, ""},
	{"twenty-four machines twice", func(s *story) {
		tenths(48, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.9.%d.%d", i%24, 445, handshake.NoAnswer)
			s.udp(at, "10.0.0.9", "10.9.%d.%d", i%24, 161, handshake.Unanswered)
			s.tcp(at, "10.0.0.9", "8.8.%d.%d", i%24, 443, handshake.Unsolicited, replied)
		})
	}, ""},
	{"many silent machines in their own time", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "10.9.%d.%d", i, 445, handshake.NoAnswer)
			s.udp(int64(i)*60*sec, "10.0.0.9", "10.9.%d.%d", i, 161, handshake.Unanswered)
		}
	}, ""},
	{"a sweep for each service of administration, from inside", func(s *story) {
		tenths(25, func(at int64, i int) {
			for _, port := range []uint16{22, 23, 445, 1433, 3389} {
				s.tcp(at, "10.0.0.9", "10.9.%d.%d", i, port, handshake.NoAnswer)
			}
		})
	}, "scan-hosts high 25, scan-hosts high 25, scan-hosts high 25, scan-hosts high 25, scan-hosts high 25"},
	{"a sweep for the web from inside", func(s *story) {
		tenths(25, func(at int64, i int) { s.tcp(at, "10.0.0.9", "10.9.%d.%d", i, 80, handshake.NoAnswer) })
	}, "scan-hosts medium 25"},
	{"twelve IP protocols, and fragments of three", func(s *story) {
		tenths(12, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 0, handshake.None, without(uint8(140+i), 0))
		})
		for _, p := range []uint8{capture.ProtoTCP, capture.ProtoUDP, capture.ProtoSCTP} {
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 0, handshake.None, without(p, 0))
		}
	}, ""},
	{"IP protocols of a group", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "224.0.0.5", 0, 0, handshake.None, without(uint8(140+i), 0))
		})
	}, ""},
	{"associations opened by two packets of each side", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), answers(2))
		})
	}, ""},
	{"associations of which one direction is seen", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), func(r *record.Record) { r.Orig.Pkts = 3 })
		})
	}, ""},
	{"doors of SCTP asked twice each", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.tcp(at, "10.0.0.9", "10.0.0.1", 0, uint16(3000+i), handshake.None, over(capture.ProtoSCTP), func(r *record.Record) { r.Orig.Pkts = 2 })
		})
	}, "scan-ports medium 15"},
	{"UDP ports that are silent or filtered", func(s *story) {
		tenths(16, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), []handshake.Exchange{handshake.Unanswered, handshake.ExchangeFiltered}[i%2], payload(4096, 0))
		})
	}, "scan-udp low 16"},
	{"much sent to UDP ports", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), handshake.Unanswered, payload(4097, 0))
		})
	}, ""},
	{"UDP ports below those of traceroute", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(33419+i), handshake.Unanswered)
		})
	}, "scan-udp low 15"},
	{"UDP ports above those of traceroute", func(s *story) {
		tenths(15, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(33691+i), handshake.Unanswered)
		})
	}, "scan-udp low 15"},
	{"the first and the last of traceroute among fourteen others", func(s *story) {
		tenths(14, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), handshake.Unanswered)
		})
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 33434, handshake.Unanswered)
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 33690, handshake.Unanswered)
	}, ""},
	{"many UDP ports of a group, and of all", func(s *story) {
		tenths(30, func(at int64, i int) {
			s.udp(at, "10.0.0.9", []string{"239.1.1.1", "255.255.255.255"}[i%2], 0, uint16(100+i), handshake.Unanswered)
		})
	}, ""},
	{"many UDP ports", func(s *story) {
		for i := range 3000 {
			s.udp(int64(i)*sec/5, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), handshake.Unanswered)
		}
	}, "scan-udp low 3000"},

	// Floods.
	{"four fifths of the openings unfinished", func(s *story) {
		tenths(100, func(_ int64, i int) {
			v := handshake.HalfOpen
			if i%5 == 0 {
				v = handshake.Completed
			}
			for range 5 {
				s.tcp(int64(i)*sec/20, "172.20.%d.%d", "10.0.0.1", i, 80, v)
			}
		})
	}, "flood-halfopen high 400"},
	{"one less than four fifths", func(s *story) {
		tenths(499, func(_ int64, i int) {
			v := handshake.HalfOpen
			if i%5 == 0 {
				v = handshake.Completed
			}
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, v)
		})
	}, ""},
	{"a flood of which a hundred were answered", func(s *story) {
		tenths(200, func(_ int64, i int) {
			s.tcp(int64(i)*sec/50, "172.20.%d.%d", "10.0.0.1", i, 80, []handshake.Verdict{handshake.HalfOpen, handshake.NoAnswer}[i%2])
		})
	}, "flood-halfopen high 200"},
	{"a flood of which ninety-nine were answered", func(s *story) {
		tenths(199, func(_ int64, i int) {
			s.tcp(int64(i)*sec/50, "172.20.%d.%d", "10.0.0.1", i, 80, []handshake.Verdict{handshake.NoAnswer, handshake.HalfOpen}[i%2])
		})
	}, "flood-halfopen medium 199"},
	{"nine addresses, a thousand openings taken back, a hundred of them answered", func(s *story) {
		tenths(1000, func(_ int64, i int) {
			e := []func(*record.Record){}
			if i < 100 {
				e = append(e, replied)
			}
			s.tcp(int64(i)*sec/200, "172.20.%d.%d", "10.0.0.1", i%9, 80, handshake.Aborted, e...)
		})
	}, "flood-halfopen medium 1000"},
	{"nine addresses, a thousand openings taken back, ninety-nine of them answered", func(s *story) {
		tenths(1000, func(_ int64, i int) {
			e := []func(*record.Record){}
			if i < 99 {
				e = append(e, replied)
			}
			s.tcp(int64(i)*sec/200, "172.20.%d.%d", "10.0.0.1", i%9, 80, handshake.Aborted, e...)
		})
	}, "flood-halfopen low 1000"},
	{"nine addresses, nine hundred and ninety-nine that ring", func(s *story) {
		tenths(999, func(_ int64, i int) { s.tcp(int64(i)*sec/200, "172.20.%d.%d", "10.0.0.1", i%9, 80, handshake.HalfOpen) })
	}, "flood-halfopen medium 999"},
	{"nine addresses, a hundred that ring", func(s *story) {
		tenths(100, func(_ int64, i int) { s.tcp(int64(i)*sec/20, "172.20.%d.%d", "10.0.0.1", i%9, 80, handshake.HalfOpen) })
	}, "flood-halfopen medium 100"},
	{"nine addresses, ninety-nine that ring and one that nobody answers", func(s *story) {
		tenths(100, func(_ int64, i int) {
			v := handshake.HalfOpen
			if i == 50 {
				v = handshake.NoAnswer
			}
			s.tcp(int64(i)*sec/20, "172.20.%d.%d", "10.0.0.1", i%9, 80, v)
		})
	}, ""},
	{"a door that refuses many", func(s *story) {
		// The numbers of the ports are those that the store counts openings under.
		for port := range uint16(5) {
			tenths(500, func(_ int64, i int) {
				s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, port, handshake.Refused)
			})
		}
	}, ""},
	{"a flood taken back before any answer", func(s *story) {
		tenths(500, func(_ int64, i int) { s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.Aborted) })
	}, "flood-halfopen medium 500"},
	{"a flood of those whose role is guessed", func(s *story) {
		tenths(500, func(_ int64, i int) {
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.HalfOpen, rolesBy(handshake.RolesFirst))
		})
	}, ""},
	{"a storm of resets upon calls that never were", func(s *story) {
		tenths(60, func(at int64, _ int) { s.tcp(at, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Midstream, cut) })
	}, ""},
	{"a great storm of resets", func(s *story) {
		tenths(3000, func(_ int64, i int) { s.tcp(int64(i)*sec/300, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, cut) })
	}, "flood-reset low 3000"},
	{"datagrams upon a number that collects", func(s *story) {
		tenths(1500, func(_ int64, i int) { s.udp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 2055, handshake.Unanswered) })
	}, ""},
	{"a name server that asks another way", func(s *story) {
		tenths(1500, func(_ int64, i int) {
			s.udp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 53, handshake.ReplyOnly, payload(0, 60))
		})
	}, ""},
	{"four fifths of the datagrams unanswered", func(s *story) {
		tenths(300, func(_ int64, i int) {
			x := handshake.Unanswered
			if i%5 == 0 {
				x = handshake.Answered
			}
			for range 5 {
				s.udp(int64(i)*sec/100, "8.8.%d.%d", "10.0.0.1", i, 5000, x)
			}
		})
	}, "flood-datagrams medium 1200"},
	{"one less than four fifths of the datagrams", func(s *story) {
		tenths(1499, func(_ int64, i int) {
			x := handshake.Unanswered
			if i%5 == 0 {
				x = handshake.Answered
			}
			s.udp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 5000, x)
		})
	}, ""},
	{"pings of IPv6 from everywhere", func(s *story) {
		tenths(1500, func(_ int64, i int) {
			s.tcp(int64(i)*sec/500, "2a00:%d::%d", "fc00::1", i, 0, handshake.None, without(capture.ProtoICMP6, 128))
		})
	}, "flood-datagrams medium 1500"},
	{"pings of IPv6 to all nodes", func(s *story) {
		tenths(1500, func(_ int64, i int) {
			s.tcp(int64(i)*sec/500, "fe80::%d:%d", "ff02::1", i, 0, handshake.None, without(capture.ProtoICMP6, 128))
		})
	}, ""},
	{"other messages of ICMP from everywhere", func(s *story) {
		tenths(1500, func(_ int64, i int) {
			s.tcp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.1", i, 0, handshake.None, without(capture.ProtoICMP, 13))
			s.tcp(int64(i)*sec/500, "8.8.%d.%d", "10.0.0.2", i, 0, handshake.None, without(capture.ProtoICMP, 128))
			s.tcp(int64(i)*sec/500, "2a00:%d::%d", "fc00::1", i, 0, handshake.None, without(capture.ProtoICMP6, 8))
		})
	}, ""},
	{"one server answers sixty times one that did not ask", func(s *story) {
		tenths(60, func(at int64, i int) { s.tcp(at, "10.0.0.9", "8.8.4.4", 0, 443, handshake.Unsolicited, replied) })
	}, "backscatter info 60"},
	{"a long one of those that did not ask", func(s *story) {
		for i := range 2000 {
			s.tcp(int64(i)*sec, "10.%d.0.%d", "203.0.113.5", i, uint16(1000+i), handshake.Unsolicited)
		}
	}, "backscatter info 301"},
	{"name servers that are asked for much", func(s *story) {
		tenths(50, func(at int64, i int) {
			s.udp(at, "8.8.4.4", "9.9.%d.%d", i, 53, handshake.Answered, payload(200, 2000))
		})
	}, "flood-amplify high 100000"},
	{"an octet less than that", func(s *story) {
		tenths(50, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i, 53, handshake.Answered, payload(200, uint64(2000-i/49)))
		})
	}, ""},
	{"a name server that is asked longer questions", func(s *story) {
		tenths(50, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i, 53, handshake.Answered, payload(uint64(220+i/49), 2200))
		})
	}, ""},
	{"much of a number that amplifies nothing", func(s *story) {
		tenths(50, func(at int64, i int) {
			s.udp(at, "10.0.0.9", "8.8.%d.%d", i, 5001, handshake.ReplyOnly, payload(0, 4400))
		})
	}, ""},

	// Logins and administration.
	{"sessions at their longest", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(5000, 5000))
		}
	}, "auth-guessing high 30"},
	{"sessions at their shortest", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(1, 1))
		}
	}, "auth-guessing high 30"},
	{"sessions too long on one side, or of one side", func(s *story) {
		for i := range 30 {
			for n, p := range [][2]uint64{{5001, 50}, {50, 5001}, {0, 50}, {50, 0}} {
				s.tcp(int64(i)*sec, "10.0.0.9", "10.0.%d.%d", n, 22, handshake.Completed, payload(p[0], p[1]))
			}
		}
	}, ""},
	{"one machine administers five by each of the ways", func(s *story) {
		for n, port := range []uint16{22, 135, 445, 3389, 5900, 5985, 5986} {
			for i := range 5 {
				s.tcp(int64(i)*sec, ip("10.0.%d.%d", n).String(), "10.8.%d.%d", i, port, handshake.Completed, payload(9000, 90000))
			}
		}
	}, "lateral-admin low 5, lateral-admin low 5, lateral-admin low 5, lateral-admin low 5, lateral-admin low 5, lateral-admin low 5, lateral-admin low 5"},
	{"administration that is not inside, or is none", func(s *story) {
		for i := range 6 {
			s.tcp(int64(i)*sec, "10.0.0.9", "8.8.%d.%d", i, 5985, handshake.Completed, payload(9000, 90000))
			s.tcp(int64(i)*sec, "10.0.0.9", "10.8.%d.%d", i, 443, handshake.Completed, payload(9000, 90000))
		}
	}, ""},
	{"four machines and itself", func(s *story) {
		for i := range 5 {
			s.tcp(int64(i)*sec, "10.8.0.1", "10.8.%d.%d", i, 22, handshake.Completed, payload(9000, 90000))
		}
	}, ""},

	// What is served and called.
	{"two that call by the clock", func(s *story) {
		for i := range 20 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(500, 700))
			s.tcp(int64(i)*60*sec+20*sec, "10.0.0.8", "9.9.9.9", 0, 443, handshake.Completed, payload(500, 700))
		}
	}, "beacon medium 20, beacon medium 20"},
	{"datagrams by the clock, each from another port", func(s *story) {
		for i := range 20 {
			s.udp(int64(i)*60*sec, "10.0.0.9", "9.9.9.9", 0, 50004, handshake.Answered, payload(40, 40), from(uint16(40000+i)))
		}
	}, "beacon medium 20"},
	{"the time, each time from another port", func(s *story) {
		for i := range 60 {
			s.udp(int64(i)*64*sec, "10.0.0.9", "9.9.9.9", 0, 123, handshake.Answered, payload(48, 48), from(uint16(40000+i)))
		}
	}, ""},
	{"three clients of the last of the lent numbers by UDP", func(s *story) {
		for i := range 3 {
			s.udp(int64(i)*sec, "10.0.%d.%d", "10.8.0.1", i, 50123, handshake.Answered, payload(5, 5))
		}
	}, ""},
	{"three clients of the number before those", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.%d.%d", "10.8.0.1", i, 49151, handshake.Completed, payload(5, 5))
		}
	}, ""},
	{"three calls of one client to a lent number", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.8.0.1", 0, 50123, handshake.Completed, payload(5, 5))
		}
	}, ""},
	{"passwords between two names of one machine, and from one that is none", func(s *story) {
		s.tcp(0, "127.0.0.1", "127.0.0.2", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
		s.tcp(0, "127.0.0.1", "10.0.0.1", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
		s.tcp(0, "10.0.0.2", "10.0.0.2", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
	}, "cleartext-credentials high 1, address-bogon low 1, cleartext-credentials info 1, cleartext-credentials info 1"},
	{"administration from outside", func(s *story) {
		for i := range 5 {
			s.tcp(int64(i)*sec, "8.8.4.4", "10.8.%d.%d", i, 22, handshake.Completed, payload(9000, 90000))
		}
	}, "exposure medium 1, exposure medium 1, exposure medium 1, exposure medium 1, exposure medium 1"},
	{"the least that is large", func(s *story) {
		for i := range 10 {
			s.tcp(int64(i)*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(10_000_000, 1_000_000))
		}
	}, "upload-large low 100000000"},
	{"an octet less, and an octet more that came back", func(s *story) {
		for i := range 10 {
			s.tcp(int64(i)*sec, "10.0.0.8", "9.9.9.9", 0, 443, handshake.Completed, payload(10_000_000-uint64(i/9), 100))
			s.tcp(int64(i)*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(10_000_000, 1_000_000+uint64(i/9)))
		}
	}, ""},
	{"much to a colleague, and much between strangers", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, payload(200_000_000, 100))
		s.tcp(0, "8.8.4.4", "9.9.9.9", 0, 443, handshake.Completed, payload(200_000_000, 100))
	}, ""},
	{"a door that is new, to strangers too", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.tcp(3600*sec, "8.8.4.4", "10.0.0.1", 0, 80, handshake.Completed)
		s.tcp(3601*sec, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed)
	}, "listener-new medium 2"},
	{"a door by UDP that is new", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.udp(3600*sec, "10.0.0.9", "10.0.0.1", 0, 53, handshake.Answered, payload(30, 60))
	}, "listener-new info 1"},
	{"a door by UDP that is new, to strangers too", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.udp(3600*sec, "8.8.4.4", "10.0.0.1", 0, 443, handshake.Answered, payload(30, 60))
		s.udp(3600*sec, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Answered, payload(30, 60))
	}, "listener-new medium 2"},
	{"doors that are not quite new", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.tcp(3600*sec-1, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed)
		s.udp(3600*sec-1, "10.0.0.9", "10.0.0.1", 0, 53, handshake.Answered, payload(30, 60))
		// They answered before they are called again.
		s.tcp(7200*sec, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed)
	}, ""},
	{"doors of a machine that came late", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.tcp(1800*sec+1, "10.0.0.9", "10.0.0.2", 0, 443, handshake.Completed)
		s.tcp(9000*sec, "10.0.0.9", "10.0.0.2", 0, 80, handshake.Completed)
	}, ""},
	{"a door of a machine that came in time", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.tcp(1800*sec, "10.0.0.9", "10.0.0.2", 0, 443, handshake.Completed)
		s.tcp(5400*sec, "10.0.0.9", "10.0.0.2", 0, 80, handshake.Completed)
	}, "listener-new info 1"},
	{"numbers lent by the system, numbers of nothing, doors of others", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed)
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed)
		s.tcp(7200*sec, "10.0.0.9", "10.0.0.1", 0, 50123, handshake.Completed)
		s.udp(7200*sec, "10.0.0.9", "10.0.0.1", 0, 50123, handshake.Answered)
		s.udp(7200*sec, "10.0.0.9", "10.0.0.1", 0, 1025, handshake.Answered)
		s.udp(7200*sec, "10.0.0.9", "9.9.9.9", 0, 53, handshake.Answered)
		s.tcp(7200*sec, "10.0.0.9", "9.9.9.9", 0, 80, handshake.Completed)
	}, ""},

	// What one record says.
	{"services of the inside that strangers reach", func(s *story) {
		for _, port := range []uint16{23, 445, 502, 873} { // of each kind of fact one
			s.tcp(0, "9.9.9.9", "10.0.0.1", 0, port, handshake.Completed)
		}
	}, "exposure medium 1, exposure medium 1, exposure medium 1, exposure medium 1"},
	{"a service of the inside elsewhere on the Internet", func(s *story) {
		s.tcp(0, "9.9.9.9", "8.8.4.4", 0, 6379, handshake.Completed)
	}, ""},
	{"an exposed service that is spoken, and is not grave", func(s *story) {
		s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 873, handshake.Completed, spoke("rsync"))
	}, "exposure medium 1"},
	{"another service on the number of one of the inside", func(s *story) {
		s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Completed, spoke("http"))
	}, "port-mismatch medium 1"},
	{"the user says what lives on an old number", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 12345, handshake.Completed, func(r *record.Record) { r.ServiceBy = "user" })
	}, ""},
	{"called in its own name, of which the beginning was not seen", func(s *story) {
		s.tcp(0, "10.0.0.1", "10.0.0.1", 0, 80, handshake.Midstream, odd("land"), func(r *record.Record) { r.SYNFrame = 0 })
	}, ""},
	{"a program calls its own machine", func(s *story) {
		s.tcp(0, "127.0.0.1", "127.0.0.1", 0, 80, handshake.NoAnswer, odd("land"))
	}, ""},
	{"the least of an unknown tongue", func(s *story) {
		for i, p := range [][2]uint64{{2048, 2048}, {2047, 2048}, {2048, 2047}} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, 22022, handshake.Completed, payload(p[0], p[1]), func(r *record.Record) { r.Opaque = true })
		}
	}, "payload-unknown low 1"},
	{"a community that could be read", func(s *story) {
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 161, handshake.Answered, spoke("snmp"), readable("", "snmp community"))
	}, "cleartext-credentials medium 1"},
	{"the custom of FTP by its short name, and who is called so elsewhere", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("FTP", "ftp PASS"))
		s.tcp(0, "10.0.0.9", "10.0.0.2", 0, 110, handshake.Completed, spoke("pop3"), readable("anonymous", "pop3 PASS"))
	}, "cleartext-credentials high 1, cleartext-credentials info 1"},
	{"a login that could not be read", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), said(func(a *identify.Facts) {
			a.Login = &identify.Login{User: "maria", Method: "x"}
		}))
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 6667, handshake.Completed, spoke("irc"), said(func(a *identify.Facts) {
			a.Login = &identify.Login{User: "maria", Method: "x"}
		}))
	}, "cleartext-protocol low 1, cleartext-protocol low 1"},
	{"Unix's remote command, which begins with a secret in clear, and its sister, which asks for none", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 512, handshake.Completed, spoke("rexec"))
		s.tcp(0, "10.0.0.9", "10.0.0.2", 0, 514, handshake.Completed, spoke("rsh"))
	}, "cleartext-protocol low 1"},
	{"a service that may ask who calls, and did not", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 6667, handshake.Completed, spoke("irc"))
	}, ""},
	{"a directory by datagrams", func(s *story) {
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 389, handshake.Answered, spoke("ldap"))
	}, ""},

	// Languages and their doors.
	{"a version of TLS before 1.2, of either kind", func(s *story) {
		for i, v := range []uint16{0x0300, 0x0302, 0xfeff, 0, 0x0303, 0x0304, 0xfefd} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: v} }))
		}
	}, "tls-weak medium 1, tls-weak medium 1, tls-weak medium 1"},
	{"an old version and an old cipher", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) {
			a.TLS = &identify.Hello{Version: 0x0301, Cipher: 10, HasCipher: true}
		}))
	}, "tls-weak medium 1"},
	{"a cipher that was not seen", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0303} }))
	}, ""},
	{"certificates made at home, one of a call between browsers", func(s *story) {
		for i, p := range []string{"tls", "dtls"} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, 443, handshake.Completed, spoke(p), certified(identify.Certificate{Subject: "x", SelfSigned: true}))
		}
	}, "tls-certificate low 1"},
	{"an old certificate of a call between browsers", func(s *story) {
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Answered, spoke("dtls"), certified(identify.Certificate{Subject: "x", SelfSigned: true, NotAfter: 1_600_000_000}))
	}, "tls-certificate low 1"},
	{"a certificate of the Internet that is valid for two years", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "x", NotBefore: 1_690_000_000, NotAfter: 1_690_000_000 + 730*86400}))
	}, "tls-certificate low 1"},
	{"services encrypted from their first octet", func(s *story) {
		for i, port := range []uint16{25, 143, 1883, 101} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, port, handshake.Completed, spoke("tls"))
		}
	}, "port-mismatch info 1, port-mismatch info 1, port-mismatch info 1, port-mismatch info 1"},
	{"TLS to get past a firewall", func(s *story) {
		for i, port := range []uint16{22, 53} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, port, handshake.Completed, spoke("tls"))
		}
	}, "port-mismatch medium 1, port-mismatch medium 1"},
	{"the two ways of the web in each other's door", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("http"))
		s.tcp(0, "10.0.0.9", "10.0.0.2", 0, 80, handshake.Completed, spoke("tls"))
		s.tcp(0, "10.0.0.9", "10.0.0.3", 0, 443, handshake.Completed, spoke("websocket"))
	}, "port-mismatch low 1, port-mismatch low 1, port-mismatch low 1"},
	{"the web on numbers of nothing", func(s *story) {
		for i, p := range []string{"http", "websocket", "tls"} {
			s.tcp(0, "10.0.0.9", "10.0.%d.%d", i, 22022, handshake.Completed, spoke(p))
		}
	}, "port-mismatch info 1, port-mismatch info 1, port-mismatch info 1"},
	{"SSH in a system's number that the registry gave away, and in one that is free", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 101, handshake.Completed, spoke("ssh"))
		s.tcp(0, "10.0.0.9", "10.0.0.2", 0, 4, handshake.Completed, spoke("ssh"))
	}, "port-mismatch medium 1, port-mismatch low 1"},
	{"chat on the number that the registry gave it", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 194, handshake.Completed, spoke("irc"))
	}, ""},
	{"what has no door of its own, and what is not sure", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("bittorrent"))
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("ssh"), said(func(a *identify.Facts) { a.Confidence = identify.Shape - 1 }))
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, func(r *record.Record) { r.App = &identify.Facts{Confidence: identify.Exact} })
	}, ""},
	{"SSH in another's door by its shape", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("ssh"), said(func(a *identify.Facts) { a.Confidence = identify.Shape }))
	}, "port-mismatch medium 1"},
	{"ways on which others go unseen", func(s *story) {
		for i, p := range []string{"socks", "openvpn", "pptp", "l2tp", "wireguard"} {
			port := []uint16{1080, 1194, 1723, 1701, 51820}[i]
			s.tcp(0, "10.0.0.9", "9.9.9.9", 0, port, handshake.Completed, spoke(p))
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, port, handshake.Completed, spoke(p))
			s.tcp(0, "8.8.4.4", "9.9.9.9", 0, port, handshake.Completed, spoke(p))
		}
	}, "anonymity info 1, anonymity info 1, anonymity info 1, anonymity info 1, anonymity info 1"},
	{"TLS to the number of an anonymity network", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 9001, handshake.Completed, spoke("tls"))
	}, "anonymity info 1, port-mismatch info 1"},
	{"the same inside, between strangers, and of another language", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 9001, handshake.Completed, spoke("tls"))
		s.tcp(0, "8.8.4.4", "9.9.9.9", 0, 9001, handshake.Completed, spoke("tls"))
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 9001, handshake.Completed, spoke("http"))
	}, "port-mismatch info 1, port-mismatch info 1, port-mismatch info 1"},
	{"TLS to a number of old malware", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 31337, handshake.Completed, spoke("tls"))
	}, "port-mismatch info 1"},
	// Several at one door.
	{"two people at one door", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("maria", "ftp PASS"))
		s.tcp(sec, "10.0.0.8", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("anna", "ftp PASS"))
	}, "cleartext-credentials high 2"},
	{"two certificates at one door", func(s *story) {
		for i, name := range []string{"example.test", "other.test"} {
			s.tcp(int64(i)*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: name, NotBefore: 1_600_000_000, NotAfter: 1_610_000_000}))
		}
	}, "tls-certificate medium 1"},
}

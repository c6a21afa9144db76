package findings

import (
	"portero/catalog/identify"
	"portero/handshake"
)

// office are stories of an ordinary day: what monitors, calls and a directory do.
var office = []storied{
	{"a way that is kept open, on another number than its own", func(s *story) {
		for i := range 60 {
			s.udp(int64(i)*15*sec, "10.0.0.9", "9.9.9.9", 0, 50004, handshake.Answered, payload(20, 32), from(uint16(40000+i)), spoke("stun"))
		}
	}, ""},
	{"a monitor inside, and a machine that calls out as evenly", func(s *story) {
		for i := range 20 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "10.0.0.5", 0, 9100, handshake.Completed, payload(500, 700))
			s.tcp(int64(i)*60*sec, "10.0.0.9", "9.9.9.9", 0, 9100, handshake.Completed, payload(500, 700))
		}
	}, "beacon medium 20, beacon low 20"},
	{"doors that are told by what was spoken there, not by their number", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "9.9.9.9", 0, 9100, handshake.Completed, payload(500, 700), spoke("http"))
			s.tcp(int64(i)*sec, "10.0.0.66", "10.0.0.1", 0, 2222, handshake.Completed, payload(2000, 2000), spoke("ssh"))
		}
	}, "auth-guessing high 30, beacon medium 30, port-mismatch info 1"},
	{"a directory that enciphers its messages itself", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 389, handshake.Completed, spoke("ldap"), said(func(a *identify.Facts) { a.Sealed = true }))
	}, ""},
}

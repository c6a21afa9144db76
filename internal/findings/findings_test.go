package findings

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

const sec = int64(time.Second)

// story makes records one after the other.
type story struct{ rs []record.Record }

func ip(s string, n int) netip.Addr {
	if strings.Contains(s, "%") {
		s = fmt.Sprintf(s, n/250, n%250+1)
	}
	return netip.MustParseAddr(s)
}

func (s *story) tcp(at int64, from, to string, n int, port uint16, v handshake.Verdict, edit ...func(*record.Record)) {
	r := record.Record{ID: uint64(len(s.rs) + 1), Proto: capture.ProtoTCP, Final: true, HasPorts: true, First: 1_700_000_000*sec + at, Handshake: v, RolesBy: handshake.RolesSYN}
	r.Orig.Addr, r.Resp.Addr, r.Resp.Port, r.Orig.Port = ip(from, n), ip(to, n), port, 40000
	r.FirstFrame = r.ID * 3
	for _, e := range edit {
		e(&r)
	}
	s.rs = append(s.rs, r)
}

func (s *story) udp(at int64, from, to string, n int, port uint16, x handshake.Exchange, edit ...func(*record.Record)) {
	s.tcp(at, from, to, n, port, handshake.None, append([]func(*record.Record){func(r *record.Record) {
		r.Proto, r.Exchange, r.RolesBy = capture.ProtoUDP, x, handshake.RolesFirst
	}}, edit...)...)
}

func payload(o, s uint64) func(*record.Record) {
	return func(r *record.Record) { r.Orig.Payload, r.Resp.Payload = o, s }
}

func refusedBasic(status int) func(*record.Record) {
	return func(r *record.Record) {
		r.App.HTTP = &identify.Web{Method: "GET", Status: status}
		r.App.Login = &identify.Login{User: "anna", Method: "http basic", Clear: true, Frame: r.FirstFrame + 3}
	}
}

func replied(r *record.Record) { r.SYNACKFrame = r.FirstFrame + 1 }

func cut(r *record.Record) { r.Close = handshake.Reset }

func readable(user, method string) func(*record.Record) {
	return said(func(a *identify.Facts) {
		a.Login = &identify.Login{User: user, Method: method, Clear: true, Secret: 7, Frame: 5}
	})
}

func certified(c identify.Certificate) func(*record.Record) {
	return said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0303, Name: "www.example.test", Cert: &c} })
}

// storied is a story with what it raises.
type storied struct {
	name string
	tell func(s *story)
	want string // kind severity count, "" none
}

var stories = []storied{
	{"fifteen doors in vain", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Refused)
		}
	}, "scan-ports medium 15"},
	{"fourteen doors", func(s *story) {
		for i := range 14 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Refused)
		}
	}, ""},
	{"fifteen doors, one a minute", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*60*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.NoAnswer)
		}
	}, ""},
	{"one door fifteen times", func(s *story) {
		for i := range 15 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, 25, handshake.Refused)
		}
	}, ""},
	{"backscatter blames nobody", func(s *story) {
		for i := range 400 {
			s.tcp(int64(i)*sec/50, "10.0.%d.%d", "203.0.113.5", i, uint16(1000+i), handshake.Unsolicited)
		}
	}, "backscatter info 400"},
	{"a great flood elsewhere", func(s *story) {
		for i := range 5000 {
			s.tcp(int64(i)*sec/500, "10.%d.0.%d", "203.0.113.5", i, uint16(1000+i), handshake.Unsolicited, replied)
		}
	}, "backscatter info 5000"},
	{"many answer one that did not ask", func(s *story) {
		for i := range 60 {
			s.tcp(int64(i)*sec/10, "10.0.0.9", "8.8.%d.%d", i, 443, handshake.Unsolicited, replied)
		}
	}, "backscatter info 60"},
	{"one server answers one that did not ask", func(s *story) {
		for i := range 20 {
			s.tcp(int64(i)*sec/10, "10.0.0.9", "8.8.4.4", 0, 443, handshake.Unsolicited, replied)
		}
	}, ""},
	{"RSTs that nobody asked for, to the number of a service", func(s *story) {
		for i := range 400 {
			s.tcp(int64(i)*sec/50, "10.%d.0.%d", "203.0.113.5", i, 80, handshake.Unsolicited, func(r *record.Record) { r.RolesBy, r.Orig.Pkts = handshake.RolesPort, 1 })
		}
	}, ""},
	{"a sweep for shares from inside", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.9.%d.%d", i, 445, handshake.NoAnswer)
		}
	}, "scan-hosts high 30"},
	{"a sweep from outside", func(s *story) {
		for i := range 30 {
			s.tcp(int64(i)*sec, "8.8.4.4", "10.9.%d.%d", i, 445, handshake.NoAnswer)
		}
	}, "scan-hosts medium 30"},
	{"three odd segments", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Probe)
		}
	}, "scan-stealth medium 3"},
	{"two odd segments", func(s *story) {
		for i := range 2 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(20+i), handshake.Probe)
		}
	}, ""},
	{"UDP ports", func(s *story) {
		for i := range 20 {
			s.udp(int64(i)*sec, "10.0.0.9", "10.0.0.1", 0, uint16(100+i), handshake.ExchangeRefused)
		}
	}, "scan-udp low 20"},
	{"many doors", func(s *story) {
		for i := range 6000 {
			s.tcp(int64(i)*sec/1000, "10.0.0.9", "10.0.0.1", 0, uint16(i+1), handshake.Refused)
		}
	}, "scan-ports medium 6000"},
	{"a great flood", func(s *story) {
		for i := range 5000 {
			s.tcp(int64(i)*sec/600, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.HalfOpen)
		}
	}, "flood-halfopen high 5000"},
	{"traceroute", func(s *story) {
		for i := range 60 {
			s.udp(int64(i)*sec/10, "10.0.0.9", "10.0.0.1", 0, uint16(33434+i), handshake.Unanswered)
		}
	}, ""},
	{"half-open flood around honest callers", func(s *story) {
		for i := range 500 {
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.HalfOpen)
		}
		for i := range 20 {
			s.tcp(int64(i)*sec/4, "10.3.%d.%d", "10.0.0.1", i, 80, handshake.Completed)
		}
	}, "flood-halfopen high 500"},
	{"unanswered flood", func(s *story) {
		for i := range 500 {
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.NoAnswer)
		}
	}, "flood-halfopen medium 500"},
	{"a flood from one address", func(s *story) {
		for i := range 500 {
			s.tcp(int64(i)*sec/100, "172.20.0.1", "10.0.0.1", 0, 80, handshake.HalfOpen)
		}
	}, "flood-halfopen medium 500"},
	{"an unanswered flood from one address", func(s *story) {
		for i := range 1200 {
			s.tcp(int64(i)*sec/300, "172.20.0.1", "10.0.0.1", 0, 80, handshake.NoAnswer)
		}
	}, "flood-halfopen low 1200"},
	{"a server is down, and one machine needs it", func(s *story) {
		for i := range 900 {
			s.tcp(int64(i)*sec/50, "172.20.0.1", "10.0.0.1", 0, 80, handshake.NoAnswer)
		}
	}, ""},
	{"one caller among honest ones loses its replies", func(s *story) {
		for i := range 500 {
			v := handshake.Completed
			if i%3 == 0 {
				v = handshake.HalfOpen
			}
			s.tcp(int64(i)*sec/100, "172.20.0.1", "10.0.0.1", 0, 80, v)
		}
	}, ""},
	{"a flood under names whose owners refuse the answers", func(s *story) {
		for i := range 500 {
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, handshake.Aborted, replied)
		}
	}, "flood-halfopen medium 500"},
	{"a flood of which a third is refused by the names' owners", func(s *story) {
		for i := range 500 {
			v := handshake.HalfOpen
			if i%3 == 0 {
				v = handshake.Aborted
			}
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, v, replied)
		}
	}, "flood-halfopen high 500"},
	{"a great flood under one name", func(s *story) {
		for i := range 5000 {
			s.tcp(int64(i)*sec/600, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Aborted, replied)
		}
	}, "flood-halfopen medium 5000"},
	{"a flood under one name", func(s *story) {
		for i := range 1000 {
			s.tcp(int64(i)*sec/200, "10.0.0.9", "10.0.0.1", 0, 80, handshake.HalfOpen, replied)
		}
	}, "flood-halfopen high 1000"},
	{"a checker that takes its calls back", func(s *story) {
		for i := range 900 {
			s.tcp(int64(i)*sec/50, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Aborted, replied)
		}
	}, ""},
	{"a busy server with lost replies", func(s *story) {
		for i := range 500 {
			v := handshake.Completed
			if i%3 == 0 {
				v = handshake.HalfOpen
			}
			s.tcp(int64(i)*sec/100, "172.20.%d.%d", "10.0.0.1", i, 80, v)
		}
	}, ""},
	{"reset storm", func(s *story) {
		for i := range 60 {
			s.tcp(int64(i)*sec/10, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, cut)
		}
	}, "flood-reset low 60"},
	{"amplification", func(s *story) {
		for i := range 50 {
			s.udp(int64(i)*sec/10, "10.0.0.9", "8.8.%d.%d", i, 123, handshake.ReplyOnly, payload(0, 4400))
		}
	}, "flood-amplify high 220000"},
	{"a file by TFTP", func(s *story) { s.udp(0, "10.0.0.9", "10.0.0.1", 0, 69, handshake.Answered, payload(30, 900_000)) }, ""},
	{"guessing", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*5*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(1800, 2200))
		}
	}, "auth-guessing high 40"},
	{"guessing on a number of its own", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*5*sec, "10.0.0.9", "10.0.0.1", 0, 22022, handshake.Completed, spoke("ssh"), payload(1800, 2200))
		}
	}, "auth-guessing high 40, port-mismatch low 1"},
	{"guessing FTP", func(s *story) {
		for i := range 22 {
			s.tcp(int64(i)*int64(7+i%9)*sec, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, payload(60, 90))
		}
	}, "auth-guessing high 22"},
	{"guessing at a site", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*5*sec, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("http"), refusedBasic(401), payload(180, 220))
		}
	}, "auth-guessing high 40, cleartext-credentials high 1"},
	{"who logs in at a site", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*5*sec, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("http"), refusedBasic(200), payload(180, 220))
		}
	}, "cleartext-credentials high 1"},
	{"a web server on the number of VNC", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*5*sec, "10.0.0.9", "10.0.0.1", 0, 5901, handshake.Completed, spoke("http"), payload(800, 2200))
		}
	}, "port-mismatch info 1"},
	{"a flood from nowhere", func(s *story) {
		for i := range 50 {
			s.tcp(int64(i)*sec, "245.0.%d.%d", "10.0.0.1", i, 80, handshake.NoAnswer)
		}
	}, "address-bogon low 50"},
	{"automation over SSH", func(s *story) {
		for i := range 40 {
			s.tcp(int64(i)*int64(7+i%5)*sec, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, payload(9000, 20000))
		}
	}, ""},
	{"beacon", func(s *story) {
		r := rand.New(rand.NewPCG(3, 4))
		for i := range 30 {
			s.tcp(int64(i)*60*sec+int64(r.IntN(2000))*1e6, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(500, 700))
		}
	}, "beacon medium 30"},
	{"one conversation with pauses", func(s *story) {
		for i := range 30 {
			s.udp(int64(i)*70*sec, "10.0.0.9", "9.9.9.9", 0, 50004, handshake.Answered, payload(40, 40))
		}
	}, ""},
	{"a person browsing", func(s *story) {
		r := rand.New(rand.NewPCG(3, 4))
		at := int64(0)
		for range 60 {
			at += int64(r.ExpFloat64() * 60 * float64(sec))
			s.tcp(at, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(500, uint64(r.IntN(90000))))
		}
	}, ""},
	{"time by the clock", func(s *story) {
		for i := range 60 {
			s.udp(int64(i)*64*sec, "10.0.0.9", "9.9.9.9", 0, 123, handshake.Answered, payload(48, 48), func(r *record.Record) { r.RolesBy = handshake.RolesSYN })
		}
	}, ""},
	{"a database for the Internet", func(s *story) {
		s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Completed, payload(50, 50))
	}, "exposure medium 1"},
	{"the same refused", func(s *story) { s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Refused) }, ""},
	{"the same from inside", func(s *story) {
		s.tcp(0, "10.0.0.7", "10.0.0.1", 0, 6379, handshake.Completed, payload(50, 50))
	}, ""},
	{"a guessed role exposes nothing", func(s *story) {
		s.tcp(0, "9.9.9.9", "10.0.0.1", 0, 6379, handshake.Implied, func(r *record.Record) { r.RolesBy = handshake.RolesPort })
	}, ""},
	{"a server among the callers' numbers", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.%d.%d", "10.8.0.1", i, 50123, handshake.Completed, payload(5, 5))
		}
	}, "port-dynamic-server low 3"},
	{"the same for files of FTP, whose numbers are of the moment", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.%d.%d", "10.8.0.1", i, 50123, handshake.Completed, payload(0, 5), func(r *record.Record) { r.Spoken = "ftp-data" })
		}
	}, ""},
	{"the same after RPC named it", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.8.0.1", 0, 135, handshake.Completed, payload(5, 5))
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.%d.%d", "10.8.0.1", i, 50123, handshake.Completed, payload(5, 5))
		}
	}, ""},
	{"one machine administers six", func(s *story) {
		for i := range 6 {
			s.tcp(int64(i)*sec, "10.0.0.9", "10.8.%d.%d", i, 3389, handshake.Completed, payload(9000, 90000))
		}
	}, "lateral-admin low 6"},
	{"an old number that answers", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 12345, handshake.Completed, payload(9, 9))
	}, "port-backdoor low 1"},
	{"a password by FTP", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("maria", "ftp PASS"))
		s.tcp(sec, "10.0.0.8", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("maria", "ftp PASS"))
	}, "cleartext-credentials high 2"},
	{"a password that never left the machine", func(s *story) {
		s.tcp(0, "127.0.0.1", "127.0.0.1", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
		s.tcp(sec, "::1", "::1", 0, 143, handshake.Completed, spoke("imap"))
	}, "cleartext-credentials info 1, cleartext-protocol info 1"},
	{"a password at home and from elsewhere", func(s *story) {
		s.tcp(0, "10.0.0.1", "10.0.0.1", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
		s.tcp(sec, "10.0.0.9", "10.0.0.1", 0, 6379, handshake.Completed, spoke("redis"), readable("", "redis auth"))
	}, "cleartext-credentials high 2"},
	{"the custom of anonymous FTP", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 21, handshake.Completed, spoke("ftp"), readable("anonymous", "ftp PASS"))
	}, "cleartext-credentials info 1"},
	{"a mailbox without encryption", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 143, handshake.Completed, spoke("imap"))
	}, "cleartext-protocol low 1"},
	{"SSH in the door of the web", func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("ssh")) }, "port-mismatch medium 1"},
	{"Cassandra between its machines", func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 7000, handshake.Completed, spoke("cassandra")) }, ""},
	{"SSH moved", func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22022, handshake.Completed, spoke("ssh")) }, "port-mismatch low 1"},
	{"a door that was asked in TLS and did not say a word", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.Frames[1] = 0 }))
	}, ""},
	{"a door that answered TLS with what is none", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{HelloFrame: a.Frames[0]} }))
	}, ""},
	{"a door that turned TLS away in TLS", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) {
			a.TLS = &identify.Hello{HelloFrame: a.Frames[0], HasAlert: true, AlertBy: 1, AlertFrame: a.Frames[1]}
		}))
	}, "port-mismatch medium 1"},
	{"a door that answered the web with what is none", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, spoke("http"), said(func(a *identify.Facts) { a.HTTP = &identify.Web{Method: "GET", Status: -1} }))
	}, ""},
	{"a door that answered as the web does", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22, handshake.Completed, spoke("http"), said(func(a *identify.Facts) { a.HTTP = &identify.Web{Method: "GET", Status: 400} }))
	}, "port-mismatch medium 1"},
	{"a door that was asked as Telnet and did not say a word", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 80, handshake.Completed, spoke("telnet"), said(func(a *identify.Facts) { a.Frames[1] = 0 }))
	}, ""},
	{"Telnet at home, of which one direction was captured", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 23, handshake.Completed, spoke("telnet"), said(func(a *identify.Facts) { a.Frames[1] = 0 }))
	}, "cleartext-protocol low 1"},
	{"the web at home", func(s *story) {
		for _, p := range []uint16{80, 8080, 8000, 631} {
			s.tcp(0, "10.0.0.9", "10.0.0.1", 0, p, handshake.Completed, spoke("http"))
		}
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"))
	}, ""},
	{"a certificate of last year", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "example.test", NotBefore: 1_600_000_000, NotAfter: 1_610_000_000}))
	}, "tls-certificate medium 1"},
	{"a certificate for another", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "example.test", Names: []string{"example.test", "*.other.test"}, AllNames: true, NotBefore: 1_690_000_000, NotAfter: 1_710_000_000}))
	}, "tls-certificate low 1"},
	{"a certificate that was not seen to its last name", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "example.test", Names: []string{"example.test", "*.other.test"}, NotBefore: 1_690_000_000, NotAfter: 1_710_000_000}))
	}, ""},
	{"a certificate in order", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "x", Names: []string{"*.Example.test"}, AllNames: true, NotBefore: 1_690_000_000, NotAfter: 1_710_000_000}))
	}, ""},
	{"an old cipher", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0303, Cipher: 5, HasCipher: true} }))
	}, "tls-weak medium 1"},
	{"an old cipher behind a proxy, whose door it is not", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 8080, handshake.Completed, spoke("http-proxy"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0303, Cipher: 5, HasCipher: true} }))
	}, ""},
	{"mining", func(s *story) { s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 3333, handshake.Completed, spoke("stratum")) }, "mining medium 1"},
	{"a tunnel outwards", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 51820, handshake.None, overUDP(handshake.Answered), spoke("wireguard"))
	}, "anonymity info 1"},
	{"backup to outside", func(s *story) {
		for i := range 3 {
			s.tcp(int64(i)*sec, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(40_000_000, 10_000), spoke("tls"))
		}
	}, "upload-large low 120000000"},
	{"a film from outside", func(s *story) {
		s.tcp(0, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(10_000, 400_000_000), spoke("tls"))
	}, ""},
	{"a door that is new", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"))
		s.tcp(2*3600*sec, "10.0.0.9", "10.0.0.1", 0, 2049, handshake.Completed, spoke("nfs"))
	}, "listener-new info 1"},
	{"a machine that is new", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 443, handshake.Completed, spoke("tls"))
		s.tcp(2*3600*sec, "10.0.0.9", "10.0.0.2", 0, 2049, handshake.Completed, spoke("nfs"))
	}, ""},
	{"an unknown tongue", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22022, handshake.Completed, payload(5000, 9000), func(r *record.Record) { r.Opaque = true })
	}, "payload-unknown low 1"},
	{"a few words of it", func(s *story) {
		s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 22022, handshake.Completed, payload(500, 9000), func(r *record.Record) { r.Opaque = true })
	}, ""},
	{"a sender that cannot be", func(s *story) { s.udp(0, "127.0.0.1", "10.0.0.1", 0, 514, handshake.Unanswered) }, "address-bogon low 1"},
	{"a machine talks to itself", func(s *story) { s.udp(0, "127.0.0.1", "127.0.0.1", 0, 514, handshake.Unanswered) }, ""},
}

func TestFindings(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range slices.Concat(stories, forgeries, borders, office, partial, searches, slow, shells) {
		t.Run(c.name, func(t *testing.T) {
			var s story
			c.tell(&s)
			var first string
			// The order in which records end must not matter.
			for turn := range 3 {
				d := New(catalog.Default(), nil, 0)
				rs := append([]record.Record(nil), s.rs...)
				if turn > 0 {
					r := rand.New(rand.NewPCG(uint64(turn), 9))
					r.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
				}
				var place record.Record // all records are made in one place
				for i := range rs {
					// Nor does it matter what was asked of which record before.
					switch turn {
					case 1:
						place = rs[i]
						d.Record(&place)
					case 2:
						place = rs[len(rs)-1-i]
						d.Record(&place)
						place = rs[i]
					default:
						place = rs[i]
					}
					d.Observe(&place)
				}
				var got, full []string
				for _, f := range d.Findings() {
					got = append(got, fmt.Sprintf("%s %s %d", f.Kind, f.Severity, f.Count))
					full = append(full, f.Text(words.English)+fmt.Sprint(f.Records, f.Frames))
					seen[f.Kind] = true
					k, ok := KindOf(f.Kind)
					if !ok || !AtLeast(k.Severity, f.Severity) || k.Basis != f.Basis && f.Basis != "hint" {
						t.Errorf("%s: %s and %s, its kind says %s and %s", f.Kind, f.Severity, f.Basis, k.Severity, k.Basis)
					}
					if len(f.Frames) == 0 || f.First == 0 || f.Text(words.English) == f.Text(words.Spanish) || strings.Contains(f.Text(words.Spanish), "%!") {
						t.Errorf("%+v: %s / %s", f, f.Text(words.English), f.Text(words.Spanish))
					}
				}
				if strings.Join(got, ", ") != c.want {
					t.Fatalf("turn %d: %q, want %q", turn, got, c.want)
				}
				if turn == 0 {
					first = strings.Join(full, "\n")
				} else if strings.Join(full, "\n") != first && len(rs) <= maxEvents { // of more, the last ones are remembered
					t.Errorf("another order, another text:\n%s\n%s", first, full)
				}
			}
		})
	}
	for _, k := range kinds {
		// These are told by packets or by a policy: TestTunnel, TestPoisoning, TestPolicy.
		if !seen[k.ID] && k.ID != "dns-tunnel" && k.ID != "lan-poisoning" && k.ID != "scan-arp" && k.ID != "not-in-policy" {
			t.Errorf("no tale raises %s", k.ID)
		}
	}
}

// TestBounded: a flood of strangers leaves room for who keeps on, and what is
// remembered stays within the budget.
func TestBounded(t *testing.T) {
	const budget = 8 << 20
	d := New(catalog.Default(), nil, budget)
	var s story
	for i := range 100_000 {
		s.rs = s.rs[:0]
		a := netip.AddrFrom4([4]byte{byte(60 + i>>24), byte(i >> 16), byte(i >> 8), byte(i)})
		s.tcp(int64(i)*1000, a.String(), "10.0.0.1", 0, 80, handshake.NoAnswer)
		if i%300 == 0 {
			s.tcp(int64(i)*1000, "10.0.0.9", "10.0.0.1", 0, uint16(i/300+1), handshake.Refused)
		}
		for j := range s.rs {
			d.Observe(&s.rs[j])
		}
	}
	for i := range d.rules {
		if ru := &d.rules[i]; ru.bytes > ru.limit+maxHosts*hostBytes+maxEvents*eventBytes {
			t.Errorf("%s: %d octets, its share is %d", ru.kind, ru.bytes, ru.limit)
		}
	}
	if d.Unwatched() == 0 {
		t.Error("nothing was dropped, so nothing was bounded")
	}
	found := map[string]bool{}
	for _, f := range d.Findings() {
		found[f.Kind] = true
	}
	if !found["scan-ports"] || !found["flood-halfopen"] {
		t.Errorf("in a flood: %v", found)
	}
}

// TestBudget: what a subject is booked with is what it costs.
func TestBudget(t *testing.T) {
	d := New(catalog.Default(), nil, 1<<40)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var s story
	for i := range 50_000 {
		s.rs = s.rs[:0]
		a := netip.AddrFrom4([4]byte{60, byte(i >> 16), byte(i >> 8), byte(i)})
		s.tcp(int64(i)*1000, a.String(), "10.0.0.1", 0, 80, handshake.NoAnswer)
		d.Observe(&s.rs[0])
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	booked := int64(0)
	for i := range d.rules {
		booked += d.rules[i].bytes
	}
	real := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d octets in use, %d booked", real, booked)
	if real > booked*3/2 || real < booked/3 {
		t.Errorf("%d octets in use, %d booked", real, booked)
	}
	runtime.KeepAlive(d)
}

func BenchmarkObserve(b *testing.B) {
	d := New(catalog.Default(), nil, 0)
	var s story
	for i := range 1000 {
		s.tcp(int64(i)*sec, "10.0.%d.%d", "10.1.0.1", i, 443, handshake.Completed, payload(100, 100))
	}
	for i := 0; b.Loop(); i++ {
		d.Observe(&s.rs[i%1000])
	}
}

// TestTales: what catalog selftest shows is what happens.
func TestTales(t *testing.T) {
	for _, x := range Tales() {
		if got, _ := x.Tell(catalog.Default()); got != x.Want {
			t.Errorf("%s: %q, want %q", x.Title[0], got, x.Want)
		}
		if x.Title[0] == x.Title[1] || x.Why[0] == x.Why[1] || x.Why[1] == "" {
			t.Errorf("%s: not in both languages", x.Title[0])
		}
	}
}

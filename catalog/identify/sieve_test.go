package identify

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portero/capture"
)

// samples begin like what the signatures know, and some are whole.
var samples = []string{
	"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\n\r\n", "M-SEARCH * HTTP/1.1\r\n", "NOTIFY * HTTP/1.1\r\n",
	"SSH-2.0-door\r\n", "220 a ESMTP\r\n", "220-b FTP\r\n", "554 no smtp\r\n", "421 late\r\n", "530 login ftp\r\n", "EHLO a\r\n", "helo a\r\n", "LHLO a\r\n", "USER a\r\n", "pwd\r\n", "CWD /\r\n",
	"+OK pop\r\n", "-ERR pop\r\n", "APOP a b\r\n", "* OK IMAP4\r\n", "* PREAUTH a\r\n", "* BYE a\r\n", "a1 LOGIN a b\r\n", "0 \x00", "200 nntp\r\n", "201 a\r\n", "GROUP a\r\n", "over 1\r\n", "\xff\xfd\x18\xff\xfb\x20",
	"NICK a\r\nUSER a\r\n", "CAP LS 302\r\n", ":a NOTICE b\r\n", "<?xml version='1.0'?><stream:stream", "INFO {\"a\":1}\r\n", "CONNECT {\"a\":1}\r\n", "0032git-upload-pack /a\x00host=a\x00", "@RSYNCD: 31.0\n", "RFB 003.008\n",
	"*1\r\n$4\r\nPING\r\n", "PING\r\n", "GET a\r\n", "+PONG\r\n", "$-1\r\n", ":1\r\n", "-NOAUTH a\r\n", "INVITE sip:a SIP/2.0\r\n", "SIP/2.0 200 OK\r\n", "\r\n\r\nOPTIONS sip:a SIP/2.0\r\n", "OPTIONS * RTSP/1.0\r\n", "RTSP/1.0 200 OK\r\n",
	"<34>1 2003-10-11T22:14:15.003Z a", "<4>Oct 11 22:14:15 a", "{\"method\":\"mining.subscribe\"}\n", "\x00\x00\x00\x40\xfeSMB\x40\x00", "\x00\x00\x00\x40\xffSMB\x72\x00", "\x81\x00\x00\x44\x20CKFDENECFDEFFCFGEFFCCACACACACACA\x00\x20AAAA",
	"\x05\x00\x0b\x03\x10\x00\x00\x00\x48\x00\x00\x00\x01\x00\x00\x00", "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", "\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x04\x00\x00\x00\x00\x02\x01\x00\x02\x01\x00\x30\x0b",
	"\x00\x00\x00\x40\x6a\x3e\x30\x3c\xa1\x03\x02\x01\x05\xa2\x03\x02", "\x6a\x3e\x30\x3c\xa1\x03\x02\x01\x05\xa2\x03\x02", "\x12\x01\x00\x2f\x00\x00\x01\x00\x00\x00\x1a\x00\x06", "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00",
	"\x08\x00\x00\x00\x0a5.7.30\x00\x01", "\x10\x00\x00\x01\xff\x10\x04Too many", "\x00\x00\x00\x08\x04\xd2\x16\x2f", "\x00\x00\x00\x14\x00\x03\x00\x00user\x00a\x00\x00", "\x20\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00\x00\x00\x00\x00",
	"get a\r\n", "set a 0 0 1\r\nb\r\n", "VALUE a 0 1\r\n", "END\r\n", "OK\r\n", "NOT_STORED\r\n", "stats\r\n", "version\r\n", "flush_all\r\n", "mg key v\r\n", "mn\r\n", "VA 1\r\na\r\n", "STAT a\r\n", "\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00a\n",
	"\x00\x00\x00\x12\x00\x12\x00\x03\x00\x00\x00\x01\x00\x04door\x00\x00", "\x04\x00\x00\x00\x05\x00\x00\x00\x00", "\x03\x00\x00\x01\x00\x00\x00\x16\x00\x01\x00\x0bCQL_VERSION\x00\x053.0.0", "\xca\x55\x2d\xfa\x00\x00\x00\x00\x00",
	"\x00\x3a\x00\x00\x01\x00\x00\x00\x01\x3a\x01\x2c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04door", "AMQP\x00\x00\x09\x01", "\x01\x00\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00", "ZBXD\x01\x00\x00", "agent.ping", "ZBX_NOTSUPPORTED",
	"\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl", "\x01\x01\x00\x0c\x21\x12\xa4\x42abcdefghijklabcdefghijkl", "\x13BitTorrent protocol", "\x05\x01\x00", "\x05\x00", "\x04\x01\x00\x50\x0a\x00\x00\x01\x00", "\x00\x5a\x00\x50\x00\x00\x00\x00",
	"\x00\x0e\x38abcdefgh\x00\x00\x00\x00\x00", "\x38abcdefgh\x00\x00\x00\x00\x00", "\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00\x01", "\x12\x34\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01", "\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21", "\x68\x04\x07\x00\x00\x00",
	"\x65\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00", "HELF\x20\x00\x00\x00", "ACKF\x20\x00\x00\x00", "RHEF\x20\x00\x00\x00", "OPNF\x20\x00\x00\x00", "MSGF\x20\x00\x00\x00",
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x1d\x01", "\x12\x34\x00\x10\x02\x02", "AB\x00\x02\x09\x00", "CNXN\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xbc\xb1\xa7\xb1", "\xf9\xbe\xb4\xd9version\x00\x00\x00\x00\x00\x64\x00\x00\x00\x00\x00\x00\x00",
	"\x0b\x11\x09\x07version\x00\x00\x00\x00\x00\x64\x00\x00\x00\x00\x00\x00\x00", "\xfa\xbf\xb5\xdaversion\x00\x00\x00\x00\x00\x64\x00\x00\x00\x00\x00\x00\x00", "\x0a\x03\xcf\x40version\x00\x00\x00\x00\x00\x64\x00\x00\x00\x00\x00\x00\x00", "B\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00", "l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	"\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa5\x00\x00\x00\x03\x00\x00\x00\x00", "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00\x03\x00\x00\x00\x00",
	"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa0\x00\x00\x00\x02\x00\x00\x00\x00", "\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03", "\x15\x03\x03\x00\x02\x02\x28", "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10", "\x17\x03\x03\x00\x20abcdefghijklmnopqrstuvwxyzabcdef",
	"\x00\x1c\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01", "\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01", "\x12\x34\x28\x00\xff\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01",
	"\x12\x34\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00\x00\x21\x00\x01", "\xc0\x00\x00\x00\x01\x08abcdefgh\x00\x00\x44\xd0aaaaaaaa", "\x80\x00\x00\x00\x00\x08abcdefgh\x00\x00\x00\x00\x01", "\x0dabcdefghQ043aaaa", "\xc0Q0460abcdefghijkl", "\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x01\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00",
	"\x23\x00\x06\xec\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x17\x00\x03\x2a\x00\x00\x00\x00", "\x01\x01\x06\x00abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst", "\x00\x01a\x00octet\x00", "\x00\x03\x00\x01", "\x00\x04\x00\x01",
	"\x02\x01\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00", "\x02\x02\x00\x00", "\x40\x01\x00\x00", "\x52\x45\x00\x00ab", "d1:ad2:id20:", "d2:ip6:abcdef1:rd2:id20:", "BT-SEARCH * HTTP/1.1\r\n", "\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00abcd", "\x41\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00",
	"\x21\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00", "\x04\x00\x00\x00abcdefghij\x00\x00abcdefghijklmnop", "abcdefgh\x00\x00\x00\x00\x00\x00\x00\x00\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c", "\x00\x00\x00\x00abcdefgh\x00\x00\x00\x00\x00\x00\x00\x00\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c",
	"\x00\x00\x10\x00\x00\x00\x00\x01", "\xc8\x02\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00", "\x12\x34\x00\x00\x00\x01\x00\x00get a\r\n", "\x12\x34\x00\x00\x00\x01\x00\x00\r\na", "\x12\x34\x00\x00\x00\x01\x00\x00mg key v\r\n", "\x32\x01\x00\x04abcdefgh", "\x48\x20\x00\x04abcd", "\x1e\x10\x00\x00abcdabcdabcdabcd", "\x20\x05\x00\x08abcdefgh", "\x02", "\x05\x03\x00abc", "\x81\x0a\x00\x04", "\x06\x00\xff\x07\x00\x00\x00\x00", "\xff\xff\xff\xffTSource Engine Query\x00", "\xff\xff\xff\xffabc\x01efghijkl",
	"\x02\x00\x02\x80\x08\x00iiiicccc\xb1\x00\x06\x00\x01\x00data", "\x00\x2a\xff\x80\x00\x14\x6e\x12tttttttttttttttttt\x75\x0epppppppppppppp", "\x00\x2a\x00\x01\x00\x14\x6f\x12tttttttttttttttttt\x75\x0epppppppppppppp",
	"\x00\x00\x00\x2a\x00\x2a\xff\x80\x00\x14\x6e\x12tttttttttttttttttt\x75\x0epppppppppppppp", "\x00\x00\x00\x16\x02\x00\x00\x01\x00\x53\x15\xc0\x09\x05\x41\x43\x52\x03\x52\x04\x41\x41", "$\x00\x00\x10\x80\x60\x00\x07ttttssssabcd", "R\x00\x00\x00\x0c\x00\x00\x00\x05salt", "\x00\x08\x00\x00\x0b\x00\x00\x00", "RETR a\r\n", "226 done\r\n", "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb",
	"\x80\xc8\x00\x06abcdefghijklmnopqrstuvwx", "\x80\x00\x00\x01\x00\x00\x00\x01abcdefgh",
}

// TestSieveLosesNothing changes each of the octets that the sieve asks about to all
// others, in payload of every protocol: where the sieve drops a signature, that must
// say no.
func TestSieveLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, tcp := range []bool{true, false} {
		v := allSignatures().udp
		if tcp {
			v = allSignatures().tcp
		}
		usual := []uint16{40000}
		for i := range v.list {
			s := &v.list[i]
			usual = append(append(append(usual, s.only...), s.home...), infos[s.proto].tcp...)
			usual = append(usual, infos[s.proto].udp...)
		}
		said := make([]bool, len(v.list))
		try := func(b []byte, l look) {
			k := &pending{tcp: tcp, spoke: -1, opener: -1, facts: nil}
			l.b, l.pend, l.port = b, k, l.from
			if l.client {
				l.port = l.to
			}
			which := v.may(b, l.size, l.from, l.to)
			if len(l.peer)+len(l.own) == 0 {
				which = v.mayAlone(b, l.size, l.from, l.to)
			}
			for i := range v.list {
				s := &v.list[i]
				if v.lets(which, i, b) || s.first != "" && strings.IndexByte(s.first, b[0]) < 0 || s.from&roleOf(l.client) == 0 {
					continue // it may look, or is not made for that
				}
				if g := s.match(&l); g != no {
					t.Fatalf("tcp %v, signature %d (%v): %v of %q, size %d, ports %d %d: the sieve dropped it", tcp, i, s.proto, g, b, l.size, l.from, l.to)
				}
				if k.aux != nil {
					t.Fatalf("%v noted something of what the sieve dropped", s.proto)
				}
			}
			for i := range v.list {
				if v.lets(which, i, b) && v.list[i].match(&l) != no {
					said[i] = true
				}
			}
		}
		for i, s := range slices.Concat(samples, further()) {
			for _, isClient := range [2]bool{true, false} { // as it is, too: of some a changed octet makes nothing
				try([]byte(s), look{size: len(s), from: 40000, to: usual[r.IntN(len(usual))], client: isClient, first: true})
			}
			for at := range sieved {
				for c := range 256 {
					if i >= len(samples) && r.IntN(8) > 0 {
						continue
					}
					for range 3 {
						b := []byte(s)
						if at < len(b) {
							b[at] = byte(c)
						}
						if r.IntN(4) == 0 { // cut
							b = b[:1+r.IntN(len(b))]
						}
						l := look{size: len(b), from: 40000, to: usual[r.IntN(len(usual))], client: r.IntN(2) == 0, spoke: r.IntN(2) == 0, middle: r.IntN(4) == 0, final: r.IntN(4) == 0, first: r.IntN(2) == 0, multi: r.IntN(4) == 0}
						if r.IntN(2) == 0 {
							l.from, l.to = l.to, l.from
						}
						if !tcp && r.IntN(3) == 0 {
							l.size = []int{len(b) + 1, 1200, 148, 92, 64, 516}[r.IntN(6)]
						}
						if r.IntN(2) == 0 {
							l.peer = []byte(samples[r.IntN(len(samples))])
						}
						if !tcp && r.IntN(4) == 0 {
							l.own = []byte(samples[r.IntN(len(samples))])
						}
						try(b, l)
					}
				}
			}
		}
		n := 0
		for _, ok := range said {
			if ok {
				n++
			}
		}
		if n*10 < len(said)*9 {
			t.Errorf("tcp %v: only %d of %d signatures said anything of the samples", tcp, n, len(said))
		}
	}
}

func roleOf(isClient bool) role {
	if isClient {
		return client
	}
	return server
}

// TestSieveEndsMost holds that what it is made for ends there: octets of no protocol.
func TestSieveEndsMost(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	// RTP and CoAP have few fixed bits.
	for v, most := range map[*sieve]int{allSignatures().tcp: 1500, allSignatures().udp: 4000} {
		left := 0
		b := make([]byte, 40)
		for range 10000 {
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			if !v.may(b, len(b), 40000, 443).empty() {
				left++
			}
		}
		if left > most {
			t.Errorf("%d of 10000 random payloads pass the sieve", left)
		}
	}
}

// TestGlanceIsNoShortcut plays packets to a glance and to the whole examination: where
// a glance does, both leave the same note.
func TestGlanceIsNoShortcut(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := New(0)
	did := 0
	for range 100000 {
		note := uint32(0)
		if r.IntN(4) > 0 {
			note = counting | r.Uint32N(maxDatagrams) | r.Uint32N(3)<<4 | spokeBit | r.Uint32N(2)<<firstBits | r.Uint32N(4)<<randomBits | r.Uint32N(2)*readable | r.Uint32N(4)*beyondBit
		}
		p := &capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Flags: capture.ACK, Seq: capture.Seq(r.Uint32()), SrcPort: 40000, DstPort: []uint16{53, 80, 443, 3389, 5000}[r.IntN(5)], Index: 1}
		if r.IntN(3) == 0 {
			p.Flags |= capture.PSH
		}
		if r.IntN(3) == 0 {
			p.Proto = capture.ProtoUDP
			note &^= 3 << 4
			if note != 0 {
				note |= []uint32{0, 1, 100, 254, 255}[r.IntN(5)] << tinyBits
			}
		}
		b := make([]byte, r.IntN(300))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		switch r.IntN(4) {
		case 0:
			copy(b, samples[r.IntN(len(samples))])
		case 1:
			clear(b)
		case 2:
			b = b[:min(len(b), r.IntN(10))]
		}
		p.PayloadLen = uint32(len(b) + r.IntN(2)*r.IntN(1000))
		if p.PayloadLen < tiny && r.IntN(2) == 0 {
			p.PayloadLen = uint32(len(b))
		}
		side := r.IntN(2)
		at := Place{Known: r.IntN(3) > 0, Opener: int8(r.IntN(3) - 1)}
		if r.IntN(4) == 0 {
			at.Offset = int64(r.IntN(8000) - 3000)
		}
		if at.Offset != 0 && note&(failedBit<<side) != 0 {
			at.Offset = 0 // examine would keep what nobody can use
		}
		n, ok := x.glance(note|counting, p, side, b, at)
		if !ok {
			continue
		}
		did++
		if m := x.examine(note, p, side, b, at); m != n {
			t.Fatalf("note %#x, %q at %+v by %d, proto %d: a glance says %#x, the examination %#x", note, b, at, side, p.Proto, n, m)
		}
	}
	if did < 20000 || x.Stats().Named > 0 {
		t.Fatalf("a glance did %d times, %d named", did, x.Stats().Named)
	}
}

// lets reports whether signature i may look at b, of whose place the sieve said which.
func (v *sieve) lets(which set, i int, b []byte) bool {
	here := int(v.place[i])
	return !which.and(single(here)).empty() && (len(v.who[here]) == 1 || len(b) < sieved || v.list[i].agrees(b))
}

// TestPlacesAreShared: signatures that begin alike have one place, and are asked as if each had its own.
func TestPlacesAreShared(t *testing.T) {
	var list []signature
	for i := range 250 {
		s := string([]byte{'A', 'B', byte(i), 'd', 'e', 'f', 'g', 'h'})
		list = append(list, spelt(Protocol(i%int(protocolCount-1)+1), role(1+i&1), s))
	}
	v := newSieve(list)
	if len(v.who) != 1 {
		t.Fatalf("%d places", len(v.who))
	}
	for i := range 250 {
		b := []byte{'A', 'B', byte(i), 'd', 'e', 'f', 'g', 'h', 'i'}
		for _, isClient := range [2]bool{true, false} {
			l := look{b: b, size: len(b), client: isClient, pend: &pending{tcp: true}}
			p, g, _, _ := v.run(v.may(b, len(b), 40000, 443), &l, true)
			if told := roleOf(isClient)&list[i].from != 0; told != (p == list[i].proto && g == exact) || !told && g != no {
				t.Fatalf("signature %d, client %v: %v %v", i, isClient, p, g)
			}
		}
		if !v.may([]byte{'A', 'C', byte(i), 'd', 'e', 'f', 'g', 'h'}, 8, 1, 2).empty() {
			t.Fatal("what none of them begins with passed")
		}
	}
}

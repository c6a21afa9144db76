package identify

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// sqlCall is a call of SQL Server with what it begins with, and a transaction in its headers.
func sqlCall(begin string) string {
	return begin + "\x00\x2e\x00\x00\x01\x00" + "\x16\x00\x00\x00\x12\x00\x00\x00\x02\x00" + strings.Repeat("\x00", 8) + "\x01\x00\x00\x00" + "\x04\x00d\x00o\x00o\x00r\x00\x00\x00\x00\x00\x00\x00"
}

// TestLegalVariants: what a protocol may say in another way than most do, on the port it has there.
func TestLegalVariants(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	be := func(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	someip := "\x12\x34\x00\x08\x00\x00\x00\x0c\x00\x00\x00\x01\x01\x01\x00\x00abcd"
	tuya := "\x00\x00\x55\xaa\x00\x00\x00\x01\x00\x00\x00\x0a\x00\x00\x00\x0c" + "abcd" + "sums" + "\x00\x00\xaa\x55"
	host := "\x00\x00\x00\x09door\x00\x00\x08\x00\x0c" + zeros(8) + "\x00\x02\x00\x08cpu\x00"
	call := func(rest string) string {
		return "\x00\x00\x00\x07" + be(0) + be(2) + be(100000) + be(2) + be(4) + rest
	}
	ldp := func(kind string) string {
		return "\x00\x01\x00\x12\xc0\x00\x02\x01\x00\x00" + kind + "\x00\x08" + zeros(8)
	}
	ipmi := func(number string) string {
		return "\x06\x00" + number + "\x07\x00" + zeros(8) + "\x09\x20\x18\xc8\x81\x00\x38\x8e\x04\xb5"
	}
	reset := func(digest int) string { // OpenVPN's, with --tls-auth: digest, packet number, time
		return "\x38abcdefgh" + strings.Repeat("d", digest) + be(1) + "\x67\x44\x00\x00" + "\x00" + be(0)
	}
	crypt := "\x38abcdefgh" + be(1) + "\x67\x44\x00\x00" + strings.Repeat("d", 32) + "xxxxx" // --tls-crypt
	for _, c := range []struct {
		what string
		d    *dialogue
		want Protocol
	}{
		{"NetFlow 1", udpTalk(2055).say(ours, "\x00\x01\x00\x01"+zeros(12+52)), NetFlow},
		{"NetFlow 1 elsewhere", udpTalk(elsewhere).say(ours, "\x00\x01\x00\x01"+zeros(12+52)), None},
		{"NetFlow 7", udpTalk(elsewhere).say(ours, "\x00\x07\x00\x02"+zeros(20+2*52)), NetFlow},
		{"IPFIX over TCP, longer than what is looked at", tcpTalk(elsewhere).say(ours, "\x00\x0a\x10\x00"+zeros(12)+"\x00\x02\x00\x0c\x01\x00\x00\x01\x00\x08\x00\x04"+"\x01\x00\x0f\xe4"+zeros(1400)), IPFIX},
		{"a ten and a length, and no templates", tcpTalk(elsewhere).say(ours, "\x00\x0a\x10\x00"+zeros(12)+"\x01\x00\x0f\xf0"+zeros(1400)), None},
		{"BFD that tries a size", udpTalk(3784).say(ours, "\x20\xc0\x03\x18"+be(1)+be(0)+be(1000000)+be(1000000)+be(0)+zeros(1000)), BFD},
		{"collectd, signed", udpTalk(25826).say(ours, "\x02\x00\x00\x28"+strings.Repeat("s", 32)+"anna"+host), Collectd},
		{"collectd, enciphered", udpTalk(25826).say(ours, "\x02\x10\x00\x40\x00\x04anna"+strings.Repeat("x", 54)), Collectd},
		{"collectd that tells the times finely", udpTalk(25826).say(ours, host+"\x00\x09\x00\x0c"+zeros(8)), Collectd},
		{"collectd, and a part of no kind", udpTalk(25826).say(ours, host+"\x00\x0a\x00\x0c"+zeros(8)), None},
		{"collectd with a part that is unknown to it", udpTalk(25826).say(ours, host+"\x00\x09\x00\x0c"+zeros(8)+"\xff\xff\x00\x08cpu\x00"+strings.Repeat("\x00\x04\x00\x08cpu\x00", 3)), Collectd},
		{"OpenVPN under a digest of 16 octets", udpTalk(1194).say(ours, reset(16)), OpenVPN},
		{"OpenVPN under a digest of 20 octets", udpTalk(1194).say(ours, reset(20)), OpenVPN},
		{"OpenVPN under a digest of 28 octets", udpTalk(1194).say(ours, reset(28)), OpenVPN},
		{"OpenVPN under a digest of 32 octets", udpTalk(1194).say(ours, reset(32)), OpenVPN},
		{"OpenVPN under a digest of 48 octets", udpTalk(1194).say(ours, reset(48)), OpenVPN},
		{"OpenVPN under a digest of 64 octets", udpTalk(1194).say(ours, reset(64)), OpenVPN},
		{"OpenVPN under a digest that there is none of", udpTalk(1194).say(ours, reset(24)), None},
		{"OpenVPN under a digest, over TCP", tcpTalk(elsewhere).say(ours, "\x00\x2a"+reset(20)), OpenVPN},
		{"the same with octets for its packet's number", tcpTalk(elsewhere).say(ours, "\x00\x2a"+reset(20)[:38]+"late"), None},
		{"OpenVPN under a key", udpTalk(1194).say(ours, crypt), OpenVPN},
		{"OpenVPN under a key, in the third packet already", udpTalk(1194).say(ours, "\x38abcdefgh"+be(3)+crypt[13:]), None},
		{"LDP, a session that begins", tcpTalk(646).say(ours, ldp("\x02\x00")), LDP},
		{"LDP, what became of it", tcpTalk(646).say(ours, ldp("\x00\x01")), LDP},
		{"LDP, the last message that there is", tcpTalk(646).say(ours, ldp("\x04\x04")), LDP},
		{"LDP, a message that there is none of", tcpTalk(646).say(ours, ldp("\x05\x00")), None},
		{"LDP, a hello where none is said", tcpTalk(646).say(ours, ldp("\x01\x00")), None},
		{"StatsD", udpTalk(8125).say(ours, "door.open:1|c"), StatsD},
		{"StatsD, a figure without a name", udpTalk(8125).say(ours, ":1|c:2|c"), None},
		{"StatsD, a name with a sign of its own", udpTalk(8125).say(ours, "door|open:1|c"), None},
		{"HSRP 2", udpTalk(1985).say(ours, "\x01\x28\x02\x00\x06\x04"+zeros(36)), HSRP},
		{"HSRP 2, shorter than it says", udpTalk(1985).say(ours, "\x01\x28\x02\x00\x06\x04"+zeros(16)), None},
		{"IPMI elsewhere", udpTalk(elsewhere).say(ours, ipmi("\xff")), IPMI},
		{"IPMI elsewhere, with a number where none is", udpTalk(elsewhere).say(ours, ipmi("\x01")), None},
		{"OpenFlow elsewhere, by both hellos", tcpTalk(elsewhere).say(ours, "\x04\x00\x00\x08\x00\x00\x00\x01").say(theirs, "\x01\x00\x00\x08\x00\x00\x00\x02"), OpenFlow},
		{"one hello of OpenFlow elsewhere", tcpTalk(elsewhere).say(ours, "\x04\x00\x00\x08\x00\x00\x00\x01"), None},
		{"STOMP, headers in another order", tcpTalk(elsewhere).say(ours, "CONNECT\nclient-id:door\nreceipt:1\naccept-version:1.2\n\n\x00"), STOMP},
		{"a word of STOMP, and no header of it", tcpTalk(elsewhere).say(ours, "CONNECT\nclient-id:door\n\n\x00"), None},
		{"the answer to EXCSAT, first", tcpTalk(elsewhere).say(theirs, "\x00\x14\xd0\x02\x00\x01\x00\x0e\x14\x43"+zeros(10)), DRDA},
		{"SMPP 3.3, which need not say so", tcpTalk(elsewhere).say(ours, be(16+17)+be(2)+zeros(4)+be(1)+"anna\x00secret\x00\x00\x00\x01\x01\x00"), SMPP},
		{"the same with a plan for numbers that there is none of", tcpTalk(elsewhere).say(ours, be(16+17)+be(2)+zeros(4)+be(1)+"anna\x00secret\x00\x00\x00\x01\x13\x00"), None},
		{"SMPP that calls its version 1", tcpTalk(elsewhere).say(ours, be(16+17)+be(2)+zeros(4)+be(1)+"anna\x00secret\x00\x00\x01\x00\x00\x00"), SMPP},
		{"SMPP of a version to come", tcpTalk(elsewhere).say(ours, be(16+17)+be(2)+zeros(4)+be(1)+"anna\x00secret\x00\x00\x51\x01\x01\x00"), None},
		{"a call of SQL Server on a connection from a pool", blindTalk(1433).say(ours, sqlCall("\x03\x09")), TDS},
		{"the same elsewhere", blindTalk(elsewhere).say(ours, sqlCall("\x03\x09")), TDS},
		{"a batch there that begins a transaction anew", blindTalk(elsewhere).say(ours, sqlCall("\x01\x11")), TDS},
		{"a call that goes on in another packet", blindTalk(1433).say(ours, "\x03\x04\x1f\x40"+sqlCall("\x03\x04")[4:]), TDS},
		{"an answer that would forget something", blindTalk(1433).say(theirs, "\x04\x09\x00\x11\x01\x3a\x01\x00\xfd\x00\x00\xd5\x00\x00\x00\x00\x00"), None},
		{"a call with a sign that there is not", blindTalk(1433).say(ours, sqlCall("\x03\x21")), None},
		{"a call elsewhere, of another length", blindTalk(elsewhere).say(ours, sqlCall("\x03\x09")+"\x00"), None},
		{"a query of MongoDB that answers nothing, written as -1", tcpTalk(elsewhere).say(ours, "\x29\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff\xd4\x07\x00\x00"+zeros(25)), MongoDB},
		{"a message of MongoDB that answers -1", tcpTalk(elsewhere).say(ours, "\x29\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff\xdd\x07\x00\x00"+zeros(25)), None},
		{"Dropbox with its folders first", udpTalk(elsewhere).say(ours, `{"namespaces": [1, 2], "port": 17500, "host_int": 33, "displayname": "", "version": [2, 0]}`), Dropbox},
		{"folders of somebody else", udpTalk(elsewhere).say(ours, `{"namespaces": ["door", "window"], "port": 17500}`), None},
		{"SMPP that begins its numbers high", tcpTalk(elsewhere).say(ours, be(16+17)+be(9)+zeros(4)+be(1<<30)+"anna\x00secret\x00\x00\x34\x00\x00\x00"), SMPP},
		{"SOME/IP, two in a datagram", udpTalk(elsewhere).say(ours, someip+someip), SOMEIP},
		{"SOME/IP, and what is none", udpTalk(elsewhere).say(ours, someip+"abcdabcdabcdabcd"), None},
		{"HART-IP, turned down", udpTalk(5094).say(ours, "\x01\x0f\x00\x02\x00\x02\x00\x08"), HARTIP},
		{"LoRaWAN, what became of a packet", udpTalk(elsewhere).say(ours, "\x02\x12\x34\x05gatewayA{\"txpk_ack\":{\"error\":\"NONE\"}}"), LoRa},
		{"Tuya, two in a segment", tcpTalk(elsewhere).say(ours, tuya+tuya), Tuya},
		{"HL7 with other signs", tcpTalk(elsewhere).say(ours, "\x0bMSH#@~\\%#door#example#\r"), HL7},
		{"HL7 2.7", tcpTalk(elsewhere).say(ours, "\x0bMSH|^~\\&#|door|example|\r"), HL7},
		{"a batch of HL7", tcpTalk(elsewhere).say(ours, "\x0bBHS|^~\\&|door|example|\r"), HL7},
		{"three letters of HL7", tcpTalk(elsewhere).say(ours, "\x0bMSHabcdefghijk"), None},
		{"a call of SunRPC", udpTalk(elsewhere).say(ours, call(be(0)+be(0)+be(0)+be(0)+"abcd")), SunRPC},
		{"a call whose sender takes more room than there is", udpTalk(elsewhere).say(ours, call(be(1)+be(256)+be(0)+be(0))), None},
		{"NTP of who never heard from its server", udpTalk(elsewhere).say(ours, "\xe3\x00\x06\xe8"+be(0)+be(2)+"INIT"+zeros(24)+"\xe1\x58\x29\x6b\x5c\xe9\x96\x61"), NTP},
		{"one option of Telnet", tcpTalk(elsewhere).say(theirs, "\xff\xfd\x18"), Telnet},
		{"an option of Telnet and a greeting", tcpTalk(elsewhere).say(theirs, "\xff\xfd\x18\r\nB\xc3\xbcro: login\x1b[0m\xff\xf1"), Telnet},
		{"what begins like an option of Telnet", tcpTalk(elsewhere).say(theirs, "\xff\xfd\x18\x81\x92\xa3\xb4\xc5\x06\x17\x28"), None},
		{"the same where Telnet is at home", tcpTalk(23).say(theirs, "\xff\xfd\x18\x81\x92\xa3\xb4\xc5\x06\x17\x28"), Telnet},
		{"SOME/IP over TCP, two in a segment", tcpTalk(elsewhere).say(ours, someip+someip), SOMEIP},
		{"SOME/IP over TCP, one and a part", tcpTalk(elsewhere).say(ours, someip+someip[:9]), SOMEIP},
		{"one end of CoAP over TCP", tcpTalk(elsewhere).say(ours, "\x40\xe1\x22\x04\x80\x20"), None},
		{"CoAP over TCP, and a question at once", tcpTalk(elsewhere).say(ours, "\x00\xe1\x40\x01\xb3doo").say(theirs, "\x00\xe1"), CoAP},
		{"the hello of ZeroTier for another", udpTalk(elsewhere).say(ours, "packetid"+"\x62\xf8\x65\xae\x71"+"\x8a\x19\x60\xd0\x5c"+"\x00"+"authcode"+"\x01"+"\x0c\x01\x0c\x00\x02"+zeros(8)+"\x8a\x19\x60\xd0\x5d\x00"+strings.Repeat("k", 74)), None},
		{"a tunnel of WARP, and an answer to another", udpTalk(2408).say(ours, "\x01abc"+"peer"+zeros(140)).say(theirs, "\x02abc"+"mine"+"pear"+zeros(80)), None},
		{"lines to StatsD's port that are none", udpTalk(8125).say(ours, "door:opened\n"), None},
		{"a gauge of StatsD", udpTalk(8125).say(ours, "door:-1.5|g"), StatsD},
		{"a value and no sort", udpTalk(8125).say(ours, "door:1|x"), None},
		{"RTPS, cut off", udpTalk(7400).say(ours, "RTPS\x02\x03\x01\x0f"+zeros(12)+"\x09\x01\xff\x00"), None},
		{"sFlow that saw nothing", udpTalk(6343).say(ours, be(5)+be(1)+"\xc0\x00\x02\x01"+be(0)+be(7)+be(9)+be(0)), SFlow},
		{"the same elsewhere", udpTalk(elsewhere).say(ours, be(5)+be(1)+"\xc0\x00\x02\x01"+be(0)+be(7)+be(9)+be(0)), None},
		{"LDAP, only an unbind", tcpTalk(389).say(ours, "\x30\x05\x02\x01\x03\x42\x00"), LDAP},
		{"LDAP, only an abandon", tcpTalk(389).say(ours, "\x30\x06\x02\x01\x05\x50\x01\x05"), LDAP},
		{"IRC of who is known already", tcpTalk(elsewhere).say(ours, "PRIVMSG bob :hello\r\n"), IRC},
		{"a word of IRC", tcpTalk(elsewhere).say(ours, "PRIVMSG\r\n"), None},
		{"DoIP from its middle", blindTalk(elsewhere).say(theirs, "\x02\xfd\x80\x02\x00\x00\x00\x08\x40\x10\x0e\x80\x00\x22\xf1\x01"), DoIP},
		{"OpenFlow from its middle", blindTalk(6633).say(ours, "\x04\x02\x00\x08\x00\x00\x01\x9a\x04\x12\x00\x10\x00\x00\x00\x01"+zeros(8)), OpenFlow},
		{"lengths that OpenFlow does not have", blindTalk(6633).say(ours, "\x04\x02\x00\x08\x00\x00\x01\x9a\x04\x12\x00\x40\x00\x00\x00\x01"+zeros(8)), None},
		{"OpenFlow from its middle, elsewhere", blindTalk(elsewhere).say(ours, "\x04\x02\x00\x08\x00\x00\x01\x9a"), None},
		{"Discord's word, and another count", udpTalk(elsewhere).say(ours, "\x13\x37\xca\xfe\x0e\x00\x00\x00").say(theirs, "\x13\x37\xca\xfe\x0f\x00\x00\x00"), None},
		{"a report of RTCP", udpTalk(elsewhere).say(ours, "\x81\xc9\x00\x07"+zeros(28)), RTCP},
		{"a report of RTCP under keys", udpTalk(elsewhere).say(ours, "\x81\xc9\x00\x07"+strings.Repeat("sealed..", 8)+"\x80\x00\x00\x01"+strings.Repeat("d", 10)), RTCP},
		{"a report of RTCP under keys, handed on by a relay", udpTalk(3478).say(ours, "\x81\xc9\x00\x07"+strings.Repeat("sealed..", 8)+"\x80\x00\x00\x01"+strings.Repeat("d", 10)), None},
		{"a sender's report under keys of GCM", udpTalk(elsewhere).say(ours, "\x81\xc8\x00\x0c"+strings.Repeat("sealed..", 12)+"\x80\x00\x01\x01"), RTCP},
		{"the same without the sign that it is enciphered", udpTalk(elsewhere).say(ours, "\x81\xc9\x00\x07"+strings.Repeat("sealed..", 8)+"\x00\x00\x00\x01"+strings.Repeat("d", 10)), None},
		{"the same longer than what it counts", udpTalk(elsewhere).say(ours, "\x80\xc9\x00\x07"+strings.Repeat("sealed..", 8)+"\x80\x00\x00\x01"+strings.Repeat("d", 10)), None},
		{"a report of RTCP with less than it counts", udpTalk(elsewhere).say(ours, "\x82\xc9\x00\x07"+zeros(28)), None},
	} {
		if got := protocolOf(c.d.end()); got != c.want.String() {
			t.Errorf("%s: told as %q, want %q", c.what, got, c.want)
		}
	}
}

// blindTalk is a connection whose opening was not captured.
func blindTalk(port uint16) *dialogue {
	d := tcpTalk(port)
	d.blind = true
	return d
}

// TestTLSBehindProxy: what is called by a proxy is read on; that the request to it was in clear, and a login in it, stays so.
func TestTLSBehindProxy(t *testing.T) {
	random := strings.Repeat("r", 32)
	hello := tlsRecord(recordHandshake, tlsMessage(clientHello, "\x03\x03"+random+"\x00\x00\x02\xc0\x2f\x01\x00\x00\x11\x00\x00\x00\x0d\x00\x0b\x00\x00\x08door.org"))
	answer := tlsRecord(recordHandshake, tlsMessage(serverHello, "\x03\x03"+random+"\x00\xc0\x2f\x00"))
	const request, granted = "CONNECT door.org:443 HTTP/1.1\r\nHost: door.org:443\r\nProxy-Authorization: Basic YW5uYTpzZWNyZXQ=\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"
	for _, c := range []struct {
		what  string
		turns []string // the client begins
		tls   bool
	}{
		{"in turns", []string{request, granted, hello, answer}, true},
		{"in pieces", []string{request, granted, hello[:3], "", hello[3:], answer[:20], "", answer[20:]}, true},
		{"refused", []string{request, "HTTP/1.1 403 No\r\n\r\n", hello, answer}, false},
		{"something else", []string{request, granted, "EHLO door\r\n", "250 ok\r\n"}, false},
	} {
		d := tcpTalk(8080)
		for i, s := range c.turns {
			d.say(i%2, s)
		}
		f := d.end()
		if f == nil || f.Protocol != HTTPProxy || f.Name != "door.org" || f.StartTLS || loginOf(f) != "anna, http basic, readable" {
			t.Errorf("%s: %+v, %s", c.what, f, loginOf(f))
			continue
		}
		if c.tls != (f.TLS != nil && f.TLS.Version == 0x0303 && f.TLS.Name == "door.org" && f.TLS.Cipher == 0xc02f) {
			t.Errorf("%s: %+v", c.what, f.TLS)
		}
	}
}

// TestRandomIsNothing shows each signature random octets on a port that is no protocol's, of which the first eight are what its
// sieve lets through: sixteen million such payloads may hold one that is taken for something, and no more.
func TestRandomIsNothing(t *testing.T) {
	const bits, tries = 24, 4000
	r := rand.New(rand.NewPCG(7, 8))
	sizes := []int{12, 16, 20, 24, 32, 40, 48, 64, 92, 100, 148, 200, 300, 512, 1000, 1300}
	buf := make([]byte, 1500)
	for _, tcp := range []bool{true, false} {
		v := allSignatures().udp
		if tcp {
			v = allSignatures().tcp
		}
		for i := range v.list {
			s := &v.list[i]
			if s.only != nil {
				continue
			}
			var may [sieved][]byte
			passed := 0.0 // bits that the sieve asks for
			for j := range may {
				for c := range 256 {
					if o := s.at(j); o == "" || strings.IndexByte(o, byte(c)) >= 0 {
						may[j] = append(may[j], byte(c))
					}
				}
				passed -= math.Log2(float64(len(may[j])) / 256)
			}
			for _, isClient := range []bool{true, false} {
				if s.from&roleOf(isClient) == 0 {
					continue
				}
				told := 0
				for range tries {
					b := buf[:sizes[r.IntN(len(sizes))]]
					for at := range b {
						b[at] = byte(r.Uint32())
					}
					for j := range may {
						b[j] = may[j][r.IntN(len(may[j]))]
					}
					k := &pending{tcp: tcp, spoke: ours, opener: -1}
					l := &look{b: b, size: len(b), from: 40000, to: elsewhere, port: elsewhere, client: isClient, spoke: true, first: true, final: true, pend: k}
					if (s.fits == nil || s.fits(b, len(b))) && (s.alone == nil || s.alone(b, len(b))) && s.match(l) >= port {
						told++
					}
				}
				if most := tries * math.Exp2(passed-bits); float64(told) > most+3*math.Sqrt(most)+2 {
					t.Errorf("tcp %v, %v, client %v: %d of %d random payloads that pass the sieve are told, at most %.1f may be", tcp, s.proto, isClient, told, tries, most)
				}
			}
		}
	}
}

// TestNobodyElsesOpening shows what every protocol begins with on a port that is none's: it is told as that, or not at all.
func TestNobodyElsesOpening(t *testing.T) {
	same := map[Protocol]Protocol{MDNS: DNS, LLMNR: DNS, NFS: SunRPC, S7comm: TPKT, MMS: TPKT}
	for _, o := range openings() {
		d := (&opening{udp: o.udp}).talk().say(o.first, o.a).say(1-o.first, o.b)
		if f := d.end(); f != nil && f.Protocol != None && f.Protocol != o.want && (same[o.want] == None || f.Protocol != same[o.want]) {
			t.Errorf("%v: told as %v", &o, f.Protocol)
		}
	}
}

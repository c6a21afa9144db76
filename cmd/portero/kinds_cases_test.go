package main

import (
	"fmt"
	"strings"
	"time"
)

// times does something n times, so long apart.
func (w *wire) times(n int, apart time.Duration, one func(i int)) {
	for i := range n {
		one(i)
		w.pass(apart)
	}
}

const (
	getPage   = "GET / HTTP/1.1\r\nHost: house.example\r\n\r\n"
	pageGiven = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
	sshHello  = "SSH-2.0-OpenSSH_9.6\r\n"
)

// unlike are names of a domain that look random.
func unlike(i int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	var b strings.Builder
	for _, c := range []byte(noise(uint64(i), 36)) {
		b.WriteByte(letters[int(c)%len(letters)])
	}
	return b.String() + ".t.example"
}

// uneven are pauses, in seconds, of somebody who calls when there is a reason.
var uneven = []time.Duration{3, 190, 12, 7, 400, 45, 8, 611, 20, 5, 77, 130, 9, 305, 60, 14, 240, 33, 6, 500}

// upload sends so many pieces of 60,000 octets out and has some back, headers alone.
func (w *wire) upload(c, s end, out, back int) {
	w.knock(c, s, "SA")
	w.tcp(c, s, "A", 101, 301, nil)
	seq, ack := uint32(101), uint32(301)
	for i := range max(out, back) {
		if i < out {
			seq = w.long(c, s, seq, ack, 60000)
		}
		if i < back {
			ack = w.long(s, c, ack, seq, 60000)
		}
		w.tcp(s, c, "A", ack, seq, nil)
	}
}

// open is a connection that opens and closes, and nothing is said.
func (w *wire) open(c, s end) {
	w.knock(c, s, "SA")
	w.tcp(c, s, "A", 101, 301, nil)
	w.tcp(c, s, "FA", 101, 301, nil)
	w.tcp(s, c, "FA", 301, 102, nil)
	w.tcp(c, s, "A", 102, 302, nil)
}

var kindCases = []kindCase{
	{kind: "scan-ports", raises: true, what: "fifteen ports of one machine refuse within a second", make: func(w *wire) {
		w.times(15, 50*time.Millisecond, func(i int) { w.knock(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:%d", 20+i), "RA") })
	}},
	{kind: "scan-ports", what: "a program looks for its server: fourteen ports refuse, one of them again and again", make: func(w *wire) {
		w.times(30, 50*time.Millisecond, func(i int) { w.knock(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:%d", 8000+i%14), "RA") })
	}},
	{kind: "scan-hosts", raises: true, what: "twenty-five machines are asked for shares, and nobody answers", make: func(w *wire) {
		w.times(25, 100*time.Millisecond, func(i int) { w.knock(at("10.0.0.9:%d", 40000+i), at("10.9.0.%d:445", 1+i), "") })
	}},
	{kind: "scan-hosts", what: "a file server is down: one client calls it twenty-five times", make: func(w *wire) {
		w.times(25, 100*time.Millisecond, func(i int) { w.knock(at("10.0.0.9:%d", 40000+i), at("10.9.0.1:445"), "") })
	}},
	{kind: "scan-answered", raises: true, what: "thirty machines of the Internet are asked for shares, and open", make: func(w *wire) {
		w.times(30, 100*time.Millisecond, func(i int) { w.open(at("10.0.0.9:%d", 40000+i), at("9.9.%d.7:445", 1+i)) })
	}},
	{kind: "scan-answered", what: "a house with addresses of the Internet: thirty machines of its own are asked for shares, and open", make: func(w *wire) {
		w.times(30, 100*time.Millisecond, func(i int) { w.open(at("9.9.0.9:%d", 40000+i), at("9.9.%d.7:445", 1+i)) })
	}},
	{kind: "scan-stealth", raises: true, what: "three ports get a FIN without a connection, and refuse it", make: func(w *wire) {
		w.times(3, time.Second, func(i int) {
			w.tcp(at("10.0.0.9:40000"), at("10.0.0.1:%d", 20+i), "FP", 100, 0, nil)
			w.tcp(at("10.0.0.1:%d", 20+i), at("10.0.0.9:40000"), "RA", 0, 102, nil)
		})
	}},
	{kind: "scan-stealth", what: "three connections from before the capture end with a FIN", make: func(w *wire) {
		w.times(3, time.Second, func(i int) {
			c, s := at("10.0.0.9:%d", 40000+i), at("10.0.0.1:%d", 80+i)
			w.tcp(c, s, "FA", 100, 300, nil)
			w.tcp(s, c, "FA", 300, 101, nil)
			w.tcp(c, s, "A", 101, 301, nil)
		})
	}},
	{kind: "scan-udp", raises: true, what: "fifteen UDP ports of one machine are asked within a second, without an answer", make: func(w *wire) {
		w.times(15, 50*time.Millisecond, func(i int) { w.udp(at("10.0.0.9:40000"), at("10.0.0.1:%d", 100+i), []byte("who")) })
	}},
	{kind: "scan-udp", what: "traceroute: thirty UDP ports above 33434, without an answer", make: func(w *wire) {
		w.times(30, 50*time.Millisecond, func(i int) { w.udp(at("10.0.0.9:40000"), at("192.0.2.1:%d", 33434+i), []byte("hop")) })
	}},
	{kind: "scan-arp", raises: true, what: "twenty-six neighbours are asked for by ARP within seconds, and nobody has the addresses", make: func(w *wire) {
		w.times(26, 100*time.Millisecond, func(i int) { w.arp(1, 9, "10.0.0.9", fmt.Sprintf("10.0.0.%d", 100+i)) })
	}},
	{kind: "scan-arp", what: "the same neighbours are asked for, and most of them answer", make: func(w *wire) {
		w.times(26, 100*time.Millisecond, func(i int) {
			who := fmt.Sprintf("10.0.0.%d", 100+i)
			w.arp(1, 9, "10.0.0.9", who)
			if i > 5 {
				w.arp(2, byte(100+i), who, "10.0.0.9")
			}
		})
	}},
	{kind: "flood-halfopen", raises: true, what: "a hundred openings from twenty-five addresses within a second, which nobody finishes", make: func(w *wire) {
		w.times(100, 5*time.Millisecond, func(i int) { w.knock(at("172.20.0.%d:%d", 1+i%25, 1024+i), at("10.0.0.1:80"), "SA") })
	}},
	{kind: "flood-halfopen", what: "a site is popular: a hundred openings from twenty-five addresses, which all are finished", make: func(w *wire) {
		w.times(100, 5*time.Millisecond, func(i int) {
			c, s := at("172.20.0.%d:%d", 1+i%25, 1024+i), at("10.0.0.1:80")
			w.knock(c, s, "SA")
			w.tcp(c, s, "A", 101, 301, nil)
		})
	}},
	{kind: "flood-datagrams", raises: true, large: true, what: "a thousand datagrams from a hundred and ten addresses within a second, onto one port that answers none", make: func(w *wire) {
		w.times(1000, time.Millisecond/2, func(i int) {
			w.udp(at("172.20.0.%d:%d", 1+i%110, 40000+i), at("10.0.0.1:5000"), []byte("x"))
		})
	}},
	{kind: "flood-datagrams", large: true, what: "a collector of logs listens: a thousand datagrams from a hundred and ten addresses", make: func(w *wire) {
		w.times(1000, time.Millisecond/2, func(i int) {
			w.udp(at("172.20.0.%d:%d", 1+i%110, 40000+i), at("10.0.0.1:514"), []byte("<13>x"))
		})
	}},
	{kind: "flood-reset", raises: true, what: "fifty connections of one client are cut by RST within a second", make: func(w *wire) {
		w.times(50, 10*time.Millisecond, func(i int) {
			c, s := at("10.0.0.9:%d", 40000+i), at("10.0.0.1:80")
			w.knock(c, s, "SA")
			w.tcp(c, s, "A", 101, 301, nil)
			w.tcp(s, c, "RA", 301, 101, nil)
		})
	}},
	{kind: "flood-reset", what: "a program ends each connection with RST, one every second", make: func(w *wire) {
		w.times(50, time.Second, func(i int) {
			c, s := at("10.0.0.9:%d", 40000+i), at("10.0.0.1:80")
			w.knock(c, s, "SA")
			w.tcp(c, s, "A", 101, 301, nil)
			w.tcp(c, s, "RA", 101, 301, nil)
		})
	}},
	{kind: "flood-amplify", raises: true, what: "three questions of eight octets, and 120,000 octets of answers of time servers", make: func(w *wire) {
		for i := range 3 {
			c, s := at("10.0.0.9:40000"), at("192.0.9.%d:123", 1+i)
			w.udp(c, s, []byte("\x17\x00\x03\x2a\x00\x00\x00\x00"))
			w.times(100, 0, func(int) { w.longUDP(s, c, 440) })
		}
	}},
	{kind: "flood-amplify", what: "a hundred questions of a long kind, and answers nine times as long", make: func(w *wire) {
		w.times(100, 0, func(i int) {
			c, s := at("10.0.0.9:40000"), at("192.0.9.%d:123", 1+i%3)
			w.longUDP(c, s, 130)
			w.longUDP(s, c, 1170)
		})
	}},
	{kind: "backscatter", raises: true, what: "a server answers twenty-five addresses that did not call", make: func(w *wire) {
		w.times(25, 100*time.Millisecond, func(i int) { w.tcp(at("203.0.114.5:80"), at("10.0.0.%d:%d", 10+i, 3000+i), "SA", 300, 101, nil) })
	}},
	{kind: "backscatter", what: "a server answers twenty-five addresses that called", make: func(w *wire) {
		w.times(25, 100*time.Millisecond, func(i int) {
			w.knock(at("10.0.0.%d:%d", 10+i, 3000+i), at("203.0.114.5:80"), "SA")
			w.tcp(at("10.0.0.%d:%d", 10+i, 3000+i), at("203.0.114.5:80"), "A", 101, 301, nil)
		})
	}},
	{kind: "auth-guessing", raises: true, what: "thirty short sessions of SSH within half an hour", make: func(w *wire) {
		w.times(30, 0, func(i int) {
			w.pass(uneven[i%len(uneven)] * time.Second / 3)
			w.chat(at("8.8.4.4:%d", 40000+i), at("198.51.101.7:22"), sshHello, sshHello+noise(uint64(i), 380+20*(i%5)))
		})
	}},
	{kind: "auth-guessing", what: "a monitor looks whether SSH answers, thirty-two times within half an hour", make: func(w *wire) {
		w.times(32, 0, func(i int) {
			w.pass(uneven[i%len(uneven)] * time.Second / 3)
			w.chat(at("8.8.4.4:%d", 40000+i), at("198.51.101.7:22"), sshHello, "SSH-2.0-check\r\n")
		})
	}},
	{kind: "beacon", raises: true, what: "twenty calls of the same length, one a minute", make: func(w *wire) {
		w.times(20, time.Minute, func(i int) { w.chat(at("10.0.0.9:%d", 40000+i), at("198.51.101.7:443"), "", "\x01here", "\x02ok") })
	}},
	{kind: "beacon", what: "twenty calls of the same length, when there is a reason", make: func(w *wire) {
		w.times(20, 0, func(i int) {
			w.pass(uneven[i] * time.Second)
			w.chat(at("10.0.0.9:%d", 40000+i), at("198.51.101.7:443"), "", "\x01here", "\x02ok")
		})
	}},
	{kind: "cleartext-credentials", raises: true, what: "a login of FTP", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:21"), "220 house\r\n", "USER anna\r\n", "331 password\r\n", "PASS not-kept\r\n", "230 come in\r\n")
	}},
	{kind: "cleartext-credentials", what: "the same behind AUTH TLS", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:21"), "220 house\r\n", "AUTH TLS\r\n", "234 go on\r\n", tlsHello(0x0303, 0xc02f, "house.example"), tlsReply(0x0303, 0xc02f, houseCertificate))
	}},
	{kind: "cleartext-protocol", raises: true, what: "a session of POP3 in which no password is seen", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:110"), "+OK house\r\n", "CAPA\r\n", "+OK\r\nUSER\r\n.\r\n", "QUIT\r\n", "+OK\r\n")
	}},
	{kind: "cleartext-protocol", what: "the same that turns to TLS with STLS", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:110"), "+OK house\r\n", "STLS\r\n", "+OK go on\r\n", tlsHello(0x0303, 0xc02f, "house.example"), tlsReply(0x0303, 0xc02f, houseCertificate))
	}},
	{kind: "port-mismatch", raises: true, what: "SSH on the port of HTTPS", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:443"), sshHello, sshHello)
	}},
	{kind: "port-mismatch", what: "SSH on its own port, and the web on its other one", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:22"), sshHello, sshHello)
		w.chat(at("10.0.0.9:40001"), at("10.0.0.1:8080"), "", getPage, pageGiven)
	}},
	{kind: "tls-weak", raises: true, what: "TLS 1.0 with RC4 is agreed on", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:443"), "", tlsHello(0x0301, 0x0005, "house.example"), tlsReply(0x0301, 0x0005, houseCertificate))
	}},
	{kind: "tls-weak", what: "TLS 1.2 with AES-GCM is agreed on", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:443"), "", tlsHello(0x0303, 0xc02f, "house.example"), tlsReply(0x0303, 0xc02f, houseCertificate))
	}},
	{kind: "tls-certificate", raises: true, what: "a certificate that was over a year before", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:443"), "", tlsHello(0x0303, 0xc02f, "house.example"), tlsReply(0x0303, 0xc02f, certificateOf("house.example", "Authority", "230101", "240101")))
	}},
	{kind: "tls-certificate", what: "one in date, of an authority, for the name that is asked for", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:443"), "", tlsHello(0x0303, 0xc02f, "house.example"), tlsReply(0x0303, 0xc02f, houseCertificate))
	}},
	{kind: "dns-tunnel", raises: true, what: "twenty long names of one domain that look random, within a minute", make: func(w *wire) {
		w.times(20, 3*time.Second, func(i int) { w.question(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:53"), uint16(i), unlike(i), 1) })
	}},
	{kind: "dns-tunnel", what: "two such names a day for twenty days, and forty names of addresses", make: func(w *wire) {
		w.times(40, 12*time.Hour, func(i int) {
			w.question(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:53"), uint16(i), unlike(i), 1)
			w.question(at("10.0.0.9:%d", 50000+i), at("10.0.0.1:53"), uint16(i), fmt.Sprintf("%d.0.0.10.in-addr.arpa", i), 12)
		})
	}},
	{kind: "lan-poisoning", raises: true, what: "two machines say by ARP that an address is theirs", make: func(w *wire) {
		w.times(6, time.Second, func(i int) { w.arp(2, byte(1+i%2), "10.0.0.1", "10.0.0.9") })
	}},
	{kind: "lan-poisoning", what: "a spare machine takes an address over, minutes after the first was last heard", make: func(w *wire) {
		w.times(6, time.Second, func(i int) {
			if i == 3 {
				w.pass(2 * time.Minute)
			}
			w.arp(2, byte(1+i/3), "10.0.0.1", "10.0.0.9")
		})
	}},
	{kind: "payload-unknown", raises: true, what: "2,100 octets each way that look random", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:7000"), "", noise(1, 1400), noise(2, 1400), noise(3, 700), noise(4, 700))
	}},
	{kind: "payload-unknown", what: "as many octets of text", make: func(w *wire) {
		line := strings.Repeat("state of the pumps: all well\n", 50)
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:7000"), "", line[:1400], line[:1400], line[:700], line[:700])
	}},
	{kind: "not-in-policy", raises: true, policy: "10.0.0.1 80/tcp\n", what: "a page on 8080, of which the policy knows nothing", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:8080"), "", getPage, pageGiven)
	}},
	{kind: "not-in-policy", policy: "10.0.0.1 80/tcp\n", what: "a page on 80, which the policy expects, and a refusal on 8080", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:80"), "", getPage, pageGiven)
		w.knock(at("10.0.0.9:40001"), at("10.0.0.1:8080"), "RA")
	}},
	{kind: "mining", raises: true, what: "a miner asks its pool for work", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("198.51.101.7:3333"), "", `{"id":1,"method":"mining.subscribe","params":["miner/1.0"]}`+"\n", `{"id":1,"result":[[["mining.notify","a1"]],"08000002",4],"error":null}`+"\n")
	}},
	{kind: "mining", what: "another service of JSON lines on the same port", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("198.51.101.7:3333"), "", `{"id":1,"method":"pump.state","params":["north"]}`+"\n", `{"id":1,"result":"well","error":null}`+"\n")
	}},
	{kind: "shell-given", raises: true, what: "a machine calls out and hands its shell over", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("198.51.101.7:4444"), "", "bash: cannot set terminal process group (812): Inappropriate ioctl for device\nbash: no job control in this shell\nwww@door:/$ ", "id\n", "uid=33(www) gid=33(www)\n")
	}},
	{kind: "shell-given", what: "a log and a page have the same words in them", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:514"), "", "<13>Nov 24 16:00:00 door run-parts: bash: no job control in this shell\n")
		w.chat(at("10.0.0.9:40001"), at("10.0.0.1:80"), "", getPage, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 45\r\n\r\nMicrosoft Windows [Version 10.0.19045.4170]\r\n")
	}},
	{kind: "anonymity", raises: true, what: "WireGuard from inside to the Internet", make: func(w *wire) {
		c, s := at("10.0.0.9:40000"), at("198.51.101.7:51820")
		w.udp(c, s, []byte("\x01\x00\x00\x00"+noise(1, 128)+strings.Repeat("\x00", 16)))
		w.udp(s, c, []byte("\x02\x00\x00\x00"+noise(2, 72)+strings.Repeat("\x00", 16)))
	}},
	{kind: "anonymity", what: "WireGuard between two machines inside", make: func(w *wire) {
		c, s := at("10.0.0.9:40000"), at("10.0.0.1:51820")
		w.udp(c, s, []byte("\x01\x00\x00\x00"+noise(1, 128)+strings.Repeat("\x00", 16)))
		w.udp(s, c, []byte("\x02\x00\x00\x00"+noise(2, 72)+strings.Repeat("\x00", 16)))
	}},
	{kind: "upload-large", raises: true, large: true, what: "100 MB go to an address of the Internet, and next to nothing comes back", make: func(w *wire) {
		w.upload(at("10.0.0.9:40000"), at("8.8.4.4:443"), 1670, 0)
	}},
	{kind: "upload-large", large: true, what: "as much goes there, and a fifth of it comes back", make: func(w *wire) {
		w.upload(at("10.0.0.9:40000"), at("8.8.4.4:443"), 1670, 334)
	}},
	{kind: "listener-new", raises: true, what: "a machine that was watched for an hour answers on another port", make: func(w *wire) {
		w.times(14, 5*time.Minute, func(i int) { w.chat(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:80"), "", getPage, pageGiven) })
		w.chat(at("10.0.0.8:41000"), at("10.0.0.1:22"), sshHello, sshHello)
	}},
	{kind: "listener-new", what: "a machine that answers on its first day, after an hour of others", make: func(w *wire) {
		w.times(14, 5*time.Minute, func(i int) { w.chat(at("10.0.0.9:%d", 40000+i), at("10.0.0.1:80"), "", getPage, pageGiven) })
		w.chat(at("10.0.0.9:41000"), at("10.0.0.2:22"), sshHello, sshHello)
	}},
	{kind: "address-bogon", raises: true, what: "a caller from 127.0.0.1 on a wire", make: func(w *wire) {
		w.knock(at("127.0.0.1:40000"), at("10.0.0.1:80"), "")
	}},
	{kind: "address-bogon", what: "two programs of one machine, captured on its own interface", make: func(w *wire) {
		w.chat(at("127.0.0.1:40000"), at("127.0.0.1:80"), "", getPage, pageGiven)
	}},
	{kind: "exposure", raises: true, what: "a database inside answers an address of the Internet", make: func(w *wire) {
		w.chat(at("8.8.4.4:40000"), at("10.0.0.1:6379"), "", "*1\r\n$4\r\nPING\r\n", "+PONG\r\n")
	}},
	{kind: "exposure", what: "the same database answers a machine inside", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:6379"), "", "*1\r\n$4\r\nPING\r\n", "+PONG\r\n")
	}},
	{kind: "port-dynamic-server", raises: true, what: "three clients find a server on 50000", make: func(w *wire) {
		w.times(3, time.Second, func(i int) { w.chat(at("10.0.0.%d:40000", 7+i), at("10.0.0.1:50000"), "", "state?\n", "well\n") })
	}},
	{kind: "port-dynamic-server", what: "one client finds it three times", make: func(w *wire) {
		w.times(3, time.Second, func(i int) { w.chat(at("10.0.0.7:%d", 40000+i), at("10.0.0.1:50000"), "", "state?\n", "well\n") })
	}},
	{kind: "lateral-admin", raises: true, what: "one machine logs in to five others by SSH", make: func(w *wire) {
		w.times(5, time.Second, func(i int) { w.chat(at("10.0.0.9:%d", 40000+i), at("10.0.0.%d:22", 20+i), sshHello, sshHello) })
	}},
	{kind: "lateral-admin", what: "five machines log in to one", make: func(w *wire) {
		w.times(5, time.Second, func(i int) { w.chat(at("10.0.0.%d:40000", 20+i), at("10.0.0.9:22"), sshHello, sshHello) })
	}},
	{kind: "port-backdoor", raises: true, what: "something that is not recognised answers on 12345", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:12345"), "", "state?\n", "well\n")
	}},
	{kind: "port-backdoor", what: "a page on 12345, and a client whose own port is 12345", make: func(w *wire) {
		w.chat(at("10.0.0.9:40000"), at("10.0.0.1:12345"), "", getPage, pageGiven)
		w.chat(at("10.0.0.9:12345"), at("10.0.0.1:80"), "", getPage, pageGiven)
	}},
}

// houseCertificate is in order.
var houseCertificate = certificateOf("house.example", "Authority", "250101", "260101")

package identify

import (
	"fmt"
	"strings"
	"testing"

	"portero/capture"
)

// dialogue feeds an Identifier as the table of flows does.
type dialogue struct {
	x     *Identifier
	note  uint32
	tcp   bool
	ports [2]uint16
	next  [2]int // octets sent so far
	frame uint64
	blind bool // the SYNs were not seen
}

const (
	ours   = 0
	theirs = 1
)

func tcpTalk(port uint16) *dialogue {
	return &dialogue{x: New(0), tcp: true, ports: [2]uint16{40000, port}}
}

func udpTalk(port uint16) *dialogue { return &dialogue{x: New(0), ports: [2]uint16{40000, port}} }

// at shows data of side at an offset of its stream.
func (d *dialogue) at(side, off int, data []byte) {
	d.frame++
	if d.note&Done != 0 || len(data) == 0 {
		return
	}
	p := &capture.Packet{Ver: 4, Proto: capture.ProtoUDP, Index: d.frame, PayloadLen: uint32(len(data)), PayloadCap: uint32(len(data)),
		SrcPort: d.ports[side], DstPort: d.ports[1-side], Seq: capture.Seq(4294967200).Add(uint32(off)), Flags: capture.ACK | capture.PSH}
	p.Src[15], p.Dst[15] = byte(1+side), byte(2-side)
	place := Place{Opener: ours}
	if d.tcp {
		p.Proto = capture.ProtoTCP
		place = Place{Offset: int64(off), Known: !d.blind, Opener: ours}
		if d.blind {
			place.Opener = -1
		}
	}
	d.note = d.x.See(d.note, p, side, data, place)
}

func (d *dialogue) say(side int, data string) *dialogue {
	d.at(side, d.next[side], []byte(data))
	d.next[side] += len(data)
	return d
}

func (d *dialogue) end() *Facts { return d.x.Take(d.note) }

// elsewhere is no protocol's usual port.
const elsewhere = 40123

// opening is what both sides of a connection send first.
type opening struct {
	want   Protocol
	udp    bool
	port   uint16 // elsewhere if 0
	first  int    // who speaks first
	a, b   string
	atMost Confidence
}

func (o *opening) talk() *dialogue {
	port := o.port
	if port == 0 {
		port = elsewhere
	}
	if o.udp {
		return udpTalk(port)
	}
	return tcpTalk(port)
}

func (o *opening) String() string { return fmt.Sprintf("%s %.20q", o.want, o.a) }

// password is a change of a password and its answer, with what begins its parts.
func password(version, ticket string, n int, part string) string {
	b := version + "\x00" + string(rune(n+2)) + ticket + strings.Repeat("t", n) + part + strings.Repeat("p", 14)
	return "\x00" + string(rune(len(b)+2)) + b
}

// later are octets that tell of a connection only in its middle.
func later() []opening {
	return []opening{
		{want: AMQP, a: "\x00\x00\x00\x16\x02\x00\x00\x01\x00\x53\x15\xc0\x09\x05\x41\x43\x52\x03\x52\x04\x41\x41"},
		{want: AMQP, a: "\x00\x00\x00\x1a\x02\x01\x00\x00\x00\x53\x41\xc0\x0d\x01\xa3\x09ANONYMOUS"},
		{want: RTSP, a: "$\x00\x00\x10\x80\x60\x00\x07ttttssssabcd"},
		{want: RTSP, a: "$\x01\x00\x08\x80\xc9\x00\x01ssss$\x00\x05\x00\x80\xe0\x00\x07ttttssssabcd"},
		{want: PostgreSQL, a: "Q\x00\x00\x00\x0dselect 1\x00"},
		{want: PostgreSQL, a: "P\x00\x00\x00\x10\x00select 1\x00\x00\x00S\x00\x00\x00\x04"},
		{want: PostgreSQL, first: theirs, a: "C\x00\x00\x00\x0dSELECT 1\x00Z\x00\x00\x00\x05I"},
		{want: MySQL, a: "\x09\x00\x00\x00\x03select 1"},
		{want: MySQL, a: "\x0b\x00\x00\x00\x03\x00\x01select 1"},
		{want: MySQL, a: "\x0a\x00\x00\x00\x17\x01\x00\x00\x00\x00\x01\x00\x00\x00"},
		{want: MySQL, a: "\x01\x00\x00\x00\x0e", b: "\x07\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00"},
		{want: NATS, a: "PUB door 5\r\nhello\r\n"},
		{want: NATS, first: theirs, a: "MSG door 1 5\r\nhello\r\n"},
		{want: POP3, a: "RETR 1\r\n", b: "+OK 120 octets\r\n"},
		{want: POP3, port: 110, first: theirs, a: "+OK 120 octets\r\n"},
		{want: IMAP, a: "a5 UID FETCH 12 (FLAGS)\r\n", b: "* 12 FETCH (UID 12 FLAGS (\\Seen))\r\na5 OK done\r\n"},
		{want: SOCKS, a: "\x05\x01\x00\x03\x08door.org\x01\xbb", b: "\x05\x00\x00\x01\xc0\x00\x02\x01\x01\xbb"},
		{want: SOCKS, port: 1080, a: "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"},
		{want: FTP, a: "RETR door.txt\r\n", b: "150 Opening data connection.\r\n226 Transfer complete.\r\n"},
		{want: FTP, first: theirs, a: "226 Transfer complete.\r\n250 Directory changed.\r\n", b: "CWD /door\r\n"},
		{want: FTP, a: "USER anna\r\n", b: "331 Password?\r\n"},
		{want: FTP, port: 21, a: "TYPE I\r\n"},
		{want: FTP, port: 21, first: theirs, a: "226 Transfer complete.\r\n"},
		{want: AMQP, a: "\x01\x00\x01\x00\x00\x00\x07\x00\x3c\x00\x28\x00\x00\x00\xce\x03\x00\x01\x00\x00\x00\x05hello\xce"},
		{want: AMQP, first: theirs, a: "\x08\x00\x00\x00\x00\x00\x00\xce"},
		{want: HTTP, a: "\x00\x00\x03\x01\x04\x00\x00\x00\x03\x82\x86\x84\x00\x00\x02\x00\x01\x00\x00\x00\x03hi"},
		{want: HTTP, first: theirs, a: "\x00\x00\x01\x01\x05\x00\x00\x00\x03\x88"},
		{want: HTTP, first: theirs, a: "\x00\x00\x08\x06\x00\x00\x00\x00\x00abcdefgh"},
		{want: Cassandra, a: "\x04\x00\x00\x08\x07\x00\x00\x00\x0f\x00\x00\x00\x08select 1\x00\x01\x00"},
		{want: Cassandra, first: theirs, a: "\x84\x00\x00\x08\x08\x00\x00\x00\x04\x00\x00\x00\x01"},
		{want: OracleTNS, a: "\x00\x13\x00\x00\x06\x00\x00\x00\x00\x00\x03\x5e\x21select"},
		{want: OracleTNS, first: theirs, a: "\x00\x00\x00\x12\x06\x00\x00\x00\x00\x00\xde\xad\xbe\xef\x00\x7f\x0b\x20"},
		{want: ZooKeeper, a: "\x00\x00\x00\x08\xff\xff\xff\xfe\x00\x00\x00\x0b"},
		{want: ZooKeeper, first: theirs, a: "\x00\x00\x00\x10\xff\xff\xff\xfe\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00"},
		{want: SVN, a: "( get-latest-rev ( ) ) "},
		{want: IMAP, first: theirs, a: "* 3 EXISTS\r\n* 0 RECENT\r\n"},
		{want: SMTP, first: theirs, a: "250 2.1.5 Ok\r\n"},
		{want: NNTP, first: theirs, a: "220 7 <a@door.example>\r\n"},
		{want: NNTP, a: "ARTICLE <a@door.example>\r\n"},
		{want: TDS, a: "\x01\x01\x00\x2e\x00\x00\x01\x00\x16\x00\x00\x00\x12\x00\x00\x00\x02\x00" + strings.Repeat("\x00", 8) + "\x01\x00\x00\x00s\x00e\x00t\x00 \x00x\x00 \x00"[:16] + "\x00\x00\x00\x00"},
	}
}

// openings are the first octets of every protocol.
func openings() []opening {
	zeros := func(n int) string { return string(make([]byte, n)) }
	dns := "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04door\x07example\x00\x00\x01\x00\x01"
	nbname := "\x80\x01\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00\x20" + "EEEPEPFCCACACACACACACACACACACACA" + "\x00\x00\x20\x00\x01"
	return append([]opening{
		{want: HTTP, a: "GET /index.html HTTP/1.1\r\nHost: door.example\r\n\r\n"},
		{want: HTTP, a: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		{want: HTTPProxy, a: "CONNECT door.example:443 HTTP/1.1\r\nHost: door.example:443\r\n\r\n", b: "HTTP/1.1 200 OK\r\n\r\n"},
		{want: WebSocket, a: "GET /chat HTTP/1.1\r\nHost: door.example\r\nUpgrade: websocket\r\n\r\n", b: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"},
		{want: SSH, first: theirs, a: "SSH-2.0-OpenSSH_9.2\r\n", b: "SSH-2.0-libssh_0.10\r\n"},
		{want: SMTP, first: theirs, a: "220 mail.door.example ready\r\n", b: "EHLO door\r\n"},
		{want: FTP, first: theirs, a: "220 door.example ready\r\n", b: "USER anna\r\n"},
		{want: SMTP, first: theirs, a: "220 mail.door.example ready\r\n", b: "NOOP\r\nRSET\r\n"},
		{want: SMTP, first: theirs, a: "220 door.example ESMTP\r\n", b: "QUIT\r\n"},
		{want: SMTP, first: theirs, a: "220 door.example ready\r\n221 2.0.0 Bye\r\n", b: "QUIT\r\n"},
		{want: SMTP, first: theirs, a: "220 door.example ESMTP\r\n", b: "EH"},
		{want: FTP, first: theirs, a: "220 (vsFTPd 3.0.3)\r\n", b: "QUIT\r\n"},
		{want: FTP, first: theirs, a: "220 door.example ready\r\n", b: "NOOP\r\nUSER anna\r\n"},
		{want: POP3, first: theirs, a: "+OK ready\r\n", b: "CAPA\r\n"},
		{want: POP3, first: theirs, a: "+OK ready\r\n+OK bye\r\n", b: "QUIT\r\n"},
		{want: IMAP, first: theirs, a: "* OK ready\r\n", b: "a1 CAPABILITY\r\n"},
		{want: NNTP, first: theirs, a: "200 ready\r\n", b: "MODE READER\r\n"},
		{want: Telnet, first: theirs, a: "\xff\xfd\x18\xff\xfd\x20", b: "\xff\xfb\x18"},
		{want: VNC, first: theirs, a: "RFB 003.008\n", b: "RFB 003.008\n"},
		{want: MySQL, first: theirs, a: "\x4a\x00\x00\x00\x0a8.0.36\x00" + zeros(70)},
		{want: NATS, first: theirs, a: "INFO {\"server_id\":\"x\"}\r\n"},
		{want: Rsync, first: theirs, a: "@RSYNCD: 31.0\n", b: "@RSYNCD: 31.0\n"},
		{want: MySQL, a: "\x25\x00\x00\x01\x85\xa6\xff\x01\x00\x00\x00\x01\x21" + zeros(23) + "anna\x00"},
		{want: MQTT, first: theirs, port: 1883, a: "\x20\x02\x00\x00"},
		{want: PostgreSQL, a: "\x00\x00\x00\x08\x04\xd2\x16\x2f", b: "N"},
		{want: PostgreSQL, a: "\x00\x00\x00\x17\x00\x03\x00\x00user\x00anna\x00\x00\x00\x00\x00"},
		{want: Redis, a: "*1\r\n$4\r\nPING\r\n", b: "+PONG\r\n"},
		{want: MongoDB, a: "\x29\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00" + zeros(25)},
		{want: Memcached, a: "set key 0 60 5\r\nvalue\r\n", b: "STORED\r\n"},
		{want: Memcached, a: "stats\r\n", b: "STAT pid 7\r\nSTAT uptime 9\r\n"},
		{want: Memcached, a: "version\r\n", b: "VERSION 1.6.18\r\n"},
		{want: Memcached, a: "flush_all\r\n", b: "OK\r\n"},
		{want: Memcached, a: "mg key v\r\n", b: "VA 5\r\nvalue\r\n"},
		{want: Memcached, a: "mn\r\n", b: "MN\r\n"},
		{want: Memcached, udp: true, a: "\x00\x07\x00\x00\x00\x01\x00\x00stats\r\n", b: "\x00\x07\x00\x00\x00\x02\x00\x00STAT pid 7\r\n"},
		{want: MQTT, a: "\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04door"},
		{want: AMQP, a: "AMQP\x00\x00\x09\x01"},
		{want: Kafka, a: "\x00\x00\x00\x0e\x00\x12\x00\x03\x00\x00\x00\x01\x00\x04door"},
		{want: Cassandra, a: "\x04\x00\x00\x00\x05\x00\x00\x00\x00", b: "\x84\x00\x00\x00\x06\x00\x00\x00\x00"},
		{want: TDS, a: "\x12\x01\x00\x1a\x00\x00\x00\x00\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff\x0f\x00\x00\x00\x00\x00\x00"},
		{want: TDS, a: "\x10\x01\x00\x30\x00\x00\x01\x00\x28\x00\x00\x00\x04\x00\x00\x74" + zeros(32)},
		{want: OracleTNS, a: "\x00\x3a\x00\x00\x01\x00\x00\x00\x01\x38\x01\x2c" + zeros(30) + "(CONNECT_DATA=)"},
		{want: SMB, a: "\x00\x00\x00\x40\xfeSMB\x40\x00" + zeros(58)},
		{want: SMB, a: "\x00\x00\x00\x40\xffSMB\x72" + zeros(59)},
		{want: NetBIOSSession, a: "\x81\x00\x00\x44\x20" + "EEEPEPFCCACACACACACACACACACACACA" + "\x00\x20" + "EEEPEPFCCACACACACACACACACACACACA" + "\x00"},
		{want: DCERPC, a: "\x05\x00\x0b\x03\x10\x00\x00\x00\x48\x00\x00\x00\x01\x00\x00\x00" + zeros(56)},
		{want: LDAP, a: "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"},
		{want: Kerberos, a: "\x00\x00\x00\x1a\x6a\x18\x30\x16\xa1\x03\x02\x01\x05" + zeros(17)},
		{want: Kerberos, a: "\x00\x00\x00\x2a" + password("\xff\x80", "\x6e\x12", 18, "\x75\x0e"), b: "\x00\x00\x00\x2a" + password("\x00\x01", "\x6f\x12", 18, "\x75\x0e")},
		{want: Kerberos, udp: true, a: password("\x00\x01", "\x6e\x12", 18, "\x75\x0e"), b: password("\x00\x01", "\x6f\x12", 18, "\x75\x0e")},
		{want: Kerberos, udp: true, port: 464, a: password("\x00\x01", "\x6e\x12", 18, "\x75\x0e"), b: "\x00\x20\x00\x01\x00\x00\x7e\x18" + zeros(24)},
		{want: EtherNetIP, udp: true, a: "\x02\x00\x02\x80\x08\x00iiiicccc\xb1\x00\x06\x00\x01\x00data"},
		{want: CoAP, udp: true, a: "\x42\x01\x12\x34ab\xb4door", b: "\x62\x45\x12\x34ab\xffopen"},
		{want: RDP, a: "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00"},
		{want: S7comm, port: 102, a: "\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc1\x02\x01\x00\xc2\x02\x01\x02\xc0\x01\x0a"},
		{want: H323, a: "\x03\x00\x00\x0c\x08\x02\x00\x01\x05\x04\x03\x80"},
		{want: BitTorrent, a: "\x13BitTorrent protocol" + zeros(48)},
		{want: SOCKS, a: "\x05\x01\x00", b: "\x05\x00"},
		{want: SOCKS, a: "\x04\x01\x00\x50\xc0\x00\x02\x01\x00", b: "\x00\x5a\x00\x00\x00\x00\x00\x00"},
		{want: PPTP, a: "\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00\x01" + zeros(146)},
		{want: Modbus, port: 502, a: "\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x0a"},
		{want: DNP3, a: "\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21"},
		{want: IEC104, a: "\x68\x04\x07\x00\x00\x00", b: "\x68\x04\x0b\x00\x00\x00"},
		{want: EtherNetIP, a: "\x65\x00\x04\x00" + zeros(20) + "\x01\x00\x00\x00"},
		{want: OPCUA, a: "HELF\x38\x00\x00\x00" + zeros(48)},
		{want: BGP, a: "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x13\x04"},
		{want: AJP, a: "\x12\x34\x00\x01\x0a", b: "AB\x00\x01\x09"},
		{want: Bitcoin, a: "\xf9\xbe\xb4\xd9version\x00\x00\x00\x00\x00" + zeros(8)},
		{want: X11, a: "l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{want: Git, a: "0033git-upload-pack /door.git\x00host=door.example\x00"},
		{want: IRC, a: "NICK anna\r\nUSER anna 0 * :Anna\r\n"},
		{want: XMPP, a: "<?xml version='1.0'?><stream:stream to='door.example' xmlns='jabber:client'>"},
		{want: RTSP, a: "OPTIONS rtsp://door.example/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n"},
		{want: SIP, a: "REGISTER sip:door.example SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n"},
		{want: Stratum, a: `{"id":1,"method":"mining.subscribe","params":[]}` + "\n"},
		{want: Zabbix, a: "ZBXD\x01\x0a\x00\x00\x00\x00\x00\x00\x00agent.ping"},
		{want: ADB, a: "CNXN\x00\x00\x00\x01\x00\x10\x00\x00\x07\x00\x00\x00\x32\x02\x00\x00\xbc\xb1\xa7\xb1host::"},
		{want: DNS, a: "\x00\x1e" + dns, b: "\x00\x2e" + "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x04door\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"},
		{want: SunRPC, a: "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa0\x00\x00\x00\x02" + zeros(20)},
		{want: NFS, a: "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00\x03" + zeros(20)},

		{want: TLS, a: "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + zeros(32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x00"},
		{want: TLS, a: "\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x05" + zeros(16)},
		{want: HTTP, port: 80, a: "GET /\r\n"},
		{want: IMAP, port: 143, a: "a1 AUTHENTICATE GSSAPI\r\n"},
		{want: POP3, port: 110, a: "CAPA\r\n"},
		{want: NATS, port: 4222, a: "CONNECT {\"verbose\":false}\r\n"},
		{want: Git, a: "0039git-receive-pack /door.git\x00host=door.example\x00"},
		{want: Redis, a: "PING\r\n", b: "+PONG\r\n"},
		{want: XMPP, a: "<stream:stream to='door.example' xmlns='jabber:client'>"},
		{want: Syslog, a: "<34>1 2026-11-24T10:00:00Z door app - - - hello\n"},
		{want: SNMP, a: "\x30\x1a\x02\x01\x01\x04\x06public\xa0\x0d\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x02\x30\x00"},
		{want: LDAP, a: "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x60\x84\x00\x00\x00\x07\x02\x01\x03\x04\x00\x80\x00"},
		{want: TPKT, a: "\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc1\x02\x00\x01\xc2\x02\x00\x01"},
		{want: RDP, a: "\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: mstshash=anna\r\n\x01\x00\x08\x00\x03\x00\x00\x00"},
		{want: Memcached, a: "\x80\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x03" + zeros(12) + "key"},
		{want: STUN, a: "\x00\x01\x00\x08\x21\x12\xa4\x42" + zeros(12) + "\x80\x28\x00\x04abcd"},
		{want: SOCKS, a: "\x04\x01\x00\x50\x00\x00\x00\x01anna\x00door.example\x00", b: "\x00\x5a\x00\x00\x00\x00\x00\x00"},
		{want: OpenVPN, a: "\x00\x0e\x38abcdefgh\x00\x00\x00\x00\x00"},
		{want: Modbus, a: "\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01", b: "\x00\x01\x00\x00\x00\x05\x01\x03\x02\x00\x07", port: 502},
		{want: IEC104, port: 2404, a: "\x68\x0e\x00\x00\x00\x00\x64\x01\x06\x00\x01\x00\x00\x00\x00\x14"},
		{want: RTMP, a: "\x03\x00\x00\x00\x00\x09\x00\x7c\x02" + zeros(1528), b: "\x03\x63\x50\x5f\xea\x01\x00\x05\x04" + zeros(1528)},
		{want: HTTP, port: 80, a: "GET /\r\n\r\n"},
		{want: HTTP, a: "GET /door\n\n", b: "<!DOCTYPE html>\r\n"},
		{want: RTMP, port: 1935, a: "\x03" + zeros(1536)},

		// What answers, alone.
		{want: TLS, first: theirs, a: "\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03" + zeros(32) + "\x00\x13\x01\x00\x00\x00"},
		{want: HTTP, first: theirs, a: "HTTP/1.1 200 OK\r\nServer: door\r\n\r\n"},
		{want: IMAP, first: theirs, a: "* PREAUTH ready\r\n"},
		{want: PostgreSQL, first: theirs, a: "R\x00\x00\x00\x0c\x00\x00\x00\x05salt"},
		{want: PostgreSQL, first: theirs, a: "E\x00\x00\x00\x1aSFATAL\x00VFATAL\x00C0A000\x00\x00"},
		{want: OracleTNS, first: theirs, a: "\x00\x24\x00\x00\x04\x00\x00\x00\x22\x00\x00\x18(DESCRIPTION=(ERR=1153))"},
		{want: OracleTNS, port: 1521, first: theirs, a: "\x00\x08\x00\x00\x0b\x00\x00\x00"},
		{want: NNTP, port: 119, a: "GROUP door\r\n"},
		{want: IRC, first: theirs, a: ":door.example NOTICE * :*** Looking up your hostname\r\n"},
		{want: IRC, first: theirs, a: "NOTICE AUTH :*** Checking ident\r\n"},
		{want: SIP, first: theirs, a: "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n\r\n"},
		{want: RTSP, first: theirs, a: "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"},
		{want: MySQL, first: theirs, port: 3306, a: "\x17\x00\x00\x00\xff\x10\x04Too many connections"},
		{want: Memcached, first: theirs, port: 11211, a: "VALUE key 0 1\r\na\r\nEND\r\n"},
		{want: Memcached, first: theirs, a: "\x81\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x05" + zeros(12) + "\x00\x00\x00\x00a"},
		{want: MongoDB, first: theirs, a: "\x2a\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\xdd\x07\x00\x00" + zeros(26)},
		{want: Cassandra, first: theirs, port: 9042, a: "\x84\x00\x00\x00\x06\x00\x00\x00\x02\x00\x00"},
		{want: TDS, first: theirs, port: 1433, a: "\x04\x01\x00\x1a\x00\x00\x01\x00\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff\x0f\x00\x00\x00\x00\x00\x00"},
		{want: DCERPC, first: theirs, port: 135, a: "\x05\x00\x0c\x03\x10\x00\x00\x00\x3c\x00\x00\x00\x01\x00\x00\x00" + zeros(44)},
		{want: LDAP, first: theirs, a: "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"},
		{want: Kerberos, first: theirs, a: "\x00\x00\x00\x1a\x7e\x18\x30\x16\xa0\x03\x02\x01\x05" + zeros(17)},
		{want: AJP, first: theirs, port: 8009, a: "AB\x00\x04\x04\x00\xc8\x00"},
		{want: EtherNetIP, first: theirs, a: "\x65\x00\x04\x00\x01\x00\x00\x00" + zeros(16) + "\x01\x00\x00\x00"},
		{want: OPCUA, first: theirs, a: "ACKF\x1c\x00\x00\x00" + zeros(20)},
		{want: DNS, first: theirs, a: "\x00\x2e" + "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x04door\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"},
		{want: SunRPC, first: theirs, port: 111, a: "\x80\x00\x00\x1c\x00\x00\x00\x01\x00\x00\x00\x01" + zeros(20)},

		{want: DNS, udp: true, a: dns},
		{want: MDNS, udp: true, port: 5353, a: dns, atMost: Port},
		{want: LLMNR, udp: true, port: 5355, a: dns, atMost: Port},
		{want: NetBIOSName, udp: true, a: nbname},
		{want: NTP, udp: true, a: "\x23\x00\x06\xec" + zeros(44)},
		{want: STUN, udp: true, a: "\x00\x01\x00\x00\x21\x12\xa4\x42" + zeros(12)},
		{want: SNMP, udp: true, a: "\x30\x1a\x02\x01\x01\x04\x06public\xa0\x0d\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x02\x30\x00"},
		{want: DHCP, udp: true, a: "\x01\x01\x06\x00" + zeros(232) + "\x63\x82\x53\x63\x35\x01\x01\xff"},
		{want: SSDP, udp: true, a: "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n"},
		{want: SIP, udp: true, a: "OPTIONS sip:door.example SIP/2.0\r\n\r\n"},
		{want: TFTP, udp: true, a: "\x00\x01boot.img\x00octet\x00"},
		{want: Syslog, udp: true, a: "<34>1 2026-11-24T10:00:00Z door app - - - hello"},
		{want: BitTorrentDHT, udp: true, a: "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe"},
		{want: BitTorrentTracker, udp: true, a: "\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00\x01\x02\x03\x04"},
		{want: WireGuard, udp: true, a: "\x01\x00\x00\x00" + zeros(144)},
		{want: OpenVPN, udp: true, a: "\x38abcdefgh\x00\x00\x00\x00\x00", b: "\x40ABCDEFGH\x01\x00\x00\x00\x00abcdefgh\x00\x00\x00\x00"},
		{want: IKE, udp: true, a: "abcdefgh" + zeros(8) + "\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c"},
		{want: BACnet, udp: true, a: "\x81\x0b\x00\x0c\x01\x20\xff\xff\x00\xff\x10\x08"},
		{want: SourceQuery, udp: true, a: "\xff\xff\xff\xffTSource Engine Query\x00"},
		{want: IPMI, udp: true, port: 623, a: "\x06\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x20\x18\xc8\x81\x00\x38\x8e\x04\xb5"},
		{want: CoAP, udp: true, port: 5683, a: "\x40\x01\x00\x01\xb4door", atMost: Port},
		{want: RADIUS, udp: true, port: 1812, a: "\x01\x01\x00\x1a" + zeros(16) + "\x01\x06anna"},
		{want: Kerberos, udp: true, a: "\x6a\x18\x30\x16\xa1\x03\x02\x01\x05" + zeros(17)},
		{want: LDAP, udp: true, a: "\x30\x0c\x02\x01\x01\x63\x07\x04\x00\x0a\x01\x00\x0a\x01"},
	}, append(append(append(furtherOpenings(), aloneOpenings()...), machineOpenings()...), append(elderOpenings(), meetingOpenings()...)...)...)
}

// The first octets of every protocol, as a client or a server sends them, tell it
// on a port that is not its own, unless the port is part of the evidence.
func TestFirstOctets(t *testing.T) {
	for _, c := range openings() {
		f := c.talk().say(c.first, c.a).say(1-c.first, c.b).end()
		name := c.String()
		if f == nil {
			t.Errorf("%s: nothing was told", name)
			continue
		}
		if f.Protocol != c.want {
			t.Errorf("%s: told as %s", name, f.Protocol)
		}
		if f.Confidence == Unsure || c.atMost != 0 && f.Confidence > c.atMost || c.atMost == 0 && c.port == 0 && f.Confidence == Port {
			t.Errorf("%s: confidence %q", name, f.Confidence)
		}
	}
}

// What looks like a protocol and is none of them.
func TestOrdinaryOctetsAreNothing(t *testing.T) {
	for _, c := range []struct {
		udp  bool
		a, b string
	}{
		{a: "hello, who is there\r\n", b: "nobody\r\n"},
		{a: "GET the milk\r\n", b: "no\r\n"},
		{a: "CONNECT {\"verbose\":true}\r\n"},
		{a: "220 volts\r\n", b: "240 volts\r\n"},
		{a: "\x05\x01\x00", b: "\x00\x00"},
		{a: "\x16\x03\x01\x00\x00"},
		{a: "+OK\r\n"},
		{a: "GET /door\n\n\n", b: "<html>"},
		{a: "\x03\x00\x00\x00\x00\x09\x00\x7c\x02" + string(make([]byte, 1528)), b: "\x03what is this?"}, // RTMP, and no answer of it
		{a: "ho\r\n", b: "+OK\r\n+OK\r\n"},
		{a: "stats\r\n", b: "OK 900\r\n"}, // a queue's, as are the next
		{a: "version\r\n", b: "munins node on door version: 2.0\r\n"},
		{a: "mg key v\r\n", b: "what?\r\n"},
		{a: "l\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"},           // X12
		{a: "\x68\x04\x0f\x00\x00\x00", b: "\x68\x04\x0f\x00\x00\x00"}, // IEC 104: two functions at once
		{a: "\x68\x04\x07\x01\x00\x00", b: "\x68\x04\x0f\x00\x00\x00"}, // and one with a number
		{a: "\x80\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03\x00\x01\x86\xa0\x00\x00\x00\x02" + string(make([]byte, 20))}, // a call of RPC 3
		{a: "\x65\x00\x05\x00" + string(make([]byte, 20)) + "\x01\x00\x00\x00"},                                                            // EtherNet/IP, longer than it says
		{a: "\x04\x03\x00\x50\xc0\x00\x02\x01\x00", b: "\x00\x5a\x00\x00\x00\x00\x00\x00"},                                                 // SOCKS 4 has two commands
		{udp: true, a: "\x00\x01boot.img\x00binary\x00"},                                                                                   // no mode of TFTP
		{udp: true, a: "\x80\x60\x00\x01\x00\x00\x00\x10abcdpayload"},                                                                      // one RTP-like datagram says nothing
		{udp: true, a: "\xc3\x00\x00\x00\x01\x08abcdefgh\x00"},                                                                             // QUIC, but far too short
		{udp: true, a: "what time is it"},
		{udp: true, a: "\x00\x07\x00\x00\x00\x01\x00\x00\r\nempty"}, // a frame of Memcached around an empty line
	} {
		d := tcpTalk(40123)
		if c.udp {
			d = udpTalk(40123)
		}
		if f := d.say(ours, c.a).say(theirs, c.b).end(); f != nil {
			t.Errorf("%q, %q: told as %s (%s)", c.a, c.b, f.Protocol, f.Confidence)
		}
	}
}

// Server first and client first are kept apart: the same octets from the other
// side are not the protocol.
func TestRolesMatter(t *testing.T) {
	if f := tcpTalk(40123).say(theirs, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").end(); f != nil {
		t.Errorf("a request from the responder: %s", f.Protocol)
	}
	if f := tcpTalk(40123).say(ours, "220 door.example ESMTP\r\n").end(); f != nil {
		t.Errorf("a greeting from the originator: %s", f.Protocol)
	}
}

// The preface of HTTP/2 looks like a request and is none.
func TestPrefaceIsNoMethod(t *testing.T) {
	f := tcpTalk(40123).say(ours, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").end()
	if f == nil || f.Protocol != HTTP || f.Version != "2" || f.HTTP == nil || f.HTTP.Method != "" {
		t.Errorf("%+v", f)
	}
}

// What is shown of a live flow does not change under who looks at it.
func TestPeekIsACopy(t *testing.T) {
	d := tcpTalk(40123).say(ours, "GET / HTTP/1.1\r\nHost: door.example\r\n\r\n")
	early := d.x.Peek(d.note)
	if early == nil || early.HTTP == nil || early.HTTP.Status != 0 {
		t.Fatalf("%+v", early)
	}
	d.say(theirs, "HTTP/1.1 200 OK\r\n\r\n")
	if early.HTTP.Status != 0 || d.end().HTTP.Status != 200 {
		t.Error("what was shown before the answer has its status")
	}
}

// Of several questions in one message the first is the one that is told, as it was asked;
// mDNS asks several at once as a rule.
func TestFirstOfManyQuestions(t *testing.T) {
	const first = "\x0f_companion-link\x04_tcp\x05local\x00\x00\x0c\x00\x01"
	for _, more := range []string{"\x08_homekit\xc0\x1c\x00\x0c\x00\x01", "\x01x\x00\x00\x01\x00\x01", first} {
		f := udpTalk(5353).say(ours, "\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00"+first+more).end()
		if f == nil || f.DNS == nil || f.DNS.Query != "_companion-link._tcp.local" || f.DNS.Type != 12 {
			t.Errorf("%q: %+v", more, f)
		}
	}
}

// A question over TCP is counted wherever it was cut into segments.
func TestQuestionInPieces(t *testing.T) {
	question := "\x00\x1e\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x04door\x07example\x00\x00\x01\x00\x01"
	answer := "\x00\x2e\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x04door\x07example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07"
	for cut := 1; cut < len(question); cut++ {
		f := tcpTalk(53).say(ours, question[:cut]).say(ours, question[cut:]).say(theirs, answer).end()
		if f == nil || f.DNS == nil || f.DNS.Queries != 1 || f.DNS.Query != "door.example" {
			t.Errorf("cut after %d: %+v", cut, f)
		}
	}
}

// Who asks again, or for the other kind of address, asks for no other name.
func TestQuestionsForOneName(t *testing.T) {
	ask := func(id, name, typ string) string {
		return "\x00" + id + "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + name + "\x00\x00" + typ + "\x00\x01"
	}
	const door, wall = "\x04door\x07example", "\x04wall\x07example"
	for _, c := range []struct {
		then string
		same uint32
	}{{ask("\x01", door, "\x01"), 2}, {ask("\x02", door, "\x1c"), 2}, {ask("\x02", "\x04DOOR\x07example", "\x01"), 2}, {ask("\x01", wall, "\x01"), 1}} {
		f := udpTalk(53).say(ours, ask("\x01", door, "\x01")).say(ours, c.then).end()
		if f == nil || f.DNS == nil || f.DNS.Queries != 2 || f.DNS.Same != c.same {
			t.Errorf("%q: %+v", c.then, f)
		}
	}
}

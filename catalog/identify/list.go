package identify

import "sync"

var allSignatures = sync.OnceValue(func() *tables {
	return &tables{newSieve(tcpSignatures()), newSieve(udpSignatures())}
})

// letters with which a client's command may start, in both cases.
const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letters  = capitals + "abcdefghijklmnopqrstuvwxyz"
	numerals = "0123456789"
)

// What follows the first octet of a command, of a request line (as requestLine takes
// it), and of a field that announces records of TLS.
var (
	wordThen    = []string{letters, letters, letters + " \r\n"}
	requestThen = []string{capitals + "-_", capitals + "-_", capitals + "-_ "}
	sipThen     = []string{capitals + "-_\n", capitals + "-_\r", capitals + "-_ /\n"}
	rpcThen     = []string{upTo(0x20)}
	pairThen    = []string{"\x00\x01"}
	tdsThen     = []string{"\x00\x01\x04\x05\x08\x09\x10\x11"}
	knxThen     = []string{"\x10\x20", "\x02\x03\x04\x05\x09"}
)

// What lengths and flags let stand in one place.
var (
	fours      = octets(func(c byte) bool { return c&3 == 0 })
	highs      = octets(func(c byte) bool { return c&15 == 0 })
	phasorThen = octets(func(c byte) bool { return c>>4 <= 5 && c&15 >= 1 && c&15 <= 3 })
)

// mediaTypes and controlTypes are the second octets of RTP and of RTCP.
var (
	mediaTypes   = octets(func(c byte) bool { return c&0x7f < 35 || c&0x7f >= 96 })
	controlTypes = octets(func(c byte) bool { return c >= 200 && c <= 207 })
)

// rtmpChunk begins a chunk that has a length and a kind.
var rtmpChunk = octets(func(c byte) bool { return c < 0x80 && c&0x3f > 2 })

// mqttLater begins packets of MQTT behind CONNECT: kinds with the flags that they may have.
const mqttLater = "\x20\x30\x31\x32\x33\x34\x35\x3a\x3b\x3c\x3d\x40\x50\x62\x70\x82\x90\xa2\xb0\xc0\xd0\xe0"

// base32 are the letters of names that iperf3 makes.
const base32 = "abcdefghijklmnopqrstuvwxyz234567"

// keyThen is what may be the fourth octet of a command of Memcached: the key of one
// of two letters begins there.
var keyThen = octets(func(c byte) bool { return c > ' ' && c < 0x7f }) + " \r\n"

// octets are those of which f is true.
func octets(f func(c byte) bool) string {
	var b []byte
	for c := range 256 {
		if f(byte(c)) {
			b = append(b, byte(c))
		}
	}
	return string(b)
}

// upTo are the octets from 0 to last.
func upTo(last byte) string { return octets(func(c byte) bool { return c <= last }) }

func tcpSignatures() []signature {
	return []signature{
		{proto: TLS, from: either, first: "\x14\x15\x16\x17\x18", match: matchTLS, anywhere: true, then: []string{"\x03", upTo(4)}},
		{proto: TLS, from: client, first: "\x80\x81\x82", match: matchSSL2, need: 11, then: []string{"", "\x01", "\x00\x03"}},
		{proto: HTTP, from: client, first: "GPHODCTMLURSNB", match: matchHTTPRequest, anywhere: true, then: requestThen},
		{proto: HTTP, from: client, first: "G", match: matchHTTP09, then: []string{"E", "T", " ", "/"}},
		{proto: HTTP, from: server, first: "H", match: matchHTTPResponse, anywhere: true, then: []string{"T", "T", "P", "/"}},
		{proto: HTTP, from: client, first: "P", match: matchHTTP2, then: []string{"R", "I", " "}},
		{proto: HTTP, from: server, first: "\x00", match: matchHTTP2Answer, need: 18, then: []string{"\x00", "\x00\x06\x0c\x12\x18\x1e\x24\x2a\x30", "\x04", "\x00", "\x00", "\x00", "\x00"}},
		{proto: HTTP, from: either, first: "\x00", beside: true, match: matchHTTP2Later, need: 9, anywhere: true, then: []string{upTo(0x40), "", upTo(9), "\x00\x01\x04\x05\x08\x09\x0c\x0d\x20\x21\x24\x25\x28\x29\x2c\x2d", "\x00"}},
		{proto: None, from: client, first: "P\r", match: matchProxied, anywhere: true, then: []string{"R\n", "O\r", "X\n", "Y\x00", " \r", "TU\n", "CNQ", "PKU"}},
		{proto: HTTPProxy, from: client, first: "C", match: matchConnect, anywhere: true, then: []string{"O", "N", "N"}},
		{proto: SSH, from: either, first: "S\x00", match: matchSSH, anywhere: true, then: []string{"S\x00", "H" + upTo(0x88), ""}},
		{proto: DNS, from: either, match: matchDNSTCP, need: 14, anywhere: true, then: []string{"", "", "", "", "", "\x00"}},

		{proto: SMTP, from: server, first: "245", match: matchSMTPServer, anywhere: true, then: []string{numerals, numerals, " -\r\n"}},
		{proto: SMTP, from: client, first: "EHLMRehlmr", match: matchSMTPClient, anywhere: true, then: []string{"HEACheac", "LIPlip", "OLTolt"}},
		{proto: FTP, from: server, first: "12345", match: matchFTPServer, anywhere: true, then: []string{"01235", numerals, " -\r\n"}},
		{proto: FTP, from: client, first: letters, match: matchFTPClient, anywhere: true, then: wordThen},
		{proto: POP3, from: server, first: "+-", match: matchPOP3Server, anywhere: true, then: []string{"OE", "KR"}},
		{proto: POP3, from: client, first: "CUASPXRDTLcuaspxrdtl", match: matchPOP3Client, anywhere: true, then: wordThen},
		{proto: IMAP, from: server, first: "*", match: matchIMAPServer, need: 9, anywhere: true, then: []string{" ", numerals + letters}},
		{proto: IMAP, from: client, first: letters + "0123456789", match: matchIMAPClient, anywhere: true, fits: mayTag},
		{proto: NNTP, from: server, first: "2", match: matchNNTPServer, anywhere: true, then: []string{"02", "0123", " "}},
		{proto: NNTP, from: client, first: letters, match: matchNNTPClient, anywhere: true, then: []string{letters, letters, letters}},
		{proto: Telnet, from: either, first: "\xff", match: matchTelnet, anywhere: true, then: []string{"\xfa\xfb\xfc\xfd\xfe"}},
		{proto: IRC, from: client, first: "NUCPJnucpj", match: matchIRC, anywhere: true, then: wordThen},
		{proto: IRC, from: server, first: ":NP", match: matchIRC, anywhere: true},
		{proto: XMPP, from: either, first: "<", match: matchXMPP, anywhere: true},
		{proto: NATS, from: server, first: "I", match: matchNATS, then: []string{"N", "F", "O"}},
		{proto: NATS, from: client, first: "C", match: matchNATSClient, need: 9, then: []string{"O", "N", "N", "E", "C", "T", " "}},
		{proto: NATS, from: either, first: "PMH", match: matchNATSLater, anywhere: true, then: []string{"USPM", "BGUS", " BG"}},
		{proto: Git, from: client, first: "0123456789abcdef", match: matchGit, need: 20, then: []string{"", "", "", "g", "i", "t", "-"}},
		{proto: Git, from: server, first: "0123456789abcdef", beside: true, match: matchGitServer, need: 8, then: []string{numerals + "abcdef", numerals + "abcdef", numerals + "abcdef", numerals + "abcdefvE", numerals + "abcdefR", numerals + "abcdefrR", numerals + "abcdefs "}},
		{proto: Rsync, from: either, first: "@", match: matchRsync, then: []string{"R", "S", "Y"}},
		{proto: VNC, from: either, first: "R", match: matchVNC, then: []string{"F", "B", " "}},
		{proto: Redis, from: client, first: "*PAISKCGHQpaiskcghq", match: matchRedis, anywhere: true, then: []string{letters + numerals, letters + numerals + "\r", letters + numerals + " \r\n"}},
		{proto: Redis, from: server, first: "+-$:*%", match: matchRedis, then: []string{letters + numerals + "-"}},
		{proto: Redis, from: server, first: "+-$:*%", beside: true, match: matchRedisAnswer, anywhere: true, then: []string{letters + numerals + "-"}},
		{proto: SIP, from: either, first: "IABCRONPSMUT\r", match: matchSIP, anywhere: true, then: sipThen},
		{proto: RTSP, from: either, first: "RDSPOTGA", match: matchRTSP, anywhere: true, then: requestThen},
		{proto: RTSP, from: either, first: "$", match: matchInterleaved, anywhere: true, then: []string{upTo(15), "", "", octets(func(c byte) bool { return c>>6 == 2 }), mediaTypes + controlTypes}},
		{proto: Syslog, from: client, first: "<123456789", match: matchSyslog, need: 5, then: []string{numerals + " ", numerals + "> <"}},
		{proto: Stratum, from: client, first: "{", match: matchStratum, anywhere: true},
		{proto: JSONRPC, from: either, first: "{", beside: true, match: matchJSONRPC},
		{proto: GELF, from: client, first: "{", beside: true, match: matchGELF},

		{proto: SMB, from: either, first: "\x00", match: matchSMB, anywhere: true, then: []string{"", "", "", "\xfc\xfd\xfe\xff", "S", "M", "B"}},
		{proto: NetBIOSSession, from: client, first: "\x81", match: matchNBSS, then: pairThen},
		{proto: DCERPC, from: either, first: "\x05", match: matchDCERPC, anywhere: true, then: pairThen},
		{proto: LDAP, from: either, first: "0", match: matchLDAP, anywhere: true},
		{proto: Kerberos, from: either, first: "\x00", match: matchKerberos, need: 21, anywhere: true, then: []string{upTo(0x10), "", "", "jklmnotuv~"}},
		{proto: Kerberos, from: either, first: "\x00", match: matchPassword, need: 13, anywhere: true, then: []string{"\x00", "", "", "", "", "\x00\xff", "\x01\x80"}},
		{proto: SNMP, from: either, first: "0", match: matchSNMP, need: 10},
		{proto: TDS, from: either, first: "\x01\x03\x04\x0e\x10\x12", match: matchTDS, anywhere: true, then: tdsThen},
		{proto: RDP, from: either, first: "\x03", match: matchTPKT(RDP), need: 9, anywhere: true, then: []string{"\x00"}},
		{proto: S7comm, from: either, first: "\x03", match: matchTPKT(S7comm), need: 9, anywhere: true, then: []string{"\x00"}},
		{proto: H323, from: either, first: "\x03", match: matchTPKT(H323), need: 9, anywhere: true, then: []string{"\x00"}},
		{proto: TPKT, from: either, first: "\x03", match: matchTPKT(TPKT), need: 9, anywhere: true, then: []string{"\x00"}},

		{proto: MySQL, from: server, match: matchMySQL, then: []string{"", "", "\x00", "\x09\x0a\xff"}},
		{proto: MySQL, from: client, match: matchMySQLLogin, need: 36, anywhere: true, then: []string{upTo(3), "\x00", "\x01"}},
		{proto: PostgreSQL, from: client, first: "\x00", match: matchPostgres, then: []string{"\x00", "", "", "\x00\x04", "\x03\xd2"}},
		{proto: MySQL, from: client, match: matchMySQLQuery, anywhere: true, then: []string{"", "\x00", "\x00", "\x03\x0e\x16\x17"}},
		{proto: MySQL, from: server, first: "\x07", match: matchMySQLPong, then: []string{"\x00", "\x00", "\x01", "\x00", "\x00", "\x00"}},
		{proto: PostgreSQL, from: server, first: "RE", match: matchPostgresServer, need: 15, then: []string{"\x00", "\x00"}},
		{proto: PostgreSQL, from: server, first: "NS", beside: true, match: matchPostgresAnswered, need: 7, then: []string{"NRE\x16", "\x00\x03RE\x16"}},
		{proto: PostgreSQL, from: either, first: "QPBDETCZN12n", match: matchPostgresLater, then: []string{"\x00", upTo(5)}},
		{proto: MongoDB, from: either, match: matchMongo, need: 16, anywhere: true, then: []string{"", "", upTo(3)}},
		{proto: Memcached, from: either, first: "\x80\x81", match: matchMemcached, need: 24, anywhere: true, then: []string{upTo(0x48), "", "", "", "\x00"}},
		{proto: Thrift, from: either, first: "\x80", beside: true, match: matchThrift, need: 9, then: []string{"\x01", "\x00", "\x01\x02\x03\x04", "\x00", "\x00", "\x00", upTo(100)}},
		{proto: Memcached, from: either, first: "agdimsrtvfpcADEGHIMNOSVRT", match: matchMemcached, anywhere: true, then: []string{letters, letters + " \r", keyThen}},
		{proto: Kafka, from: client, first: "\x00", match: matchKafka, need: 14, anywhere: true, then: []string{"", "", "", "\x00", "", "\x00"}},
		{proto: Kafka, from: server, first: "\x00", beside: true, match: matchKafkaAnswer, need: 14, then: []string{"", "", "", "\x00", "", ""}},
		{proto: Cassandra, from: either, first: "\xca\x01\x02\x03\x04\x05\x81\x82\x83\x84\x85", match: matchCassandra, need: 9, anywhere: true},
		{proto: Cassandra, from: either, first: "\x03\x04\x05\x83\x84\x85", beside: true, match: matchCassandraLater, anywhere: true, need: 13, then: []string{"", "", "", "\x07\x08\x0a"}},
		{proto: OracleTNS, from: client, first: "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", match: matchTNS, need: 24, then: []string{"", "\x00", "\x00", "\x01"}},
		{proto: OracleTNS, from: either, first: upTo(15), beside: true, match: matchTNSData, anywhere: true, need: 11, then: []string{"", "", "", "\x06", "\x00\x04\x20\x24", "\x00", "\x00"}},
		{proto: OracleTNS, from: server, first: upTo(15), match: matchTNSAnswer, anywhere: true, need: 8, then: []string{"", "\x00", "\x00", "\x02\x04\x05\x0b", upTo(15), "\x00", "\x00"}},
		{proto: MQTT, from: client, first: "\x10", match: matchMQTT, need: 13},
		{proto: MQTT, from: either, first: mqttLater, match: matchMQTTLater, anywhere: true, fits: mayMQTTLater},
		{proto: AMQP, from: either, first: "A\x01\x02\x03", match: matchAMQP, anywhere: true, then: []string{"M\x00"}},
		{proto: AMQP, from: server, first: "\x01", beside: true, match: matchAMQPStart, need: 13, anywhere: true, then: []string{"\x00", "\x00", "\x00", "", "", "", "\x00"}},
		{proto: AMQP, from: either, first: "\x01\x02\x03\x08", beside: true, match: matchAMQPLater, need: 8, anywhere: true, then: []string{"", "", upTo(2)}},
		{proto: AMQP, from: either, first: "\x00", match: matchAMQPFrame, anywhere: true, need: 12, then: []string{"", "", "", "\x02", "\x00\x01"}},
		{proto: Zabbix, from: either, first: "ZaA", match: matchZabbix, anywhere: true, then: []string{"Bg", "Xe"}},

		{proto: STUN, from: either, first: "\x00\x01", match: matchSTUN, anywhere: true},
		{proto: BitTorrent, from: either, first: "\x13", match: matchBitTorrent, then: []string{"B", "i", "t"}},
		{proto: SOCKS, from: either, first: "\x05", match: matchSOCKS5, anywhere: true},
		{proto: SOCKS, from: either, first: "\x00\x04", match: matchSOCKS4, anywhere: true},
		{proto: SOCKS, from: server, first: "\x00", beside: true, match: matchSOCKS4Answer, need: 8, then: []string{"\x5a\x5b\x5c\x5d"}},
		{proto: OpenVPN, from: client, first: "\x00", match: matchOpenVPN},
		{proto: OpenVPN, from: client, first: "\x01\x02\x03\x04\x05", match: matchOpenVPNKey, need: 19, then: []string{"", "\x50"}},
		{proto: OpenVPN, from: either, first: upTo(6), match: matchOpenVPNData, anywhere: true, need: 10, then: []string{"", "HIJKLMNO"}},
		{proto: PPTP, from: either, first: "\x00", match: matchPPTP, need: 10, then: []string{"", "\x00", "\x01", "\x1a", "\x2b"}},
		{proto: Modbus, from: either, match: matchModbus, anywhere: true, then: []string{"", "\x00", "\x00", "\x00"}},
		{proto: DNP3, from: either, first: "\x05", match: matchDNP3, anywhere: true, then: []string{"\x64"}},
		{proto: IEC104, from: either, first: "h", match: matchIEC104, anywhere: true},
		{proto: EtherNetIP, from: either, first: "\x04cdefop", match: matchENIP, need: 24, anywhere: true, then: []string{"\x00"}},
		{proto: OPCUA, from: either, first: "HARMOE", match: matchOPCUA, need: 8, anywhere: true, then: []string{"ECHPSR", "LKENGR", "F"}},
		{proto: BGP, from: either, first: "\xff", match: matchBGP, anywhere: true, need: 19, then: []string{"\xff", "\xff", "\xff", "\xff", "\xff", "\xff", "\xff"}},
		{proto: AJP, from: either, first: "\x12A", match: matchAJP, need: 5, anywhere: true, then: []string{"4B"}},
		{proto: ADB, from: either, first: "CA", match: matchADB, need: 24, anywhere: true, then: []string{"NU", "XT"}},
		{proto: Bitcoin, from: either, first: "\xf9\x0b\xfa\x0a", match: matchBitcoin, need: 24, anywhere: true, then: []string{"\xbe\x11\xbf\x03"}},
		{proto: X11, from: client, first: "Bl", match: matchX11, need: 12, then: []string{"\x00"}},
		{proto: RTMP, from: either, first: "\x03", match: matchRTMP, need: 9},
		{proto: SunRPC, from: either, first: "\x80", match: matchSunRPC(SunRPC), need: 28, anywhere: true, then: rpcThen},
		{proto: NFS, from: either, first: "\x80", match: matchSunRPC(NFS), need: 28, anywhere: true, then: rpcThen},

		{proto: TACACS, from: either, first: "\xc0\xc1", match: matchTACACS, need: 12, then: []string{"\x01\x02\x03", "", "\x00\x01\x04\x05"}},
		{proto: Diameter, from: either, first: "\x01", match: matchDiameter, need: 28, anywhere: true, then: []string{"\x00", "", fours, highs}},
		{proto: OpenFlow, from: either, first: "\x01\x02\x03\x04\x05\x06", match: matchOpenFlow, need: 8, anywhere: true, then: []string{"\x00", "\x00", fours}, home: []uint16{6633, 6653}},
		{proto: RTMP, from: either, first: rtmpChunk, match: matchRTMPMedia, anywhere: true, need: 14, then: []string{"", "", "", "\x00", "", "", "\x08\x09"}},
		{proto: LDP, from: either, first: "\x00", match: matchLDP, need: 18, anywhere: true, then: pairThen[:1]},
		{proto: IPFIX, from: either, first: "\x00", match: matchIPFIX, need: 20, then: []string{"\x0a"}},
		{proto: ISCSI, from: either, first: "C#", match: matchISCSI, need: 48, then: []string{"", "\x00", "\x00", "\x00"}},
		{proto: PJL, from: client, first: "\x1b", match: matchPJL, then: []string{"%", "-", "1", "2", "3", "4", "5"}},
		{proto: Iperf, from: client, first: base32, match: matchIperf, then: []string{base32, base32, base32, base32, base32, base32, base32}},
		{proto: Munin, from: server, first: "#", match: matchMunin, then: []string{" ", "m", "u", "n"}},
		{proto: Checkmk, from: server, first: "<", match: matchCheckmk, then: []string{"<", "<", "c"}},
		{proto: AFP, from: client, first: "\x00", match: matchAFP, need: 16, then: []string{"\x03\x04", "", "", "\x00", "\x00", "\x00", "\x00"}},
		{proto: RELP, from: client, first: "1", match: matchRELP, then: []string{" ", "o", "p", "e", "n", " "}},

		{proto: KNX, from: either, first: "\x06", match: matchKNX, need: 8, anywhere: true, then: knxThen},
		{proto: DoIP, from: either, first: "\x01\x02\x03\x04", match: matchDoIP, need: 8, anywhere: true, then: []string{"\xfe\xfd\xfc\xfb", "\x00\x40\x80", upTo(8), "\x00"}},
		{proto: Synchrophasor, from: either, first: "\xaa", match: matchSynchrophasor, need: 16, anywhere: true, then: []string{phasorThen}},
		{proto: ADS, from: either, first: "\x00", match: matchADS, need: 38, anywhere: true, then: []string{"\x00", "", "", "", "\x00"}},
		{proto: FINS, from: either, first: "F", match: matchFINS, need: 16, anywhere: true, then: []string{"I", "N", "S", "\x00", "\x00"}},
		{proto: HARTIP, from: either, first: "\x01\x02", match: matchHARTIP, need: 8, anywhere: true, then: []string{upTo(2) + "\x0f", upTo(5)}},
		{proto: Kasa, from: either, first: "\x00", match: matchKasa, need: 16, then: []string{"\x00", "", "", "\xd0", "\xf2"}},
		{proto: Thrift, from: either, first: "\x00", beside: true, match: matchThrift, need: 13, then: []string{upTo(16), "", "", "\x80", "\x01", "\x00", "\x01\x02\x03\x04"}},
		{proto: Tuya, from: either, first: "\x00", match: matchTuya, need: 20, anywhere: true, then: []string{"\x00", "\x55\x66", "\xaa\x99"}},
		spelt(DHIP, either, "\x20\x00\x00\x00DHIP"), // Dahua's name behind the length of its header
		{proto: HL7, from: either, first: "\x0b", match: matchHL7, anywhere: true, need: 11, then: []string{"MBF", "SH", "HS"}},
		{proto: DICOM, from: either, first: "\x01\x02", match: matchDICOM, need: 74, then: []string{"\x00", "\x00", "\x00", "", "", "\x00", "\x01"}},
		{proto: Fox, from: either, first: "f", match: matchFox, then: []string{"o", "x", " ", "a", " "}},

		{proto: FIX, from: either, first: "8", match: matchFIX, anywhere: true, then: []string{"="}},
		{proto: STOMP, from: either, first: "CS", match: matchSTOMP, then: []string{"OT", "NO", "NM", "EP"}},
		{proto: OpenWire, from: either, first: "\x00", match: matchOpenWire, need: 13, then: []string{"\x00", "", "", "\x01", "A", "c", "t"}},
		{proto: Elastic, from: either, first: "E", match: matchElastic, need: 19, anywhere: true, then: []string{"S", upTo(4)}},
		{proto: Ceph, from: either, first: "c", match: matchCeph, then: []string{"e", "p", "h", " ", "v"}},
		{proto: ZMTP, from: either, first: "\xff", match: matchZMTP, need: 10, then: []string{"\x00", "\x00", "\x00", "\x00", "\x00", "\x00", "\x00"}},
		{proto: ZooKeeper, from: either, first: "\x00" + fourLetterFirst, match: matchZooKeeper, need: 40, then: []string{"\x00", "\x00", "$%,-", "\x00", "\x00", "\x00", "\x00"}},
		{proto: ZooKeeper, from: server, first: "ZEzSTi", beside: true, match: matchZooKeeperServer, anywhere: true, need: 2, then: []string{"onkehm", "okvsi", "o"[:0]}},
		{proto: ZooKeeper, from: either, first: "\x00", beside: true, match: matchZooKeeperLater, anywhere: true, need: 12, then: []string{"\x00", "\x00", "\x08\x10", "\xff", "\xff", "\xff", "\xfe"}},
		{proto: ClickHouse, from: either, first: "\x00", match: matchClickHouse, need: 12, then: []string{"", "C", "l", "i", "c", "k", "H"}},
		{proto: Bolt, from: client, first: "\x60", match: matchBolt, need: 20, then: []string{"\x60", "\xb0", "\x17", "\x00"}},
		{proto: DRDA, from: either, first: upTo(15), match: matchDRDA, need: 10, then: []string{"", "\xd0", octets(func(c byte) bool { return c&15 == 1 || c&15 == 2 })}},
		{proto: Ethereum, from: either, first: upTo(8), beside: true, match: matchRLPx, need: 67, then: []string{"", "\x04"}},
		{proto: Firebird, from: client, first: "\x00", match: matchFirebird, need: 20, then: []string{"\x00", "\x00", "\x01", "\x00", "\x00", "\x00", "\x13"}},
		{proto: SVN, from: client, first: "(", match: matchSVNClient, anywhere: true, need: 6, then: []string{" ", "2" + letters[26:], " " + letters[26:]}},
		{proto: SVN, from: server, first: "(", match: matchSVN, then: []string{" ", "s", "u", "c"}},
		{proto: JDWP, from: either, first: "J", match: matchJDWP, then: []string{"D", "W", "P", "-"}},
		{proto: RMI, from: client, first: "J", match: matchRMI, need: 7, then: []string{"R", "M", "I", "\x00"}},
		{proto: GIOP, from: either, first: "G", match: matchGIOP, need: 12, anywhere: true, then: []string{"I", "O", "P", "\x01", upTo(3), upTo(3), upTo(7)}},
		{proto: FastCGI, from: client, first: "\x01", match: matchFastCGI, need: 16, then: []string{"\x01", "", "", "\x00", "\x08", "\x00"}},
		{proto: NetTCP, from: client, first: "\x00", match: matchNetTCP, need: 16, then: []string{"\x01", "\x00", "\x01", "\x01\x02\x03\x04", "\x02"}},
		{proto: SMPP, from: client, first: "\x00", match: matchSMPP, need: 20, then: []string{"\x00", "\x00", "", "\x00", "\x00", "\x00", "\x01\x02\x09"}},
		{proto: ICA, from: either, first: "\x7f\x1a", match: matchICA, then: []string{"\x7fC", "IG", "CP"}},
		{proto: SPICE, from: either, first: "R", match: matchSPICE, need: 12, then: []string{"E", "D", "Q", upTo(2)}},
		{proto: CoAP, from: either, first: octets(func(c byte) bool { return c&15 == 0 && c < 0xe0 }), match: matchCoAPStream, need: 2, then: []string{"\xe1"}},
		{proto: SOMEIP, from: either, match: matchSOMEIP, need: 16, anywhere: true, then: []string{"", "", "", "\x00", "\x00"}},
		{proto: Gearman, from: either, first: "\x00", match: matchGearman, need: 12, anywhere: true, then: []string{"R", "E", "QS", "\x00", "\x00", "\x00", upTo(63)}},
		{proto: HiSLIP, from: either, first: "H", match: matchHiSLIP, need: 16, then: []string{"S", "\x00\x01\x11\x12", upTo(3)}},
		{proto: NoMachine, from: either, first: "N", beside: true, match: matchNoMachine, then: []string{"X", "SD", "H-"}},
		{proto: Hadoop, from: client, first: "h", beside: true, match: matchHadoop, need: 7, then: []string{"r", "p", "c"}},
		{proto: TCPCL, from: either, first: "d", beside: true, match: matchTCPCL, need: 6, then: []string{"t", "n", "!", "\x03\x04"}},
		{proto: WhatsApp, from: client, first: "WE", beside: true, match: matchWhatsApp, need: 9, then: []string{"AD", upTo(9), "\x01" + upTo(9)}},
		{proto: T3, from: client, first: "t", beside: true, match: matchT3, then: []string{"3", "s ", " " + numerals}},
		{proto: T3, from: server, first: "H", beside: true, match: matchT3, then: []string{"E", "L", "O", ":"}},
		{proto: Speedtest, from: server, first: "H", beside: true, match: matchSpeedtest, need: 24, then: []string{"E", "L", "L", "O", " ", "2", "."}},
		{proto: IBMMQ, from: either, first: "T\xe3", beside: true, match: matchIBMMQ, need: 12, then: []string{"S\xe2", "H\xc8", " M\x40\xd4"}},
		{proto: Z3950, from: either, first: "\xb4\xb5", match: matchZ3950, need: 12, then: []string{upTo(0x7f) + "\x81\x82", upTo(5) + octets(func(c byte) bool { return c >= 0x80 })}},
		spelt(Gnutella, client, "GNUTELLA CONNECT/"),
		spelt(Gnutella, either, "GNUTELLA/0."),
		spelt(NBD, server, "NBDMAGIC"),
		spelt(Libp2p, either, "\x13/multistream/1.0.0\n"),
		spelt(Monero, either, "\x01\x21\x01\x01\x01\x01\x01\x01"), // levin, in which its nodes speak
		spelt(MPD, server, "OK MPD 0."),
		spelt(Shell, either, shellGreetings[0]),
		spelt(Shell, either, shellGreetings[1]),
		spelt(Shell, either, shellGreetings[2]),
		spelt(Shell, either, shellGreetings[3]),
		spelt(Asterisk, server, "Asterisk Call Manager/"),
		spelt(Distcc, client, "DIST00000001ARGC"),
		spelt(SSH, server, "Exceeded MaxStartups\r\n"),                // what OpenSSH says before its version where too many wait
		spelt(MySQLX, server, "\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"), // its server's notice that it is there
		spelt(ManageSieve, server, "\"IMPLEMENTATION\" \""),           // RFC 5804, section 1.7
		{proto: Beats, from: client, first: "12", match: matchBeats, need: 14, then: []string{"W", "\x00", "\x00\x01", "", "", "12", "CDJ"}},
		{proto: Bacula, from: client, first: "\x00", match: matchBacula, need: 16, then: []string{"\x00", "\x00\x01", "", "H", "e", "l", "l"}},
		{proto: NRPE, from: either, first: "\x00", match: matchNRPE, need: 16, then: []string{"\x02\x03\x04", "\x00", "\x01\x02"}},
		{proto: Clamd, from: client, first: "nz", match: matchClamd, need: 2, then: []string{clamdFirst, capitals, capitals, capitals, capitals + " \x00\n"}},
		{proto: EPMD, from: server, first: "\x00w", match: matchEPMDAnswer, need: 14, then: []string{"\x00", "", "", "nMH", "a\x00", "m\x00", "e\x05\x06"}},
		spelt(VMware, server, "220 VMware Authentication Daemon"),
		{proto: ICAP, from: client, first: "ORor", match: matchICAP, need: 2, then: []string{"PEpe", "TQStqs", "IMPimp", "OMom", "NODnod", "SD \rsd", " \rIi"}},
		spelt(ICAP, server, "ICAP/1.0 "),
		{proto: Spamd, from: client, first: "PCSRHTpcsrht", match: matchSpamd, need: 2, then: []string{"IHYERKihyerk", "NEMPOCALInempocali", "GCBOPALKDgcbopalkd", " KOREDLkoredl\r", capitals + letters + "_ \r\n"}},
		spelt(Spamd, server, "SPAMD/1."),
		{proto: Rlogin, from: client, first: "\x00", match: matchRlogin, then: []string{letters + "_", letters + numerals + "._-@\x00", letters + numerals + "._-@\x00", letters + numerals + "._-@/\x00"}},
		{proto: SCCP, from: either, match: matchSCCP, need: 12, then: []string{upTo(16), "\x00", "\x00", upTo(0x20), "\x00", "\x00", "\x00"}, only: []uint16{2000}},
		{proto: LPD, from: client, first: "\x01\x02\x03\x04\x05", match: matchLPD, need: 3, only: []uint16{515}},
		{proto: Rsh, from: client, first: "\x00" + numerals, match: remoteCommand(514, true), only: []uint16{514}},
		{proto: Rexec, from: client, first: "\x00" + numerals, match: remoteCommand(512, false), only: []uint16{512}},
		{proto: Ident, from: server, first: numerals, match: matchIdent, need: 12, then: []string{numerals + ", ", numerals + ", ", numerals + ", ", numerals + ", ", numerals + ",: ", numerals + ",: ", numerals + ",: EU"}},
		spelt(CVS, client, "BEGIN AUTH REQUEST\n"),
		spelt(CVS, client, "BEGIN VERIFICATION REQUEST\n"),
		{proto: Beanstalk, from: client, first: "puwirsl", match: matchBeanstalk, need: 3, then: []string{"usageti", "tensa", " coetk"}},
		{proto: Beanstalk, from: server, first: "UIWRON", match: matchBeanstalk, need: 4, then: []string{"SNAEOK", "ISTEM ", "NECSTR_" + numerals}},
		{proto: Sybase, from: client, first: "\x02", match: oldLogin(5), need: 8, then: []string{"\x00\x01", upTo(16), "", "\x00", "\x00", "", "\x00"}},
		{proto: TDS, from: client, first: "\x02", beside: true, match: oldLogin(4), need: 8, then: []string{"\x00\x01", upTo(16), "", "\x00", "\x00", "", "\x00"}},
		{proto: NCP, from: either, first: "Dt", match: matchNCP, need: 10, anywhere: true, then: []string{"mN", "dc", "TP", "\x00", upTo(1)}},
		{proto: Radmin, from: either, first: "\x01", match: matchRadmin, need: 10, then: []string{"\x00", "\x00", upTo(5)}},
		{proto: C1222, from: either, first: "\x60", match: matchC1222, need: 20, anywhere: true},
		{proto: LISP, from: either, first: "\x00", match: matchLISPStream, need: 12, anywhere: true, then: []string{octets(func(c byte) bool { return c>>4 == 1 }), upTo(5)}},
		{proto: EPMD, from: client, first: "\x00\x01", match: matchEPMD, need: 3, then: []string{"", "nkdzx"}, only: []uint16{4369}},
		{proto: Erlang, from: client, first: "\x00\x01", match: matchErlang, need: 10, then: []string{"", "nN", "\x00", ""}},
		{proto: Tinc, from: either, first: "0", match: matchTinc, need: 7, then: []string{" ", letters + numerals + "_?^"}},
		{proto: RPKIRTR, from: either, first: "\x00\x01\x02", match: matchRTR, anywhere: true, need: 8, then: []string{upTo(11), "", "", "\x00", "\x00", upTo(8)}},
		{proto: LNet, from: either, first: "\x00c", match: matchLNet, need: 16, then: []string{"\x71i", "\xcer", "\xacE", upTo(4), "\x00", "\x00", "\x00"}},
		{proto: LNet, from: either, first: "\xc1", beside: true, match: matchLNetLater, anywhere: true, need: 56, then: []string{"\x00", "\x00", "\x00"}},
		{proto: DLEP, from: either, first: "\x00", match: matchDLEPSession, need: 8, then: []string{"\x01\x02"}, only: []uint16{854}},
		{proto: Minecraft, from: client, first: octets(func(c byte) bool { return c >= 6 && c < 128 }), match: matchMinecraft, need: 8, then: []string{"\x00"}},
	}
}

func udpSignatures() []signature {
	return []signature{
		{proto: DNS, from: either, match: matchDNS, then: []string{"", "", "", "\x00"}, fits: mayDNS, home: []uint16{53}},
		{proto: MDNS, from: either, match: matchMDNS, only: []uint16{5353}},
		{proto: LLMNR, from: either, match: matchLLMNR, only: []uint16{5355}},
		{proto: QUIC, from: either, match: matchQUIC, fits: mayQUIC},
		{proto: STUN, from: either, first: "\x00\x01", match: matchSTUN},
		{proto: DTLS, from: either, first: "\x14\x15\x16\x17\x18\x19", match: matchDTLS, then: []string{"\xfe\x01"}},
		{proto: NTP, from: either, first: octets(mayNTP), match: matchNTP, then: []string{upTo(16)}, home: []uint16{123}},
		{proto: DHCP, from: either, first: "\x01\x02", match: matchDHCP},
		{proto: DHCPv6, from: either, match: matchDHCPv6, only: []uint16{546, 547}},
		{proto: SNMP, from: either, first: "0", match: matchSNMP},
		{proto: NetBIOSName, from: either, match: matchNBNS, then: []string{"", "", "", "\x00", "", "\x00"}},
		{proto: NetBIOSDatagram, from: either, first: "\x10\x11\x12\x13\x14\x15\x16", match: matchNBDgm, only: []uint16{138}},
		{proto: SSDP, from: either, first: "MNH", match: matchSSDP, then: []string{"-OT", "ST"}},
		{proto: WSDiscovery, from: either, first: "<", match: matchWSD},
		{proto: SIP, from: either, first: "IABCRONPSMUT\r", match: matchSIP, then: sipThen},
		{proto: LDAP, from: either, first: "0", match: matchLDAP},
		{proto: Kerberos, from: either, first: "jklmnotuv~", match: matchKerberos},
		{proto: Kerberos, from: either, first: upTo(0x3f), match: matchPassword, then: []string{"", "\x00\xff", "\x01\x80", upTo(0x3f), "", "no~"}},
		{proto: RADIUS, from: either, match: matchRADIUS, only: radiusPorts},
		{proto: RADIUS, from: either, first: "\x01\x02\x03\x04\x05\x0b\x28\x29\x2a\x2b\x2c\x2d", match: matchRADIUSPair, fits: mayRADIUS},
		{proto: TFTP, from: either, first: "\x00", match: matchTFTP},
		{proto: TFTP, from: client, first: "\x00", match: matchTFTPAck},
		{proto: Syslog, from: client, first: "<", match: matchSyslog, then: []string{numerals, numerals + ">"}},
		{proto: GELF, from: client, first: "{", match: matchGELF, then: []string{"\" \t\r\n"}},
		{proto: SLP, from: either, first: "\x01\x02", match: matchSLP, only: []uint16{427}},
		{proto: RIP, from: either, first: "\x01\x02", match: matchRIP, only: []uint16{520, 521}},
		{proto: CoAP, from: either, first: octets(func(c byte) bool { return c>>6 == 1 && c&15 <= 8 }), match: matchCoAP, then: []string{octets(func(c byte) bool { return c>>5 == 0 || c>>5 == 2 || c>>5 == 4 || c>>5 == 5 })}},
		{proto: BitTorrentDHT, from: either, first: "d", match: matchDHT, then: []string{"12"}},
		spelt(BitTorrent, client, "BT-SEARCH * HTTP/1.1\r\n"), // the search for peers nearby (BEP 14)
		{proto: BitTorrentTracker, from: client, first: "\x00", match: matchTracker, then: []string{"\x00", "\x04"}},
		{proto: UTP, from: either, first: "\x01\x11!1A", match: matchUTP, then: []string{upTo(2)}},
		{proto: WireGuard, from: either, first: "\x01\x02\x03\x04", match: matchWireGuard, fits: mayWireGuard},
		{proto: OpenVPN, from: either, first: "\x08\x109:;8@ABCPQRS\x11\x12 !\"#()*+", match: matchOpenVPN, alone: mayOpenVPN},
		{proto: IKE, from: either, match: matchIKE, fits: mayIKE},
		{proto: ESP, from: either, match: matchESP, only: []uint16{4500}},
		{proto: L2TP, from: either, match: matchL2TP, only: []uint16{1701}},
		{proto: GTPControl, from: either, first: upTo(0x5f), match: matchGTPControl, only: []uint16{2123, 3386}},
		{proto: GTPUser, from: either, first: octets(func(c byte) bool { return c>>4 == 3 }), match: matchGTPUser, then: []string{"\x01\x02\x1a\x1f\xfe"}, only: []uint16{2152}},
		{proto: PFCP, from: either, first: octets(func(c byte) bool { return c>>5 == 1 }), match: matchPFCP, only: []uint16{8805}},
		{proto: DCERPC, from: either, first: "\x04", match: matchDCERPCUDP, then: []string{upTo(10)}},
		{proto: SunRPC, from: either, match: matchSunRPC(SunRPC), then: []string{"", "", "", "\x00", "\x00", "\x00", "\x00\x01"}},
		{proto: NFS, from: either, match: matchSunRPC(NFS), then: []string{"", "", "", "\x00", "\x00", "\x00", "\x00"}},
		{proto: Memcached, from: either, match: matchMemcached, then: []string{"", "", "", "\x00", "", "\x00", "\x00"}},
		{proto: SQLBrowser, from: either, first: "\x02\x03\x04\x05\x08\x0f", match: matchSQLBrowser, only: []uint16{1434}},
		{proto: DNP3, from: either, first: "\x05", match: matchDNP3, then: []string{"\x64"}},
		{proto: BACnet, from: either, first: "\x81", match: matchBACnet, then: []string{upTo(12)}},
		{proto: EtherNetIP, from: either, first: "\x04cdefop", match: matchENIP, then: []string{"\x00"}},
		{proto: EtherNetIP, from: either, first: "\x02", match: matchCyclic, then: []string{"\x00", "\x02", "\x80", "\x08", "\x00"}},
		{proto: IPMI, from: either, first: "\x06", match: matchIPMI, then: []string{"\x00"}},
		{proto: SourceQuery, from: either, first: "\xff", match: matchSourceQuery, then: []string{"\xff", "\xff", "\xff"}},
		{proto: RDP, from: either, match: matchRDPUDP, then: []string{"\xff", "\xff", "\xff"}, home: []uint16{3389}},
		{proto: RTCP, from: either, first: octets(func(c byte) bool { return c>>6 == 2 }), match: matchRTCP, then: []string{controlTypes}},
		{proto: RTP, from: either, first: octets(func(c byte) bool { return c>>6 == 2 }), match: matchRTP, then: []string{mediaTypes}},

		{proto: NetFlow, from: either, first: "\x00", match: matchNetFlow, then: []string{"\x01\x05\x07\x09"}},
		{proto: IPFIX, from: either, first: "\x00", match: matchIPFIX, then: []string{"\x0a"}},
		{proto: SFlow, from: either, first: "\x00", match: matchSFlow, then: []string{"\x00", "\x00", "\x05", "\x00", "\x00", "\x00", "\x01\x02"}},
		{proto: BFD, from: either, match: matchBFD, only: []uint16{3784, 4784, 6784, 7784}},
		{proto: HSRP, from: either, first: "\x00\x01", match: matchHSRP, only: []uint16{1985, 2029}},
		{proto: LDP, from: either, first: "\x00", match: matchLDP, only: []uint16{646}},
		{proto: PTP, from: either, match: matchPTP, only: []uint16{319, 320}},
		{proto: CAPWAP, from: either, first: "\x00\x01", match: matchCAPWAP, only: []uint16{5246}},
		{proto: WakeOnLAN, from: either, first: "\xff", match: matchWake, then: []string{"\xff", "\xff", "\xff", "\xff", "\xff"}},
		{proto: NATPMP, from: either, first: "\x00", match: matchNATPMP, only: []uint16{5351}},
		{proto: PCP, from: either, first: "\x01\x02", match: matchPCP, only: []uint16{5351}},
		{proto: UBNT, from: either, first: "\x01\x02", match: matchUBNT, only: []uint16{10001}},
		{proto: MNDP, from: either, match: matchMNDP, only: []uint16{5678}},
		{proto: Babel, from: either, first: "*", match: matchBabel, only: []uint16{6696}},
		{proto: Collectd, from: either, first: "\x00\x02", match: matchCollectd, only: []uint16{25826}},
		{proto: KNX, from: either, first: "\x06", match: matchKNX, then: knxThen},
		{proto: SOMEIP, from: either, match: matchSOMEIP, then: []string{"", "", "", "\x00", "\x00"}, fits: maySOMEIP},
		{proto: DoIP, from: either, first: "\x01\x02\x03\x04\xff", match: matchDoIP, then: []string{"\xfe\xfd\xfc\xfb\x00", "\x00\x40\x80", upTo(8), "\x00"}},
		{proto: Synchrophasor, from: either, first: "\xaa", match: matchSynchrophasor, then: []string{phasorThen}},
		{proto: FINS, from: either, first: "\x80\x81\xc0\xc1", match: matchFINS, only: []uint16{9600}},
		{proto: HARTIP, from: either, first: "\x01\x02", match: matchHARTIP, only: []uint16{5094, 5095}},
		spelt(ArtNet, either, "Art-Net\x00"),
		spelt(SACN, either, "\x00\x10\x00\x00ASC-E1.17\x00\x00\x00"), // ANSI E1.31, section 5
		{proto: LoRa, from: either, first: "\x01\x02", match: matchLoRa, then: []string{"", "", upTo(5)}},
		{proto: Kasa, from: either, first: "\xd0", match: matchKasa, then: []string{"\xf2"}},
		{proto: Tuya, from: either, first: "\x00", match: matchTuya, then: []string{"\x00", "\x55\x66", "\xaa\x99"}},
		{proto: MiIO, from: either, first: "!", match: matchMiIO, then: []string{"1"}, only: []uint16{54321}},
		spelt(DHIP, either, "\x20\x00\x00\x00DHIP"),
		{proto: SADP, from: either, first: "<", match: matchSADP, then: []string{"?", "x", "m", "l"}},
		{proto: BJNP, from: either, first: "BM", match: matchBJNP, then: []string{"JFN", "NJ", "PB"}},
		{proto: RakNet, from: either, match: matchRakNet, then: []string{"\x00", "\xff", "\xff", "\x00", "\xfe", "\xfe", "\xfe"}},
		{proto: RakNet, from: either, first: "\x01\x02\x1c", match: matchRakPing, fits: mayRakPing},
		{proto: Mumble, from: either, first: "\x00", match: matchMumble, only: []uint16{64738}},
		spelt(TeamSpeak, either, "TS3INIT1"),
		{proto: Tailscale, from: either, first: "T", match: matchTailscale, then: []string{"S", "\xf0", "\x9f", "\x92", "\xac"}},
		spelt(Steam, either, "\xff\xff\xff\xff\x21\x4c\x5f\xa0"), // who else in the house has it
		{proto: Dropbox, from: either, first: "{", match: matchDropbox, then: []string{"\"", "hvn", "oea", "srm"}},
		spelt(Spotify, either, "SpotUdp0"), // the search for speakers
		{proto: Syncthing, from: either, first: ".", match: matchSyncthing, then: []string{"\xa7", "\xd9", "\x0b", "\n", " "}},
		{proto: IAX, from: either, first: octets(func(c byte) bool { return c >= 0x80 }), match: matchIAX, only: []uint16{4569}},
		{proto: MGCP, from: either, first: "ACDEMNRacdemnr", match: matchMGCP, then: []string{letters, letters, letters, " "}},
		{proto: XDMCP, from: either, first: "\x00", match: matchXDMCP, only: []uint16{177}},
		{proto: GTPPrime, from: either, first: upTo(0x4f), match: matchGTPPrime, only: []uint16{3386}},
		{proto: RTPS, from: either, first: "R", match: matchRTPS, then: []string{"T", "P", "S", "\x01\x02", upTo(7)}},
		{proto: ZeroTier, from: either, match: matchZeroTier, fits: mayZeroTier},
		{proto: MQTTSN, from: client, match: matchMQTTSN, then: []string{"\x04", "\x00\x04\x08\x0c", "\x01"}},
		{proto: StatsD, from: client, match: matchStatsD, only: []uint16{8125}},
		spelt(DNSCrypt, server, "r6fnvWj8"), // what a resolver's answers begin with (DNSCrypt protocol version 2, section 10)
		{proto: Ethereum, from: either, match: matchDiscovery, fits: mayDiscovery},
		{proto: Rx, from: either, match: matchRx, fits: mayRx},
		{proto: MPEGTS, from: either, first: "G", match: matchMPEGTS, fits: mayMPEGTS},
		{proto: DLEP, from: either, first: "D", match: matchDLEP, need: 8, then: []string{"L", "E", "P", "\x00", "\x01\x02"}},
		{proto: C1222, from: either, first: "\x60", match: matchC1222},
		{proto: Bundle, from: either, first: "\x9f", match: matchBundle, then: []string{"\x88\x89\x8a\x8b", "\x07"}},
		{proto: LISP, from: either, match: matchLISP, only: []uint16{4342}},
		{proto: LSPPing, from: either, first: "\x00", match: matchLSPPing, then: []string{"\x01", "\x00", upTo(0x1f), "\x01\x02\x03\x04"}, only: []uint16{3503}},
		{proto: OLSR, from: either, match: matchOLSR, only: []uint16{698}},
		{proto: AODV, from: either, first: "\x01\x02\x03\x04", match: matchAODV, only: []uint16{654}},
		{proto: AutoRP, from: either, first: "\x11\x12", match: matchAutoRP, only: []uint16{496}},
		{proto: CPHA, from: either, first: "\x1a", match: matchCPHA, then: []string{"\x90"}, only: []uint16{8116}},
		{proto: Zoom, from: either, first: "\x01\x02\x03\x04", match: matchZoom, fits: mayZoom},
		spelt(SteamClient, client, "\x01\x01sdping"), // how far a relay of its is
		{proto: TelegramCall, from: either, match: matchTelegram, fits: mayTelegram},
		{proto: Pia, from: either, first: "\x32", match: matchPia, then: []string{"\xab", "\x98", "\x64", "\x01\x02" + octets(func(c byte) bool { return c>>4 == 8 })}},
		{proto: HoYoverse, from: either, first: "\x00", match: matchHoYoverse, then: []string{"\x00", "\x00\x01", "\xff\x45\x94"}},
		{proto: SteamClient, from: either, first: "V", match: matchSteam, then: []string{"S", "0", "1"}},
		{proto: EGD, from: either, first: "\x0d", match: matchEGD, then: []string{"\x01"}, only: []uint16{18246}},
		{proto: Discord, from: either, first: "\x00\x13", match: matchDiscord, then: []string{"\x01\x027", "\x00\xca", "\x46\xfe"}},
	}
}

// followers read on once a protocol is known.
var followers = [protocolCount]follow{
	TLS:            followTLS,
	DTLS:           followDTLS,
	QUIC:           followQUIC,
	HTTP:           followHTTP,
	HTTPProxy:      followHTTP,
	WebSocket:      followHTTP,
	SSH:            followSSH,
	Shell:          followShell,
	DNS:            followDNS,
	MDNS:           followDNS,
	LLMNR:          followDNS,
	SMTP:           followLines,
	FTP:            followLines,
	POP3:           followLines,
	IMAP:           followLines,
	NNTP:           followLines,
	IRC:            followLines,
	XMPP:           followXMPP,
	STOMP:          followSTOMP,
	SMPP:           followSMPP,
	Telnet:         followTelnet,
	VNC:            followGreeting,
	VMware:         followVMware,
	Rsync:          followGreeting,
	Redis:          followRedis,
	SIP:            followMessages,
	RTSP:           followMessages,
	SSDP:           followMessages,
	SMB:            followSMB,
	NetBIOSSession: followNBSS,
	NetBIOSName:    followNBNS,
	LDAP:           followLDAP,
	SNMP:           followSNMP,
	RDP:            followRDP,
	TPKT:           followTPKT,
	S7comm:         followTPKT,
	MySQL:          followMySQL,
	PostgreSQL:     followPostgres,
	MQTT:           followMQTT,
	AMQP:           followAMQP,
	SOCKS:          followSOCKS,
	STUN:           followSTUN,
	IKE:            followIKE,
	NTP:            followNTP,
	TFTP:           followTFTP,
	CVS:            followCVS,
}

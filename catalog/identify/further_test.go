package identify

import (
	"encoding/binary"
	"slices"
	"strings"
)

// further are samples beside those of the sieve's own.
func further() (list []string) {
	for _, o := range slices.Concat(furtherOpenings(), aloneOpenings(), machineOpenings(), elderOpenings(), meetingOpenings(), later()) {
		for _, s := range []string{o.a, o.b} {
			if s != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

// furtherOpenings are the first octets of protocols of networks, factories, brokers, databases and games.
func furtherOpenings() []opening {
	zeros := func(n int) string { return string(make([]byte, n)) }
	be := func(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	le := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	hide := func(s string) string { // as TP-Link does
		b, key := []byte(s), byte(171)
		for i := range b {
			b[i] ^= key
			key = b[i]
		}
		return string(b)
	}
	kasa := hide(`{"system":{"get_sysinfo":{}}}`)
	vpn := func(n int) string { return "\x00\x28\x48\x00\x00\x03" + be(n) + zeros(32) }
	clientTLS := "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + zeros(32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x00"
	serverTLS := "\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03" + zeros(32) + "\x00\x13\x01\x00\x00\x00"
	stream := "<?xml version='1.0'?><stream:stream to='door.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	mac := "\x02\x00\x5e\x00\x00\x01"
	rak := "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78"
	iscsi := "InitiatorName=iqn.1993-08.org.example:01:a\x00SessionType=Discovery\x00\x00\x00\x00"
	cer := "\x00\x00\x01\x08\x40\x00\x00\x14door.example" + "\x00\x00\x01\x28\x40\x00\x00\x0fexample\x00"
	bind := "anna\x00secret\x00\x00\x34\x00\x00\x00"
	excsat := "\x00\x14\xd0\x01\x00\x01\x00\x0e\x10\x41" + zeros(10)
	ads := zeros(6) + "\x53\x03" + zeros(6) + "\x99\x80" + "\x01\x00\x04\x00" + le(4) + zeros(8)
	return []opening{
		{want: MySQL, first: theirs, a: "\x4a\x00\x00\x00\x0a8.0.36\x00" + zeros(70), b: "\x3b\x00\x00\x01\x85\xa6\xff\x00" + zeros(28) + "anna\x00\x14" + strings.Repeat("x", 21)},
		{want: RDP, a: "\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: mstshash=anna\r\n\x01\x00\x08\x00\x03\x00\x00\x00" + clientTLS, b: "\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x01\x00\x00\x00" + serverTLS},
		{want: HTTPProxy, a: "CONNECT door.example:443 HTTP/1.1\r\nHost: door.example\r\n\r\n", b: "HTTP/1.1 200 OK\r\n\r\n"},
		{want: RTSP, a: "OPTIONS rtsp://door.example/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n", b: "RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: door/1\r\n\r\n"},
		{want: RTMP, port: 1935, a: "\x03\x00\x07\xaa\x57\x00\x00\x00\x00" + zeros(1528)},
		{want: Stratum, a: `{"id":1,"worker":"` + strings.Repeat("w", 120) + `","jsonrpc":"2.0","method":"mining.subscribe"}` + "\n"},
		{want: XMPP, a: stream + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + clientTLS, b: stream + "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + serverTLS},
		{want: XMPP, a: stream + "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFubmEAc2VjcmV0</auth>", b: stream},
		{want: LDAP, a: "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037" + clientTLS, b: "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00" + serverTLS},
		{want: TACACS, port: 49, a: "\xc0\x01\x01\x00\x12\x34\x56\x78\x00\x00\x00\x08abcdefgh", b: "\xc0\x01\x02\x00\x12\x34\x56\x78\x00\x00\x00\x06abcdef"},
		{want: Diameter, a: "\x01\x00\x00\x38\x80\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02" + cer},
		{want: OpenFlow, a: "\x04\x00\x00\x10\x00\x00\x00\x01\x00\x01\x00\x08\x00\x00\x00\x10", b: "\x01\x00\x00\x08\x00\x00\x00\x02"},
		{want: LDP, port: 646, a: "\x00\x01\x00\x20\xc0\x00\x02\x01\x00\x00\x02\x00\x00\x16\x00\x00\x00\x01" + zeros(18)},
		{want: IPFIX, a: "\x00\x0a\x00\x1c" + zeros(12) + "\x00\x02\x00\x0c\x01\x00\x00\x01\x00\x08\x00\x04"},
		{want: ISCSI, a: "\x43\x87\x00\x00\x00\x00\x00" + string(rune(len(iscsi)-3)) + "\x40\x00\x01\x37\x00\x00\x00\x00\x00\x00\x00\x01" + zeros(28) + iscsi,
			b: "\x23\x87\x00\x00\x00\x00\x00\x00\x40\x00\x01\x37\x00\x00\x00\x01\x00\x00\x00\x01" + zeros(28)},
		{want: PJL, a: "\x1b%-12345X@PJL JOB\r\n"},
		{want: Iperf, a: "abcdefghijklmnopqrstuvwxyz234567abcd\x00"},
		{want: Munin, first: theirs, a: "# munin node at door.example\n"},
		{want: Checkmk, first: theirs, a: "<<<check_mk>>>\nVersion: 2.2.0\n"},
		{want: AFP, port: 548, a: "\x00\x03\x00\x01" + zeros(12)},
		{want: RELP, a: "1 open 85 relp_version=0\nrelp_software=librelp\n"},

		{want: KNX, a: "\x06\x10\x02\x03\x00\x0e\x08\x01\xc0\x00\x02\x01\x0e\x57"},
		{want: DoIP, a: "\x02\xfd\x00\x05\x00\x00\x00\x07\x0e\x00\x00\x00\x00\x00\x00"},
		{want: Synchrophasor, a: "\xaa\x41\x00\x12\x00\xf1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\xd7\xd0"},
		{want: ADS, a: "\x00\x00" + le(36) + ads + "abcd"},
		{want: FINS, a: "FINS" + be(12) + zeros(12)},
		{want: HARTIP, port: 5094, a: "\x01\x00\x00\x00\x00\x02\x00\x0d\x01\x00\x00\x75\x30"},
		{want: Kasa, a: be(len(kasa)) + kasa},
		{want: Tuya, a: "\x00\x00\x55\xaa\x00\x00\x00\x01\x00\x00\x00\x0a\x00\x00\x00\x0c" + "abcd" + "sums" + "\x00\x00\xaa\x55"},
		{want: Tuya, a: "\x00\x00\x66\x99\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00\x00\x00\x08" + "abcdefgh" + "\x00\x00\x99\x66"},
		{want: DHIP, a: "\x20\x00\x00\x00DHIP" + zeros(24)},
		{want: HL7, a: "\x0bMSH|^~\\&|door|example|||20261127||ADT^A01|1|P|2.5\r\x1c\r"},
		{want: DICOM, a: "\x01\x00\x00\x00\x00\x44\x00\x01\x00\x00" + "ANY-SCP         ECHOSCU         " + zeros(32)},
		{want: Fox, a: "fox a 0 -1 fox hello\n{\n"},

		{want: FIX, a: "8=FIX.4.4\x019=65\x0135=A\x01"},
		{want: FIX, first: theirs, a: "8=O\x019=0028\x0135=G\x01\x00"},
		{want: KNX, a: "\x06\x10\x04\x23\x00\x0e\x04\x01\x02\x00\x06\x00\x10\x87\x06\x10\x04\x25\x00\x0e\x04\x01\x03\x00\x06\x00\x10\x87"},
		{want: FIX, a: "8=FIXT.1.1\x019=65\x0135=A\x01"},
		{want: OpenVPN, a: vpn(7) + vpn(8) + vpn(9)},
		{want: RTMP, a: "\x04\x00\x01\x00\x00\x00\x08\x08\x01\x00\x00\x00\xaf\x01abcdef" + "\x46\x00\x00\x17\x00\x00\x09\x09\x27\x01\x00\x00\x00abcd"},
		{want: STOMP, a: "CONNECT\naccept-version:1.2\nhost:door\n\n\x00", b: "CONNECTED\nversion:1.2\n\n\x00"},
		{want: STOMP, a: "STOMP\nhost:door\n\n\x00"},
		{want: OpenWire, a: "\x00\x00\x01\x40\x01ActiveMQ\x00\x00\x00\x0c"},
		{want: Elastic, a: "ES\x00\x00\x00\x13" + zeros(8) + "\x08" + "\x00\x5c\xc6\x63" + zeros(6)},
		{want: Ceph, first: theirs, a: "ceph v027", b: "ceph v027"},
		{want: Ceph, a: "ceph v2\n\x10\x00"},
		{want: ZMTP, a: "\xff" + zeros(7) + "\x01\x7f\x03\x00NULL" + zeros(16), b: "\xff" + zeros(7) + "\x01\x7f\x03\x00NULL" + zeros(16)},
		{want: ZooKeeper, a: be(45) + zeros(4) + zeros(8) + be(30000) + zeros(8) + be(16) + zeros(16) + "\x00"},
		{want: ZooKeeper, first: theirs, a: be(37) + zeros(4) + be(30000) + "sessions" + be(16) + zeros(16) + "\x00"},
		{want: ClickHouse, a: "\x00\x11ClickHouse client\x17\x08", b: "\x00\x0aClickHouse\x17\x08"},
		{want: Bolt, a: "\x60\x60\xb0\x17\x00\x00\x04\x04\x00\x00\x01\x04\x00\x00\x00\x04\x00\x00\x00\x03"},
		{want: DRDA, a: excsat},
		{want: Firebird, a: be(1) + be(19) + be(3) + be(36) + be(8) + "/door.fb"},
		{want: SVN, first: theirs, a: "( success ( 2 2 ( ) ( edit-pipeline ) ) ) "},
		{want: JDWP, a: "JDWP-Handshake", b: "JDWP-Handshake"},
		{want: RMI, a: "JRMI\x00\x02\x4b"},
		{want: GIOP, a: "GIOP\x01\x02\x01\x00" + le(4) + "abcd"},
		{want: FastCGI, a: "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00" + zeros(5)},
		{want: NetTCP, a: "\x00\x01\x00\x01\x02\x02\x16net.tcp://door.example"},
		{want: SMPP, a: be(16+len(bind)) + be(9) + zeros(4) + be(1) + bind},
		{want: ICA, first: theirs, a: strings.Repeat("\x7f\x7fICA\x00", 4)},
		{want: ICA, a: "\x1aCGP/01\x20"},
		{want: SPICE, a: "REDQ" + le(2) + le(2) + le(26) + zeros(26)},
		{want: Minecraft, a: "\x13\x00\xff\x05\x0cdoor.example\x63\xdd\x02"},

		{want: CoAP, a: "\x40\xe1\x22\x04\x80\x20", b: "\x10\xe1\x40"},
		{want: CoAP, port: 5683, a: "\x00\xe1", atMost: Port},
		{want: SOMEIP, a: "\x12\x34\x00\x08\x00\x00\x00\x0c\x00\x00\x00\x01\x01\x01\x00\x00abcd", b: "\x12\x34\x00\x08\x00\x00\x00\x08\x00\x00\x00\x01\x01\x01\x80\x00"},
		{want: HiSLIP, a: "HS\x00\x00\x01\x00RS\x00\x00\x00\x00\x00\x00\x00\x07hislip0", b: "HS\x01\x00\x01\x00\x00\x01" + zeros(8)},
		{want: HiSLIP, a: "HS\x11\x00\x00\x00\x00\x01" + zeros(8), b: "HS\x12\x00\x00\x00GK" + zeros(8)},
		{want: Shell, a: "Microsoft Windows [Version 10.0.19045.4170]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\nC:\\>", b: "whoami\n"},
		{want: Shell, a: "bash: cannot set terminal process group (812): Inappropriate ioctl for device\nbash: no job control in this shell\nwww@door:/$ ", b: "id\n"},
		{want: Shell, a: "bash: no job control in this shell\nbash-5.1# ", b: "id\n"},
		{want: Shell, first: theirs, a: "/bin/sh: 0: can't access tty; job control turned off\n$ "},
		{want: TCPCL, a: "dtn!\x04\x00", b: "dtn!\x04\x01"},
		{want: TCPCL, a: "dtn!\x03\x01\x00\x1e\x0edtn://a.example", b: "dtn!\x03\x00\x00\x1e\x0edtn://b.example"},
		{want: NoMachine, a: "NXSH-8.10.1\n", b: "NXD-8.10.1\n"},
		{want: Hadoop, a: "hrpc\x09\x00\xdf" + be(30) + zeros(30)},
		{want: T3, a: "t3 12.2.1\nAS:255\nHL:19\n\n", b: "HELO:12.2.1.3.0.false\nAS:2048\nHL:19\n\n"},
		{want: IBMMQ, a: "TSH " + be(268) + "\x02\x01\x31\x00" + zeros(256), b: "TSH " + be(268) + "\x02\x01\x31\x00" + zeros(256)},
		{want: IBMMQ, a: "TSHM" + be(276) + be(1) + be(0) + "\x02\x01\x31\x00" + zeros(256)},
		{want: Z3950, a: "\xb4\x16\x83\x02\x00\xe0\x84\x03\x00\xc1\xa2\x85\x04\x04\x00\x00\x00\x86\x03\x10\x00\x00", b: "\xb5\x19\x83\x02\x00\xe0\x84\x03\x00\xc1\x82\x85\x04\x04\x00\x00\x00\x86\x03\x10\x00\x00\x8c\x01\xff"},
		{want: LNet, a: "\x00\x71\xce\xac\x01\x00\x00\x00\x83\x58\xa8\xc0\x00\x00\x02\x00", b: "cirE\x03\x00\x00\x00" + zeros(48)},
		{want: LNet, a: "\xc1" + zeros(23) + "sourcenidtargetn" + "\x39\x30\x00\x00\x39\x30\x00\x00" + "\x01\x00\x00\x00" + zeros(12)},
		{want: Thrift, a: "\x80\x01\x00\x01" + be(4) + "ping" + be(1) + "\x00", b: "\x80\x01\x00\x02" + be(4) + "ping" + be(1) + "\x00"},
		{want: Thrift, a: be(21) + "\x80\x01\x00\x01" + be(8) + "getDoors" + be(1) + "\x00", b: be(22) + "\x80\x01\x00\x02" + be(8) + "getDoors" + be(1) + "\x0f\x00"},
		{want: Ethereum, a: "\x01\x90\x04" + generator + strings.Repeat("\xa7", 335), b: "\x01\x92\x04" + generator + strings.Repeat("\xa7", 337)},
		{want: JSONRPC, a: `{"jsonrpc": "2.0", "method": "echo", "params": ["a}"], "id": 1}` + "\n", b: `{"id":1,"jsonrpc":"2.0","result":{"a":1}}`},
		{want: DLEP, port: 854, a: "\x00\x01\x00\x10\x00\x05\x00\x04\x00\x00\xea\x60\x00\x04\x00\x04\x00car", b: "\x00\x02\x00\x05\x00\x01\x00\x01\x00"},
		{want: Gnutella, a: "GNUTELLA CONNECT/0.6\r\nUser-Agent: door\r\n\r\n", b: "GNUTELLA/0.6 200 OK\r\n\r\n"},
		{want: NBD, first: theirs, a: "NBDMAGICIHAVEOPT\x00\x03", b: "\x00\x00\x00\x03"},
		{want: Libp2p, a: "\x13/multistream/1.0.0\n\x07/noise\n", b: "\x13/multistream/1.0.0\n"},
		{want: Monero, a: "\x01\x21\x01\x01\x01\x01\x01\x01" + zeros(25)},
		{want: MPD, first: theirs, a: "OK MPD 0.23.5\n", b: "status\n"},
		{want: Asterisk, first: theirs, a: "Asterisk Call Manager/7.0.3\r\n", b: "Action: Login\r\n"},
		{want: Distcc, a: "DIST00000001ARGC00000002ARGV00000002cc"},
		{want: Gearman, a: "\x00REQ\x00\x00\x00\x01\x00\x00\x00\x02wc", b: "\x00RES\x00\x00\x00\x0a\x00\x00\x00\x00"},

		{want: NetFlow, udp: true, a: "\x00\x05\x00\x01" + zeros(20) + zeros(48)},
		{want: NetFlow, udp: true, a: "\x00\x09\x00\x01" + zeros(16) + "\x00\x00\x00\x10\x01\x00\x00\x02\x00\x08\x00\x04\x00\x0c\x00\x04"},
		{want: IPFIX, udp: true, a: "\x00\x0a\x00\x1c" + zeros(12) + "\x00\x02\x00\x0c\x01\x00\x00\x01\x00\x08\x00\x04"},
		{want: SFlow, udp: true, a: be(5) + be(1) + "\xc0\x00\x02\x01" + be(0) + be(7) + be(9) + be(1) + be(1) + be(8) + "abcdefgh"},
		{want: BFD, udp: true, port: 3784, a: "\x20\xc0\x03\x18" + be(1) + be(0) + be(1000000) + be(1000000) + be(0)},
		{want: HSRP, udp: true, port: 1985, a: "\x00\x00\x10\x03\x0a\x78\x01\x00cisco\x00\x00\x00\xc0\x00\x02\x01"},
		{want: LDP, udp: true, port: 646, a: "\x00\x01\x00\x1e\xc0\x00\x02\x01\x00\x00\x01\x00\x00\x14\x00\x00\x00\x01" + zeros(16)},
		{want: PTP, udp: true, port: 319, a: "\x00\x02\x00\x2c" + zeros(40)},
		{want: CAPWAP, udp: true, port: 5246, a: "\x00\x10\x02\x00\x00\x00\x00\x00" + be(1) + "\x00\x00\x0b\x00" + "\x00\x14\x00\x01\x00" + zeros(3)},
		{want: CAPWAP, udp: true, port: 5246, a: "\x01\x00\x00\x00\x16\xfe\xfd" + zeros(8) + "\x00\x0c" + "\x01\x00\x00\x00" + zeros(8)},
		{want: WakeOnLAN, udp: true, a: "\xff\xff\xff\xff\xff\xff" + strings.Repeat(mac, 16)},
		{want: NATPMP, udp: true, port: 5351, a: "\x00\x00", b: "\x00\x80\x00\x00" + be(9) + "\xc0\x00\x02\x01", atMost: Port},
		{want: PCP, udp: true, port: 5351, a: "\x02\x01\x00\x00" + be(3600) + zeros(52), atMost: Port},
		{want: UBNT, udp: true, port: 10001, a: "\x01\x00\x00\x00", b: "\x01\x00\x00\x09\x01\x00\x06" + mac, atMost: Port},
		{want: MNDP, udp: true, port: 5678, a: "\x00\x00\x00\x00", atMost: Port},
		{want: MNDP, udp: true, port: 5678, a: zeros(4) + "\x00\x01\x00\x06" + mac + "\x00\x05\x00\x04door"},
		{want: Babel, udp: true, port: 6696, a: "\x2a\x02\x00\x08\x04\x06\x00\x00\x00\x01\x00\x64", atMost: Port},
		{want: Collectd, udp: true, port: 25826, a: "\x00\x00\x00\x09door\x00\x00\x08\x00\x0c" + zeros(8) + "\x00\x02\x00\x08cpu\x00"},
		{want: KNX, udp: true, a: "\x06\x10\x02\x01\x00\x0e\x08\x01\xc0\x00\x02\x01\x0e\x57"},
		{want: SOMEIP, udp: true, a: "\x12\x34\x00\x08\x00\x00\x00\x0c\x00\x00\x00\x01\x01\x01\x00\x00abcd", b: "\x12\x34\x00\x08\x00\x00\x00\x08\x00\x00\x00\x01\x01\x01\x80\x00"},
		{want: SOMEIP, udp: true, a: "\xff\xff\x81\x00\x00\x00\x00\x14\x00\x00\x00\x01\x01\x01\x02\x00\xc0" + zeros(11)},
		{want: DoIP, udp: true, a: "\x02\xfd\x00\x01\x00\x00\x00\x00"},
		{want: Synchrophasor, udp: true, a: "\xaa\x41\x00\x12\x00\xf1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\xd7\xd0"},
		{want: FINS, udp: true, port: 9600, a: "\x80\x00\x02\x00\x00\x00\x00\x00\x00\x7a\x01\x01\x00\xcc\xcc\xcc\x00\x01", atMost: Port},
		{want: HARTIP, udp: true, port: 5094, a: "\x01\x00\x00\x00\x00\x02\x00\x0d\x01\x00\x00\x75\x30"},
		{want: ArtNet, udp: true, a: "Art-Net\x00\x00\x20\x00\x0e\x02\x00"},
		{want: SACN, udp: true, a: "\x00\x10\x00\x00ASC-E1.17\x00\x00\x00\x72\x6e"},
		{want: LoRa, udp: true, a: "\x02\x12\x34\x00gatewayA{\"stat\":{}}", b: "\x02\x12\x34\x01"},
		{want: LoRa, udp: true, port: 1700, a: "\x02\x12\x34\x02gatewayA", b: "\x02\x12\x34\x04", atMost: Port},
		{want: Kasa, udp: true, a: kasa},
		{want: Tuya, udp: true, a: "\x00\x00\x55\xaa\x00\x00\x00\x01\x00\x00\x00\x13\x00\x00\x00\x0c" + "abcd" + "sums" + "\x00\x00\xaa\x55"},
		{want: MiIO, udp: true, port: 54321, a: "\x21\x31\x00\x20" + strings.Repeat("\xff", 28)},
		{want: DHIP, udp: true, a: "\x20\x00\x00\x00DHIP" + zeros(24)},
		{want: SADP, udp: true, a: `<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>A</Uuid><Types>inquiry</Types></Probe>`},
		{want: BJNP, udp: true, a: "BJNP\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		{want: RakNet, udp: true, a: "\x01" + zeros(8) + rak + zeros(8), b: "\x1c" + zeros(16) + rak + "\x00\x04MCPE"},
		{want: RakNet, udp: true, a: "\x05" + rak + "\x0b" + zeros(40)},
		{want: Mumble, udp: true, port: 64738, a: zeros(4) + "abcdefgh", b: "\x00\x01\x03\x04abcdefgh" + zeros(12), atMost: Port},
		{want: TeamSpeak, udp: true, a: "TS3INIT1\x00\x65\x00\x00\x88"},
		{want: Tailscale, udp: true, a: "TS\xf0\x9f\x92\xac" + zeros(90)},
		{want: Steam, udp: true, a: "\xff\xff\xff\xff\x21\x4c\x5f\xa0" + zeros(8)},
		{want: Dropbox, udp: true, a: `{"version": [2, 0], "port": 17500, "host_int": 33, "displayname": "", "namespaces": [1]}`},
		{want: Spotify, udp: true, a: "SpotUdp0" + zeros(36)},
		{want: Syncthing, udp: true, a: "\x2e\xa7\xd9\x0b\x0a\x20" + zeros(32) + "\x12\x13tcp://0.0.0.0:22000"},
		{want: IAX, udp: true, port: 4569, a: "\x80\x04\x00\x00\x00\x00\x00\x01\x00\x00\x06\x01\x0b\x02\x00\x02", atMost: Port},
		{want: MGCP, udp: true, a: "AUEP 1200 aaln/1@door.example MGCP 1.0\r\n"},
		{want: XDMCP, udp: true, port: 177, a: "\x00\x01\x00\x02\x00\x01\x00"},
		{want: RTPS, udp: true, a: "RTPS\x02\x03\x01\x0f" + zeros(12) + "\x09\x01\x08\x00" + zeros(8)},
		{want: ZeroTier, udp: true, a: "packetid" + "\x62\xf8\x65\xae\x71" + "\x8a\x19\x60\xd0\x5c" + "\x00" + "authcode" + "\x01" + "\x0c\x01\x0c\x00\x02" + zeros(8) + "\x8a\x19\x60\xd0\x5c\x00" + strings.Repeat("k", 74)},
		{want: MQTTSN, udp: true, a: "\x0a\x04\x04\x01\x00\x3cdoor"},
		{want: StatsD, udp: true, port: 8125, a: "door.opened:1|c|@0.1\ndoor.open:320|ms\n", atMost: Port},
		{want: StatsD, udp: true, port: 8125, a: "_e{4,5}:door|open!", atMost: Port},
		{want: DNSCrypt, udp: true, first: theirs, a: "r6fnvWj8" + zeros(64)},
		{want: Ethereum, udp: true, a: discovered("\x01\xc3\x04\x80\x80"), b: discovered("\x02\xc2\x80\x80")},
		{want: DLEP, udp: true, a: "DLEP\x00\x01\x00\x00", b: "DLEP\x00\x02\x00\x07\x00\x04\x00\x03\x00ab"},
		{want: Bundle, udp: true, a: "\x9f" + primary + "\x85\x01\x01\x00\x00\x42hi" + "\xff"},
		{want: Bundle, udp: true, a: "\x9f\x8b\x07\x01\x01\x82\x02\x82\x05\x01\x82\x02\x83\x01\x02\x00\x82\x01\x00\x82\x1b\x00\x00\x00\xa9\x4d\x5c\x00\x00\x00\x1a\x00\x36\xee\x80\x00\x18\x64\x42\xab\xcd" + "\x86\x01\x01\x00\x00\x42hi\x00" + "\xff"},
		{want: EGD, udp: true, port: 18246, a: "\x0d\x01\xd4\xf0\xc0\x00\x02\x01" + zeros(40), atMost: Port},
		{want: Discord, udp: true, a: "\x00\x01\x00\x46\x00\x00\xac\xe3" + zeros(66), b: "\x00\x02\x00\x46\x00\x00\xac\xe3" + "192.0.2.100" + zeros(53) + "\xe2\x63"},
		{want: Discord, udp: true, a: "\x13\x37\xca\xfe\x0e\x00\x00\x00", b: "\x13\x37\xca\xfe\x0e\x00\x00\x00"},
		{want: WireGuard, udp: true, a: "\x01abc" + "peer" + zeros(140), b: "\x02abc" + "mine" + "peer" + zeros(80)},
		{want: GTPPrime, udp: true, port: 3386, a: "\x0e\x01\x00\x00\x00\x01"},
		{want: GTPPrime, udp: true, port: 3386, a: "\x4e\xf0\x00\x02\x00\x01\x7e\x01", b: "\x4e\xf1\x00\x02\x00\x01\x01\x80"},
	}
}

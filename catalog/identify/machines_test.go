package identify

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"
)

// summed is a packet of NRPE with its sum, which stands behind the first four octets.
func summed(head, rest string) string {
	sum := crc32.ChecksumIEEE([]byte(head + "\x00\x00\x00\x00" + rest))
	return head + string(binary.BigEndian.AppendUint32(nil, sum)) + rest
}

// machineOpenings are the first octets of what looks after machines, as their specifications have them.
func machineOpenings() []opening {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	check := "check_load\x00" + zeros(1015)
	key := "\x01\x58\x50abcdefgh\x0f\x00\x00\x01\x67\x44\x00\x00" + strings.Repeat("d", 32) + "xxxxx" + strings.Repeat("k", 288) + "\x01\x22"
	return []opening{
		{want: NRPE, a: summed("\x00\x02\x00\x01", zeros(2)+check), b: summed("\x00\x02\x00\x02", zeros(2)+"OK"+zeros(1024))},
		{want: NRPE, a: summed("\x00\x04\x00\x01", zeros(4)+"\x00\x00\x00\x0bcheck_load\x00"), b: summed("\x00\x03\x00\x02", zeros(4)+"\x00\x00\x00\x03OK\x00")},
		{want: Beats, a: "2W\x00\x00\x00\x0a2C\x00\x00\x00\x04\x78\x9cxx", b: "2A\x00\x00\x00\x0a"},
		{want: Beats, a: "2W\x00\x00\x00\x012J\x00\x00\x00\x01\x00\x00\x00\x02{}", b: "2A\x00\x00\x00\x01"},
		{want: Beats, a: "1W\x00\x00\x00\x011D\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01a\x00\x00\x00\x01b"},
		{want: GELF, a: `{"version":"1.1","host":"door","short_message":"open"}` + "\x00"},
		{want: GELF, a: `{ "host":"door", "short_message":"open", "version": "1.1" }` + "\x00"},
		{want: GELF, udp: true, a: `{"version":"1.1","host":"door","short_message":"open"}`},
		{want: Bacula, a: "\x00\x00\x00\x16Hello Director calling", b: "\x00\x00\x00\x071000 OK"},
		{want: Clamd, a: "zINSTREAM\x00", b: "stream: OK\x00"},
		{want: Clamd, a: "nSCAN /srv/door\n", b: "/srv/door: OK\n"},
		{want: EPMD, port: 4369, a: "\x00\x01n", b: "\x00\x00\x11\x11name door at port 25672\n"},
		{want: EPMD, port: 4369, a: "\x00\x05zdoor", b: "w\x00\x64\x48M\x00\x00\x06\x00\x05\x00\x04door\x00\x00"},
		{want: Erlang, a: "\x00\x12n\x00\x05\x00\x03\x7f\xffrabbit@door", b: "\x00\x03sok"},
		{want: Erlang, a: "\x00\x17N\x00\x00\x00\x01\x0d\xf7\xfb\xbdcccc\x00\x08rabbit@a", b: "\x00\x03sok"},
		{want: MySQLX, first: theirs, a: "\x05\x00\x00\x00\x0b\x08\x05\x1a\x00", b: "\x01\x00\x00\x00\x01"},
		{want: ManageSieve, first: theirs, a: "\"IMPLEMENTATION\" \"door\"\r\n\"SIEVE\" \"fileinto\"\r\nOK\r\n", b: "LOGOUT\r\n"},
		{want: VMware, first: theirs, a: "220 VMware Authentication Daemon Version 1.10: SSL Required\r\n"},
		{want: ICAP, a: "REQMOD icap://door.example/scan ICAP/1.0\r\nHost: door.example\r\n\r\n", b: "ICAP/1.0 204 No Content\r\n\r\n"},
		{want: ICAP, a: "OPTIONS icap://door.example/scan ICAP/1.0\r\nHost: door.example\r\n\r\n", b: "ICAP/1.0 200 OK\r\n\r\n"},
		{want: Spamd, a: "CHECK SPAMC/1.5\r\nContent-length: 4\r\n\r\ndoor", b: "SPAMD/1.1 0 EX_OK\r\n"},
		{want: Rlogin, a: "\x00anna\x00otto\x00xterm/38400\x00", b: "\x00"},
		{want: SCCP, port: 2000, a: "\x18\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00SEP001122334455\x00\x00\x00\x00\x00"},
		{want: LPD, port: 515, a: "\x02door\n", b: "\x00"},
		{want: SSH, first: theirs, a: "Exceeded MaxStartups\r\n"},
		{want: Kafka, a: "\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x00\xff\xff"},
		{want: Kafka, a: "\x00\x00\x00\x15\x00\x12\x00\x03\x00\x00\x00\x01\xff\xff\x00\x05door\x041.0\x00"},
		{want: OpenVPN, a: key},
		{want: RADIUS, udp: true, a: "\x01\x05\x00\x1aaaaaaaaaaaaaaaaa\x01\x06anna", b: "\x02\x05\x00\x14bbbbbbbbbbbbbbbb"},
		{want: RADIUS, udp: true, a: "\x04\x05\x00\x1aaaaaaaaaaaaaaaaa\x28\x06\x00\x00\x00\x01", b: "\x05\x05\x00\x14bbbbbbbbbbbbbbbb"},
		{want: STUN, udp: true, a: "\x00\x01\x00\x00aaaaaaaaaaaaaaaa", b: "\x01\x01\x00\x0caaaaaaaaaaaaaaaa\x00\x01\x00\x08\x00\x01\x9c\x40\xc0\x00\x02\x01"},
	}
}

// TestMachinesLookalikes: what is nearly one of these is none, or another.
func TestMachinesLookalikes(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	spoilt := []byte(summed("\x00\x02\x00\x01", zeros(2)+"check_load"+zeros(1016)))
	spoilt[500] ^= 1
	asks := "\x01\x05\x00\x1aaaaaaaaaaaaaaaaa\x01\x06anna"
	for what, d := range map[string]*dialogue{
		"a sum of NRPE that is not that of its packet": tcpTalk(5666).say(ours, string(spoilt)),
		"an answer of NRPE by who calls":               tcpTalk(5666).say(ours, summed("\x00\x02\x00\x02", zeros(1028))),
		"events that are none":                         tcpTalk(5044).say(ours, "2W\x00\x00\x00\x00"+"2J\x00\x00\x00\x01\x00\x00\x00\x02{}"),
		"events of two versions":                       tcpTalk(5044).say(ours, "2W\x00\x00\x00\x01"+"1J\x00\x00\x00\x01\x00\x00\x00\x02{}"),
		"a bundle that zlib did not pack":              tcpTalk(5044).say(ours, "2W\x00\x00\x00\x01"+"2C\x00\x00\x00\x04\x78\x9dxx"),
		"JSON of another kind":                         tcpTalk(12201).say(ours, `{"version":"1.1","host":"door","message":"open"}`+"\x00"),
		"an event without its version":                 udpTalk(12201).say(ours, `{"host":"door","short_message":"open"}`),
		"a greeting without a caller":                  tcpTalk(9101).say(ours, "\x00\x00\x00\x0eHello Director"),
		"a word that ClamAV has not":                   tcpTalk(3310).say(ours, "zPRINT\x00"),
		"a word of it with what it does not take":      tcpTalk(3310).say(ours, "nPING now\n"),
		"a name to scan that is no path":               tcpTalk(3310).say(ours, "nSCAN door\n"),
		"what EPMD is asked, elsewhere":                tcpTalk(elsewhere).say(ours, "\x00\x01n").say(theirs, "\x00\x00\x11\x11no names\n"),
		"a name that was not asked for":                tcpTalk(4370).say(ours, "\x00\x05zdoor").say(theirs, "w\x00\x64\x48M\x00\x00\x06\x00\x05\x00\x04wall\x00\x00"),
		"a node without a machine":                     tcpTalk(25672).say(ours, "\x00\x0en\x00\x05\x00\x03\x7f\xffrabbit"),
		"a request of another language":                tcpTalk(1344).say(ours, "REQMOD http://door.example/ ICAP/1.0\r\n\r\n"),
		"a word that SpamAssassin has not":             tcpTalk(783).say(ours, "CHECK HTTP/1.1\r\n\r\n"),
		"a terminal without a speed":                   tcpTalk(513).say(ours, "\x00anna\x00otto\x00xterm/fast\x00"),
		"a telephone elsewhere":                        tcpTalk(2001).say(ours, "\x18\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00SEP001122334455\x00\x00\x00\x00\x00"),
		"a queue elsewhere":                            tcpTalk(516).say(ours, "\x02door\n"),
		"a greeting of ACAP's":                         tcpTalk(elsewhere).say(theirs, "*").say(theirs, " ACAP (IMPLEMENTATION \"door\")\r\n").say(ours, "a1 LOGOUT\r\n"),
		"a star and OK that answer anything":           tcpTalk(elsewhere).say(ours, "hello\r\n").say(theirs, "* OK\r\n"),
		"a notice of MySQL by who calls":               tcpTalk(33060).say(ours, "\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"),
		"a nameless question of Kafka's for data":      tcpTalk(elsewhere).say(ours, "\x00\x00\x00\x0a\x00\x03\x00\x00\x00\x00\x00\x00\xff\xff"),
		"a wrapped key of another length":              tcpTalk(elsewhere).say(ours, "\x01\x58\x50abcdefgh\x0f\x00\x00\x01\x67\x44\x00\x00"+strings.Repeat("k", 325)),
		"an answer to another number":                  udpTalk(elsewhere).say(ours, asks).say(theirs, "\x02\x06\x00\x14bbbbbbbbbbbbbbbb"),
		"an answer to another question":                udpTalk(elsewhere).say(ours, asks).say(theirs, "\x05\x05\x00\x14bbbbbbbbbbbbbbbb"),
		"fields that do not end where they say":        udpTalk(elsewhere).say(ours, "\x01\x05\x00\x1aaaaaaaaaaaaaaaaa\x01\x07anna").say(theirs, "\x02\x05\x00\x14bbbbbbbbbbbbbbbb"),
		"a question of RADIUS alone":                   udpTalk(elsewhere).say(ours, asks),
		"an answer of STUN to another number":          udpTalk(elsewhere).say(ours, "\x00\x01\x00\x00aaaaaaaaaaaaaaaa").say(theirs, "\x01\x01\x00\x00bbbbbbbbbbbbbbbb"),
		"a question of STUN alone":                     udpTalk(elsewhere).say(ours, "\x00\x01\x00\x00aaaaaaaaaaaaaaaa"),
	} {
		if f := d.end(); f != nil && f.Protocol != None {
			t.Errorf("%s: told as %v", what, f.Protocol)
		}
	}
	for _, c := range []struct {
		what string
		d    *dialogue
		want Protocol
	}{
		{"a miner's words", tcpTalk(12201).say(ours, `{"id":1,"method":"mining.subscribe","version":"1.1"}`+"\n"), Stratum},
		{"OpenVPN 2.6 with a key of its own", udpTalk(1194).say(ours, "\x50abcdefgh\x0f\x00\x00\x01\x67\x44\x00\x00"+strings.Repeat("k", 327)), OpenVPN},
		{"an early number without one", udpTalk(1194).say(ours, "\x38abcdefgh\x0f\x00\x00\x01\x67\x44\x00\x00"+strings.Repeat("k", 37)), None},
		{"Cisco's port for what RADIUS asks back", udpTalk(1700).say(ours, "\x2b\x05\x00\x1aaaaaaaaaaaaaaaaa\x01\x06anna"), RADIUS},
		{"a greeting of IMAP in small letters", tcpTalk(elsewhere).say(theirs, "* ok imap4rev2 ready\r\n"), IMAP},
		{"a server of POP3 that is too busy", tcpTalk(elsewhere).say(theirs, "-ERR [SYS/TEMP] later\r\n"), POP3},
		{"an error of anybody's", tcpTalk(elsewhere).say(theirs, "-ERR later\r\n"), None},
	} {
		if f := c.d.end(); (f == nil && c.want != None) || f != nil && f.Protocol != c.want {
			t.Errorf("%s: %+v, want %v", c.what, f, c.want)
		}
	}
}

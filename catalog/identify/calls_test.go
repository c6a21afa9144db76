package identify

import (
	"encoding/binary"
	"strings"
	"testing"
)

// hello is what a call of Zoom begins with, at a time, and hailed its answer.
func zoomHail(at uint32) (hello, hailed string) {
	now := string(binary.BigEndian.AppendUint32(nil, at))
	name := "\x03\xc8" + strings.Repeat("n", 15)
	hello = "\x01\x00" + name + "\x00\x00\x00\x00" + "\x00\x00\x00\x02" + now + now + "\x00\x00\x00\x40" + strings.Repeat("p", 64) + strings.Repeat("\x00", 20)
	return hello, "\x02\x00" + name + "\x00\x4f\x83\x78" + now + strings.Repeat("\x00", 16)
}

// noise is the first frame of WhatsApp's handshake, with a field of n octets.
func noise(n int) string {
	field := string([]byte{0x12, byte(n)})
	if n > 0x7f {
		field = string([]byte{0x12, byte(n)&0x7f | 0x80, byte(n >> 7)})
	}
	size := len(field) + n
	return string([]byte{0, byte(size >> 8), byte(size)}) + field + "\x0a\x20" + strings.Repeat("k", n-2)
}

// meetingOpenings are the first octets of programs of many people, and of what routers and firewalls say.
func meetingOpenings() []opening {
	hello, hailed := zoomHail(0x6f613f)
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	ones := func(n int) string { return strings.Repeat("\xff", n) }
	prefix := "\x01\x04\x00\x00\x00\x00\x00\x14\x01\x18\x18\x00\xc0\x00\x02\x00\x00\x00\xfd\xe8"
	return []opening{
		{want: WhatsApp, a: "WA\x01\x05\x00\x00\x18\xf8\x05\x01\xa5\x91\x89\xfc\x10Android-0.00.000" + "\x00\x00\x00", b: "\x00\x00\x05\xf8\x03\x01\x3a\x91"},
		{want: WhatsApp, a: "WA\x06\x03" + noise(0x22), b: "\x00\x01\x5e\x1a\xdb\x02\x0a\x20" + strings.Repeat("s", 340)},
		{want: WhatsApp, a: "ED\x00\x01\x00\x00\x04rout" + "WA\x06\x03" + noise(0x134)},
		{want: Zoom, udp: true, a: hello, b: hailed},
		{want: Zoom, udp: true, port: 8801, a: "\x03\x00\x00\x00\x12\x0f\xfe\x98\xd2\x00\x27\x2e\xc9" + zeros(68), b: "\x04\x00\x00\x00\x12\x0f\xfe\x98\xd2\x00\x27\x2e\xc9" + zeros(68)},
		{want: SteamClient, udp: true, a: "VS01\x00\x00\x01\x00" + "\x00\x06\x00\x00" + zeros(4) + "\x01\x00\x00\x00" + zeros(16), b: "VS01\x08\x00\x02\x00" + zeros(28) + "abcdefgh"},
		{want: SteamClient, udp: true, a: "\x01\x01sdping\xa1\xdc\x29\xe3" + zeros(40)},
		{want: TelegramCall, udp: true, a: "sixteen of a tag" + ones(12) + "\xfe\xff\xff\xff" + "question", b: "sixteen of a tag" + ones(12) + "\xc7\x72\x15\xc0" + zeros(32)},
		{want: Pia, udp: true, a: "\x32\xab\x98\x64\x02\x00\x00\x00\xef\x9c" + zeros(40)},
		{want: Pia, udp: true, a: "\x32\xab\x98\x64\x88\x01\x00\x00" + zeros(40)},
		{want: HoYoverse, udp: true, a: "\x00\x00\x00\xff" + zeros(8) + "\x49\x96\x02\xd2" + ones(4), b: "\x00\x00\x01\x45" + "abcdefgh" + "\x49\x96\x02\xd2" + "\x14\x51\x45\x45"},
		{want: Speedtest, first: theirs, a: "HELLO 2.4 2016-10-06.1324.996ab91\n", b: "PING 1491069115246\n"},
		{want: Speedtest, first: theirs, a: "HELLO 2.11 (2.11.0) 2023-05-03.1404.4d1c7e9\r\n"},
		{want: Tinc, a: "0 door 17.7\n", b: "0 gate 17.7\n"},
		{want: Tinc, a: "0 a 17\n1 94 64 0 0 0F0F\n", b: "0 b 17\n"},
		{want: Tinc, a: "0 ?aGFsbG8tZG9vci1nYXRl 17.7\n"},
		{want: RPKIRTR, a: "\x01\x02\x00\x00\x00\x00\x00\x08", b: "\x01\x03\x12\x34\x00\x00\x00\x08" + prefix},
		{want: RPKIRTR, a: "\x00\x01\x12\x34\x00\x00\x00\x0c\x00\x00\x00\x07", b: "\x00\x08\x00\x00\x00\x00\x00\x08"},
		{want: RPKIRTR, first: theirs, a: "\x01\x00\x12\x34\x00\x00\x00\x0c\x00\x00\x00\x07"},
		{want: CPHA, udp: true, port: 8116, a: "\x1a\x90\x0c\x31\x27\x85\x00\x01\x00\x16\x79\x3e\x00\x01\xff\xfe" + zeros(30), atMost: Port},
		{want: AODV, udp: true, port: 654, a: "\x01\x28\x00\x00\x00\x00\x00\x01\xc0\x00\x02\x05\x00\x00\x00\x00\xc0\x00\x02\x01\x00\x00\x00\x01"},
		{want: AODV, udp: true, port: 654, a: "\x02\x00\x00\x00\xc0\x00\x02\x01\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x00\x07\xd0" + "\x01\x04\x00\x00\x03\xe8"},
		{want: AODV, udp: true, port: 654, a: "\x03\x00\x00\x01\xc0\x00\x02\x05\x00\x00\x00\x02"},
		{want: AODV, udp: true, port: 654, a: "\x04\x00", atMost: Port},
		{want: AutoRP, udp: true, port: 496, a: "\x11\x01\x00\xb5\x00\x00\x00\x00\xc0\x00\x02\x01\x03\x02\x00\x04\xe0\x00\x00\x00\x01\x08\xef\x00\x00\x00"},
		{want: BJNP, udp: true, a: "BNJB\x02\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
	}
}

// TestMeetingLookalikes: what is nearly one of these is none.
func TestMeetingLookalikes(t *testing.T) {
	hello, hailed := zoomHail(0x6f613f)
	_, late := zoomHail(0x6f6140)
	put := func(s string, at int, b string) string { return s[:at] + b + s[at+len(b):] }
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	ones := func(n int) string { return strings.Repeat("\xff", n) }
	auto := "\x11\x01\x00\xb5\x00\x00\x00\x00\xc0\x00\x02\x01\x03\x01\x00\x04\xe0\x00\x00\x00"
	way := "\x01\x28\x00\x00\x00\x00\x00\x01\xc0\x00\x02\x05\x00\x00\x00\x00\xc0\x00\x02\x01\x00\x00\x00\x01"
	for what, d := range map[string]*dialogue{
		"a field that does not fill its frame":       tcpTalk(443).say(ours, "WA\x06\x03\x00\x00\x25\x12\x22\x0a\x20"+strings.Repeat("k", 33)),
		"a long field that does not":                 tcpTalk(443).say(ours, "WA\x06\x03\x00\x01\x38\x12\xb4\x02\x0a\x20"+strings.Repeat("k", 300)),
		"a frame that is too long":                   tcpTalk(443).say(ours, "WA\x01\x05\x01\x00\x18\xf8\x05\x01"+strings.Repeat("k", 33)),
		"a word in capitals":                         tcpTalk(443).say(ours, "WAIT 10 SECONDS\r\n"),
		"an end of a way that is too long":           tcpTalk(443).say(ours, "ED\x00\x01\x00\x02\x00"+strings.Repeat("r", 512)+"WA\x06\x03"+noise(0x22)),
		"a way to the machine and nothing behind it": tcpTalk(443).say(ours, "ED\x00\x01\x00\x00\x04rout"+"XX\x06\x03"+noise(0x22)),
		"that begun by the server":                   tcpTalk(443).say(theirs, "WA\x06\x03"+noise(0x22)),
		"a hello with two times":                     udpTalk(8801).say(ours, put(hello, 34, "\x40")),
		"a hello whose proof is beyond its end":      udpTalk(8801).say(ours, put(hello, 37, "\x10\x00")),
		"a hello whose proof is too short":           udpTalk(8801).say(ours, put(hello, 35, "\x00\x00\x00\x0f")),
		"a hello that knows the other end":           udpTalk(8801).say(ours, put(hello, 22, "\x01")),
		"an answer to nothing":                       udpTalk(8801).say(theirs, hailed),
		"an answer to another ping":                  udpTalk(8801).say(ours, "\x03\x00\x00\x00\x12\x0f\xfe\x98\xd2\x00\x27\x2e\xc9").say(theirs, "\x04\x00\x00\x00\x13\x0f\xfe\x98\xd2\x00\x27\x2e\xc9"),
		"a ping elsewhere":                           udpTalk(elsewhere).say(ours, "\x03\x00\x00\x00\x12\x0f\xfe\x98\xd2\x00\x27\x2e\xc9").say(theirs, "\x04\x00\x00\x00\x12\x0f\xfe\x98\xd2\x00\x27\x2e\xc9"),
		"an empty packet of Steam's that is longer":  udpTalk(27017).say(ours, "VS01\x00\x00\x01\x00"+zeros(29)),
		"a kind that Steam has not":                  udpTalk(27017).say(ours, "VS01\x00\x00\x08\x00"+zeros(28)),
		"a relay's question that is longer":          udpTalk(1400).say(ours, "sixteen of a tag"+ones(12)+"\xfe\xff\xff\xff"+"questions"),
		"a relay's answer of the wrong kind":         udpTalk(1400).say(theirs, "sixteen of a tag"+ones(12)+"\xc7\x72\x15\xc1"+zeros(32)),
		"ones that are too few":                      udpTalk(1400).say(ours, "sixteen of a tag"+ones(11)+"\x7f\xfe\xff\xff\xff"+"question"),
		"another mark than Nintendo's":               udpTalk(33335).say(ours, "\x32\xab\x98\x65\x02"+zeros(40)),
		"a version that Nintendo has not":            udpTalk(33335).say(ours, "\x32\xab\x98\x64\x03"+zeros(40)),
		"numbers that do not belong together":        udpTalk(22101).say(ours, "\x00\x00\x00\xff"+zeros(8)+"\x49\x96\x02\xd2\x14\x51\x45\x45"),
		"one octet too many":                         udpTalk(22101).say(ours, "\x00\x00\x00\xff"+zeros(8)+"\x49\x96\x02\xd2"+ones(5)),
		"a greeting without a day":                   tcpTalk(8080).say(theirs, "HELLO 2.4 (2.4.2) to you-all-now\n"),
		"a greeting by the client":                   tcpTalk(8080).say(ours, "HELLO 2.4 2016-10-06.1324.996ab91\n"),
		"tinc's next line as the first":              tcpTalk(655).say(ours, "1 94 64 0 0 0F0F\n"),
		"another protocol of tinc's":                 tcpTalk(655).say(ours, "0 door 18\n"),
		"more behind the number":                     tcpTalk(655).say(ours, "0 door 17 3\n"),
		"no name":                                    tcpTalk(655).say(ours, "0  17\n"),
		"a name of other letters":                    tcpTalk(655).say(ours, "0 door-1 17\n"),
		"a question that the server asks":            tcpTalk(323).say(theirs, "\x01\x02\x00\x00\x00\x00\x00\x08"),
		"a question with a session":                  tcpTalk(323).say(ours, "\x01\x02\x12\x34\x00\x00\x00\x08"),
		"another version":                            tcpTalk(323).say(ours, "\x03\x02\x00\x00\x00\x00\x00\x08"),
		"a second message of another version":        tcpTalk(323).say(ours, "\x01\x02\x00\x00\x00\x00\x00\x08\x00\x02\x00\x00\x00\x00\x00\x08"),
		"a length of another kind":                   tcpTalk(323).say(ours, "\x01\x01\x12\x34\x00\x00\x00\x08"),
		"a cluster's mark on another port":           udpTalk(8117).say(ours, "\x1a\x90\x0c\x31\x27\x85\x00\x01"+zeros(40)),
		"a kind that no cluster has":                 udpTalk(8116).say(ours, "\x1a\x90\x0c\x31\x27\x85\x01\x01"+zeros(40)),
		"a way on another port":                      udpTalk(655).say(ours, way),
		"a way that is too short":                    udpTalk(654).say(ours, way[:23]),
		"an extension beyond the end":                udpTalk(654).say(ours, way+"\x01\x04\x00"),
		"bits that are kept":                         udpTalk(654).say(ours, put(way, 2, "\x01")),
		"more lost ways than there is room for":      udpTalk(654).say(ours, "\x03\x00\x00\x02\xc0\x00\x02\x05\x00\x00\x00\x02"),
		"a meeting point without its groups":         udpTalk(496).say(ours, put(auto, 13, "\x02")),
		"a group that is none":                       udpTalk(496).say(ours, put(auto, 16, "\xc0")),
		"a point more than there is":                 udpTalk(496).say(ours, put(auto, 1, "\x02")),
	} {
		if f := d.end(); f != nil && f.Protocol != None {
			t.Errorf("%s: told as %v", what, f.Protocol)
		}
	}
	if f := udpTalk(elsewhere).say(ours, hello).say(theirs, hailed).end(); f == nil || f.Protocol != Zoom || f.Confidence != Exact && f.Confidence != Shape {
		t.Errorf("a call elsewhere: %+v", f)
	}
	if f := udpTalk(elsewhere).say(theirs, hailed).say(ours, hello).say(theirs, late).end(); f == nil || f.Protocol != Zoom {
		t.Errorf("a call whose answer was captured first: %+v", f)
	}
}

package identify

import (
	"strings"
	"testing"
)

// TestQUICPackets: the kinds of packet in a datagram, in either version, as far as the capture goes; filling is none.
func TestQUICPackets(t *testing.T) {
	long := func(first byte, version string) string {
		s := string([]byte{first}) + version + "\x04dcid\x04scid"
		if typ := first >> 4 & 3; typ == 0 && version[3] == 1 || typ == 1 && version[3] != 1 {
			s += "\x00" // no token
		}
		return s + "\x40\x28" + strings.Repeat("x", 40)
	}
	const one, two = "\x00\x00\x00\x01", "\x6b\x33\x43\xcf"
	short := "\x45" + strings.Repeat("x", 40)
	for _, c := range []struct{ b, want string }{
		{"", ""},
		{"\xc3", ""},
		{long(0xc0, one), "Initial"},
		{long(0xc0, one)[:30], "Initial"},
		{long(0xd0, two), "Initial"},
		{long(0xd0, one), "0-RTT"},
		{long(0xe0, one), "Handshake"},
		{long(0xf0, two), "Handshake"},
		{long(0xf0, one), "Retry"},
		{long(0xc0, two), "Retry"},
		{long(0xc0, one) + long(0xe0, one) + short, "Initial, Handshake, 1-RTT"},
		{long(0xe0, one) + strings.Repeat("\x00", 100), "Handshake"},
		{long(0xe0, one) + long(0xe0, one)[:10], "Handshake"},
		{"\x80\x00\x00\x00\x00\x04dcid\x04scid\x00\x00\x00\x01", "Version Negotiation"},
		{short, "1-RTT"},
	} {
		if got := QUICPacketsOf([]byte(c.b)).String(); got != c.want {
			t.Errorf("%q: %q, want %q", c.b, got, c.want)
		}
	}
}

// TestQUICKeysAreMadeSeldom: whoever sends Initials that need other keys each, by their side, their version or behind a Retry, makes
// the reader work for the first of them only.
func TestQUICKeysAreMadeSeldom(t *testing.T) {
	client, server := quicHellos(t)
	hello := func(i int, version uint32) string {
		dcid := []byte{1, 2, 3, 4, 5, 6, byte(i >> 8), byte(i)}
		return string(sealInitial(newInitialKeys(version, dcid), version, 0, dcid, nil, cryptoFrame(0, client), 0, 1200))
	}
	reply := string(sealInitial(newInitialKeys(1, []byte("firstdst")), 1, 1, []byte("clientid"), []byte("serverid"), cryptoFrame(0, server), 0, 1200))
	retry := "\xf0\x00\x00\x00\x01\x00\x08serverid" + strings.Repeat("x", 40)
	for name, say := range map[string]func(d *dialogue, i int){
		"the server's": func(d *dialogue, _ int) { d.say(theirs, reply) },
		"retries":      func(d *dialogue, i int) { d.say(ours, hello(i, 1)).say(theirs, retry) },
		"versions":     func(d *dialogue, i int) { d.say(ours, hello(0, 1)).say(theirs, hello(i, version2)) },
	} {
		d := udpTalk(443)
		for i := range 200 {
			say(d, i)
		}
		most := uint8(0)
		for i := range d.x.slots {
			if q, ok := d.x.slots[i].aux.(*quicState); ok {
				most = max(most, q.made)
			}
		}
		if most != maxMade {
			t.Errorf("%s: keys made %d times", name, most)
		}
	}
}

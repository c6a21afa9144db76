package identify

import (
	"strings"
	"testing"
)

// So much is looked at of what nobody knows, and no more: then the flow is given up.
func TestHowMuchIsLookedAt(t *testing.T) {
	until := func(d *dialogue, most int, say func(i int)) int {
		for i := range most {
			if say(i); d.note&Done != 0 {
				return i + 1
			}
		}
		return -1
	}
	const plain = "what is said here is no protocol at all"
	d := udpTalk(elsewhere)
	if n := until(d, 100, func(int) { d.say(ours, plain) }); n != 8 {
		t.Errorf("%d datagrams", n)
	}
	// What keeps a mapping alive does not count, but not for ever.
	d = udpTalk(elsewhere)
	if n := until(d, 1000, func(int) { d.say(ours, "keep me") }); n != 255+8 {
		t.Errorf("%d datagrams of few octets", n)
	}
	d = udpTalk(elsewhere)
	if n := until(d, 1000, func(i int) { d.say(ours, []string{"keep me", plain}[i%2]) }); n != 16 {
		t.Errorf("%d datagrams, every other one of few octets", n)
	}
	d = tcpTalk(elsewhere)
	if n := until(d, 100, func(int) { d.say(ours, plain) }); n != 12 {
		t.Errorf("%d segments of one side", n)
	}
	// What somebody types is waited for; then its beginning has to do for a request, and so many packets are followed.
	d = tcpTalk(elsewhere)
	if n := until(d, 1000, func(i int) { d.say(ours, ("GET /" + strings.Repeat("a", 1000))[i:i+1]) }); n != 64+12+40 {
		t.Errorf("%d letters", n)
	}
}

// A record of TLS has so many octets at most (RFC 5246, section 6.2.3).
func TestLengthOfARecord(t *testing.T) {
	for n, want := range map[int]bool{1: true, 16384: true, 16384 + 2048: true, 16384 + 2049: false, 0xffff: false} {
		if got := recordHeader([]byte{22, 3, 3, byte(n >> 8), byte(n)}); got != want {
			t.Errorf("a record of %d octets: %v", n, got)
		}
	}
}

// Lengths that the octets behind them contradict make nothing, whoever sends them: one packet must not end who listens.
func TestLengthsThatLie(t *testing.T) {
	values := []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 31, 32, 64, 0x7f, 0x80, 0xfe, 0xff}
	for _, s := range further() {
		for at := range min(len(s), 24) {
			for _, v := range values {
				b := []byte(s)
				b[at] = v
				for _, d := range []*dialogue{tcpTalk(40001).say(ours, string(b)), tcpTalk(40001).say(theirs, string(b)), udpTalk(40001).say(ours, string(b))} {
					d.end()
				}
			}
		}
	}
}

package identify

import "testing"

// A length that no memory holds takes nothing down, wherever it stands, nor where an int
// has 32 bits and one above 2 GB would be negative (GOARCH=386 go test runs it there).
func TestLengthsBeyondAllMemory(t *testing.T) {
	hostile := []string{"\xff\xff\xff\xff", "\xff\xff\xff\xf0", "\x80\x00\x00\x00", "\x7f\xff\xff\xff"}
	all := allSignatures()
	for n, c := range append(openings(), later()...) {
		for at := range min(len(c.a), 48) - 3 {
			b := c.a[:at] + hostile[at%len(hostile)] + c.a[at+4:]
			d := c.talk()
			d.blind = at%2 == 0
			d.say(c.first, b).say(1-c.first, c.b).say(c.first, b).end()
			if (n+at)%16 > 0 {
				continue
			}
			// To every signature, too, whether the sieve would ask it or not.
			for i, v := range []*sieve{all.tcp, all.udp} {
				for j := range v.list {
					k := &pending{tcp: i == 0, spoke: -1, opener: -1}
					l := look{b: []byte(b), size: len(b), pend: k, from: 40000, to: c.port, port: c.port, client: c.first == ours, spoke: true, middle: at%3 == 0, final: true, first: true}
					v.list[j].match(&l)
				}
			}
		}
	}
}

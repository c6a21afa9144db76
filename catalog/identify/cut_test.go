package identify

import (
	"fmt"
	"strings"
	"testing"

	"portero/capture"
)

// parts plays an opening whose message of one side comes in parts that end where ends
// says.
func (o *opening) parts(side int, ends ...int) *Facts {
	d := o.talk()
	for _, s := range [2]int{o.first, 1 - o.first} {
		msg := o.of(s)
		if s == side {
			at := 0
			for _, end := range ends {
				d.say(s, msg[at:end])
				at = end
			}
			msg = msg[at:]
		}
		d.say(s, msg)
	}
	return d.end()
}

// shuffled is parts with two parts, of which the second comes first.
func (o *opening) shuffled(side, at int) *Facts {
	d := o.talk()
	for _, s := range [2]int{o.first, 1 - o.first} {
		msg := o.of(s)
		if s != side {
			d.say(s, msg)
			continue
		}
		d.at(s, at, []byte(msg[at:]))
		d.at(s, 0, []byte(msg[:at]))
		d.next[s] = len(msg)
	}
	return d.end()
}

// of is what side sends.
func (o *opening) of(side int) string {
	if side == o.first {
		return o.a
	}
	return o.b
}

// told is what was told without how sure it is: a part may be surer of less.
func told(f *Facts) string {
	if f == nil {
		return "nothing"
	}
	g := *f
	g.Confidence = Unsure
	return plain(&g)
}

// A segment may end anywhere: the first octets of every protocol are told the same,
// wherever they are cut, be it once or twice. Three are less sure, whose first part was
// taken for them at once: a single option of Telnet, the header of Oracle's Connect, and
// the priority of Syslog.
func TestCutAnywhere(t *testing.T) {
	r := newRand(1)
	for _, o := range openings() {
		if o.udp {
			continue
		}
		whole := o.parts(ours)
		if whole == nil {
			t.Errorf("%s: nothing was told", o.String())
			continue
		}
		for _, side := range [2]int{o.first, 1 - o.first} {
			var bad []string
			try := func(ends ...int) {
				f := o.parts(side, ends...)
				if f == nil || told(f) != told(whole) || f.Confidence > whole.Confidence || f.Confidence < whole.Confidence && o.want != Telnet && o.want != OracleTNS && o.want != Syslog {
					bad = append(bad, fmt.Sprint(ends))
				}
			}
			for n := range max(len(o.of(side)), 1) - 1 {
				try(n + 1)
				if f := o.shuffled(side, n+1); f == nil || told(f) != told(whole) {
					bad = append(bad, fmt.Sprint("shuffled ", n+1))
				}
				if n > 1 {
					try(1+r.IntN(n-1), n+1)
				}
			}
			if len(bad) > 0 {
				t.Errorf("%s: what side %d sends is not told the same when cut after %s", o.String(), side, strings.Join(bad, ", "))
			}
		}
	}
}

// Every signature of a stream has an opening that TestCutAnywhere cuts.
func TestEverySignatureIsCut(t *testing.T) {
	list := allSignatures().tcp.list
	shown := make([]bool, len(list))
	from := len(openings())
	for n, o := range append(openings(), later()...) {
		port := o.port
		if port == 0 {
			port = elsewhere
		}
		for _, side := range [2]int{ours, theirs} {
			b := []byte(o.of(side))
			if o.udp || len(b) == 0 {
				continue
			}
			l := look{b: b, size: len(b), peer: []byte(o.of(1 - side)), from: 40000, to: port, port: port, client: side == ours, spoke: side == o.first, first: true, middle: n >= from, pend: &pending{tcp: true}}
			if side == theirs {
				l.from, l.to = l.to, l.from
			}
			v := allSignatures().tcp
			which := v.may(b, l.size, l.from, l.to)
			for i := range list {
				if list[i].from&roleOf(l.client) != 0 && v.lets(which, i, b) && list[i].match(&l) > more {
					shown[i] = true
				}
			}
		}
	}
	for i, ok := range shown {
		if !ok && list[i].proto != None { // a PROXY header names nothing
			t.Errorf("signature %d (%v) has no opening that it tells", i, list[i].proto)
		}
	}
}

// What is kept in hope goes when the hope does: a flow whose first segment was short and
// whose second is nothing has no slot any more, and costs what every other does.
func TestVainHopeIsForgotten(t *testing.T) {
	for _, first := range []string{"\xca", "e\x00", "\x12\x34\x00", "OPTIONS rt", "{"} {
		d := tcpTalk(elsewhere).say(ours, first)
		if d.note&(Done|counting) != 0 || d.x.Stats().Bytes < pendingCost {
			t.Errorf("%q: note %#x, nothing is kept in hope", first, d.note)
		}
		d.say(ours, "...what is this, and who would have thought of it?\r\n")
		if d.note&Done != 0 || d.note&counting == 0 || d.note&failedBit == 0 {
			t.Errorf("%q: note %#x, want one that counts", first, d.note)
		}
		if kept := int64(len(d.x.small)) * MaxKept; d.x.Stats().Bytes != kept {
			t.Errorf("%q: %d octets are booked, %d of them of buffers", first, d.x.Stats().Bytes, kept)
		}
		d.say(theirs, "nobody\r\n")
		if f := d.end(); f != nil {
			t.Errorf("%q: told as %s", first, f.Protocol)
		}
	}
}

// Where more cannot come in its place there is no hope: in the middle of a connection, of
// a datagram, and behind what the capture cut.
func TestNoHopeWithoutMore(t *testing.T) {
	const half = "\x00\x00\x00\x12\x00\x12\x00\x03\x00" // of a request of Kafka
	middle := tcpTalk(9092)
	middle.blind = true
	for name, d := range map[string]*dialogue{"middle": middle.say(ours, half), "datagram": udpTalk(5060).say(ours, "SIP/2.0")} {
		if d.x.Stats().Bytes != 0 {
			t.Errorf("%s: %d octets are kept", name, d.x.Stats().Bytes)
		}
	}
	x := New(0)
	p := &capture.Packet{Ver: 4, Proto: capture.ProtoTCP, Flags: capture.ACK | capture.PSH, SrcPort: 40000, DstPort: 9092, Index: 1, PayloadLen: 500, PayloadCap: uint32(len(half))}
	if note := x.See(0, p, ours, []byte(half), Place{Known: true, Opener: ours}); note&counting == 0 || x.Stats().Bytes != 0 {
		t.Errorf("cut by the capture: note %#x, %d octets kept", note, x.Stats().Bytes)
	}
}

// A flow that ends while its side is too short for its signature is not told by it: what
// a capture ends in the middle of says no more than it does.
func TestHopeAloneNamesNothing(t *testing.T) {
	for _, o := range openings() {
		if o.udp {
			continue
		}
		whole := o.parts(ours)
		for n := 1; n < len(o.a); n++ {
			if f := o.talk().say(o.first, o.a[:n]).end(); f != nil && f.Protocol != whole.Protocol && (whole.Protocol != WebSocket || f.Protocol != HTTP) {
				t.Errorf("%s, %d octets: told as %s", o.String(), n, f.Protocol)
			}
		}
	}
}

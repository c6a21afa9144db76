package identify

import "testing"

// primary is the first block of a bundle from dtn://b/x to dtn://a/x (RFC 9171, section 4.3.1).
const primary = "\x88\x07\x00\x00\x82\x01\x65//a/x\x82\x01\x65//b/x\x82\x01\x00\x82\x1a\x00\x0f\x42\x40\x00\x19\x0e\x10"

// TestDTNLookalikes: what is nearly a bundle or a contact is none.
func TestDTNLookalikes(t *testing.T) {
	const payload = "\x85\x01\x01\x00\x00\x42hi"
	for what, d := range map[string]*dialogue{
		"a contact of a version that there is not": tcpTalk(4556).say(ours, "dtn!\x05\x00"),
		"bits that are kept":                       tcpTalk(4556).say(ours, "dtn!\x04\x80"),
		"another version of bundles":               udpTalk(4556).say(ours, "\x9f\x88\x06"+primary[2:]+payload+"\xff"),
		"a bundle that does not end":               udpTalk(4556).say(ours, "\x9f"+primary+payload),
		"a number in the place of an endpoint":     udpTalk(4556).say(ours, "\x9f"+primary[:4]+"\x07\x00"+primary[6:]+payload+"\xff"),
		"a checksum that is not announced":         udpTalk(4556).say(ours, "\x9f\x89"+primary[1:]+"\x42ab"+payload+"\xff"),
		"a number behind the first block":          udpTalk(4556).say(ours, "\x9f"+primary+"\x07\xff"),
		"another array of CBOR":                    udpTalk(4556).say(ours, "\x9f\x88\x07\x01\x02\x03\x04\x05\x06\x07\xff"),
		"a contact in a datagram":                  udpTalk(4556).say(ours, "dtn!\x04\x00"),
	} {
		if f := d.end(); f != nil && f.Protocol != None {
			t.Errorf("%s: told as %v", what, f.Protocol)
		}
	}
	if f := tcpTalk(1234).say(ours, "dtn!\x04\x00").end(); f == nil || f.Protocol != TCPCL || f.Confidence != Shape {
		t.Errorf("one end of a contact: %+v", f)
	}
}

package record

import (
	"net/netip"
	"testing"
)

// What the places of ports say of ICMP: the type, and the code of what nothing answers. Where no head of
// a message was captured, both are 0 and nothing is said, a type of 0 that was answered is one.
func TestICMPOfARecord(t *testing.T) {
	four, six := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for _, c := range []struct {
		name       string
		from       netip.Addr
		proto      uint8
		orig, resp uint16
		typ, code  uint8
		known, ok  bool
	}{
		{"a ping", four, 1, 8, 0, 8, 0, false, true},
		{"an answer alone", four, 1, 0, 8, 0, 0, false, true},
		{"a port that is closed", four, 1, 3, 3, 3, 3, true, true},
		{"a net that is not there", four, 1, 3, 0, 3, 0, true, true},
		{"a ping of IPv6", six, 58, 128, 129, 128, 0, false, true},
		{"a packet too big, IPv6", six, 58, 2, 0, 2, 0, true, true},
		{"time exceeded in reassembly, IPv6", six, 58, 3, 1, 3, 1, true, true},
		{"no head captured", four, 1, 0, 0, 0, 0, false, false},
		{"TCP", four, 6, 8, 0, 0, 0, false, false},
	} {
		r := &Record{Proto: c.proto, Orig: Side{Addr: c.from, Port: c.orig}, Resp: Side{Port: c.resp}}
		if typ, code, known, ok := r.ICMP(); typ != c.typ || code != c.code || known != c.known || ok != c.ok {
			t.Errorf("%s: type %d, code %d (%v), %v", c.name, typ, code, known, ok)
		}
	}
}

package catalog

import (
	"testing"

	"portero/capture"
)

// TestPortNamed: names of the registry and of practice, with the transport where it is only one; none
// where several numbers have the name.
func TestPortNamed(t *testing.T) {
	c := Default()
	for _, x := range []struct {
		name  string
		port  uint16
		proto uint8
		ok    bool
	}{
		{"http", 80, 0, true},
		{"DOMAIN", 53, 0, true},
		{"shell", 514, capture.ProtoTCP, true},
		{"tftp", 69, 0, true},
		{"pfcp", 8805, capture.ProtoUDP, true},
		{"s7comm", 102, capture.ProtoTCP, true}, // in practice
		{"rap", 0, 0, false},                    // 38 and 256
		{"no-such-service", 0, 0, false},
		{"", 0, 0, false},
	} {
		if port, proto, ok := c.PortNamed(x.name); port != x.port || proto != x.proto || ok != x.ok {
			t.Errorf("%q: %d/%d %v, want %d/%d %v", x.name, port, proto, ok, x.port, x.proto, x.ok)
		}
	}
}

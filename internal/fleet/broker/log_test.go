package broker

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"portero/internal/fleet/bus"
)

// Clients that are refused again and again do not fill the log of a broker, nor hide what else is wrong.
func TestTheLogIsNotFlooded(t *testing.T) {
	var said []string
	l := &logger{say: func(s string) { said = append(said, s) }, often: bus.Seldom{Burst: 10}}
	for i := range 1000 {
		// As the server makes it: which client stands in the format.
		l.Errorf(fmt.Sprintf("192.0.2.%d:%d - cid:%d - ", i%100, 40000+i, i)+"TLS handshake error: %v%s", "tls: bad certificate", "")
		if i == 900 {
			l.Errorf("JetStream failed to store a msg on stream '%s > %s': %v", "$G", "FLOWS", "no space left on device")
		}
	}
	if len(said) != 11 || said[0] != "error: 192.0.2.0:40000 - cid:0 - TLS handshake error: tls: bad certificate" || !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "no space left") }) {
		t.Errorf("%d lines: %q", len(said), said)
	}
}

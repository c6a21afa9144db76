package teach_test

import (
	"strings"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// What holds of UDP is not said of other protocols: SCTP opens associations, and nobody
// posts a letter with an ICMP or IGMP packet.
func TestOtherProtocolsAreNoPost(t *testing.T) {
	for proto, name := range map[uint8]string{capture.ProtoSCTP: "SCTP", capture.ProtoICMP: "ICMP", 2: "IP protocol 2"} {
		s := story.NewUDP().Data(8).Reply(8).Data(9)
		for i := range s.Packets {
			s.Packets[i].Proto = proto
		}
		rec := s.Record()
		rec.Proto, rec.Handshake, rec.Exchange = proto, handshake.None, handshake.ExchangeNone
		l := teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: teach.English})
		text := strings.Join(append(l.Intro, l.Outro...), " ")
		for _, r := range l.Rungs {
			text += " " + r.Quote + " " + r.Plain
		}
		if !strings.Contains(text, name) || !strings.Contains(text, "The server sends 8 bytes.") {
			t.Errorf("%d: %s", proto, text)
		}
		for _, not := range []string{"letter", "UDP itself", "nobody calls", "Dear", "datagram"} {
			if strings.Contains(text, not) {
				t.Errorf("%s: it says %q: %s", name, not, text)
			}
		}
		if proto == capture.ProtoSCTP && strings.Contains(text, "nothing was opened") {
			t.Errorf("SCTP opens associations: %s", text)
		}
	}
}

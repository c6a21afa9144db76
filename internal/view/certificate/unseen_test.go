package certificate

import (
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// TestUnseen: a certificate names what was acknowledged and is not in the capture, and that a FIN may be among it.
func TestUnseen(t *testing.T) {
	const fin, ack = capture.FIN | capture.ACK, capture.ACK
	open := func() *story.Story { return story.New().Open().Data(100).Reply(200).ACK() }
	for _, x := range []struct{ name, en, es string }{
		{"fin", "frame 7 acknowledges a number of the originator that is not in the capture: its FIN, or one octet.", "la trama 7 confirma un número del iniciador que no está en la captura: su FIN o un octeto."},
		{"octets", "frames 7 to 9 acknowledge 60 octets of the responder that are not in the capture.", "las tramas 7 a 9 confirman 60 octetos del respondedor que no están en la captura."},
		{"both", "frame 7 acknowledges 11 octets of the originator that are not in the capture; the last may be its FIN.", "la trama 7 confirma 11 octetos del iniciador que no están en la captura; el último puede ser su FIN."},
		{"third", "ACK missed by the capture: the numbers of later packets presuppose it; frame 3 acknowledges 10 octets of the originator that are not in the capture.",
			"ACK: la captura no lo vio; los números de paquetes posteriores lo suponen; la trama 3 confirma 10 octetos del iniciador que no están en la captura."},
		{"gap", "frame 8 acknowledges 50 octets of the responder that are not in the capture.", "la trama 8 confirma 50 octetos del respondedor que no están en la captura."},
		{"none", "", ""},
	} {
		s := open()
		switch x.name {
		case "fin":
			s.Lose(0, fin, 0).RespACK().RespFIN().ACK()
		case "octets":
			s.Lose(1, ack, 10).ACK().Lose(1, ack, 20).ACK().Lose(1, ack, 30).ACK().Close()
		case "gap":
			s.Lose(1, ack, 50).Reply(70).ACK().Close()
		case "both":
			s.Lose(0, fin, 10).RespACK().RespFIN().ACK()
		case "third":
			s = story.New().SYN().SYNACK().Lose(0, ack, 10).RespACK().Data(5).RespACK()
		default:
			s.Close()
		}
		r := s.Record()
		c := Build(r, trace.Build(s.Packets, r), Context{})
		var missing, closed Text
		for _, i := range c.Items {
			switch i.Label.EN {
			case "missing?":
				missing = i.Text
			case "closed":
				closed = i.Text
			}
		}
		if missing != (Text{x.en, x.es}) {
			t.Errorf("%s: %q", x.name, missing)
		}
		if maybe := strings.Contains(closed.EN, "may have been missed") && strings.Contains(closed.ES, "pudo escapar"); maybe != (x.name == "fin" || x.name == "both") {
			t.Errorf("%s: %q", x.name, closed)
		}
	}
}

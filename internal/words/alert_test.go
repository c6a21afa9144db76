package words

import (
	"strings"
	"testing"

	"portero/catalog/identify"
)

// An alert is told in plain words, with its name, who sent it and where; a warning and a
// goodbye are no refusal, and a number that nobody knows stays one.
func TestAlertInWords(t *testing.T) {
	for _, c := range []struct {
		h      identify.Hello
		en, es string
	}{
		{identify.Hello{HasAlert: true, AlertFatal: true, Alert: 48, AlertFrame: 8}, "TLS failed, the client refused: who issued the other end's certificate is not trusted (alert 48 unknown_ca, frame 8)",
			"TLS falló, el cliente rechazó la conexión: no confía en quien emitió el certificado del otro extremo (alerta 48 unknown_ca, trama 8)"},
		{identify.Hello{HasAlert: true, AlertFatal: true, Alert: 200, AlertBy: 1}, "TLS failed, the server refused (alert 200)", "TLS falló, el servidor rechazó la conexión (alerta 200)"},
		{identify.Hello{HasAlert: true, Alert: 112, AlertBy: 1, AlertFrame: 2}, "the server warned: the name asked for is not known here (alert 112 unrecognized_name, frame 2)",
			"el servidor avisó: no se conoce aquí el nombre pedido (alerta 112 unrecognized_name, trama 2)"},
		{identify.Hello{HasAlert: true}, "the client ended TLS before it was set up (alert 0 close_notify)", "el cliente acabó TLS antes de que se estableciera (alerta 0 close_notify)"},
	} {
		if en, es := TLSAlert(c.h.Alert, c.h.AlertName(), c.h.AlertBy == 1, c.h.AlertFatal, c.h.AlertFrame); en != c.en || es != c.es {
			t.Errorf("%q\n%q", en, es)
		}
	}
	for n := range 256 {
		if en, es := alertWhy(uint8(n)); (en == "") != (es == "") || en != "" && identify.AlertName(uint8(n)) == "" || strings.HasSuffix(en, ".") {
			t.Errorf("%d: %q, %q", n, en, es)
		}
	}
}

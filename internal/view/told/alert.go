package told

import (
	"fmt"

	"portero/catalog/identify"
)

// alert says what a TLS alert in clear means, who sent it and where: TCP completed, and
// TLS did not.
func alert(h *identify.Hello) Text {
	by, quien := "client", "el cliente"
	if h.AlertBy == 1 {
		by, quien = "server", "el servidor"
	}
	what := Text{fmt.Sprintf("alert %d", h.Alert), fmt.Sprintf("alerta %d", h.Alert)}
	if n := identify.AlertName(h.Alert); n != "" {
		what.EN += " " + n
		what.ES += " " + n
	}
	if h.AlertFrame != 0 {
		what.EN += fmt.Sprintf(", frame %d", h.AlertFrame)
		what.ES += fmt.Sprintf(", trama %d", h.AlertFrame)
	}
	why := alertWhy(h.Alert)
	if why.EN != "" {
		why = Text{": " + why.EN, ": " + why.ES}
	}
	switch {
	case h.Alert == 0 || h.Alert == 90:
		return Text{"the " + by + " ended TLS before it was set up (" + what.EN + ")", quien + " acabó TLS antes de que se estableciera (" + what.ES + ")"}
	case !h.AlertFatal:
		return Text{"the " + by + " warned" + why.EN + " (" + what.EN + ")", quien + " avisó" + why.ES + " (" + what.ES + ")"}
	}
	return Text{"TLS failed, the " + by + " refused" + why.EN + " (" + what.EN + ")", "TLS falló, " + quien + " rechazó la conexión" + why.ES + " (" + what.ES + ")"}
}

// alertWhy is an alert in plain words, nothing for those that tell only programmers more
// than their name.
func alertWhy(n uint8) Text {
	switch n {
	case 40:
		return Text{"no settings, or no certificate, that suit both", "no hay ajustes, o certificado, que valgan para ambos"}
	case 41, 116:
		return Text{"the other end shows no certificate", "el otro extremo no muestra certificado"}
	case 42, 43, 46:
		return Text{"the other end's certificate is not accepted", "no acepta el certificado del otro extremo"}
	case 44:
		return Text{"the other end's certificate was revoked", "el certificado del otro extremo está revocado"}
	case 45:
		return Text{"the other end's certificate is out of date", "el certificado del otro extremo está fuera de fecha"}
	case 48:
		return Text{"who issued the other end's certificate is not trusted", "no confía en quien emitió el certificado del otro extremo"}
	case 49:
		return Text{"the other end is not allowed in", "el otro extremo no tiene permiso"}
	case 20, 21, 51:
		return Text{"what came does not decipher or verify", "lo que llegó no se puede descifrar o comprobar"}
	case 70:
		return Text{"no version of TLS that both speak", "no hay una versión de TLS que hablen ambos"}
	case 71:
		return Text{"what is offered is too weak", "lo que se ofrece es demasiado débil"}
	case 86:
		return Text{"an older version was tried than both speak", "se probó una versión más antigua que la que hablan ambos"}
	case 80:
		return Text{"an error of its own", "un error propio"}
	case 112:
		return Text{"the name asked for is not known here", "no se conoce aquí el nombre pedido"}
	case 115:
		return Text{"the shared key's name is not known", "no se conoce el nombre de la clave compartida"}
	case 120:
		return Text{"no application protocol that both speak", "no hay un protocolo de aplicación que hablen ambos"}
	}
	return Text{}
}

package words

import "fmt"

// TLSAlert says what alert n of TLS in clear means, whose name the field's documents give: who sent it, the server or the
// client, whether it is fatal, and in which frame, 0 for unknown.
func TLSAlert(n uint8, name string, server, fatal bool, frame uint64) (en, es string) {
	by, quien := "client", "el cliente"
	if server {
		by, quien = "server", "el servidor"
	}
	what, cual := fmt.Sprintf("alert %d", n), fmt.Sprintf("alerta %d", n)
	if name != "" {
		what, cual = what+" "+name, cual+" "+name
	}
	if frame != 0 {
		what, cual = what+fmt.Sprintf(", frame %d", frame), cual+fmt.Sprintf(", trama %d", frame)
	}
	why, porque := alertWhy(n)
	if why != "" {
		why, porque = ": "+why, ": "+porque
	}
	switch {
	case n == 0 || n == 90:
		return "the " + by + " ended TLS before it was set up (" + what + ")", quien + " acabó TLS antes de que se estableciera (" + cual + ")"
	case !fatal:
		return "the " + by + " warned" + why + " (" + what + ")", quien + " avisó" + porque + " (" + cual + ")"
	}
	return "TLS failed, the " + by + " refused" + why + " (" + what + ")", "TLS falló, " + quien + " rechazó la conexión" + porque + " (" + cual + ")"
}

// alertWhy is an alert in plain words, nothing for those that tell only programmers more
// than their name.
func alertWhy(n uint8) (en, es string) {
	switch n {
	case 40:
		return "no settings, or no certificate, that suit both", "no hay ajustes, o certificado, que valgan para ambos"
	case 41, 116:
		return "the other end shows no certificate", "el otro extremo no muestra certificado"
	case 42, 43, 46:
		return "the other end's certificate is not accepted", "no acepta el certificado del otro extremo"
	case 44:
		return "the other end's certificate was revoked", "el certificado del otro extremo está revocado"
	case 45:
		return "the other end's certificate is out of date", "el certificado del otro extremo está fuera de fecha"
	case 48:
		return "who issued the other end's certificate is not trusted", "no confía en quien emitió el certificado del otro extremo"
	case 49:
		return "the other end is not allowed in", "el otro extremo no tiene permiso"
	case 20, 21, 51:
		return "what came does not decipher or verify", "lo que llegó no se puede descifrar o comprobar"
	case 70:
		return "no version of TLS that both speak", "no hay una versión de TLS que hablen ambos"
	case 71:
		return "what is offered is too weak", "lo que se ofrece es demasiado débil"
	case 86:
		return "an older version was tried than both speak", "se probó una versión más antigua que la que hablan ambos"
	case 80:
		return "an error of its own", "un error propio"
	case 112:
		return "the name asked for is not known here", "no se conoce aquí el nombre pedido"
	case 115:
		return "the shared key's name is not known", "no se conoce el nombre de la clave compartida"
	case 120:
		return "no application protocol that both speak", "no hay un protocolo de aplicación que hablen ambos"
	}
	return "", ""
}

package findings

import (
	"strings"
	"time"

	"portero/capture"
	"portero/internal/policy"
	"portero/internal/record"
	"portero/internal/words"
)

// Text says in one sentence what was seen, with its numbers. Names of services come from the
// catalogue; addresses, and names of domains and users, from the wire.
func (f *Finding) Text(l words.Lang) string {
	for _, tell := range []func(*Finding, words.Lang) string{(*Finding).patternText, (*Finding).spokenText, (*Finding).placeText} {
		if s := tell(f, l); s != "" {
			return s
		}
	}
	return f.Kind
}

// door is the port with its service, spot the same after a comma, bare the port alone.
func (f *Finding) door(l words.Lang) number {
	return number{f.Port, f.Proto, words.Fact(l, f.Name), true, l}
}
func (f *Finding) spot(l words.Lang) number {
	return number{f.Port, f.Proto, words.Fact(l, f.Name), false, l}
}
func (f *Finding) bare(l words.Lang) number { return number{f.Port, f.Proto, "", false, l} }

// patternText tells what many connections add up to.
func (f *Finding) patternText(l words.Lang) string {
	door, spot := f.door(l), f.spot(l)
	switch f.Kind {
	case "scan-ports":
		ports := l.Pick("ports", "puertos")
		if f.Proto == capture.ProtoSCTP {
			ports = l.Pick("SCTP ports", "puertos SCTP")
		}
		s := say(l.Pick("%s tried %d %s of %s within %s, in vain", "%s probó en vano %d %s de %s en %s"), f.Actor, f.Count, ports, f.Target, span(f.took()))
		if f.Extra > 0 {
			s += say(l.Pick("; answered and not used: %d", "; con respuesta y sin usar: %d"), f.Extra)
		}
		return s
	case "scan-hosts":
		return say(l.Pick("%s tried %s of %d machines, in vain (%d attempts)", "%s probó en vano %s de %d equipos (%d intentos)"), f.Actor, door, f.Count, f.Of)
	case "scan-answered":
		return say(l.Pick("%s was let in on %s by %d machines within %s (%d connections)", "a %s lo dejaron entrar por %s %d equipos en %s (%d conexiones)"), f.Actor, door, f.Count, span(f.took()), f.Of)
	case "scan-stealth":
		if f.Proto == 0 {
			return say(l.Pick("%s sent packets of %d different IP protocols to %s", "%s envió paquetes de %d protocolos IP distintos a %s"), f.Actor, f.Count, f.Target)
		}
		return say(l.Pick("%s sent odd segments to %d ports of %s", "%s envió segmentos raros a %d puertos de %s"), f.Actor, f.Count, f.Target)
	case "scan-udp":
		if f.Port != 0 {
			return say(l.Pick("%s asked %s of %d machines and was not answered", "%s preguntó a %s de %d equipos sin obtener respuesta"), f.Actor, door, f.Count)
		}
		return say(l.Pick("%s asked %d UDP ports of %s and was not answered", "%s preguntó a %d puertos UDP de %s sin obtener respuesta"), f.Actor, f.Count, f.Target)
	case "scan-arp":
		return say(l.Pick("%s asked by ARP for %d addresses within %s, and nobody was seen at %d of them", "%s preguntó por ARP por %d direcciones en %s, y en %d de ellas no se vio a nadie"), f.Actor, f.Of, span(f.took()), f.Count)
	case "flood-halfopen":
		return say(l.Pick("%s, %s: %d of %d new connections within %s were never finished, from %s in all", "%s, %s: %d de %d conexiones nuevas en %s quedaron sin terminar, desde %s en total"),
			f.Target, spot, f.Count, f.Of, span(f.took()), plural(f.Extra, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones")))
	case "flood-datagrams":
		s, from := say(l.Pick("%s was pinged", "a %s le hicieron ping"), f.Target), plural(f.Extra, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones"))
		if f.Port != 0 || f.Proto == capture.ProtoUDP {
			s = say(l.Pick("%s, %s: asked", "%s, %s: preguntado"), f.Target, spot)
		}
		return s + say(l.Pick(" %d times within %s by %s in all, and did not answer", " %d veces en %s por %s en total, y no contestó"), f.Count, span(f.took()), from)
	case "flood-reset":
		return say(l.Pick("%d connections of %s with %s, %s, were cut by RST within %s", "%d conexiones de %s con %s, %s, acabaron con RST en %s"), f.Count, f.Actor, f.Target, spot, span(f.took()))
	case "flood-amplify":
		if f.Of == 0 {
			return say(l.Pick("%s received %d octets from %s on %s, and no question was captured", "%s recibió %d octetos de %s por %s, y no se capturó ninguna pregunta"), f.Target, f.Count, plural(f.Extra, l.Pick("machine", "equipo"), l.Pick("machines", "equipos")), door)
		}
		return say(l.Pick("%s received %d octets from %s on %s for %d octets of questions", "%s recibió %d octetos de %s por %s a cambio de %d octetos de preguntas"), f.Target, f.Count, plural(f.Extra, l.Pick("machine", "equipo"), l.Pick("machines", "equipos")), door, f.Of)
	case "backscatter":
		if f.Actor.IsValid() {
			return say(l.Pick("%s got %d answers within %s from %s that it had not asked", "%s recibió %d respuestas en %s de %s a las que no había preguntado"), f.Actor, f.Count, span(f.took()), plural(f.Extra, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones")))
		}
		return say(l.Pick("%s answered %d times within %s to %s that had not asked", "%s contestó %d veces en %s a %s sin que hubiera pregunta"), f.Target, f.Count, span(f.took()), plural(f.Extra, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones")))
	case "auth-guessing":
		return say(l.Pick("%s opened %d short sessions with %s, %s, within %s", "%s abrió %d sesiones cortas con %s, %s, en %s"), f.Actor, f.Count, f.Target, spot, span(f.took()))
	case "beacon":
		return say(l.Pick("%s called %s, %s, %d times, every %s", "%s llamó a %s, %s, %d veces, cada %s"), f.Actor, f.Target, spot, f.Count, span(time.Duration(f.Extra)))
	}
	return ""
}

// spokenText tells what the payload showed.
func (f *Finding) spokenText(l words.Lang) string {
	spot, bare := f.spot(l), f.bare(l)
	switch f.Kind {
	case "cleartext-credentials":
		format := l.Pick("%s, %s: %s sent readable (%s), by %s", "%s, %s: %s se envió legible (%s), desde %s")
		if f.Others || f.Sizes {
			format = l.Pick(format, "%s, %s: %s se enviaron legibles (%s), desde %s")
		}
		return say(format, f.Target, bare, secretOf(f, l), f.Name, clients(f.Count, l))
	case "cleartext-protocol":
		return say(l.Pick("%s, %s, speaks without encryption with %s", "%s, %s, habla sin cifrar con %s"), f.Target, spot, clients(f.Count, l))
	case "port-mismatch":
		s := say(l.Pick("%s speaks %s on port %d/%s", "%s habla %s en el puerto %d/%s"), f.Target, f.Name, f.Port, record.ProtoName(f.Proto))
		if f.Detail != "" {
			s += say(l.Pick(", the door of %s", ", la puerta de %s"), f.Detail)
		}
		return s
	case "tls-weak":
		return say(l.Pick("%s, %s: %s agreed on with %s", "%s, %s: se acordó %s con %s"), f.Target, bare, f.Name, clients(f.Count, l))
	case "tls-certificate":
		s, others := say(l.Pick("%s, %s: the certificate %s", "%s, %s: el certificado %s"), f.Target, bare, flaw(f.Name, l)), ""
		if f.Others {
			others = l.Pick("; others too", "; otros también")
		}
		if f.Detail != "" {
			s += " (" + f.Detail + others + ")"
		}
		return s
	case "dns-tunnel":
		domain := f.Detail
		switch domain {
		case noDomain:
			return say(l.Pick("%s asked for %d different names that end in no domain, %d octets long on average", "%s preguntó por %d nombres distintos que no acaban en ningún dominio, de %d octetos por término medio"), f.Actor, f.Count, f.Extra)
		case "":
			domain = l.Pick("one domain", "un mismo dominio")
		}
		return say(l.Pick("%s asked for %d different names under %s, %d octets long on average", "%s preguntó por %d nombres distintos de %s, de %d octetos por término medio"), f.Actor, f.Count, domain, f.Extra)
	case "payload-unknown":
		return say(l.Pick("%s, %s: what it exchanged with %s is not recognised and looks enciphered", "%s, %s: lo que intercambió con %s no se reconoce y parece cifrado"), f.Target, spot, clients(f.Count, l))
	case "mining":
		return say(l.Pick("%s spoke %s with %s, %s", "%s habló %s con %s, %s"), f.Actor, f.Name, f.Target, bare)
	case "anonymity":
		return say(l.Pick("%s used %s, %s (%s)", "%s usó %s, %s (%s)"), f.Actor, f.Target, bare, words.Fact(l, f.Name))
	}
	return ""
}

// placeText tells who was found where.
func (f *Finding) placeText(l words.Lang) string {
	door, bare := f.door(l), f.bare(l)
	switch f.Kind {
	case "exposure":
		return say(l.Pick("%s serves %s to %s of the Internet", "%s atiende %s a %s de Internet"), f.Target, door, plural(f.Count, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones")))
	case "lan-poisoning":
		switch f.Name {
		case "arp":
			return say(l.Pick("%s is claimed by %d machines within a minute%s", "%s lo reclaman %d equipos en menos de un minuto%s"), f.Target, f.Count, listed(f.Detail))
		case "dhcp":
			return say(l.Pick("%d machines hand out addresses%s", "%d equipos reparten direcciones%s"), f.Count, listed(f.Detail))
		}
		return say(l.Pick("%s answered for %d different names (%s)", "%s contestó por %d nombres distintos (%s)"), f.Actor, f.Count, f.Name)
	case "not-in-policy":
		why, line := f.Rule()
		switch why {
		case policy.NotCaller:
			return say(l.Pick("%s answered %s on %s: line %d expects others there", "%s contestó a %s en %s: la línea %d espera a otros ahí"), f.Target, f.Actor, door, line)
		case policy.NoDoor:
			return say(l.Pick("%s answered on %s: line %d names the machine, not this door", "%s contestó en %s: la línea %d nombra el equipo, no esta puerta"), f.Target, door, line)
		}
		return say(l.Pick("%s answered on %s: no line names it", "%s contestó en %s: ninguna línea lo nombra"), f.Target, door)
	case "shell-given":
		if f.Name == outwards {
			return say(l.Pick("%s called %s, %s, and gave it a shell of its own machine", "%s llamó a %s, %s, y le dio un shell de su propio equipo"), f.Actor, f.Target, bare)
		}
		return say(l.Pick("%s gave a shell to who called it on %s", "%s dio un shell a quien lo llamó por %s"), f.Target, bare)
	case "upload-large":
		return say(l.Pick("%s sent %d octets to %s and got %d", "%s envió %d octetos a %s y recibió %d"), f.Actor, f.Count, f.Target, f.Of)
	case "listener-new":
		return say(l.Pick("%s was seen to serve %s for the first time", "a %s se le vio atender %s por primera vez"), f.Target, door)
	case "address-bogon":
		if f.Name == bogonSelf {
			return say(l.Pick("%s was called in its own name, %s, from the same port: forged, or a fault (LAND)", "a %s llamaron en su propio nombre, %s, desde el mismo puerto: falso, o una avería (LAND)"), f.Target, bare)
		}
		block, answer := strings.CutSuffix(f.Name, bogonAnswer)
		format := l.Pick("%s was called by %s: no machine has such an address (%s)", "a %s llamaron desde %s: ningún equipo tiene una así (%s)")
		if answer {
			format = l.Pick("%s was answered by %s: no machine has such an address (%s)", "a %s contestaron desde %s: ningún equipo tiene una así (%s)")
		}
		if b, called := strings.CutSuffix(block, bogonCalled); called {
			block = b
			format = l.Pick("%s answered %s, and nothing from there was captured: no machine has such an address (%s)", "%s contestó a %s, y de ahí no se capturó nada: ningún equipo tiene una así (%s)")
		}
		return say(format, f.Target, someOf(f, l), block)
	case "port-dynamic-server":
		return say(l.Pick("%s serves %s to %d clients", "%s atiende %s a %d clientes"), f.Target, door, f.Count)
	case "lateral-admin":
		return say(l.Pick("%s opened remote control or shares of %d machines inside", "%s abrió control remoto o recursos compartidos de %d equipos interiores"), f.Actor, f.Count)
	case "port-backdoor":
		return say(l.Pick("%s answers on port %d/%s, a number that %s used; the number alone proves nothing", "%s contesta en el puerto %d/%s, un número que usó %s; el número solo no prueba nada"),
			f.Target, f.Port, record.ProtoName(f.Proto), words.Fact(l, f.Name))
	}
	return ""
}

// plural counts in words: "1 client", "3 clients".
func plural(n uint64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	if n == maxHosts {
		return say(">= %d %s", n, more) // as many as are told apart
	}
	return say("%d %s", n, more)
}

func clients(n uint64, l words.Lang) string {
	return plural(n, l.Pick("client", "cliente"), l.Pick("clients", "clientes"))
}

// secretOf says for whom a secret was readable, and its length; the secret itself is
// nowhere, and whether it was the right one neither. Where several are told together, what only
// the first of them had is not said of all.
func secretOf(f *Finding, l words.Lang) string {
	if f.Others || f.Sizes {
		switch {
		case f.Detail == "":
			return l.Pick("several secrets", "varios secretos")
		case f.Others:
			return say(l.Pick("passwords for %q and others", "contraseñas para %q y otros"), f.Detail)
		}
		return say(l.Pick("several passwords for %q", "varias contraseñas para %q"), f.Detail)
	}
	s := l.Pick("a secret", "un secreto")
	if f.Detail != "" {
		s = say(l.Pick("a password for %q", "una contraseña para %q"), f.Detail)
	}
	if f.Extra > 0 {
		s += " (" + plural(f.Extra, l.Pick("octet", "octeto"), l.Pick("octets", "octetos")) + ")"
	}
	return s
}

// someOf counts addresses and names the first of them, where it is told.
func someOf(f *Finding, l words.Lang) string {
	switch {
	case f.Detail == "":
		return plural(f.Count, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones"))
	case f.Count == 1:
		return l.Pick("", "la dirección ") + f.Detail
	}
	return plural(f.Count, l.Pick("address", "dirección"), l.Pick("addresses", "direcciones")) + l.Pick(", such as ", ", como ") + f.Detail
}

// listed is what follows a count: nothing where names are left out.
func listed(names string) string {
	if names == "" {
		return ""
	}
	return ": " + names
}

// flaw says what is not in order with a certificate.
func flaw(name string, l words.Lang) string {
	switch name {
	case "expired":
		return l.Pick("is out of date", "está caducado")
	case "early":
		return l.Pick("is not valid yet", "aún no vale")
	case "self-signed":
		return l.Pick("is signed by itself", "se firma a sí mismo")
	case "name":
		return l.Pick("is for another name", "es para otro nombre")
	case "long":
		return l.Pick("is valid for longer than public ones may be", "vale más tiempo que el permitido a los públicos")
	}
	return name
}

// took is how long it really took: the window is only the longest it may take.
func (f *Finding) took() time.Duration {
	if d := time.Duration(f.Last - f.First); d > 0 && d < f.Window && f.Kind != "flood-halfopen" {
		return d
	}
	return f.Window
}

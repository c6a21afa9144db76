package words

// ICMP's types by version of IP, of those that a row of their own may be of. Question and answer of
// one kind are under the question.
var (
	icmp4 = map[uint8][2]string{
		3: {"destination unreachable", "destino inalcanzable"}, 4: {"source quench", "petición de frenar (source quench)"}, 5: {"redirect", "redirección"},
		8: {"ping", "ping"}, 9: {"router advertisement", "anuncio de enrutador (router)"}, 10: {"router solicitation", "búsqueda de enrutador (router)"},
		11: {"time exceeded", "tiempo agotado"}, 12: {"parameter problem", "cabecera con un problema"}, 13: {"timestamp", "hora"}, 15: {"information", "información"}, 17: {"address mask", "máscara de red"},
	}
	icmp6 = map[uint8][2]string{
		1: {"destination unreachable", "destino inalcanzable"}, 2: {"packet too big", "paquete demasiado grande"}, 3: {"time exceeded", "tiempo agotado"}, 4: {"parameter problem", "cabecera con un problema"},
		128: {"ping", "ping"}, 130: {"who listens to multicast?", "¿quién escucha multidifusión?"}, 131: {"listens to multicast", "escucha multidifusión"}, 132: {"listens to multicast no more", "ya no escucha multidifusión"},
		133: {"router solicitation", "búsqueda de enrutador (router)"}, 134: {"router advertisement", "anuncio de enrutador (router)"}, 135: {"neighbour solicitation", "búsqueda de vecino"},
		136: {"neighbour advertisement", "anuncio de vecino"}, 137: {"redirect", "redirección"}, 139: {"node information", "información del nodo"}, 143: {"listens to multicast", "escucha multidifusión"},
	}
)

// ICMP is the word for a type of ICMP, or of ICMPv6 where six; "" where it has none here.
func ICMP(l Lang, six bool, typ uint8) string {
	p := icmp4[typ]
	if six {
		p = icmp6[typ]
	}
	return l.Pick(p[0], p[1])
}

// The reasons of ICMP's errors, by code: what was not reachable.
var (
	unreachable4 = [][2]string{{"net unreachable", "red inalcanzable"}, {"host unreachable", "equipo inalcanzable"}, {"protocol unreachable", "protocolo inalcanzable"},
		{"port unreachable", "puerto inalcanzable"}, {"fragmentation needed", "hay que fragmentar"}, {"source route failed", "falló la ruta pedida"}, {"net unknown", "red desconocida"},
		{"host unknown", "equipo desconocido"}, {"host isolated", "equipo aislado"}, {"net prohibited", "red prohibida"}, {"host prohibited", "equipo prohibido"},
		{"net unreachable", "red inalcanzable"}, {"host unreachable", "equipo inalcanzable"}, {"prohibited", "prohibido"}} // 11 and 12 for that type of service
	unreachable6 = [][2]string{{"no route", "sin ruta"}, {"prohibited", "prohibido"}, {"beyond scope", "fuera de su ámbito"}, {"host unreachable", "equipo inalcanzable"},
		{"port unreachable", "puerto inalcanzable"}, {"source prohibited", "origen prohibido"}, {"route rejected", "ruta rechazada"}}
)

// ICMPError names the ICMP errors, or of ICMPv6 where six, that end attempts (RFC 792, RFC 1812, RFC 4443).
func ICMPError(l Lang, six bool, typ, code uint8) string {
	unreachable := unreachable4
	if six {
		unreachable = unreachable6
	}
	switch {
	case six && typ == 1, !six && typ == 3:
		if int(code) < len(unreachable) {
			return l.Pick(unreachable[code][0], unreachable[code][1])
		}
		return l.Pick("unreachable", "inalcanzable")
	case six && typ == 2:
		return l.Pick("packet too big", "paquete demasiado grande")
	case six && typ == 3, !six && typ == 11:
		if code == 1 {
			return l.Pick("fragment reassembly time exceeded", "tiempo de reensamblado agotado")
		}
		return l.Pick("time exceeded", "tiempo agotado")
	case six && typ == 4, !six && typ == 12:
		return l.Pick("parameter problem", "problema de parámetros")
	case !six && typ == 4:
		return l.Pick("source quench", "freno al emisor")
	case !six && typ == 5:
		return l.Pick("redirect", "redirección")
	}
	return l.Pick("error", "error")
}

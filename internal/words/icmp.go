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

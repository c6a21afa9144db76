package explain

import (
	"slices"
	"strings"

	lang "portero/internal/words"
)

// shown is the Spanish word that tables have for an entry, "" for none.
func (e *entry) shown() string {
	of := map[string]func(lang.Lang, string) string{"verdict": lang.Verdict, "close": lang.Close, "door": lang.Door, "exchange": lang.Exchange, "handshake kind": lang.Kind,
		"end reason": lang.EndReason, "roles_by": lang.RolesBy, "oddity": lang.Oddity, "quality": lang.Quality, "port class": lang.Class, "column": lang.Column}[e.kind]
	if of == nil {
		return ""
	}
	return of(lang.Spanish, e.word)
}

// aliases are other words of Spanish for what is explained, by kind and word: those of
// doors, of other genders, and of the textbooks.
var aliases = map[string][]string{
	"verdict refused": {"rechazado"}, "verdict filtered": {"filtrado"}, "verdict completed_unseen": {"no vista entera"}, "verdict aborted": {"abandonado"},
	"verdict invalid": {"inválida"}, "verdict unsolicited": {"retrodispersión"}, "verdict unknown": {"desconocida"},
	"close open": {"abierta"}, "door silent": {"callado", "callada"}, "close reset": {"cortada"}, "close half_closed": {"semicierre"},
	"handshake kind fast_open": {"apertura rápida"}, "oddity port_zero": {"puerto 0"},
	"flag SYN": {"sincronizar"}, "flag ACK": {"acuse de recibo", "acuse"}, "flag RST": {"corte"},
	"concept port": {"puerto", "ports", "puertos"}, "concept socket": {"zócalo", "sockets"}, "concept house": {"casa", "portero", "door", "doors", "puerta", "puertas", "doorkeeper"},
	"concept hardware_port": {"puerto físico", "physical port", "logical port", "puerto lógico"},
	"concept ping":          {"echo request", "echo reply", "petición de eco", "respuesta de eco"}, "concept traceroute": {"tracert"},
	"concept neighbour": {"vecino", "neighbor", "arp", "ndp", "neighbour solicitation", "neighbour advertisement", "búsqueda de vecino", "anuncio de vecino"},
	"concept scan":      {"escaneo", "exploración"}, "concept redirect": {"redirección"},
	"concept handshake":           {"acuerdo", "acuerdo en tres fases", "acuerdo de tres vías", "apretón de manos"},
	"concept connection-oriented": {"orientado a conexión", "orientada a conexión", "con conexión", "telephone", "teléfono", "tcp"}, "concept connectionless": {"sin conexión", "letter", "carta", "udp"},
	"concept window": {"ventana"}, "concept seq": {"número de secuencia", "sequence number", "sequence", "secuencia"}, "concept ISN": {"número de secuencia inicial", "número inicial", "initial sequence number"},
	"difference failures": {"fallos"},
	"column rtt":          {"tiempo de ida y vuelta", "ida y vuelta", "round-trip time"}, "column data": {"carga útil"},
	"port class system": {"port classes", "clases de puertos", "bien conocidos", "bien conocido"}, "port class user": {"port classes", "clases de puertos", "registrados", "registrado"}, "port class dynamic": {"port classes", "clases de puertos", "dinámicos", "dinámico", "privados", "ephemeral", "efímeros", "efímero"},
	"concept checksum":        {"suma de comprobación", "offload", "checksum offload", "unfinished checksum", "unfinished checksums", "checksums"},
	"concept TTL":             {"hop limit", "límite de saltos", "time to live", "tiempo de vida"},
	"concept MSS":             {"maximum segment size", "tamaño máximo de segmento"},
	"concept snapshot length": {"snaplen", "snap length", "límite de captura"},
	"concept SYN cookie":      {"SYN cookies", "syncookie", "syncookies", "syn-cookie"},
	"concept retransmission":  {"retransmit", "retransmitted", "retransmisión"},
	"concept keep-alive":      {"keepalive", "keep-alives", "keepalives"},
	"concept fragment":        {"fragmento"},
	"concept multicast":       {"broadcast", "multidifusión", "difusión"},
	"concept injection":       {"inyección"},
	"concept octet":           {"octeto"},
	"concept packet":          {"packets", "paquete", "paquetes", "datagram", "datagrama", "segment", "segmento"},
	"concept address":         {"dirección", "direcciones", "IP", "IP address", "dirección IP"},
	"concept flags":           {"flag", "TCP flags", "indicador", "indicadores", "bandera", "banderas"},
	"concept router":          {"gateway", "enrutador", "encaminador", "puerta de enlace", "pasarela"},
	"concept firewall":        {"cortafuegos", "firewalls"},
	"concept NAT":             {"address translation", "port forwarding", "traducción de direcciones", "reenvío de puertos"},
	"concept loopback":        {"localhost", "bucle local"},
	"concept timeout":         {"time-out", "tiempo de espera", "plazo"},
	"concept originator":      {"iniciador", "cliente", "client"}, "concept responder": {"respondedor", "servidor", "server"},
}

// netstat has the states that netstat, ss and ports --at write in another way than RFC 9293.
var netstat = map[string]string{"SYN-RECV": "SYN-RECEIVED", "FIN-WAIT1": "FIN-WAIT-1", "FIN-WAIT2": "FIN-WAIT-2", "FIN-WAIT": "FIN-WAIT-1", "ESTAB": "ESTABLISHED", "LISTENING": "LISTEN"}

// asPort is w without what people say before a number: port 80, puerto 80, tcp 80, tcp port 80.
func asPort(w string) string {
	words := strings.Fields(w)
	n := len(words)
	if n < 2 || strings.Trim(words[n-1], "0123456789") != "" {
		return w
	}
	proto := ""
	for _, p := range words[:n-1] {
		switch p = strings.ToLower(p); {
		case p == "port" || p == "puerto":
		case proto == "" && (slices.ContainsFunc(protos, func(o transport) bool { return o.name == p })):
			proto = p + "/"
		default:
			return w
		}
	}
	return proto + words[n-1]
}

// bare makes words comparable that people type with or without accents, and with
// spaces, dashes or underscores between.
func bare(s string) string { return bared.Replace(strings.ToLower(s)) }

var bared = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "_", " ", "-", " ")

// called reports whether w is a word of Spanish for the entry.
func (e *entry) called(w string) bool {
	w = bare(w)
	if s := e.shown(); s != "" && bare(s) == w {
		return true
	}
	for _, a := range aliases[e.kind+" "+e.word] {
		if bare(a) == w {
			return true
		}
	}
	return false
}

// history reports whether w is to be read as a history of Zeek's before all else: it has
// letters of both ends or of the responder, and conn_state is always written in capitals.
func history(w string) bool {
	_, ok := History(lang.English, w)
	return ok && strings.ToUpper(w) != w
}

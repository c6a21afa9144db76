package explain

import (
	"slices"
	"strconv"
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
	"concept scan":      {"escaneo", "exploración"}, "concept redirect": {"redirección", "redirection", "redirigir", "redireccionar"},
	"concept handshake":           {"acuerdo", "acuerdo en tres fases", "acuerdo de tres vías", "apretón de manos", "three-way handshake", "3-way handshake", "three way handshake", "apretón de manos de tres vías", "apretón de manos de tres", "saludo", "saludo de tres vías", "negociación en tres pasos"},
	"concept connection-oriented": {"orientado a conexión", "orientada a conexión", "con conexión", "telephone", "teléfono", "tcp"}, "concept connectionless": {"sin conexión", "letter", "carta", "udp"},
	"concept window": {"ventana"}, "concept seq": {"número de secuencia", "sequence number", "sequence", "secuencia"}, "concept ISN": {"número de secuencia inicial", "número inicial", "initial sequence number"},
	"difference failures": {"fallos"},
	"column rtt":          {"tiempo de ida y vuelta", "ida y vuelta", "round-trip time"}, "column data": {"carga útil"},
	"port class system": {"port classes", "clases de puertos", "bien conocidos", "bien conocido", "well known", "well known ports", "WellKnownPorts", "system ports", "puertos bien conocidos", "puertos conocidos", "puertos del sistema"}, "port class user": {"port classes", "clases de puertos", "registrados", "registrado", "registered", "registered ports", "user ports", "puertos registrados"}, "port class dynamic": {"port classes", "clases de puertos", "dinámicos", "dinámico", "privados", "ephemeral", "efímeros", "efímero", "dynamic ports", "private ports", "ephemeral port", "ephemeral ports", "puerto dinámico", "puertos dinámicos", "puertos privados", "puerto efímero", "puertos efímeros"},
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

// asPort is w without what people say before a number: port 80, puerto 80, tcp 80, tcp port 80, ports 137, 138.
func asPort(w string) string {
	words := strings.Fields(strings.ReplaceAll(w, ", ", ","))
	n := len(words)
	if n == 0 || len(portsOf(words[n-1])) == 0 {
		return w
	}
	proto := ""
	for _, p := range words[:n-1] {
		switch p = strings.ToLower(p); {
		case p == "port" || p == "puerto" || p == "ports" || p == "puertos":
		case proto == "" && (slices.ContainsFunc(protos, func(o transport) bool { return o.name == p })):
			proto = p + "/"
		default:
			return w
		}
	}
	return proto + words[n-1]
}

// doorOf is the port in one end of a connection as tables show it: 192.0.2.1:53/udp, [2001:db8::1]:443,
// door.example:80. What has no dot before its colon is a word of a kind (completeness:31).
func doorOf(w string) string {
	i := strings.LastIndexByte(w, ':')
	if i < 0 || len(portsOf(strings.SplitN(w[i+1:], "/", 2)[0])) != 1 {
		return w
	}
	host := w[:i]
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") || strings.Contains(host, ".") || host == "localhost" || host == "*" {
		return w[i+1:]
	}
	return w
}

// atOnce is how many ports are told of at most where several are asked for in one word.
const atOnce = 100

// portsOf are the ports of a number, a range (137-139) and a list of them (80,443,6000-6003): none where
// it is something else, or they are more than a person reads.
func portsOf(w string) []uint16 {
	var out []uint16
	for _, part := range strings.Split(w, ",") {
		lo, hi, ranged := strings.Cut(part, "-")
		if !ranged {
			hi = lo
		}
		first, err1 := strconv.ParseUint(lo, 10, 16)
		last, err2 := strconv.ParseUint(hi, 10, 16)
		if err1 != nil || err2 != nil || last < first || int(last-first) >= atOnce-len(out) {
			return nil
		}
		for p := first; p <= last; p++ {
			out = append(out, uint16(p))
		}
	}
	return out
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

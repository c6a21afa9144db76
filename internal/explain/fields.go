package explain

import (
	"strings"

	"portero/internal/record"
	lang "portero/internal/words"
)

// Fields are all keys of the record, with what they hold.
func Fields(l lang.Lang) []Entry {
	var all []Entry
	for _, f := range record.Schema() {
		all = append(all, Entry{f.Name, l.Pick("key of the record", kindsES["key of the record"]), Field(l, &f) + "."})
	}
	return all
}

// Field says what a key of the record holds.
func Field(l lang.Lang, f *record.Field) string {
	if l != lang.Spanish {
		return f.Doc
	}
	for _, side := range [...][2]string{{"orig_", "iniciador: "}, {"resp_", "respondedor: "}} {
		if rest, ok := strings.CutPrefix(f.Name, side[0]); ok && sideFieldsES[rest] != "" {
			return side[1] + sideFieldsES[rest]
		}
	}
	return l.Pick(f.Doc, fieldsES[f.Name])
}

// sideFieldsES are the keys that stand for either end, after orig_ and resp_.
var sideFieldsES = map[string]string{
	"addr":       "dirección",
	"port":       "puerto; falta donde el protocolo no los tiene",
	"pkts":       "paquetes vistos, sin las copias exactas",
	"wire_bytes": "octetos en el cable de esos paquetes",
	"payload":    "octetos de datos vistos, cada uno contado una vez",
	"retrans":    "segmentos que repiten octetos ya vistos",
	"ooo":        "segmentos que llenan un hueco anterior",
	"lost":       "octetos que el otro extremo confirmó y la captura nunca vio",
	"mss":        "tamaño máximo de segmento anunciado",
	"wscale":     "escala de ventana anunciada",
	"banner":     "la línea con que se presenta (SSH, SMTP, FTP ...)",
	"software":   "el programa, según se nombra él mismo",
	"name":       "el nombre que el equipo se da (DHCP, mDNS, LLMNR, NetBIOS)",
	"mac":        "la dirección física que dice tener esta dirección (ARP, NDP, DHCP)",
	"vendor":     "fabricante de esa dirección física",
	"country":    "país de la dirección, según la base de --mmdb",
	"asn":        "sistema autónomo de la dirección, según la base de --mmdb",
	"as_org":     "quién lleva ese sistema autónomo, según la base de --mmdb",
}

// fieldsES are the other keys.
var fieldsES = map[string]string{
	"schema":               "versión de esta tabla; solo cambia cuando una clave cambia de nombre o de sentido, o se retira",
	"id":                   "número de orden por el primer paquete de la captura sin filtrar (un datagrama en fragmentos lo es cuando llegó entero o ya no se espera más); un filtro oculta números y nunca los cambia",
	"community_id":         "Community ID versión 1, semilla 0: el mismo en todos los programas",
	"proto":                "tcp, udp, icmp, icmp6, sctp, o el número del protocolo de IP",
	"roles_by":             "la pista que distinguió iniciador de respondedor: syn, synack, port, payload, first",
	"vlan":                 "números de VLAN, primero el de más afuera",
	"tunnel":               "tipos de los túneles que la envuelven, primero el de más afuera, separados por comas",
	"tunnel_ends":          "extremos exteriores de los túneles que los tienen, separados por comas",
	"first":                "hora del primer paquete",
	"last":                 "hora del último paquete",
	"duration_us":          "last menos first, en microsegundos; negativa si el reloj fue hacia atrás",
	"handshake":            "el veredicto sobre la apertura",
	"handshake_kind":       "normal, simultaneous, split, fast_open, fast_open_ignored",
	"missing":              "cuáles de syn, synack y ack faltan en la captura",
	"probe_kind":           "qué tipo de sondeo fue",
	"filtered_by":          "la dirección que envió el error ICMP",
	"exchange":             "UDP: answered, unanswered, reply_only, stream, refused, filtered",
	"close":                "cómo terminó: open, closed, half_closed, reset, none",
	"closed_by":            "orig, resp o both",
	"end_reason":           "por qué se escribió el registro: idle, active, end, forced, resources",
	"syn_frame":            "trama del SYN que cuenta",
	"synack_frame":         "trama del SYN-ACK",
	"ack_frame":            "trama del tercer segmento",
	"confirmed_frame":      "primer segmento del respondedor que prueba que aceptó el tercero",
	"rst_frame":            "el RST que rechazó un intento, lo retiró o lo dio por perdido",
	"reply_frame":          "primera trama del respondedor, donde no hay acuerdo que diga que contestó",
	"first_frame":          "primera trama",
	"last_frame":           "última trama",
	"roles_frame":          "la trama que reveló los papeles",
	"close_frames":         "tramas de los FIN o del RST que la cerraron",
	"icmp_frame":           "trama del error ICMP",
	"file":                 "la entrada que contiene first_frame, cuando hay varias",
	"frame_files":          "clave=entrada, para las tramas de prueba que están en otra entrada",
	"reuses":               "id de la conexión cuyos puertos vuelve a usar",
	"reuse_after_us":       "tiempo desde el último paquete de aquella",
	"syn_retries":          "repeticiones del SYN",
	"synack_retries":       "repeticiones del SYN-ACK",
	"suspected_rsts":       "los RST que ningún receptor aceptaría",
	"duplicates":           "copias exactas, fuera de todas las cuentas",
	"quality":              "lo que el examen de la captura dice de esta conexión",
	"final":                "false en los registros parciales de la captura en vivo",
	"server_rtt_us":        "del SYN al SYN-ACK; vacío si es ambiguo",
	"client_rtt_us":        "del SYN-ACK al tercer segmento; vacío si es ambiguo",
	"setup_us":             "del primer SYN a quedar completada",
	"zero_windows":         "segmentos que cerraron la ventana",
	"rtt_min_us":           "de los datos del iniciador al acuse de recibo que los cubre: el menor",
	"rtt_p50_us":           "lo mismo: mediana de una muestra reducida",
	"rtt_max_us":           "lo mismo: el mayor",
	"ttfb_us":              "del último octeto de la pregunta (o del tercer segmento, si el respondedor habla primero) al primero de la respuesta, según la captura",
	"thinking_us":          "lo que tardó el respondedor en contestar, sumados sus turnos, sin el camino de ida y vuelta",
	"longest_wait_us":      "la espera más larga por el respondedor",
	"longest_wait_frame":   "la trama que la acabó",
	"turns":                "cuántas veces se esperó al respondedor",
	"window_stall_us":      "cuánto tuvo un receptor la ventana cerrada",
	"loss_stall_us":        "silencio antes de los segmentos que reparan una pérdida",
	"slow":                 "en qué se fue casi todo el tiempo de una conexión lenta: responder, path, window, loss, opening",
	"sack":                 "se acordaron acuses de recibo selectivos",
	"timestamps":           "se acordaron marcas de tiempo",
	"tfo":                  "se aceptaron los datos del SYN (TCP Fast Open)",
	"mptcp":                "se acordó TCP de varios caminos (Multipath TCP)",
	"ecn":                  "se acordó avisar de la congestión (ECN)",
	"conn_state":           "conn_state de Zeek, con las reglas de Zeek",
	"history":              "history de Zeek, con las reglas de Zeek",
	"completeness":         "tcp.completeness de Wireshark, con las reglas de Wireshark",
	"service":              "qué funciona en el puerto del respondedor, si algo contestó",
	"service_by":           "payload, port o user",
	"confidence":           "exact, shape o port",
	"port_class":           "system, user o dynamic",
	"port_name":            "nombre del puerto del respondedor en el registro",
	"port_practice":        "lo que se usa de verdad en el puerto del respondedor, si difiere del registro",
	"spoken":               "el protocolo que muestran los datos, también si nada contestó",
	"server_name":          "SNI de TLS, Host de HTTP, o el nombre que dio el DNS de la propia captura",
	"server_name_by":       "tls, quic, http, socks, netbios o dns",
	"service_version":      "versión del protocolo hablado",
	"service_frames":       "tramas cuyos datos lo mostraron, de cada extremo; la del iniciador va primero",
	"tls_version":          "versión de TLS o DTLS acordada",
	"tls_offered":          "versión más alta de TLS o DTLS que ofrece el cliente",
	"tls_cipher":           "cifrado acordado: su número en el registro, en hexadecimal",
	"alpn":                 "protocolo de aplicación acordado en TLS, donde se ve",
	"alpn_offered":         "protocolos de aplicación que ofrece el cliente",
	"ja4":                  "huella JA4 del cliente TLS",
	"tls_ech":              "se ofreció un ClientHello cifrado: el nombre puede ser una fachada",
	"tls_resumed":          "el servidor retomó una sesión anterior: no viene certificado",
	"tls_alert":            "primera alerta en claro que acaba la conexión o, si no, la primera: su número en el registro",
	"tls_alert_by":         "quién envió esa alerta: orig o resp",
	"tls_cert_subject":     "a quién nombra el certificado del servidor (TLS 1.2 y anteriores; después va cifrado)",
	"tls_cert_issuer":      "quién lo emitió",
	"tls_cert_names":       "los primeros nombres para los que vale, hasta donde se vieron",
	"tls_cert_not_before":  "desde cuándo vale",
	"tls_cert_not_after":   "hasta cuándo vale",
	"tls_cert_self_signed": "lo emitió aquel a quien nombra",
	"tls_frames":           "tramas del ClientHello, del ServerHello, del certificado y de la alerta en claro, en este orden; la que tiene varios, una vez",
	"http_method":          "método de la primera petición",
	"http_host":            "el servidor por el que pregunta la primera petición",
	"http_status":          "estado de la primera respuesta",
	"http_location":        "esquema, servidor y puerto de una redirección",
	"http_content_type":    "tipo de la primera respuesta",
	"dns_query":            "nombre de la primera pregunta",
	"dns_type":             "tipo de registro de la primera pregunta",
	"dns_code":             "código de la primera respuesta",
	"dns_answers":          "direcciones y nombres de la primera respuesta, ocho como mucho",
	"dns_queries":          "preguntas vistas",
	"quic":                 "qué fue de una conexión QUIC: completed, unfinished (contestada, sin verse completa), retried, version-negotiated, initial-only, closed",
	"quic_version":         "versión de QUIC del primer paquete del cliente que cuenta",
	"quic_retried":         "el servidor pidió por el camino prueba de la dirección",
	"quic_frames":          "tramas que prueban el veredicto sobre QUIC",
	"login_user":           "quién entró, donde el nombre pasó en claro; los secretos no se guardan nunca",
	"login_method":         "cómo",
	"login_clear":          "si el secreto se podía leer",
	"login_frame":          "trama del secreto o, si no, del nombre",
	"event":                "en vivo: opened, established, closed, active (una conexión larga, una vez por --interim), ended (docs/EVENTS.md)",
	"process":              "en vivo, en este equipo: el programa",
	"pid":                  "en vivo, en este equipo: su número de proceso",
	"user":                 "en vivo, en este equipo: su usuario",
	"process_by":           "con qué seguridad: exact, port, guessed; o por qué no hay ninguno: ended, hidden, kernel (docs/PROGRAMS.md)",
	"process_path":         "el fichero con que se inició ese programa",
	"process_end":          "de qué extremo es el programa: orig o resp",
	"container":            "el contenedor en que funciona ese programa, tipo:id",
	"peer_process":         "el programa del otro extremo, si los dos están en este equipo",
	"peer_pid":             "su número de proceso",
	"risks":                "lo que merece una mirada: id, gravedad, base (hint u observed), tramas, texto",
	"oddities":             "rarezas con nombre",
}

package words

import "strings"

// Spaced is the English word for a value: its underscores are spaces.
func Spaced(v string) string { return strings.ReplaceAll(v, "_", " ") }

// word looks a value up in a Spanish table. Tables are never changed.
func word(l Lang, table map[string]string, v string) string {
	if l == Spanish {
		if w, ok := table[v]; ok {
			return w
		}
	}
	return Spaced(v)
}

var verdicts = map[string]string{
	"none": "no procede", "unknown": "indeterminada", "probe": "sondeo", "completed": "completada",
	"completed_unseen": "completada, no vista entera", "implied": "deducida", "refused": "rechazada",
	"filtered": "filtrada", "aborted": "abandonada", "half_open": "semiabierta", "invalid": "no válida",
	"no_answer": "sin respuesta", "unsolicited": "no solicitada", "midstream": "ya en curso",
}

// Verdict is the word for a value of the key "handshake".
func Verdict(l Lang, v string) string { return word(l, verdicts, v) }

var kinds = map[string]string{
	"": "", "normal": "normal", "simultaneous": "apertura simultánea", "split": "apertura en cuatro pasos",
	"fast_open": "apertura rápida (TFO)", "fast_open_ignored": "apertura rápida no aceptada",
}

// Kind is the word for a value of the key "handshake_kind".
func Kind(l Lang, v string) string { return word(l, kinds, v) }

var closes = map[string]string{
	"none": "no procede", "open": "abierta al final", "closed": "cerrada", "half_closed": "semicerrada", "reset": "cortada (RST)",
}

// Close is the word for a value of the key "close".
func Close(l Lang, v string) string { return word(l, closes, v) }

var sides = map[string]string{"": "", "orig": "el iniciador", "resp": "el respondedor", "both": "ambos a la vez"}

// Side is the word for a value of the key "closed_by".
func Side(l Lang, v string) string { return word(l, sides, v) }

var exchanges = map[string]string{
	"": "", "answered": "contestado", "unanswered": "sin respuesta", "reply_only": "solo la respuesta",
	"stream": "en un solo sentido", "refused": "rechazado", "filtered": "filtrado",
}

// Exchange is the word for a value of the key "exchange".
func Exchange(l Lang, v string) string { return word(l, exchanges, v) }

var endReasons = map[string]string{
	"": "", "idle": "por inactividad", "active": "registro parcial", "end": "terminada",
	"forced": "fin de la captura", "resources": "por falta de memoria",
}

// EndReason is the word for a value of the key "end_reason".
func EndReason(l Lang, v string) string { return word(l, endReasons, v) }

var rolesBy = map[string]string{
	"": "", "syn": "envió el SYN", "synack": "recibió el SYN-ACK", "port": "por el puerto",
	"payload": "por el contenido", "first": "fue el primero que se vio (dudoso)",
}

// RolesBy is the word for a value of the key "roles_by".
func RolesBy(l Lang, v string) string { return word(l, rolesBy, v) }

var probes = map[string]string{
	"": "", "null": "NULL (ningún indicador)", "fin": "FIN", "xmas": "XMAS (FIN+PSH+URG)", "syn_fin": "SYN+FIN",
	"syn_rst": "SYN+RST", "ack": "ACK suelto", "maimon": "Maimon (FIN+ACK)", "other": "otro",
}

// Probe is the word for a value of the key "probe_kind".
func Probe(l Lang, v string) string { return word(l, probes, v) }

var missing = map[string]string{"syn": "SYN", "synack": "SYN-ACK", "ack": "ACK"}

// Missing is the word for an element of the key "missing".
func Missing(l Lang, v string) string { return word(l, missing, v) }

var doors = map[string]string{"open": "abierto", "closed": "cerrado", "filtered": "filtrado", "silent": "mudo"}

// Door is the word for the state of a port.
func Door(l Lang, v string) string { return word(l, doors, v) }

var classes = map[string]string{"system": "bien conocidos (0-1023)", "user": "registrados (1024-49151)", "dynamic": "dinámicos o privados (49152-65535)"}

// Class is the word for a value of the key "port_class".
func Class(l Lang, v string) string { return word(l, classes, v) }

var bases = map[string]string{"hint": "indicio", "observed": "observado"}

// Basis is the word for what a finding rests on.
func Basis(l Lang, v string) string { return word(l, bases, v) }

var severities = map[string]string{"info": "informativa", "low": "baja", "medium": "media", "high": "alta"}

// Severity is the word for how grave a finding is.
func Severity(l Lang, v string) string { return word(l, severities, v) }

var confidences = map[string]string{"": "", "exact": "segura", "shape": "probable, por la forma", "port": "solo por el puerto"}

// Confidence is the word for a value of the key "confidence".
func Confidence(l Lang, v string) string { return word(l, confidences, v) }

var serviceBy = map[string]string{"": "", "payload": "por el contenido", "port": "por el puerto", "user": "indicado por quien lo usa"}

// ServiceBy is the word for a value of the key "service_by".
func ServiceBy(l Lang, v string) string { return word(l, serviceBy, v) }

var processBy = map[string]string{"": "", "exact": "seguro", "port": "por el puerto", "guessed": "supuesto", "ended": "terminó antes", "hidden": "de otro usuario", "kernel": "ningún programa"}

// ProcessBy is the word for a value of the key "process_by".
func ProcessBy(l Lang, v string) string { return word(l, processBy, v) }

var seen = map[string]string{"": "", "contacted": "contactado", "never_contacted": "nunca contactado", "nobody_listens": "nadie escucha", "no_socket": "tráfico sin socket", "out_of_sight": "fuera de la vista"}

// Seen is the word for what a capture shows of a socket of this machine.
func Seen(l Lang, v string) string { return word(l, seen, v) }

var quality = map[string]string{
	"truncated_packets": "paquetes truncados", "one_direction": "un solo sentido", "duplicates": "tramas repetidas",
	"reordered": "capturado en desorden", "clock_backwards": "reloj hacia atrás",
	"offload_checksums_orig": "suma de comprobación a cargo de la tarjeta (iniciador)",
	"offload_checksums_resp": "suma de comprobación a cargo de la tarjeta (respondedor)",
	"bad_checksums":          "sumas de comprobación erróneas", "fragments": "fragmentos",
	"vlan_one_sided": "etiqueta VLAN en un solo sentido", "no_times": "sin tiempos",
}

// Quality is the word for an element of the key "quality".
func Quality(l Lang, v string) string { return word(l, quality, v) }

var oddities = map[string]string{
	"simultaneous_open": "apertura simultánea", "split_handshake": "apertura en cuatro pasos",
	"syn_isn_changed": "SYN repetido con otro número inicial", "synack_isn_changed": "SYN-ACK repetido con otro número inicial",
	"synack_wrong_ack": "SYN-ACK que no confirma el SYN", "rst_out_of_window": "RST fuera de ventana",
	"segment_out_of_window": "segmento fuera de ventana", "ack_of_unsent_data": "acuse de recibo de datos no enviados",
	"impossible_flags": "indicadores imposibles", "bad_checksum_ignored": "suma de comprobación errónea, sin efecto",
	"captured_out_of_order": "capturado en desorden", "stray_syn": "SYN perdido", "late_segment": "segmento rezagado",
	"land": "mismo origen y destino (LAND)", "vlan_one_sided": "etiqueta VLAN en un solo sentido",
	"answer_before_syn": "respuesta capturada antes que el SYN", "rst_ignored_by_receiver": "RST sin efecto en el receptor",
	"data_on_syn": "datos en el SYN", "fragments_without_first": "fragmentos sin el primero", "port_zero": "puerto cero",
}

// Oddity is the word for an element of the key "oddities".
func Oddity(l Lang, v string) string { return word(l, oddities, v) }

// Role names an end: "originator" and "responder" with the word of everyday use
// beside it in Spanish.
func Role(l Lang, v string) string {
	return word(l, map[string]string{"originator": "iniciador (cliente)", "responder": "respondedor (servidor)"}, v)
}

var quic = map[string]string{"": "", "completed": "completada", "unfinished": "contestada, sin verse completa", "retried": "se pidió prueba de la dirección (Retry)",
	"version-negotiated": "negociación de versión", "initial-only": "solo el Initial", "closed": "cerrada durante el acuerdo"}

// QUIC is the word for a value of the key "quic".
func QUIC(l Lang, v string) string { return word(l, quic, v) }

var slow = map[string]string{"": "", "responder": "el respondedor", "path": "el camino", "window": "la ventana cerrada", "loss": "las pérdidas", "opening": "la apertura"}

// Slow is the word for a value of the key "slow".
func Slow(l Lang, v string) string { return word(l, slow, v) }

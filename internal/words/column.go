package words

import "strconv"

// columns are the heads of the tables people read, not the keys of the record:
// those are the same in every language.
var columns = map[string]string{
	"#": "#", "opening": "apertura", "from": "desde", "to": "hacia", "service": "servicio", "rtt": "rtt", "data": "datos",
	"start": "comienzo", "duration": "duración", "pkts>": "paq>", "<pkts": "<paq", "bytes>": "octetos>", "<bytes": "<octetos",
	"close": "cierre", "state": "estado", "history": "historia", "tunnel": "túnel",
	"host": "equipo", "port": "puerto", "proto": "proto", "tried": "intentos", "accepted": "aceptados", "refused": "rechazados",
	"clients": "clientes", "outside": "de fuera", "in": "entra", "out": "sale", "first": "primero", "last": "último", "frame": "trama", "file": "fichero",
	"opened": "abrió", "failed": "fallidas", "received": "recibidas", "open doors": "puertas abiertas", "peers": "interlocutores",
	"packets": "paquetes", "name": "nombre", "how": "cómo", "what": "qué", "before": "antes", "now": "ahora",
	"capture": "captura", "findings": "hallazgos", "finding": "hallazgo", "severity": "gravedad", "basis": "base", "frames": "tramas",
	"time": "tiempo", "time, ms": "tiempo, ms", "sender": "emisor", "says": "dice", "seq": "seq", "ack": "ack", "program": "programa", "age": "edad", "size": "tamaño",
	"told by": "dicho por", "mac": "mac", "maker": "fabricante", "inside": "dentro", "country": "país", "as": "sa", "as name": "nombre del sa", "foreign": "remoto",
	"user": "usuario", "local": "local", "remote": "remoto", "path": "ruta", "container": "contenedor", "seen": "visto", "pid": "pid", "text": "texto", "id": "id", "client": "cliente", "server": "servidor",
}

// Column is the head of a table's column.
func Column(l Lang, head string) string { return word(l, columns, head) }

var changes = map[string]string{"new": "nuevo", "gone": "ya no está", "changed": "distinto", "door": "puerta", "client": "cliente", "service": "servicio", "failures": "fallos"}

// Change is the word for how and what differs between two captures.
func Change(l Lang, v string) string { return word(l, changes, v) }

var toldBy = map[string]string{"": "", "traffic": "tráfico", "dhcp": "dhcp", "mdns": "mdns", "llmnr": "llmnr", "netbios": "netbios"}

// ToldBy is the word for who told a host's name.
func ToldBy(l Lang, v string) string { return word(l, toldBy, v) }

// YesNo says a truth value.
func YesNo(l Lang, v bool) string {
	if v {
		return l.Pick("yes", "sí")
	}
	return "no"
}

// plurals of verdicts and exchanges that are not their singular with an s.
var plurals = map[string]string{"completada, no vista entera": "completadas, no vistas enteras", "no válida": "no válidas", "no solicitada": "no solicitadas", "sin respuesta": "sin respuesta",
	"ya en curso": "ya en curso", "solo la respuesta": "solo la respuesta", "en un solo sentido": "en un solo sentido", "no procede": "no proceden", "contestada sin verse completa": "contestadas sin verse completas",
	"cerrada durante el acuerdo": "cerradas durante el acuerdo", "con prueba de la dirección (Retry)": "con prueba de la dirección (Retry)", "con negociación de versión": "con negociación de versión", "solo con el Initial": "solo con el Initial"}

// counted are the words that have another form behind a number.
var counted = map[string]string{"contestada, sin verse completa": "contestada sin verse completa", "se pidió prueba de la dirección (Retry)": "con prueba de la dirección (Retry)",
	"negociación de versión": "con negociación de versión", "solo el Initial": "solo con el Initial"}

// Number says how many of something there are: one is what one of them is called, with all that
// agrees with it, more what several are.
func Number[T int | int64 | uint64](n T, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(int64(n), 10) + " " + more
}

// Count says how many of a verdict or exchange there are.
func Count(l Lang, n uint64, w string) string {
	if c, ok := counted[w]; ok {
		w = c
	}
	if l == Spanish && n != 1 {
		if p, ok := plurals[w]; ok {
			w = p
		} else {
			w += "s"
		}
	}
	return strconv.FormatUint(n, 10) + " " + w
}

package words

// columns are the heads of the tables people read, not the keys of the record:
// those are the same in every language.
var columns = map[string]string{
	"#": "#", "opening": "apertura", "from": "de", "to": "a", "service": "servicio", "rtt": "rtt", "data": "datos",
	"start": "inicio", "duration": "duración", "pkts>": "paq>", "<pkts": "<paq", "bytes>": "bytes>", "<bytes": "<bytes",
	"close": "cierre", "state": "estado", "history": "historia", "tunnel": "túnel",
	"host": "equipo", "port": "puerto", "proto": "proto", "tried": "intentos", "accepted": "aceptados", "refused": "rechazados",
	"clients": "clientes", "in": "entra", "out": "sale", "first": "primero", "last": "último", "frame": "trama", "file": "fichero",
	"opened": "abrió", "failed": "fallidas", "received": "recibidas", "open doors": "puertas abiertas", "peers": "interlocutores",
	"packets": "paquetes", "name": "nombre", "how": "cómo", "what": "qué", "before": "antes", "now": "ahora",
	"capture": "captura", "findings": "hallazgos", "finding": "hallazgo", "severity": "gravedad", "basis": "base", "frames": "tramas",
	"time": "tiempo", "time, ms": "tiempo, ms", "sender": "emisor", "says": "dice", "seq": "seq", "ack": "ack", "program": "programa", "age": "edad",
	"user": "usuario", "local": "local", "remote": "remoto", "path": "ruta", "container": "contenedor", "seen": "visto", "pid": "pid", "text": "texto", "id": "id", "client": "cliente", "server": "servidor",
}

// Column is the head of a table's column.
func Column(l Lang, head string) string { return word(l, columns, head) }

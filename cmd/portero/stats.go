package main

import (
	"fmt"

	"portero/internal/words"
)

// some counts things in language l: the first forms are for one.
func some(l words.Lang, n uint64, en1, en, es1, es string) string {
	return words.Number(n, l.Pick(en1, es1), l.Pick(en, es))
}

// stats says on standard error what was done and what was lost.
func (a *app) stats(j *job) {
	s := j.eng.Stats()
	l := a.tongue()
	of := func(n uint64, en1, en, es1, es string) string { return some(l, n, en1, en, es1, es) }
	bytes := func(n uint64) string { return of(n, "byte", "bytes", "octeto", "octetos") }
	flows := func(n uint64) string { return of(n, "flow", "flows", "flujo", "flujos") }
	say := func(label, es string, format, formatES string, args ...any) {
		fmt.Fprintf(a.err, "%-10s %s\n", l.Pick(label, es), fmt.Sprintf(l.Pick(format, formatES), args...))
	}
	say("read", "leído", "%s, %s on the wire", "%s, %s en el cable", of(s.Frames, "frame", "frames", "trama", "tramas"), bytes(s.Bytes))
	say("decoded", "contado", "%s, %s, %s left out", "%s, %s, %s sin contar", of(s.Packets, "packet", "packets", "paquete", "paquetes"),
		of(s.Fragments, "fragment", "fragments", "fragmento", "fragmentos"), of(s.Flows.Duplicates, "exact copy", "exact copies", "copia exacta", "copias exactas"))
	say("followed", "seguido", "%s, at most %d at once, %s of memory for them", "%s, %d a la vez como mucho, %s de memoria para ello", flows(s.Flows.Flows), s.Flows.Peak, bytes(uint64(s.Flows.Bytes)))
	say("understood", "entendido", "%s by their payload, at most %s for it, %s without room to be looked at (should be zero)", "%s por su contenido, %s para ello como mucho, %s sin mirar por falta de sitio (debería ser cero)",
		flows(s.Payload.Named), bytes(uint64(s.Payload.Peak)), flows(s.Payload.Full))
	say("written", "escrito", "%s, %s by the filter", "%s, %s por el filtro", of(s.Records, "record", "records", "registro", "registros"), of(s.Hidden, "hidden", "hidden", "oculto", "ocultos"))
	say("lost", "perdido", "%s evicted (%d half-open, %d of them taken up again), %s without room for details (should be zero)", "por falta de sitio, %s (semiabiertos: %d; recuperados: %d); %s sin sitio para detalles (debería ser cero)",
		flows(s.Flows.Evicted), s.Flows.EvictedHalfOpen, s.Flows.Revived, flows(s.Flows.DataFull))
	say("strayed", "sueltos", "%s no known flow", "%s ningún flujo conocido", of(s.Flows.Stray, "ICMP error that quotes", "ICMP errors that quote", "error ICMP que no cita", "errores ICMP que no citan"))
}

// sayFaults says that what n flows say could not be read by a fault of portero's own: all else is whole.
func (a *app) sayFaults(n uint64, l words.Lang) {
	fmt.Fprintf(a.err, "portero: "+l.Pick("what %s said could not be read, by a fault of portero's own; all else is whole. Please report it, with the capture if it may be shared\n",
		"lo dicho en %s no se pudo leer, por un fallo del propio portero; lo demás está completo. Por favor, avise de ello, con la captura si se puede compartir\n"),
		some(l, n, "flow", "flows", "flujo", "flujos"))
}

package words

// state is what an end of a connection is doing (RFC 9293, section 3.3.2).
type state struct{ name, en, es string }

var states = [...]state{
	{"CLOSED", "There is no connection.", "No hay conexión."},
	{"LISTEN", "Listening: it waits for somebody to call.", "A la escucha: espera a que alguien llame."},
	{"SYN-SENT", "It asked to open (SYN) and waits for the answer.", "Pidió abrir (SYN) y espera respuesta."},
	{"SYN-RECEIVED", "It received the SYN, answered SYN-ACK and waits for the ACK.", "Recibió el SYN, contestó SYN-ACK y espera el ACK."},
	{"ESTABLISHED", "Connection established: both directions may send.", "Conexión establecida: se puede enviar en los dos sentidos."},
	{"FIN-WAIT-1", "It sent its FIN and waits for it to be acknowledged.", "Envió su FIN y espera que se lo confirmen."},
	{"FIN-WAIT-2", "Its FIN is acknowledged; it waits for the other's FIN.", "Su FIN está confirmado; espera el FIN del otro."},
	{"CLOSE-WAIT", "The other has finished; this side's program has yet to close.", "El otro ya terminó; falta que la aplicación de este lado cierre."},
	{"CLOSING", "Both sent a FIN at once; it waits for the ACK of its own.", "Los dos enviaron FIN a la vez; espera el ACK del suyo."},
	{"LAST-ACK", "It sent its FIN second and waits for the last ACK.", "Envió su FIN en segundo lugar y espera el último ACK."},
	{"TIME-WAIT", "All closed; it waits 2 MSL in case the last ACK was lost, and for old segments to die out.", "Todo cerrado; espera 2 MSL por si se perdió el último ACK y para que caduquen los segmentos viejos."},
}

// States lists the names of RFC 9293's states, the same in every language.
func States() []string {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = s.name
	}
	return names
}

// State says in a sentence what an end in that state is doing, "" for a name
// that is none of States.
func State(l Lang, name string) string {
	for _, s := range states {
		if s.name == name {
			return l.Pick(s.en, s.es)
		}
	}
	return ""
}

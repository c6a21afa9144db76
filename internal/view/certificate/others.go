package certificate

import (
	"slices"
	"strconv"
	"strings"

	"portero/handshake"
	"portero/internal/words"
)

// zeekSays is the meaning of conn_state in the words of Zeek's manual, made short.
var zeekSays = map[string]Text{
	"S0":     {"attempt seen, no reply", "intento visto, sin respuesta"},
	"S1":     {"established, not terminated", "establecida, sin terminar"},
	"SF":     {"normal establishment and termination", "establecida y terminada con normalidad"},
	"REJ":    {"attempt rejected", "intento rechazado"},
	"S2":     {"established, originator closed, responder silent", "establecida, cerró el iniciador y el otro calló"},
	"S3":     {"established, responder closed, originator silent", "establecida, cerró el respondedor y el otro calló"},
	"RSTO":   {"established, originator aborted", "establecida, la cortó el iniciador"},
	"RSTR":   {"responder sent a RST", "el respondedor envió RST"},
	"RSTOS0": {"originator sent a SYN and then a RST, no SYN-ACK seen", "el iniciador envió SYN y luego RST, sin SYN-ACK"},
	"RSTRH":  {"responder sent a SYN-ACK and then a RST, no SYN seen", "el respondedor envió SYN-ACK y luego RST, sin SYN"},
	"SH":     {"originator sent a SYN and a FIN, no SYN-ACK seen", "el iniciador envió SYN y FIN, sin SYN-ACK"},
	"SHR":    {"responder sent a SYN-ACK and a FIN, no SYN seen", "el respondedor envió SYN-ACK y FIN, sin SYN"},
	"OTH":    {"no SYN seen, just midstream traffic", "sin SYN, solo tráfico a medias"},
}

var zeekOpened = map[string]bool{"S1": true, "SF": true, "S2": true, "S3": true, "RSTO": true, "RSTR": true}

// others says what Zeek and Wireshark print, and why they differ from here.
func (c *Certificate) others() Text {
	r := c.rec
	var en, es []string
	add := func(t Text) { en, es = append(en, t.EN), append(es, t.ES) }
	if r.ConnState != "" {
		m := zeekSays[r.ConnState]
		h := ""
		if r.History != "" {
			h = ", history " + r.History
		}
		if !r.TCP() {
			m = Text{"its words for TCP, used for datagrams too", "sus palabras de TCP, usadas también aquí"}
		}
		add(Text{"Zeek says " + r.ConnState + " (" + m.EN + ")" + h + ".", "Zeek dice " + r.ConnState + " (" + m.ES + ")" + h + "."})
		if t := c.zeekDiffers(); t.EN != "" {
			add(t)
		}
	}
	if r.Completeness >= 0 && r.TCP() {
		n := strconv.Itoa(int(r.Completeness))
		add(Text{"Wireshark's completeness is " + n + " (" + bits(r.Completeness).EN + ").", "La completitud de Wireshark es " + n + " (" + bits(r.Completeness).ES + ")."})
		if t := c.wiresharkDiffers(); t.EN != "" {
			add(t)
		}
	}
	return Text{strings.Join(en, " "), strings.Join(es, " ")}
}

func (c *Certificate) zeekDiffers() Text {
	r := c.rec
	// Unfinished sums count here, since the network card fills them in behind the capture; Zeek takes them for damage.
	if strings.ContainsAny(r.History, "Cc") && slices.ContainsFunc(r.Quality, func(q string) bool { return strings.HasPrefix(q, "offload_checksums") }) {
		return Text{"It passes over packets whose checksum is wrong (C and c in the history); these are only unfinished, since the network card fills them in, and count here. --zeek-ignore-checksums shows what `zeek -C` says of them.",
			"Pasa por alto los paquetes con la suma de comprobación mal (C y c del historial); estas solo están sin terminar, porque las completa la tarjeta de red, y aquí cuentan. --zeek-ignore-checksums muestra lo que `zeek -C` dice de ellos."}
	}
	if !r.TCP() {
		return Text{}
	}
	switch opened := zeekOpened[r.ConnState]; {
	case opened && !r.Handshake.Opened() && r.Handshake != handshake.Midstream:
		return Text{"It needs no third ACK and compares no number on SYN-ACK, FIN and RST; here no packet completes the handshake.",
			"No exige el tercer ACK ni compara los números de SYN-ACK, FIN y RST; aquí ningún paquete completa el acuerdo."}
	case r.SuspectedRSTs > 0 && strings.HasPrefix(r.ConnState, "RST") && r.Close != handshake.Reset:
		return Text{"It takes a RST by its flag; the numbers of this one fit no window.",
			"Toma un RST por su indicador; los números de este no caben en ninguna ventana."}
	case r.Handshake.Opened() && !opened:
		return Text{"It counts flags per direction; the numbers of the other packets prove more.",
			"Cuenta indicadores por sentido; los números de los demás paquetes prueban más."}
	case r.Handshake == handshake.Midstream && zeekOpened[r.ConnState]:
		return Text{"It names the ending; how the connection was opened is in no packet here.",
			"Nombra el final; cómo se abrió no está en ningún paquete."}
	case r.Handshake == handshake.Aborted && r.ConnState == "RSTO":
		return Text{}
	}
	return Text{}
}

func (c *Certificate) wiresharkDiffers() Text {
	r := c.rec
	three := r.Completeness&7 == 7
	switch {
	case r.Completeness == 0 && r.Orig.Pkts+r.Resp.Pkts == 1:
		return Text{"It counts the packet that a conversation begins with, unless that is a SYN, when the next comes; none came.",
			"Cuenta el paquete con que empieza una conversación, si no es un SYN, cuando llega el siguiente; no llegó ninguno."}
	case three && !r.Handshake.Opened():
		return Text{"It collects flags and compares no number, so it looks complete there.",
			"Reúne indicadores y no compara números, y allí parece completa."}
	case !three && r.Handshake == handshake.Completed:
		return Text{"It counts a payload-free ACK and the order of capture; the equations above hold all the same.",
			"Cuenta un ACK sin datos y el orden de captura; las ecuaciones de arriba se cumplen igual."}
	}
	return Text{}
}

// bits spells out Wireshark's completeness.
func bits(n int16) Text {
	var en, es []string
	for i, w := range [...]Text{{"SYN", "SYN"}, {"SYN-ACK", "SYN-ACK"}, {"ACK", "ACK"}, {"data", "datos"}, {"FIN", "FIN"}, {"RST", "RST"}} {
		if n&(1<<i) != 0 {
			en, es = append(en, w.EN), append(es, w.ES)
		}
	}
	if len(en) == 0 {
		return Text{"-", "-"}
	}
	return Text{strings.Join(en, ", "), strings.Join(es, ", ")}
}

// icmpWord names the ICMP errors that end attempts.
func icmpWord(typ, code uint8, v6 bool) Text {
	return Text{words.ICMPError(words.English, v6, typ, code), words.ICMPError(words.Spanish, v6, typ, code)}
}

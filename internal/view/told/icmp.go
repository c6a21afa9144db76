package told

import (
	"slices"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/words"
)

// Asks reports whether r is of ICMP's questions that the address asked answers itself, as those of ping
// are. Others, of neighbours and routers, are answered by whom it concerns.
func Asks(r *record.Record) bool {
	typ, _, _, ok := r.ICMP()
	if !ok {
		return false
	}
	if r.Proto == capture.ProtoICMP6 {
		return typ == 128 || typ == 139
	}
	return typ == 8 || typ == 13 || typ == 15 || typ == 17
}

// post is what the ICMP messages of r are, "" where that is not known.
func post(r *record.Record) Text {
	typ, _, _, ok := r.ICMP()
	if !ok {
		return Text{}
	}
	six := r.Proto == capture.ProtoICMP6
	t := Text{words.ICMP(words.English, six, typ), words.ICMP(words.Spanish, six, typ)}
	// Of fragments each counts as a packet, and nobody asked so often.
	if t.EN == "" || !Asks(r) || slices.Contains(r.Quality, "fragments") {
		return t
	}
	asked := words.Number(r.Orig.Pkts, "pregunta", "preguntas")
	switch {
	case r.Orig.Pkts == 0:
		return Text{t.EN + ": " + words.Number(r.Resp.Pkts, "answer", "answers") + ", no question in this capture", t.ES + ": " + words.Number(r.Resp.Pkts, "respuesta", "respuestas") + ", ninguna pregunta en esta captura"}
	case r.Resp.Pkts == 0:
		return Text{t.EN + ": " + words.Number(r.Orig.Pkts, "asked", "asked") + ", no answer from there", t.ES + ": " + asked + ", ninguna respuesta de ahí"}
	}
	return Text{t.EN + ": " + words.Number(r.Orig.Pkts, "asked", "asked") + ", " + words.Number(r.Resp.Pkts, "answered", "answered"), t.ES + ": " + asked + ", " + words.Number(r.Resp.Pkts, "respuesta", "respuestas")}
}

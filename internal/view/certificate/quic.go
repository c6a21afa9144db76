package certificate

import (
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// quicMeaning is what became of a connection of QUIC, nothing for others: whoever refused it by ICMP did so as with
// any datagram, and so did who sent answers alone.
func quicMeaning(r *record.Record) Text {
	if r.App == nil || r.App.QUIC == nil {
		return Text{}
	}
	if r.Exchange == handshake.Unanswered && r.App.QUIC.Verdict == identify.QUICInitialOnly {
		return Text{"A connection of QUIC was asked for, and no answer is in this capture. Why, no packet tells: nobody may be there, something may be in the way, or the answer was missed.",
			"Se pidió una conexión de QUIC y en esta captura nadie contestó. Ningún paquete dice por qué: quizá no hay nadie, algo lo impide o no se capturó la respuesta."}
	}
	if r.Exchange != handshake.Answered {
		return Text{}
	}
	switch r.App.QUIC.Verdict {
	case identify.QUICCompleted:
		return Text{"QUIC has a handshake of its own in these datagrams, and it completed: both ends sent packets under its last keys (1-RTT), the responder after the originator's part. What they carry, and how it ended, is secret.",
			"QUIC tiene en estos datagramas un acuerdo propio, y se completó: los dos enviaron paquetes con sus últimas claves (1-RTT), el respondedor tras la parte del iniciador. Lo que llevan, y cómo acabó, es secreto."}
	case identify.QUICUnfinished:
		return Text{"QUIC has a handshake of its own in these datagrams. The responder took part, and nothing here shows that it completed.",
			"QUIC tiene en estos datagramas un acuerdo propio. El respondedor tomó parte, y nada de esta captura muestra que se completara."}
	case identify.QUICRetried:
		return Text{"QUIC's responder asked the originator to prove its address (Retry), and nothing more came of it here.",
			"El respondedor de QUIC pidió al iniciador que probara su dirección (Retry), y en esta captura no pasó de ahí."}
	case identify.QUICNegotiated:
		return Text{"QUIC's responder does not speak the version that it was called in and named those that it does; nothing more came of it here.",
			"El respondedor de QUIC no habla la versión en que lo llamaron y nombró las suyas; en esta captura no pasó de ahí."}
	case identify.QUICClosed:
		return Text{"QUIC's handshake was broken off in an Initial, which anybody can read: nobody connected.",
			"El acuerdo de QUIC se interrumpió en un Initial, que cualquiera puede leer: nadie se conectó."}
	}
	return Text{}
}

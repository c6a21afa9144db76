package teach

import (
	"portero/capture"
	"portero/internal/trace"
)

// icmpMessage is what a packet of ICMP says for itself, in both languages.
type icmpMessage struct {
	name, quote, plain [2]string
	ping               bool // its questions and answers have numbers
}

var echoRequest, echoReply = icmpMessage{
	name:  [2]string{"echo request", "petición de eco"},
	quote: [2]string{"Are you there?", "¿Estás ahí?"},
	plain: [2]string{"%s sends a ping: whoever has that address should send the same bytes back.", "%s envía un ping: quien tenga esa dirección debería devolverle los mismos bytes."},
	ping:  true,
}, icmpMessage{
	name:  [2]string{"echo reply", "respuesta de eco"},
	quote: [2]string{"I am here.", "Aquí estoy."},
	plain: [2]string{"%s answers: it is up, and the way there and back works.", "%s contesta: está encendido, y el camino de ida y vuelta funciona."},
	ping:  true,
}

// icmpMessages are those of version 6 that a small network is full of (RFC 4861).
var icmpMessages = map[uint8]*icmpMessage{
	133: {name: [2]string{"router solicitation", "búsqueda de router"}, quote: [2]string{"Is there a router here?", "¿Hay aquí algún router (enrutador)?"},
		plain: [2]string{"%s looks for a router, the way out of this network.", "%s busca un router, que es la salida de esta red."}},
	134: {name: [2]string{"router advertisement", "anuncio de router"}, quote: [2]string{"I am a router, and these are the addresses here.", "Soy un router (enrutador), y estas son las direcciones de aquí."},
		plain: [2]string{"%s says that it is a router, and from which addresses those here may choose.", "%s dice que es un router y entre qué direcciones se puede elegir aquí."}},
	135: {name: [2]string{"neighbour solicitation", "búsqueda de vecino"}, quote: [2]string{"Who has this address?", "¿Quién tiene esta dirección?"},
		plain: [2]string{"%s looks for the network card that has an address of this network, as ARP does for IPv4.", "%s busca la tarjeta de red que tiene una dirección de esta red, como hace ARP con IPv4."}},
	136: {name: [2]string{"neighbour advertisement", "anuncio de vecino"}, quote: [2]string{"I have it.", "La tengo yo."},
		plain: [2]string{"%s says which network card has the address.", "%s dice qué tarjeta de red tiene la dirección."}},
}

// message is what s says for itself, nil for what is told by its size only.
func message(s *trace.Step) *icmpMessage {
	switch {
	case !s.ICMP || s.ICMPCode != 0:
		return nil
	case s.Proto == capture.ProtoICMP && s.ICMPType == 8 || s.Proto == capture.ProtoICMP6 && s.ICMPType == 128:
		return &echoRequest
	case s.Proto == capture.ProtoICMP && s.ICMPType == 0 || s.Proto == capture.ProtoICMP6 && s.ICMPType == 129:
		return &echoReply
	case s.Proto == capture.ProtoICMP6:
		return icmpMessages[s.ICMPType]
	}
	return nil
}

// message tells m, at length when it comes for the first time.
func (t *teller) message(s *trace.Step, m *icmpMessage) Telling {
	l := t.l
	x := Telling{Quote: l.t(m.quote[0], m.quote[1])}
	if t.once("icmp " + m.name[0]) {
		x.Plain = l.f(m.plain[0], m.plain[1], l.Who(s.From))
	}
	return x
}

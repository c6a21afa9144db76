package words

import (
	"strconv"
	"strings"
)

// ipProtocol is what a number of IP's protocols stands for: what people call it, in both languages where that is no name, and what it is for.
type ipProtocol struct {
	name [2]string
	what [2]string
}

func named(name, en, es string) ipProtocol {
	return ipProtocol{[2]string{name, name}, [2]string{en, es}}
}

func described(en, es string) ipProtocol {
	return ipProtocol{what: [2]string{en, es}}
}

// tellRoutes is what routing protocols do.
func tellRoutes(name string) ipProtocol {
	return named(name, "routers tell each other the ways", "los enrutadores (routers) se cuentan los caminos")
}

// ipProtocols are the numbers of IP's protocols that people meet, of those that no verdict is given of
// (IANA, protocol-numbers).
var ipProtocols = map[uint8]ipProtocol{
	0:   described("hop-by-hop options of IPv6", "opciones de IPv6 para cada salto"),
	2:   named("IGMP", "who wants which multicast", "quién quiere qué multidifusión"),
	4:   {[2]string{"IPv4 in IP", "IPv4 dentro de IP"}, [2]string{}},
	8:   tellRoutes("EGP"),
	9:   tellRoutes("IGRP"),
	33:  named("DCCP", "datagrams with a handshake", "datagramas con acuerdo previo"),
	41:  {[2]string{"IPv6 in IP", "IPv6 dentro de IP"}, [2]string{}},
	43:  described("routing header of IPv6", "cabecera de encaminamiento de IPv6"),
	44:  described("a fragment of IPv6", "un fragmento de IPv6"),
	46:  named("RSVP", "reserves room on the way", "reserva sitio en el camino"),
	47:  named("GRE", "a tunnel", "un túnel"),
	50:  named("ESP", "enciphered by IPsec", "cifrado con IPsec"),
	51:  named("AH", "signed by IPsec", "firmado con IPsec"),
	54:  named("NHRP", "which address leads to which through a network that has no broadcast", "qué dirección lleva a cuál por una red sin difusión"),
	55:  named("MinIPv4", "a tunnel with a short header (Mobile IP)", "un túnel de cabecera corta (Mobile IP)"),
	59:  named("IPv6-NoNxt", "nothing follows its headers", "no sigue nada a sus cabeceras"),
	60:  described("options of IPv6 for the receiver", "opciones de IPv6 para quien recibe"),
	88:  tellRoutes("EIGRP"),
	89:  tellRoutes("OSPF"),
	93:  named("AX.25", "amateur radio in IP", "radioaficionados dentro de IP"),
	94:  named("IPIP", "a tunnel", "un túnel"),
	97:  named("EtherIP", "Ethernet in IP", "Ethernet dentro de IP"),
	98:  named("ENCAP", "a tunnel", "un túnel"),
	99:  described("enciphered in a way of somebody's own", "cifrado a la manera de alguien"),
	103: named("PIM", "routers arrange multicast", "los enrutadores (routers) acuerdan la multidifusión"),
	108: named("IPComp", "compressed packets", "paquetes comprimidos"),
	111: named("IPX", "IPX in IP", "IPX dentro de IP"),
	112: named("VRRP", "routers agree which of them serves; BSD's CARP has the same number", "los enrutadores (routers) acuerdan cuál de ellos atiende; CARP de BSD tiene el mismo número"),
	113: named("PGM", "multicast that repeats what was lost", "multidifusión que repite lo perdido"),
	115: named("L2TP", "a tunnel", "un túnel"),
	124: tellRoutes("IS-IS"),
	134: named("RSVP-E2E-IGNORE", "RSVP that routers on the way leave alone", "RSVP que los enrutadores (routers) del camino dejan pasar"),
	135: named("Mobility", "where a machine that moved is to be found (Mobile IPv6)", "dónde se encuentra un equipo que cambió de sitio (Mobile IPv6)"),
	136: named("UDP-Lite", "datagrams that may be damaged in part", "datagramas que pueden llegar dañados en parte"),
	137: {[2]string{"MPLS in IP", "MPLS dentro de IP"}, [2]string{}},
	138: named("MANET", "machines that move find ways through each other", "equipos móviles que se abren camino unos por otros"),
	139: named("HIP", "identities of machines apart from their addresses", "identidades de los equipos aparte de sus direcciones"),
	140: named("Shim6", "several ways for one connection over IPv6", "varios caminos para una conexión sobre IPv6"),
	141: named("WESP", "ESP with a header that says what is in clear", "ESP con una cabecera que dice qué va en claro"),
	142: named("ROHC", "compressed headers", "cabeceras comprimidas"),
	143: named("SRv6", "Ethernet in IPv6", "Ethernet dentro de IPv6"),
	144: named("AGGFRAG", "packets put together or cut, so that their size says nothing", "paquetes juntados o cortados para que su tamaño no diga nada"),
	145: named("NSH", "which services a packet is to pass through", "por qué servicios ha de pasar un paquete"),
	253: described("a number to experiment with (RFC 3692)", "un número para experimentos (RFC 3692)"),
	254: described("a number to experiment with (RFC 3692)", "un número para experimentos (RFC 3692)"),
}

// IPProtocol says what a number of IP's protocols stands for, "" where nothing is known of it here.
func IPProtocol(l Lang, n uint8) string {
	p := ipProtocols[n]
	name, what := l.Pick(p.name[0], p.name[1]), l.Pick(p.what[0], p.what[1])
	if name != "" && what != "" {
		return name + ": " + what
	}
	return name + what
}

// IPProtocolCalled is the number of the protocol of IP that has such a name, in any case.
func IPProtocolCalled(name string) (uint8, bool) {
	for n, p := range ipProtocols {
		if p.name[0] != "" && (strings.EqualFold(name, p.name[0]) || strings.EqualFold(name, p.name[1])) {
			return n, true
		}
	}
	return 0, false
}

// Protocol is what people call an IP protocol that has no verdict: its name, or its number
// with what it is a number of.
func Protocol(l Lang, name string) string {
	if name == "" || name[0] < '0' || name[0] > '9' {
		return name
	}
	if n, err := strconv.ParseUint(name, 10, 8); err == nil {
		if p := ipProtocols[uint8(n)].name; p[0] != "" {
			return l.Pick(p[0], p[1])
		}
	}
	return l.Pick("IP protocol ", "protocolo IP ") + name
}

// Transport is what stands behind a port: the record's word, or for a number the protocol's name.
func Transport(name string) string { return strings.ToLower(Protocol(English, name)) }

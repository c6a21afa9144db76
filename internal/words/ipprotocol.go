package words

// ipProtocols say what the numbers of IP's protocols stand for, of those that no verdict is given of
// (IANA, protocol-numbers).
var ipProtocols = map[uint8][2]string{
	0:   {"hop-by-hop options of IPv6", "opciones de IPv6 para cada salto"},
	2:   {"IGMP: who wants which multicast", "IGMP: quién quiere qué multidifusión"},
	4:   {"IPv4 in IP", "IPv4 dentro de IP"},
	8:   {"EGP: routers tell each other the ways", "EGP: los enrutadores (routers) se cuentan los caminos"},
	33:  {"DCCP: datagrams with a handshake", "DCCP: datagramas con acuerdo previo"},
	41:  {"IPv6 in IP", "IPv6 dentro de IP"},
	43:  {"routing header of IPv6", "cabecera de encaminamiento de IPv6"},
	44:  {"a fragment of IPv6", "un fragmento de IPv6"},
	46:  {"RSVP: reserves room on the way", "RSVP: reserva sitio en el camino"},
	47:  {"GRE: a tunnel", "GRE: un túnel"},
	50:  {"ESP: enciphered by IPsec", "ESP: cifrado con IPsec"},
	51:  {"AH: signed by IPsec", "AH: firmado con IPsec"},
	59:  {"IPv6-NoNxt: nothing follows its headers", "IPv6-NoNxt: no sigue nada a sus cabeceras"},
	60:  {"options of IPv6 for the receiver", "opciones de IPv6 para quien recibe"},
	88:  {"EIGRP: routers tell each other the ways", "EIGRP: los enrutadores (routers) se cuentan los caminos"},
	89:  {"OSPF: routers tell each other the ways", "OSPF: los enrutadores (routers) se cuentan los caminos"},
	94:  {"IPIP: a tunnel", "IPIP: un túnel"},
	97:  {"EtherIP: Ethernet in IP", "EtherIP: Ethernet dentro de IP"},
	103: {"PIM: routers arrange multicast", "PIM: los enrutadores (routers) acuerdan la multidifusión"},
	108: {"IPComp: compressed packets", "IPComp: paquetes comprimidos"},
	112: {"VRRP: routers agree which of them serves", "VRRP: los enrutadores (routers) acuerdan cuál de ellos atiende"},
	113: {"PGM: multicast that repeats what was lost", "PGM: multidifusión que repite lo perdido"},
	115: {"L2TP: a tunnel", "L2TP: un túnel"},
	124: {"IS-IS: routers tell each other the ways", "IS-IS: los enrutadores (routers) se cuentan los caminos"},
	136: {"UDP-Lite: datagrams that may be damaged in part", "UDP-Lite: datagramas que pueden llegar dañados en parte"},
	137: {"MPLS in IP", "MPLS dentro de IP"},
}

// IPProtocol says what a number of IP's protocols stands for, "" where nothing is known of it here.
func IPProtocol(l Lang, n uint8) string {
	p := ipProtocols[n]
	return l.Pick(p[0], p[1])
}

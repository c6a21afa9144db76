package filter

// proto is a protocol word of the language ("pname" in its grammar). It is a
// qualifier, an abbreviation or the subject of an index, depending on place.
type proto uint8

const (
	pNone proto = iota
	pLink
	pIP
	pARP
	pRARP
	pSCTP
	pTCP
	pUDP
	pICMP
	pIGMP
	pIGRP
	pPIM
	pVRRP
	pCARP
	pATalk
	pAARP
	pDECnet
	pLAT
	pSCA
	pMOPDL
	pMOPRC
	pIP6
	pICMP6
	pAH
	pESP
	pISO
	pESIS
	pISIS
	pL1
	pL2
	pIIH
	pLSP
	pSNP
	pCSNP
	pPSNP
	pCLNP
	pSTP
	pIPX
	pNetBEUI
	pRadio
)

// protoWords are the words that name a proto.
var protoWords = map[string]proto{
	"link": pLink, "ether": pLink, "ppp": pLink, "slip": pLink, "fddi": pLink, "tr": pLink, "wlan": pLink,
	"ip": pIP, "arp": pARP, "rarp": pRARP, "sctp": pSCTP, "tcp": pTCP, "udp": pUDP, "icmp": pICMP,
	"igmp": pIGMP, "igrp": pIGRP, "pim": pPIM, "vrrp": pVRRP, "carp": pCARP, "atalk": pATalk,
	"aarp": pAARP, "decnet": pDECnet, "lat": pLAT, "sca": pSCA, "mopdl": pMOPDL, "moprc": pMOPRC,
	"ip6": pIP6, "icmp6": pICMP6, "ah": pAH, "esp": pESP, "iso": pISO, "esis": pESIS, "es-is": pESIS,
	"isis": pISIS, "is-is": pISIS, "l1": pL1, "l2": pL2, "iih": pIIH, "lsp": pLSP, "snp": pSNP,
	"csnp": pCSNP, "psnp": pPSNP, "clnp": pCLNP, "stp": pSTP, "ipx": pIPX, "netbeui": pNetBEUI,
	"radio": pRadio,
}

// ipProto says how a protocol word reads in IP: its IANA number and whether it
// is looked for in IPv4, in IPv6 or in both.
type ipProto struct {
	num    uint32
	v4, v6 bool
}

var ipProtos = map[proto]ipProto{
	pSCTP: {132, true, true}, pTCP: {6, true, true}, pUDP: {17, true, true}, pICMP: {1, true, false},
	pIGMP: {2, true, false}, pIGRP: {9, true, false}, pPIM: {103, true, true}, pVRRP: {112, true, false},
	pCARP: {112, true, false}, pICMP6: {58, false, true}, pAH: {51, true, true}, pESP: {50, true, true},
}

// EtherTypes and LLC service access points the language knows.
const (
	etherIP     = 0x0800
	etherARP    = 0x0806
	etherRARP   = 0x8035
	etherATalk  = 0x809b
	etherAARP   = 0x80f3
	etherDECnet = 0x6003
	etherSCA    = 0x6007
	etherLAT    = 0x6004
	etherMOPDL  = 0x6001
	etherMOPRC  = 0x6002
	etherIP6    = 0x86dd
	etherIPX    = 0x8137
	etherNS     = 0x0600
	etherVLAN   = 0x8100
	etherQinQ   = 0x88a8
	etherQinQ9  = 0x9100
	etherMPLS   = 0x8847
	etherPPPoED = 0x8863
	etherPPPoES = 0x8864
	etherTEB    = 0x6558
	etherMax    = 1500 // a smaller type field is an 802.3 length

	sapIP      = 0x06
	sapSTP     = 0x42
	sapSNAP    = 0xaa
	sapIPX     = 0xe0
	sapNetBEUI = 0xf0
	sapISO     = 0xfe
)

// linkProtos are the protocol words that stand for an EtherType or an SAP.
var linkProtos = map[proto]uint32{
	pIP: etherIP, pARP: etherARP, pRARP: etherRARP, pATalk: etherATalk, pAARP: etherAARP,
	pDECnet: etherDECnet, pSCA: etherSCA, pLAT: etherLAT, pMOPDL: etherMOPDL, pMOPRC: etherMOPRC,
	pIP6: etherIP6, pISO: sapISO, pSTP: sapSTP, pIPX: sapIPX, pNetBEUI: sapNetBEUI,
}

// etherNames are what "ether proto \NAME" knows.
var etherNames = map[string]uint32{
	"aarp": etherAARP, "arp": etherARP, "atalk": etherATalk, "decnet": etherDECnet, "ip": etherIP,
	"ip6": etherIP6, "lat": etherLAT, "loopback": 0x9000, "mopdl": etherMOPDL, "moprc": etherMOPRC,
	"rarp": etherRARP, "sca": etherSCA, "iso": sapISO, "stp": sapSTP, "ipx": sapIPX, "netbeui": sapNetBEUI,
}

// OSI network layer protocol identifiers (ISO/IEC TR 9577).
const (
	nlpidCLNP = 0x81
	nlpidESIS = 0x82
	nlpidISIS = 0x83
)

var isoNames = map[string]uint32{"esis": nlpidESIS, "isis": nlpidISIS, "clnp": nlpidCLNP}

// isisPDUs are the IS-IS PDU types (ISO 10589, section 9) a word covers, in the
// order in which they are tried.
var isisPDUs = map[proto][]uint32{
	pL1: {26, 24, 18, 15, 17}, pL2: {27, 25, 20, 16, 17}, pIIH: {17, 15, 16}, pLSP: {18, 20},
	pSNP: {27, 26, 24, 25}, pCSNP: {24, 25}, pPSNP: {26, 27},
}

// ipNames are protocol names as in /etc/protocols (IANA "Protocol Numbers"), so
// that "ip proto \ospf" does not depend on the machine.
var ipNames = map[string]uint32{
	"ip": 0, "hopopt": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipencap": 4, "st": 5, "tcp": 6, "egp": 8,
	"igp": 9, "pup": 12, "udp": 17, "hmp": 20, "xns-idp": 22, "rdp": 27, "iso-tp4": 29, "dccp": 33,
	"xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44, "idrp": 45,
	"rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "skip": 57, "ipv6-icmp": 58, "ipv6-nonxt": 59,
	"ipv6-opts": 60, "rspf": 73, "vmtp": 81, "eigrp": 88, "ospf": 89, "ax.25": 93, "ipip": 94,
	"etherip": 97, "encap": 98, "pim": 103, "ipcomp": 108, "vrrp": 112, "l2tp": 115, "isis": 124,
	"sctp": 132, "fc": 133, "mobility-header": 135, "udplite": 136, "mpls-in-ip": 137, "manet": 138,
	"hip": 139, "shim6": 140, "wesp": 141, "rohc": 142, "ethernet": 143,
}

// numberWords are words that stand for a number in arithmetic: offsets, ICMP
// types (RFC 792, RFC 4443) and TCP flags.
var numberWords = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4,
	"icmp-redirect": 5, "icmp-echo": 8, "icmp-routeradvert": 9, "icmp-routersolicit": 10,
	"icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14,
	"icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
	"icmp6type": 0, "icmp6code": 1, "icmp6-destinationunreach": 1, "icmp6-packettoobig": 2,
	"icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4, "icmp6-echo": 128, "icmp6-echoreply": 129,
	"icmp6-multicastlistenerquery": 130, "icmp6-multicastlistenerreportv1": 131,
	"icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133, "icmp6-routeradvert": 134,
	"icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140,
	"icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144,
	"icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146,
	"icmp6-mobileprefixadvert": 147, "icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149,
	"icmp6-multicastrouteradvert": 151, "icmp6-multicastroutersolicit": 152,
	"icmp6-multicastrouterterm": 153,
	"tcpflags":                  13, "tcp-fin": 0x01, "tcp-syn": 0x02, "tcp-rst": 0x04, "tcp-push": 0x08,
	"tcp-ack": 0x10, "tcp-urg": 0x20, "tcp-ece": 0x40, "tcp-cwr": 0x80,
}

// Frame control values of 802.11 (IEEE 802.11-2020, section 9.2.4.1).
const (
	wlanTypeMask    = 0x0c
	wlanSubtypeMask = 0xf0
	wlanControl     = 0x04
	wlanCTS         = 0xc0
	wlanACK         = 0xd0
	wlanDirMask     = 0x03
)

var wlanTypes = map[string]uint32{"data": 0x08, "mgt": 0, "management": 0, "ctl": wlanControl, "control": wlanControl}

var wlanDirs = map[string]uint32{"nods": 0, "tods": 1, "fromds": 2, "dstods": 3}

// wlanSubtypes are tried in this order when no type is named.
var wlanSubtypes = []struct {
	typ   uint32
	names map[string]uint32
}{
	{0x00, map[string]uint32{
		"assocreq": 0x00, "assoc-req": 0x00, "assocresp": 0x10, "assoc-resp": 0x10, "reassocreq": 0x20,
		"reassoc-req": 0x20, "reassocresp": 0x30, "reassoc-resp": 0x30, "probereq": 0x40,
		"probe-req": 0x40, "proberesp": 0x50, "probe-resp": 0x50, "beacon": 0x80, "atim": 0x90,
		"disassoc": 0xa0, "disassociation": 0xa0, "auth": 0xb0, "authentication": 0xb0, "deauth": 0xc0,
		"deauthentication": 0xc0,
	}},
	{wlanControl, map[string]uint32{
		"ps-poll": 0xa0, "rts": 0xb0, "cts": wlanCTS, "ack": wlanACK, "cf-end": 0xe0, "cf-end-ack": 0xf0,
	}},
	{0x08, map[string]uint32{
		"data": 0x00, "data-cf-ack": 0x10, "data-cf-poll": 0x20, "data-cf-ack-poll": 0x30, "null": 0x40,
		"cf-ack": 0x50, "cf-poll": 0x60, "cf-ack-poll": 0x70, "qos-data": 0x80, "qos-data-cf-ack": 0x90,
		"qos-data-cf-poll": 0xa0, "qos-data-cf-ack-poll": 0xb0, "qos": 0xc0, "qos-cf-poll": 0xe0,
		"qos-cf-ack-poll": 0xf0,
	}},
}

// llcKinds are the words after "llc": how the control octet of IEEE 802.2 is
// masked and what it then is.
var llcKinds = map[string]struct{ mask, val uint32 }{
	"i": {0x01, 0x00}, "s": {0x03, 0x01}, "u": {0x03, 0x03},
	"rr": {0x0f, 0x01}, "rnr": {0x0f, 0x05}, "rej": {0x0f, 0x09},
	"ui": {0xef, 0x03}, "ua": {0xef, 0x63}, "disc": {0xef, 0x43}, "dm": {0xef, 0x0f}, "sabme": {0xef, 0x6f},
	"test": {0xef, 0xe3}, "xid": {0xef, 0xaf}, "frmr": {0xef, 0x87},
}

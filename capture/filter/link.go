package filter

import (
	"strconv"

	"portero/capture"
)

// family says how a link type tells what it carries.
type family uint8

const (
	famNone       family = iota // it does not, or it is not known here: only link[N] works
	famEther                    // EtherType or 802.3 length
	famCHDLC                    // EtherType lookalike
	famWLAN                     // LLC/SNAP behind an 802.11 header
	famLLC                      // LLC/SNAP at a fixed place
	famSLL                      // Linux cooked: EtherType or 802.2 marks
	famVersion                  // IP version nibble
	famIPv4                     // always IPv4
	famIPv6                     // always IPv6
	famPPP                      // PPP protocol number
	famPPPBSD                   // the same with Van Jacobson compression
	famLoopback                 // address family in the byte order of the capturing host
	famLoop                     // address family in network byte order
	famARCnet                   // ARCnet protocol id
	famAppleTalk                // always AppleTalk
	famFrameRelay               // NLPID
	famMagic                    // a magic number, then anything (Juniper, BACnet)
	famIPNet                    // Solaris ipnet family octet
	famType                     // an EtherType at a fixed place
	famATM                      // raw ATM with a pseudo header; LLC/SNAP if that says so
)

// unset marks an offset that a link type does not have.
const unset = 1<<32 - 1

// linkInfo is where the fields of a link type are, in octets from the start of
// the frame.
type linkInfo struct {
	name       string
	fam        family
	typ        uint32 // type field
	payload    uint32 // what follows the link header, LLC included
	net        uint32 // network header behind payload, over SNAP where LLC is
	netNoSNAP  uint32 // the same over plain LLC
	header     uint32 // link header, behind a pseudo header
	magic      uint32 // famMagic: 32 bits at the start ...
	magicMask  uint32 // ... under this mask
	varHeader  bool   // a header of variable length comes before the link header
	varPayload bool   // the link header has a variable length
}

// Link types (tcpdump.org, "Link-layer header types") the code names.
const (
	ltEthernet     capture.LinkType = 1
	ltTokenRing    capture.LinkType = 6
	ltARCnet       capture.LinkType = 7
	ltSLIP         capture.LinkType = 8
	ltFDDI         capture.LinkType = 10
	ltWLAN         capture.LinkType = 105
	ltPrism        capture.LinkType = 119
	ltIPFC         capture.LinkType = 122
	ltRadiotap     capture.LinkType = 127
	ltARCnetLinux  capture.LinkType = 129
	ltAVS          capture.LinkType = 163
	ltPPPD         capture.LinkType = 166
	ltPPI          capture.LinkType = 192
	ltIPNet        capture.LinkType = 226
	ltNetAnalyzer  capture.LinkType = 240
	ltNetAnalyzerT capture.LinkType = 241
	ltSLL          capture.LinkType = 113
	ltSLL2         capture.LinkType = 276
	ltATM          capture.LinkType = 123
)

// Values below rawFirst or above rawLast that are not in links are no link types
// libpcap has ever numbered.
const (
	rawFirst capture.LinkType = 104
	rawLast  capture.LinkType = 289
)

// juniperMask: Juniper's headers begin with the letters MGC and a flags octet.
const (
	juniperMagic = 0x4d474300
	juniperMask  = 0xffffff00
)

func juniper(name string, typ, payload, net, noSNAP uint32) linkInfo {
	return linkInfo{name: "Juniper " + name, fam: famMagic, typ: typ, payload: payload, net: net,
		netNoSNAP: noSNAP, magic: juniperMagic, magicMask: juniperMask}
}

var links = map[capture.LinkType]linkInfo{
	0:              {name: "BSD loopback", fam: famLoopback, payload: 4},
	108:            {name: "OpenBSD loopback", fam: famLoop, payload: 4},
	109:            {name: "OpenBSD encapsulated IP", fam: famLoopback, payload: 12},
	ltEthernet:     {name: "Ethernet", fam: famEther, typ: 12, payload: 14, netNoSNAP: 3},
	ltNetAnalyzer:  {name: "Ethernet with netANALYZER header", fam: famEther, typ: 16, payload: 18, netNoSNAP: 3, header: 4},
	ltNetAnalyzerT: {name: "Ethernet with netANALYZER header and preamble", fam: famEther, typ: 24, payload: 26, netNoSNAP: 3, header: 12},
	ltTokenRing:    {name: "token ring", fam: famLLC, typ: 14, payload: 14, net: 8, netNoSNAP: 3},
	ltFDDI:         {name: "FDDI", fam: famLLC, typ: 13, payload: 13, net: 8, netNoSNAP: 3},
	11:             {name: "RFC 1483 ATM", fam: famLLC, net: 8, netNoSNAP: 3},
	100:            {name: "RFC 1483 ATM", fam: famLLC, net: 8, netNoSNAP: 3},
	19:             {name: "Linux classical IP over ATM", fam: famLLC, net: 8, netNoSNAP: 3},
	106:            {name: "Linux classical IP over ATM", fam: famLLC, net: 8, netNoSNAP: 3},
	ltIPFC:         {name: "IP over Fibre Channel", fam: famLLC, typ: 16, payload: 16, net: 8, netNoSNAP: 3},
	ltARCnet:       {name: "ARCnet", fam: famARCnet, typ: 2, payload: 6},
	ltARCnetLinux:  {name: "Linux ARCnet", fam: famARCnet, typ: 4, payload: 8},
	ltSLIP:         {name: "SLIP", fam: famVersion, typ: unset, payload: 16},
	15:             {name: "BSD/OS SLIP", fam: famVersion, typ: unset, payload: 24},
	102:            {name: "BSD/OS SLIP", fam: famVersion, typ: unset, payload: 24},
	12:             {name: "raw IP", fam: famVersion, typ: unset},
	101:            {name: "raw IP", fam: famVersion, typ: unset},
	228:            {name: "raw IPv4", fam: famIPv4, typ: unset},
	229:            {name: "raw IPv6", fam: famIPv6, typ: unset},
	9:              {name: "PPP", fam: famPPP, typ: 2, payload: 4},
	50:             {name: "PPP over serial", fam: famPPP, typ: 2, payload: 4},
	ltPPPD:         {name: "PPP with direction", fam: famPPP, typ: 2, payload: 4},
	51:             {name: "PPPoE session", fam: famPPP, typ: 6, payload: 8},
	16:             {name: "BSD/OS PPP", fam: famPPPBSD, typ: 5, payload: 24},
	103:            {name: "BSD/OS PPP", fam: famPPPBSD, typ: 5, payload: 24},
	104:            {name: "Cisco HDLC", fam: famCHDLC, typ: 2, payload: 4},
	112:            {name: "Cisco HDLC", fam: famCHDLC, typ: 2, payload: 4},
	ltATM:          {name: "raw ATM", fam: famATM, typ: 4, payload: 4, net: 8, netNoSNAP: 3},
	107:            {name: "Frame Relay", fam: famFrameRelay, typ: unset},
	ltWLAN:         {name: "802.11", fam: famWLAN, typ: 24, net: 8, netNoSNAP: 3, varPayload: true},
	ltPrism:        {name: "802.11 with Prism header", fam: famWLAN, typ: 24, net: 8, netNoSNAP: 3, varPayload: true, varHeader: true},
	ltAVS:          {name: "802.11 with AVS header", fam: famWLAN, typ: 24, net: 8, netNoSNAP: 3, varPayload: true, varHeader: true},
	ltRadiotap:     {name: "802.11 with radiotap header", fam: famWLAN, typ: 24, net: 8, netNoSNAP: 3, varPayload: true, varHeader: true},
	ltPPI:          {name: "802.11 with PPI header", fam: famWLAN, typ: 24, net: 8, netNoSNAP: 3, varPayload: true, varHeader: true},
	ltSLL:          {name: "Linux cooked v1", fam: famSLL, typ: 14, payload: 16},
	ltSLL2:         {name: "Linux cooked v2", fam: famType, payload: 20},
	114:            {name: "LocalTalk", fam: famAppleTalk, typ: unset},
	138:            {name: "Apple IP over IEEE 1394", fam: famType, typ: 16, payload: 18},
	99:             {name: "Symantec firewall", fam: famType, typ: 6, payload: 44},
	ltIPNet:        {name: "Solaris ipnet", fam: famIPNet, typ: 1, payload: 24, netNoSNAP: unset},
	165:            {name: "BACnet MS/TP", fam: famMagic, typ: unset, payload: unset, net: unset, netNoSNAP: unset, magic: 0x55ff0000, magicMask: 0xffff0000},

	130: juniper("MLPPP", 4, 4, 0, unset),
	131: juniper("MLFR", 4, 4, 0, unset),
	132: juniper("ES", 6, unset, unset, unset),
	133: juniper("GGSN", 6, 12, 0, unset),
	134: juniper("MFR", 4, 4, 0, unset),
	135: juniper("ATM2", 8, 8, 0, 10),
	136: juniper("services", 12, unset, unset, unset),
	137: juniper("ATM1", 4, 4, 0, 10),
	164: juniper("monitor", 12, 12, 0, unset),
	167: juniper("PPPoE", 16, 14, 18, 21),
	168: juniper("PPPoE over ATM", 4, 6, 0, unset),
	178: juniper("Ethernet", 16, 14, 18, 21),
	179: juniper("PPP", 4, 4, 0, unset),
	180: juniper("Frame Relay", 4, 4, 0, unset),
	181: juniper("Cisco HDLC", 4, 4, 0, unset),
	183: juniper("VP", 18, unset, unset, unset),
	194: juniper("ISM", 8, unset, unset, unset),
	200: juniper("ST", 18, unset, unset, unset),
	232: juniper("VS", 8, unset, unset, unset),
	233: juniper("SRX E2E", 8, unset, unset, unset),
	234: juniper("Fibre Channel", 8, unset, unset, unset),
	238: juniper("ATM CEMIC", 8, unset, unset, unset),

	239: rawLink("Linux NFLOG"),
	117: rawLink("PF log"),
	140: rawLink("MTP2"),
	182: rawLink("multi-link Frame Relay"),
	189: rawLink("Linux USB"),
	220: rawLink("Linux USB"),
	249: rawLink("USBPcap"),
	195: rawLink("IEEE 802.15.4"),
	230: rawLink("IEEE 802.15.4 without FCS"),
	227: rawLink("SocketCAN"),
	187: rawLink("Bluetooth HCI"),
	201: rawLink("Bluetooth HCI"),
	253: rawLink("netlink"),
	271: rawLink("vsock"),
}

func rawLink(name string) linkInfo {
	return linkInfo{name: name, typ: unset, payload: unset, net: unset, netNoSNAP: unset}
}

// linkOf describes l. ok is false for a number that is no link type.
func linkOf(l capture.LinkType) (linkInfo, bool) {
	if li, ok := links[l]; ok {
		return li, true
	}
	return rawLink("link type " + strconv.Itoa(int(l))), l >= rawFirst && l <= rawLast
}

func linkName(l capture.LinkType) string {
	if li, ok := links[l]; ok {
		return li.name
	}
	return "unknown"
}

func isWLAN(l capture.LinkType) bool {
	switch l {
	case ltWLAN, ltPrism, ltAVS, ltRadiotap, ltPPI:
		return true
	}
	return false
}

package capture

import "fmt"

// Reason names what a frame is that carries no IP packet.
type Reason struct {
	kind reasonKind
	n    uint16
}

type reasonKind uint8

const (
	reasonNone reasonKind = iota
	reasonShort
	reasonMalformed
	reasonLink      // n is the link type
	reasonEtherType // n is the EtherType
	reasonLLC       // n is DSAP<<8 | SSAP
	reasonSNAP      // n is the protocol id
	reasonPPP       // n is the PPP protocol
	reasonPPPoE
	reasonPPPoEOther // of another version, type or code than session data has (RFC 2516, section 6)
	reasonWiFiManagement
	reasonWiFiControl
	reasonWiFiEncrypted
	reasonWiFiNoData
	reasonWiFiFragment
	reasonTooDeep
	reasonMPLS
	reasonNovell
	reasonISL
	reasonFrameRelay
)

var etherNames = map[uint16]string{0x0806: "arp", 0x8035: "rarp", 0x88cc: "lldp", 0x888e: "eapol", 0x8809: "slow protocols (lacp)",
	0x8863: "pppoe discovery", 0x88f7: "ptp", 0x88e5: "macsec", 0x8906: "fcoe", 0x8914: "fip", 0x893a: "ieee 1905", 0x9000: "loopback test",
	0x8892: "profinet", 0x88a4: "ethercat", 0x88b8: "goose", 0x88ba: "sampled values", 0x8902: "cfm", 0x8137: "ipx", 0x809b: "appletalk",
	0x80f3: "aarp", 0x6000: "dec", 0x6002: "dec mop", 0x6003: "decnet", 0x88d9: "lltd", 0x890d: "tdls", 0x8903: "fabricpath", 0x8100: "vlan",
	0x22f0: "avtp", 0x22f3: "trill", 0x22ea: "srp", 0x88f5: "mvrp", 0x88a2: "ata over ethernet", 0x88e1: "homeplug", 0x8999: "realtek", 0x7373: "realtek",
	0x8870: "jumbo llc", 0x894f: "nsh", 0x890f: "cobranet", 0x8819: "cobranet", 0x0842: "wake on lan", 0x80e1: "bacnet", 0x4305: "b.a.t.m.a.n.",
	0x88fb: "prp and hsr supervision", 0x88ca: "tipc", 0x8947: "geonetworking", 0x886f: "microsoft nlb"}

// String is a short word for people.
func (r Reason) String() string {
	switch r.kind {
	case reasonShort:
		return "cut before its addresses"
	case reasonMalformed:
		return "malformed"
	case reasonLink:
		return LinkType(r.n).String()
	case reasonEtherType:
		if s := etherNames[r.n]; s != "" {
			return s
		}
		return fmt.Sprintf("ethertype 0x%04x", r.n)
	case reasonLLC:
		switch r.n {
		case 0x4242:
			return "stp"
		case 0xfefe:
			return "iso (is-is, clnp)"
		case 0xe0e0:
			return "ipx"
		case 0xf0f0:
			return "netbios (netbeui)"
		case 0x0404:
			return "sna"
		}
		return fmt.Sprintf("llc 0x%04x", r.n)
	case reasonSNAP:
		switch r.n {
		case 0x2000:
			return "cdp"
		case 0x2003:
			return "vtp"
		case 0x2004:
			return "dtp"
		case 0x010b:
			return "pvst"
		case 0x0111:
			return "udld"
		}
		return fmt.Sprintf("snap 0x%04x", r.n)
	case reasonPPP:
		switch r.n {
		case 0xc021:
			return "ppp lcp"
		case 0x8021:
			return "ppp ipcp"
		case 0x8057:
			return "ppp ipv6cp"
		case 0xc023:
			return "ppp pap"
		case 0xc223:
			return "ppp chap"
		case pppMultilink:
			return "ppp multilink"
		case 0x00fd:
			return "ppp compressed"
		}
		return fmt.Sprintf("ppp 0x%04x", r.n)
	case reasonPPPoE:
		return "pppoe discovery"
	case reasonPPPoEOther:
		return "pppoe, no session data"
	case reasonWiFiManagement:
		return "802.11 management"
	case reasonWiFiControl:
		return "802.11 control"
	case reasonWiFiEncrypted:
		return "802.11 encrypted"
	case reasonWiFiNoData:
		return "802.11 without data"
	case reasonWiFiFragment:
		return "802.11 fragment"
	case reasonTooDeep:
		return "too many headers"
	case reasonMPLS:
		return "mpls, not ip"
	case reasonNovell:
		return "ipx"
	case reasonISL:
		return "isl"
	case reasonFrameRelay:
		return "frame relay signalling"
	}
	return "unknown"
}

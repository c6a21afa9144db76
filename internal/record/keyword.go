package record

import "strconv"

// keywords are the names of IANA's registry for protocols of IP that are met. What is not here has its number.
var keywords = [256]string{0: "HOPOPT", 1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 8: "EGP", 9: "IGP", 17: "UDP", 27: "RDP", 33: "DCCP",
	41: "IPv6", 43: "IPv6-Route", 44: "IPv6-Frag", 46: "RSVP", 47: "GRE", 50: "ESP", 51: "AH", 54: "NARP", 58: "IPv6-ICMP", 59: "IPv6-NoNxt",
	60: "IPv6-Opts", 88: "EIGRP", 89: "OSPFIGP", 97: "ETHERIP", 98: "ENCAP", 103: "PIM", 108: "IPComp", 112: "VRRP", 113: "PGM",
	115: "L2TP", 132: "SCTP", 135: "Mobility Header", 136: "UDPLite", 137: "MPLS-in-IP", 138: "manet", 139: "HIP", 140: "Shim6",
	141: "WESP", 142: "ROHC", 143: "Ethernet", 144: "AGGFRAG", 145: "NSH"}

// Keyword is what IANA's registry calls a protocol of IP, or its number.
func Keyword(proto uint8) string {
	if s := keywords[proto]; s != "" {
		return s
	}
	return strconv.Itoa(int(proto))
}

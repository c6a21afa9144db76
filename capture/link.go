package capture

import "fmt"

// Link types that portero decodes or names (tcpdump.org/linktypes.html).
const (
	LinkNull       LinkType = 0
	LinkEthernet   LinkType = 1
	LinkTokenRing  LinkType = 6
	LinkPPP        LinkType = 9
	LinkFDDI       LinkType = 10
	LinkRaw12      LinkType = 12 // DLT_RAW as most systems number it
	LinkRaw14      LinkType = 14 // DLT_RAW of OpenBSD
	LinkPPPHDLC    LinkType = 50
	LinkPPPEther   LinkType = 51
	LinkRaw        LinkType = 101
	LinkCHDLC      LinkType = 104
	LinkWiFi       LinkType = 105
	LinkFrameRelay LinkType = 107
	LinkLoop       LinkType = 108
	LinkSLL        LinkType = 113
	LinkPFLog      LinkType = 117
	LinkPrism      LinkType = 119
	LinkRadiotap   LinkType = 127
	LinkAVS        LinkType = 163
	LinkPPI        LinkType = 192
	LinkPPPDir     LinkType = 204
	LinkIPv4       LinkType = 228
	LinkIPv6       LinkType = 229
	LinkNFLOG      LinkType = 239
	LinkSLL2       LinkType = 276
	linkENC        LinkType = 109 // OpenBSD's IPsec
	linkJuniper    LinkType = 178
	linkPKTAP      LinkType = 258
	linkUser2      LinkType = 149
	linkSunATM              = 123
	linkERF                 = 197
	linkIPNET               = 226
	linkMPacket             = 274
	linkEPON                = 259
	linkDOCSIS              = 143
	linkAX25                = 3
	linkHCI                 = 187
	linkHCIWay              = 201 // with where it goes
	linkHCIMonitor          = 254
	linkTZSP                = 128
	linkExported            = 252
	linkLowPAN              = 195
	linkLowPANBare          = 230 // without its check sequence
	linkLowPANTap           = 283
	linkUSB                 = 189 // as Linux notes it
	linkUSBMapped           = 220 // and through its ring
	linkUSBPcap             = 249 // Windows
	linkUSBDarwin           = 266
)

var linkNames = map[LinkType]string{0: "null", 1: "ethernet", 3: "ax25", 6: "token ring", 7: "arcnet", 8: "slip", 9: "ppp", 10: "fddi", 12: "raw ip", 14: "raw ip",
	50: "ppp hdlc", 51: "pppoe", 100: "atm rfc1483", 101: "raw ip", 106: "ip over atm", 104: "cisco hdlc", 105: "802.11", 107: "frame relay", 108: "loop", 109: "enc", 113: "linux cooked",
	114: "localtalk", 117: "pflog", 119: "802.11 prism", 120: "aironet", 122: "ip over fibre channel", 123: "sunatm", 127: "802.11 radiotap", 128: "tzsp", 129: "arcnet linux", 138: "apple ip over ieee 1394",
	149: "user 2", 178: "juniper ethernet", 179: "juniper ppp", 180: "juniper frame relay", 181: "juniper cisco hdlc", 259: "epon", 140: "mtp2", 141: "mtp3", 142: "sccp", 143: "docsis", 144: "irda", 163: "802.11 avs", 165: "bacnet ms/tp", 166: "ppp pppd", 169: "gpf-t", 177: "lapd linux", 187: "bluetooth hci h4",
	189: "usb linux", 192: "ppi", 195: "802.15.4", 197: "erf", 201: "bluetooth hci h4", 202: "ax25 kiss", 204: "ppp with direction", 205: "cisco hdlc with direction", 206: "frame relay with direction",
	209: "ipmb linux", 215: "802.15.4 nonask", 219: "mpls", 220: "usb linux", 224: "fc-2", 226: "ipnet", 227: "can socketcan", 228: "raw ipv4", 229: "raw ipv6", 230: "802.15.4 no fcs", 231: "d-bus", 242: "ip over infiniband", 258: "pktap",
	235: "dvb-ci", 239: "nflog", 240: "netanalyzer", 241: "netanalyzer",
	243: "mpeg-2 ts", 245: "nfc llcp", 247: "infiniband", 248: "sctp", 249: "usbpcap", 251: "bluetooth le", 252: "wireshark exported pdu", 253: "netlink", 254: "bluetooth monitor",
	256: "bluetooth le phdr", 257: "profibus", 266: "usb darwin", 270: "loratap", 271: "vsock",
	272: "nordic ble", 273: "xra-31", 274: "ethernet with preamble", 276: "linux cooked v2", 278: "openvizsla", 281: "dsa broadcom", 282: "dsa broadcom",
	283: "802.15.4 tap", 284: "dsa marvell", 285: "dsa marvell", 286: "elee"}

// String names the link type.
func (l LinkType) String() string {
	if s := linkNames[l]; s != "" {
		return s
	}
	return fmt.Sprintf("link type %d", uint16(l))
}

// link decodes a frame of link type l, n octets long on the wire.
func (d *Decoder) link(l LinkType, off, n int) Outcome {
	switch l {
	case LinkEthernet:
		return d.ethernet(off, n)
	case LinkRaw, LinkRaw12, LinkRaw14, LinkIPv4, LinkIPv6:
		if n == 0 || !d.have(off, 1) {
			return d.short()
		}
		return d.ip(off, n)
	case LinkNull, LinkLoop:
		return d.null(off, n)
	case LinkSLL:
		if !d.have(off, 16) {
			return d.short()
		}
		if be.Uint16(d.data[off:]) == 4 {
			d.p.Bits |= Outgoing
		}
		return d.cooked(be.Uint16(d.data[off+2:]), be.Uint16(d.data[off+14:]), off+16, n-16)
	case LinkSLL2:
		if !d.have(off, 20) {
			return d.short()
		}
		if d.data[off+10] == 4 {
			d.p.Bits |= Outgoing
		}
		return d.cooked(be.Uint16(d.data[off+8:]), be.Uint16(d.data[off:]), off+20, n-20)
	case LinkPPP, LinkPPPHDLC:
		return d.pppFrame(off, n)
	case 166: // as pppd sees it: the direction, 0 or 1, in the place of HDLC's address
		if d.have(off, 2) && d.data[off] <= 1 && d.data[off+1] == 3 {
			return d.ppp(off+2, n-2)
		}
		return d.pppFrame(off, n)
	case LinkPPPDir:
		return d.pppFrame(off+1, n-1)
	case LinkPPPEther:
		return d.pppoe(off, n)
	case LinkCHDLC:
		return d.chdlc(off, n)
	case 205:
		return d.chdlc(off+1, n-1)
	case LinkFrameRelay:
		return d.frameRelay(off, n)
	case 206:
		return d.frameRelay(off+1, n-1)
	case LinkWiFi:
		return d.wifi(off, n)
	case LinkRadiotap:
		return d.radiotap(off, n)
	case LinkPrism:
		if d.have(off, 4) && be.Uint32(d.data[off:])&0xfffff000 == 0x80211000 {
			return d.avs(off, n)
		}
		if !d.have(off, 144) {
			return d.short()
		}
		return d.wifi(off+144, n-144)
	case LinkAVS:
		return d.avs(off, n)
	case LinkPPI:
		return d.ppi(off, n)
	case LinkNFLOG:
		return d.nflog(off, n)
	case LinkPFLog:
		return d.pflog(off, n)
	case LinkTokenRing:
		return d.tokenRing(off, n)
	case LinkFDDI:
		return d.fddi(off, n)
	case linkENC:
		if !d.have(off, 12) {
			return d.short()
		}
		return d.family(off, off+12, n-12)
	case linkJuniper, 179, 180, 181:
		return d.juniper(l, off, n)
	case linkEPON: // a preamble with the logical link in it (IEEE 802.3, clause 65)
		return d.ethernet(off+8, n-8)
	case linkDOCSIS:
		return d.docsis(off, n)
	case linkHCI, linkHCIWay, linkHCIMonitor:
		return d.bluetooth(l, off, n)
	case linkAX25:
		return d.ax25(off, n)
	case 202: // with KISS
		return d.ax25(off+1, n-1)
	case linkLowPAN:
		return d.lowpanFrame(l, off, n, 2)
	case linkLowPANBare:
		return d.lowpanFrame(l, off, n, 0)
	case linkLowPANTap:
		return d.lowpanTap(off, n)
	case linkExported:
		return d.exported(off, n)
	case linkTZSP:
		return d.tzspFrame(off, n)
	case linkUSB, linkUSBMapped, linkUSBPcap, linkUSBDarwin:
		return d.usb(l, off, n)
	case 138: // IP over IEEE 1394
		if !d.have(off, 18) {
			return d.short()
		}
		return d.etherType(be.Uint16(d.data[off+16:]), off+18, n-18)
	case 242: // IP over InfiniBand (RFC 4391): a pseudo-header, an EtherType, two octets
		if !d.have(off, 44) {
			return d.short()
		}
		return d.etherType(be.Uint16(d.data[off+40:]), off+44, n-44)
	case 122: // IP over Fibre Channel (RFC 4338): two names of eight octets
		return d.llc(off+16, n-16)
	case linkPKTAP:
		return d.pktap(off, n)
	case linkUser2:
		// macOS writes PKTAP under this number, which is anybody's: its header must be
		// of the size and record type that Apple gives it.
		if d.have(off, 12) && le.Uint32(d.data[off+4:]) == 1 {
			if l := le.Uint32(d.data[off:]); l >= 108 && l <= 1024 {
				return d.pktap(off, n)
			}
		}
		return d.notIP(reasonLink, uint16(l))
	case 7:
		return d.arcnet(l, off+2, n-2)
	case 129: // as Linux has it, with an offset behind source and destination
		return d.arcnet(l, off+4, n-4)
	case 100: // LLC-encapsulated ATM
		return d.llc(off, n)
	case 106: // classical IP over ATM, with and without LLC
		if d.have(off, 1) && d.data[off] == 0xaa {
			return d.llc(off, n)
		}
		return d.ip(off, n)
	case linkSunATM:
		return d.sunATM(off, n)
	case 8: // SLIP behind the direction and the header as it was compressed
		if !d.have(off, 17) {
			return d.short()
		}
		return d.ip(off+16, n-16)
	case 219:
		return d.mpls(off, n)
	case linkERF:
		return d.erf(off, n)
	case linkIPNET:
		return d.ipnet(off, n)
	case 240: // Hilscher's netANALYZER: four octets
		return d.ethernet(off+4, n-4)
	case 241: // with the preamble
		return d.ethernet(off+12, n-12)
	case linkMPacket:
		return d.mPacket(off, n)
	case 281: // switches of Broadcom
		return d.switched(off, n, 4, false)
	case 282: // with the tag in front
		return d.ethernet(off+4, n-4)
	case 284: // and of Marvell
		return d.switched(off, n, 4, true)
	case 285: // with an EtherType and two octets before it
		return d.switched(off, n, 8, true)
	}
	d.Reason = Reason{reasonLink, uint16(l)}
	if _, known := linkNames[l]; known {
		return NotIP
	}
	// What a number means that is anybody's (147 to 162), or that we do not know, its frames tell where they prove it.
	switch {
	case d.certainEthernet(off, n):
		return d.ethernet(off, n)
	case d.certainIP(off, n):
		return d.ip(off, n)
	}
	return UnknownLink
}

// cooked decodes what Linux captured on a device of a kind (ARPHRD): of some the frame is still there, and its type means
// nothing.
func (d *Decoder) cooked(device, typ uint16, off, n int) Outcome {
	switch device {
	case 770:
		return d.frameRelay(off, n)
	case 803:
		return d.radiotap(off, n)
	}
	return d.etherType(typ, off, n)
}

// ethernet decodes Ethernet II, 802.3 with LLC, and what Cisco wraps around it.
func (d *Decoder) ethernet(off, n int) Outcome {
	if !d.have(off, 14) {
		return d.short()
	}
	h := d.data[off : off+14 : off+14]
	typ := be.Uint16(h[12:])
	if typ == 0x0800 {
		return d.ip4(off+14, n-14)
	}
	if typ >= 0x0600 {
		return d.etherType(typ, off+14, n-14)
	}
	if h[0] == 1 && h[1] == 0 && h[2] == 0x0c && h[3] == 0 && h[4] == 0 || h[0] == 0x0c && h[1] == 0 && h[2] == 0x0c {
		return d.isl(off, n)
	}
	l := int(typ)
	if l == 0 || l > n-14 {
		l = n - 14
	}
	return d.llc(off+14, l)
}

const etherBatman = 0x4305

// etherType decodes what an EtherType announces.
func (d *Decoder) etherType(typ uint16, off, n int) Outcome {
	if d.links++; d.links > maxLinks {
		return d.notIP(reasonTooDeep, 0)
	}
	for range maxDepth {
		switch typ {
		case 0x0800:
			return d.ip4(off, n)
		case 0x86dd:
			return d.ip6(off, n)
		case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300:
			if !d.have(off, 4) {
				return d.short()
			}
			d.pushVLAN(be.Uint16(d.data[off:]) & 0xfff)
			typ = be.Uint16(d.data[off+2:])
			off, n = off+4, n-4
			if typ < 0x0600 {
				l := int(typ)
				if l > n || l == 0 {
					l = n
				}
				return d.llc(off, l)
			}
			continue
		case 0x893f: // E-Tag (802.1BR): six octets and the next type
			if !d.have(off, 8) {
				return d.short()
			}
			typ = be.Uint16(d.data[off+6:])
			off, n = off+8, n-8
			continue
		case 0x8926: // VN-Tag (802.1BR): four octets and the next type
			if !d.have(off, 6) {
				return d.short()
			}
			typ = be.Uint16(d.data[off+4:])
			off, n = off+6, n-6
			continue
		case etherMACsec:
			if d.depth++; d.depth > maxDepth {
				return d.notIP(reasonTooDeep, 0)
			}
			return d.macsec(off, n)
		case 0x88e7: // 802.1ah: instance tag, then a whole frame
			if !d.have(off, 4) {
				return d.short()
			}
			d.pushNet('I', be.Uint32(d.data[off:])&0xffffff)
			if d.depth++; d.depth > maxDepth {
				return d.notIP(reasonTooDeep, 0)
			}
			return d.ethernet(off+4, n-4)
		case 0x8847, 0x8848:
			return d.mpls(off, n)
		case 0x8864:
			return d.pppoe(off, n)
		case 0x8863:
			return d.notIP(reasonPPPoE, 0)
		case 0x0806:
			return d.arp(off, n)
		case 0x880b:
			return d.ppp(off, n)
		case 0x8870:
			return d.llc(off, n)
		case 0x8903:
			// Cisco's FabricPath: tree and hops, then a whole frame.
			if d.depth++; d.depth > maxDepth {
				return d.notIP(reasonTooDeep, 0)
			}
			return d.ethernet(off+2, n-2)
		case 0x22f3: // TRILL (RFC 6325): flags, hops and nicknames, options, then a whole frame
			if !d.have(off, 6) {
				return d.short()
			}
			if d.depth++; d.depth > maxDepth {
				return d.notIP(reasonTooDeep, 0)
			}
			l := 6 + int(be.Uint16(d.data[off:])>>6&0x1f)*4
			return d.ethernet(off+l, n-l)
		case 0x894f:
			return d.nsh(off, n)
		case etherBatman:
			return d.batman(off, n)
		case 0x892f, 0x8909: // HSR (IEC 62439-3) and Cisco's group tags: four or six octets and the next type
			l := 6
			if typ == 0x8909 {
				l = 8
			}
			if !d.have(off, l) {
				return d.short()
			}
			typ = be.Uint16(d.data[off+l-2:])
			off, n = off+l, n-l
			continue
		case 0x0001, 0x0004: // what Linux cooked captures call 802.3 and 802.2
			if typ == 4 {
				return d.llc(off, n)
			}
			return d.notIP(reasonNovell, 0)
		case 0x00f5: // 802.11 in a cooked capture
			return d.wifi(off, n)
		}
		return d.notIP(reasonEtherType, typ)
	}
	return d.notIP(reasonTooDeep, 0)
}

// llc decodes 802.2, with SNAP (RFC 1042).
func (d *Decoder) llc(off, n int) Outcome {
	if d.links++; d.links > maxLinks {
		return d.notIP(reasonTooDeep, 0)
	}
	if !d.have(off, 3) || n < 3 {
		return d.short()
	}
	h := d.data[off:]
	switch {
	case h[0] == 0xaa && h[1] == 0xaa && h[2] == 3:
		if len(h) < 8 || n < 8 {
			return d.short()
		}
		pid := be.Uint16(h[6:])
		switch oui := uint32(h[3])<<16 | uint32(h[4])<<8 | uint32(h[5]); oui {
		case 0, 0x0000f8:
			if pid < 0x0600 {
				return d.notIP(reasonSNAP, pid)
			}
			return d.etherType(pid, off+8, n-8)
		case 0x0080c2: // bridged frames (RFC 2684)
			switch pid {
			case 1, 7:
				o := off + 8
				if d.have(o, 2) && len(d.data)-o > 16 && d.data[o] == 0 && d.data[o+1] == 0 {
					o += 2
				}
				return d.ethernet(o, n-(o-off))
			}
			return d.notIP(reasonSNAP, pid)
		}
		return d.notIP(reasonSNAP, pid)
	case h[0] == 0x06 && h[1] == 0x06 && h[2] == 3:
		return d.ip4(off+3, n-3)
	case h[0] == 0xff && h[1] == 0xff:
		return d.notIP(reasonNovell, 0)
	case h[0] == 0xfe && h[1] == 0xfe && h[2] == 3 && len(h) > 4 && h[3] == 0xcc:
		return d.ip4(off+4, n-4)
	}
	return d.notIP(reasonLLC, uint16(h[0])<<8|uint16(h[1]))
}

// null decodes BSD loopback: an address family in either byte order.
func (d *Decoder) null(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	return d.family(off, off+4, n-4)
}

// family decodes the n octets at off as the address family at af tells.
func (d *Decoder) family(at, off, n int) Outcome {
	af := be.Uint32(d.data[at:])
	if af > 0xffff {
		af = af>>24 | af>>8&0xff00
	}
	switch af {
	case 2:
		return d.ip4(off, n)
	case 10, 23, 24, 26, 28, 30:
		return d.ip6(off, n)
	case 0, 0x0800, 0x86dd:
		return d.ip(off, n)
	}
	// Families are each system's own; what follows tells IP all the same.
	if d.soundIP(off, n) {
		return d.ip(off, n)
	}
	return d.notIP(reasonLink, 0)
}

func (d *Decoder) arp(off, n int) Outcome {
	d.ARP = ARPInfo{}
	if !d.have(off, 28) {
		return d.short()
	}
	h := d.data[off:]
	if be.Uint16(h) == 1 && be.Uint16(h[2:]) == 0x0800 && h[4] == 6 && h[5] == 4 {
		d.ARP.Op = be.Uint16(h[6:])
		copy(d.ARP.SenderMAC[:], h[8:14])
		copy(d.ARP.SenderIP[:], h[14:18])
		copy(d.ARP.TargetIP[:], h[24:28])
	}
	return ARP
}

// nsh decodes a network service header (RFC 8300).
func (d *Decoder) nsh(off, n int) Outcome {
	if !d.have(off, 8) {
		return d.short()
	}
	l := int(d.data[off+1]&0x3f) * 4
	if l < 8 {
		return d.bad()
	}
	switch d.data[off+3] {
	case 1:
		return d.ip4(off+l, n-l)
	case 2:
		return d.ip6(off+l, n-l)
	case 3:
		return d.ethernet(off+l, n-l)
	case 5:
		return d.mpls(off+l, n-l)
	}
	return d.notIP(reasonEtherType, 0x894f)
}

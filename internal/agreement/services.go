package main

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"

	"portero/catalog/identify"
	"portero/handshake"
)

// names maps nDPI's names of protocols to portero's, where portero has a
// signature. Several are right where the two cut the world differently.
var names = map[string]string{
	"DNS": "dns", "TLS": "tls", "QUIC": "quic", "HTTP": "http websocket http-proxy", "HTTP_Proxy": "http-proxy http", "HTTP_Connect": "http-proxy", "HTTP2": "http", "WebSocket": "websocket http",
	"SOAP": "http ws-discovery", "STUN": "stun", "DTLS": "dtls", "NetBIOS": "netbios-ns netbios-dgm netbios-ssn smb", "MDNS": "mdns", "LLMNR": "llmnr", "SSDP": "ssdp",
	"Zabbix": "zabbix", "Syslog": "syslog", "Source_Engine": "source-query", "HalfLife2": "source-query", "Quake": "source-query", "SNMP": "snmp", "SIP": "sip", "Jabber": "xmpp", "DHCP": "dhcp",
	"OpenVPN": "openvpn", "BitTorrent": "bittorrent bittorrent-dht bittorrent-tracker utp", "PostgreSQL": "postgresql", "Mining": "stratum bitcoin", "DNP3": "dnp3",
	"RTSP": "rtsp", "SOCKS": "socks", "POP3": "pop3", "NTP": "ntp", "IMAPS": "tls imap", "POPS": "tls pop3", "SMTPS": "tls smtp", "FTPS": "tls ftp", "IEC60870": "iec104", "SSH": "ssh", "RDP": "rdp",
	"WireGuard": "wireguard", "IPSec": "ike esp-in-udp", "Cassandra": "cassandra", "AMQP": "amqp", "WSD": "ws-discovery", "SMTP": "smtp", "MySQL": "mysql", "LDAP": "ldap", "BGP": "bgp", "AJP": "ajp",
	"DHCPV6": "dhcpv6", "S7Comm": "s7comm", "S7CommPlus": "s7comm", "RTMP": "rtmp", "RSYNC": "rsync", "RESP": "redis", "Redis": "redis", "Oracle": "oracle", "Modbus": "modbus", "IMAP": "imap", "Git": "git",
	"DCERPC": "msrpc", "RPC": "msrpc sunrpc", "FTP_CONTROL": "ftp", "Telnet": "telnet", "VNC": "vnc", "Kerberos": "kerberos", "SMBv1": "smb", "SMBv23": "smb", "MQTT": "mqtt", "NFS": "nfs sunrpc",
	"Radius": "radius", "RADIUS": "radius", "IRC": "irc", "PPTP": "pptp", "L2TP": "l2tp", "BACnet": "bacnet", "EthernetIP": "enip", "EtherNet/IP": "enip", "CIP": "enip", "MsSQL-TDS": "mssql", "MSSQL-TDS": "mssql", "Memcached": "memcached", "TFTP": "tftp",
	"Kafka": "kafka", "Apache_Kafka": "kafka", "MongoDB": "mongodb", "NATS": "nats", "Nats": "nats", "CoAP": "coap", "COAP": "coap", "OPC-UA": "opcua", "OPC_UA": "opcua", "SLP": "slp", "Service_Location_Protocol": "slp", "H323": "h323", "X11": "x11", "Usenet": "nntp",
	"ADB": "adb", "BITCOIN": "bitcoin", "Bitcoin": "bitcoin", "RTP": "rtp", "RTCP": "rtcp rtp", "IPMI": "ipmi", "RMCP": "ipmi", "RIP": "rip", "RIPv2": "rip", "GTP_C": "gtp-control", "GTP_U": "gtp-user", "GTP_PRIME": "gtp-prime", "PFCP": "pfcp", "TPKT": "iso-tsap", "ISO9506-1-MMS": "mms",
	"Dropbox": "dropbox-lansync", "Spotify": "spotify-discovery", "collectd": "collectd", "Munin": "munin", "CAPWAP": "capwap", "Syncthing": "syncthing-discovery", "HSRP": "hsrp", "LDP": "ldp",
	"HART-IP": "hart-ip", "FINS": "fins", "Mumble": "mumble", "SOMEIP": "someip", "OpenWire": "openwire", "STOMP": "stomp", "Corba": "giop", "Tailscale": "tailscale", "XDMCP": "xdmcp",
	"KNXnet_IP": "knx", "HL7": "hl7", "JRMI": "rmi", "Ceph": "ceph", "IAX": "iax", "IEEE-C37118": "synchrophasor", "BeckhoffADS": "ads", "FIX": "fix", "Elasticsearch": "elasticsearch", "RakNet": "raknet",
	"Gearman": "gearman", "ZeroTier": "zerotier", "RTPS": "rtps", "DNScrypt": "dnscrypt", "Discord": "discord-voice rtp",
	"ETHEREUM": "ethereum", "HiSLIP": "hislip", "DLEP": "dlep", "Gnutella": "gnutella", "Z3950": "z39.50", "Lustre": "lnet", "EthernetGlobalData": "egd", "NoMachine": "nomachine", "JSON-RPC": "json-rpc",
	"CiscoSkinny": "sccp", "LISP": "lisp", "Radmin": "radmin",
	"WhatsApp": "whatsapp", "Zoom": "zoom", "Steam": "steam steam-discovery", "TINC": "tinc", "CPHA": "cpha", "Telegram": "telegram-call", "Nintendo": "pia stun", "GenshinImpact": "hoyoverse",
}

// spoken returns the words of portero for a name of nDPI: that of the master
// protocol, without the tunnel around it and the application inside.
func spoken(ndpi string) string {
	if i := strings.LastIndexByte(ndpi, '/'); i >= 0 && strings.Contains(ndpi[:i], ":") {
		ndpi = ndpi[i+1:]
	}
	master, _, _ := strings.Cut(ndpi, ".")
	return names[master]
}

// services compares what was spoken with nDPI's answers by payload.
func services(root string) (*score, map[string]*score, error) {
	total := &score{name: "what was spoken (nDPI, flows it names by payload)"}
	by := map[string]*score{}
	maps, err := rows(filepath.Join(root, "oracle/ndpi/MAPPING.tsv"))
	if err != nil {
		return nil, nil, err
	}
	for _, m := range maps {
		rs, err := rows(filepath.Join(root, "oracle/ndpi", m["flows_file"]))
		if err != nil || !strings.HasPrefix(m["cfg"], "default") {
			continue
		}
		a := analyse(filepath.Join(root, "files", m["capture"]), false)
		if a.failed != nil {
			continue
		}
		recs := a.recs
		for _, r := range rs {
			if r["confidence"] != "DPI" {
				continue
			}
			want := spoken(r["ndpi_proto"])
			k, ok := makeKey(strings.ToLower(r["l4"]), r["a_ip"], r["a_port"], r["b_ip"], r["b_port"])
			if !ok || want == "" || k.proto != "tcp" && k.proto != "udp" {
				continue
			}
			master, _, _ := strings.Cut(r["ndpi_proto"], ".")
			s := by[master]
			if s == nil {
				s = &score{name: master}
				by[master] = s
			}
			got, why := serviceWhy(m["capture"], recs[k], want)
			for _, x := range []*score{total, s} {
				x.add(got == want || hasWord(strings.ReplaceAll(want, " ", ","), got), m["capture"], k, why, "nDPI %s, portero %s", r["ndpi_proto"], got)
			}
		}
	}
	return total, by, nil
}

// serviceWhy says what portero makes of the tuple, and why it is nothing or
// something else where a rule of portero's explains it.
func serviceWhy(file string, g []*rec, want string) (got, why string) {
	if len(g) == 0 {
		return "no record", "No record of this tuple: another reading of a tunnel or a fragment"
	}
	for _, r := range g {
		if r.Spoken != "" {
			got = r.Spoken
			if hasWord(strings.ReplaceAll(want, " ", ","), got) {
				return got, ""
			}
		}
	}
	if got != "" {
		return got, "Named differently"
	}
	r := g[0]
	switch {
	case r.TCP() && !r.Handshake.Opened() && r.Handshake != handshake.Midstream:
		return "nothing", "No service where the handshake did not complete (" + r.Handshake.String() + ")"
	case has(r.Quality, "truncated_packets"):
		return "nothing", "The file cuts the packets"
	case has(r.Oddities, "bad_checksum_ignored"):
		return "nothing", "Segments with wrong checksums: their receiver throws them away, and so does portero"
	case want == "xmpp" && r.Resp.Port == 5223:
		return "nothing", "A push service's own binary messages on 5223, which are no XMPP"
	case want == "quic" && r.Orig.Pkts == 0:
		return "nothing", "Only the server's side of an old QUIC of Google's: the hello is not there, and the answers name no version"
	case strings.HasSuffix(file, "pcap__soap.pcap"):
		return "nothing", "XML straight over TCP, with no HTTP before it (looked at by hand)"
	case strings.HasSuffix(file, "pcap__spotify_tcp.pcap"), strings.HasSuffix(file, "pcap__roblox.pcapng"), strings.HasSuffix(file, "pcap__corba.pcap"):
		return "nothing", "Another protocol of the same name, or the same behind a header of its owner's, which has no signature (looked at by hand)"
	case strings.HasSuffix(file, "pcap__nomachine.pcapng"):
		return "nothing", "Datagrams of NoMachine's, whose form is not published: two octets and a length tell nobody"
	case strings.HasSuffix(file, "pcap__capwap.pcap"):
		return "nothing", "The data of CAPWAP, which is decoded as a tunnel where it is in clear"
	case strings.Contains(file, "fuzz"):
		return "nothing", "A fuzzed capture: octets that no program sent"
	}
	return "nothing", ""
}

func printServices(root string) error {
	total, by, err := services(root)
	if err != nil {
		return err
	}
	other, barred := 0, 0
	for _, d := range total.diffs {
		switch {
		case strings.HasPrefix(d.why, "Named differently"):
			other++
		case strings.HasPrefix(d.why, "No service where"):
			barred++
		}
	}
	n := total.same + total.other
	fmt.Printf(`# What was spoken, beside nDPI

Written by `+"`go run ./internal/agreement -services ../shared/captures > docs/SERVICES.md`"+`; do not edit. The rows are the
flows that nDPI names by payload (its confidence "DPI") with a protocol for which portero has one of its %d
signatures. The key compared is `+"`spoken`"+`, which is `+"`service`"+` wherever a service may be claimed.

| flows | named the same | share | named differently | share | not named |
|---|---|---|---|---|---|
| %d | %d | %.2f %% | %d | %.2f %% | %d, of them %d because the handshake did not complete |

Without those %d, of which no service may be claimed: %.2f %%.
`, len(identify.Protocols()), n, total.same, pct(total.same, n), other, pct(other, n), total.other-other, barred, barred, pct(total.same, n-barred))
	fmt.Print("\n| nDPI's name | flows | the same | otherwise or not |\n|---|---|---|---|\n")
	var ks []string
	for k := range by {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool {
		a, b := by[ks[i]], by[ks[j]]
		if a.same+a.other != b.same+b.other {
			return a.same+a.other > b.same+b.other
		}
		return ks[i] < ks[j]
	})
	for _, k := range ks {
		fmt.Printf("| %s | %d | %d | %d |\n", k, by[k].same+by[k].other, by[k].same, by[k].other)
	}
	printDiffs(total)
	return nil
}

func pct(a, n int) float64 { return 100 * float64(a) / float64(max(n, 1)) }

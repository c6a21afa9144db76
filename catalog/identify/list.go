package identify

import "sync"

var allSignatures = sync.OnceValue(func() *tables { return build(tcpSignatures(), udpSignatures()) })

func tcpSignatures() []signature {
	return []signature{
		{proto: TLS, from: either, first: "\x14\x15\x16\x17\x18", match: matchTLS, anywhere: true},
		{proto: TLS, from: client, first: "\x80\x81\x82", match: matchSSL2},
		{proto: HTTP, from: client, first: "GPHODCTMLURSNB", match: matchHTTPRequest, anywhere: true},
		{proto: HTTP, from: server, first: "H", match: matchHTTPResponse, anywhere: true},
		{proto: HTTP, from: client, first: "P", match: matchHTTP2},
		{proto: HTTPProxy, from: client, first: "C", match: matchConnect},
		{proto: SSH, from: either, first: "S", match: matchSSH},
		{proto: DNS, from: either, match: matchDNSTCP},
		{proto: STUN, from: either, first: "\x00\x01", match: matchSTUN},
		{proto: MongoDB, from: either, match: matchMongo},
		{proto: EtherNetIP, from: either, first: "\x04cdefop", match: matchENIP},
	}
}

func udpSignatures() []signature {
	return []signature{
		{proto: DNS, from: either, match: matchDNS},
		{proto: MDNS, from: either, match: matchMDNS},
		{proto: LLMNR, from: either, match: matchLLMNR},
		{proto: STUN, from: either, first: "\x00\x01", match: matchSTUN, anywhere: true},
		{proto: EtherNetIP, from: either, first: "\x04cdefop", match: matchENIP},
	}
}

// followers read on once a protocol is known.
var followers = [protocolCount]follow{
	TLS:       followTLS,
	HTTP:      followHTTP,
	HTTPProxy: followHTTP,
	SSH:       followSSH,
	DNS:       followDNS,
	MDNS:      followDNS,
	LLMNR:     followDNS,
}

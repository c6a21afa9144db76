package findings

import (
	"strings"
	"sync"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/internal/record"
)

// plainLogins are protocols that begin with a login and do not encrypt by
// themselves; mayLogin are those in which one is up to the server.
var (
	plainLogins = map[identify.Protocol]bool{identify.FTP: true, identify.Telnet: true, identify.POP3: true, identify.IMAP: true, identify.LDAP: true, identify.VNC: true, identify.Rlogin: true, identify.Rexec: true}
	mayLogin    = map[identify.Protocol]bool{identify.IRC: true, identify.NNTP: true, identify.RTSP: true, identify.MQTT: true, identify.Redis: true, identify.XMPP: true, identify.AMQP: true}
)

// login tells of a password that could be read, or of a service that lets it.
func (x *scene) login() {
	a := x.r.App
	if l := a.Login; l != nil && l.Clear {
		f := x.door("cleartext-credentials", "high")
		f.Name, f.Detail = l.Method, l.User
		f.Extra = uint64(max(l.Secret, 0))
		switch {
		case a.Protocol == identify.SNMP:
			// Every question of versions 1 and 2c carries it: a password of the house,
			// not of a person.
			f.Severity = "medium"
		case a.Protocol == identify.FTP && (strings.EqualFold(l.User, "anonymous") || strings.EqualFold(l.User, "ftp")):
			f.Severity = "info" // by custom any word is the password
		}
		if x.within() {
			f.Severity = "info"
		}
		x.raise(f, l.Frame)
		return
	}
	if !x.shown() && !atHome(x.r) || a.StartTLS || a.Sealed || !plainLogins[a.Protocol] && (!mayLogin[a.Protocol] || a.Login == nil) || x.r.Proto != capture.ProtoTCP {
		return
	}
	f := x.door("cleartext-protocol", "low")
	if x.within() {
		f.Severity = "info"
	}
	f.Name = a.Protocol.String()
	if l := a.Login; l != nil {
		f.Detail = l.User
	}
	x.raise(f, a.Frames[0], a.Frames[1])
}

// shown reports whether octets of the responder's are part of what shows its language: a scanner asks any door in any of them, and what does
// not come back, or is no answer, says nothing of who lives there.
func (x *scene) shown() bool {
	a := x.r.App
	switch h := a.TLS; {
	case a.Frames[1] == 0 && x.r.Resp.Payload == 0:
		return false
	case a.Protocol == identify.TLS && h != nil && h.HelloFrame != 0 && h.ReplyFrame == 0:
		return h.HasAlert && h.AlertBy == 1
	case a.Protocol == identify.HTTP && a.HTTP != nil && a.HTTP.Method != "":
		return a.HTTP.Status > 0 || a.Version == "0.9"
	}
	return true
}

// within reports whether both ends are one machine: nobody can listen on the way but who
// rules it and can read the password anyhow.
func (x *scene) within() bool { return x.o == x.s || x.o.IsLoopback() && x.s.IsLoopback() }

// Versions of TLS as they are negotiated (RFC 8996 ended the older ones).
const (
	tls12        = 0x0303
	longestDays  = 398 // of a public certificate since September 2020 (CA/Browser Forum, SC31)
	longestSince = 1598918400
)

// weakSuite says what is weak about a negotiated suite (RFC 7525, section 4.1; RFC
// 7465; RFC 8429 for 3DES), "" for nothing. The last two of NULL only prove who sends (RFC 9150).
func weakSuite(c uint16) string {
	switch c {
	case 0x0000, 0x0001, 0x0002, 0x001c, 0x002c, 0x002d, 0x002e, 0x003b, 0x0082, 0x0083, 0x00b0, 0x00b1, 0x00b4, 0x00b5, 0x00b8, 0x00b9, 0xc001, 0xc006, 0xc00b, 0xc010,
		0xc015, 0xc039, 0xc03a, 0xc03b, 0xc0b4, 0xc0b5:
		return "NULL"
	case 0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019, 0x0026, 0x0027, 0x0028, 0x0029, 0x002a, 0x002b, 0x0060, 0x0061, 0x0062, 0x0063, 0x0064,
		0x0065:
		return "EXPORT"
	case 0x0004, 0x0005, 0x0018, 0x0020, 0x0024, 0x0066, 0x008a, 0x008e, 0x0092, 0xc002, 0xc007, 0xc00c, 0xc011, 0xc016, 0xc033:
		return "RC4"
	case 0x0009, 0x000c, 0x000f, 0x0012, 0x0015, 0x001a, 0x001e, 0x0022, 0xfefe, 0xffe1:
		return "DES"
	case 0x000a, 0x000d, 0x0010, 0x0013, 0x0016, 0x001b, 0x001f, 0x0023, 0x008b, 0x008f, 0x0093, 0xc003, 0xc008, 0xc00d, 0xc012, 0xc017, 0xc01a, 0xc01b, 0xc01c, 0xc034,
		0xfeff, 0xffe0:
		return "3DES"
	case 0x0034, 0x003a, 0x0046, 0x006c, 0x006d, 0x0089, 0x009b, 0x00a6, 0x00a7, 0x00bf, 0x00c5, 0xc018, 0xc019, 0xc046, 0xc047, 0xc05a, 0xc05b, 0xc084, 0xc085:
		return "anonymous"
	}
	return ""
}

// tls tells of an old version or suite, and of a certificate that is not in order.
func (x *scene) tls() {
	h := x.r.App.TLS
	if p := x.r.App.Protocol; h == nil || p == identify.HTTPProxy || p == identify.SOCKS { // the lock is of who the proxy called, and the door is the proxy's
		return
	}
	old := h.Version != 0 && h.Version < tls12 || h.Version == 0xfeff
	suite := ""
	if h.HasCipher {
		suite = weakSuite(h.Cipher)
	}
	if old || suite != "" {
		f := x.door("tls-weak", "medium")
		var what []string
		if old {
			what = append(what, identify.VersionName(h.Version))
		}
		if suite != "" {
			what = append(what, suite)
		}
		f.Name = strings.Join(what, ", ")
		x.raise(f, h.HelloFrame, h.ReplyFrame)
	}
	if h.Cert == nil {
		return
	}
	at := x.r.First // whether a certificate was in date is asked of the day on which it was shown
	if x.d.Moved != nil {
		at -= x.d.Moved()
	}
	if what := certificate(h.Cert, h.Name, at/int64(time.Second), x.d.public(x.s)); what != "" && (what != "self-signed" || x.r.App.Protocol != identify.DTLS) {
		// Calls between browsers sign their own certificates and name them in the call
		// (RFC 8827, section 6.5).
		f := x.door("tls-certificate", "low")
		if x.d.public(x.s) {
			f.Severity = "medium"
		}
		if what == "long" {
			f.Severity = "low"
		}
		f.Name, f.Detail = what, h.Cert.Subject
		x.raise(f, h.CertFrame)
	}
}

// certificate is what is not in order with one, "" for nothing: expired, early,
// self-signed, name, long. at is seconds since 1970.
func certificate(c *identify.Certificate, asked string, at int64, public bool) string {
	switch {
	case c.NotAfter != 0 && at > c.NotAfter:
		return "expired"
	case c.NotBefore != 0 && at < c.NotBefore:
		return "early"
	case c.SelfSigned:
		return "self-signed"
	case asked != "" && len(c.Names) > 0 && c.AllNames && !covers(c.Names, asked):
		return "name"
	case public && c.NotBefore >= longestSince && c.NotAfter-c.NotBefore > (longestDays+1)*86400:
		return "long"
	}
	return ""
}

// covers reports whether one of a certificate's names is that of a host (RFC 9525,
// section 6.3: a wildcard stands for one whole label).
func covers(names []string, host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, parent, _ := strings.Cut(host, ".")
	for _, n := range names {
		n = strings.ToLower(strings.TrimSuffix(n, "."))
		if n == host || strings.HasPrefix(n, "*.") && parent != "" && n[2:] == parent {
			return true
		}
	}
	return false
}

// families are protocols that share doors by their nature.
var families = [][]identify.Protocol{
	{identify.HTTP, identify.HTTPProxy, identify.WebSocket},
	{identify.DNS, identify.MDNS, identify.LLMNR},
	{identify.SMB, identify.NetBIOSSession, identify.NetBIOSName, identify.NetBIOSDatagram},
	{identify.TPKT, identify.S7comm, identify.RDP, identify.H323, identify.MMS},
	{identify.SunRPC, identify.NFS},
	{identify.TDS, identify.SQLBrowser},
	{identify.NATPMP, identify.PCP},
	{identify.GTPControl, identify.GTPPrime},
}

// roaming protocols have no door of their own: what they speak on is agreed on
// before, or is anything that gets through.
var roaming = map[identify.Protocol]bool{identify.BitTorrent: true, identify.BitTorrentDHT: true, identify.BitTorrentTracker: true, identify.UTP: true, identify.FTPData: true, identify.RTP: true, identify.RTCP: true,
	identify.STUN: true, identify.WireGuard: true, identify.QUIC: true, identify.DTLS: true, identify.SourceQuery: true, identify.DCERPC: true, identify.SunRPC: true, identify.NFS: true,
	identify.TFTP: true, identify.Bitcoin: true, identify.Ethereum: true, identify.Monero: true, identify.Gnutella: true, identify.Z3950: true, identify.IKE: true, identify.ESP: true, identify.Syslog: true, identify.Beats: true, identify.GELF: true, identify.CoAP: true, identify.RADIUS: true,
	identify.WakeOnLAN: true, identify.NetFlow: true, identify.IPFIX: true, identify.SFlow: true, identify.Iperf: true, identify.RakNet: true, identify.Minecraft: true, identify.TeamSpeak: true,
	identify.Shell:     true, // of which shell tells
	identify.Tailscale: true, identify.ZeroTier: true, identify.RTPS: true, identify.MQTTSN: true, identify.DNSCrypt: true, identify.SOMEIP: true, identify.FIX: true, identify.ZMTP: true, identify.GIOP: true, identify.RMI: true, identify.JDWP: true, identify.HL7: true, identify.DICOM: true}

func related(a, b identify.Protocol) bool {
	if a == b {
		return true
	}
	for _, f := range families {
		in := func(p identify.Protocol) bool {
			for _, q := range f {
				if q == p {
					return true
				}
			}
			return false
		}
		if in(a) && in(b) {
			return true
		}
	}
	return false
}

// homes are the protocols of each door.
var homes = sync.OnceValue(func() map[uint32][]identify.Protocol {
	m := map[uint32][]identify.Protocol{}
	for _, p := range identify.Protocols() {
		for _, proto := range []uint8{capture.ProtoTCP, capture.ProtoUDP} {
			for _, port := range p.Ports(proto) {
				k := uint32(proto)<<16 | uint32(port)
				m[k] = append(m[k], p)
			}
		}
	}
	return m
})

// atHome reports whether what was spoken usually lives on the responder's port.
func atHome(r *record.Record) bool {
	if r.App == nil {
		return false
	}
	if r.App.Protocol.Usual(r.Proto, r.Resp.Port) {
		return true
	}
	for _, p := range homes()[uint32(r.Proto)<<16|uint32(r.Resp.Port)] {
		if related(p, r.App.Protocol) {
			return true
		}
	}
	return false
}

// owner is the protocol that is at home on a port and is not of p's family. Of several it is the one
// that the catalogue names there in practice.
func owner(p identify.Protocol, proto uint8, port uint16, practice string) identify.Protocol {
	first := identify.None
	for _, q := range homes()[uint32(proto)<<16|uint32(port)] {
		switch {
		case related(p, q):
		case q.String() == practice:
			return q
		case first == identify.None:
			first = q
		}
	}
	return first
}

// mismatch tells of a known language in an unusual door: medium where the door is
// another's, low where a login, an administration or a database hides, info for
// the web, which is served anywhere.
func (x *scene) mismatch() {
	a, port := x.r.App, x.r.Resp.Port
	p := a.Protocol
	if p == identify.None || a.Confidence < identify.Shape || roaming[p] || atHome(x.r) || !x.shown() {
		return
	}
	if n := p.String(); n == x.d.cat.Practice(x.r.Proto, port) || n == x.d.cat.Registered(x.r.Proto, port) {
		return // the catalogue, or an override of it, names it there
	}
	web := p == identify.HTTP || p == identify.WebSocket || p == identify.HTTPProxy || p == identify.TLS
	other := owner(p, x.r.Proto, port, x.d.cat.Practice(x.r.Proto, port))
	known := x.d.cat.ZeekLikely(x.r.Proto, port) || catalog.ClassOf(port) == catalog.System && x.d.cat.Registered(x.r.Proto, port) != ""
	f := x.door("port-mismatch", "low")
	switch {
	case p == identify.TLS && (other != identify.None || known) && port != 80 && port != 53 && port != 22:
		f.Severity = "info" // the same service, encrypted from its first octet
	case web && (other == identify.TLS || other == identify.HTTP):
		f.Severity = "low" // the other way of speaking the web
	case known || other != identify.None && port < 49152 && !web:
		f.Severity = "medium"
	case web:
		f.Severity = "info"
	}
	f.Name = p.String()
	if other != identify.None {
		f.Detail = other.String()
	} else {
		f.Detail = x.d.cat.Service(x.r.Proto, port)
	}
	x.raise(f, a.Frames[0], a.Frames[1])
}

// outwards is the name of a shell that the caller gives to who is called.
const outwards = "reverse"

// shell tells of a shell that greeted before it was asked for anybody's name: of its own machine, whoever called. A terminal from afar
// (telnet, rlogin, SSH) begins in another way.
func (x *scene) shell() {
	a := x.r.App
	if a.Protocol != identify.Shell || x.r.Proto != capture.ProtoTCP {
		return
	}
	f := x.door("shell-given", "high")
	if x.within() {
		f.Severity = "info"
	}
	switch {
	case a.Banner[0] != "":
		f.Name, f.Actor = outwards, x.o
		x.raise(f, a.Frames[0])
	case a.Banner[1] != "":
		x.raise(f, a.Frames[1])
	}
}

// hidden tells of coin mining, and of ways on which others go unseen.
func (x *scene) hidden() {
	a := x.r.App
	f := Finding{Basis: "observed", Actor: x.o, Target: x.s, Proto: x.r.Proto, Port: x.r.Resp.Port, First: x.r.First, Last: x.r.Last, Name: a.Protocol.String()}
	switch a.Protocol {
	case identify.Stratum:
		f.Kind, f.Severity = "mining", "medium"
	case identify.SOCKS, identify.WireGuard, identify.OpenVPN, identify.PPTP, identify.L2TP, identify.Tailscale:
		if !x.d.inside(x.o) || x.d.inside(x.s) {
			return
		}
		f.Kind, f.Severity = "anonymity", "info"
	default:
		if x.r.Proto != capture.ProtoTCP || a.Protocol != identify.TLS || !x.d.inside(x.o) || x.d.inside(x.s) {
			return
		}
		fact, ok := x.d.anonymous(x.r.Resp.Port)
		if !ok {
			return
		}
		f.Kind, f.Severity, f.Basis, f.Name = "anonymity", "info", "hint", fact
	}
	x.raise(f, a.Frames[0], a.Frames[1])
}

// anonymous is the anonymity network whose number a port is.
func (d *Detector) anonymous(port uint16) (string, bool) {
	for _, f := range d.cat.Facts(capture.ProtoTCP, port) {
		if f.Kind == "anonymity" && (f.When == "outbound" || f.When == "any") {
			return f.Name, true
		}
	}
	return "", false
}

// Package eve writes records as flow events of Suricata's EVE JSON, for tools
// that read eve.json. What EVE has no field for stands under "portero".
//
// EVE has one event a flow, when it ends: interim records of live capture are
// left out.
package eve

import (
	"encoding/binary"
	"io"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/ndjson"
)

// New returns a writer of one event a record to w.
func New(w io.Writer) *view.Lines {
	return view.NewLines(w, func(b []byte, r *record.Record) []byte {
		if !r.Final {
			return b
		}
		return Append(b, r)
	})
}

// timestamp appends ns as Suricata writes it: microseconds, and an offset
// without colon.
func timestamp(b []byte, ns int64) []byte {
	b = record.AppendTime(b, ns)
	return append(b[:len(b)-4], "+0000"...)
}

func num(b []byte, key string, v uint64) []byte {
	return record.AppendUint(append(b, key...), v)
}

// flowID is the same for the same connection of the same capture, and fits the
// integers that JSON readers keep exactly.
func flowID(r *record.Record) uint64 {
	x := uint64(r.First)*0x9e3779b97f4a7c15 ^ r.ID*0xbf58476d1ce4e5b9
	for _, s := range [...]*record.Side{&r.Orig, &r.Resp} {
		a := s.Addr.As16()
		for _, half := range [...][]byte{a[:8], a[8:]} {
			x = (x ^ binary.BigEndian.Uint64(half)) * 0x100000001b3
		}
		x = (x ^ uint64(s.Port)<<8 ^ uint64(r.Proto)) * 0x100000001b3
	}
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x^x>>31)&(1<<52-1) | 1
}

// Append appends the event of one record.
func Append(b []byte, r *record.Record) []byte {
	b = append(b, `{"timestamp":"`...)
	b = timestamp(b, max(r.First, r.Last))
	b = num(b, `","flow_id":`, flowID(r))
	b = append(b, `,"event_type":"flow"`...)
	for i, id := range r.VLAN {
		if i == 0 {
			b = append(b, `,"vlan":[`...)
		} else {
			b = append(b, ',')
		}
		b = record.AppendUint(b, uint64(id))
		if i == len(r.VLAN)-1 {
			b = append(b, ']')
		}
	}
	b = append(b, `,"src_ip":"`...)
	b = record.AppendAddr(b, r.Orig.Addr)
	b = append(b, '"')
	if r.HasPorts {
		b = num(b, `,"src_port":`, uint64(r.Orig.Port))
	}
	b = append(b, `,"dest_ip":"`...)
	b = record.AppendAddr(b, r.Resp.Addr)
	b = append(b, '"')
	if r.HasPorts {
		b = num(b, `,"dest_port":`, uint64(r.Resp.Port))
	}
	b = append(b, `,"ip_v":`...)
	if r.Orig.Addr.Is4() {
		b = append(b, '4')
	} else {
		b = append(b, '6')
	}
	b = append(b, `,"proto":"`...)
	b = append(b, proto(r.Proto)...)
	b = append(b, '"')
	b = icmp(b, r)
	if app := appProto(r); app != "" {
		b = append(b, `,"app_proto":"`...)
		b = append(b, app...)
		b = append(b, '"')
	}
	mark := len(b)
	b = append(b, `,"community_id":"`...)
	at := len(b)
	if b = record.AppendCommunityID(b, r); len(b) == at {
		b = b[:mark]
	} else {
		b = append(b, '"')
	}
	b = num(b, `,"flow":{"pkts_toserver":`, r.Orig.Pkts)
	b = num(b, `,"pkts_toclient":`, r.Resp.Pkts)
	b = num(b, `,"bytes_toserver":`, r.Orig.Wire)
	b = num(b, `,"bytes_toclient":`, r.Resp.Wire)
	b = append(b, `,"start":"`...)
	b = timestamp(b, r.First)
	b = append(b, `","end":"`...)
	b = timestamp(b, r.Last)
	b = num(b, `","age":`, uint64(max(r.DurationNS, 0)/1e9))
	b = append(b, `,"state":"`...)
	b = append(b, state(r)...)
	b = append(b, `","reason":"`...)
	b = append(b, reason(r.EndReason)...)
	b = append(b, `","alerted":false}`...)
	if r.TCP() {
		b = tcp(b, r)
	}
	return own(b, r)
}

// icmp appends types and codes, as far as they are known (record.ICMP).
func icmp(b []byte, r *record.Record) []byte {
	typ, code, codeKnown, ok := r.ICMP()
	if !ok {
		return b
	}
	b = num(b, `,"icmp_type":`, uint64(typ))
	if codeKnown {
		b = num(b, `,"icmp_code":`, uint64(code))
	}
	switch {
	case r.Resp.Pkts == 0:
	case !codeKnown:
		b = num(b, `,"response_icmp_type":`, uint64(r.Resp.Port))
	default: // both sent the same
		b = num(b, `,"response_icmp_type":`, uint64(typ))
		b = num(b, `,"response_icmp_code":`, uint64(code))
	}
	return b
}

// appProto is Suricata's name for what was spoken, "" where it has none: that stands under "portero" alone.
func appProto(r *record.Record) string {
	if r.ServiceBy != "payload" {
		return ""
	}
	switch r.Service {
	case "bittorrent-dht", "dhcp", "dnp3", "dns", "enip", "ftp", "ftp-data", "http", "ike", "imap", "irc", "ldap", "mdns", "modbus", "mqtt", "mysql",
		"nfs", "ntp", "pop3", "quic", "rdp", "sip", "smb", "smtp", "snmp", "ssh", "telnet", "tftp", "tls", "websocket":
		return r.Service
	case "http-proxy":
		return "http"
	case "kerberos":
		return "krb5"
	case "msrpc":
		return "dcerpc"
	case "postgresql":
		return "pgsql"
	case "vnc":
		return "rfb"
	case "xmpp":
		return "jabber"
	}
	return ""
}

func own(b []byte, r *record.Record) []byte {
	b = num(b, `,"portero":{"id":`, r.ID)
	for _, f := range [...]struct{ key, val string }{
		{`,"handshake":"`, r.Handshake.String()}, {`,"exchange":"`, r.Exchange.String()}, {`,"close":"`, r.Close.String()}, {`,"service":"`, r.Service}, {`,"history":"`, r.History},
	} {
		if f.val != "" {
			b = append(b, f.key...)
			b = append(b, f.val...)
			b = append(b, '"')
		}
	}
	if r.ServerRTT != record.Unset {
		b = record.Micros(append(b, `,"server_rtt_us":`...), r.ServerRTT)
	}
	if r.ClientRTT != record.Unset {
		b = record.Micros(append(b, `,"client_rtt_us":`...), r.ClientRTT)
	}
	if r.ServerName != "" {
		b = ndjson.AppendText(append(b, `,"server_name":`...), r.ServerName)
	}
	if len(r.Risks) > 0 {
		b = ndjson.AppendRisks(append(b, `,"risks":`...), r.Risks)
	}
	return append(b, "}}"...)
}

const hex = "0123456789abcdef"

func flags(b []byte, key string, v uint8) []byte {
	b = append(b, key...)
	return append(b, hex[v>>4], hex[v&15], '"')
}

func tcp(b []byte, r *record.Record) []byte {
	o, p := r.ControlBits()
	b = flags(b, `,"tcp":{"tcp_flags":"`, o|p)
	b = flags(b, `,"tcp_flags_ts":"`, o)
	b = flags(b, `,"tcp_flags_tc":"`, p)
	for _, f := range [...]struct {
		bit uint8
		key string
	}{{record.SYN, `,"syn":true`}, {record.FIN, `,"fin":true`}, {record.RST, `,"rst":true`}, {record.ACK, `,"ack":true`}} {
		if (o|p)&f.bit != 0 {
			b = append(b, f.key...)
		}
	}
	b = append(b, `,"state":"`...)
	b = append(b, tcpState(r)...)
	return append(b, `"}`...)
}

// state is one of Suricata's: new, established, closed.
func state(r *record.Record) string {
	switch {
	case r.Close == handshake.Closed || r.Close == handshake.Reset || r.Handshake == handshake.Refused || r.Handshake == handshake.Aborted:
		return "closed"
	case r.Handshake.Opened() || r.Handshake == handshake.Midstream || r.Orig.Pkts > 0 && r.Resp.Pkts > 0 && !r.TCP():
		return "established"
	}
	return "new"
}

// tcpState is one of the names of Suricata's session states.
func tcpState(r *record.Record) string {
	switch {
	case r.Close == handshake.Closed || r.Close == handshake.Reset || r.Handshake == handshake.Refused || r.Handshake == handshake.Aborted:
		return "closed"
	case r.Close == handshake.HalfClosed && r.ClosedBy == handshake.ByResp:
		return "close_wait"
	case r.Close == handshake.HalfClosed:
		return "fin_wait1"
	case r.Handshake.Opened() || r.Handshake == handshake.Midstream:
		return "established"
	case r.Handshake == handshake.HalfOpen:
		return "syn_recv"
	case r.Handshake == handshake.NoAnswer || r.Handshake == handshake.Filtered:
		return "syn_sent"
	}
	return "none"
}

// reason is one of Suricata's: timeout, forced, shutdown, unknown.
func reason(e handshake.EndReason) string {
	switch e {
	case handshake.EndIdle, handshake.EndEnd:
		return "timeout" // Suricata ends closed flows by a short timeout too
	case handshake.EndForced:
		return "shutdown"
	case handshake.EndResources, handshake.EndActive:
		return "forced"
	}
	return "unknown"
}

// proto is Suricata's name of a protocol: IANA's but for a few.
func proto(p uint8) string {
	switch p {
	case 4:
		return "IP-in-IP"
	case 89:
		return "OSPF"
	case 135:
		return "Mobility"
	case 144, 145: // are newer than its list
		return record.ProtoName(p)
	}
	return record.Keyword(p)
}

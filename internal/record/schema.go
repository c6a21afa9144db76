package record

import (
	"fmt"
	"net/netip"
	"sort"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
)

// Kind is how a field's text is to be read.
type Kind uint8

// The kinds.
const (
	KindWord   Kind = iota // a word of the vocabulary: needs no escaping
	KindText               // text that may come from the wire
	KindInt                // a decimal integer
	KindMicros             // microseconds with up to three decimals
	KindTime               // RFC 3339 with nanoseconds, UTC
	KindBool               // true or false
	KindWords              // a list of words
	KindInts               // a list of integers
	KindTexts              // a list of text
	KindRisks              // a list of findings
)

// Field is one column of the record. Exactly one of the functions is set, by
// kind. Text appends nothing when the value is unknown. Need and Lies tell
// writers that are in a hurry how to come to the same without the function.
type Field struct {
	Name, Doc string
	Kind      Kind
	Need      Need
	Lies      Lies
	Text      func(b []byte, r *Record) []byte
	Words     func(r *Record) []string
	Ints      func(r *Record) []uint64
	// Values are the words that the field, or each element of a list, may have; nil where
	// there is no end of them.
	Values func() []string
}

// ProtoName is the word or number of an IP protocol.
func ProtoName(proto uint8) string {
	switch proto {
	case capture.ProtoTCP:
		return "tcp"
	case capture.ProtoUDP:
		return "udp"
	case capture.ProtoICMP:
		return "icmp"
	case capture.ProtoICMP6:
		return "icmp6"
	case capture.ProtoSCTP:
		return "sctp"
	}
	return strconv.Itoa(int(proto))
}

// Schema is the record as a table of fields, in the order in which formats
// print them.
func Schema() []Field {
	port := func(name, doc string, get func(r *Record) *uint16) Field {
		return integer(name, doc, NeedPorts, Never, get)
	}
	mss := func(name, doc string, get func(r *Record) *uint16) Field {
		return integer(name, doc, NeedTCP, IfZero, get)
	}
	number := func(name, doc string, get func(r *Record) *uint32) Field {
		return integer(name, doc, NeedWho, IfZero, get)
	}
	scale := func(name, doc string, get func(r *Record) *int16) Field { return signed(name, doc, NeedTCP, get) }
	fs := []Field{
		{Name: "schema", Doc: "version of this table; it changes only when a key is renamed, removed or given another meaning", Kind: KindInt, Lies: Lies{As: Constant},
			Text: func(b []byte, _ *Record) []byte { return AppendUint(b, SchemaVersion) }},
		count("id", "ordinal by first packet in the unfiltered capture (a datagram in fragments is one when all of it came, or is waited for no longer); filters hide numbers, they never renumber", func(r *Record) *uint64 { return &r.ID }),
		{Name: "community_id", Doc: "Community ID version 1, seed 0: the same in every tool", Kind: KindWord, Lies: Lies{As: Community}, Text: AppendCommunityID},
		{Name: "proto", Doc: "tcp, udp, icmp, icmp6, sctp, or the IP protocol number", Kind: KindWord, Lies: Lies{As: Octet, At: placeOf(func(r *Record) *uint8 { return &r.Proto }), Values: 256},
			Text: func(b []byte, r *Record) []byte { return append(b, ProtoName(r.Proto)...) }},
		address("orig_addr", "originator: address", func(r *Record) *netip.Addr { return &r.Orig.Addr }),
		port("orig_port", "originator: port; absent where the protocol has none", func(r *Record) *uint16 { return &r.Orig.Port }),
		address("resp_addr", "responder: address", func(r *Record) *netip.Addr { return &r.Resp.Addr }),
		port("resp_port", "responder: port; absent where the protocol has none", func(r *Record) *uint16 { return &r.Resp.Port }),
		vocabulary("roles_by", "the clue that told originator from responder: syn, synack, port, payload, first", handshake.RolesFirst, func(r *Record) *handshake.RolesBy { return &r.RolesBy }),
		{Name: "vlan", Doc: "VLAN ids, outermost first", Kind: KindInts, Need: NeedWay, Ints: func(r *Record) []uint64 {
			if len(r.VLAN) == 0 {
				return nil
			}
			v := make([]uint64, len(r.VLAN))
			for i, id := range r.VLAN {
				v[i] = uint64(id)
			}
			return v
		}},
		{Name: "tunnel", Doc: "kinds of the tunnels around it, outermost first, joined by commas", Kind: KindText, Need: NeedWay, Text: func(b []byte, r *Record) []byte { return appendJoin(b, r.Tunnel) }},
		{Name: "tunnel_ends", Doc: "outer endpoints of those tunnels that have them, joined by commas", Kind: KindText, Need: NeedWay, Text: func(b []byte, r *Record) []byte { return appendJoin(b, r.TunnelEnds) }},
		when("first", "time of the first packet", func(r *Record) *int64 { return &r.First }),
		when("last", "time of the last packet", func(r *Record) *int64 { return &r.Last }),
		duration("duration_us", "last minus first, microseconds; negative when the clock ran backwards", IfUntimed, func(r *Record) *int64 { return &r.DurationNS }),
	}
	fs = both(fs, "pkts", "packets seen, exact duplicates excluded", count, func(s *Side) *uint64 { return &s.Pkts })
	fs = both(fs, "wire_bytes", "octets on the wire of those packets", count, func(s *Side) *uint64 { return &s.Wire })
	fs = both(fs, "payload", "unique transport payload octets seen", count, func(s *Side) *uint64 { return &s.Payload })
	fs = append(fs,
		vocabulary("handshake", "the verdict on opening", handshake.Midstream, func(r *Record) *handshake.Verdict { return &r.Handshake }),
		vocabulary("handshake_kind", "normal, simultaneous, split, fast_open, fast_open_ignored", handshake.FastOpenIgnored, func(r *Record) *handshake.Kind { return &r.Kind }),
		Field{Name: "missing", Doc: "which of syn, synack, ack the capture lacks", Kind: KindWords, Lies: Lies{As: Octet, At: placeOf(func(r *Record) *handshake.Missing { return &r.Missing }), Values: 8},
			Values: func() []string { return handshake.Missing(7).List() }, Words: func(r *Record) []string { return r.Missing.List() }},
		vocabulary("probe_kind", "what kind of probe it was", handshake.ProbeOther, func(r *Record) *handshake.ProbeKind { return &r.ProbeKind }),
		address("filtered_by", "the address that sent the ICMP error", func(r *Record) *netip.Addr { return &r.FilteredBy }),
		vocabulary("exchange", "UDP: answered, unanswered, reply_only, stream, refused, filtered", handshake.ExchangeFiltered, func(r *Record) *handshake.Exchange { return &r.Exchange }),
		vocabulary("close", "how it ended: open, closed, half_closed, reset, none", handshake.Reset, func(r *Record) *handshake.Close { return &r.Close }),
		vocabulary("closed_by", "orig, resp or both", handshake.ByBoth, func(r *Record) *handshake.Who { return &r.ClosedBy }),
		vocabulary("end_reason", "why the record was written: idle, active, end, forced, resources", handshake.EndResources, func(r *Record) *handshake.EndReason { return &r.EndReason }),
		frame("syn_frame", "frame of the SYN that counts", func(r *Record) *uint64 { return &r.SYNFrame }),
		frame("synack_frame", "frame of the SYN-ACK", func(r *Record) *uint64 { return &r.SYNACKFrame }),
		frame("ack_frame", "frame of the third packet", func(r *Record) *uint64 { return &r.ACKFrame }),
		frame("confirmed_frame", "first responder segment that proves the third packet was accepted", func(r *Record) *uint64 { return &r.ConfirmedFrame }),
		frame("rst_frame", "the RST that refused an attempt, took it back or gave it up", func(r *Record) *uint64 { return &r.RSTFrame }),
		frame("reply_frame", "the responder's first frame, where there is no handshake to tell that it answered", func(r *Record) *uint64 { return &r.ReplyFrame }),
		frame("first_frame", "first frame", func(r *Record) *uint64 { return &r.FirstFrame }),
		frame("last_frame", "last frame", func(r *Record) *uint64 { return &r.LastFrame }),
		frame("roles_frame", "the frame that told the roles", func(r *Record) *uint64 { return &r.RolesFrame }),
		Field{Name: "close_frames", Doc: "frames of the FINs or the RST that closed it", Kind: KindInts, Lies: Lies{As: Numbers, At: placeOf(func(r *Record) *[]uint64 { return &r.CloseFrames })},
			Ints: func(r *Record) []uint64 { return r.CloseFrames }},
		frame("icmp_frame", "frame of the ICMP error", func(r *Record) *uint64 { return &r.ICMPFrame }),
		text("file", "the input that holds first_frame, when there are several", func(r *Record) *string { return &r.File }),
		list(KindTexts, "frame_files", "key=input for evidence frames that lie in another input", func(r *Record) *[]string { return &r.FrameFiles }),
		frame("reuses", "id of the connection whose ports this one reuses", func(r *Record) *uint64 { return &r.Reuses }),
		micros("reuse_after_us", "time since the last packet of that one", func(r *Record) *int64 { return &r.ReuseAfterNS }),
		tcpCount("syn_retries", "retransmissions of the SYN", func(r *Record) *uint64 { return &r.SYNRetries }),
		tcpCount("synack_retries", "retransmissions of the SYN-ACK", func(r *Record) *uint64 { return &r.SYNACKRetries }),
		tcpCount("suspected_rsts", "RSTs that no receiver would accept", func(r *Record) *uint64 { return &r.SuspectedRSTs }),
		count("duplicates", "exact copies left out of all counts", func(r *Record) *uint64 { return &r.Duplicates }),
		closed(list(KindWords, "quality", "the capture doctor's remarks that touch this connection", func(r *Record) *[]string { return &r.Quality }), qualities...),
		boolean("final", "false on interim records of live capture", NeedNothing, func(r *Record) *bool { return &r.Final }),
		micros("server_rtt_us", "SYN to SYN-ACK; empty when ambiguous", func(r *Record) *int64 { return &r.ServerRTT }),
		micros("client_rtt_us", "SYN-ACK to third packet; empty when ambiguous", func(r *Record) *int64 { return &r.ClientRTT }),
		micros("setup_us", "first SYN to completion", func(r *Record) *int64 { return &r.Setup }),
	)
	fs = both(fs, "retrans", "segments that repeat octets already seen", tcpCount, func(s *Side) *uint64 { return &s.Retrans })
	fs = both(fs, "ooo", "segments that fill an earlier gap", tcpCount, func(s *Side) *uint64 { return &s.OOO })
	fs = both(fs, "lost", "octets the peer acknowledged and the capture never saw", tcpCount, func(s *Side) *uint64 { return &s.Lost })
	fs = append(fs,
		tcpCount("zero_windows", "segments that closed the window", func(r *Record) *uint64 { return &r.ZeroWindows }),
		micros("rtt_min_us", "originator's data to the acknowledgement that covers it: smallest", func(r *Record) *int64 { return &r.RTTMin }),
		micros("rtt_p50_us", "the same: median of a thinned sample", func(r *Record) *int64 { return &r.RTTP50 }),
		micros("rtt_max_us", "the same: largest", func(r *Record) *int64 { return &r.RTTMax }),
	)
	fs = append(fs,
		micros("ttfb_us", "the request's last octet (or the third packet, where the responder speaks first) to the answer's first, as captured", func(r *Record) *int64 { return &r.FirstByte }),
		micros("thinking_us", "the responder's time to answer, summed over its turns, without the way there and back", func(r *Record) *int64 { return &r.Thinking }),
		micros("longest_wait_us", "the longest wait for the responder", func(r *Record) *int64 { return &r.LongestWait }),
		frame("longest_wait_frame", "the frame that ended it", func(r *Record) *uint64 { return &r.LongestFrame }),
		frame("turns", "how often the responder was waited for", func(r *Record) *uint64 { return &r.Turns }),
		duration("window_stall_us", "how long a receiver kept its window shut", IfZeroOrUnset, func(r *Record) *int64 { return &r.WindowStall }),
		duration("loss_stall_us", "silence before segments that repair a loss", IfZeroOrUnset, func(r *Record) *int64 { return &r.LossStall }),
		Field{Name: "slow", Doc: "what took most of the time of a slow connection: responder, path, window, loss, opening", Kind: KindWord, Need: NeedTCP,
			Values: func() []string { return slowWords }, Text: func(b []byte, r *Record) []byte { return append(b, r.Slow()...) }},
	)
	fs = both(fs, "mss", "announced maximum segment size", mss, func(s *Side) *uint16 { return &s.MSS })
	fs = both(fs, "wscale", "announced window shift", scale, func(s *Side) *int16 { return &s.WScale })
	fs = append(fs,
		option("sack", "selective acknowledgement negotiated", func(r *Record) *bool { return &r.SACK }),
		option("timestamps", "timestamps negotiated", func(r *Record) *bool { return &r.Timestamps }),
		boolean("tfo", "data on the SYN accepted (TCP Fast Open)", NeedSYN, func(r *Record) *bool { return &r.TFO }),
		option("mptcp", "Multipath TCP negotiated", func(r *Record) *bool { return &r.MPTCP }),
		boolean("ecn", "explicit congestion notification negotiated", NeedSYN, func(r *Record) *bool { return &r.ECN }),
		closed(word("conn_state", "Zeek's conn_state, by Zeek's rules", func(r *Record) *string { return &r.ConnState }), "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"),
		word("history", "Zeek's history, by Zeek's rules", func(r *Record) *string { return &r.History }),
		signed("completeness", "Wireshark's tcp.completeness, by Wireshark's rules", NeedNothing, func(r *Record) *int16 { return &r.Completeness }),
		word("service", "what runs on the responder's port, where something answered", func(r *Record) *string { return &r.Service }),
		closed(word("service_by", "payload, port or user", func(r *Record) *string { return &r.ServiceBy }), "payload", "port", "user"),
		closed(word("confidence", "exact, shape or port", func(r *Record) *string { return &r.Confidence }), "exact", "shape", "port"),
		closed(word("port_class", "system, user or dynamic", func(r *Record) *string { return &r.PortClass }), "system", "user", "dynamic"),
		word("port_name", "the registry's name of the responder's port", func(r *Record) *string { return &r.PortName }),
		word("port_practice", "what people run on the responder's port, where that differs from its registration", func(r *Record) *string { return &r.PortPractice }),
		word("spoken", "the protocol that the payload shows, also where nothing answered", func(r *Record) *string { return &r.Spoken }),
		text("server_name", "TLS SNI, HTTP host, or the name the capture's own DNS gave", func(r *Record) *string { return &r.ServerName }),
		closed(word("server_name_by", "tls, quic, http, socks, netbios or dns", func(r *Record) *string { return &r.ServerNameBy }), "tls", "quic", "http", "socks", "netbios", "dns"),
	)
	fs = append(fs, said()...)
	first := len(fs)
	fs = both(fs, "name", "the name the machine gives itself (DHCP, mDNS, LLMNR, NetBIOS)", text, func(s *Side) *string { return &s.Name })
	fs = both(fs, "mac", "hardware address that claims this address (ARP, NDP, DHCP)", text, func(s *Side) *string { return &s.MAC })
	fs = both(fs, "vendor", "maker of that hardware address", text, func(s *Side) *string { return &s.Vendor })
	fs = both(fs, "country", "country of the address, by the user's --mmdb", text, func(s *Side) *string { return &s.Country })
	fs = both(fs, "asn", "autonomous system of the address, by the user's --mmdb", number, func(s *Side) *uint32 { return &s.ASN })
	fs = both(fs, "as_org", "who runs that autonomous system, by the user's --mmdb", text, func(s *Side) *string { return &s.ASOrg })
	needs(NeedWho, fs[first:]...)
	fs = append(fs, needs(NeedProgram,
		closed(word("event", "live: opened, established, closed, active (a long connection, once per --interim), ended (docs/EVENTS.md)", func(r *Record) *string { return &r.Event }), "opened", "established", "closed", "active", "ended"),
		text("process", "live, own host: the program", func(r *Record) *string { return &r.Process }),
		processID("pid", "live, own host: its process id", func(r *Record) int32 { return r.PID }),
		text("user", "live, own host: its user", func(r *Record) *string { return &r.User }),
		closed(word("process_by", "how sure that is: exact, port, guessed; or why there is none: ended, hidden, kernel (docs/PROGRAMS.md)", func(r *Record) *string { return &r.ProcessBy }), "exact", "port", "guessed", "ended", "hidden", "kernel"),
		text("process_path", "the file that program was started from", func(r *Record) *string { return &r.ProcessPath }),
		closed(word("process_end", "whose program it is: orig or resp", func(r *Record) *string { return &r.ProcessEnd }), "orig", "resp"),
		text("container", "the container that program runs in, kind:id", func(r *Record) *string { return &r.Container }),
		text("peer_process", "the program at the other end, where both are on this machine", func(r *Record) *string { return &r.PeerProcess }),
		processID("peer_pid", "its process id", func(r *Record) int32 { return r.PeerPID }),
	)...)
	fs = append(fs,
		Field{Name: "risks", Doc: "what is worth a look: id, severity, basis (hint or observed), frames, text", Kind: KindRisks,
			Lies: Lies{As: Findings, At: placeOf(func(r *Record) *[]Finding { return &r.Risks })}},
		closed(list(KindWords, "oddities", "named anomalies", func(r *Record) *[]string { return &r.Oddities }), handshake.OddityNames()...),
	)
	return fs
}

// qualities are the words of quality, which flows has the bits of.
var qualities = []string{"truncated_packets", "one_direction", "duplicates", "reordered", "clock_backwards",
	"offload_checksums_orig", "offload_checksums_resp", "bad_checksums", "vlan_one_sided", "fragments", "no_times"}

func appendJoin(b []byte, l []string) []byte {
	for i, s := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, s...)
	}
	return b
}

// Select picks fields by name: "a,b" takes those, "-c" alone or beside others
// leaves c out of all (or of those taken).
func Select(expr string) ([]Field, error) {
	all := Schema()
	if strings.TrimSpace(expr) == "" {
		return all, nil
	}
	byName := map[string]Field{}
	for _, f := range all {
		byName[f.Name] = f
	}
	var take []Field
	drop := map[string]bool{}
	for _, w := range strings.Split(expr, ",") {
		w = strings.TrimSpace(w)
		name := strings.TrimPrefix(w, "-")
		f, ok := byName[name]
		if !ok {
			return nil, fmt.Errorf("--fields: there is no field %q%s", name, suggest(name, all))
		}
		if w != name {
			drop[name] = true
		} else {
			take = append(take, f)
		}
	}
	if take == nil {
		take = all
	}
	out := take[:0:0]
	for _, f := range take {
		if !drop[f.Name] {
			drop[f.Name] = true // named twice is written once: keys are unique
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--fields: no field is left")
	}
	return out, nil
}

// elsewhere are the names that other programs have for fields.
var elsewhere = map[string]string{
	"sni": "server_name", "hostname": "server_name", "host": "server_name", "src": "orig_addr", "src_ip": "orig_addr", "srcip": "orig_addr", "id.orig_h": "orig_addr",
	"dst": "resp_addr", "dst_ip": "resp_addr", "dstip": "resp_addr", "dest_ip": "resp_addr", "id.resp_h": "resp_addr", "sport": "orig_port", "src_port": "orig_port",
	"id.orig_p": "orig_port", "dport": "resp_port", "dst_port": "resp_port", "dest_port": "resp_port", "id.resp_p": "resp_port", "ts": "first", "time": "first", "state": "handshake",
	"verdict": "handshake", "user_agent": "orig_software", "protocol": "proto", "app": "service", "srcport": "orig_port", "dstport": "resp_port", "ip": "resp_addr", "addr": "resp_addr", "address": "resp_addr",
	"bytes": "orig_payload", "packets": "orig_pkts",
}

// KeyElsewhere is the field that other programs call name, "" for none.
func KeyElsewhere(name string) string { return elsewhere[strings.ToLower(name)] }

// suggest names the fields that look most like name.
func suggest(name string, all []Field) string {
	if known := KeyElsewhere(name); known != "" {
		return "; did you mean " + known + "?"
	}
	type near struct {
		name string
		d    int
	}
	var ns []near
	for _, f := range all {
		if d := EditDistance(name, f.Name); d <= 3 || strings.Contains(f.Name, name) && name != "" {
			ns = append(ns, near{f.Name, d})
		}
	}
	sort.SliceStable(ns, func(i, j int) bool { return ns[i].d < ns[j].d })
	if len(ns) == 0 {
		return " (portero explain fields lists them)"
	}
	if len(ns) > 3 {
		ns = ns[:3]
	}
	words := make([]string, len(ns))
	for i, n := range ns {
		words[i] = n.name
	}
	return "; did you mean " + strings.Join(words, ", ") + "?"
}

// EditDistance is how many letters must change to turn one short word into the
// other, for suggestions.
func EditDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := prev
			if a[i-1] != b[j-1] {
				cost = 1 + min(prev, row[j], row[j-1])
			}
			prev, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}

// Answered reports whether something answered on the responder's port, so that
// a service may be claimed.
func (r *Record) Answered() bool { return r.Handshake.Opened() || r.Exchange == handshake.Answered }

// RolesTold reports whether who called is known rather than guessed from a number or from who was
// seen first. A question and its answer by UDP tell it: the first packet of an exchange is the
// question. Ports that say the same do not make it a guess; ports that overrule it do.
func (r *Record) RolesTold() bool {
	if r.Proto == capture.ProtoUDPLite {
		return r.LetIn
	}
	if r.Proto == capture.ProtoUDP {
		return r.Exchange == handshake.Answered && (r.Began || r.RolesBy != handshake.RolesPort)
	}
	return r.RolesBy != handshake.RolesFirst && r.RolesBy != handshake.RolesPort
}

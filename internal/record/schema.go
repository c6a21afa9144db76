package record

import (
	"fmt"
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
// kind. Text appends nothing when the value is unknown.
type Field struct {
	Name, Doc string
	Kind      Kind
	Said      bool // of the payload: absent in records without App
	Text      func(b []byte, r *Record) []byte
	Words     func(r *Record) []string
	Ints      func(r *Record) []uint64
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

// u appends a decimal integer.
func u(b []byte, v uint64) []byte {
	if v < 10 {
		return append(b, '0'+byte(v))
	}
	return strconv.AppendUint(b, v, 10)
}

func nonzero(b []byte, v uint64) []byte {
	if v == 0 {
		return b
	}
	return u(b, v)
}

// Micros appends ns as microseconds with up to three decimals, nothing when
// unknown.
func Micros(b []byte, ns int64) []byte {
	if ns == Unset {
		return b
	}
	return appendMicros(b, ns)
}

func appendMicros(b []byte, ns int64) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	}
	b = strconv.AppendInt(b, ns/1000, 10)
	if f := ns % 1000; f != 0 {
		b = append(b, '.', byte('0'+f/100))
		if f%100 != 0 {
			b = append(b, byte('0'+f/10%10))
			if f%10 != 0 {
				b = append(b, byte('0'+f%10))
			}
		}
	}
	return b
}

func frame(name, doc string, get func(r *Record) uint64) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte { return nonzero(b, get(r)) }}
}

func count(name, doc string, get func(r *Record) uint64) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte { return u(b, get(r)) }}
}

func tcpCount(name, doc string, get func(r *Record) uint64) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte {
		if !r.TCP() {
			return b
		}
		return u(b, get(r))
	}}
}

func zeroUnset(ns int64) int64 {
	if ns == 0 {
		return Unset
	}
	return ns
}

func word(name, doc string, get func(r *Record) string) Field {
	return Field{Name: name, Doc: doc, Kind: KindWord, Text: func(b []byte, r *Record) []byte { return append(b, get(r)...) }}
}

func text(name, doc string, get func(r *Record) string) Field {
	return Field{Name: name, Doc: doc, Kind: KindText, Text: func(b []byte, r *Record) []byte { return append(b, get(r)...) }}
}

func micros(name, doc string, get func(r *Record) int64) Field {
	return Field{Name: name, Doc: doc, Kind: KindMicros, Text: func(b []byte, r *Record) []byte { return Micros(b, get(r)) }}
}

func when(name, doc string, get func(r *Record) int64) Field {
	return Field{Name: name, Doc: doc, Kind: KindTime, Text: func(b []byte, r *Record) []byte { return AppendTime(b, get(r)) }}
}

func option(name, doc string, get func(r *Record) bool) Field {
	return Field{Name: name, Doc: doc, Kind: KindBool, Text: func(b []byte, r *Record) []byte {
		if !r.TCP() || !r.OptsKnown {
			return b
		}
		return strconv.AppendBool(b, get(r))
	}}
}

// side makes the two fields orig_x and resp_x.
func sides(fs []Field, name, doc string, make func(name, doc string, get func(s *Side) uint64) Field, get func(s *Side) uint64) []Field {
	return append(fs, make("orig_"+name, "originator: "+doc, get), make("resp_"+name, "responder: "+doc, get))
}

func sideOf(name string, r *Record) *Side {
	if name[0] == 'o' {
		return &r.Orig
	}
	return &r.Resp
}

func sideField(when func(r *Record, v uint64) bool) func(name, doc string, get func(s *Side) uint64) Field {
	return func(name, doc string, get func(s *Side) uint64) Field {
		orig := name[0] == 'o'
		return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte {
			s := &r.Resp
			if orig {
				s = &r.Orig
			}
			v := get(s)
			if !when(r, v) {
				return b
			}
			return u(b, v)
		}}
	}
}

// Schema is the record as a table of fields, in the order in which formats
// print them.
func Schema() []Field {
	always := sideField(func(*Record, uint64) bool { return true })
	tcp := sideField(func(r *Record, _ uint64) bool { return r.TCP() })
	known := sideField(func(r *Record, v uint64) bool { return r.TCP() && v != 0 })
	ports := sideField(func(r *Record, _ uint64) bool { return r.HasPorts })
	addr := func(name, doc string) Field {
		return Field{Name: name, Doc: doc, Kind: KindWord, Text: func(b []byte, r *Record) []byte { return sideOf(name, r).Addr.AppendTo(b) }}
	}
	scale := func(name, doc string) Field {
		return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte {
			if s := sideOf(name, r).WScale; s >= 0 && r.TCP() {
				return u(b, uint64(s))
			}
			return b
		}}
	}
	fs := []Field{
		{Name: "schema", Doc: "version of this table; it changes only when a key is renamed, removed or given another meaning", Kind: KindInt,
			Text: func(b []byte, _ *Record) []byte { return u(b, SchemaVersion) }},
		count("id", "ordinal by first packet in the unfiltered capture; filters hide numbers, they never renumber", func(r *Record) uint64 { return r.ID }),
		{Name: "community_id", Doc: "Community ID version 1, seed 0: the same in every tool", Kind: KindWord, Text: communityID},
		word("proto", "tcp, udp, icmp, icmp6, sctp, or the IP protocol number", func(r *Record) string { return ProtoName(r.Proto) }),
		addr("orig_addr", "originator: address"),
		ports("orig_port", "originator: port; absent where the protocol has none", func(s *Side) uint64 { return uint64(s.Port) }),
		addr("resp_addr", "responder: address"),
		ports("resp_port", "responder: port; absent where the protocol has none", func(s *Side) uint64 { return uint64(s.Port) }),
		word("roles_by", "the clue that told originator from responder: syn, synack, port, payload, first", func(r *Record) string { return r.RolesBy.String() }),
		{Name: "vlan", Doc: "VLAN ids, outermost first", Kind: KindInts, Ints: func(r *Record) []uint64 {
			if len(r.VLAN) == 0 {
				return nil
			}
			v := make([]uint64, len(r.VLAN))
			for i, id := range r.VLAN {
				v[i] = uint64(id)
			}
			return v
		}},
		{Name: "tunnel", Doc: "kinds of the tunnels around it, outermost first, joined by commas", Kind: KindText, Text: func(b []byte, r *Record) []byte { return appendJoin(b, r.Tunnel) }},
		{Name: "tunnel_ends", Doc: "outer endpoints of those tunnels that have them, joined by commas", Kind: KindText, Text: func(b []byte, r *Record) []byte { return appendJoin(b, r.TunnelEnds) }},
		when("first", "time of the first packet", func(r *Record) int64 { return r.First }),
		when("last", "time of the last packet", func(r *Record) int64 { return r.Last }),
		{Name: "duration_us", Doc: "last minus first, microseconds; negative when the clock ran backwards", Kind: KindMicros, Text: func(b []byte, r *Record) []byte {
			return appendMicros(b, r.DurationNS)
		}},
	}
	fs = sides(fs, "pkts", "packets seen, exact duplicates excluded", always, func(s *Side) uint64 { return s.Pkts })
	fs = sides(fs, "wire_bytes", "octets on the wire of those packets", always, func(s *Side) uint64 { return s.Wire })
	fs = sides(fs, "payload", "unique transport payload octets seen", always, func(s *Side) uint64 { return s.Payload })
	fs = append(fs,
		word("handshake", "the verdict on opening", func(r *Record) string { return r.Handshake.String() }),
		word("handshake_kind", "normal, simultaneous, split, fast_open, fast_open_ignored", func(r *Record) string { return r.Kind.String() }),
		Field{Name: "missing", Doc: "which of syn, synack, ack the capture lacks", Kind: KindWords, Words: func(r *Record) []string { return r.Missing.List() }},
		word("probe_kind", "what kind of probe it was", func(r *Record) string { return r.ProbeKind.String() }),
		Field{Name: "filtered_by", Doc: "the address that sent the ICMP error", Kind: KindWord, Text: func(b []byte, r *Record) []byte {
			if !r.FilteredBy.IsValid() {
				return b
			}
			return r.FilteredBy.AppendTo(b)
		}},
		word("exchange", "UDP: answered, unanswered, reply_only, stream, refused, filtered", func(r *Record) string { return r.Exchange.String() }),
		word("close", "how it ended: open, closed, half_closed, reset, none", func(r *Record) string { return r.Close.String() }),
		word("closed_by", "orig, resp or both", func(r *Record) string { return r.ClosedBy.String() }),
		word("end_reason", "why the record was written: idle, active, end, forced, resources", func(r *Record) string { return r.EndReason.String() }),
		frame("syn_frame", "frame of the SYN that counts", func(r *Record) uint64 { return r.SYNFrame }),
		frame("synack_frame", "frame of the SYN-ACK", func(r *Record) uint64 { return r.SYNACKFrame }),
		frame("ack_frame", "frame of the third packet", func(r *Record) uint64 { return r.ACKFrame }),
		frame("confirmed_frame", "first responder segment that proves the third packet was accepted", func(r *Record) uint64 { return r.ConfirmedFrame }),
		frame("first_frame", "first frame", func(r *Record) uint64 { return r.FirstFrame }),
		frame("last_frame", "last frame", func(r *Record) uint64 { return r.LastFrame }),
		frame("roles_frame", "the frame that told the roles", func(r *Record) uint64 { return r.RolesFrame }),
		Field{Name: "close_frames", Doc: "frames of the FINs or the RST that closed it", Kind: KindInts, Ints: func(r *Record) []uint64 { return r.CloseFrames }},
		frame("icmp_frame", "frame of the ICMP error", func(r *Record) uint64 { return r.ICMPFrame }),
		text("file", "the input that holds first_frame, when there are several", func(r *Record) string { return r.File }),
		Field{Name: "frame_files", Doc: "key=input for evidence frames that lie in another input", Kind: KindTexts, Words: func(r *Record) []string { return r.FrameFiles }},
		frame("reuses", "id of the connection whose ports this one reuses", func(r *Record) uint64 { return r.Reuses }),
		micros("reuse_after_us", "time since the last packet of that one", func(r *Record) int64 { return r.ReuseAfterNS }),
		tcpCount("syn_retries", "retransmissions of the SYN", func(r *Record) uint64 { return r.SYNRetries }),
		tcpCount("synack_retries", "retransmissions of the SYN-ACK", func(r *Record) uint64 { return r.SYNACKRetries }),
		tcpCount("suspected_rsts", "RSTs that no receiver would accept", func(r *Record) uint64 { return r.SuspectedRSTs }),
		count("duplicates", "exact copies left out of all counts", func(r *Record) uint64 { return r.Duplicates }),
		Field{Name: "quality", Doc: "the capture doctor's remarks that touch this connection", Kind: KindWords, Words: func(r *Record) []string { return r.Quality }},
		Field{Name: "final", Doc: "false on interim records of live capture", Kind: KindBool, Text: func(b []byte, r *Record) []byte { return strconv.AppendBool(b, r.Final) }},
		micros("server_rtt_us", "SYN to SYN-ACK; empty when ambiguous", func(r *Record) int64 { return r.ServerRTT }),
		micros("client_rtt_us", "SYN-ACK to third packet; empty when ambiguous", func(r *Record) int64 { return r.ClientRTT }),
		micros("setup_us", "first SYN to completion", func(r *Record) int64 { return r.Setup }),
	)
	fs = sides(fs, "retrans", "segments that repeat octets already seen", tcp, func(s *Side) uint64 { return s.Retrans })
	fs = sides(fs, "ooo", "segments that fill an earlier gap", tcp, func(s *Side) uint64 { return s.OOO })
	fs = sides(fs, "lost", "octets the peer acknowledged and the capture never saw", tcp, func(s *Side) uint64 { return s.Lost })
	fs = append(fs,
		tcpCount("zero_windows", "segments that closed the window", func(r *Record) uint64 { return r.ZeroWindows }),
		micros("rtt_min_us", "originator's data to the acknowledgement that covers it: smallest", func(r *Record) int64 { return r.RTTMin }),
		micros("rtt_p50_us", "the same: median of a thinned sample", func(r *Record) int64 { return r.RTTP50 }),
		micros("rtt_max_us", "the same: largest", func(r *Record) int64 { return r.RTTMax }),
	)
	fs = append(fs,
		micros("ttfb_us", "the request's last octet (or the third packet, where the responder speaks first) to the answer's first, as captured", func(r *Record) int64 { return r.FirstByte }),
		micros("thinking_us", "the responder's time to answer, summed over its turns, without the way there and back", func(r *Record) int64 { return r.Thinking }),
		micros("longest_wait_us", "the longest wait for the responder", func(r *Record) int64 { return r.LongestWait }),
		frame("longest_wait_frame", "the frame that ended it", func(r *Record) uint64 { return r.LongestFrame }),
		frame("turns", "how often the responder was waited for", func(r *Record) uint64 { return r.Turns }),
		micros("window_stall_us", "how long a receiver kept its window shut", func(r *Record) int64 { return zeroUnset(r.WindowStall) }),
		micros("loss_stall_us", "silence before segments that repair a loss", func(r *Record) int64 { return zeroUnset(r.LossStall) }),
		word("slow", "what took most of the time of a slow connection: responder, path, window, loss, opening", func(r *Record) string { return string(r.Slow()) }),
	)
	fs = sides(fs, "mss", "announced maximum segment size", known, func(s *Side) uint64 { return uint64(s.MSS) })
	fs = append(fs, scale("orig_wscale", "originator: announced window shift"), scale("resp_wscale", "responder: announced window shift"),
		option("sack", "selective acknowledgement negotiated", func(r *Record) bool { return r.SACK }),
		option("timestamps", "timestamps negotiated", func(r *Record) bool { return r.Timestamps }),
		option("tfo", "data on the SYN accepted (TCP Fast Open)", func(r *Record) bool { return r.TFO }),
		option("mptcp", "Multipath TCP negotiated", func(r *Record) bool { return r.MPTCP }),
		option("ecn", "explicit congestion notification negotiated", func(r *Record) bool { return r.ECN }),
		word("conn_state", "Zeek's conn_state, by Zeek's rules", func(r *Record) string { return r.ConnState }),
		word("history", "Zeek's history, by Zeek's rules", func(r *Record) string { return r.History }),
		Field{Name: "completeness", Doc: "Wireshark's tcp.completeness, by Wireshark's rules", Kind: KindInt, Text: func(b []byte, r *Record) []byte {
			if r.Completeness < 0 {
				return b
			}
			return u(b, uint64(r.Completeness))
		}},
		word("service", "what runs on the responder's port, where something answered", func(r *Record) string { return r.Service }),
		word("service_by", "payload, port or user", func(r *Record) string { return r.ServiceBy }),
		word("confidence", "exact, shape or port", func(r *Record) string { return r.Confidence }),
		word("port_class", "system, user or dynamic", func(r *Record) string { return r.PortClass }),
		word("port_name", "the registry's name of the responder's port", func(r *Record) string { return r.PortName }),
		word("port_practice", "what people run on the responder's port, where that differs from its registration", func(r *Record) string { return r.PortPractice }),
		word("spoken", "the protocol that the payload shows, also where nothing answered", func(r *Record) string { return r.Spoken }),
		text("server_name", "TLS SNI, HTTP host, or the name the capture's own DNS gave", func(r *Record) string { return r.ServerName }),
		word("server_name_by", "tls, quic, http or dns", func(r *Record) string { return r.ServerNameBy }),
	)
	fs = append(fs, said()...)
	side := func(name, doc string, get func(s *Side) string) {
		for _, end := range [...]string{"orig_", "resp_"} {
			who := map[string]string{"orig_": "originator: ", "resp_": "responder: "}[end]
			fs = append(fs, text(end+name, who+doc, func(r *Record) string { return get(sideOf(end, r)) }))
		}
	}
	side("name", "the name the machine gives itself (DHCP, mDNS, LLMNR, NetBIOS)", func(s *Side) string { return s.Name })
	side("mac", "hardware address that claims this address (ARP, NDP, DHCP)", func(s *Side) string { return s.MAC })
	side("vendor", "maker of that hardware address", func(s *Side) string { return s.Vendor })
	side("country", "country of the address, by the user's --mmdb", func(s *Side) string { return s.Country })
	fs = sides(fs, "asn", "autonomous system of the address, by the user's --mmdb", sideField(func(_ *Record, v uint64) bool { return v != 0 }), func(s *Side) uint64 { return uint64(s.ASN) })
	side("as_org", "who runs that autonomous system, by the user's --mmdb", func(s *Side) string { return s.ASOrg })
	fs = append(fs,
		word("event", "live: opened, established, closed, active (a long connection, once per --interim), ended (docs/EVENTS.md)", func(r *Record) string { return r.Event }),
		text("process", "live, own host: the program", func(r *Record) string { return r.Process }),
		Field{Name: "pid", Doc: "live, own host: its process id", Kind: KindInt, Text: func(b []byte, r *Record) []byte { return nonzero(b, uint64(max(r.PID, 0))) }},
		text("user", "live, own host: its user", func(r *Record) string { return r.User }),
		word("process_by", "how sure that is: exact, port, guessed; or why there is none: ended, hidden, kernel (docs/PROGRAMS.md)", func(r *Record) string { return r.ProcessBy }),
		text("process_path", "the file that program was started from", func(r *Record) string { return r.ProcessPath }),
		word("process_end", "whose program it is: orig or resp", func(r *Record) string { return r.ProcessEnd }),
		text("container", "the container that program runs in, kind:id", func(r *Record) string { return r.Container }),
		text("peer_process", "the program at the other end, where both are on this machine", func(r *Record) string { return r.PeerProcess }),
		Field{Name: "peer_pid", Doc: "its process id", Kind: KindInt, Text: func(b []byte, r *Record) []byte { return nonzero(b, uint64(max(r.PeerPID, 0))) }},
		Field{Name: "risks", Doc: "what is worth a look: id, severity, basis (hint or observed), frames, text", Kind: KindRisks},
		Field{Name: "oddities", Doc: "named anomalies", Kind: KindWords, Words: func(r *Record) []string { return r.Oddities }},
	)
	return fs
}

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

// suggest names the fields that look most like name.
func suggest(name string, all []Field) string {
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

package main

import (
	"regexp"
	"strings"

	"portero/handshake"
	"portero/internal/record"
)

// The causes are told from the records alone, by rule; what no rule explains is
// listed without one.

func outerOf(k key, outer map[string]bool) bool {
	return outer[k.a.Addr().String()+" "+k.b.Addr().String()]
}

// carriers are protocols whose payload may hold packets and that are no tunnel:
// samples, copies sent to a controller, radio frames on their way to one.
var carriers = map[string]string{"sflow": "sFlow", "lisp": "LISP control messages", "openflow": "OpenFlow"}

var tunnelPorts = map[uint16]bool{4789: true, 8472: true, 4790: true, 6081: true, 2152: true, 1701: true, 3544: true}

// Two tunnels may run between the same two hosts, and records name the hosts: which of the two has no IP in it cannot be told here.
const tunnelled = "The datagrams carry a tunnel: the connections inside are the records (RECORD.md), and what is no IP in it (ARP, control) the doctor counts"

const (
	named     = "Frames that portero names and does not look into: "
	otherwise = "Seen inside a tunnel that one of the two reads differently"
)

const longUDP = "The UDP length is larger than its datagram: tshark believes it, portero counts what the IP length and the frame leave room for"

// lookedAt is the cause that was found by hand.
func lookedAt(file string, k key) string {
	return byHand[hand{file, k.proto + " " + k.a.String() + " " + k.b.String()}]
}

func countWhy(file string, k key, o row, ans *answer) string {
	g := ans.recs[k]
	switch {
	case ans.failed != nil:
		return "A format that portero names and does not read"
	case len(g) == 0 && k.proto == "udp" && outerOf(k, ans.outer):
		return tunnelled
	case len(g) == 0:
		for _, p := range strings.Split(o["tunnel"], ":") {
			if name := carriers[p]; name != "" {
				return "Copies of packets inside " + name + ", which is no link and no tunnel: they are no packets of this capture"
			}
		}
		if k.proto == "udp" && (tunnelPorts[k.a.Port()] || tunnelPorts[k.b.Port()]) {
			return tunnelled
		}
		if w := lookedAt(file, k); w != "" || ans.opaque == "" {
			return w
		}
		return named + kindsOf(ans.opaque)
	}
	vlan := map[string]bool{}
	for _, r := range g {
		vlan[vlans(&r.Record)] = true
	}
	if len(vlan) > 1 {
		return "The same tuple on several VLANs: each is a connection of its own"
	}
	if k.proto == "udp" {
		return "More than 60 s of silence: another exchange (HANDSHAKE.md, section 3)"
	}
	over := true
	for i := 1; i < len(g); i++ {
		if g[i].First-g[i-1].Last < 60e9 {
			over = false
		}
	}
	if over {
		return "An attempt without answer ends after 130 s of silence, a reset one after 60 s (HANDSHAKE.md, section 3)"
	}
	for _, r := range g {
		if r.Reuses != 0 {
			return "The ports were used again: a SYN, or an answer to one, with another number than the connection had that was over"
		}
	}
	if len(g[0].Tunnel) > 0 {
		return "Told apart by virtual network"
	}
	return ""
}

func vlans(r *record.Record) string {
	s := ""
	for _, v := range r.VLAN {
		s += " " + string(rune('0'+v%10)) + string(rune('0'+v/10%10)) + string(rune('0'+v/100%10)) + string(rune('0'+v/1000))
	}
	return s
}

func has(l []string, w string) bool {
	for _, x := range l {
		if x == w {
			return true
		}
	}
	return false
}

var digits = regexp.MustCompile(` ?\(first[^)]*\)|,? [0-9]+\b|[0-9]+ frames? (is|are|of) `)

// kindsOf drops the counts from what the doctor says.
func kindsOf(s string) string { return strings.TrimPrefix(digits.ReplaceAllString(s, ""), "not IP: ") }

// pktsWhy names the cause of packet counts that differ; more is how many portero
// counts beyond the other.
func pktsWhy(file string, r *record.Record, ans *answer, k key, more int64) string {
	if w := lookedAt(file, k); w != "" {
		return w
	}
	switch {
	case has(r.Quality, "duplicates"):
		return "Exact copies are counted once (HANDSHAKE.md, section 3)"
	case has(r.Quality, "fragments"):
		return "Fragments: every frame of a datagram counts as a packet, tshark counts the last"
	case k.proto == "udp" && outerOf(k, ans.outer):
		return "The datagrams that carry a tunnel are no packets of the outer exchange"
	}
	switch {
	case len(r.Tunnel) > 0:
		return otherwise
	case more < 0 && ans.opaque != "":
		return named + kindsOf(ans.opaque)
	}
	return ""
}

// payloadWhy names the cause of octets that differ. ab and ba are what portero counts each way, tab and tba what
// tshark does.
func payloadWhy(file string, r *record.Record, ans *answer, k key, ab, ba *record.Side, tab, tba [2]uint64) string {
	dab, dba := int64(tab[1]-ab.Payload), int64(tba[1]-ba.Payload)
	// What each packet carries is not the same: more than a matter of how many there are.
	uneven := tab[0]*ab.Payload != tab[1]*ab.Pkts || tba[0]*ba.Payload != tba[1]*ba.Pkts
	if k.proto == "udp" && dab >= 0 && dba >= 0 && len(r.Tunnel) == 0 && lookedAt(file, k) == "" &&
		(ab.Pkts == tab[0] && ba.Pkts == tba[0] || r.Duplicates > 0 && ab.Pkts+ba.Pkts == 1 && uneven) {
		return longUDP
	}
	if w := pktsWhy(file, r, ans, k, -1); w != "" && w != otherwise && !strings.HasPrefix(w, named) {
		return w
	}
	small := func(d int64) bool { return d >= 0 && d <= 32 }
	switch {
	case has(r.Oddities, "bad_checksum_ignored"):
		return "Segments with wrong checksums: their receiver throws them away"
	case r.Handshake.Opened() && small(dab) && small(dba) && r.Orig.Retrans+r.Resp.Retrans == 0:
		return "Keep-alive probes repeat one octet of the stream: tshark counts it"
	case has(r.Oddities, "segment_out_of_window") || has(r.Oddities, "ack_of_unsent_data"):
		return "Segments beyond anything the receiver offered are not counted as stream"
	}
	return ""
}

func hsWhy(file string, k key, r *record.Record, theirs string) string {
	if w := lookedAt(file, k); w != "" {
		return w
	}
	switch {
	case r.Handshake == handshake.Unsolicited && r.SYNACKFrame == 0:
		return "A RST without a SYN is unsolicited (HANDSHAKE.md, section 1); the strict column has no word for it"
	case r.Handshake == handshake.Unknown:
		return "The TCP header claims to be longer than its packet: no receiver reads it, and tshark reads its flags"
	case theirs == "syn" && r.Handshake == handshake.CompletedUnseen:
		return "The SYN-ACK is missing and the numbers of both sides prove it: completed unseen, which the strict column does not look for"
	case theirs == "full" && r.Handshake == handshake.CompletedUnseen:
		return "The third packet is missing and later ones prove it: the strict column takes one of those for it"
	case theirs == "synack-mismatch" && r.Handshake == handshake.CompletedUnseen:
		return "What would be the SYN-ACK acknowledges what was never sent, and both ends go on: the one that they saw is missing"
	case r.Handshake == handshake.Probe, theirs == "syn" && has(r.Oddities, "impossible_flags"):
		return "The first packet opens no connection by its flags"
	case has(r.Oddities, "bad_checksum_ignored") || has(r.Quality, "bad_checksums"):
		return "What would be a packet of the handshake has a wrong checksum: its receiver throws it away"
	case has(r.Oddities, "answer_before_syn"):
		return "The SYN-ACK was captured before its SYN; order of capture does not matter"
	case r.Handshake == handshake.Invalid:
		return "The third packet's numbers do not fit"
	}
	return ""
}

func zeekWhy(file string, k key, ans *answer, want, got string) string {
	if w := lookedAt(file, k); w != "" {
		return w
	}
	switch {
	case k.proto == "udp" && outerOf(k, ans.outer):
		return "The datagrams that carry a tunnel are no packets of the outer exchange"
	case strings.HasPrefix(want, got) || strings.HasPrefix(got, want):
		return "One letter more or less at the end"
	}
	return ""
}

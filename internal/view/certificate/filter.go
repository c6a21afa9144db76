package certificate

import (
	"sort"
	"strconv"
	"strings"

	"portero/capture"
	"portero/internal/record"
)

// display is a Wireshark display filter for this connection and no other on
// the same ports.
func (c *Certificate) display() string {
	r := c.rec
	var parts []string
	field := func(f, v string) { parts = append(parts, f+" == "+v) }
	ip := "ip.addr"
	if r.Orig.Addr.Is6() {
		ip = "ipv6.addr"
	}
	field(ip, r.Orig.Addr.String())
	if r.Resp.Addr != r.Orig.Addr {
		field(ip, r.Resp.Addr.String())
	}
	if r.HasPorts {
		if p := map[uint8]string{capture.ProtoTCP: "tcp.port", capture.ProtoUDP: "udp.port", capture.ProtoSCTP: "sctp.port"}[r.Proto]; p != "" {
			field(p, strconv.Itoa(int(r.Orig.Port)))
			if r.Resp.Port != r.Orig.Port {
				field(p, strconv.Itoa(int(r.Resp.Port)))
			}
		}
	}
	lo, hi := r.FirstFrame, r.LastFrame
	if lo > hi {
		lo, hi = hi, lo
	}
	if lo != 0 {
		parts = append(parts, "frame.number >= "+strconv.FormatUint(lo, 10), "frame.number <= "+strconv.FormatUint(hi, 10))
	}
	return strings.Join(parts, " && ")
}

// evidenceFilter shows the frames that prove the verdict.
func (c *Certificate) evidenceFilter() string {
	set := map[record.FrameRef]bool{}
	r := c.rec
	for _, f := range append([]record.FrameRef{r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame, r.ICMPFrame, r.RolesFrame}, r.CloseFrames...) {
		set[f] = true
	}
	for _, row := range c.Opening {
		set[row.Frame] = true
	}
	delete(set, 0)
	var all []record.FrameRef
	for f := range set {
		all = append(all, f)
	}
	if len(all) == 0 {
		return ""
	}
	sort.Slice(all, func(i, k int) bool { return all[i] < all[k] })
	var n []string
	for _, f := range all {
		n = append(n, strconv.FormatUint(f, 10))
	}
	return "frame.number in {" + strings.Join(n, ", ") + "}"
}

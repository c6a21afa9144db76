package certificate

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/view/safe"
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
		if p := map[uint8]string{capture.ProtoTCP: "tcp.port", capture.ProtoUDP: "udp.port", capture.ProtoSCTP: "sctp.port",
			capture.ProtoDCCP: "dccp.port", capture.ProtoUDPLite: "udp.port"}[r.Proto]; p != "" {
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

// evidence are the frames that prove the verdict, in order.
func (c *Certificate) evidence() []record.FrameRef {
	set := map[record.FrameRef]bool{}
	r := c.rec
	for _, f := range append([]record.FrameRef{r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame, r.RSTFrame, r.ReplyFrame, r.ICMPFrame, r.RolesFrame}, r.CloseFrames...) {
		set[f] = true
	}
	for _, row := range c.Opening {
		set[row.Frame] = true
	}
	delete(set, 0)
	return slices.Sorted(maps.Keys(set))
}

// evidenceFilter shows those frames.
func (c *Certificate) evidenceFilter() string {
	all := c.evidence()
	if len(all) == 0 {
		return ""
	}
	var n []string
	for _, f := range all {
		n = append(n, strconv.FormatUint(f, 10))
	}
	return "frame.number in {" + strings.Join(n, ", ") + "}"
}

// places says where the frames of the proof are found, those that follow one another in one input
// together.
func (c *Certificate) places() Text {
	var en, es []string
	for i := 0; i < len(c.Places); {
		a := c.Places[i]
		k := i
		for k+1 < len(c.Places) && c.Places[k+1].File == a.File && c.Places[k+1].Frame-c.Places[k+1].Number == a.Frame-a.Number {
			k++
		}
		z, file := c.Places[k], safe.Terminal(a.File)
		if i = k + 1; z == a {
			en = append(en, fmt.Sprintf("%d is frame %d of %s", a.Frame, a.Number, file))
			es = append(es, fmt.Sprintf("la %d es la %d de %s", a.Frame, a.Number, file))
		} else {
			en = append(en, fmt.Sprintf("%d to %d are frames %d to %d of %s", a.Frame, z.Frame, a.Number, z.Number, file))
			es = append(es, fmt.Sprintf("de la %d a la %d son de la %d a la %d de %s", a.Frame, z.Frame, a.Number, z.Number, file))
		}
	}
	return Text{"counted through all inputs, as mergecap puts them together: " + strings.Join(en, "; ") + ".",
		"numeradas por todas las entradas, como las junta mergecap: " + strings.Join(es, "; ") + "."}
}

package engine

import "portero/capture"

// heard is what Hear and ARP are to be shown in the goroutine of Sink, in order.
type heard struct {
	list []hearing
	data []byte // the payloads
}

// hearing is a packet with its payload, or an ARP packet.
type hearing struct {
	pkt      capture.Packet
	from, to int // of the payload in data
	arp      *capture.ARPInfo
}

// maxHeard bounds what waits for the next record, in packets and octets.
const (
	maxHeard      = 256
	maxHeardBytes = 256 << 10
)

// hear shows packet p to Hear, now or where the records are made.
func (e *Engine) hear(p *capture.Packet) {
	data := e.payload(p)
	if e.sinks == nil {
		e.opt.Hear(p, data)
		return
	}
	h := &e.heard
	from := len(h.data)
	h.data = append(h.data, data...)
	h.list = append(h.list, hearing{pkt: *p, from: from, to: len(h.data)})
	if len(h.list) >= maxHeard || len(h.data) >= maxHeardBytes {
		e.handHeard()
	}
}

// hearARP is hear for an ARP packet.
func (e *Engine) hearARP(a *capture.ARPInfo, at int64, frame uint64) {
	if e.opt.ARP == nil {
		return
	}
	if e.sinks == nil {
		e.opt.ARP(a, at, frame)
		return
	}
	arp := *a
	h := &e.heard
	h.list = append(h.list, hearing{pkt: capture.Packet{Time: at, Index: frame}, arp: &arp})
	if len(h.list) >= maxHeard {
		e.handHeard()
	}
}

// handHeard hands on what was heard without waiting for a record.
func (e *Engine) handHeard() {
	if len(e.heard.list) > 0 {
		e.hand(e.empty())
	}
}

// tell shows what was heard.
func (e *Engine) tell(h *heard) {
	for i := range h.list {
		k := &h.list[i]
		switch {
		case e.failed.Load():
		case k.arp != nil:
			e.opt.ARP(k.arp, k.pkt.Time, k.pkt.Index)
		default:
			e.opt.Hear(&k.pkt, h.data[k.from:k.to:k.to])
		}
	}
	h.list, h.data = h.list[:0], h.data[:0]
}

package engine

import "portero/capture"

// heard is what Hear and ARP are yet to be shown, in order. It waits for the
// records: each is made with what came before its end and nothing else, however
// the input is cut into blocks.
type heard struct {
	list []hearing
	next int    // of list, which was not shown yet
	data []byte // the payloads
}

// hearing is a packet with its payload, or an ARP packet.
type hearing struct {
	pkt      capture.Packet
	from, to int // of the payload in data
	arp      *capture.ARPInfo
}

// maxHeard is how many packets wait for a record at most when a block ends.
const maxHeard = 256

// hear notes packet p for Hear.
func (e *Engine) hear(p *capture.Packet) {
	h := &e.heard
	from := len(h.data)
	h.data = append(h.data, e.payload(p)...)
	h.list = append(h.list, hearing{pkt: *p, from: from, to: len(h.data)})
}

// listen notes those packets of d for Hear that come before position to. It is no more
// than what is booked next: what waits for the records is looked at for each of them.
func (e *Engine) listen(d *decoded, to int) {
	for ; d.heard < len(d.told) && int(d.told[d.heard]) < to; d.heard++ {
		e.hear(&d.batch.Packets[d.told[d.heard]])
	}
}

// hearARP notes an ARP packet.
func (e *Engine) hearARP(a *capture.ARPInfo, at int64, frame uint64) {
	if e.opt.ARP != nil {
		arp := *a
		e.heard.list = append(e.heard.list, hearing{pkt: capture.Packet{Time: at, Index: frame}, arp: &arp})
	}
}

// handHeard hands on what was heard: all that ended before was handed on already.
func (e *Engine) handHeard() {
	if len(e.heard.list) > 0 {
		e.hand(e.empty())
	}
}

// before shows whoever asked for packets all of them up to packet index, what was heard of h and what Packet is shown,
// since what ended there becomes a record next. All that puts packets and records in one order is here.
func (e *Engine) before(h *heard, index uint64) {
	if h.next < len(h.list) {
		e.tell(h, index)
	}
	if e.showed < len(e.showing) {
		e.show(index)
	}
}

// tell shows Hear and ARP what was heard up to packet index.
func (e *Engine) tell(h *heard, index uint64) {
	for ; h.next < len(h.list) && h.list[h.next].pkt.Index <= index; h.next++ {
		k := &h.list[h.next]
		switch {
		case e.failed.Load():
		case k.arp != nil:
			e.opt.ARP(k.arp, k.pkt.Time, k.pkt.Index)
		default:
			e.opt.Hear(&k.pkt, h.data[k.from:k.to:k.to])
		}
	}
}

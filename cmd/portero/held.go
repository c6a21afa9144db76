package main

import "portero/capture"

// maxTraced is how many packets are held at once for proofs and ladders: 128 MB of them, and some twelve times as much
// while those of one connection are told. Tests set it.
var maxTraced = 1_000_000

// held are the packets of chosen connections, kept until each is told: maxTraced of them together at most.
type held struct {
	of map[uint64][]capture.Packet
	n  int
}

// choose has packets of connection id kept.
func (h *held) choose(id uint64) {
	if h.of == nil {
		h.of = map[uint64][]capture.Packet{}
	}
	h.of[id] = nil
}

// add keeps p, a packet of connection id, if that was chosen. A connection for which there is no room any more is not
// told at all: what is said of the first part of one would be said of the whole.
func (h *held) add(id uint64, p *capture.Packet) {
	ps, ok := h.of[id]
	switch {
	case !ok:
	case h.n == maxTraced:
		h.take(id)
	default:
		h.of[id] = append(ps, *p)
		h.n++
	}
}

// take hands over the packets of connection id, which are held no more; there are none where it was not chosen or
// had no room.
func (h *held) take(id uint64) []capture.Packet {
	ps := h.of[id]
	delete(h.of, id)
	h.n -= len(ps)
	return ps
}

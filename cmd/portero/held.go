package main

import (
	"portero/capture"
	"portero/catalog/identify"
	"portero/internal/record"
	"portero/internal/trace"
)

// maxTraced is how many packets are held at once for proofs and ladders: 128 MB of them, and some twelve times as much
// while those of one connection are told. Tests set it.
var maxTraced = 1_000_000

// packets are those of one connection, and the kinds of QUIC packet that each would be of.
type packets struct {
	list []capture.Packet
	quic []identify.QUICPackets
}

func (ps *packets) add(p *capture.Packet, payload []byte) {
	var quic identify.QUICPackets
	if p.Proto == capture.ProtoUDP && p.Bits&capture.ICMPError == 0 {
		quic = identify.QUICPacketsOf(payload)
	}
	ps.list, ps.quic = append(ps.list, *p), append(ps.quic, quic)
}

// trace tells the connection, whose record is r.
func (ps *packets) trace(r *record.Record) *trace.Trace {
	return trace.Input{Packets: ps.list, QUIC: ps.quic, Record: r}.Build()
}

// held are the packets of chosen connections, kept until each is told: maxTraced of them together at most.
type held struct {
	of map[uint64]*packets
	n  int
}

// choose has packets of connection id kept.
func (h *held) choose(id uint64) {
	if h.of == nil {
		h.of = map[uint64]*packets{}
	}
	h.of[id] = &packets{}
}

// add keeps p, a packet of connection id with this payload, if that was chosen. A connection for which there is no room any more is not
// told at all: what is said of the first part of one would be said of the whole.
func (h *held) add(id uint64, p *capture.Packet, payload []byte) {
	ps, ok := h.of[id]
	switch {
	case !ok:
	case h.n == maxTraced:
		h.take(id)
	default:
		ps.add(p, payload)
		h.n++
	}
}

// take hands over the packets of connection id, which are held no more; there are none where it was not chosen or
// had no room.
func (h *held) take(id uint64) packets {
	ps, ok := h.of[id]
	if !ok {
		return packets{}
	}
	delete(h.of, id)
	h.n -= len(ps.list)
	return *ps
}

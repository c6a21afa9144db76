package capture

import (
	"encoding/binary"
	"math/bits"
)

// endMask keeps the last n of 64 octets from its octet n on.
var endMask = func() (m [128]byte) {
	for i := range m[64:] {
		m[64+i] = 0xff
	}
	return m
}()

// sum64 adds b as little-endian words with end-around carry, which is the
// Internet checksum's sum (RFC 1071) in a wider and byte-swapped form. b must
// start at an even offset of what is summed.
func sum64(b []byte, s uint64) uint64 {
	var c uint64
	all := b
	for len(b) >= 64 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), c)
		b = b[64:]
	}
	if len(all) >= 64 {
		// What is left, by the 64 octets that end with it, without those that were added.
		last := (*[64]byte)(all[len(all)-64:])
		keep := (*[64]byte)(endMask[len(b):])
		t, d := bits.Add64(binary.LittleEndian.Uint64(last[:])&binary.LittleEndian.Uint64(keep[:]), binary.LittleEndian.Uint64(last[8:])&binary.LittleEndian.Uint64(keep[8:]), 0)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[16:])&binary.LittleEndian.Uint64(keep[16:]), d)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[24:])&binary.LittleEndian.Uint64(keep[24:]), d)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[32:])&binary.LittleEndian.Uint64(keep[32:]), d)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[40:])&binary.LittleEndian.Uint64(keep[40:]), d)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[48:])&binary.LittleEndian.Uint64(keep[48:]), d)
		t, d = bits.Add64(t, binary.LittleEndian.Uint64(last[56:])&binary.LittleEndian.Uint64(keep[56:]), d)
		t, d = bits.Add64(t, 0, d)
		// Its words begin len(all) octets later than those of all, and an octet later is 256 times as much.
		s, c = bits.Add64(s, bits.RotateLeft64(t+d, 8*(len(all)&7)), c)
		s, c = bits.Add64(s, 0, c)
		return s + c
	}
	if len(b) >= 32 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
		b = b[32:]
	}
	if len(b) >= 16 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		b = b[16:]
	}
	if len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		b = b[8:]
	}
	switch n := len(b); {
	case n == 0:
	case len(all) >= 8:
		// What is left, by the eight octets that end with it.
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(all[len(all)-8:])>>(64-8*uint(n)&63), c)
	default:
		var w uint64
		for i, o := range b {
			w |= uint64(o) << (8 * i)
		}
		s, c = bits.Add64(s, w, c)
	}
	s, c = bits.Add64(s, 0, c)
	return s + c
}

// sum20 is sum64 of the twenty octets of an IPv4 header without options.
func sum20(h []byte) uint64 {
	_ = h[19]
	s, c := bits.Add64(binary.LittleEndian.Uint64(h), binary.LittleEndian.Uint64(h[8:]), 0)
	s, c = bits.Add64(s, uint64(binary.LittleEndian.Uint32(h[16:])), c)
	return s + c
}

// fold brings s to sixteen bits: the upper half of a number's sum with itself turned by
// half is the sum of its halves with the carry come round.
func fold(s uint64) uint16 {
	t := uint32((s + bits.RotateLeft64(s, 32)) >> 32)
	return uint16((t + bits.RotateLeft32(t, 16)) >> 16)
}

// pseudo is the sum of the pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1).
func pseudo(p *Packet, proto uint8, n uint32) uint64 {
	var s uint64
	if p.Ver == 4 {
		s = uint64(binary.LittleEndian.Uint32(p.Src[12:])) + uint64(binary.LittleEndian.Uint32(p.Dst[12:]))
	} else {
		s = sum64(p.Src[:], 0)
		s = sum64(p.Dst[:], s)
	}
	t := uint64(bits.ReverseBytes32(n)) + uint64(proto)<<8
	var c uint64
	s, c = bits.Add64(s, t, 0)
	return s + c
}

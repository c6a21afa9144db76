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
	le := binary.LittleEndian
	n := len(b)
	var t, c, d uint64 // t and d are of what ends b and goes round by a part of a word
	switch {
	case n >= 64:
		all := b
		for len(b) >= 64 {
			s, c = bits.Add64(s, le.Uint64(b), c)
			s, c = bits.Add64(s, le.Uint64(b[8:]), c)
			s, c = bits.Add64(s, le.Uint64(b[16:]), c)
			s, c = bits.Add64(s, le.Uint64(b[24:]), c)
			s, c = bits.Add64(s, le.Uint64(b[32:]), c)
			s, c = bits.Add64(s, le.Uint64(b[40:]), c)
			s, c = bits.Add64(s, le.Uint64(b[48:]), c)
			s, c = bits.Add64(s, le.Uint64(b[56:]), c)
			b = b[64:]
		}
		// What is left, by the 64 octets that end with it, without those that were added.
		last, keep := (*[64]byte)(all[n-64:]), (*[64]byte)(endMask[len(b):])
		t, d = bits.Add64(le.Uint64(last[:])&le.Uint64(keep[:]), le.Uint64(last[8:])&le.Uint64(keep[8:]), 0)
		t, d = bits.Add64(t, le.Uint64(last[16:])&le.Uint64(keep[16:]), d)
		t, d = bits.Add64(t, le.Uint64(last[24:])&le.Uint64(keep[24:]), d)
		t, d = bits.Add64(t, le.Uint64(last[32:])&le.Uint64(keep[32:]), d)
		t, d = bits.Add64(t, le.Uint64(last[40:])&le.Uint64(keep[40:]), d)
		t, d = bits.Add64(t, le.Uint64(last[48:])&le.Uint64(keep[48:]), d)
		t, d = bits.Add64(t, le.Uint64(last[56:])&le.Uint64(keep[56:]), d)
	case n >= 32:
		// The first 32 octets, and what is left by the 32 that end with it.
		first, last, keep := (*[32]byte)(b), (*[32]byte)(b[n-32:]), (*[32]byte)(endMask[n:])
		s, c = bits.Add64(s, le.Uint64(first[:]), 0)
		s, c = bits.Add64(s, le.Uint64(first[8:]), c)
		s, c = bits.Add64(s, le.Uint64(first[16:]), c)
		s, c = bits.Add64(s, le.Uint64(first[24:]), c)
		s, c = bits.Add64(s, 0, c)
		t, d = bits.Add64(le.Uint64(last[:])&le.Uint64(keep[:]), le.Uint64(last[8:])&le.Uint64(keep[8:]), 0)
		t, d = bits.Add64(t, le.Uint64(last[16:])&le.Uint64(keep[16:]), d)
		t, d = bits.Add64(t, le.Uint64(last[24:])&le.Uint64(keep[24:]), d)
	case n >= 16:
		first, last, keep := (*[16]byte)(b), (*[16]byte)(b[n-16:]), (*[16]byte)(endMask[32+n:])
		s, c = bits.Add64(s, le.Uint64(first[:]), 0)
		s, c = bits.Add64(s, le.Uint64(first[8:]), c)
		s, c = bits.Add64(s, 0, c)
		t, d = bits.Add64(le.Uint64(last[:])&le.Uint64(keep[:]), le.Uint64(last[8:])&le.Uint64(keep[8:]), 0)
	case n >= 8:
		first, last, keep := (*[8]byte)(b), (*[8]byte)(b[n-8:]), (*[8]byte)(endMask[48+n:])
		s, c = bits.Add64(s, le.Uint64(first[:]), 0)
		t = le.Uint64(last[:]) & le.Uint64(keep[:])
	default:
		for i, o := range b {
			t |= uint64(o) << (8 * i)
		}
		s, c = bits.Add64(s, t, 0)
		return s + c
	}
	// Its words begin n octets later than those of b, and an octet later is 256 times as much.
	t, d = bits.Add64(t, 0, d)
	s, c = bits.Add64(s, bits.RotateLeft64(t+d, 8*(n&7)), c)
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

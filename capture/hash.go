package capture

import (
	"encoding/binary"
	"math/bits"
)

const (
	mix1 = 0x9e3779b97f4a7c15
	mix2 = 0xbf58476d1ce4e5b9
	mix3 = 0x94d049bb133111eb
)

func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// tupleHash hashes a conversation: the same for both directions, and different
// for every seed, because whoever sends the packets chooses the tuples. The two
// endpoints are put in order, never combined by a symmetric operation: that
// would pass every test of symmetry and pile up.
func tupleHash(seed uint64, src, dst *[16]byte, sport, dport uint16, proto, ver uint8) uint64 {
	return endsHash(seed, endOf(seed, src, ver)+uint64(sport), endOf(seed, dst, ver)+uint64(dport), proto)
}

// endOf stands for an address in endsHash, before the port is added.
func endOf(seed uint64, a *[16]byte, ver uint8) uint64 {
	if ver == 4 {
		return uint64(binary.BigEndian.Uint32(a[12:])) << 16
	}
	return end6(seed, binary.LittleEndian.Uint64(a[:]), binary.LittleEndian.Uint64(a[8:]))
}

// end6 stands for an IPv6 address in endsHash.
func end6(seed, hi, lo uint64) uint64 { return mum(hi^seed, lo^mix1) }

// endsHash hashes the two ends of a conversation.
func endsHash(seed, a, b uint64, proto uint8) uint64 {
	if a > b {
		a, b = b, a
	}
	h := mum(a^seed, mix2|1) ^ mum(b^bits.RotateLeft64(seed, 32), mix1) ^ uint64(proto)
	return mum(h^mix3^seed, mix1)
}

// TupleHash is Packet.Hash of a tuple.
func TupleHash(seed uint64, src, dst [16]byte, sport, dport uint16, proto, ver uint8) uint64 {
	return tupleHash(seed, &src, &dst, sport, dport, proto, ver)
}

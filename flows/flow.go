package flows

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"portero/capture"
	"portero/handshake"
)

// FlowSize is what one flow costs: three cache lines that every packet touches,
// and a line and a half that only its first packets and its end do. With two slots
// of eight octets at the worst load the sum stays below the budget of 320 octets
// for a live TCP flow.
const (
	FlowSize   = hotSize + originSize
	hotSize    = 192
	originSize = 96
)

type flowBits uint16

const (
	inUse flowBits = 1 << iota
	inWheel
	superseded // a newer connection took its ports
	healed     // side 1 is tagged otherwise: Data.Seg1
	repeatsID0 // this side's IP ids do not tell packets apart
	repeatsID1
	hasPorts
	truncated // some packet was cut by the snaplen
	backwards // the clock ran backwards inside the flow
	offload0  // this side leaves checksums to its network card
	offload1
	fragmented
	hasPending // something of it waits: a SYN in pending, ICMP errors in early
	badSums
	spare // unused, and on the spare list
	selected
)

// Flow is one conversation: who, how much, and what TCP is doing. Side 0 is the
// sender of its first packet.
type Flow struct {
	a, b         [16]byte
	portA, portB uint16
	proto, ver   uint8
	bits         flowBits
	seg          uint32
	data         uint32 // where its Data is: index plus one, or beside
	last         int64
	pkts         [2]uint32

	conn handshake.Conn // a line and a quarter

	wire     [2]uint64
	firstIdx uint64
	lastOff  uint32 // last frame as an offset from firstIdx
	dupSeen  uint32 // which of the last 20 weighty frames came twice
	ipid     [2]uint16
	odd      handshake.Oddity
	prev     uint32 // earlier connection on the same ports that still lingers
	next     uint32 // in the wheel
}

// origin is what of a flow only its first packets and its end touch.
type origin struct {
	opening handshake.Opening
	id      uint64
	first   int64
	hash    uint64
	path    uint16 // there are at most as many, see capture.Paths
	begun   uint16 // frames that carried the first packet: more than one for a datagram in fragments
	dups    uint32
}

// sideOf tells which side sent p, -1 when p is not of this tuple. Which of the two
// it is nobody can foresee: no jump depends on it.
func (f *Flow) sideOf(p *capture.Packet) int {
	le := binary.LittleEndian
	a0, a1, b0, b1 := le.Uint64(f.a[:8]), le.Uint64(f.a[8:]), le.Uint64(f.b[:8]), le.Uint64(f.b[8:])
	s0, s1, d0, d1 := le.Uint64(p.Src[:8]), le.Uint64(p.Src[8:]), le.Uint64(p.Dst[:8]), le.Uint64(p.Dst[8:])
	// Both ports, protocol and version, and two octets that do not count.
	mine, other := le.Uint64((*[8]byte)(unsafe.Pointer(&f.portA))[:]), le.Uint64((*[8]byte)(unsafe.Pointer(&p.SrcPort))[:])
	turned := other&^0xffffffff | uint64(bits.RotateLeft32(uint32(other), 16))
	no0 := (a0 ^ s0) | (a1 ^ s1) | (b0 ^ d0) | (b1 ^ d1) | (mine^other)<<16
	no1 := (a0 ^ d0) | (a1 ^ d1) | (b0 ^ s0) | (b1 ^ s1) | (mine^turned)<<16
	if min(no0, no1) != 0 {
		return -1
	}
	return int((no0 | -no0) >> 63)
}

// What sideOf takes for granted: ports, protocol and version lie together, and
// in a packet as in a flow. A negative length does not compile.
var (
	_ [unsafe.Offsetof(Flow{}.bits) - unsafe.Offsetof(Flow{}.portA) - 6]struct{}
	_ [unsafe.Offsetof(capture.Packet{}.TTL) - unsafe.Offsetof(capture.Packet{}.SrcPort) - 6]struct{}
	_ [unsafe.Offsetof(Flow{}.portA) + 6 - unsafe.Offsetof(Flow{}.bits)]struct{}
	_ [unsafe.Offsetof(capture.Packet{}.SrcPort) + 6 - unsafe.Offsetof(capture.Packet{}.TTL)]struct{}
)

// count adds p, from side, to what the flow carried.
func (f *Flow) count(side int, p *capture.Packet) {
	f.pkts[side] += uint32(p.Frames)
	f.wire[side] += uint64(p.WireLen)
	if p.Time < f.last {
		if p.Bits&capture.Fragment != 0 && p.Index < f.frame(f.lastOff) {
			return // of a datagram that was waited for in vain
		}
		f.bits |= backwards
	}
	f.last = p.Time
	f.lastOff = f.offset(p.Index)
}

// offset is the distance of a frame from the flow's first, plus one.
func (f *Flow) offset(index uint64) uint32 {
	d := index - f.firstIdx
	if index < f.firstIdx {
		return 1
	}
	if d >= 1<<32-2 {
		return 1<<32 - 1
	}
	return uint32(d) + 1
}

// frame turns an offset back, 0 stays 0.
func (f *Flow) frame(off uint32) uint64 {
	if off == 0 {
		return 0
	}
	return f.firstIdx + uint64(off) - 1
}

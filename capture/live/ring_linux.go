package live

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"portero/capture"
)

// Offsets in struct tpacket_block_desc and struct tpacket3_hdr
// (include/uapi/linux/if_packet.h).
const (
	blockStatus = 8
	blockCount  = 12
	blockFirst  = 16
	blockLen    = 20
	hdrNext     = 0
	hdrSec      = 4
	hdrNsec     = 8
	hdrSnap     = 12
	hdrLen      = 16
	hdrStatus   = 20
	hdrMAC      = 24
	hdrTCI      = 32
	hdrTPID     = 36
	hdrAddr     = 48 // struct sockaddr_ll
	addrIndex   = hdrAddr + 4
	addrType    = hdrAddr + 8
	addrPkt     = hdrAddr + 10
	hdrSize     = hdrAddr + 20
)

var native = binary.NativeEndian

// ring is one lane: blocks of frames that the kernel fills and this process hands
// back. One goroutine owns it.
type ring struct {
	tap       string
	lane      int
	link      capture.LinkType
	file      *os.File
	fd        int
	mem       []byte
	blockSize int
	at        int     // block to be opened next
	refs      []int32 // who still looks at a block: the cursor, and the caller's blocks
	held      int     // blocks with refs
	retired   bool    // its interface is gone: unmap it when nobody looks

	// the cursor: the open block, and the frame that comes next
	cur    int // -1 none
	left   uint32
	off    int
	head   capture.Frame
	hasOne bool

	taken   uint64 // frames of the blocks that were opened
	late    uint64 // those of them that came after the word to stop
	settled bool   // nothing is counted any more
	due     uint64 // frames that the kernel had put into the ring when it was asked
	read    atomic.Uint64
	damaged uint64
	stats   LaneStats
	before  LaneStats // what the rings counted whose interface went, before this one
}

// mapRing maps the ring of a tap's socket.
func mapRing(t *Tap, lane int) (*ring, error) {
	r := &ring{tap: t.Name, lane: lane, link: t.Link, file: t.Files[lane], blockSize: t.BlockSize, refs: make([]int32, t.Blocks), cur: -1}
	r.fd = int(r.file.Fd())
	var err error
	if r.mem, err = unix.Mmap(r.fd, 0, t.Blocks*t.BlockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("%s: mapping the ring: %w", t.Name, err)
	}
	r.stats = LaneStats{Interface: t.Name, Lane: lane}
	return r, nil
}

func (r *ring) status(block int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.mem[block*r.blockSize+blockStatus]))
}

// ready reports whether the kernel has handed over the next block.
func (r *ring) ready() bool {
	return r.refs[r.at] == 0 && atomic.LoadUint32(r.status(r.at))&unix.TP_STATUS_USER != 0
}

// open opens the next block if it is there, and leaves the cursor at its first
// frame that counts. It reports whether there is one.
func (r *ring) open() bool {
	for r.cur < 0 {
		if r.retired || !r.ready() {
			return false
		}
		r.cur = r.at
		r.at = (r.at + 1) % len(r.refs)
		r.refs[r.cur]++
		r.held++
		d := r.mem[r.cur*r.blockSize:]
		r.left, r.off = native.Uint32(d[blockCount:]), int(native.Uint32(d[blockFirst:]))
		r.taken += uint64(r.left)
		r.advance()
	}
	return r.hasOne
}

// advance moves the cursor to the next frame that counts, or closes the block.
func (r *ring) advance() {
	d := r.mem[r.cur*r.blockSize : (r.cur+1)*r.blockSize]
	r.hasOne = false
	for r.left > 0 {
		if r.off < 0 || r.off+hdrSize > len(d) {
			r.damaged++
			break
		}
		p := d[r.off:]
		next := int(native.Uint32(p[hdrNext:]))
		r.left--
		if next == 0 {
			r.left = 0
		}
		r.off += next
		if r.frame(p) {
			r.hasOne = true
			return
		}
	}
	b := r.cur
	r.cur = -1
	r.drop(b)
}

// frame reads the frame whose header p begins with into r.head. It is false for
// the second copy on loopback, and for what contradicts itself.
func (r *ring) frame(p []byte) bool {
	start, snap := int(native.Uint16(p[hdrMAC:])), int(native.Uint32(p[hdrSnap:]))
	kind, hw := p[addrPkt], native.Uint16(p[addrType:])
	if start < hdrSize || start+snap > len(p) {
		r.damaged++
		return false
	}
	out, loop := kind == unix.PACKET_OUTGOING, hw == unix.ARPHRD_LOOPBACK
	if loop && out {
		return false
	}
	f := &r.head
	*f = capture.Frame{Time: int64(native.Uint32(p[hdrSec:]))*1e9 + int64(native.Uint32(p[hdrNsec:])),
		WireLen: native.Uint32(p[hdrLen:]), Iface: int32(native.Uint32(p[addrIndex:])), Link: linkUser, Dir: capture.DirInbound}
	if hw == unix.ARPHRD_ETHER {
		f.Link = capture.LinkEthernet
	} else if l, ok := linkOf[hw]; ok {
		f.Link = l
	}
	switch {
	case loop:
		f.Dir = capture.DirUnknown
	case out:
		f.Dir = capture.DirOutbound
	}
	const macs = 12
	status := native.Uint32(p[hdrStatus:])
	if status&unix.TP_STATUS_VLAN_VALID != 0 && f.Link == capture.LinkEthernet && snap >= macs && start-vlanOctets >= hdrSize {
		// The network card or the kernel took the tag off; it belongs behind the
		// addresses. The block is ours until it is handed back.
		tpid := uint16(0x8100)
		if status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
			tpid = native.Uint16(p[hdrTPID:])
		}
		start -= vlanOctets
		snap += vlanOctets
		f.WireLen += vlanOctets
		copy(p[start:], p[start+vlanOctets:start+vlanOctets+macs])
		binary.BigEndian.PutUint16(p[start+macs:], tpid)
		binary.BigEndian.PutUint16(p[start+macs+2:], uint16(native.Uint32(p[hdrTCI:])))
	}
	f.Data = p[start : start+snap : start+snap]
	return true
}

// drop takes one reference from a block, and hands it back to the kernel with the
// last one.
func (r *ring) drop(block int) {
	if r.refs[block]--; r.refs[block] > 0 {
		return
	}
	r.held--
	atomic.StoreUint32(r.status(block), unix.TP_STATUS_KERNEL)
	if r.retired && r.held == 0 {
		r.unmap()
	}
}

// retire gives the ring up: its interface is gone.
func (r *ring) retire() {
	r.count()
	r.retired = true
	if r.cur >= 0 {
		b := r.cur
		r.cur, r.hasOne = -1, false
		r.drop(b)
	}
	if r.held == 0 {
		r.unmap()
	}
}

func (r *ring) unmap() {
	if r.mem != nil {
		unix.Munmap(r.mem)
		r.mem = nil
		r.file.Close()
	}
}

// count adds what the kernel counted since it was last asked: it begins anew at
// every question.
func (r *ring) count() {
	if r.mem == nil || r.retired || r.settled {
		return
	}
	if s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		r.stats.Received += uint64(s.Packets - s.Drops) // Packets has the drops in it
		r.stats.Dropped += uint64(s.Drops)
		r.stats.Freezes += uint64(s.Freeze_q_cnt)
	}
}

// counts is what this ring counted, and those whose place it has.
func (r *ring) counts() LaneStats {
	s := r.stats
	s.Received += r.before.Received
	s.Dropped += r.before.Dropped
	s.Freezes += r.before.Freezes
	s.Read = r.read.Load() + r.before.Read
	return s
}

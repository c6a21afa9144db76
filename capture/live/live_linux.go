package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portero/capture"
)

// Handle listens to one interface. One goroutine calls Next; Close and Stats may
// be called from others.
type Handle struct {
	fd, wake  int
	ring      []byte
	blockSize int
	blocks    int
	at        int // block to be read next
	links     map[uint16]capture.LinkType
	link      capture.LinkType
	index     uint64
	closed    atomic.Bool
	reading   chan struct{} // holds a token while nobody reads
	received  atomic.Uint64
	dropped   atomic.Uint64
	freezes   atomic.Uint64
}

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
	hdrAddr     = 48 // struct sockaddr_ll
	addrIndex   = hdrAddr + 4
	addrType    = hdrAddr + 8
	addrPkt     = hdrAddr + 10
	hdrSize     = hdrAddr + 20

	vlanValid = 1 << 4
)

// Block time out: how long a frame may wait in a block that is not full.
const retireMillis = 20

const (
	defaultRing = 32 << 20
	blockOctets = 1 << 19
	waitMillis  = 100
)

var native = binary.NativeEndian

// ARPHRD values (include/uapi/linux/if_arp.h) and how frames of such interfaces
// begin on a raw packet socket.
var linkOf = map[uint16]capture.LinkType{
	1: 1, 772: 1, // Ethernet, loopback
	768: 101, 769: 101, 776: 101, 778: 101, 823: 101, 65534: 101, 519: 101, // tunnels, TUN: the IP packet
	801: 105, 802: 119, 803: 127, // 802.11, with prism, with radiotap
	512: 9,
}

// hardware reads the ARPHRD of an interface.
func hardware(name string) (uint16, error) {
	b, err := os.ReadFile("/sys/class/net/" + name + "/type")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 16)
	return uint16(n), err
}

func find(name string) (index int, link capture.LinkType, err error) {
	if name == "any" {
		return 0, 1, nil
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		e := &NoInterfaceError{Name: name}
		if all, err := net.Interfaces(); err == nil {
			for _, x := range all {
				e.Known = append(e.Known, x.Name)
			}
		}
		return 0, 0, e
	}
	link = 1
	if h, err := hardware(name); err == nil {
		l, ok := linkOf[h]
		if !ok {
			return 0, 0, fmt.Errorf("%s: frames of hardware type %d (ARPHRD) are not decoded", name, h)
		}
		link = l
	}
	return i.Index, link, nil
}

// Open begins to listen.
func Open(o Options) (*Handle, error) {
	index, link, err := find(o.Interface)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			return nil, &PermissionError{o.Interface}
		}
		return nil, fmt.Errorf("%s: packet socket: %w", o.Interface, err)
	}
	h := &Handle{fd: fd, wake: -1, link: link, links: linkOf, blockSize: blockOctets, reading: make(chan struct{}, 1)}
	h.reading <- struct{}{}
	if err := h.prepare(o, index); err != nil {
		h.release()
		return nil, fmt.Errorf("%s: %w", o.Interface, err)
	}
	return h, nil
}

func (h *Handle) prepare(o Options, index int) error {
	if err := unix.SetsockoptInt(h.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("TPACKET_V3: %w", err)
	}
	size := o.RingBytes
	if size <= 0 {
		size = defaultRing
	}
	h.blocks = max(size/h.blockSize, 2)
	const frame = 1 << 11
	req := unix.TpacketReq3{Block_size: uint32(h.blockSize), Block_nr: uint32(h.blocks), Frame_size: frame, Frame_nr: uint32(h.blocks * h.blockSize / frame), Retire_blk_tov: retireMillis}
	if err := unix.SetsockoptTpacketReq3(h.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("ring of %d octets: %w", h.blocks*h.blockSize, err)
	}
	// The filter comes before bind: afterwards there would be frames it never saw.
	snap := o.SnapLen
	if snap <= 0 {
		snap = 262144
	}
	code := []bpf.RawInstruction{{Op: 0x6, K: uint32(snap)}}
	if o.Filter != nil {
		var err error
		if code, err = o.Filter(h.link); err != nil {
			return err
		}
		for i := range code {
			if code[i].Op == 0x6 && code[i].K > uint32(snap) {
				code[i].K = uint32(snap)
			}
		}
	}
	prog := make([]unix.SockFilter, len(code))
	for i, c := range code {
		prog[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	if err := unix.SetsockoptSockFprog(h.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}); err != nil {
		return fmt.Errorf("kernel filter: %w", err)
	}
	var err error
	if h.ring, err = unix.Mmap(h.fd, 0, h.blocks*h.blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fmt.Errorf("mapping the ring: %w", err)
	}
	if h.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("eventfd: %w", err)
	}
	all := uint16(unix.ETH_P_ALL)
	if err := unix.Bind(h.fd, &unix.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: index}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if !o.NoPromisc && index != 0 {
		m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(h.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("promiscuous mode (-p does without): %w", err)
		}
	}
	return nil
}

// Link is the link type of the interface; frames of "any" have their own.
func (h *Handle) Link() capture.LinkType { return h.link }

// Next fills b with the frames of one block of the ring, copied. After a tenth of
// a second without any it returns an empty block, so that time can go on. After
// Close it returns io.EOF.
func (h *Handle) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], b.Buf[:0]
	if _, ok := <-h.reading; !ok {
		return io.EOF
	}
	defer func() { h.reading <- struct{}{} }()
	if h.closed.Load() {
		return io.EOF
	}
	desc := h.ring[h.at*h.blockSize : (h.at+1)*h.blockSize]
	status := (*uint32)(unsafe.Pointer(&desc[blockStatus]))
	if atomic.LoadUint32(status)&unix.TP_STATUS_USER == 0 {
		fds := []unix.PollFd{{Fd: int32(h.fd), Events: unix.POLLIN}, {Fd: int32(h.wake), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, waitMillis); err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if h.closed.Load() {
			return io.EOF
		}
		if fds[0].Revents&unix.POLLERR != 0 {
			// The interface went down; the socket serves again when it comes back.
			unix.GetsockoptInt(h.fd, unix.SOL_SOCKET, unix.SO_ERROR)
			unix.Poll(fds[1:], waitMillis)
		}
		if atomic.LoadUint32(status)&unix.TP_STATUS_USER == 0 {
			return nil
		}
	}
	h.take(desc, b)
	atomic.StoreUint32(status, unix.TP_STATUS_KERNEL)
	h.at = (h.at + 1) % h.blocks
	return nil
}

func (h *Handle) take(desc []byte, b *capture.Block) {
	n := native.Uint32(desc[blockCount:])
	used := min(int(native.Uint32(desc[blockLen:])), len(desc))
	b.Buf = append(b.Buf, desc[:used]...)
	off := int(native.Uint32(desc[blockFirst:]))
	for range n {
		if off < 0 || off+hdrSize > len(b.Buf) {
			return
		}
		p := b.Buf[off:]
		start, snap := int(native.Uint16(p[hdrMAC:])), int(native.Uint32(p[hdrSnap:]))
		kind, hw := p[addrPkt], native.Uint16(p[addrType:])
		loop := hw == 772
		if start+snap <= len(p) && !(loop && kind == unix.PACKET_OUTGOING) {
			// On loopback every frame comes twice; the incoming one is kept.
			h.index++
			f := capture.Frame{Data: p[start : start+snap : start+snap], Time: int64(native.Uint32(p[hdrSec:]))*1e9 + int64(native.Uint32(p[hdrNsec:])),
				Index: h.index, Num: h.index, WireLen: native.Uint32(p[hdrLen:]), Iface: int32(native.Uint32(p[addrIndex:])), Link: h.link, Dir: capture.DirInbound}
			if l, ok := h.links[hw]; ok {
				f.Link = l
			}
			if kind == unix.PACKET_OUTGOING {
				f.Dir = capture.DirOutbound
			}
			if loop {
				f.Dir = capture.DirUnknown
			}
			if native.Uint32(p[hdrStatus:])&vlanValid != 0 {
				f.HasVLAN, f.VLAN = true, uint16(native.Uint32(p[hdrTCI:]))
			}
			b.Frames = append(b.Frames, f)
		}
		next := int(native.Uint32(p[hdrNext:]))
		if next == 0 {
			return
		}
		off += next
	}
}

// Stats returns the kernel's counters.
func (h *Handle) Stats() Stats {
	if !h.closed.Load() {
		if s, err := unix.GetsockoptTpacketStatsV3(h.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			h.received.Add(uint64(s.Packets)) // the kernel begins anew at every question
			h.dropped.Add(uint64(s.Drops))
			h.freezes.Add(uint64(s.Freeze_q_cnt))
		}
	}
	return Stats{h.received.Load(), h.dropped.Load(), h.freezes.Load()}
}

// Close ends listening and wakes a reader.
func (h *Handle) Close() error {
	h.Stats()
	if h.closed.Swap(true) {
		return nil
	}
	unix.Write(h.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-h.reading // the ring must not go while it is read
	close(h.reading)
	h.release()
	return nil
}

func (h *Handle) release() {
	if h.ring != nil {
		unix.Munmap(h.ring)
		h.ring = nil
	}
	if h.wake >= 0 {
		unix.Close(h.wake)
	}
	unix.Close(h.fd)
}

func probe(name string) (link string, ok bool, why string) {
	_, l, err := find(name)
	if err != nil {
		return "", false, err.Error()
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return l.String(), false, "needs CAP_NET_RAW (sudo, or setcap)"
	}
	unix.Close(fd)
	return l.String(), true, ""
}

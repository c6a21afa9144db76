package live

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portero/capture"
)

// ARPHRD values (include/uapi/linux/if_arp.h) and how frames of such interfaces
// begin on a raw packet socket: tunnels and TUN with the IP packet.
var linkOf = map[uint16]capture.LinkType{
	unix.ARPHRD_ETHER: 1, unix.ARPHRD_LOOPBACK: 1,
	unix.ARPHRD_TUNNEL: 101, unix.ARPHRD_TUNNEL6: 101, unix.ARPHRD_SIT: 101, unix.ARPHRD_IPGRE: 101, 823: 101, unix.ARPHRD_NONE: 101, unix.ARPHRD_RAWIP: 101,
	unix.ARPHRD_IEEE80211: 105, unix.ARPHRD_IEEE80211_PRISM: 119, unix.ARPHRD_IEEE80211_RADIOTAP: 127,
	unix.ARPHRD_PPP: 9,
}

// linkUser is LINKTYPE_USER15: frames of hardware that is not decoded.
const linkUser capture.LinkType = 162

// Offsets of the kernel's ancillary data (include/uapi/linux/filter.h).
const (
	extPktType = 0xfffff000 + 4
	extHatype  = 0xfffff000 + 28
)

const (
	opLoad = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	opJump = unix.BPF_JMP | unix.BPF_JA
	opJeq  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	opRet  = unix.BPF_RET | unix.BPF_K
)

// refuse is the program that takes nothing.
var refuse = []bpf.RawInstruction{{Op: opRet}}

// program is what the kernel runs on every frame: of the two copies of a frame on
// loopback it leaves the outgoing one out, then it runs o.Filter's program for the
// link type that the frame's hardware has (several for any).
func program(o *Options, link capture.LinkType, any bool) ([]bpf.RawInstruction, error) {
	one := func(l capture.LinkType) ([]bpf.RawInstruction, error) {
		if o.Filter == nil {
			return []bpf.RawInstruction{{Op: opRet, K: uint32(o.snap())}}, nil
		}
		p, err := o.Filter(l)
		p = append([]bpf.RawInstruction(nil), p...)
		for i := range p {
			if p[i].Op == opRet {
				p[i].K = min(p[i].K, uint32(o.snap()))
			}
		}
		return p, err
	}
	code := []bpf.RawInstruction{
		{Op: opLoad, K: extHatype},
		{Op: opJeq, K: unix.ARPHRD_LOOPBACK, Jf: 3},
		{Op: opLoad, K: extPktType},
		{Op: opJeq, K: unix.PACKET_OUTGOING, Jf: 1},
		{Op: opRet},
	}
	if !any || o.Filter == nil {
		p, err := one(link)
		return append(code, p...), err
	}
	for _, l := range []capture.LinkType{101, 105, 119, 127, 9} {
		p, err := one(l)
		if err != nil {
			continue // the expression has no meaning there: none of those frames
		}
		code = append(code, bpf.RawInstruction{Op: opLoad, K: extHatype})
		n := 0
		for _, k := range linkOf {
			if k == l {
				n++
			}
		}
		for h, k := range linkOf {
			if k == l {
				// Over what is left of the tests and the jump past the program.
				code = append(code, bpf.RawInstruction{Op: opJeq, K: uint32(h), Jt: uint8(n)})
				n--
			}
		}
		code = append(code, bpf.RawInstruction{Op: opJump, K: uint32(len(p))})
		code = append(code, p...)
	}
	p, err := one(1)
	if err != nil {
		return nil, err
	}
	code = append(code, bpf.RawInstruction{Op: opLoad, K: extHatype},
		bpf.RawInstruction{Op: opJeq, K: unix.ARPHRD_ETHER, Jt: 2}, bpf.RawInstruction{Op: opJeq, K: unix.ARPHRD_LOOPBACK, Jt: 1}, bpf.RawInstruction{Op: opRet})
	return append(code, p...), nil
}

func attach(fd int, code []bpf.RawInstruction) error {
	prog := make([]unix.SockFilter, len(code))
	for i, c := range code {
		prog[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]})
}

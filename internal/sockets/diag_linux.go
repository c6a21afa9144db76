package sockets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"portero/capture"
)

// Sizes and offsets of struct inet_diag_req_v2 and inet_diag_msg
// (include/uapi/linux/inet_diag.h). Numbers are in host order but for ports.
const (
	diagByFamily = 20 // SOCK_DIAG_BY_FAMILY
	reqLen       = 56
	msgLen       = 72
	attrV6Only   = 11 // INET_DIAG_SKV6ONLY
	newSynRecv   = 12 // a request socket: SYN-RECEIVED
	allStates    = 1<<13 - 1
	maxSockets   = 1 << 20 // of one snapshot
)

var native = binary.NativeEndian

// diag asks the kernel for its sockets. One goroutine uses it.
type diag struct{ c *netlink.Conn }

func openDiag() (*diag, error) {
	c, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, nil)
	if err != nil {
		return nil, fmt.Errorf("SOCK_DIAG: %w", err)
	}
	return &diag{c}, nil
}

func (d *diag) close() { d.c.Close() }

func request(family, proto uint8) []byte {
	b := make([]byte, reqLen)
	b[0], b[1] = family, proto
	native.PutUint32(b[4:], allStates)
	return b
}

// dump appends all sockets of one family and protocol.
func (d *diag) dump(to []Socket, family, proto uint8) ([]Socket, error) {
	msgs, err := d.c.Execute(netlink.Message{Header: netlink.Header{Type: diagByFamily, Flags: netlink.Request | netlink.Dump}, Data: request(family, proto)})
	if err != nil {
		return to, fmt.Errorf("SOCK_DIAG: %w", err)
	}
	for _, m := range msgs {
		if s, ok := parseDiag(m.Data, proto); ok && len(to) < maxSockets {
			to = append(to, s)
		}
	}
	return to, nil
}

// one asks for the socket of one connection; ok is false when there is none.
// Link-local addresses of IPv6 name nothing without their interface (RFC 4007).
func (d *diag) one(proto uint8, local, remote netip.AddrPort) (s Socket, ok bool, err error) {
	if s, ok, err = d.oneAt(proto, local, remote, 0); ok || err != nil || !local.Addr().Is6() || !local.Addr().IsLinkLocalUnicast() {
		return s, ok, err
	}
	is, err := net.Interfaces()
	for i := 0; i < len(is) && !ok && err == nil; i++ {
		s, ok, err = d.oneAt(proto, local, remote, uint32(is[i].Index))
	}
	return s, ok, err
}

func (d *diag) oneAt(proto uint8, local, remote netip.AddrPort, iface uint32) (s Socket, ok bool, err error) {
	for _, swap := range [...]bool{false, true} {
		b := request(unix.AF_INET6, proto)
		a, r := local, remote
		if swap {
			// Linux before 5.10 took the two ends of UDP the other way round.
			a, r = remote, local
		}
		la, ra := a.Addr().Unmap().WithZone(""), r.Addr().Unmap().WithZone("")
		binary.BigEndian.PutUint16(b[8:], a.Port())
		binary.BigEndian.PutUint16(b[10:], r.Port())
		if la.Is4() {
			b[0] = unix.AF_INET
		}
		copy(b[12:28], la.AsSlice())
		copy(b[28:44], ra.AsSlice())
		native.PutUint32(b[44:], iface)
		for i := 48; i < 56; i++ {
			b[i] = 0xff // INET_DIAG_NOCOOKIE
		}
		msgs, err := d.c.Execute(netlink.Message{Header: netlink.Header{Type: diagByFamily, Flags: netlink.Request}, Data: b})
		switch {
		case errors.Is(err, unix.ENOENT):
		case err != nil:
			return s, false, err
		default:
			for _, m := range msgs {
				if s, ok := parseDiag(m.Data, proto); ok && s.Local.Port() == local.Port() {
					return s, true, nil
				}
			}
		}
		if tcp(proto) {
			break
		}
	}
	return s, false, nil
}

func parseDiag(b []byte, proto uint8) (Socket, bool) {
	if len(b) < msgLen {
		return Socket{}, false
	}
	s := Socket{Proto: proto, UID: native.Uint32(b[64:]), Inode: uint64(native.Uint32(b[68:]))}
	s.Local = netip.AddrPortFrom(diagAddr(b[0], b[8:24]), binary.BigEndian.Uint16(b[4:]))
	s.Remote = netip.AddrPortFrom(diagAddr(b[0], b[24:40]), binary.BigEndian.Uint16(b[6:]))
	s.State = kernelState(b[1], proto, s.Remote.Port() != 0)
	s.Dual = b[0] == unix.AF_INET6 && s.State.Waiting() && s.Local.Addr().IsUnspecified()
	for a := b[msgLen:]; len(a) >= 4; {
		n := int(native.Uint16(a))
		if n < 4 || n > len(a) {
			break
		}
		if native.Uint16(a[2:]) == attrV6Only && n > 4 && a[4] != 0 {
			s.Dual = false
		}
		a = a[min((n+3)&^3, len(a)):]
	}
	return s, true
}

func diagAddr(family uint8, b []byte) netip.Addr {
	if family == unix.AF_INET {
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	return netip.AddrFrom16([16]byte(b[:16])).Unmap()
}

// kernelState turns a number of net/tcp_states.h into a State.
func kernelState(n, proto uint8, connected bool) State {
	switch {
	case !tcp(proto) && connected:
		return Connected
	case !tcp(proto):
		return Bound
	case n == newSynRecv:
		return SynReceived
	case n <= uint8(Closing):
		return State(n)
	}
	return StateUnknown
}

// all lists the sockets of this network namespace.
func (d *diag) all() ([]Socket, error) {
	var out []Socket
	var errs error
	for _, proto := range [...]uint8{capture.ProtoTCP, capture.ProtoUDP} {
		for _, family := range [...]uint8{unix.AF_INET, unix.AF_INET6} {
			var err error
			if out, err = d.dump(out, family, proto); err != nil {
				errs = errors.Join(errs, err)
			}
		}
	}
	return out, errs
}

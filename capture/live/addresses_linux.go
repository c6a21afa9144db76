package live

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"
)

// Addresses are those of all interfaces, by their numbers, of one question to the kernel: the net package puts one for
// each interface, and the answer to each is those of all.
func Addresses(all []net.Interface) map[int][]netip.Prefix {
	b, err := syscall.NetlinkRIB(syscall.RTM_GETADDR, syscall.AF_UNSPEC)
	if err != nil {
		return addressesOfEach(all)
	}
	ms, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return addressesOfEach(all)
	}
	to := map[int][]netip.Prefix{}
	for i := range ms {
		m := &ms[i]
		if m.Header.Type != syscall.RTM_NEWADDR || len(m.Data) < syscall.SizeofIfAddrmsg {
			continue
		}
		as, err := syscall.ParseNetlinkRouteAttr(m)
		if err != nil {
			continue
		}
		var its netip.Addr
		for _, a := range as {
			// IFA_ADDRESS is the other end of a way between two; its own is IFA_LOCAL then.
			if a.Attr.Type == syscall.IFA_LOCAL || a.Attr.Type == syscall.IFA_ADDRESS && !its.IsValid() {
				its, _ = netip.AddrFromSlice(a.Value)
			}
		}
		index := int(binary.NativeEndian.Uint32(m.Data[unsafe.Offsetof(syscall.IfAddrmsg{}.Index):]))
		if p := netip.PrefixFrom(its, int(m.Data[unsafe.Offsetof(syscall.IfAddrmsg{}.Prefixlen)])); p.IsValid() {
			to[index] = append(to[index], p)
		}
	}
	return to
}

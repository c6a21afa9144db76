package live

import (
	"net"
	"net/netip"
)

// Interfaces lists the interfaces of this machine, in the system's order.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []Interface
	for _, i := range all {
		x := Interface{Name: i.Name, Index: i.Index, Hardware: i.HardwareAddr.String(), Up: i.Flags&net.FlagUp != 0, Loopback: i.Flags&net.FlagLoopback != 0}
		if as, err := i.Addrs(); err == nil {
			for _, a := range as {
				if p, err := netip.ParsePrefix(a.String()); err == nil {
					x.Addrs = append(x.Addrs, p)
				}
			}
		}
		x.Link, x.CanOpen, x.Why = probe(i.Name)
		out = append(out, x)
	}
	return out, nil
}

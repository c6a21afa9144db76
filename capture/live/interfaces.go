package live

import (
	"net"
	"net/netip"
)

// Interface is one that frames could be read from.
type Interface struct {
	Name     string
	Index    int
	Addrs    []netip.Prefix
	Hardware string // MAC, "" without one
	Up       bool
	Running  bool // up, and with a carrier
	Loopback bool
	Link     string // name of the link type, "" where it is not known or not decoded
	Err      error  // why it cannot be opened: a *PermissionError for one; nil when it can
}

// Interfaces lists the interfaces of this machine, in the system's order.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var out []Interface
	addrs, probe := Addresses(all), prober()
	for _, i := range all {
		x := Interface{Name: i.Name, Index: i.Index, Addrs: addrs[i.Index], Hardware: i.HardwareAddr.String(), Up: i.Flags&net.FlagUp != 0, Running: i.Flags&net.FlagRunning != 0, Loopback: i.Flags&net.FlagLoopback != 0}
		link, err := probe(i.Name)
		x.Err = err
		if link != 0 {
			x.Link = link.String()
		}
		out = append(out, x)
	}
	return out, nil
}

// addressesOfEach asks each interface for its addresses.
func addressesOfEach(all []net.Interface) map[int][]netip.Prefix {
	to := map[int][]netip.Prefix{}
	for _, i := range all {
		as, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range as {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				to[i.Index] = append(to[i.Index], p)
			}
		}
	}
	return to
}

// unknown makes the error for a name that no interface has.
func unknown(name string) error {
	e := &NoInterfaceError{Name: name}
	if all, err := net.Interfaces(); err == nil {
		for _, x := range all {
			e.Known = append(e.Known, x.Name)
		}
	}
	return e
}

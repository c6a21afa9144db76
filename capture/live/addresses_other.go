//go:build !linux

package live

import (
	"net"
	"net/netip"
)

// Addresses are those of all interfaces, by their numbers.
func Addresses(all []net.Interface) map[int][]netip.Prefix { return addressesOfEach(all) }

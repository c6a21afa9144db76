// Package who says who is behind an address: its hardware address and the maker
// of that, and the name it gives itself, from what machines of a network tell each
// other: ARP (RFC 826), neighbour discovery (RFC 4861), DHCP (RFC 2131), multicast
// DNS (RFC 6762), LLMNR (RFC 4795) and NetBIOS (RFC 1002). It also tells what the
// detectors ask: which names a client asks DNS for, and who answers for whom.
//
// All of it is claimed by whoever sends it: a name or a hardware address is what
// the machine says of itself, no proof. Strings are raw, cut to MaxName octets.
//
// A Watch belongs to one goroutine and keeps a bounded number of hosts.
package who

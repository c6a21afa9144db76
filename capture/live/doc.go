// Package live reads frames from network interfaces. On Linux it maps the
// kernel's TPACKET_V3 ring (Documentation/networking/packet_mmap.rst), in pure Go:
// no copy by system call, nanosecond kernel time, the direction of every frame,
// VLAN tags that the network card took off. On other systems Open says that it
// is not supported there; saved captures are.
//
// A Handle only listens. It never sends.
package live

// Package live reads frames from network interfaces. On Linux it maps the
// kernel's TPACKET_V3 rings (Documentation/networking/packet_mmap.rst), in pure
// Go: no copy and no system call per frame, nanosecond kernel time, the direction
// of every frame, VLAN tags put back where the network card took them off.
// Elsewhere it is experimental: BPF devices on macOS and the BSDs, Npcap on
// Windows, through gopacket.
//
// Listening has two halves, so that the one that needs rights can live in another
// process than the one that reads hostile octets: Listen opens Taps (CAP_NET_RAW),
// Open maps them into a Handle (no right at all).
//
//	taps, err := live.Listen(live.Options{Interfaces: []string{"eth0"}})
//	h, err := live.Open(taps, nil)
//	for h.Next(&block) == nil { ... }
//
// A Handle only listens. It never sends.
package live

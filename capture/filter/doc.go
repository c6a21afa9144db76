// Package filter compiles tcpdump's filter expressions (pcap-filter(7)) to
// classic BPF and runs them on captured frames.
//
// What an expression selects is what `tcpdump -r FILE EXPR` selects, quirks
// included: "vlan" moves the offsets of everything to its right, "port" looks
// past no IPv6 extension header, a load behind the captured octets makes the
// whole expression false. What tcpdump refuses is refused, and so is what
// portero does not support; an Error names the word and its column. Nothing is
// guessed. docs/FILTERS.md lists the language and the few known differences.
//
// An Expr does not depend on the link type; a Program does. A Matcher keeps one
// Program per link type and is what most callers want:
//
//	m, err := filter.New("tcp port 80 and not net 10.0.0.0/8", filter.Options{})
//	...
//	if m.Match(&frame) { ... }
//	...
//	if err := m.Err(); err != nil { ... } // frames of a link type it has no meaning for
//
// Expr and Program are immutable and may be shared. A Matcher belongs to one
// goroutine. No name is ever resolved: host names are refused, and names of
// ports go through Options.Port.
package filter

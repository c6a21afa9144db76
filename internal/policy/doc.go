// Package policy reads which ports on which machines are expected, and says of
// others which rule they fail.
//
// A line names machines, their doors, and who may call:
//
//	# web and its administration
//	10.0.0.1,10.0.0.2     80/tcp 443/tcp
//	10.0.0.0/24           22/tcp           from 10.0.9.0/24
//	*                     8000-8099/tcp
//
// Machines are addresses, networks, or * for any; a door is a port or first-last
// with its protocol (tcp, udp, sctp, dccp, udp-lite); without "from" anybody may call. What no line names is not
// expected.
package policy

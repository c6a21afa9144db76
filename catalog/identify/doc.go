// Package identify says what was really spoken on a connection, from the first
// octets each side sent, and what those octets tell: names, versions, who logged
// in. It never keeps a secret: passwords, community strings, cookies and tokens
// are passed over, only that one was readable is noted.
//
// An Identifier looks at no more than MaxKept octets of each direction in the
// order of the stream, whatever the order of the segments, and then leaves the
// flow alone. A flow's state is one number, its note, which the table of flows
// keeps; what does not fit in it lies in memory of the Identifier's own, bounded
// by its budget. One goroutine owns an Identifier.
//
// Everything here reads hostile octets: no function panics, none allocates more
// than the octets it is given, strings from the wire are cut to MaxText and raw.
package identify

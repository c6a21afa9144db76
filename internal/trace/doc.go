// Package trace tells one connection packet by packet: what each says, what it
// changed, and in which RFC 9293 state both ends are afterwards.
//
// # Viewpoint
//
// A capture sees packets on their way. A sender is in its new state when its
// packet is seen; a receiver follows in the same step, unless its own later
// packets show that the packet had not reached it yet (two FINs that cross) or
// was not taken yet (a third packet after which the SYN-ACK is repeated): then
// it follows where those packets allow it. A segment that demands an answer
// (SYN, SYN-ACK, FIN) and gets none leaves its receiver where it was: no packet
// tells whether it arrived. Of repeated copies the last before the answer is
// the one that counts.
//
// What the capture lacks is bridged by steps of the same machine that name the
// packet that was missed and are marked inferred. So every change of state is
// an arm of [Next], the one table of legal transitions.
//
// Inferred means that no packet of that end proves the state yet. The
// responder's ESTABLISHED after the third packet stays inferred until one of
// its own segments confirms it.
package trace

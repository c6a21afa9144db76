// Package anonymize makes records and packets fit to share.
//
// Addresses are replaced by others, the same ones for the same key, so that two
// addresses share as many leading bits after as before (prefix-preserving, the
// idea of Crypto-PAn: Xu, Fan, Ammar, Moon, ICNP 2002). The blocks that mean
// something by themselves (private, loopback, link-local, multicast, the
// unspecified and the broadcast address) keep their meaning: no bit is turned
// on the way to them.
//
// Packets are not patched but built anew from what the decoder understood, so
// that nothing portero does not know of can slip through: ports, sequence
// numbers, flags, window, options that a verdict rests on, lengths, times.
// Payload becomes a keyed digest and zeros. What leaves out is said by Packets.
package anonymize

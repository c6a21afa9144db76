// Package prefetch asks for memory before it is needed. Unlike a read that is over at
// once: the processor goes on with what it has while the cache lines come, and addresses
// that are not there do no harm. Go has no word for it; where there is no assembly for
// the processor nothing is done.
package prefetch

// Line is what is asked for at a time, octets.
const Line = 64

// HugePage is what a huge page has, octets.
const HugePage = 2 << 20

// Many is how many lines All asks for, without a jump.
const Many = 10

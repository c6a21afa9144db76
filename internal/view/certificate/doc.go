// Package certificate is what `portero why` prints: the proof behind one
// connection's verdict, as text and as json. It says which packets prove it, the
// equations with their numbers, where both ends stood after every packet, what
// the capture lacks, what would overturn the verdict, what a forger would need,
// and what other tools say of the same packets.
//
// It never says that a packet was not sent: a passive tool cannot know.
package certificate

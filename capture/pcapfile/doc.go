// Package pcapfile reads saved captures (pcap, pcapng and snoop, compressed or not,
// from files, pipes and standard input, one or several merged by time) and
// writes them.
//
// What a file is, its first bytes say, never its name. Lengths found in a file
// are checked against a limit and against what is there before anything is
// allocated for them. A file that ends or breaks in the middle gives all that
// came before, and then a *DamageError that names the byte; so does one that goes on
// in zeros, as where room was set aside for it or a disk lost what was written.
package pcapfile

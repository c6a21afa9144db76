// Package recorder saves frames to pcapng files while they come in, without ever
// holding up whoever brings them: a goroutine of its own writes, from a bounded
// queue. What the disk is too slow for is counted, what it has no room for ends
// the saving and nothing else. Files can be rotated by size, by time and on demand;
// each is a whole pcapng file. A file holds everything that was saved up to the last
// Tick, also when the process is killed.
package recorder

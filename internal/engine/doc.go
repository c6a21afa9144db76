// Package engine joins the stages: a source of frames, decoders, the table of
// flows, the catalogue, and a sink of records.
//
// One goroutine reads, others decode whole blocks side by side and work in the
// lanes (tables that share the flows by hash), and one puts everything in order:
// the result is the same, byte for byte, for any number of threads. With one thread
// all of it is direct calls.
package engine

// Package engine joins the stages: a source of frames, decoders, the table of
// flows, the catalogue, and a sink of records.
//
// One goroutine reads, others decode whole blocks side by side, and one puts
// the decoded packets back in order and owns the table. The result is therefore
// the same, byte for byte, for any number of threads; with one thread all of it
// is direct calls.
package engine

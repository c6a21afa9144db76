package table

import (
	"slices"
	"testing"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

// What came back and refuses nothing is named beside the silence.
func TestNoteOfSilence(t *testing.T) {
	r := record.Record{Handshake: handshake.NoAnswer}
	for frame, want := range map[uint64]string{0: "one SYN, and nothing came back", 2: "one SYN, and all that came back is an ICMP message that refuses nothing (frame 2)"} {
		r.ICMPFrame = frame
		if n := NotesIn(words.English, &r); !slices.Contains(n, want) {
			t.Errorf("frame %d: %q", frame, n)
		}
	}
}

// A round trip that took a time is never said to have taken none.
func TestMillisIsNeverNothing(t *testing.T) {
	for ns, want := range map[int64]string{0: "0.00 ms", 300: "<0.001 ms", 4302: "0.004 ms", 9999: "0.010 ms", 11475: "0.01 ms", 2_500_000: "2.50 ms", 12_000_000: "12 ms"} {
		if got := Millis(ns); got != want {
			t.Errorf("%d ns: %q, want %q", ns, got, want)
		}
	}
}

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

package pcapfile

import (
	"fmt"
)

// DamageError says where a capture stopped being readable. Everything before
// that was delivered.
type DamageError struct {
	File   string
	Offset int64  // byte of the (uncompressed) capture at which reading stopped
	Frames uint64 // frames read before
	Reason string
	Hint   string // what to do about it
	// Unpacked: the file is compressed, and Offset is of what it holds.
	Unpacked bool
}

func (e *DamageError) Error() string {
	of := ""
	if e.Unpacked {
		of = " of what it unpacks to"
	}
	frames := fmt.Sprintf("%d frames", e.Frames)
	if e.Frames == 1 {
		frames = "1 frame"
	}
	s := fmt.Sprintf("%s: damaged at byte %d%s after %s: %s", e.File, e.Offset, of, frames, e.Reason)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// FormatError says that an input is no capture that can be read.
type FormatError struct {
	File, Reason string
}

func (e *FormatError) Error() string { return e.File + ": " + e.Reason }

package view

import (
	"portero/handshake"
	"portero/internal/record"
)

// Tone is how a record is coloured wherever there is colour. It is never the
// only sign: the verdict's word stands beside it.
type Tone uint8

// The tones.
const (
	Beside Tone = iota // beside the point: open before the capture, backscatter, one-way streams
	Opened             // both ends agreed
	Failed             // refused, filtered, without answer, left half-way
	Wrong              // numbers or flags that no ordinary connection has
)

// String names the tone.
func (t Tone) String() string { return [...]string{"beside", "opened", "failed", "wrong"}[t] }

// ToneOf is the tone of a record.
func ToneOf(r *record.Record) Tone {
	if r.SuspectedRSTs > 0 {
		return Wrong
	}
	switch r.Handshake {
	case handshake.Completed, handshake.CompletedUnseen, handshake.Implied:
		return Opened
	case handshake.Refused, handshake.HalfOpen, handshake.NoAnswer, handshake.Filtered, handshake.Aborted:
		return Failed
	case handshake.Invalid, handshake.Probe:
		return Wrong
	case handshake.None:
	default:
		return Beside
	}
	switch r.Exchange {
	case handshake.Answered:
		return Opened
	case handshake.ExchangeRefused, handshake.ExchangeFiltered, handshake.Unanswered:
		return Failed
	}
	return Beside
}

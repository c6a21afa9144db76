package view_test

import (
	"testing"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
)

// Colour says the same as the word beside it: what of TCP's verdicts and of exchanges was opened, failed or is wrong.
func TestTones(t *testing.T) {
	for _, c := range []struct {
		r    record.Record
		want view.Tone
	}{
		{record.Record{Handshake: handshake.Completed}, view.Opened},
		{record.Record{Handshake: handshake.Implied}, view.Opened},
		{record.Record{Handshake: handshake.Completed, SuspectedRSTs: 1}, view.Wrong},
		{record.Record{Handshake: handshake.Refused}, view.Failed},
		{record.Record{Handshake: handshake.HalfOpen}, view.Failed},
		{record.Record{Handshake: handshake.Invalid}, view.Wrong},
		{record.Record{Handshake: handshake.Probe}, view.Wrong},
		{record.Record{Handshake: handshake.Midstream}, view.Beside},
		{record.Record{Handshake: handshake.Midstream, Exchange: handshake.Answered}, view.Beside},
		{record.Record{Handshake: handshake.None, Exchange: handshake.Answered}, view.Opened},
		{record.Record{Handshake: handshake.None, Exchange: handshake.Unanswered}, view.Failed},
		{record.Record{Handshake: handshake.None, Exchange: handshake.ExchangeRefused}, view.Failed},
		{record.Record{Handshake: handshake.None, Exchange: handshake.Stream}, view.Beside},
	} {
		if got := view.ToneOf(&c.r); got != c.want {
			t.Errorf("%v, %v: %v, not %v", c.r.Handshake, c.r.Exchange, got, c.want)
		}
	}
}

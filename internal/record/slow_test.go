package record

import (
	"testing"

	"portero/handshake"
)

func TestSlow(t *testing.T) {
	const ms = int64(1e6)
	base := Record{Proto: 6, Handshake: handshake.Completed, ServerRTT: 10 * ms, ClientRTT: Unset, Thinking: Unset, LongestWait: Unset, Setup: Unset, DurationNS: 10000 * ms}
	for name, c := range map[string]struct {
		edit func(r *Record)
		want Slowness
	}{
		"nothing stands out":          {func(r *Record) {}, ""},
		"one long wait":               {func(r *Record) { r.Thinking, r.LongestWait, r.Turns = 700*ms, 650*ms, 3 }, SlowResponder},
		"many short waits in a talk":  {func(r *Record) { r.Thinking, r.LongestWait, r.Turns = 900*ms, 40*ms, 90 }, ""},
		"short waits that fill it":    {func(r *Record) { r.Thinking, r.LongestWait, r.Turns, r.DurationNS = 900*ms, 40*ms, 50, 2000*ms }, SlowResponder},
		"far away":                    {func(r *Record) { r.ServerRTT, r.Turns = 300*ms, 1 }, SlowPath},
		"the third packet was missed": {func(r *Record) { r.ClientRTT, r.Turns, r.DurationNS = 7000*ms, 0, 9000*ms }, ""},
		"a repeated SYN-ACK answered": {func(r *Record) { r.ClientRTT, r.SYNACKRetries, r.DurationNS = 7000*ms, 1, 9000*ms }, SlowPath},
		"a long way back":             {func(r *Record) { r.ClientRTT = 2900 * ms }, SlowPath},
		"a receiver that does not":    {func(r *Record) { r.WindowStall = 500 * ms }, SlowWindow},
		"repairs":                     {func(r *Record) { r.LossStall = 500 * ms }, SlowLoss},
		"SYNs again":                  {func(r *Record) { r.SYNRetries, r.Setup = 1, 1010*ms }, SlowOpening},
		"the worst is told":           {func(r *Record) { r.LossStall, r.WindowStall = 500*ms, 900*ms }, SlowWindow},
		"too short to notice":         {func(r *Record) { r.LossStall = 150 * ms }, ""},
		"not when nobody was reached": {func(r *Record) { r.Handshake, r.LossStall = handshake.Refused, 900*ms }, ""},
	} {
		r := base
		c.edit(&r)
		if got := r.Slow(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestSlowWithin holds that a connection was not on the way for longer than it lasted.
func TestSlowWithin(t *testing.T) {
	r := Record{Proto: 6, Handshake: handshake.Completed, ServerRTT: 300e6, ClientRTT: 100e6, LongestWait: Unset, Thinking: Unset, Setup: Unset, Turns: 9, DurationNS: 1e9}
	if what, ns := r.SlowFor(); what != SlowPath || ns != 1e9 {
		t.Error(what, ns)
	}
}

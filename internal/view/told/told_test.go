package told

import (
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/record"
)

// One is one in both languages.
func TestSlowCountsOne(t *testing.T) {
	const second = int64(1e9)
	for _, c := range []struct {
		r      record.Record
		en, es string
	}{
		{record.Record{LossStall: 5 * second, DurationNS: 6 * second, Orig: record.Side{Retrans: 1}}, "before a segment was sent again", "antes de repetir un segmento"},
		{record.Record{LossStall: 5 * second, DurationNS: 6 * second, Orig: record.Side{Retrans: 2}}, "before 2 segments were", "antes de repetir 2 segmentos"},
	} {
		c.r.FirstByte, c.r.Thinking, c.r.LongestWait, c.r.WindowStall, c.r.Setup, c.r.ServerRTT, c.r.RTTP50 = record.Unset, record.Unset, record.Unset, record.Unset, record.Unset, record.Unset, record.Unset
		c.r.Proto, c.r.Handshake = 6, handshake.Completed
		got := Slow(&c.r)
		if !strings.Contains(got.EN, c.en) || !strings.Contains(got.ES, c.es) {
			t.Errorf("%q %q", got.EN, got.ES)
		}
	}
	if a, b := often(1), often(3); a.ES != "una vez" || b.EN != "3 times" {
		t.Error(a, b)
	}
}

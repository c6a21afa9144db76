package teach

import (
	"fmt"
	"strings"

	"portero/capture"
	"portero/internal/trace"
)

// ledger remembers where the segments of both ends began and ended, so that a
// later number can be told as their sum.
type ledger struct {
	// spans are the segments of an end by the number after their last octet.
	spans [2]map[int64]span
	// next is the number after the last octet of an end; acked what the end has
	// acknowledged of its peer. 0: nothing yet.
	next, acked [2]int64
}

// span is a segment: where it began, its payload and whether SYN or FIN counts.
type span struct {
	seq, octets, flag int64
}

// maxSpans bounds the memory of a ledger; further segments are told without
// their sums.
const maxSpans = 1 << 14

// behind reports whether end e has sent octets beyond n: what lies at n is then
// missing at its peer.
func (g *ledger) behind(e trace.End, n int64) bool { return g.next[e] > n }

// equation is what the numbers of s satisfy, in words of the segments before it:
// "seq 39 = 1 + 38, ack 1086 = 1 + 1085"; empty where nothing new is said.
func (g *ledger) equation(s *trace.Step) string {
	if !s.HasSeq || s.From > trace.Resp || s.Flags.Any(capture.SYN|capture.RST) {
		return ""
	}
	var out []string
	if x, ok := g.spans[s.From][s.RelSeq]; ok && (s.Len > 0 || s.Flags.Any(capture.FIN)) {
		out = append(out, sum("seq", s.RelSeq, x))
	}
	if x, ok := g.spans[s.From.Peer()][s.RelAck]; ok && s.HasAck && s.RelAck > g.acked[s.From] {
		out = append(out, sum("ack", s.RelAck, x))
	}
	return strings.Join(out, ", ")
}

func sum(name string, n int64, x span) string {
	switch {
	case x.flag == 0:
		return fmt.Sprintf("%s %d = %d + %d", name, n, x.seq, x.octets)
	case x.octets == 0:
		return fmt.Sprintf("%s %d = %d + 1", name, n, x.seq)
	}
	return fmt.Sprintf("%s %d = %d + %d + 1", name, n, x.seq, x.octets)
}

// book takes s into account.
func (g *ledger) book(s *trace.Step) {
	if !s.HasSeq || s.From > trace.Resp || s.Flags.Any(capture.RST) {
		return
	}
	x := span{seq: s.RelSeq, octets: int64(s.Len)}
	if s.Flags.Any(capture.SYN | capture.FIN) {
		x.flag = 1
	}
	end := x.seq + x.octets + x.flag
	m := g.spans[s.From]
	if m == nil {
		m = map[int64]span{}
		g.spans[s.From] = m
	}
	if end > x.seq && len(m) < maxSpans {
		m[end] = x
	}
	g.next[s.From] = max(g.next[s.From], end)
	if s.HasAck {
		g.acked[s.From] = max(g.acked[s.From], s.RelAck)
	}
}

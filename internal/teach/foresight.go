package teach

import (
	"portero/capture"
	"portero/internal/trace"
)

// foresight is what somebody knows of both ends who has read the packets so far.
// Only what follows from that is asked for.
type foresight struct {
	// next is the number after the last one that an end was seen to use, with sent.
	next [2]int64
	sent [2]bool
	// acked is the highest number that an end has acknowledged of its peer, with heard.
	acked [2]int64
	heard [2]bool
	// syn: the SYN of the end was seen.
	syn [2]bool
}

// read takes s into account.
func (f *foresight) read(s *trace.Step) {
	if !s.HasSeq || s.From > trace.Resp {
		return
	}
	if s.Flags.Any(capture.SYN) {
		f.syn[s.From] = true
	}
	if !accepted(s) || s.Flags.Any(capture.RST) {
		return
	}
	end := s.RelSeq + int64(s.Len)
	if s.Flags.Any(capture.SYN) {
		end++
	}
	if s.Flags.Any(capture.FIN) {
		end++
	}
	if !f.sent[s.From] || end > f.next[s.From] {
		f.next[s.From], f.sent[s.From] = end, true
	}
	if s.HasAck && (!f.heard[s.From] || s.RelAck > f.acked[s.From]) {
		f.acked[s.From], f.heard[s.From] = s.RelAck, true
	}
}

// expected is the number that comes next of end e, as far as it or its peer told.
func (f *foresight) expected(e trace.End) (n int64, ok bool) {
	if f.sent[e] {
		n, ok = f.next[e], true
	}
	if p := e.Peer(); f.heard[p] && (!ok || f.acked[p] > n) {
		n, ok = f.acked[p], true
	}
	return n, ok
}

// tells reports whether the numbers of s follow from what was read before it.
func (f *foresight) tells(s *trace.Step) bool {
	n, ok := f.expected(s.From)
	switch {
	case s.Flags.Any(capture.SYN):
		ok = true // where an end begins to count is number 0
	case s.Has(trace.RSTRefuses):
		ok = s.Seq == 0 // so the rules say; a firewall may do otherwise
	default:
		ok = ok && s.RelSeq == n
	}
	if ok && s.HasAck {
		n, ok = f.expected(s.From.Peer())
		ok = ok && s.RelAck == n
	}
	return ok
}

// Asker asks for the packets of a trace, one after the other.
type Asker struct {
	tr    *trace.Trace
	at    int // steps before it were read
	known foresight
}

// NewAsker asks for the packets of tr.
func NewAsker(tr *trace.Trace) *Asker { return &Asker{tr: tr} }

// reach reads the steps before i.
func (a *Asker) reach(i int) {
	for ; a.at < i; a.at++ {
		a.known.read(&a.tr.Steps[a.at])
	}
}

package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

const (
	syn = capture.SYN
	ack = capture.ACK
	rst = capture.RST
	fin = capture.FIN
)

// tell writes both ends' states, one line before the first packet and one after each.
// A question mark is an inferred state.
func tell(t *trace.Trace) string {
	var b strings.Builder
	line := func(s [2]trace.Standing) {
		for e, x := range s {
			if e == 1 {
				b.WriteString(" | ")
			}
			b.WriteString(x.State.String())
			if x.Inferred {
				b.WriteString("?")
			}
		}
	}
	line(t.Start)
	for i := range t.Steps {
		b.WriteString("\n")
		line(t.Steps[i].After)
		for _, r := range t.Steps[i].Remarks {
			b.WriteString(" " + r.String())
		}
	}
	return b.String()
}

type tale struct {
	name    string
	s       *story.Story
	verdict handshake.Verdict
	want    string
}

func tales() []tale {
	n := story.New
	return []tale{
		{"the whole life", n().Open().Data(100).Reply(200).ACK().Close(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			FIN-WAIT-2 | CLOSE-WAIT
			TIME-WAIT | LAST-ACK fin_second
			TIME-WAIT | CLOSED?`},
		{"three segments close", n().Open().FIN().RespFIN().ACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			TIME-WAIT | LAST-ACK confirms fin_second
			TIME-WAIT | CLOSED?`},
		{"the responder closes first", n().Open().RespFIN().FIN().RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			CLOSE-WAIT | FIN-WAIT-1 confirms fin_first
			LAST-ACK | TIME-WAIT fin_second
			CLOSED? | TIME-WAIT`},
		{"FINs cross", n().Open().Data(1).Reply(1).FIN().RespFIN(story.Ack(story.O(2))).ACK().RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			FIN-WAIT-1 | ESTABLISHED fin_first
			CLOSING | CLOSING fin_second fin_crosses
			CLOSING | TIME-WAIT
			TIME-WAIT? | TIME-WAIT`},
		{"half-close with data after the FIN", n().Open().FIN().RespACK().Reply(500).ACK().RespFIN().ACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			FIN-WAIT-2 | CLOSE-WAIT confirms
			FIN-WAIT-2 | CLOSE-WAIT half_close_data
			FIN-WAIT-2 | CLOSE-WAIT
			TIME-WAIT | LAST-ACK fin_second
			TIME-WAIT | CLOSED?`},
		{"silence", n().SYN().SYN(story.Seq(story.OrigISN)).SYN(story.Seq(story.OrigISN)), handshake.NoAnswer, `
			CLOSED | unknown
			SYN-SENT | unknown syn syn_silent
			SYN-SENT | unknown syn_again syn_silent
			SYN-SENT | unknown syn_again syn_silent`},
		{"refused, and open at the second try", n().SYN().RespRST(story.Seq(0), story.Ack(story.O(1))).SYN(story.Seq(story.OrigISN)).SYNACK().ACK().Reply(10).FIN().RespFIN().ACK(), handshake.Completed, `
			CLOSED | CLOSED
			SYN-SENT | CLOSED syn
			CLOSED? | CLOSED rst_refuses
			SYN-SENT | SYN-RECEIVED syn_again
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED confirms
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			TIME-WAIT | LAST-ACK fin_second
			TIME-WAIT | CLOSED?`},
		{"a refusal and a farewell forged before the answer", n().SYN().RespRST(story.Seq(0), story.Ack(story.O(1))).RespFIN(story.Seq(0x40000000), story.Ack(story.O(1))).SYNACK().ACK().Data(10).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED rst_doubted
			SYN-SENT | SYN-RECEIVED out_of_window
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms`},
		{"a SYN-ACK of the caller that acknowledges nothing of the answer", n().SYN().SYNACK().Send(0, syn|ack, 0, story.Seq(0x30000000), story.Ack(story.O(1))), handshake.HalfOpen, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED synack synack_silent
			SYN-SENT | SYN-RECEIVED synack_wrong_ack`},
		{"data captured before the answer", n().SYN().Reply(10, story.Seq(story.R(1)), story.Ack(story.O(1))).SYNACK(story.Seq(story.RespISN)).ACK(story.Ack(story.R(11))).Data(10, story.Ack(story.R(11))).RespACK(story.Seq(story.R(11))), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED? | ESTABLISHED
			ESTABLISHED? | ESTABLISHED synack
			ESTABLISHED | ESTABLISHED third_ack
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED confirms`},
		{"a wrong SYN-ACK, refused by its number", n().SYN().SYNACK(story.Ack(story.O(500))).RST(story.Seq(story.O(500))).SYNACK().ACK().Data(10).Reply(10), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED synack_wrong_ack
			SYN-SENT | SYN-RECEIVED rst_stray
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms`},
		{"refused", n().SYN().RespRST(story.Seq(0)), handshake.Refused, `
			CLOSED | CLOSED
			SYN-SENT | CLOSED syn
			CLOSED? | CLOSED rst_refuses`},
		{"refused and asked again", n().SYN().RespRST(story.Seq(0)).SYN(story.Seq(story.OrigISN)).RespRST(story.Seq(0)), handshake.Refused, `
			CLOSED | CLOSED
			SYN-SENT | CLOSED syn
			CLOSED? | CLOSED rst_refuses
			SYN-SENT | CLOSED syn_again
			CLOSED? | CLOSED rst_refuses`},
		{"half open", n().SYN().SYNACK().SYNACK(story.Seq(story.RespISN)), handshake.HalfOpen, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED synack synack_silent
			SYN-SENT | SYN-RECEIVED synack_again synack_silent`},
		{"SYN scan: the answer is reset", n().SYN().SYNACK().RST(), handshake.Aborted, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED synack synack_silent
			CLOSED | LISTEN? rst_aborts`},
		{"the responder gives up", n().SYN().SYNACK().RespRST(), handshake.HalfOpen, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			SYN-SENT | SYN-RECEIVED synack synack_silent
			CLOSED? | CLOSED rst_aborts`},
		{"the third packet is not accepted yet", n().Open().SYNACK(story.Seq(story.RespISN)).Data(10).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | SYN-RECEIVED third_ack
			ESTABLISHED | SYN-RECEIVED synack_again not_accepted_yet
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms`},
		{"the third packet carries data", n().SYN().SYNACK().Data(10).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack_data
			ESTABLISHED | ESTABLISHED confirms`},
		{"the third packet is missing from the capture", n().SYN().SYNACK().Lose(0, ack, 0).Reply(20).Lose(0, ack, 7).Data(5), handshake.CompletedUnseen, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED gap`},
		{"the SYN is missing from the capture", n().Lose(0, syn, 0).SYNACK().ACK().Reply(5), handshake.CompletedUnseen, `
			CLOSED | LISTEN
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED confirms`},
		{"the SYN-ACK is missing from the capture", n().SYN().Lose(1, syn|ack, 0).ACK().Reply(5).ACK(), handshake.CompletedUnseen, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED`},
		{"the originator's side only", n().SYN().Lose(1, syn|ack, 0).ACK().Data(9), handshake.Implied, `
			CLOSED | LISTEN?
			SYN-SENT | LISTEN? syn syn_silent
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?`},
		{"older than the capture", n().Data(5).Reply(5).FIN().RespFIN().ACK(), handshake.Midstream, `
			ESTABLISHED? | ESTABLISHED?
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			TIME-WAIT | LAST-ACK fin_second
			TIME-WAIT | CLOSED?`},
		{"both call", n().SYN().Send(1, syn, 0).Send(0, syn|ack, 0, story.Seq(story.OrigISN)).Send(1, syn|ack, 0, story.Seq(story.RespISN)).ACK().RespACK(), handshake.Completed, `
			CLOSED | CLOSED
			SYN-SENT | CLOSED syn
			SYN-RECEIVED | SYN-RECEIVED syn
			SYN-RECEIVED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED synack
			ESTABLISHED | ESTABLISHED third_ack
			ESTABLISHED | ESTABLISHED confirms`},
		{"Fast Open", n().Send(0, syn, 50).SYNACK().Reply(10).ACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn syn_data
			ESTABLISHED | SYN-RECEIVED synack syn_data_accepted
			ESTABLISHED | SYN-RECEIVED
			ESTABLISHED | ESTABLISHED? third_ack`},
		{"reset", n().Open().Data(3).RespACK().RespRST(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			CLOSED? | CLOSED rst_aborts`},
		{"a blind reset", n().Open().Data(3).RespACK().RespRST(story.Seq(0x40000000)).Data(3).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED rst_ignored
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED`},
		{"a stray SYN and its challenge", n().Open().Data(3).RespACK().SYN(story.Seq(777777777)).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED stray_syn
			ESTABLISHED | ESTABLISHED challenge_ack`},
		{"backscatter", n().SYNACK(story.Ack(5)).RST(story.Seq(5)), handshake.Unsolicited, `
			CLOSED | LISTEN
			CLOSED | SYN-RECEIVED synack
			CLOSED | LISTEN? rst_stray`},
		{"a FIN that nobody acknowledges", n().Open().Reply(4).ACK().FIN().FIN(story.Seq(story.O(1))), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED
			FIN-WAIT-1 | ESTABLISHED fin_first fin_unanswered
			FIN-WAIT-1 | ESTABLISHED fin_again fin_unanswered`},
		{"a FIN repeated while the answer to it was on its way", n().Open().Data(8).FIN().RespACK(story.Ack(story.O(9))).RespFIN().FIN(story.Seq(story.O(9)), story.Ack(story.R(1))).ACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			FIN-WAIT-1 | ESTABLISHED? fin_first
			FIN-WAIT-1 | CLOSE-WAIT confirms
			FIN-WAIT-1 | LAST-ACK fin_second
			TIME-WAIT | LAST-ACK fin_again
			TIME-WAIT | CLOSED?`},
		{"the last ACK is repeated", n().Open().FIN().RespFIN().ACK().RespFIN(story.Seq(story.R(1))).ACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			FIN-WAIT-1 | CLOSE-WAIT fin_first
			TIME-WAIT | LAST-ACK confirms fin_second
			TIME-WAIT | LAST-ACK
			TIME-WAIT | LAST-ACK fin_again
			TIME-WAIT | CLOSED?`},
		{"the SYN captured after its answer", n().SYNACK(story.Ack(story.O(1))).SYN().ACK().RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | SYN-RECEIVED syn captured_late
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED confirms`},
		{"a window probe is no keep-alive", n().Open().Data(10).RespACK(story.Window(0)).ACK(story.Seq(story.O(10))).RespACK(story.Window(0)).RespACK(story.Window(500)).Data(10).RespACK(), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms zero_window
			ESTABLISHED | ESTABLISHED window_probe
			ESTABLISHED | ESTABLISHED zero_window
			ESTABLISHED | ESTABLISHED window_update
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED`},
		{"keep-alives and lost data", n().Open().Data(10).RespACK().ACK(story.Seq(story.O(10))).RespACK().Reply(100).
			Lose(1, ack, 50).Reply(100).ACK(story.Ack(story.R(101))).ACK(story.Ack(story.R(101))).
			Reply(50, story.Seq(story.R(101))).Reply(50, story.Seq(story.R(101))).ACK(story.Window(0)), handshake.Completed, `
			CLOSED | LISTEN
			SYN-SENT | SYN-RECEIVED syn
			ESTABLISHED | SYN-RECEIVED synack
			ESTABLISHED | ESTABLISHED? third_ack
			ESTABLISHED | ESTABLISHED?
			ESTABLISHED | ESTABLISHED confirms
			ESTABLISHED | ESTABLISHED keep_alive
			ESTABLISHED | ESTABLISHED keep_alive_answer
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED gap
			ESTABLISHED | ESTABLISHED
			ESTABLISHED | ESTABLISHED dup_ack
			ESTABLISHED | ESTABLISHED out_of_order
			ESTABLISHED | ESTABLISHED retransmission
			ESTABLISHED | ESTABLISHED zero_window`},
		{"an ACK probe", n().ACK(story.Ack(9)).Send(1, rst, 0, story.Seq(9)), handshake.Probe, `
			CLOSED? | unknown
			CLOSED? | unknown
			CLOSED? | unknown rst_stray`},
		{"a probe", n().Send(0, fin|capture.PSH|capture.URG, 0).RespRST(), handshake.Probe, `
			CLOSED? | CLOSED
			CLOSED? | CLOSED odd_flags
			CLOSED? | CLOSED rst_stray`},
	}
}

func lines(s string) string {
	var out []string
	for _, l := range strings.Split(strings.TrimSpace(s), "\n") {
		out = append(out, strings.TrimSpace(l))
	}
	return strings.Join(out, "\n")
}

func TestTales(t *testing.T) {
	for _, c := range tales() {
		t.Run(c.name, func(t *testing.T) {
			rec := c.s.Record()
			if rec.Handshake != c.verdict {
				t.Errorf("verdict %v, want %v", rec.Handshake, c.verdict)
			}
			tr := trace.Build(c.s.Packets, rec)
			if got, want := tell(tr), lines(c.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			lawful(t, tr)
		})
	}
}

// The number of a refusal is 0 and counts from nothing: a SYN-ACK that comes later does
// not turn it into a number thousands of octets before its sender's first.
func TestRefusalCountsFromNothing(t *testing.T) {
	refuse := func(s *story.Story) *story.Story { return s.RespRST(story.Seq(0), story.Ack(story.O(1))) }
	for _, isn := range []capture.Seq{5000, 3_000_000_000} {
		open := func(s *story.Story) *story.Story { return s.SYNACK(story.Seq(isn)) }
		use := func(s *story.Story) *story.Story {
			return s.ACK(story.Ack(isn+1)).Reply(10, story.Seq(isn+1))
		}
		again := story.Seq(story.OrigISN)
		for name, s := range map[string]*story.Story{
			"before the answer": use(open(refuse(story.New().SYN()).SYN(again))),
			"after the answer":  use(refuse(open(story.New().SYN()).SYN(again))),
			"alone":             refuse(story.New().SYN()),
		} {
			tr := trace.Build(s.Packets, s.Record())
			for i := range tr.Steps {
				switch st := &tr.Steps[i]; {
				case st.Flags&rst != 0 && (st.RelSeq != 0 || st.RelAck != 1):
					t.Errorf("%d, %s: the refusal has seq %d, ack %d", isn, name, st.RelSeq, st.RelAck)
				case st.From == trace.Resp && st.Len == 10 && st.RelSeq != 1:
					t.Errorf("%d, %s: the data after it begin at %d", isn, name, st.RelSeq)
				}
			}
		}
	}
}

// lawful checks every arrow of a trace against the machine.
func lawful(t *testing.T, tr *trace.Trace) {
	t.Helper()
	at := tr.Start
	for i := range tr.Steps {
		s := &tr.Steps[i]
		if s.Before != at {
			t.Errorf("step %d starts at %v, the one before ended at %v", i, s.Before, at)
		}
		for _, m := range s.Moves {
			if m.From != at[m.End].State {
				t.Errorf("frame %d: %v moves from %v, but is in %v", s.Frame, m.End, m.From, at[m.End].State)
			}
			if to, why := trace.Next(m.From, m.Event); to != m.To || why != m.Reason {
				t.Errorf("frame %d: %v on %q gives %v, not %v", s.Frame, m.From, m.Event, to, m.To)
			}
			at[m.End].State = m.To
		}
		for e := range at {
			if at[e].State != s.After[e].State {
				t.Errorf("frame %d: moves end at %v, shown is %v", s.Frame, at[e].State, s.After[e].State)
			}
		}
		at = s.After
	}
}

// Every arm that changes a state, the timer's aside, is reached by a tale.
func TestEveryChangeIsReached(t *testing.T) {
	reached := map[string]bool{}
	for _, c := range append(tales(), rareTales()...) {
		tr := trace.Build(c.s.Packets, c.s.Record())
		lawful(t, tr)
		for i := range tr.Steps {
			for _, m := range tr.Steps[i].Moves {
				reached[fmt.Sprint(m.From, ">", m.To)] = true
			}
		}
	}
	// A socket that listens and calls is the program's affair, and a FIN always comes
	// with the ACK that is looked at first: no packet shows these two.
	reached["LISTEN>SYN-SENT"], reached["SYN-RECEIVED>CLOSE-WAIT"] = true, true
	for _, a := range trace.Arms() {
		if x := fmt.Sprint(a.From, ">", a.To); a.From != a.To && a.Event != trace.TimerOver && !reached[x] {
			t.Errorf("no tale goes %s (%v)", x, a.Event)
		}
	}
}

// rareTales reach the arms of the machine that ordinary life does not.
func rareTales() []tale {
	n := story.New
	return []tale{
		{name: "reset in FIN-WAIT-1", s: n().Open().Reply(1).FIN().RespRST()},
		{name: "reset in FIN-WAIT-2", s: n().Open().Reply(1).FIN().RespACK().RespRST()},
		{name: "reset in CLOSING", s: n().Open().Data(1).Reply(1).FIN().RespFIN(story.Ack(story.O(2))).ACK().RST()},
		{name: "reset in LAST-ACK", s: n().Open().FIN().RespFIN().RST()},
		{name: "reset in TIME-WAIT", s: n().Open().FIN().RespFIN().ACK().RespRST()},
		{name: "listener calls", s: n().SYN().Send(1, syn, 0).Send(1, rst, 0)},
		{name: "FIN in SYN-RECEIVED", s: n().Send(0, syn, 50).SYNACK().RespFIN().ACK()},
		{name: "both call, one takes it back", s: n().SYN().Send(1, syn, 0).Send(0, syn|ack, 0, story.Seq(story.OrigISN)).Send(0, rst, 0)},
	}
}

// The third packet may be captured before the data that it acknowledges: its equation holds.
func TestThirdPacketAcknowledgesLaterData(t *testing.T) {
	s := story.New().SYN().SYNACK().ACK(story.Ack(story.R(11))).Reply(10).ACK()
	eqs := trace.Build(s.Packets, s.Record()).Equations
	if len(eqs) != 3 {
		t.Fatalf("%d equations, want 3: %+v", len(eqs), eqs)
	}
	for _, e := range eqs {
		if !e.Holds {
			t.Errorf("%+v does not hold", e)
		}
	}
	if eqs[1].Hi != 11 {
		t.Errorf("the acknowledgement may be up to %d ahead, want 11", eqs[1].Hi)
	}
}

// TestQUICPackets: the kinds of packet go with their datagrams in whatever order these come, and are told of connections of QUIC in
// headers of RFC 8999 only.
func TestQUICPackets(t *testing.T) {
	pkts := make([]capture.Packet, 2)
	for i := range pkts {
		pkts[i].Proto, pkts[i].Index = capture.ProtoUDP, uint64(2-i)
	}
	kinds := []identify.QUICPackets{identify.QUICHandshake, identify.QUICInitial}
	for _, c := range []struct {
		app  *identify.Facts
		want identify.QUICPackets
	}{
		{nil, 0},
		{&identify.Facts{Protocol: identify.DNS}, 0},
		{&identify.Facts{QUIC: &identify.QUICFacts{Version: 1, Verdict: identify.QUICUnfinished}}, identify.QUICInitial},
		{&identify.Facts{QUIC: &identify.QUICFacts{Version: 'Q'<<24 | '0'<<16 | '4'<<8 | '6', Verdict: identify.QUICUnfinished}}, 0},
	} {
		tr := trace.Input{Packets: pkts, QUIC: kinds, Record: &record.Record{Proto: capture.ProtoUDP, HasPorts: true, App: c.app}}.Build()
		if got := tr.Steps[0]; got.Index != 1 || got.QUIC != c.want {
			t.Errorf("%+v: packet %d is %q", c.app, got.Index, got.QUIC)
		}
	}
}

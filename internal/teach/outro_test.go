package teach_test

import (
	"slices"
	"strings"
	"testing"

	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// What it all comes to says no more than the packets do.
func TestOutroIsNoMoreThanWasSeen(t *testing.T) {
	open := func() *story.Story { return story.New().Open().Data(1).RespACK() }
	for _, c := range []struct {
		name      string
		s         *story.Story
		ended     handshake.EndReason
		says, not string
	}{
		{"the capture went on", open(), handshake.EndIdle, "It was still open when the capture last saw it.", "when the capture ended"},
		{"the capture ended", open(), handshake.EndForced, "It was still open when the capture ended.", "last saw it"},
		{"three packets close it", open().FIN().RespFIN().ACK(), 0, "Three packets closed it", "not in the capture"},
		{"the last confirmation is not here", open().FIN().RespFIN(), 0, "That of the second is not in the capture.", "Three packets"},
		{"a goodbye again", open().FIN().RespACK().RespFIN().RespFIN(story.Seq(story.R(1))).ACK(), 0, "A goodbye was repeated", "sent twice"},
		{"a goodbye, then cut off", open().FIN().RespACK().Reply(5).RST(), 0, "One side said goodbye; then a RST cut it off.", "without farewell"},
		{"before the first", story.New().SYN().SYNACK().Reply(10, story.Seq(story.RespISN-5000)), 0, "numbers from before its own first", "again: no"},
		{"acknowledges from before the first", story.New().SYN().SYNACK().ACK(story.Ack(story.RespISN - 5000)).ACK(story.Ack(story.RespISN - 4000)), 0, "confirms numbers from before the other end's first", "no byte has come"},
		{"no room", open().RespACK(story.Window(0)).ACK(story.Seq(story.O(1))).RespACK(story.Window(0)), 0, "One end had no room left", "eep-alives"},
		{"still there", open().ACK(story.Seq(story.O(1))).RespACK(), 0, "Keep-alives asked whether the other end was still there.", "Long silences"},
		{"one direction", story.New().SYN().ACK(story.Ack(story.R(1))).Data(5, story.Ack(story.R(1))).FIN(story.Ack(story.R(1))), 0, "what the other did is not in the capture", "the other may go on"},
		{"one of two", open().FIN().RespACK(), 0, "the other may go on", "not in the capture"},
		{"nobody asked", story.New().SYNACK(story.Ack(5)), 0, "no question is in this capture", "calls"},
		{"a probe", story.New().Send(0, 1|8|32, 0).RespRST(), 0, "begins no connection", "calls"},
		{"cut off", open().RST(), 0, "It was cut off with a RST, without farewell.", "goodbye"},
		{"taken back unanswered", story.New().SYN().RST(), 0, "no answer to it is in this capture", "scanner"},
		{"taken back after the answer", story.New().SYN().SYNACK().RST(), 0, "A port scanner does this once it knows that the port is open.", "no answer"},
		{"odd flags", story.New().Send(0, 1|8|32, 0).Send(1, 0x18, 12), 0, "and broken devices by mistake", "an acknowledgement"},
		{"refused", story.New().SYN().RespRST(story.Seq(0)), 0, "or a firewall in its name, says no", "The computer is there"},
		{"refused, then taken", story.New().SYN().RespRST(story.Seq(0), story.Ack(story.O(1))).SYN(story.Seq(story.OrigISN)).SYNACK().ACK().Reply(10), 0, "The call was refused before it was taken.", "says no"},
	} {
		rec := c.s.Record()
		rec.EndReason, rec.Final = c.ended, true
		l := teach.New(rec, trace.Build(c.s.Packets, rec), teach.Options{Lang: teach.English})
		text := strings.Join(slices.Concat(l.Intro, l.Outro, l.Deviations), "\n")
		for _, r := range l.Rungs {
			text += "\n" + r.Plain
		}
		if !strings.Contains(text, c.says) || strings.Contains(text, c.not) {
			t.Errorf("%s: it says\n%s", c.name, text)
		}
	}
}

// A connection on which TLS failed connected all the same: both are told. Somebody who changed his mind, and a
// warning, are no failure, and nothing of it is told where nobody connected.
func TestOutroTellsThatTLSFailed(t *testing.T) {
	const failed = "But TLS failed, the client refused: who issued the other end's certificate is not trusted (alert 48 unknown_ca, frame 8)."
	refusal := identify.Hello{HasAlert: true, AlertFatal: true, Alert: 48, AlertFrame: 8}
	goodbye, warning := refusal, refusal
	goodbye.Alert = 0
	warning.AlertFatal = false
	open := story.New().Open().Data(1).Reply(1).RST()
	for _, c := range []struct {
		name string
		s    *story.Story
		tls  *identify.Hello
		says bool
	}{
		{"refused", open, &refusal, true},
		{"a goodbye", open, &goodbye, false},
		{"a warning", open, &warning, false},
		{"no TLS", open, nil, false},
		{"nobody connected", story.New().SYN().SYNACK().RST(), &refusal, false},
	} {
		rec := c.s.Record()
		rec.App = &identify.Facts{TLS: c.tls}
		l := teach.New(rec, trace.Build(c.s.Packets, rec), teach.Options{Lang: teach.English})
		if text := strings.Join(l.Outro, "\n"); strings.Contains(text, failed) != c.says || strings.Contains(text, "TLS") != c.says {
			t.Errorf("%s: it says\n%s", c.name, text)
		}
	}
}

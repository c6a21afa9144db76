package teach_test

import (
	"regexp"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// keyOf is the answer key of a sheet of the hardest level about s alone.
func keyOf(t *testing.T, s *story.Story, seed uint64) string {
	t.Helper()
	rec := s.Record()
	c := []teach.Conn{{Record: rec, Trace: trace.Build(s.Packets, rec)}}
	return write(t, teach.Exercise(c, teach.SheetOptions{Seed: seed, Level: teach.Hard}).WriteKeyMarkdown)
}

// The RST that refuses a SYN has number 0 and not one of a SYN that nobody sent.
func TestRefusalHasNumberZero(t *testing.T) {
	s := story.New().SYN().RespRST(story.Seq(0))
	rec := s.Record()
	tr := trace.Build(s.Packets, rec)
	var out strings.Builder
	if got, most, err := teach.Predict(strings.NewReader("SYN seq=0\nRST,ACK seq=0 ack=1\n"), &out, rec, tr, teach.English, 0); got != 5 || most != 5 || err != nil {
		t.Errorf("%d of %d, %v\n%s", got, most, err, out.String())
	}
	asked := false
	for seed := range uint64(30) {
		key := keyOf(t, s, seed)
		if strings.Contains(key, "SYN of the server") {
			t.Errorf("a SYN that nobody sent:\n%s", key)
		}
		asked = asked || strings.Contains(key, "| 0 | a RST that refuses a SYN has number 0")
	}
	if !asked {
		t.Error("its number is never asked for")
	}
	// A firewall that puts another number there cannot be foretold.
	odd := story.New().SYN().RespRST(story.Seq(5000))
	if _, ok := teach.NewAsker(trace.Build(odd.Packets, odd.Record())).Ask(1, teach.English); ok {
		t.Error("an odd number is asked for")
	}
}

// Of very many SYNs without an answer a model answer names the first six.
func TestModelAnswersAreBounded(t *testing.T) {
	for n := 5; n <= 8; n++ {
		s := story.New()
		for range n {
			s.Wait(3e9).SYN()
		}
		asked := false
		for seed := range uint64(40) {
			line := regexp.MustCompile(`Frame 1 \(SYN, .*`).FindString(keyOf(t, s, seed))
			if line == "" {
				continue
			}
			if got := strings.Count(line, "(SYN, seq"); got != min(n, 6) {
				t.Errorf("%d SYNs of %d: %s", got, n, line)
			}
			asked = true
			break
		}
		if !asked {
			t.Errorf("%d SYNs: no sheet asks for the proof", n)
		}
	}
}

// A model answer names the frames of docs/VERDICTS.md with the numbers that prove it.
func TestKeyNamesTheProof(t *testing.T) {
	n := story.New
	const syn, ack = capture.SYN, capture.ACK
	for _, c := range []struct {
		name, want string
		s          *story.Story
	}{
		{"refused", `Frame 1 \(SYN, seq (\d+)\); frame 2 \(RST,ACK, seq 0, ack \d+ = \d+ \+ 1\): refused`, n().SYN().RespRST(story.Seq(0))},
		{"completed", `Frame 1 \(SYN, seq \d+\); frame 2 \(SYN,ACK, seq \d+, ack \d+ = \d+ \+ 1\); frame 3 \(ACK, seq \d+ = \d+ \+ 1, ack \d+ = \d+ \+ 1\): they`, n().Open().Close()},
		{"forged third", `frame 3 \(ACK, seq \d+ = \d+ \+ 1, ack \d+, not \d+ \+ 1\); frame 4 \(RST, seq \d+ = the ack of frame 3\): invalid`,
			n().SYN().SYNACK().ACK(story.Ack(424242)).Send(1, capture.RST, 0, story.Seq(424242))},
		{"wrong answer", `frame 2 \(ACK, seq \d+, ack \d+, not \d+ \+ 1\): invalid`, n().SYN().RespACK(story.Ack(story.O(777)))},
		{"xmas", `frame 2 \(RST,ACK, seq 0, ack \d+\): a probe`, n().Send(0, capture.FIN|capture.PSH|capture.URG, 0).RespRST(story.Seq(0))},
		{"scan", `frame 3 \(RST, seq \d+ = the ack of frame 2\): aborted`, n().SYN().SYNACK().RST()},
		{"probe", `Frame 1 \(ACK, seq \d+, ack \d+\); frame 2 \(RST, seq \d+ = the ack of frame 1\): a probe`, n().ACK().Send(1, capture.RST, 0)},
		{"midstream", `Frame 1 \(PSH,ACK, seq \d+, ack \d+, no SYN before it\): it was open`, n().Data(100).RespACK().Reply(20).ACK()},
		{"third missing", `frame 3 \(PSH,ACK, seq \d+ = \d+ \+ 1, ack \d+ = \d+ \+ 101: octets of the client that the capture lacks\): they`,
			n().SYN().SYNACK().Lose(0, capture.PSH|ack, 100).Reply(200)},
		{"simultaneous", `Frame 1 \(SYN, .*; frame 2 \(SYN, .*; frame 3 \(SYN,ACK, .*; frame 4 \(SYN,ACK, `,
			n().SYN().Send(1, syn, 0).Send(0, syn|ack, 0, story.Seq(story.OrigISN)).Send(1, syn|ack, 0, story.Seq(story.RespISN)).ACK().RespACK()},
	} {
		if key := keyOf(t, c.s, 7); !regexp.MustCompile(c.want).MatchString(key) {
			t.Errorf("%s:\n%s", c.name, key)
		}
	}
}

// A flag that the packet carries is in the key, and said to be optional where it is.
func TestKeyHasTheFlagsOfThePacket(t *testing.T) {
	for seed := range uint64(20) {
		key := keyOf(t, story.New().Open().Data(100).RespACK().Reply(50).ACK().Close(), seed)
		for _, line := range strings.Split(key, "\n") {
			if strings.Contains(line, "| PSH,ACK |") {
				if !strings.Contains(line, "ACK is enough: PSH is the sender's choice") {
					t.Error(line)
				}
				return
			}
		}
	}
	t.Error("PSH,ACK is never asked for")
}

// What counts bytes that the capture lacks is not asked for.
func TestUnseenIsNotAsked(t *testing.T) {
	n := story.New
	for _, c := range []struct {
		name string
		s    *story.Story
		ok   []bool
	}{
		{"one direction", n().SYN().Lose(1, capture.SYN|capture.ACK, 0).ACK().Data(100).Lose(1, capture.PSH|capture.ACK, 200).ACK().FIN(),
			[]bool{true, false, true, false, true}},
		{"backscatter", n().SYNACK().RST(), []bool{false, false}},
		{"third missing", n().SYN().SYNACK().Lose(0, capture.PSH|capture.ACK, 100).Reply(200).Lose(0, capture.FIN|capture.ACK, 0).RespFIN(),
			[]bool{true, true, false, false}},
	} {
		a := teach.NewAsker(trace.Build(c.s.Packets, c.s.Record()))
		for i, want := range c.ok {
			if _, ok := a.Ask(i, teach.English); ok != want {
				t.Errorf("%s: step %d is asked for: %v", c.name, i, ok)
			}
		}
	}
}

// Two initial numbers of one side stay two, and as far apart as on the wire.
func TestShiftKeepsInitialNumbersApart(t *testing.T) {
	s := story.New().SYN(story.Seq(story.O(0) - 5000)).SYN(story.Seq(story.OrigISN)).SYNACK().ACK()
	rec := s.Record()
	sheet := write(t, teach.Exercise([]teach.Conn{{Record: rec, Trace: trace.Build(s.Packets, rec)}}, teach.SheetOptions{Seed: 1, Level: teach.Hard}).WriteMarkdown)
	m := regexp.MustCompile(`\| SYN \| (\d+) \|`).FindAllStringSubmatch(sheet, -1)
	if len(m) != 2 || m[0][1] == m[1][1] {
		t.Errorf("%v in\n%s", m, sheet)
	}
	if !strings.Contains(sheet, "the same amount was added") {
		t.Error("the sheet does not say that its numbers are moved")
	}
}

package teach_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/capture"
	"portero/handshake"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// Who answers with what the ladder shows gets every point.
func TestPredictPerfectly(t *testing.T) {
	for _, c := range tales() {
		rec := c.s.Record()
		tr := trace.Build(c.s.Packets, rec)
		var answers strings.Builder
		asker := teach.NewAsker(tr)
		for i := range tr.Steps {
			s := &tr.Steps[i]
			if _, ok := asker.Ask(i, teach.English); !ok {
				continue
			}
			answers.WriteString(s.FlagWords() + " seq=" + strconv.FormatInt(s.RelSeq, 10))
			if s.HasAck {
				answers.WriteString(" ack=" + strconv.FormatInt(s.RelAck, 10))
			}
			answers.WriteString("\n")
		}
		var out bytes.Buffer
		got, most, err := teach.Predict(strings.NewReader(answers.String()), &out, rec, tr, teach.English, 0)
		if err != nil || got != most {
			t.Errorf("%s: %d of %d, %v\n%s", c.name, got, most, err, out.String())
		}
	}
}

func TestPredictSaysWhy(t *testing.T) {
	s := story.New().Open().FIN().RespACK()
	rec := s.Record()
	tr := trace.Build(s.Packets, rec)
	for _, c := range []struct {
		step   int
		answer string
		points int
		why    string
	}{
		{0, "SYN seq=0", 2, ""},
		{0, "SYN seq=0 ack=1", 2, "a first SYN has nothing to acknowledge yet"},
		{1, "syn+ack 0 1", 3, ""},
		{1, "SYN-ACK s=0 a=0", 2, "has received the SYN of the client (number 0) and expects 1"},
		{2, "ACK seq=0 ack=1", 2, "the SYN of the client used number 0, so the next is 1"},
		{3, "ACK seq 1 ack 1", 2, "has nothing more to say: FIN"},
		{4, "ACK seq=1 ack=1", 2, "up to 1 and expects 2"},
	} {
		q, ok := teach.NewAsker(tr).Ask(c.step, teach.English)
		if !ok {
			t.Fatalf("step %d is not asked for", c.step)
		}
		a, err := teach.ParseAnswer(c.answer)
		if err != nil {
			t.Fatal(err)
		}
		r := teach.Check(tr, q, a, teach.English)
		said := ""
		for _, p := range r.Parts {
			said += p.Why
		}
		if r.Points != c.points || !strings.Contains(said, c.why) || c.why == "" && said != "" {
			t.Errorf("%q at %d: %d points, %q", c.answer, c.step, r.Points, said)
		}
	}
}

func TestParseAnswer(t *testing.T) {
	for in, want := range map[string]teach.Answer{
		"SYN,ACK seq=0 ack=1": {Flags: capture.SYN | capture.ACK, HasSeq: true, HasAck: true, Ack: 1},
		"syn ack 0 1":         {Flags: capture.SYN | capture.ACK, HasSeq: true, HasAck: true, Ack: 1},
		"ack ack=5":           {Flags: capture.ACK, HasAck: true, Ack: 5},
		"rst/ack":             {Flags: capture.RST | capture.ACK},
	} {
		if got, err := teach.ParseAnswer(in); err != nil || got != want {
			t.Errorf("%q gives %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"hello", "seq=x", "syn=1", "ack=99999999999999999999"} {
		if _, err := teach.ParseAnswer(in); err == nil {
			t.Errorf("%q is accepted", in)
		}
	}
}

// What no number foretells is shown, not asked.
func TestNobodyForetellsForgery(t *testing.T) {
	s := story.New().Open().Data(3).RespACK().RespRST(story.Seq(0x40000000)).Data(3)
	tr := trace.Build(s.Packets, s.Record())
	for i := range tr.Steps {
		if _, ok := teach.NewAsker(tr).Ask(i, teach.English); ok == tr.Steps[i].Has(trace.RSTIgnored) {
			t.Errorf("step %d: asked %v", i, ok)
		}
	}
}

func FuzzPredict(f *testing.F) {
	f.Add("SYN seq=0\n\nACK seq=1 ack=1\nq\n")
	f.Add("seq= ack= =\n= = =\nsyn-ack 0 1\n")
	f.Add("99999999999999999999 -1 s=-9223372036854775808\n")
	s := story.New().Open().Data(5).RespACK().Close()
	rec := s.Record()
	tr := trace.Build(s.Packets, rec)
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		got, most, _ := teach.Predict(strings.NewReader(in), &out, rec, tr, teach.Spanish, 0)
		if got < 0 || got > most {
			t.Errorf("%d of %d", got, most)
		}
	})
}

// Beside what came stands what was answered in its place, of one flag and of several; what was
// left out is not called wrong. A word that cannot be read is named.
func TestPredictShowsWhatCame(t *testing.T) {
	s := story.New().Open()
	rec := s.Record()
	tr := trace.Build(s.Packets, rec)
	for l, want := range map[teach.Lang][]string{
		teach.English: {"flags SYN,ACK (this came, not RST): ", "seq 0 (this came, not 5): ", "ack 1 (this came): ", "I do not understand \"sin\"; ", "I do not understand \"seq=\"; ", "I do not understand \"psh=1\"; "},
		teach.Spanish: {"indicadores SYN,ACK (esto vino, no RST): ", "seq 0 (esto vino, no 5): ", "ack 1 (esto vino): ", "No se entiende \"sin\"; ", "No se entiende \"seq=\"; ", "No se entiende \"psh=1\"; "},
	} {
		var out bytes.Buffer
		_, _, err := teach.Predict(strings.NewReader("SYN seq=0\nsin ack\nack seq=\npsh=1\nRST seq=5\n"), &out, rec, tr, l, 0)
		for _, w := range want {
			if err != nil || !strings.Contains(out.String(), w) {
				t.Errorf("%v, no %q in\n%s", err, w, out.String())
			}
		}
	}
}

// States stand in the game as on the ladder: what is inferred says so, and what no packet tells
// is said in the language of the rest.
func TestPredictShowsStatesAsTheLadder(t *testing.T) {
	for _, c := range []struct {
		s    *story.Story
		l    teach.Lang
		want string
	}{
		{story.New().Open(), teach.English, "ESTABLISHED | ESTABLISHED (inferred)"},
		{story.New().Open(), teach.Spanish, "ESTABLISHED | ESTABLISHED (inferido)"},
		{story.New().SYN(), teach.Spanish, "SYN-SENT | (no se sabe)"},
	} {
		rec := c.s.Record()
		if len(c.s.Packets) == 1 {
			rec.Handshake = handshake.NoAnswer
		}
		var out bytes.Buffer
		if _, _, err := teach.Predict(strings.NewReader("\n\n\n"), &out, rec, trace.Build(c.s.Packets, rec), c.l, 0); err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%v, no %q in\n%s", err, c.want, out.String())
		}
	}
}

// The game tells nothing of the packets that it has still to ask for: that nobody answers is what
// the class is to find.
func TestPredictDoesNotTellWhatComes(t *testing.T) {
	for _, s := range []*story.Story{story.New().SYN().Wait(1e9).SYN(), story.New().SYN().SYNACK().Wait(1e9).SYNACK(), story.New().Open().FIN().Wait(1e9).FIN()} {
		rec := s.Record()
		tr := trace.Build(s.Packets, rec)
		var out bytes.Buffer
		if _, _, err := teach.Predict(strings.NewReader(strings.Repeat("\n", 9)), &out, rec, tr, teach.English, 0); err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(strings.Fields(out.String()), " "); strings.Contains(text, "in this capture") {
			t.Errorf("it tells what comes:\n%s", out.String())
		}
		var b bytes.Buffer
		if err := teach.New(rec, tr, teach.Options{Lang: teach.English}).WriteText(&b, teach.TextOptions{}); err != nil || !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "|", " ")), " "), "in this capture") {
			t.Errorf("the ladder does not tell it: %v\n%s", err, &b)
		}
	}
}

// The game has the width of the terminal, in both languages, whatever was answered.
func TestPredictFits(t *testing.T) {
	for _, l := range []teach.Lang{teach.English, teach.Spanish} {
		for _, c := range tales() {
			rec := c.s.Record()
			tr := trace.Build(c.s.Packets, rec)
			for _, w := range []int{40, 60, 80} {
				var out bytes.Buffer
				if _, _, err := teach.Predict(strings.NewReader(strings.Repeat("what?\nFIN seq=7 ack=8\n", 40)), &out, rec, tr, l, w); err != nil {
					t.Fatal(err)
				}
				for _, line := range strings.Split(out.String(), "\n") {
					// On a terminal what is typed behind the question mark ends the line.
					if n := utf8.RuneCountInString(strings.TrimPrefix(line, "? ")); n > w {
						t.Errorf("%s: %d columns of %d: %s", c.name, n, w, line)
					}
				}
			}
		}
	}
}

package teach_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/capture"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test -update rewrites it. Got:\n%s", file, got)
	}
}

type tale struct {
	name string
	s    *story.Story
}

func tales() []tale {
	n := story.New
	const syn, ack = capture.SYN, capture.ACK
	again := n().Open()
	for i := 0; i < 20; i++ {
		again.Data(100).RespACK()
	}
	return []tale{
		{"completed", n().Open().Data(100).Reply(200).ACK().Close()},
		{"no_answer", n().SYN().Wait(1e9).SYN(story.Seq(story.OrigISN)).Wait(2e9).SYN(story.Seq(story.OrigISN))},
		{"refused", n().SYN().RespRST(story.Seq(0))},
		{"half_open", n().SYN().SYNACK().Wait(1e9).SYNACK(story.Seq(story.RespISN))},
		{"syn_scan", n().SYN().SYNACK().RST()},
		{"reset", n().Open().Data(3).RespACK().RespRST()},
		{"fast_open", n().Send(0, syn, 50).SYNACK().Reply(10).ACK()},
		{"simultaneous", n().SYN().Send(1, syn, 0).Send(0, syn|ack, 0, story.Seq(story.OrigISN)).Send(1, syn|ack, 0, story.Seq(story.RespISN)).ACK().RespACK()},
		{"half_close", n().Open().FIN().RespACK().Reply(500).ACK().RespFIN().ACK()},
		{"fins_cross", n().Open().Data(1).Reply(1).FIN().RespFIN(story.Ack(story.O(2))).ACK().RespACK()},
		{"deferred", n().Open().Wait(3e9).SYNACK(story.Seq(story.RespISN)).Data(10).RespACK()},
		{"missed_syn", n().Lose(0, syn, 0).SYNACK().ACK().Reply(5)},
		{"missed_answer", n().SYN().Lose(1, syn|ack, 0).ACK().Data(9)},
		{"blind_reset", n().Open().Data(3).RespACK().RespRST(story.Seq(0x40000000)).Data(3).RespACK()},
		{"forged_third", n().SYN().SYNACK().ACK(story.Ack(42)).Send(1, capture.RST, 0, story.Seq(42))},
		{"midstream", n().Data(5).Reply(5).FIN().RespFIN().ACK()},
		{"xmas", n().Send(0, capture.FIN|capture.PSH|capture.URG, 0).RespRST()},
		{"long", again.Close()},
		{"dns", story.NewUDP().Data(40).Reply(300)},
		{"udp_silence", story.NewUDP().Data(40).Wait(5e9).Data(40)},
	}
}

func draw(s *story.Story, lang teach.Lang) *teach.Ladder {
	rec := s.Record()
	if s.Packets[0].DstPort == 80 {
		rec.Service = "http"
	}
	return teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: lang})
}

func TestLadders(t *testing.T) {
	for _, c := range tales() {
		for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
			t.Run(c.name+"."+lang.String(), func(t *testing.T) {
				var b bytes.Buffer
				if err := draw(c.s, lang).WriteText(&b, teach.TextOptions{}); err != nil {
					t.Fatal(err)
				}
				golden(t, c.name+"."+lang.String()+".txt", b.String())
				for _, l := range strings.Split(b.String(), "\n") {
					if n := utf8.RuneCountInString(l); n > 80 {
						t.Errorf("%d columns: %s", n, l)
					}
				}
			})
		}
	}
}

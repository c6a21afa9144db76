package teach_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"portero/internal/teach"
)

// letters are the exchanges by UDP among the tales.
func letters() (out []teach.Conn) {
	for _, c := range conns() {
		if !c.Trace.TCP {
			out = append(out, c)
		}
	}
	return out
}

func TestWorksheetsOfDatagrams(t *testing.T) {
	for level := teach.Easy; level <= teach.Hard; level += 2 {
		for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
			name := fmt.Sprintf("letters%d.%s", level, lang)
			s := teach.Exercise(letters(), teach.SheetOptions{Seed: 7, Level: level, Lang: lang})
			golden(t, name+".md", write(t, s.WriteMarkdown))
			golden(t, name+".key.md", write(t, s.WriteKeyMarkdown))
		}
	}
}

// A sheet of datagrams asks for each blank once, and never for what no student can know: of who writes and to whom one is given,
// and of the first datagram both.
func TestDatagramsCanBeTold(t *testing.T) {
	blank := regexp.MustCompile(`\((\d+)\)`)
	asked := map[string]int{}
	for seed := uint64(0); seed < 40; seed++ {
		for level := teach.Easy; level <= teach.Hard; level++ {
			s := teach.Exercise(letters(), teach.SheetOptions{Seed: seed, Level: level})
			if len(s.Tables) != len(letters()) {
				t.Fatalf("%d tables", len(s.Tables))
			}
			sheet, key := write(t, s.WriteMarkdown), write(t, s.WriteKeyMarkdown)
			for i, m := range blank.FindAllStringSubmatch(sheet[strings.Index(sheet, "## 1."):], -1) {
				if m[1] != fmt.Sprint(i+1) || !strings.Contains(key, "| ("+m[1]+") |") {
					t.Fatalf("seed %d level %d: blank %s at place %d", seed, level, m[1], i+1)
				}
			}
			if strings.Contains(sheet+key, "10.0.0.") {
				t.Errorf("seed %d: an address of the capture shows", seed)
			}
			for _, table := range s.Tables {
				for i, row := range table.Rows {
					ends := 0
					for _, c := range row {
						if c.Blank == nil {
							continue
						}
						asked[c.Blank.Kind]++
						if c.Blank.Kind == "end" {
							ends++
						}
						if i == 0 || ends > 1 {
							t.Errorf("seed %d level %d: row %d asks %s", seed, level, i+1, c.Blank.Kind)
						}
					}
				}
				found := 0
				for _, c := range table.Choices {
					if c == table.Verdict.Answer {
						found++
					}
				}
				if found != 1 || len(table.Choices) != 4 || (table.Reason != nil) != (level == teach.Hard) {
					t.Errorf("seed %d level %d: %v for %s", seed, level, table.Choices, table.Verdict.Answer)
				}
			}
		}
	}
	if asked["end"] == 0 || asked["way"] == 0 || len(asked) != 2 {
		t.Errorf("asked for %v", asked)
	}
	s := teach.Exercise(letters(), teach.SheetOptions{Seed: 3, Level: teach.Hard, Lang: teach.Spanish})
	for _, page := range []string{write(t, s.WriteHTML), write(t, s.WriteKeyHTML)} {
		wellFormed(t, strings.TrimPrefix(page, "<!DOCTYPE html>\n"))
	}
	if g := write(t, s.WriteGIFT); strings.Count(g, "::[html]") == 0 || strings.Contains(g, "relativos") {
		t.Error(g)
	}
}

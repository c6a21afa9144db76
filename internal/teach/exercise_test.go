package teach_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"portero/internal/teach"
	"portero/internal/trace"
)

func conns() []teach.Conn {
	var out []teach.Conn
	for _, c := range tales() {
		rec := c.s.Record()
		out = append(out, teach.Conn{Record: rec, Trace: trace.Build(c.s.Packets, rec)})
	}
	return out
}

func write(t *testing.T, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWorksheets(t *testing.T) {
	for level := teach.Easy; level <= teach.Hard; level++ {
		for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
			name := fmt.Sprintf("sheet%d.%s", level, lang)
			t.Run(name, func(t *testing.T) {
				s := teach.Exercise(conns(), teach.SheetOptions{Seed: 7, Level: level, Lang: lang})
				golden(t, name+".md", write(t, s.WriteMarkdown))
				golden(t, name+".key.md", write(t, s.WriteKeyMarkdown))
				golden(t, name+".gift", write(t, s.WriteGIFT))
			})
		}
	}
}

func TestSheetIsSeeded(t *testing.T) {
	make := func(seed uint64) string {
		s := teach.Exercise(conns(), teach.SheetOptions{Seed: seed, Level: teach.Hard})
		return write(t, s.WriteMarkdown) + write(t, s.WriteKeyMarkdown)
	}
	if once, again := make(1), make(1); once != again {
		t.Error("the same seed gives two sheets")
	}
	if make(1) == make(2) {
		t.Error("two seeds give one sheet")
	}
}

// The sheet shows every blank once and no address of the capture; the key
// answers each.
func TestSheetAndKeyAgree(t *testing.T) {
	blank := regexp.MustCompile(`\((\d+)\)`)
	for seed := uint64(0); seed < 20; seed++ {
		for level := teach.Easy; level <= teach.Hard; level++ {
			s := teach.Exercise(conns(), teach.SheetOptions{Seed: seed, Level: level})
			sheet, key := write(t, s.WriteMarkdown), write(t, s.WriteKeyMarkdown)
			body := sheet[strings.Index(sheet, "## 1."):]
			var asked []string
			for _, m := range blank.FindAllStringSubmatch(body, -1) {
				asked = append(asked, m[1])
			}
			for i, n := range asked {
				if n != fmt.Sprint(i+1) {
					t.Fatalf("seed %d level %d: blank %s at place %d", seed, level, n, i+1)
				}
				if !strings.Contains(key, "| ("+n+") |") {
					t.Errorf("seed %d level %d: the key lacks (%s)", seed, level, n)
				}
			}
			if len(asked) < 3 {
				t.Errorf("seed %d level %d: only %d blanks", seed, level, len(asked))
			}
			for _, real := range []string{"10.0.0.1", "10.0.0.2"} {
				if strings.Contains(sheet+key, real) {
					t.Errorf("seed %d: %s shows", seed, real)
				}
			}
		}
	}
}

// wellFormed reads s as XML: unescaped text or an open tag would break it.
func wellFormed(t *testing.T, s string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, s)
		}
	}
}

func TestPagesAreWellFormed(t *testing.T) {
	s := teach.Exercise(conns(), teach.SheetOptions{Seed: 3, Level: teach.Hard, Lang: teach.Spanish})
	for _, page := range []string{write(t, s.WriteHTML), write(t, s.WriteKeyHTML)} {
		wellFormed(t, strings.TrimPrefix(page, "<!DOCTYPE html>\n"))
		if strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Error("the page reaches outside")
		}
	}
}

// In GIFT an unescaped brace opens or closes an answer: they must pair up, one
// pair a question.
func TestGIFTBraces(t *testing.T) {
	s := teach.Exercise(conns(), teach.SheetOptions{Seed: 3, Level: teach.Hard})
	for _, q := range strings.Split(write(t, s.WriteGIFT), "\n\n") {
		if !strings.HasPrefix(q, "::") {
			continue
		}
		bare := strings.NewReplacer(`\{`, "", `\}`, "", `\:`, "").Replace(q)
		if strings.Count(bare, "{") != 1 || strings.Count(bare, "}") != 1 || !strings.HasSuffix(bare, "}") {
			t.Errorf("braces in %s", q)
		}
		if strings.Count(bare, "::") != 2 {
			t.Errorf("title in %s", q)
		}
	}
}

func TestNothingToPractise(t *testing.T) {
	s := teach.Exercise(nil, teach.SheetOptions{})
	if s.Total != 0 || len(s.Tables) != 0 {
		t.Error("a sheet out of nothing")
	}
	write(t, s.WriteMarkdown)
	write(t, s.WriteKeyHTML)
	write(t, s.WriteGIFT)
}

package teach_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/teach"
	"portero/internal/trace"
)

func TestDrawings(t *testing.T) {
	for _, c := range tales() {
		l := draw(c.s, teach.Spanish)
		for _, large := range []bool{false, true} {
			o := teach.DrawOptions{Large: large, ID: `x"><script>`}
			svg := write(t, func(w io.Writer) error { return l.WriteSVG(w, o) })
			page := write(t, func(w io.Writer) error { return l.WriteHTML(w, o) })
			wellFormed(t, svg)
			wellFormed(t, page)
			if strings.Contains(svg+page, "<script") || strings.Contains(svg, "style=") {
				t.Errorf("%s: script or style", c.name)
			}
		}
		if c.name == "completed" || c.name == "missed_answer" {
			golden(t, c.name+".svg", write(t, func(w io.Writer) error { return l.WriteSVG(w, teach.DrawOptions{}) }))
			golden(t, c.name+".html", write(t, func(w io.Writer) error { return l.WriteHTML(w, teach.DrawOptions{}) }))
			golden(t, c.name+".mmd", write(t, func(w io.Writer) error { return l.WriteMermaid(w, teach.DrawOptions{}) }))
		}
	}
}

func TestMermaidStatements(t *testing.T) {
	for _, c := range tales() {
		m := write(t, func(w io.Writer) error { return draw(c.s, teach.English).WriteMermaid(w, teach.DrawOptions{}) })
		for i, line := range strings.Split(strings.TrimSpace(m), "\n") {
			ok := i == 0 && line == "sequenceDiagram"
			for _, p := range []string{"  participant ", "  Note ", "  A->>B: ", "  B->>A: ", "  A-->>B: ", "  B-->>A: ", "  A-xB: ", "  B-xA: "} {
				ok = ok || strings.HasPrefix(line, p)
			}
			if !ok || strings.ContainsAny(line, ";#") {
				t.Errorf("%s: %q", c.name, line)
			}
		}
	}
}

func TestLargeIsNarrow(t *testing.T) {
	for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
		for _, c := range tales() {
			s := write(t, func(w io.Writer) error {
				return draw(c.s, lang).WriteText(w, teach.TextOptions{Large: true, ASCII: true})
			})
			for _, l := range strings.Split(s, "\n") {
				if len(l) > 64 {
					t.Errorf("%s: %d columns: %s", c.name, len(l), l)
				}
				for _, r := range l {
					if r > 126 {
						t.Fatalf("%s: %q is no ASCII", c.name, r)
					}
				}
				// A sign that goes does not move the bar behind it.
				if strings.HasPrefix(l, "       |   ") && strings.HasSuffix(l, "|") && len(l) != 50 {
					t.Errorf("%s: the bar is at %d: %s", c.name, len(l), l)
				}
			}
		}
	}
}

// A ladder fits a terminal of 40 columns, with both bars upright and every frame, label and time in it.
func TestNarrow(t *testing.T) {
	for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
		for _, c := range tales() {
			for _, w := range []int{20, 40, 47, 59} {
				for _, o := range []teach.TextOptions{{Width: w}, {Width: w, Large: true}, {Width: w, ASCII: true, Wire: true}} {
					l := draw(c.s, lang)
					l.Left, l.Right = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", "192.0.2.1:80"
					s := write(t, func(out io.Writer) error { return l.WriteText(out, o) })
					flat := strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == ' ' || r == '\n' }), "")
					for _, line := range strings.Split(s, "\n") {
						if n := utf8.RuneCountInString(line); n > max(w, 40) {
							t.Errorf("%s: %d columns of %d: %s", c.name, n, w, line)
						}
						if strings.HasPrefix(line, "    ") && strings.HasSuffix(line, "|") && utf8.RuneCountInString(line) != max(w, 40)-2 {
							t.Errorf("%s, %d: the bar is moved: %s", c.name, w, line)
						}
					}
					for i := range l.Rungs {
						if label := strings.ReplaceAll(l.Rungs[i].Label, " ", ""); l.Rungs[i].Folded == 0 && !strings.Contains(flat, label) {
							t.Errorf("%s, %d: %q is missing", c.name, w, label)
						}
					}
				}
			}
		}
	}
}

// An arrow whose label is longer than the room between the bars has it above, and both bars stay where they are.
func TestLongLabels(t *testing.T) {
	for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
		for _, c := range tales() {
			for w := 40; w <= 90; w++ {
				for _, o := range []teach.TextOptions{{Width: w}, {Width: w, Large: true}, {Width: w, ASCII: true, Wire: true}} {
					l := draw(c.s, lang)
					l.Left, l.Right = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", "192.0.2.1:80"
					for i := range l.Rungs {
						if r := &l.Rungs[i]; strings.Contains(r.Label, "seq=") {
							r.Label += strings.Repeat("8", max(0, (w+7*i)%30))
						}
					}
					s := write(t, func(out io.Writer) error { return l.WriteText(out, o) })
					bar := 0
					for _, line := range strings.Split(s, "\n") {
						if n := utf8.RuneCountInString(line); n > w {
							t.Errorf("%s: %d columns of %d: %s", c.name, n, w, line)
						}
						from, to := strings.Index(line, "|"), strings.LastIndex(line, "|")
						if from < 0 || to == from {
							continue
						}
						to = utf8.RuneCountInString(line[:to])
						if bar == 0 {
							bar = to
						}
						if to != bar {
							t.Errorf("%s, %d: the bar is moved: %s", c.name, w, line)
						}
					}
				}
			}
		}
	}
}

// lawful checks that what a ladder shows are arms of the machine.
func lawful(t *testing.T, l *teach.Ladder) {
	t.Helper()
	at := [2]trace.State{l.Start[0].State, l.Start[1].State}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		for e := range at {
			if r.Folded > 0 && len(r.Path[e]) == 0 {
				at[e] = r.After[e].State
				continue
			}
			for _, s := range r.Path[e] {
				if !trace.Legal(at[e], s) || at[e] == s {
					t.Errorf("frame %d: %v to %v is no arm of the machine", r.Frame, at[e], s)
				}
				at[e] = s
			}
			if at[e] != r.After[e].State {
				t.Errorf("frame %d: shown is %v, the path ends at %v", r.Frame, r.After[e].State, at[e])
			}
		}
	}
}

func TestTalesAreLawful(t *testing.T) {
	for _, c := range tales() {
		lawful(t, draw(c.s, teach.English))
	}
}

// Every case draws a ladder in every form, and its states are lawful.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "cases", "pcaps", "*.pcap*"))
	if len(files) == 0 {
		t.Skip("../shared/cases/pcaps is absent")
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			src, err := pcapfile.Open(f, pcapfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			in := map[uint64]*trace.Input{}
			e := engine.New(engine.Options{Threads: 1, Seed: 1,
				Packet: func(id uint64, p *capture.Packet, _ []byte, _ int, dup bool) {
					if in[id] == nil {
						in[id] = &trace.Input{}
					}
					in[id].Packets, in[id].Copies = append(in[id].Packets, *p), append(in[id].Copies, dup)
				},
				Sink: func(r *record.Record) error {
					x := in[r.ID]
					rec := *r
					x.Record = &rec
					tr := x.Build()
					for _, lang := range []teach.Lang{teach.English, teach.Spanish} {
						l := teach.New(&rec, tr, teach.Options{Lang: lang, All: true})
						lawful(t, l)
						lawful(t, teach.New(&rec, tr, teach.Options{Lang: lang}))
						var b bytes.Buffer
						for _, err := range []error{l.WriteText(&b, teach.TextOptions{Color: true, Wire: true}), l.WriteSVG(&b, teach.DrawOptions{}),
							l.WriteHTML(&b, teach.DrawOptions{}), l.WriteMermaid(&b, teach.DrawOptions{})} {
							if err != nil {
								t.Error(err)
							}
						}
						if n := len(l.Rungs); n < len(x.Packets) {
							t.Errorf("#%d: %d rungs for %d packets", r.ID, n, len(x.Packets))
						}
					}
					return nil
				}})
			if err := e.Run(context.Background(), src); err != nil {
				t.Logf("%v", err)
			}
		})
	}
}

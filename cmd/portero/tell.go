package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"portero/internal/teach"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// tellFlags say how a connection is told: those of teach and lab.
type tellFlags struct {
	lang, format, out, color string
	force, quiet             bool
	all, large, wire, ascii  bool
	step, predict            bool
}

func (t *tellFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&t.format, "format", "text", "text, json, svg, mermaid, html")
	langFlag(fs, &t.lang)
	fs.BoolVar(&t.large, "large", false, "for a projector: larger type in svg and html, fewer words and columns in text")
	fs.BoolVar(&t.wire, "wire", false, "the numbers of the wire and the options under every arrow (text)")
	fs.BoolVar(&t.ascii, "ascii", false, "for terminals without UTF-8: words instead of signs, letters without accents (text)")
	fs.BoolVar(&t.step, "step", false, "one packet at a time: Enter shows the next")
	fs.BoolVar(&t.predict, "predict", false, "ask what comes next, check the answer, keep a score")
	fs.BoolVar(&t.all, "all", false, "tell every packet of a long connection")
}

// terminal is where text goes: to w, of which --ascii takes what is no ASCII.
func (t *tellFlags) terminal(w io.Writer) io.Writer {
	if t.ascii {
		return asciiWriter{w}
	}
	return w
}

type asciiWriter struct{ w io.Writer }

// Write takes whole sentences.
func (a asciiWriter) Write(b []byte) (int, error) {
	if _, err := io.WriteString(a.w, words.ASCII(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// tellForms are what --format of teach and lab takes.
var tellForms = []string{"text", "json", "svg", "mermaid", "html"}

func (t *tellFlags) check() error {
	if !slices.Contains(tellForms, t.format) {
		return usage(fmt.Sprintf("--format: %q is none of text, json, svg, mermaid, html", t.format))
	}
	if (t.step || t.predict) && (t.format != "text" || t.out != "" && t.out != "-") {
		return usage("--step and --predict talk in the terminal: not with --format or -o")
	}
	if t.step && t.predict {
		return usage("--step or --predict, one of them")
	}
	return nil
}

// tell draws one connection, or plays it. around writes what stands before and
// after the ladder in text; nil for nothing.
func (a *app) tell(c *told, t *tellFlags, l teach.Lang, before, after func(io.Writer) error) error {
	color, err := a.colorWanted(t.color, t.out != "")
	if err != nil {
		return err
	}
	ladder := teach.New(c.rec, c.trace, teach.Options{Lang: l, All: t.all || t.step})
	text := teach.TextOptions{Width: min(a.width(), 100), Color: color, Large: t.large, Wire: t.wire, ASCII: t.ascii}
	if t.large {
		text.Width = min(text.Width, largeWidth)
	}
	if t.step || t.predict {
		w := t.terminal(a.out)
		if before != nil {
			if err := before(w); err != nil {
				return err
			}
		}
		if t.predict {
			_, _, err = teach.Predict(a.in, w, c.rec, c.trace, l, text.Width)
		} else {
			err = ladder.WriteSteps(a.in, w, text)
		}
		if err == nil && after != nil {
			err = after(w)
		}
		return err
	}
	out, err := a.openAs(t.out, t.force, t.quiet, t.format, tellForms...)
	if err != nil {
		return err
	}
	draw := teach.DrawOptions{Large: t.large}
	switch t.format {
	case "json":
		var b []byte
		if b, err = json.Marshal(ladder); err == nil {
			_, err = out.Write(append(safe.JSON(b), '\n'))
		}
	case "svg":
		err = ladder.WriteSVG(out, draw)
	case "mermaid":
		err = ladder.WriteMermaid(out, draw)
	case "html":
		err = writePage(out, ladder, draw, l)
	default:
		w := t.terminal(out)
		if before != nil {
			err = before(w)
		}
		if err == nil {
			err = ladder.WriteText(w, text)
		}
		if err == nil && after != nil {
			err = after(w)
		}
	}
	if e := out.close(); err == nil {
		err = e
	}
	return err
}

// largeWidth is what a room can read from the back in one line.
const largeWidth = 64

// fill writes a paragraph in lines of at most width columns.
func fill(w io.Writer, width int, s string) error {
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
			line = word
			continue
		}
		line = strings.TrimSpace(line + " " + word)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// teachLang is the language of what is taught.
func teachLang(flag string) (teach.Lang, error) {
	l, err := language(flag)
	if err != nil {
		return teach.English, err
	}
	t, _ := teach.ParseLang(l.String())
	return t, nil
}

// writePage wraps a drawn ladder as a page that stands alone and loads nothing.
func writePage(w io.Writer, ladder *teach.Ladder, draw teach.DrawOptions, l teach.Lang) error {
	size := 16
	if draw.Large {
		size = 24
	}
	// Three columns want forty letters; below that what stood beside an arrow stands over and under it.
	narrow := fmt.Sprintf("@media screen and (max-width:%dpx)%s", 40*size, narrowStyle)
	if _, err := fmt.Fprintf(w, `<!doctype html>
<html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>body{font:%dpx/1.5 system-ui,sans-serif}%s</style></head><body><main>
`, l, html.EscapeString(ladder.Title()), size, pageStyle+narrow); err != nil {
		return err
	}
	if err := ladder.WriteHTML(w, draw); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n</main></body></html>\n")
	return err
}

// pageStyle lays the fragment out as a ladder: two bars, arrows with their labels
// between them, states beside them, words under the arrows.
const pageStyle = `
:root{color-scheme:light dark}
body{max-width:64em;margin:1em auto;padding:0 1em}
.ends,.states{display:flex;flex-wrap:wrap;gap:0 1em;justify-content:space-between;margin:0;font-weight:bold}
.rungs{list-style:none;margin:.5em 0 1em;padding:0;border:solid;border-width:0 3px}
.rung{display:grid;grid-template-columns:minmax(6em,1fr) 3fr minmax(6em,1fr);column-gap:1em;padding:.7em .6em;break-inside:avoid}
.rung>*{grid-column:2}
.sender{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.label{grid-row:1;text-align:center;font-weight:bold;border-bottom:2px solid;position:relative}
.missed .label{border-bottom-style:dotted}
.label::after{position:absolute;bottom:-.78em;line-height:1.5}
.from-orig .label::after{content:"\25b6";right:-.5em}
.from-resp .label::after,.from-way .label::after{content:"\25c0";left:-.5em}
.ignored.from-orig .label::after,.ignored.from-resp .label::after{content:"\2715"}
.frame{grid-column:1;grid-row:1;opacity:.8}
.time{grid-column:3;grid-row:1;text-align:right;opacity:.8}
.rung .state{grid-row:2/span 4;font-weight:bold}
.rung .orig{grid-column:1}
.rung .resp{grid-column:3;text-align:right}
.rung em,.rung blockquote{grid-row:2;margin:.5em 0 0}
.rung blockquote{font-style:italic}
.rung blockquote::before{content:"\201c"}.rung blockquote::after{content:"\201d"}
.rung p{grid-row:3;margin:.3em 0 0}
.rung .check{grid-row:4}
.wire{grid-row:5;margin-top:.3em;opacity:.8}
.outro{font-weight:bold;margin:.3em 0}
@media print{body{font-size:12pt}}
`

// narrowStyle lays a rung out for a phone: frame and time, the arrow, the states on their sides, the words.
const narrowStyle = `{
.rung{grid-template-columns:1fr 1fr;column-gap:.5em}
.rung>*{grid-column:1/-1}
.frame,.time{font-size:.75em}
.frame{grid-column:1}
.time{grid-column:2}
.label{grid-row:2}
.rung .state{grid-row:3;font-size:.8em;margin-top:.4em}
.rung .orig{grid-column:1}
.rung .resp{grid-column:2}
.rung em,.rung blockquote{grid-row:4}
.rung p{grid-row:5}
.rung .check{grid-row:6}
.wire{grid-row:7}
}
`

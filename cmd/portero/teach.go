package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"portero/internal/teach"
)

func (a *app) teachCmd() *cobra.Command {
	var o readFlags
	var lang string
	var all, large, predict bool
	cmd := &cobra.Command{
		Use: "teach FILE [CONN]", Short: "Tell one connection as a ladder, arrow by arrow, with both ends' states",
		Long: `Draws one connection as a ladder: what each end sent, the state of both ends after
it, and a plain sentence for every arrow, for somebody who has never heard of TCP.
CONN is the number of the table's first column (1 without it), @frame, a Community ID,
or a:port>b:port. With --predict it asks what comes next, packet by packet, and checks
the answer against what really came.`,
		Example: "  portero teach testdata/first-look/in.pcap 2\n  portero teach --lang es capture.pcap\n  portero teach --format html --large -o ladder.html capture.pcap 3\n  portero teach --predict testdata/first-look/in.pcap 2",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := teachLang(lang)
			if err != nil {
				return err
			}
			switch o.format {
			case "text", "json", "svg", "mermaid", "html":
			default:
				return usage(fmt.Sprintf("--format: %q is none of text, json, svg, mermaid, html", o.format))
			}
			if predict && len(args) > 0 && args[0] == "-" {
				return usage("--predict reads answers from standard input: name the capture as a file")
			}
			color, err := a.colorWanted(o.color, o.out != "")
			if err != nil {
				return err
			}
			conn := "1"
			if len(args) == 2 {
				conn = args[1]
			}
			t, err := parseTarget(conn)
			if err != nil {
				return err
			}
			names, done, err := a.spool(args[:1])
			if err != nil {
				return err
			}
			defer done()
			told, j, err := a.gather(names, &o, t)
			if err != nil {
				return err
			}
			if predict {
				_, _, err := teach.Predict(a.in, a.out, told.rec, told.trace, l)
				return a.finish(j, false, err)
			}
			ladder := teach.New(told.rec, told.trace, teach.Options{Lang: l, All: all})
			out, err := a.openOutput(o.out, o.force)
			if err != nil {
				return err
			}
			draw := teach.DrawOptions{Large: large}
			switch o.format {
			case "json":
				err = json.NewEncoder(out).Encode(ladder)
			case "svg":
				err = ladder.WriteSVG(out, draw)
			case "mermaid":
				err = ladder.WriteMermaid(out, draw)
			case "html":
				err = writePage(out, ladder, draw, l)
			default:
				err = ladder.WriteText(out, teach.TextOptions{Width: a.width(), Color: color})
			}
			if e := out.close(); err == nil {
				err = e
			}
			return a.finish(j, false, err)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	cmd.Flags().StringVar(&o.format, "format", "text", "text, json, svg, mermaid, html")
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().BoolVar(&large, "large", false, "type for a projector (svg and html)")
	cmd.Flags().BoolVar(&predict, "predict", false, "ask what comes next, check the answer, keep a score")
	cmd.Flags().BoolVar(&all, "all", false, "tell every packet of a long connection")
	return cmd
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
	if _, err := fmt.Fprintf(w, `<!doctype html>
<html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>portero</title>
<style>body{font:%dpx/1.5 system-ui,sans-serif;max-width:70em;margin:1em auto;padding:0 1em;color-scheme:light dark}svg{max-width:100%%;height:auto}</style></head><body><main>
`, l, size); err != nil {
		return err
	}
	if err := ladder.WriteHTML(w, draw); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n</main></body></html>\n")
	return err
}

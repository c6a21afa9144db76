package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"portero/internal/teach"
)

func (a *app) teachCmd() *cobra.Command {
	var o readFlags
	var lang string
	var all bool
	cmd := &cobra.Command{
		Use: "teach FILE [CONN]", Short: "Tell one connection as a ladder, arrow by arrow, with both ends' states",
		Long: `Draws one connection as a ladder: what each end sent, the state of both ends after
it, and a plain sentence for every arrow, for somebody who has never heard of TCP.
CONN is the number of the table's first column (1 without it), @frame, a Community ID,
or a:port>b:port.`,
		Example: "  portero teach testdata/first-look/in.pcap 2\n  portero teach --lang es capture.pcap",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			l, ok := teach.ParseLang(lang)
			if !ok {
				return usage(fmt.Sprintf("--lang: %q is neither en nor es", lang))
			}
			if o.format != "text" && o.format != "json" {
				return usage(fmt.Sprintf("--format: %q is neither text nor json", o.format))
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
			ladder := teach.New(told.rec, told.trace, teach.Options{Lang: l, All: all})
			out, err := a.openOutput(o.out, o.force)
			if err != nil {
				return err
			}
			if o.format == "json" {
				err = json.NewEncoder(out).Encode(ladder)
			} else {
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
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	cmd.Flags().StringVar(&lang, "lang", "en", "en or es")
	cmd.Flags().BoolVar(&all, "all", false, "tell every packet of a long connection")
	return cmd
}

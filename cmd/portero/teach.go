package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) teachCmd() *cobra.Command {
	var o readFlags
	var t tellFlags
	cmd := &cobra.Command{
		Use: "teach FILE [CONN]", Short: "Tell one connection as a ladder, arrow by arrow, with both ends' states",
		Long: `Draws one connection as a ladder: what each end sent, the state of both ends after
it, and a plain sentence for every arrow, for somebody who has never heard of TCP.
CONN is the number of the table's first column (1 without it), @frame, a Community ID,
or a:port>b:port. With --step it shows one packet at a time; with --predict it asks
what comes next, and checks the answer against what really came.`,
		Example: "  portero teach testdata/first-look/in.pcap 2\n  portero teach --lang es capture.pcap\n  portero teach --format html --large -o ladder.html capture.pcap 3\n  portero teach --predict testdata/first-look/in.pcap 2",
		Args:    o.counted(needs(1, needsCapture(" 4"), cobra.RangeArgs(1, 2))),
		RunE: func(_ *cobra.Command, args []string) error {
			args = o.words(args)
			l, err := teachLang(t.lang)
			if err != nil {
				return err
			}
			t.out, t.force, t.color, t.quiet = o.out, o.force, o.color, o.quiet
			if err := t.check(); err != nil {
				return err
			}
			if (t.step || t.predict) && args[0] == "-" {
				return usage("--step and --predict read answers from standard input: name the capture as a file")
			}
			words := args
			if len(args) == 1 {
				words = append(words, "1")
			}
			want, err := targeted(words)
			if err != nil {
				return err
			}
			names, done, err := a.twice(args[:1])
			if err != nil {
				return err
			}
			defer done()
			told, j, err := a.gather(names, &o, want)
			if err != nil {
				return err
			}
			if n := j.eng.Stats().Flows.Flows; len(args) == 1 && n > 1 && t.out == "" && !o.quiet {
				lang, err := language(t.lang)
				if err != nil {
					return err
				}
				// Nobody asked for the first one: that there are others, and where, is worth a line.
				fmt.Fprintf(a.err, "portero: "+lang.Pick("connection 1 of %d is told; portero FILE lists them all\n", "se cuenta la conexión 1 de %d; portero FICHERO las muestra todas\n"), n)
			}
			return a.finish(j, false, a.tell(told, &t, l, nil, nil))
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	t.register(cmd.Flags())
	return cmd
}

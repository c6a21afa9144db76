package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portero/internal/explain"
	"portero/internal/fold"
	"portero/internal/record"
)

func (a *app) explainCmd() *cobra.Command {
	var format, lang string
	cmd := &cobra.Command{
		Use: "explain WORD...", Short: "Say what a word or number means: a port, a verdict, a Zeek state, a history, flags",
		Long: `Explains ports and services, verdicts, closes, exchanges, oddities, the keys of the
record, Zeek's conn_state and history letter by letter, Wireshark's completeness, TCP
flags, port classes, and a few ideas (port, socket, scan, connectionless). A number may
be several things: 31 is a port and a completeness; completeness:31 asks for one of them.`,
		Example: "  portero explain 12345\n  portero explain half_open\n  portero explain ShADadFf\n  portero explain tcp/22 SYN-ACK",
		Args:    cobra.MinimumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return explain.Words(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usage(fmt.Sprintf("--format: %q is neither text nor json", format))
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			out, err := a.openOutput("", false)
			if err != nil {
				return err
			}
			cat, err := a.catalog()
			if err != nil {
				return err
			}
			var failed error
			told := 0
			for _, w := range args {
				if w == "fields" && format == "json" {
					if err := json.NewEncoder(out).Encode(explain.Fields(l)); err != nil {
						return err
					}
					continue
				}
				if w == "fields" {
					if told++; told > 1 {
						fmt.Fprintln(out)
					}
					for _, f := range record.Schema() {
						for n, line := range folded(explain.Field(l, &f), a.width()-19) {
							name := ""
							if n == 0 {
								name = f.Name
							}
							fmt.Fprintf(out, "%-18s %s\n", name, line)
						}
					}
					continue
				}
				found, suggest := explain.Explain(cat, l, w)
				if len(found) == 0 {
					hint := ""
					if len(suggest) > 0 {
						hint = "; did you mean " + strings.Join(suggest, ", ") + "?"
					}
					err := usage(fmt.Sprintf("explain: %q is no word that portero knows%s", w, hint))
					if len(w) > 4 && strings.Trim(w, "0123456789") == "" {
						err = usage(fmt.Sprintf("explain: %q is no port: they go from 0 to 65535", w))
					}
					failed = errors.Join(failed, err) // each of them is told
					continue
				}
				if format == "json" {
					if err := json.NewEncoder(out).Encode(found); err != nil {
						return err
					}
					continue
				}
				for _, e := range found {
					if told++; told > 1 {
						fmt.Fprintln(out)
					}
					fmt.Fprintf(out, "%s   %s\n", e.Word, e.Kind)
					for _, l := range strings.Split(e.Text, "\n") {
						for _, m := range folded(l, a.width()-2) {
							fmt.Fprintln(out, "  "+m)
						}
					}
				}
			}
			if err := out.close(); err != nil {
				return err
			}
			return failed
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	langFlag(cmd.Flags(), &lang)
	return cmd
}

// folded breaks a line at spaces; continuation lines are indented.
func folded(s string, w int) []string {
	return strings.Split(fold.Lines(strings.Join(strings.Fields(s), " "), w), "\n")
}

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"portero/capture/live"
)

func (a *app) interfacesCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "interfaces", Aliases: []string{"ifaces"}, Short: "Which interfaces there are, and whether they can be listened to", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			is, err := live.Interfaces()
			if err != nil {
				return err
			}
			t := &list{heads: []string{"name", "state", "link", "addresses", "hardware", "can_listen", "why"}}
			t.label = []string{"name", "state", "link", "addresses", "hardware", "listen", "why not"}
			for _, i := range is {
				state, can := "down", "no"
				if i.Up {
					state = "up"
				}
				if i.CanOpen {
					can = "yes"
				}
				var as []string
				for _, p := range i.Addrs {
					as = append(as, p.String())
				}
				t.rows = append(t.rows, []any{i.Name, state, i.Link, strings.Join(as, " "), i.Hardware, can, i.Why})
			}
			out, err := a.openOutput("", false)
			if err != nil {
				return err
			}
			if err := t.write(out, format, a.width()); err != nil {
				return err
			}
			return out.close()
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, ndjson (jsonl), csv, tsv")
	return cmd
}

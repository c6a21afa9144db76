package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portero/capture/live"
	"portero/internal/words"
)

func (a *app) interfacesCmd() *cobra.Command {
	var format, lang string
	cmd := &cobra.Command{
		Use: "interfaces", Aliases: []string{"ifaces"}, Short: "Which interfaces there are, and whether they can be listened to", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, err := language(lang)
			if err != nil {
				return err
			}
			is, err := live.Interfaces()
			if err != nil {
				return err
			}
			table := format == "table"
			t := &list{heads: []string{"name", "state", "link", "addresses", "hardware", "can_listen", "why"}}
			t.label = []string{l.Pick("name", "nombre"), l.Pick("state", "estado"), l.Pick("link", "enlace"), l.Pick("listen", "escuchar"), l.Pick("addresses", "direcciones"), l.Pick("hardware", "físico")}
			if table {
				t.heads = t.label
			}
			said := map[string]bool{}
			for i := range is {
				row, why := interfaceRow(&is[i], l, table)
				if t.rows = append(t.rows, row); table && why != "" && !said[why] {
					said[why] = true
					defer fmt.Fprintln(a.err, "portero: "+printable(why))
				}
			}
			out, err := a.openOutput("", false)
			if err != nil {
				return err
			}
			if table {
				*t = t.narrow(a.width(), t.label[5])
			}
			if err := t.write(out, format); err != nil {
				return err
			}
			return out.close()
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table, ndjson (jsonl), json, csv, tsv")
	langFlag(cmd.Flags(), &lang)
	return cmd
}

// interfaceRow is a line, for people in their language, and why the interface cannot be
// listened to.
func interfaceRow(i *live.Interface, l words.Lang, table bool) (row []any, why string) {
	if !table {
		l = words.English
	}
	state := l.Pick("down", "apagada")
	switch {
	case i.Up && i.Running:
		state = l.Pick("up", "activa")
	case i.Up:
		state = l.Pick("up, no carrier", "activa, sin portadora")
	}
	can := l.Pick("yes", "sí")
	if i.Err != nil {
		can, why = "no", i.Err.Error()
		var pe *live.PermissionError
		if errors.As(i.Err, &pe) {
			why = l.Pick("not permitted to listen: portero live says what to grant", "sin permiso para escuchar: portero live dice qué conceder")
		}
	}
	var as []string
	for _, p := range i.Addrs {
		as = append(as, p.String())
	}
	addrs := strings.Join(as, " ")
	if table {
		return []any{i.Name, state, i.Link, can, addrs, i.Hardware}, why
	}
	return []any{i.Name, state, i.Link, addrs, i.Hardware, can, why}, why
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portero/catalog"
	"portero/internal/explain"
	"portero/internal/fold"
	"portero/internal/record"
	"portero/internal/words"
)

func (a *app) explainCmd() *cobra.Command {
	var format, lang string
	cmd := &cobra.Command{
		Use: "explain WORD...", Short: "Say what a word or number means: a port, a verdict, a Zeek state, a history, flags",
		Long: `Explains ports and services, verdicts, closes, exchanges, oddities, the keys of the
record, Zeek's conn_state and history letter by letter, Wireshark's completeness, TCP
flags, port classes, and a few ideas (port, socket, scan, connectionless). A number may
be several things: 31 is a port and a completeness; completeness:31 asks for one of them.
Ports may be several (137-139 or 80,443), or the end of a connection (192.0.2.1:53/udp).`,
		Example: "  portero explain 12345\n  portero explain half_open\n  portero explain ShADadFf\n  portero explain tcp/22 SYN-ACK",
		Args:    needs(1, needsWord, cobra.MinimumNArgs(1)),
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
			e := &explainer{a: a, cat: cat, lang: l, out: out, json: format == "json"}
			for _, w := range args {
				if err := e.explain(w); err != nil {
					return err
				}
			}
			if err := out.close(); err != nil {
				return err
			}
			return e.failed
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	langFlag(cmd.Flags(), &lang)
	return cmd
}

// explainer writes what words mean, one after the other.
type explainer struct {
	a    *app
	cat  *catalog.Catalog
	lang words.Lang
	out  *output
	json bool

	told   int
	failed error // the words that are none: each of them is told
}

func (e *explainer) explain(word string) error {
	if word == "fields" {
		return e.fields()
	}
	found, suggest := explain.Explain(e.cat, e.lang, word)
	if len(found) == 0 {
		e.failed = errors.Join(e.failed, unknownWord(word, suggest))
		return nil
	}
	if e.json {
		return json.NewEncoder(e.out).Encode(found)
	}
	for _, m := range found {
		e.apart()
		fmt.Fprintf(e.out, "%s   %s\n", m.Word, m.Kind)
		for _, text := range strings.Split(m.Text, "\n") {
			for _, line := range folded(text, e.a.width()-2) {
				fmt.Fprintln(e.out, "  "+line)
			}
		}
	}
	return nil
}

// fields lists the keys of a record.
func (e *explainer) fields() error {
	if e.json {
		return json.NewEncoder(e.out).Encode(explain.Fields(e.lang))
	}
	e.apart()
	for _, f := range record.Schema() {
		for n, line := range folded(explain.Field(e.lang, &f), e.a.width()-19) {
			name := ""
			if n == 0 {
				name = f.Name
			}
			fmt.Fprintf(e.out, "%-18s %s\n", name, line)
		}
	}
	return nil
}

// apart leaves a line free before all but the first.
func (e *explainer) apart() {
	if e.told++; e.told > 1 {
		fmt.Fprintln(e.out)
	}
}

// unknownWord says of a word that it is none, and which it may have been.
func unknownWord(word string, suggest []string) error {
	if len(word) > 4 && strings.Trim(word, "0123456789") == "" {
		return usage(fmt.Sprintf("explain: %q is no port: they go from 0 to 65535", word))
	}
	if strings.ContainsAny(word, "-,") && strings.Trim(word, "0123456789-,") == "" {
		return usage(fmt.Sprintf("explain: %q is no list of ports (22,80,137-139), or of more than are told at once (100)", word))
	}
	hint := ""
	if len(suggest) > 0 {
		hint = "; did you mean " + strings.Join(suggest, ", ") + "?"
	}
	return usage(fmt.Sprintf("explain: %q is no word that portero knows%s", word, hint))
}

// folded breaks a line at spaces; continuation lines are indented.
func folded(s string, w int) []string {
	return strings.Split(fold.Lines(strings.Join(strings.Fields(s), " "), w), "\n")
}

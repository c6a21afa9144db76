package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"portero/internal/manual"
)

// misspelt refuses a first word that is no file and all but a verb: what follows it was meant for that verb.
func misspelt(root *cobra.Command, args []string) error {
	if len(args) == 0 || root.ArgsLenAtDash() == 0 {
		return nil
	}
	best := written.Nearest(args[0], manual.Verbs(root))
	if best == "" || !absent(args[0]) {
		return nil
	}
	return usage(fmt.Sprintf("%s: there is no file and no verb of this name; did you mean %s?", args[0], best))
}

// refuseUnknown makes help and completion refuse what there is none for, where cobra shows
// all there is and calls it a success; and a verb that got too few words or too many says
// where it is told which it takes.
func refuseUnknown(root *cobra.Command) {
	unknown := func(cmd *cobra.Command, args []string) error {
		of := cmd
		if cmd.Name() == "help" { // it has no verbs of its own
			of = root
		}
		return usage(fmt.Sprintf("unknown command %q for %q", strings.Join(args, " "), cmd.CommandPath()) + " (see `" + of.CommandPath() + " --help`)")
	}
	for _, c := range root.Commands() {
		if args := c.Args; args != nil {
			c.Args = func(cmd *cobra.Command, given []string) error {
				if err := args(cmd, given); err != nil {
					return usage(manual.Counted(cmd, err))
				}
				return nil
			}
		}
		switch c.Name() {
		case "help":
			c.Run = nil
			lang := c.Flags().String("lang", "", "language of sentences: en or es; without it that of the locale")
			completeWords(c)
			c.RunE = func(cmd *cobra.Command, args []string) error {
				if _, err := language(*lang); err != nil {
					return err
				}
				topic, rest, err := root.Find(args)
				if err != nil || len(rest) > 0 {
					return unknown(cmd, args)
				}
				topic.InitDefaultHelpFlag() // so that it is listed
				return topic.Help()
			}
		case "completion":
			c.Args = cobra.ArbitraryArgs
			// Its verbs take it as all others do; what they write is the same in every language.
			lang := c.PersistentFlags().String("lang", "", "language of sentences: en or es; without it that of the locale")
			c.PersistentPreRunE = func(*cobra.Command, []string) error {
				_, err := language(*lang)
				return err
			}
			c.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return unknown(cmd, args)
				}
				return cmd.Help()
			}
		}
	}
}

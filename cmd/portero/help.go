package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/words"
)

// refuseUnknown makes help and completion refuse what there is none for, where cobra shows
// all there is and calls it a success; and a verb that got too few words or too many says
// where it is told which it takes.
func refuseUnknown(root *cobra.Command) {
	unknown := func(cmd *cobra.Command, args []string) error {
		return usage(fmt.Sprintf("unknown command %q for %q", strings.Join(args, " "), cmd.CommandPath()))
	}
	for _, c := range root.Commands() {
		if args := c.Args; args != nil {
			c.Args = func(cmd *cobra.Command, given []string) error {
				if err := args(cmd, given); err != nil {
					return usage(err.Error() + " (see `" + cmd.CommandPath() + " --help`)")
				}
				return nil
			}
		}
		switch c.Name() {
		case "help":
			c.Run = nil
			c.RunE = func(cmd *cobra.Command, args []string) error {
				topic, rest, err := root.Find(args)
				if err != nil || len(rest) > 0 {
					return unknown(cmd, args)
				}
				topic.InitDefaultHelpFlag() // so that it is listed
				return topic.Help()
			}
		case "completion":
			c.Args = cobra.ArbitraryArgs
			c.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return unknown(cmd, args)
				}
				return cmd.Help()
			}
		}
	}
}

// speak puts the help of a verb and of all below it into language l.
func speak(cmd *cobra.Command, l words.Lang) {
	if l != words.Spanish {
		return
	}
	tr := func(s *string) {
		if es := spanishHelp[*s]; es != "" {
			*s = es
		}
	}
	tr(&cmd.Short)
	tr(&cmd.Long)
	tr(&cmd.Example)
	flags := func(f *pflag.Flag) { tr(&f.Usage) }
	cmd.Flags().VisitAll(flags)
	cmd.PersistentFlags().VisitAll(flags)
	speakCobra(cmd)
	for _, sub := range cmd.Commands() {
		speak(sub, l)
	}
}

// spanishTemplate is cobra's template of usage with its headings in Spanish.
func spanishTemplate(english string) string {
	return strings.NewReplacer("FlagUsages |", "FlagUsages | spanishFlags |", "{{.CommandPath}} [command]{{", "{{.CommandPath}} VERBO{{", "Usage:", "Uso:", "Aliases:", "Otros nombres:", "Examples:", "Ejemplos:", "Available Commands:", "Verbos:", "Additional Commands:", "Otros verbos:",
		"Global Flags:", "Opciones de todos:", "Flags:", "Opciones:", "Additional help topics:", "Más ayuda:",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `"{{.CommandPath}} VERBO --help" dice más de un verbo.`).Replace(english)
}

// askedLang is the language of help, which is needed before flags are read: that
// of --lang where it stands, else of the locale.
func askedLang(args []string, getenv func(string) string) words.Lang {
	for i, a := range args {
		switch v, ok := strings.CutPrefix(a, "--lang="); {
		case a == "--":
			return words.FromLocale(getenv)
		case ok:
			if l, err := words.Parse(v); err == nil {
				return l
			}
		case a == "--lang" && i+1 < len(args):
			if l, err := words.Parse(args[i+1]); err == nil {
				return l
			}
		}
	}
	return words.FromLocale(getenv)
}

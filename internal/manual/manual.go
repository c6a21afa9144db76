package manual

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/words"
)

// Speak puts the help of root and of all its verbs into language l, before it is executed:
// help has the texts in Spanish by the English ones.
func Speak(root *cobra.Command, l words.Lang, help map[string]string) {
	if l != words.Spanish {
		return
	}
	cobra.AddTemplateFunc("spanishFlags", spanishFlags)
	root.SetUsageTemplate(template(root.UsageTemplate()))
	speak(root, help)
}

// speak puts the help of a verb and of all below it into Spanish.
func speak(cmd *cobra.Command, help map[string]string) {
	tr := func(s *string) {
		if es := help[*s]; es != "" {
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
		speak(sub, help)
	}
}

// template is cobra's template of usage with its headings in Spanish.
func template(english string) string {
	return strings.NewReplacer("FlagUsages |", "FlagUsages | spanishFlags |", "{{.CommandPath}} [command]{{", "{{.CommandPath}} VERBO{{", "Usage:", "Uso:", "Aliases:", "Otros nombres:", "Examples:", "Ejemplos:", "Available Commands:", "Verbos:", "Additional Commands:", "Otros verbos:",
		"Global Flags:", "Opciones de todos:", "Flags:", "Opciones:", "Additional help topics:", "Más ayuda:",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `"{{.CommandPath}} VERBO --help" dice más de un verbo.`).Replace(english)
}

// Asked is the language of help, which is needed before flags are read: that
// of --lang where it stands, else of the locale.
func Asked(args []string, getenv func(string) string) words.Lang {
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

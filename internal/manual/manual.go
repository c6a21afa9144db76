package manual

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/words"
)

// What templates may call is one list of cobra's for all commands: it is written to before there are any.
func init() { cobra.AddTemplateFunc("spanishFlags", spanishFlags) }

// Speak puts the help of root and of all its verbs into language l, before it is executed:
// help has the texts in Spanish by the English ones.
func Speak(root *cobra.Command, l words.Lang, help map[string]string) {
	if l != words.Spanish {
		return
	}
	root.SetUsageTemplate(template(root.UsageTemplate()))
	speak(root, help)
}

// speak puts the help of a verb and of all below it into Spanish.
func speak(cmd *cobra.Command, help map[string]string) {
	texts(cmd, func(_ string, s *string, _ bool) {
		if es := help[*s]; es != "" {
			*s = es
		}
	})
	speakCobra(cmd)
	for _, sub := range cmd.Commands() {
		speak(sub, help)
	}
}

// texts calls f for what a verb says in its help: where, what, and whether people read it there who
// do not know English (commands alone need no translation).
func texts(cmd *cobra.Command, f func(where string, s *string, read bool)) {
	f(cmd.CommandPath(), &cmd.Short, true)
	f(cmd.CommandPath(), &cmd.Long, true)
	f(cmd.CommandPath()+" example", &cmd.Example, strings.Contains(cmd.Example, "    "))
	flags := func(x *pflag.Flag) {
		f(cmd.CommandPath()+" --"+x.Name, &x.Usage, !x.Hidden && x.Name != "help")
	}
	cmd.Flags().VisitAll(flags)
	cmd.PersistentFlags().VisitAll(flags)
}

// Gaps are the texts in the help of root and of its verbs that have no Spanish in help, and what help has of
// which nobody says the English.
func Gaps(root *cobra.Command, help map[string]string) (lacking, idle []string) {
	said := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Hidden || cmd.Name() == "help" || cmd.Name() == "completion" { // the last two are cobra's
			return
		}
		texts(cmd, func(where string, s *string, read bool) {
			said[*s] = true
			if read && *s != "" && help[*s] == "" {
				lacking = append(lacking, where+": "+*s)
			}
		})
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	for s := range help {
		if !said[s] {
			idle = append(idle, s)
		}
	}
	return lacking, idle
}

// template is cobra's template of usage with its headings in Spanish.
func template(english string) string {
	return strings.NewReplacer("FlagUsages |", "FlagUsages | spanishFlags |", "{{.CommandPath}} [command]{{", "{{.CommandPath}} VERBO{{", "Usage:", "Uso:", "Aliases:", "Otros nombres:", "Examples:", "Ejemplos:", "Available Commands:", "Verbos:", "Additional Commands:", "Otros verbos:",
		"Global Flags:", "Opciones de todos:", "Flags:", "Opciones:", "Additional help topics:", "Más ayuda:",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `"{{.CommandPath}} VERBO --help" dice más de un verbo.`).Replace(english)
}

// counts are what cobra says of a wrong number of words, and in which words it is told here.
var counts = []struct {
	of   *regexp.Regexp
	said string
}{
	{regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received (\d+)$`), "at least %[1]s, got %[2]s"},
	{regexp.MustCompile(`^accepts between (\d+) and (\d+) arg\(s\), received (\d+)$`), "%[1]s to %[2]s, got %[3]s"},
	{regexp.MustCompile(`^accepts at most (\d+) arg\(s\), received (\d+)$`), "at most %[1]s, got %[2]s"},
	{regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`), "exactly %[1]s, got %[2]s"},
}

// Counted is what a verb says that got too few words or too many: err in plain words, where more is told, and which
// words it takes.
func Counted(cmd *cobra.Command, err error) string {
	see := " (see `" + cmd.CommandPath() + " --help`)"
	for _, c := range counts {
		m := c.of.FindStringSubmatch(err.Error())
		if m == nil {
			continue
		}
		last := len(m) - 2 // the number that the noun stands behind
		if m[last] += " arguments"; m[last] == "1 arguments" {
			m[last] = "1 argument"
		}
		if m[len(m)-1] == "0" {
			m[len(m)-1] = "none"
		}
		var values []any
		for _, v := range m[1:] {
			values = append(values, v)
		}
		return "takes " + fmt.Sprintf(c.said, values...) + see + ": " + strings.TrimSuffix(strings.TrimSuffix(cmd.UseLine(), " [flags]"), " [opciones]")
	}
	return err.Error() + see
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

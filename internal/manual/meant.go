package manual

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Distance is how many letters must change to turn one short word into another.
type Distance func(a, b string) int

// Nearest is the one of words that is written most like w, "" where none is near.
func (d Distance) Nearest(w string, words []string) string {
	best, most := "", min(3, len(w)/3+1)
	for _, x := range words {
		if n := d(w, x); n < most {
			best, most = x, n
		}
	}
	return best
}

// Verbs are the names of what a command can do.
func Verbs(of *cobra.Command) (names []string) {
	for _, c := range of.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// Flag is the flag that was meant by one that the command does not have: one that is written almost so, or begins so;
// "" for none.
func (d Distance) Flag(cmd *cobra.Command, err error) string {
	var no *pflag.NotExistError
	if !errors.As(err, &no) || no.GetSpecifiedShortnames() != "" {
		return ""
	}
	name, begun := no.GetSpecifiedName(), ""
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		flags = append(flags, f.Name)
		if begun == "" && len(name) > 2 && strings.HasPrefix(f.Name, name) {
			begun = f.Name
		}
	})
	if best := d.Nearest(name, flags); best != "" {
		begun = best
	}
	if begun == "" {
		return ""
	}
	return "--" + begun
}

// OrMeant asks whether a word was meant, where there is one that may have been.
func OrMeant(word string) string {
	if word == "" {
		return ""
	}
	return "; did you mean " + word + "?"
}

package manual

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"portero/internal/words"
)

// ManVerb is the verb man of the program that root is: of which version, in the language that speak gives, written
// to its output. What it cannot do is an error by wrong.
func ManVerb(root *cobra.Command, version string, speak func() (words.Lang, error), near Distance, wrong func(string) error) *cobra.Command {
	name := root.Name()
	return &cobra.Command{
		Use: "man [VERB...]", Short: "Print the manual page in man's own format", Args: cobra.ArbitraryArgs,
		RunE: func(man *cobra.Command, args []string) error {
			cmd := root
			if len(args) > 0 {
				found, rest, err := root.Find(args)
				if err != nil || found == root || len(rest) > 0 {
					return wrong(fmt.Sprintf("man: there is no verb %q", strings.Join(args, " ")) + OrMeant(near.Nearest(args[0], Verbs(root))))
				}
				cmd = found
			}
			l, err := speak()
			if err != nil {
				return err
			}
			page, err := page(cmd, name+" "+version, l)
			if err != nil {
				return err
			}
			_, err = man.OutOrStdout().Write([]byte(page))
			return err
		},
	}
}

// page is the manual page of a verb, or of the whole, in man's own format. Its texts are in language l already.
func page(cmd *cobra.Command, source string, l words.Lang) (string, error) {
	var b bytes.Buffer
	cmd.DisableAutoGenTag = true // no history that tells which tool made the page
	title := strings.ToUpper(strings.ReplaceAll(cmd.CommandPath(), " ", "-"))
	if err := doc.GenMan(cmd, &doc.GenManHeader{Title: title, Section: "1", Source: source, Date: manDate()}, &b); err != nil {
		return "", err
	}
	// A switch is off unless it is given: "=false" would say that it takes that.
	page := strings.ReplaceAll(b.String(), "[=false]", "")
	page = manFlag.ReplaceAllString(page, ".TP\n$1\n$2\n")
	page = manValue.ReplaceAllString(page, `\fP=...`)
	if l == words.Spanish {
		page = spanishHeads.Replace(page)
	}
	return page, nil
}

// manFlag is a flag as cobra writes it: with what it does behind it in the same paragraph, where nobody finds the next;
// manValue is one that has no value of its own.
var (
	manFlag  = regexp.MustCompile(`(?m)(?:^\.PP\n)?^(\\fB-.*)\n\t(.*)\n`)
	manValue = regexp.MustCompile(`\\fP=(?:""|\[\])`)
)

// manDate is the date of the manual: that of the release, so that two builds of
// it are the same.
func manDate() *time.Time {
	t := time.Now().UTC()
	if s, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		t = time.Unix(s, 0).UTC()
	}
	return &t
}

var spanishHeads = strings.NewReplacer("\n.SH NAME\n", "\n.SH NOMBRE\n", "\n.SH SYNOPSIS\n", "\n.SH SINOPSIS\n", "\n.SH DESCRIPTION\n", "\n.SH DESCRIPCIÓN\n",
	"\n.SH OPTIONS\n", "\n.SH OPCIONES\n", "\n.SH OPTIONS INHERITED FROM PARENT COMMANDS\n", "\n.SH OPCIONES DE TODOS\n",
	"\n.SH EXAMPLE\n", "\n.SH EJEMPLOS\n", "\n.SH SEE ALSO\n", "\n.SH VÉASE TAMBIÉN\n")

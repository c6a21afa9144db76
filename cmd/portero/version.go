package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"portero/internal/manual"
	"portero/internal/words"
)

// version is stamped at release time (-ldflags "-X main.version=...").
var version = ""

func versionText() string { return manual.Version(version) }

func (a *app) versionCmd() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "version", Short: "Say which portero this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := language(lang); err != nil {
				return err
			}
			_, err := io.WriteString(a.out, manual.VersionLine("portero", version))
			return err
		},
	}
	langFlag(cmd.Flags(), &lang) // its help and its errors speak it
	return cmd
}

func (a *app) manCmd(root *cobra.Command) *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "man [VERB...]", Short: "Print the manual page in man's own format", Args: cobra.ArbitraryArgs,
		Example: "  portero man | man -l -\n  portero man why | man -l -",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			if len(args) > 0 {
				found, rest, err := root.Find(args)
				if err != nil || found == root || len(rest) > 0 {
					return usage(fmt.Sprintf("man: there is no verb %q", strings.Join(args, " ")) + manual.OrMeant(written.Nearest(args[0], manual.Verbs(root))))
				}
				cmd = found
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			cmd.DisableAutoGenTag = true // no history that tells which tool made the page
			title := strings.ToUpper(strings.ReplaceAll(cmd.CommandPath(), " ", "-"))
			if err := doc.GenMan(cmd, &doc.GenManHeader{Title: title, Section: "1", Source: "portero " + versionText(), Date: manDate()}, &b); err != nil {
				return err
			}
			// A switch is off unless it is given: "=false" would say that it takes that.
			page := strings.ReplaceAll(b.String(), "[=false]", "")
			page = manFlag.ReplaceAllString(page, ".TP\n$1\n$2\n")
			page = manValue.ReplaceAllString(page, `\fP=...`)
			if l == words.Spanish {
				page = spanishHeads.Replace(page)
			}
			_, err = io.WriteString(a.out, page)
			return err
		},
	}
	langFlag(cmd.Flags(), &lang)
	return cmd
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

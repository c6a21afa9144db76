package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"portero/internal/words"
)

// version is stamped at release time (-ldflags "-X main.version=...").
var version = ""

func versionText() string {
	v := version
	if v == "" {
		v = "devel"
		if bi, ok := debug.ReadBuildInfo(); ok {
			for _, s := range bi.Settings {
				if s.Key == "vcs.revision" && len(s.Value) >= 12 {
					v = "devel-" + s.Value[:12]
				}
			}
		}
	}
	return v
}

func (a *app) versionCmd() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "version", Short: "Say which portero this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := language(lang); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.out, "portero %s (%s, %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	langFlag(cmd.Flags(), &lang) // its help and its errors speak it
	return cmd
}

func (a *app) manCmd(root *cobra.Command) *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "man [VERB]", Short: "Print the manual page in man's own format", Args: cobra.MaximumNArgs(1),
		Example: "  portero man | man -l -\n  portero man why | man -l -",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			if len(args) > 0 {
				found, _, err := root.Find(args)
				if err != nil || found == root {
					return usage(fmt.Sprintf("man: there is no verb %q", args[0]))
				}
				cmd = found
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := doc.GenMan(cmd, &doc.GenManHeader{Title: "PORTERO", Section: "1", Source: "portero " + versionText(), Date: manDate()}, &b); err != nil {
				return err
			}
			page := b.String()
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
	"\n.SH EXAMPLE\n", "\n.SH EJEMPLOS\n", "\n.SH SEE ALSO\n", "\n.SH VÉASE TAMBIÉN\n", "\n.SH HISTORY\n", "\n.SH HISTORIA\n")

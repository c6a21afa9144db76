package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
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
	return &cobra.Command{
		Use: "version", Short: "Say which portero this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "portero %s (%s, %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

func (a *app) manCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
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
			return doc.GenMan(cmd, &doc.GenManHeader{Title: "PORTERO", Section: "1", Source: "portero " + versionText()}, a.out)
		},
	}
}

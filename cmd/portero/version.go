package main

import (
	"io"

	"github.com/spf13/cobra"

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
	cmd := manual.ManVerb(root, versionText(), func() (words.Lang, error) { return language(lang) }, written, usage)
	cmd.Example = "  portero man | man -l -\n  portero man why | man -l -"
	langFlag(cmd.Flags(), &lang)
	return cmd
}

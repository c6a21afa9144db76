package main

import (
	"strings"

	"github.com/spf13/cobra"

	"portero/capture/live"
	"portero/internal/fleet/house"
	"portero/internal/words"
)

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeWords lets the shell complete, in every verb, what is one of a few words; without that it offers names of
// files for them.
func (a *app) completeWords(root *cobra.Command) {
	fixed := func(ws ...string) completer {
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ws, cobra.ShellCompDirectiveNoFileComp
		}
	}
	register := func(cmd *cobra.Command, flag string, ws ...string) {
		if err := cmd.RegisterFlagCompletionFunc(flag, fixed(ws...)); err != nil {
			panic(err)
		}
	}
	var langs []string
	for _, l := range words.Langs() {
		langs = append(langs, l.String())
	}
	register(root, "lang", langs...)
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "query":
			register(cmd, "format", house.Formats()...)
			cmd.ValidArgsFunction = a.completeQuestion
		case "status":
			register(cmd, "format", statusFormats...)
			cmd.ValidArgsFunction = fixed()
		case "broker", "hub":
			cmd.ValidArgsFunction = fixed()
		case "sensor":
			cmd.ValidArgsFunction = completeInterface
		case "ingest":
			cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
		}
	}
}

// completeInterface offers interfaces, and files where none of them begins so.
func completeInterface(_ *cobra.Command, _ []string, text string) (names []string, _ cobra.ShellCompDirective) {
	is, _ := live.Interfaces() // a sensor of files needs none
	for _, i := range is {
		if strings.HasPrefix(i.Name, text) {
			names = append(names, i.Name)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completeQuestion offers the saved questions, and behind one of them what it wants to know, as far as that is not said.
func (a *app) completeQuestion(_ *cobra.Command, given []string, text string) (offered []string, _ cobra.ShellCompDirective) {
	pick := func(t [2]string) string { return a.lang.Pick(t[0], t[1]) }
	if len(given) == 0 {
		for _, q := range house.Queries() {
			offered = append(offered, q.Name+"\t"+pick(q.About))
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
	q, err := house.Find(given[0])
	if err != nil || strings.Contains(text, "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	said := map[string]bool{}
	for _, kv := range given[1:] {
		name, _, _ := strings.Cut(kv, "=")
		said[name] = true
	}
	for _, p := range q.Params {
		if !said[p.Name] {
			offered = append(offered, p.Name+"=\t"+pick(p.About))
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

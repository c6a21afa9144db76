package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portero/capture/live"
	"portero/internal/findings"
	"portero/internal/sockets"
	"portero/internal/where"
	"portero/internal/words"
)

// fixed completes a flag that takes one of some words.
func fixed(words ...string) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

// verbFormats are the formats of the verbs that have others than read.
var verbFormats = map[string][]string{
	"diff": {"table", "ndjson", "json", "csv", "tsv"}, "exercise": {"md", "html", "gift"}, "explain": {"text", "json"}, "findings": {"text", "table", "ndjson", "json", "csv", "tsv"},
	"hosts": {"table", "ndjson", "json", "csv", "tsv"}, "interfaces": {"table", "ndjson", "json", "csv", "tsv"}, "lab": {"text", "json", "svg", "mermaid", "html"}, "live": {"ndjson", "ecs", "eve"},
	"policy": {"table", "ndjson", "json", "csv", "tsv"}, "ports": {"table", "ndjson", "json", "csv", "tsv"}, "teach": {"text", "json", "svg", "mermaid", "html"}, "why": {"text", "json"},
}

// completeWords lets the shell complete, in every verb, the flags that take one of a few
// words; without that it offers names of files for them.
func completeWords(cmd *cobra.Command) {
	values := map[string][]string{"format": verbFormats[cmd.Name()], "lang": nil, "color": {"auto", "always", "never"}, "frames": {"file", "merged"}, "fail-on": findings.Severities(), "level": {"easy", "medium", "hard"}, "fsync": {"file", "flush", "never"}}
	for _, l := range words.Langs() {
		values["lang"] = append(values["lang"], l.String())
	}
	switch cmd.Name() {
	case "portero":
		// What is no verb is a capture: cobra offers nothing but verbs unless it is told.
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	case "lab":
		values["at"] = []string{"client", "middle", "server"}
	case "ports":
		if err := cmd.RegisterFlagCompletionFunc("state", completeState); err != nil {
			panic(err)
		}
	case "man":
		cmd.ValidArgsFunction = func(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
			var verbs []string
			for _, c := range cmd.Root().Commands() {
				if len(given) == 0 && c.IsAvailableCommand() {
					verbs = append(verbs, c.Name()+"\t"+c.Short)
				}
			}
			return verbs, cobra.ShellCompDirectiveNoFileComp
		}
	case "live":
		cmd.ValidArgsFunction = completeInterface
		if err := cmd.RegisterFlagCompletionFunc("interface", completeInterface); err != nil {
			panic(err)
		}
	}
	for flag, ws := range values {
		if _, has := cmd.GetFlagCompletionFunc(flag); has || cmd.Flag(flag) == nil || len(ws) == 0 {
			continue // those of all verbs below this one are its own, too
		}
		if err := cmd.RegisterFlagCompletionFunc(flag, fixed(ws...)); err != nil {
			panic(err)
		}
	}
	for _, c := range cmd.Commands() {
		completeWords(c)
	}
}

// completeInterface offers what can be listened to, one behind those that stand there already (-i eth0,).
func completeInterface(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	is, err := live.Interfaces()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	given := text[:strings.LastIndexByte(text, ',')+1]
	names := []string{given + "any"}
	for _, i := range is {
		names = append(names, given+i.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeFields offers the keys of a record behind those that stand there already; with - before it one is left out.
func completeFields(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	given := text[:strings.LastIndexByte(text, ',')+1]
	if strings.HasPrefix(text[len(given):], "-") {
		given += "-"
	}
	var keys []string
	for _, key := range where.Fields() {
		keys = append(keys, given+key)
	}
	return keys, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// completeState offers the states of a capture's doors, and of this machine's sockets where no capture is named yet.
func completeState(cmd *cobra.Command, given []string, text string) ([]string, cobra.ShellCompDirective) {
	states := slices.Clone(doorStates)
	if len(given) == 0 {
		for _, s := range sockets.States() {
			states = append(states, strings.ToLower(s))
		}
		slices.Sort(states)
		states = slices.Compact(states)
	}
	return fixed(states...)(cmd, given, text)
}

// completions lets the shell complete formats and the names of --where.
func completions(cmd *cobra.Command) {
	for flag, words := range map[string][]string{
		"format": {"table", "wide", "ndjson", "json", "csv", "tsv", "zeek", "ecs", "eve"}, "color": {"auto", "always", "never"}, "sort": {"id", "bytes", "packets", "rtt", "verdict"},
		"frames": {"file", "merged"},
	} {
		if err := cmd.RegisterFlagCompletionFunc(flag, fixed(words...)); err != nil {
			panic(err)
		}
	}
	if err := cmd.RegisterFlagCompletionFunc("fields", completeFields); err != nil {
		panic(err)
	}
	expression := func(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
		return where.Complete(text), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	if err := cmd.RegisterFlagCompletionFunc("where", expression); err != nil {
		panic(err)
	}
}

package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"portero/internal/view/safe"
)

// needs is check for a verb that is often called with too few words: it says which is missing
// and how the line looks with it, where check would say how many it counted.
func needs(least int, missing func(cmd *cobra.Command, args []string) string, check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return usage(missing(cmd, args)) // where more is told is said of every wrong count
		}
		return check(cmd, args)
	}
}

// needsConn is what a verb lacks that tells of one connection, with the words that mostly follow.
func needsConn(then string) func(*cobra.Command, []string) string {
	return func(cmd *cobra.Command, args []string) string { return lacksConn(cmd, args, then) }
}

func lacksConn(cmd *cobra.Command, args []string, then string) string {
	if len(args) == 0 {
		return fmt.Sprintf("name a capture and one of its connections: %s capture.pcap 4%s", cmd.CommandPath(), then)
	}
	// A number alone is the connection, unless a capture is called so.
	if _, err := parseTarget(args[0]); err == nil {
		if _, err := os.Stat(args[0]); err != nil {
			return fmt.Sprintf("name the capture before the connection: %s capture.pcap %s%s", cmd.CommandPath(), safe.Shell(args[0]), then)
		}
	}
	name := safe.Shell(args[0])
	if args[0] == "-" {
		name = "-"
	}
	return fmt.Sprintf("name one of its connections: %s %s 1%s, as numbered by: portero %s", cmd.CommandPath(), name, then, name)
}

// needsCapture is what a verb lacks that reads one, with the words that mostly follow.
func needsCapture(then string) func(*cobra.Command, []string) string {
	return func(cmd *cobra.Command, _ []string) string {
		return fmt.Sprintf("name a capture: %s capture.pcap%s", cmd.CommandPath(), then)
	}
}

// needsPair is what diff lacks.
func needsPair(cmd *cobra.Command, args []string) string {
	if len(args) == 0 {
		return fmt.Sprintf("name two captures: %s monday.pcap tuesday.pcap", cmd.CommandPath())
	}
	return fmt.Sprintf("name a second capture to compare it with: %s %s tuesday.pcap", cmd.CommandPath(), safe.Shell(args[0]))
}

// needsWord is what explain lacks.
func needsWord(cmd *cobra.Command, _ []string) string {
	return fmt.Sprintf("name a port, a verdict or another word: %s 443", cmd.CommandPath())
}

// needsPolicy is what policy lacks.
func needsPolicy(*cobra.Command, []string) string {
	return "name a policy and a capture: portero policy house.policy capture.pcap"
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/catalog"
	"portero/internal/fold"
	"portero/internal/manual"
	"portero/internal/words"
)

// app is one run of the command.
type app struct {
	in       io.Reader
	out, err io.Writer
	sheet    *manual.Sheet   // out for who writes text line by line and does not ask what became of it
	ctx      context.Context // ends with Ctrl-C
	again    context.Context // and with the second one, nil for never
	catalogs []string        // --catalog
	cat      *catalog.Catalog
	args     []string
	named    []string // files that are read or written: none of them is replaced
	// copies are files that hold what could be read only once, with what it was.
	copies map[string]string
	cut    map[string]bool // those of them that Ctrl-C ended
	early  bool            // Ctrl-C ended the copying, and the command goes on with what there is
	told   bool            // of it
	seed   uint64          // of all readings
	warned bool            // that there is less memory than is needed
	past   readings
}

// run is the whole program: arguments in, exit status out.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, again, stop := interrupts()
	defer stop()
	errw = fold.On(errw)
	a := &app{in: in, out: out, err: errw, sheet: &manual.Sheet{To: out}, ctx: ctx, again: again, args: args}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(a.sheet) // what completion writes to is taken when it is made
	root.SetErr(errw)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	manual.Fish(root)
	manual.Bash(root)
	refuseUnknown(root)
	manual.Speak(root, manual.Asked(args, os.Getenv), spanishHelp)
	manual.Layout(root, fold.Terminal(out))
	err := arrived(a.sheet, root.ExecuteContext(ctx))
	say(errw, err, a.tongue())
	return status(err)
}

// tongue is the language in which errors are told, also those of a command line
// that could not be read: that of --lang, else of the locale.
func (a *app) tongue() words.Lang {
	flag := ""
	for i, s := range a.args {
		if v, ok := strings.CutPrefix(s, "--lang="); ok {
			flag = v
		} else if s == "--lang" && i+1 < len(a.args) {
			flag = a.args[i+1]
		}
	}
	// A language that is not spoken here is told about in that of the locale.
	l, err := language(flag)
	if err != nil {
		l, _ = language("")
	}
	return l
}

func (a *app) root() *cobra.Command {
	var o readFlags
	var list, which bool
	interfaces, about := a.interfacesCmd(), a.versionCmd()
	root := &cobra.Command{
		Use:   "portero FILE...",
		Short: "The doorkeeper: what really connected, and the frames that prove it",
		Long: `Portero reads captures, follows every connection, and gives one verdict per
connection in plain words, with the frames that prove it. It never sends a packet.`,
		Example: `  portero capture.pcap              what happened, as a table
  portero why capture.pcap 4        the proof behind connection 4
  portero read -o x.ndjson --format ndjson capture.pcap
  portero ports capture.pcap        which doors are open`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return interfaces.RunE(interfaces, args)
			}
			if which {
				return about.RunE(about, args)
			}
			if len(args) == 0 && o.file == "" {
				return cmd.Help()
			}
			if err := misspelt(cmd, args); err != nil {
				return err
			}
			return a.read(cmd, args, &o)
		},
	}
	o.register(root.Flags())
	root.Flags().BoolVarP(&list, "list-interfaces", "D", false, "list the interfaces, as tcpdump -D does; the same as portero interfaces")
	root.Flags().BoolVar(&which, "version", false, "say which portero this is; the same as portero version")
	root.PersistentFlags().StringArrayVar(&a.catalogs, "catalog", nil, "a file of overrides of the catalogue (several times); none leaves out those of the system and the user")
	completions(root)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		for _, arg := range a.args { // what * stands for
			if !strings.HasPrefix(arg, "-") || !strings.HasSuffix(err.Error(), ": "+arg) && !strings.HasSuffix(err.Error(), " in "+arg) {
				continue
			}
			if _, no := os.Lstat(arg); no == nil {
				return usage(err.Error() + fmt.Sprintf("; the file of that name is written ./%s", arg))
			}
		}
		return usage(err.Error() + manual.OrMeant(flagMeant(cmd, err)) + " (see `" + cmd.CommandPath() + " --help`)")
	})
	root.AddCommand(a.readCmd(), a.whyCmd(), a.teachCmd(), a.portsCmd(), a.hostsCmd(), a.findingsCmd(), a.liveCmd(), interfaces, a.exerciseCmd(), a.reportCmd(), a.labCmd(), a.labHostCmd(), a.diffCmd(), a.extractCmd(), a.explainCmd(), a.catalogCmd(), a.policyCmd(), about, a.manCmd(root))
	completeWords(root)
	return root
}

// usage is an error in how the command was called.
func usage(s string) error { return &exitError{exitUsage, errors.New(s)} }

// normalize lets words be written with either dash.
func normalize(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
}

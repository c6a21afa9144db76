package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/capture/pcapfile"
)

// readFlags are those of everything that analyses saved captures.
type readFlags struct {
	file                           string
	filter                         string
	format, fields, out, color     string
	utc, stats, quiet, force, sums bool
	memory                         string
	threads, limit                 int
	frames, sort                   string
	count                          uint64
	cpuprofile, memprofile         string
	where, save                    string
	anonymize, numeric             bool
	key                            string
	watch                          watchFlags
	lang                           string
	who                            whoFlags
	to                             toFlags
}

// mostThreads is what --threads may be: each has buffers of its own, and more than a few gain nothing.
const mostThreads = 256

func (o *readFlags) input(fs *pflag.FlagSet) {
	fs.SetNormalizeFunc(normalize)
	fs.StringVarP(&o.file, "read", "r", "", "a capture to read, as tcpdump names it; - is standard input")
	fs.StringVarP(&o.filter, "filter", "f", "", "a tcpdump filter expression: only connections with a packet that it selects (also after --)")
	fs.StringVar(&o.memory, "memory", "1G", "budget for connections that are followed at the same time, 8M at least")
	fs.IntVar(&o.threads, "threads", min(runtime.NumCPU(), 8), "goroutines that decode; the result is the same for any number")
	fs.StringVar(&o.frames, "frames", "file", "frame numbers: file (each input's own) or merged (through all inputs)")
	fs.Uint64VarP(&o.count, "count", "c", 0, "stop after this many frames")
	fs.BoolVar(&o.sums, "zeek-ignore-checksums", false, "compute Zeek's columns as zeek -C does")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "say nothing beside the data")
	fs.StringVar(&o.cpuprofile, "cpuprofile", "", "write a CPU profile")
	fs.StringVar(&o.memprofile, "memprofile", "", "write a heap profile")
	fs.MarkHidden("cpuprofile")
	fs.MarkHidden("memprofile")
}

func (o *readFlags) show(fs *pflag.FlagSet) {
	fs.StringVarP(&o.out, "output", "o", "", "write to this file (mode 0600) instead of standard output")
	fs.BoolVar(&o.force, "force", false, "replace the output file if it exists")
	fs.StringVar(&o.color, "color", "auto", "auto, always or never")
	fs.BoolVar(&o.utc, "utc", false, "times in UTC; tables show local time otherwise, machine formats always UTC")
}

func (o *readFlags) register(fs *pflag.FlagSet) {
	o.input(fs)
	o.show(fs)
	fs.StringVar(&o.format, "format", "table", "table, wide, ndjson (jsonl), json, csv, tsv, zeek, ecs (Elastic), eve (Suricata)")
	fs.StringVar(&o.fields, "fields", "", "columns of ndjson, json, csv and tsv: a,b or -c to leave c out")
	fs.StringVar(&o.where, "where", "", "only records for which this holds: handshake == half_open and resp_port < 1024")
	fs.BoolVarP(&o.numeric, "numeric", "n", false, "no service names that rest on a port number alone (portero never resolves addresses)")
	fs.StringVarP(&o.save, "write", "w", "", "save the selected packets as pcapng: those of the filter, or of the connections that --where selects")
	fs.BoolVar(&o.anonymize, "anonymize", false, "make records and the packets of -w fit to share: other addresses, no names, no payload")
	fs.StringVar(&o.key, "anonymize-key", "", "a file whose content decides the new addresses (the same for the same content); without it they differ each time")
	o.watch.register(fs)
	o.who.register(fs)
	langFlag(fs, &o.lang)
	o.to.register(fs)
	fs.StringVar(&o.sort, "sort", "id", "order of rows or records: id, bytes, packets, rtt, verdict")
	fs.IntVar(&o.limit, "limit", 0, "rows or records; 0 for all")
	fs.BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
}

func (a *app) readCmd() *cobra.Command {
	var o readFlags
	cmd := &cobra.Command{
		Use: "read FILE... [-- FILTER]", Short: "Say what happened in saved captures",
		Example: "  portero read a.pcap b.pcapng.gz\n  tcpdump -w - | portero read -\n  portero read x.pcap -- host 10.0.0.1 and port 443",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.read(cmd, args, &o) },
	}
	o.register(cmd.Flags())
	completions(cmd)
	return cmd
}

// split takes the words after -- for a filter.
func (o *readFlags) split(a *app, cmd *cobra.Command, args []string) ([]string, error) {
	return o.splitAfter(0, a, cmd, args)
}

// splitAfter is split where the first words are no captures.
func (o *readFlags) splitAfter(words int, a *app, cmd *cobra.Command, args []string) ([]string, error) {
	var asFilter []string
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		asFilter = args[n:]
		if err := swallowed(cmd, args[n:]); err != nil {
			return nil, err
		}
		expr := strings.Join(args[n:], " ")
		args = args[:n]
		if o.filter != "" && expr != "" {
			return nil, usage("a filter was given twice: with --filter and after --")
		}
		if expr != "" {
			o.filter = expr
		}
	}
	args = args[words:]
	args = o.words(args)
	if len(args) == 0 {
		return nil, unnamed(asFilter)
	}
	if o.frames != "file" && o.frames != "merged" {
		return nil, usage(fmt.Sprintf("--frames: %q is neither file nor merged", o.frames))
	}
	if err := misplaced(cmd, args); err != nil {
		return nil, err
	}
	return a.expand(args)
}

// asked are the captures and directories as they were named.
func (o *readFlags) asked(cmd *cobra.Command, args []string) []string {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		args = args[:n]
	}
	return o.words(args)
}

// words are those of a verb, with what -r names before them: it is a capture like the
// first of them.
func (o *readFlags) words(args []string) []string {
	if o.file != "" {
		return append([]string{o.file}, args...)
	}
	return args
}

// counted is check where what -r names is one of the words.
func (o *readFlags) counted(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return check(cmd, o.words(args)) }
}

// unwild replaces names with * and ? by those of the files they stand for. Elsewhere the shell
// did so before; those of Windows leave it to the program. One that stands for none stays as it is.
func unwild(args []string, windows bool) (out []string) {
	for _, name := range args {
		var names []string
		if windows && strings.ContainsAny(name, "*?") {
			names, _ = filepath.Glob(name)
		}
		if len(names) == 0 {
			names = []string{name}
		}
		out = append(out, names...)
	}
	return out
}

// expand replaces directories by the files in them.
func (a *app) expand(args []string) (out []string, err error) {
	defer func() { a.named = append(a.named, out...) }()
	for _, name := range unwild(args, runtime.GOOS == "windows") {
		if name == "-" && isTerminal(a.in) {
			return nil, usage("standard input is a terminal, and no capture comes from there; write tcpdump -w - | portero read - or name a file")
		}
		st, err := os.Stat(name)
		if err != nil || !st.IsDir() {
			out = append(out, name)
			continue
		}
		es, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		n := len(out)
		for _, e := range es {
			if p := filepath.Join(name, e.Name()); e.Type().IsRegular() && pcapfile.IsCapture(p) {
				out = append(out, p)
			}
		}
		if n == len(out) {
			return nil, usage(name + ": no capture in this directory")
		}
	}
	return out, nil
}

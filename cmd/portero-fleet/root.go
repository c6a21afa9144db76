package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"portero/internal/fleet/bus"
	"portero/internal/fold"
	"portero/internal/manual"
	"portero/internal/record"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// app is one run of the command.
type app struct {
	out, err io.Writer
	ctx      context.Context
	lang     words.Lang
	reload   atomic.Pointer[func()] // what SIGHUP does where it is no word to end
}

// exitError carries an exit status, as in portero: 2 usage or nothing done, 3 some
// input was damaged, 4 not permitted. 130 is what an interruption ends with.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usage(s string) error { return &exitError{2, errors.New(s)} }

func run(args []string, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	sheet := &manual.Sheet{To: out} // cobra does not look whether its help arrived
	a := &app{out: sheet, err: fold.On(errw), ctx: ctx, lang: manual.Asked(args, os.Getenv)}
	defer a.heed(end)()
	root := a.root()
	manual.Speak(root, a.lang, spanishHelp)
	manual.Layout(root, fold.Terminal(out))
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = sheet.Err
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		a.say(a.lang.Pick("interrupted before the work was done", "interrumpido antes de terminar el trabajo"))
		return 130
	}
	gone := errors.Is(sheet.Err, syscall.EPIPE) // nobody reads on: no error of ours
	if err != nil && err.Error() != "" && !gone {
		for _, e := range safe.Several(err) {
			a.say(plain(e))
		}
	}
	var ee *exitError
	switch {
	case err == nil || gone:
		return 0
	case errors.As(err, &ee):
		return ee.code
	case errors.Is(err, fs.ErrPermission) || bus.Refused(err):
		return 4
	}
	return 2
}

// heed acts on SIGHUP until what it returns is called. A terminal that goes away ends what
// runs in it, in order and not on the spot, but for nohup; to a broker it is a word to read
// its settings again.
func (a *app) heed(end func()) (stop func()) {
	nohup := signal.Ignored(syscall.SIGHUP)
	tty := term.IsTerminal(int(os.Stderr.Fd()))
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-c:
				gone := tty && !term.IsTerminal(int(os.Stderr.Fd()))
				if f := a.reload.Load(); f != nil && !gone {
					(*f)()
				} else if !nohup {
					end()
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(c)
		close(done)
	}
}

// plain is what went wrong, with the names of files rather than of calls of the system.
func plain(err error) string {
	var pe *fs.PathError
	if !errors.As(err, &pe) {
		return err.Error()
	}
	why := ": " + pe.Err.Error()
	switch {
	case errors.Is(pe, fs.ErrNotExist):
		why = ": there is no such file"
	case errors.Is(pe, fs.ErrExist):
		why = " exists already; give it another name"
	case errors.Is(pe, fs.ErrPermission):
		why = ": no permission for it"
	}
	return strings.Replace(err.Error(), pe.Error(), pe.Path+why, 1)
}

// say tells one line on standard error, with nothing in it that steers a terminal.
func (a *app) say(s string) {
	if l := safe.Terminal(words.FleetMessage(a.lang, s)); l != "" {
		fmt.Fprintln(a.err, "portero-fleet: "+l)
	}
}

func (a *app) root() *cobra.Command {
	var lang string
	var which bool
	about := a.versionCmd()
	root := &cobra.Command{
		Use: "portero-fleet", Short: "Portero beyond one machine: sensors, a broker, hubs, questions",
		Long: `Sensors follow connections and put the records on a spool on their own disk; a broker
(NATS JetStream, embedded) takes them from there; hubs move them into ClickHouse and
Parquet; query asks saved questions. docs/FLEET.md sizes it and says what fails first.`,
		Example: `  portero-fleet broker --dir /var/lib/portero/broker
  sudo portero-fleet sensor --site hq --name core --spool /var/lib/portero/spool eth0
  portero-fleet hub --parquet /data/flows --clickhouse http://127.0.0.1:8123
  portero-fleet query doors host=10.0.0.5
  portero-fleet ingest /archive --site hq`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usage(fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath()) + manual.OrMeant(written.Nearest(args[0], manual.Verbs(cmd))) + " (see `portero-fleet --help`)")
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := words.Parse(lang); lang != "" && err != nil {
				return usage("--lang: " + err.Error())
			}
			return negative(cmd.Flags())
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if which {
				return about.RunE(about, args)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&which, "version", false, "say which portero-fleet this is; the same as portero-fleet version")
	// What it says was looked for before flags were read: help needs it.
	root.PersistentFlags().StringVar(&lang, "lang", "", "language of sentences: en or es; without it that of the locale")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(err.Error() + manual.OrMeant(written.Flag(cmd, err)) + " (see `" + cmd.CommandPath() + " --help`)")
	})
	root.AddCommand(a.sensorCmd(), a.brokerCmd(), a.hubCmd(), a.ingestCmd(), a.queryCmd(), a.statusCmd(), a.keyCmd(), about, a.manCmd(root))
	root.SetOut(a.out) // cobra's completion keeps what it finds here when it is made
	root.SetErr(a.err)
	a.completeWords(root)
	strict(root)
	return root
}

// written tells words apart that are written almost alike.
var written = manual.Distance(record.EditDistance)

// version is stamped at release time (-ldflags "-X main.version=...").
var version = ""

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which portero-fleet this is", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(a.out, manual.VersionLine("portero-fleet", version))
			return err
		},
	}
}

func (a *app) manCmd(root *cobra.Command) *cobra.Command {
	cmd := manual.ManVerb(root, manual.Version(version), func() (words.Lang, error) { return a.lang, nil }, written, usage)
	cmd.Example = "  portero-fleet man | man -l -\n  portero-fleet man sensor | man -l -"
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return manual.Verbs(root), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// negative refuses numbers and times below zero: none of ours means anything there.
func negative(fs *pflag.FlagSet) (err error) {
	fs.Visit(func(f *pflag.Flag) {
		if t := f.Value.Type(); (t == "int" || t == "duration") && strings.HasPrefix(f.Value.String(), "-") {
			err = usage(fmt.Sprintf("--%s: %s is below zero", f.Name, f.Value))
		}
	})
	return err
}

// strict makes wrong words after help and completion errors of usage; cobra's own
// print something and call it success.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	manual.Fish(root)
	manual.Bash(root)
	for _, cmd := range root.Commands() {
		if args := cmd.Args; args != nil {
			cmd.Args = func(cmd *cobra.Command, given []string) error {
				if err := args(cmd, given); err != nil {
					return usage(manual.Counted(cmd, err))
				}
				return nil
			}
		}
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				if c, rest, err := root.Find(args); err != nil || len(rest) > 0 {
					return usage(fmt.Sprintf("help: %q is no command of %s", args[len(args)-1], c.CommandPath()))
				}
				return nil
			}
		case "completion":
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return usage(fmt.Sprintf("completion: %q is none of bash, fish, powershell, zsh", args[0]))
				}
				return cmd.Help()
			}
		}
	}
}

// busFlags say where the broker is.
type busFlags struct{ bus.Config }

func (b *busFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&b.URL, "url", "", "the broker: nats://HOST:4222 or tls://HOST:4222, several with commas (PORTERO_FLEET_URL; default this machine)")
	fs.StringVar(&b.Seed, "seed", "", "file with our secret seed, mode 0600, made by portero-fleet key (PORTERO_FLEET_SEED)")
	fs.StringVar(&b.CA, "ca", "", "file with the certificates that the broker's must descend from (PORTERO_FLEET_CA)")
	fs.StringVar(&b.Cert, "cert", "", "file with our certificate, where the broker wants one (PORTERO_FLEET_CERT)")
	fs.StringVar(&b.Key, "key", "", "file with its key (PORTERO_FLEET_KEY)")
}

// connect connects. A broker that refuses us is an error; one that is not there yet
// is waited for when wait is set.
func (a *app) connect(b *busFlags, name string, wait bool) (*nats.Conn, error) {
	b.FromEnv(os.Getenv)
	nc, err := bus.Connect(b.Config, name, false, a.say)
	if err == nil || !wait || !away(err) {
		return nc, err
	}
	a.say(err.Error() + a.lang.Pick("; waiting for it", "; se espera a que esté"))
	return bus.Connect(b.Config, name, true, a.say)
}

// away reports whether an error says that there is no broker yet, or one that does not
// answer yet, as while it opens what it keeps: not that it does not want us.
func away(err error) bool {
	var slow net.Error
	return errors.Is(err, nats.ErrNoServers) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.As(err, &slow) && slow.Timeout()
}

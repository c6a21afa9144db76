package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"portero/catalog"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

// overrideFiles are the files of overrides in force: the system's, the user's,
// then those of --catalog. "none" among the latter leaves out the former.
func (a *app) overrideFiles() []string {
	var named []string
	none := false
	for _, n := range a.catalogs {
		if n == "none" {
			none = true
			continue
		}
		named = append(named, n)
	}
	if none {
		return named
	}
	var dirs []string
	if runtime.GOOS != "windows" {
		dirs = append(dirs, "/etc/portero/catalog.d")
	}
	if d, err := os.UserConfigDir(); err == nil {
		dirs = append(dirs, filepath.Join(d, "portero", "catalog.d"))
	}
	var out []string
	for _, d := range dirs {
		files, _ := os.ReadDir(d) // there need be none; they come by name
		for _, f := range files {
			if filepath.Ext(f.Name()) == ".csv" {
				out = append(out, filepath.Join(d, f.Name()))
			}
		}
	}
	return append(out, named...)
}

// readOverrides reads a file of overrides. err says that it could not be opened; what else is wrong are
// problems, of which those without a line are about the whole file.
func readOverrides(name string) (facts []catalog.Override, ps []catalog.Problem, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	in, err := textOf(f)
	if err != nil {
		return nil, []catalog.Problem{{File: name, Text: err.Error()}}, nil
	}
	facts, ps = catalog.ReadOverrides(in, name, findings.IDs())
	return facts, ps, nil
}

// catalog returns the catalogue with the overrides in force.
func (a *app) catalog() (*catalog.Catalog, error) {
	if a.cat != nil {
		return a.cat, nil
	}
	var all []catalog.Override
	for _, name := range a.overrideFiles() {
		facts, ps, err := readOverrides(name)
		if err != nil {
			return nil, err
		}
		if len(ps) > 0 && ps[0].Line == 0 { // there is nothing to list
			return nil, usage(ps[0].Error())
		}
		if len(ps) > 0 {
			return nil, usage(ps[0].Error() + " (portero catalog check " + name + " lists all)")
		}
		all = append(all, facts...)
	}
	a.cat = catalog.Default().With(all)
	return a.cat, nil
}

func (a *app) catalogCmd() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use: "catalog", Short: "What is known of ports: its version, its overrides, and a test of its honesty",
		Long: `Without a word it says which catalogue this is and which files override it.

Overrides are csv files: those in /etc/portero/catalog.d, those in the user's
configuration directory (portero/catalog.d), and those named with --catalog. Their
header names the columns: action (add, replace, mute), kind, proto, port, name,
severity, when, reference, era, en, es; for mute also host, reason, until.`,
		Example: "  portero catalog check ours.csv\n  portero catalog diff --catalog ours.csv\n  portero catalog selftest",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			l, err := language(lang)
			if err != nil {
				return err
			}
			s := catalog.Version()
			fmt.Fprintf(a.page(), l.Pick("catalogue %s\nregistered names: %s, taken %s\n", "catálogo %s\nnombres registrados: %s, tomados el %s\n"), s.Version, s.Registry, s.Date)
			for _, f := range slices.Sorted(maps.Keys(s.Files)) {
				fmt.Fprintf(a.page(), "  %-14s%6d  sha256 %.16s\n", f, s.Files[f].Rows, s.Files[f].SHA256)
			}
			files := a.overrideFiles()
			if len(files) == 0 {
				fmt.Fprintln(a.page(), l.Pick("no overrides", "sin cambios propios"))
			}
			for _, f := range files {
				fmt.Fprintln(a.page(), l.Pick("overridden by ", "con los cambios de ")+printable(f))
			}
			_, err = a.catalog() // what overrides has to be there, and right
			return err
		},
	}
	langFlag(cmd.PersistentFlags(), &lang)
	cmd.AddCommand(
		&cobra.Command{Use: "check [FILE...]", Short: "Check the built-in data and overrides, line by line",
			Long: "Checks the built-in data, the overrides in force and the files named. Exits with 1\nwhen something is wrong.", Example: "  portero catalog check ours.csv",
			RunE: func(_ *cobra.Command, args []string) error { return a.catalogCheck(args, lang) }},
		&cobra.Command{Use: "diff [FILE...]", Short: "What overrides, or another registry, would change",
			Long: `Compares the built-in catalogue with the overrides in force and the files named; a
file may also be IANA's service-names-port-numbers.csv or another services.tsv: then it
says which names differ. Exits with 1 when something does, as diff does.`, Example: "  portero catalog diff ours.csv\n  portero catalog diff service-names-port-numbers.csv",
			RunE: func(_ *cobra.Command, args []string) error { return a.catalogDiff(args, lang) }},
		&cobra.Command{Use: "selftest", Short: "What would be flagged and what would not, and why", Args: cobra.NoArgs,
			Long: "Runs small invented stories through the rules and shows what they raise, and why\nnot more. Exits with 1 when a rule does not do what it says.", Example: "  portero catalog selftest",
			RunE: func(*cobra.Command, []string) error { return a.selftest(lang) }},
		&cobra.Command{Use: "kinds", Short: "The kinds of facts and of findings", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				l, err := language(lang)
				if err != nil {
					return err
				}
				cat, err := a.catalog()
				if err != nil {
					return err
				}
				fmt.Fprintln(a.page(), l.Pick("facts (add, replace)", "datos (add, replace)"))
				for _, n := range catalog.Kinds() {
					k, _ := cat.Kind(n)
					fmt.Fprintf(a.page(), "  %-22s %-7s %s\n", n, words.Severity(l, k.Cap), l.Pick(k.TitleEN, k.TitleES))
				}
				fmt.Fprintln(a.page(), l.Pick("findings (mute)", "hallazgos (mute)"))
				for _, k := range findings.Kinds() {
					fmt.Fprintf(a.page(), "  %-22s %-7s %s\n", k.ID, words.Severity(l, k.Severity), l.Pick(k.Title[0], k.Title[1]))
				}
				return nil
			}},
	)
	return cmd
}

func (a *app) catalogCheck(args []string, lang string) error {
	l, err := language(lang)
	if err != nil {
		return err
	}
	ps := catalog.Check()
	facts := 0
	var unread error // what was not read is not right, and not wrong either
	for _, name := range append(a.overrideFiles(), args...) {
		os, bad, err := readOverrides(name)
		if err != nil {
			say(a.err, err, l)
			unread = cmp.Or(unread, err)
		}
		ps = append(ps, bad...)
		facts += len(os)
		for _, o := range os {
			if o.Action == "mute" && time.Now().After(o.Mute.Until) {
				ps = append(ps, catalog.Problem{File: name, Line: o.Line, Text: l.Pick("this mute is over: it silences only captures up to its day", "este silencio ha vencido: solo calla capturas de hasta ese día")})
			}
		}
	}
	for _, p := range ps {
		fmt.Fprintln(a.page(), printable(words.Message(l, p.Error())))
	}
	switch {
	case unread != nil:
		return &exitError{status(unread), nil}
	case len(ps) > 0:
		return &exitError{exitFound, nil}
	}
	s := catalog.Version()
	fmt.Fprintf(a.page(), l.Pick("catalogue %s: nothing wrong; %s of overrides\n", "catálogo %s: nada mal; %s de cambios propios\n"), s.Version, words.Number(facts, l.Pick("line", "línea"), l.Pick("lines", "líneas")))
	return nil
}

func (a *app) catalogDiff(args []string, lang string) error {
	l, err := language(lang)
	if err != nil {
		return err
	}
	// Actions and kinds are words of the files, and stay as they are typed there.
	gone, until := l.Pick("gone", "fuera"), l.Pick("until", "hasta")
	var all []catalog.Override
	differs := false
	for _, name := range append(a.overrideFiles(), args...) {
		if reg, ok, err := registryFile(name); err != nil {
			return usage(name + ": " + err.Error())
		} else if ok {
			differs = a.registryDiff(reg, l) || differs
			continue
		}
		os, ps, err := readOverrides(name)
		if err != nil {
			return err
		}
		if len(ps) > 0 {
			return usage(ps[0].Error())
		}
		all = append(all, os...)
	}
	before := catalog.Default()
	for _, o := range all {
		differs = true
		f := o.Fact
		at := fmt.Sprintf("%d/%s", f.Port, record.ProtoName(f.Proto))
		if f.Last != f.Port {
			at = fmt.Sprintf("%d-%s", f.Port, strings.Replace(at, fmt.Sprint(f.Port), fmt.Sprint(f.Last), 1))
		}
		switch {
		case o.Action == "mute":
			m := o.Mute
			where := ""
			if !m.All {
				where = fmt.Sprintf(" %d-%d", m.Ports[0], m.Ports[1])
			}
			if m.Host.IsValid() {
				where += " " + m.Host.String()
			}
			fmt.Fprintf(a.page(), "mute     %s%s  %s %s: %s\n", m.Kind, where, until, m.Until.AddDate(0, 0, -1).Format("2006-01-02"), printable(m.Reason))
		case f.Kind == "practice":
			fmt.Fprintf(a.page(), "%-8s %s practice %q -> %q\n", o.Action, at, before.Practice(f.Proto, f.Port), printable(f.Name))
		default:
			if o.Action == "replace" {
				for _, old := range before.Facts(f.Proto, f.Port) {
					if old.Kind == f.Kind {
						fmt.Fprintf(a.page(), "%-8s %s %s %q (%s)\n", gone, at, old.Kind, old.Name, words.Severity(l, old.Severity))
					}
				}
			}
			fmt.Fprintf(a.page(), "%-8s %s %s %q (%s)\n", o.Action, at, f.Kind, printable(f.Name), words.Severity(l, f.Severity))
		}
	}
	if differs {
		return &exitError{exitFound, nil}
	}
	return nil
}

// registryFile reads name when it is a registry rather than overrides.
func registryFile(name string) (catalog.Registry, bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, false, nil // said again, in full, by who reads overrides
	}
	defer f.Close()
	var head [256]byte
	n, _ := io.ReadFull(f, head[:])
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	if !strings.HasPrefix(line, "Service Name") && strings.Count(line, "\t") != 3 {
		return nil, false, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, false, err
	}
	reg, err := catalog.ReadRegistry(f)
	return reg, true, err
}

func (a *app) registryDiff(now catalog.Registry, l words.Lang) bool {
	fresh, renamed, gone := l.Pick("new", "nuevo"), l.Pick("renamed", "cambia"), l.Pick("gone", "fuera")
	before := catalog.Names()
	var lines []string
	for k, v := range now {
		switch old, ok := before[k]; {
		case !ok && v.Name != "":
			lines = append(lines, fmt.Sprintf("%-8s %s %s", fresh, k, v.Name))
		case ok && !v.Has(old.Name): // one of several names that a port has is as good as the first
			lines = append(lines, fmt.Sprintf("%-8s %s %s -> %s", renamed, k, old.Name, v.Name))
		}
	}
	for k, v := range before {
		if _, ok := now[k]; !ok {
			lines = append(lines, fmt.Sprintf("%-8s %s %s", gone, k, v.Name))
		}
	}
	sort.Strings(lines)
	for _, l := range lines {
		fmt.Fprintln(a.page(), printable(l))
	}
	return len(lines) > 0
}

// selftest shows what the rules make of small stories.
func (a *app) selftest(lang string) error {
	l, err := language(lang)
	if err != nil {
		return err
	}
	pick := func(t [2]string) string { return l.Pick(t[0], t[1]) }
	var flagged, silent, wrong []string
	tales := findings.Tales()
	for i := range tales {
		t := &tales[i]
		// The built-in catalogue: a mute of one's own is not what is tested.
		got, fs := t.Tell(catalog.Default())
		line := pick(t.Title) + "\n"
		for j := range fs {
			line += fmt.Sprintf("    %s %s (%s): %s\n", words.Severity(l, fs[j].Severity), fs[j].Kind, words.Basis(l, fs[j].Basis), fs[j].Text(l))
		}
		line += l.Pick("    because ", "    porque ") + pick(t.Why)
		switch {
		case got != t.Want:
			wrong = append(wrong, line+fmt.Sprintf("\n    %s %q, %s %q", l.Pick("raised", "dio"), got, l.Pick("expected", "se esperaba"), t.Want))
		case got == "":
			silent = append(silent, line)
		default:
			flagged = append(flagged, line)
		}
	}
	say := func(head string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintln(a.page(), head)
		for _, s := range lines {
			for i, part := range strings.Split(s, "\n") {
				indent := "  "
				if i > 0 {
					indent = "      "
				}
				for _, m := range folded(part, a.width()-len(indent)-2) {
					fmt.Fprintln(a.page(), indent+m)
				}
			}
		}
	}
	say(l.Pick("flagged", "se señala"), flagged)
	say(l.Pick("not flagged", "no se señala"), silent)
	say(l.Pick("WRONG", "MAL"), wrong)
	fmt.Fprintf(a.page(), l.Pick("%d stories, %d flagged, %d not, %s\n", "%d casos: %d se señalan, %d no, %s\n"), len(tales), len(flagged), len(silent), words.Number(len(wrong), l.Pick("not as it should be", "no sale como debe"), l.Pick("not as they should be", "no salen como deben")))
	if len(wrong) > 0 {
		return &exitError{exitFound, nil}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/anonymize"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/fold"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// watchFlags say what counts as worth a look.
type watchFlags struct {
	failOn string
	local  []string
	policy string
}

func (w *watchFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&w.failOn, "fail-on", "", "exit with 1 when there is a finding of this severity or worse: info, low, medium, high")
	fs.StringVar(&w.policy, "policy", "", "a file of the doors that are expected (see portero policy --help); others are findings, and the exit status is 1")
	w.registerLocal(fs)
}

func (w *watchFlags) registerLocal(fs *pflag.FlagSet) {
	fs.StringSliceVar(&w.local, "local", nil, "networks that count as inside, besides the private ones: 198.51.100.0/24,2001:db8::/32")
}

func langFlag(fs *pflag.FlagSet, to *string) {
	fs.StringVar(to, "lang", "", "language of sentences: en or es; without it that of the locale")
}

// language is that of the flag, else of the locale.
func language(flag string) (words.Lang, error) {
	if flag == "" {
		return words.FromLocale(os.Getenv), nil
	}
	l, err := words.Parse(flag)
	if err != nil {
		return l, usage("--lang: " + err.Error())
	}
	return l, nil
}

// detector returns what watches the records.
func (a *app) detector(w *watchFlags, memory string) (*findings.Detector, error) {
	if w.failOn != "" && !slices.Contains(findings.Severities(), w.failOn) {
		return nil, usage(fmt.Sprintf("--fail-on: %q is none of %s", w.failOn, strings.Join(findings.Severities(), ", ")))
	}
	nets, err := w.networks()
	if err != nil {
		return nil, err
	}
	cat, err := a.catalog()
	if err != nil {
		return nil, err
	}
	mem, err := size(memory)
	if err != nil {
		return nil, err
	}
	d := findings.New(cat, nets, mem/16)
	if w.policy != "" {
		if d.Policy, err = readPolicy(w.policy); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// networks are those of --local.
func (w *watchFlags) networks() ([]netip.Prefix, error) {
	var nets []netip.Prefix
	for _, s := range w.local {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, usage(fmt.Sprintf("--local: %q is no network (write 198.51.100.0/24)", s))
		}
		nets = append(nets, p.Masked())
	}
	return nets, nil
}

// after is verdict where reading ended with err. That a capture was damaged takes nothing from what was found in the
// rest of it, and who waits for 1 is to be told: the last file of a ring of captures mostly ends inside a frame. Where
// nothing was found it stays damaged, for nobody knows what the lost part held.
func (w *watchFlags) after(err error, fs []findings.Finding, interrupted bool) error {
	if ee := (*exitError)(nil); err == nil || errors.As(err, &ee) && ee.code == exitDamaged && ee.err == nil {
		if found := w.verdict(fs, interrupted); found != nil && (err == nil || status(found) == exitFound) {
			return found
		}
	}
	return err
}

// verdict is exit status 1 when one of fs is as grave as --fail-on says.
// A check that was interrupted before it found something has no result.
func (w *watchFlags) verdict(fs []findings.Finding, interrupted bool) error {
	for _, f := range fs {
		if f.Muted == "" && (f.Kind == "not-in-policy" || w.failOn != "" && findings.AtLeast(f.Severity, w.failOn)) {
			return &exitError{exitFound, nil}
		}
	}
	if interrupted && (w.failOn != "" || w.policy != "") {
		return &exitError{exitInterrupted, nil}
	}
	return nil
}

// sentences turns findings into what a table says under its rows.
func sentences(fs []findings.Finding, l words.Lang) []view.Finding {
	var out []view.Finding
	for i := range fs {
		if fs[i].Muted != "" {
			continue
		}
		out = append(out, view.Finding{Severity: fs[i].Severity, Kind: fs[i].Kind, Text: fs[i].Text(l), Records: fs[i].Records})
	}
	return out
}

func (a *app) findingsCmd() *cobra.Command {
	var o readFlags
	var w watchFlags
	var format, lang string
	cmd := &cobra.Command{
		Use: "findings FILE...", Short: "What is worth a look: scans, floods, exposed services, calls like clockwork",
		Long: `Lists what is worth a look in saved captures, worst first: what was seen with its
numbers, what it usually means, innocent causes, and what to check next. It says what
packets showed (observed) or what a number alone hints at (hint, never above low), and
never that somebody is infected.`,
		Example: "  portero findings capture.pcap\n  portero findings --fail-on medium --format ndjson capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := o.split(a, cmd, args)
			if err != nil {
				return err
			}
			if err := listed(format, "text"); err != nil {
				return err
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			paint, err := a.colorWanted(o.color, o.out != "")
			if err != nil {
				return err
			}
			d, err := a.detector(&w, o.memory)
			if err != nil {
				return err
			}
			if err := a.mayWrite(&o); err != nil {
				return err
			}
			opt := engine.Options{Judge: d.Record, Sink: func(r *record.Record) error { d.Observe(r); return nil }}
			j, id, err := a.openWatched(names, &o, opt, d)
			if err != nil {
				return err
			}
			defer id.close()
			interrupted, err := a.run(j)
			if err != nil {
				return a.finish(j, interrupted, err)
			}
			fs := d.Findings()
			out, err := a.openAs(o.out, o.force, o.quiet, format, listForms...)
			if err != nil {
				return err
			}
			if format == "text" {
				err = a.printFindings(out, fs, l, paint)
			} else {
				err = findingList(fs, l, o.utc).write(out, format)
			}
			if e := out.close(); err == nil {
				err = e
			}
			if n := d.Unwatched(); n > 0 && !o.quiet {
				fmt.Fprintf(a.err, "portero: %s\n", unwatchedWords(l, n))
			}
			return w.after(a.finish(j, interrupted, err), fs, interrupted)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	w.register(cmd.Flags())
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().StringVar(&format, "format", "text", "text, table, ndjson (jsonl), json, csv, tsv")
	return cmd
}

func findingList(fs []findings.Finding, l words.Lang, utc bool) *list {
	t := &list{heads: []string{"severity", "kind", "basis", "actor", "target", "proto", "port", "count", "of", "window_s", "first", "last", "attack", "records", "frames", "text", "muted", "files"},
		right: map[int]bool{6: true, 7: true, 8: true, 9: true}}
	t.label = t.heads
	for i := range fs {
		f := &fs[i]
		k, _ := findings.KindOf(f.Kind)
		addr := func(x netip.Addr) any {
			if !x.IsValid() {
				return nil
			}
			return x.String()
		}
		num := func(n uint64) any {
			if n == 0 {
				return nil
			}
			return n
		}
		var proto any
		if f.Proto != 0 { // ARP has none, many protocols have no one
			proto = record.ProtoName(f.Proto)
		}
		t.rows = append(t.rows, []any{f.Severity, f.Kind, f.Basis, addr(f.Actor), addr(f.Target), proto, num(uint64(f.Port)), f.Count, num(f.Of), num(uint64(f.Window / time.Second)),
			string(record.AppendTime(nil, f.First)), string(record.AppendTime(nil, f.Last)), k.Attack, numbers(f.Records), numbers(f.Frames), f.Text(l), f.Muted, strings.Join(f.Files, "|")})
	}
	return t
}

// framesOf are the numbers of f's frames, and the inputs in which they lie where there are several.
func framesOf(f *findings.Finding, l words.Lang) string {
	var parts []string
	for name, ns := range f.ByFile() {
		part := numbers(ns)
		if name != "" {
			part += l.Pick(" of ", " de ") + name
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func numbers(ns []uint64) string {
	var s []string
	for _, n := range ns {
		s = append(s, fmt.Sprint(n))
	}
	return strings.Join(s, " ")
}

func (a *app) printFindings(out *output, fs []findings.Finding, l words.Lang, paint bool) error {
	if len(fs) == 0 {
		none := l.Pick("nothing worth a look (see docs/FINDINGS.md for what is looked for)", "nada que merezca una mirada (docs/FINDINGS.md dice qué se busca)")
		_, err := fmt.Fprintln(out, fold.Lines(none, a.width()))
		return err
	}
	width := a.width()
	say := func(format string, args ...any) error {
		for _, m := range folded(safe.Terminal(fmt.Sprintf(format, args...)), width-2) {
			if _, err := fmt.Fprintln(out, "  "+m); err != nil {
				return err
			}
		}
		return nil
	}
	// What is said of a kind is said once, after all that was seen of it.
	for i := 0; i < len(fs); {
		n := i
		for n < len(fs) && fs[n].Kind == fs[i].Kind && fs[n].Severity == fs[i].Severity && fs[n].Basis == fs[i].Basis {
			n++
		}
		group := fs[i:n]
		k, _ := findings.KindOf(group[0].Kind)
		pick := func(t [2]string) string { return l.Pick(t[0], t[1]) }
		head := fold.Lines(fmt.Sprintf("%-7s %s: %s", words.Severity(l, group[0].Severity), k.ID, pick(k.Title)), width)
		if paint && (group[0].Severity == "high" || group[0].Severity == "medium") {
			c := color.New(color.FgRed)
			c.EnableColor()
			head = c.Sprint(head)
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, head)
		for g := range group {
			f := &group[g]
			of := func(n int, one, many string) string {
				if n == 1 {
					return one
				}
				return many
			}
			where := of(len(f.Records), l.Pick("connection ", "conexión "), l.Pick("connections ", "conexiones ")) + numbers(f.Records) + "; "
			if len(f.Records) == 0 {
				where = ""
			}
			if err := say("%s%s (%s%s%s)", l.Pick("seen:     ", "visto:    "), f.Text(l), where, of(len(f.Frames), l.Pick("frame ", "trama "), l.Pick("frames ", "tramas ")), framesOf(f, l)); err != nil {
				return err
			}
			if f.Muted != "" {
				if err := say("%s%s", l.Pick("muted:    ", "callado:  "), f.Muted); err != nil {
					return err
				}
			}
		}
		basis := words.Basis(l, group[0].Basis)
		if k.Attack != "" {
			basis += "; ATT&CK " + k.Attack
		}
		for _, line := range []string{l.Pick("means:    ", "indica:   ") + pick(k.Means), l.Pick("innocent: ", "inocente: ") + pick(k.Innocent), l.Pick("next:     ", "después:  ") + pick(k.Next), l.Pick("basis:    ", "base:     ") + basis} {
			if err := say("%s", line); err != nil {
				return err
			}
		}
		i = n
	}
	return nil
}

// hide takes out of findings what names people and machines.
func hide(m *anonymize.Map, fs []findings.Finding) {
	for i := range fs {
		f := &fs[i]
		f.Actor, f.Target, f.Detail, f.Files, f.Muted = m.Addr(f.Actor), m.Addr(f.Target), "", nil, anonymize.Reason(f.Muted)
	}
}

// unwatchedWords says what became of subjects of findings that had no room.
func unwatchedWords(l words.Lang, n uint64) string {
	return some(l, n, "subject had no room in memory and was not watched to the end", "subjects had no room in memory and were not watched to the end",
		"sujeto no cupo en la memoria y no se siguió hasta el final", "sujetos no cupieron en la memoria y no se siguieron hasta el final")
}

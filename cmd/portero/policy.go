package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/policy"
	"portero/internal/record"
	"portero/internal/words"
)

func readPolicy(name string) (*policy.Policy, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := textOf(f)
	if err != nil {
		return nil, usage(name + ": " + err.Error())
	}
	p, err := policy.Read(in, name)
	if err != nil {
		return nil, usage(err.Error())
	}
	return p, nil
}

// textOf is f, or what is wrong with it where people write text: a capture in its place
// would be quoted back in one long line.
func textOf(f *os.File) (io.Reader, error) {
	in := bufio.NewReader(f)
	head, err := in.Peek(512)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return nil, pe.Err // a directory, say: the caller names it
	}
	if pcapfile.IsText(head) {
		return in, nil
	}
	if c, err := pcapfile.NewReader(in, f.Name(), pcapfile.Options{}); err == nil {
		c.Close()
		return nil, errors.New("is a capture; a text file is expected here")
	}
	return nil, errors.New("is no text file, which is expected here")
}

func (a *app) policyCmd() *cobra.Command {
	var o readFlags
	var w watchFlags
	var format, lang string
	cmd := &cobra.Command{
		Use: "policy POLICY FILE...", Short: "Which doors answered that a policy does not expect",
		Long: `Says which doors answered in saved captures that the policy does not name, or not for
that caller. A line of the policy names machines, their doors, and who may call:

  # web and its administration
  10.0.0.1,10.0.0.2     80/tcp 443/tcp
  10.0.0.0/24           22/tcp           from 10.0.9.0/24
  *                     8000-8099/tcp

A door is a port, several as first-last, or *, with its transport: tcp, udp, sctp, dccp or
udp-lite. Doors of machines inside are judged (private addresses, and the networks of
--local), and of those that the policy names. A door counts as open only when something
answered there and it is known who called. Exits with 0 when everything was expected, with
1 when not. The same policy can be given to read, findings and live with --policy.`,
		Example: "  portero policy house.policy capture.pcap\n  portero policy --format csv house.policy monday.pcap tuesday.pcap",
		Args:    needs(1, needsPolicy, cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.policy = args[0]
			a.named = append(a.named, w.policy)
			dash := cmd.ArgsLenAtDash()
			if dash == 0 || (dash == 1 || len(args) < 2) && o.file == "" {
				return usage(needsPolicy(cmd, args))
			}
			// What follows -- is a filter, as everywhere.
			names, err := o.splitAfter(1, a, cmd, args)
			if err != nil {
				return err
			}
			l, err := language(lang)
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
			judged := false
			j, err := a.open(names, &o, engine.Options{Sink: func(r *record.Record) error {
				d.Observe(r)
				judged = judged || d.Judged(r)
				return nil
			}})
			if err != nil {
				return err
			}
			d.Frames = j.eng
			interrupted, err := a.run(j)
			if err != nil {
				return a.finish(j, interrupted, err)
			}
			fs := slices.DeleteFunc(d.Findings(), func(f findings.Finding) bool { return f.Kind != "not-in-policy" })
			o.format = format
			t := policyList(fs, l, o.utc, format)
			if format == "table" {
				t.keys = t.heads
				*t = t.withoutEmpty().narrow(a.width(), "first", "times", "callers", "proof_file", "service", "line")
			}
			if len(fs) == 0 && format == "table" {
				if !o.quiet && !interrupted {
					said := l.Pick("every door that answered was expected", "toda puerta que contestó era esperada")
					if !judged { // a capture of something else passes no policy
						said = l.Pick("no door was judged: none answered whose caller is known, on a machine inside or named in the policy", "no se juzgó ninguna puerta: no contestó ninguna de la que se sepa quién llamó, en un equipo interior o nombrado en la política")
					}
					fmt.Fprintln(a.err, "portero: "+said)
				}
				return w.after(a.finish(j, interrupted, nil), fs, interrupted)
			}
			return w.after(a.print(t, &o, j, interrupted), fs, interrupted)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	w.registerLocal(cmd.Flags())
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().StringVar(&format, "format", "table", "table, ndjson (jsonl), json, csv, tsv")
	return cmd
}

func policyList(fs []findings.Finding, l words.Lang, utc bool, format string) *list {
	t := &list{heads: []string{"addr", "port", "proto", "service", "caller", "callers", "times", "why", "line", "first", "proof_id", "proof_frame", "proof_file"},
		right: map[int]bool{1: true, 5: true, 6: true, 8: true, 10: true, 11: true}}
	t.label = []string{l.Pick("host", "equipo"), l.Pick("port", "puerto"), "proto", l.Pick("service", "servicio"), l.Pick("caller", "quién llama"), l.Pick("callers", "llaman"), l.Pick("times", "veces"),
		l.Pick("why", "por qué"), l.Pick("line", "línea"), l.Pick("first", "primera"), "#", l.Pick("frame", "trama"), l.Pick("file", "fichero")}
	for i := range fs {
		f := &fs[i]
		why, line := f.Rule()
		id := map[policy.Why]string{policy.NoHost: "no_host", policy.NoDoor: "no_door", policy.NotCaller: "not_caller"}[why]
		word := map[policy.Why][2]string{policy.NoHost: {"host not named", "equipo sin nombrar"}, policy.NoDoor: {"door not named", "puerta sin nombrar"}, policy.NotCaller: {"not for this caller", "no para quien llama"}}[why]
		if format == "table" {
			id = l.Pick(word[0], word[1])
		}
		var caller, at any
		if f.Actor.IsValid() {
			caller = f.Actor.String()
		}
		if line > 0 {
			at = line
		}
		first, service := string(record.AppendTime(nil, f.First)), f.Name
		if format == "table" {
			first = stamp(f.First, utc)
			if f.PortOnly {
				service = record.Called(service, "port")
			}
		}
		var file any
		if len(f.Files) > 0 {
			file = f.Files[0]
		}
		t.rows = append(t.rows, []any{f.Target.String(), f.Port, record.ProtoName(f.Proto), service, caller, f.Count, f.Of, id, at, first, f.Records[0], f.Frames[0], file})
	}
	return t
}

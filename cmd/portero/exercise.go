package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/teach"
	"portero/internal/view/certificate"
	"portero/internal/words"
)

// maxExercise bounds from how many connections a worksheet is chosen: traces are
// kept in memory.
const maxExercise = 400

func (a *app) exerciseCmd() *cobra.Command {
	var o readFlags
	var lang, level string
	var key, names bool
	var seed uint64
	var variants, conns int
	levels := map[string]teach.Level{"easy": teach.Easy, "medium": teach.Medium, "hard": teach.Hard,
		"1": teach.Easy, "2": teach.Medium, "3": teach.Hard} // as sheets have it over them
	cmd := &cobra.Command{
		Use: "exercise FILE...", Short: "Make worksheets and their answer keys from a teacher's own capture",
		Long: `Makes a worksheet with blanks (flags, numbers, states, the verdict) from TCP connections
of a capture, and its answer key with the reasons. Where there are none, or a filter
leaves none (-- udp), it is one about datagrams: who writes to whom, and what came of it.
The same seed gives the same sheet; another seed is another student's variant. Addresses
are replaced, everywhere by the same ones. With -o the key is written beside the sheet,
as NAME.key.md.`,
		Example: "  portero exercise --level medium --seed 7 testdata/first-look/in.pcap\n  portero exercise --format html --variants 30 -o sheet.html capture.pcap\n  portero exercise --format gift -o moodle.gift capture.pcap",
		Args:    o.counted(needs(1, needsCapture(" -o sheet.md"), cobra.MinimumNArgs(1))),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := teachLang(lang)
			if err != nil {
				return err
			}
			lv, ok := levels[level]
			if !ok {
				return usage(fmt.Sprintf("--level: %q is none of easy, medium, hard", level))
			}
			if o.format != "md" && o.format != "html" && o.format != "gift" {
				return usage(fmt.Sprintf("--format: %q is none of md, html, gift", o.format))
			}
			if variants < 1 || variants > 1000 || conns < 1 || conns > 50 {
				return usage("--variants is from 1 to 1000, --connections from 1 to 50")
			}
			if variants > 1 && o.out == "" {
				return usage("--variants makes several sheets: say where to with -o NAME")
			}
			files, err := o.split(a, cmd, args)
			if err != nil {
				return err
			}
			files, done, err := a.spool(files)
			if err != nil {
				return err
			}
			defer done()
			cs, j, err := a.connections(files, &o)
			if err != nil {
				return err
			}
			if len(cs) == 0 {
				a.problems(j)
				return a.lacking("a worksheet is made of TCP connections with their flags, or else of exchanges by UDP, and there is neither; portero lab handshake -w X.pcapng makes one")
			}
			for v := range variants {
				s := teach.Exercise(cs, teach.SheetOptions{Seed: seed + uint64(v), Level: lv, Lang: l, Conns: conns, Names: names})
				name := o.out
				if variants > 1 {
					name = beside(name, fmt.Sprintf("-%d", seed+uint64(v)))
				}
				if err := a.writeSheet(s, name, &o, key); err != nil {
					return err
				}
				if v == 0 && !o.quiet {
					a.misnamed(o.out, o.format, "html", "gift")
				}
			}
			if o.out != "" && o.out != "-" && !o.quiet {
				fmt.Fprintln(a.err, "portero: "+printable(handed(a.tongue(), o.out, o.format, seed, variants)))
			}
			return a.finish(j, false, nil)
		},
	}
	o.input(cmd.Flags())
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "write the sheet to this file (mode 0600) and the key beside it")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace files that exist")
	cmd.Flags().StringVar(&o.format, "format", "md", "md (Markdown), html (to print), gift (Moodle, with answers)")
	cmd.Flags().StringVar(&level, "level", "easy", "easy (flags, states), medium (and relative numbers), hard (numbers of 32 bits as on the wire, and reasons)")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "number of the variant")
	cmd.Flags().IntVar(&variants, "variants", 1, "how many variants, from --seed on")
	cmd.Flags().IntVar(&conns, "connections", 3, "connections on a sheet")
	cmd.Flags().BoolVar(&key, "key", false, "without -o: print the answer key instead of the sheet")
	cmd.Flags().BoolVar(&names, "keep-addresses", false, "keep the capture's own addresses")
	langFlag(cmd.Flags(), &lang)
	return cmd
}

func (a *app) writeSheet(s *teach.Sheet, name string, o *readFlags, key bool) error {
	write := func(to string, f func(w io.Writer) error) error {
		out, err := a.openOutput(to, o.force)
		if err != nil {
			return err
		}
		err = f(out)
		if e := out.close(); err == nil {
			err = e
		}
		return err
	}
	sheet, answers := s.WriteMarkdown, s.WriteKeyMarkdown
	switch o.format {
	case "html":
		sheet, answers = s.WriteHTML, s.WriteKeyHTML
	case "gift":
		return write(name, s.WriteGIFT) // Moodle keeps questions and answers together
	}
	if name == "" || name == "-" {
		if key {
			return write(name, answers)
		}
		return write(name, sheet)
	}
	if err := write(name, sheet); err != nil {
		return err
	}
	return write(beside(name, keyed), answers)
}

// keyed is what the name of an answer key has more than that of its sheet.
const keyed = ".key"

// beside is the name of a file that lies by that called name, with more before the extension.
func beside(name, more string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + more + ext
}

// handed says which files there are now: who hands out the sheet must not look for the key among them.
func handed(l words.Lang, name, format string, seed uint64, variants int) string {
	to := func(more string) string {
		if variants == 1 {
			return beside(name, more)
		}
		first, last := fmt.Sprintf("-%d", seed), fmt.Sprintf("-%d", seed+uint64(variants)-1)
		return beside(name, first+more) + l.Pick(" to ", " a ") + beside(name, last+more)
	}
	if format == "gift" {
		return fmt.Sprintf(l.Pick("%s: questions with their answers", "%s: preguntas con sus respuestas"), to(""))
	}
	return fmt.Sprintf(l.Pick("%s: for the students; %s: the answers", "%s: para el alumnado; %s: las respuestas"), to(""), to(keyed))
}

// connections reads the captures twice: for the records, then for the packets of
// those a worksheet may use.
func (a *app) connections(files []string, o *readFlags) ([]teach.Conn, *job, error) {
	var kept held
	var recs, letters []*record.Record
	var chosen engine.Chosen
	_, err := a.pass(files, o, engine.Options{Sink: func(r *record.Record) error {
		switch {
		case !r.HasPorts:
		case r.TCP() && len(recs) < maxExercise:
			recs = append(recs, r.Clone())
		case r.Exchange != handshake.ExchangeNone && len(letters) < maxExercise:
			letters = append(letters, r.Clone())
		}
		return nil
	}})
	if err != nil {
		return nil, nil, err
	}
	if len(recs) == 0 { // a lesson about letters
		recs = letters
	}
	for _, r := range recs {
		kept.choose(r.ID)
		choose(&chosen, r)
	}
	j, err := a.pass(files, o, engine.Options{Chosen: &chosen, Packet: func(id uint64, p *capture.Packet, payload []byte, _ int, dup bool) {
		if !dup {
			kept.add(id, p, payload)
		}
	}})
	if err != nil {
		return nil, nil, err
	}
	var out []teach.Conn
	for _, r := range recs {
		if ps := kept.take(r.ID); len(ps.list) > 0 {
			r = placed(j.eng, o.frames == "merged", ps.list, r, &certificate.Context{})
			out = append(out, teach.Conn{Record: r, Trace: ps.trace(r)})
		}
	}
	return out, j, nil
}

// pass reads the captures once.
func (a *app) pass(files []string, o *readFlags, opt engine.Options) (*job, error) {
	j, err := a.openPlaced(files, o, opt)
	if err != nil {
		return nil, err
	}
	return j, a.whole(j)
}

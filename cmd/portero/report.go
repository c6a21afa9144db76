package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view/certificate"
	"portero/internal/view/html"
	"portero/internal/who"
	"portero/internal/words"
)

func (a *app) reportCmd() *cobra.Command {
	var o readFlags
	var lang string
	var limits html.Limits
	cmd := &cobra.Command{
		Use: "report FILE... -o X.html", Short: "One page to look at, share and print: everything about a capture",
		Long: `Writes one self-contained page: what the capture is worth, how the connections opened,
when, the doors and hosts, what is worth a look, a searchable table of connections, and
for each of those told packet by packet the ladder, both ends' states, a game of
prediction, and the proof of the verdict. In English and Spanish at once. The page loads
nothing from anywhere and opens in any browser of 2024 or later.`,
		Example: "  portero report -o monday.html monday.pcap\n  portero report --lang es -o lunes.html lunes.pcap.gz\n  portero report -o dns.html capture.pcap -- udp port 53",
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := o.split(a, cmd, args)
			if err != nil {
				return err
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			if o.out == "" {
				return usage("say where to: -o X.html (- is standard output)")
			}
			if limits.Rows < 1 || limits.Rows > 1_000_000 || limits.Stories < 0 || limits.Stories > 100_000 {
				return usage("--rows is from 1 to 1000000, --told from 0 to 100000")
			}
			if limits.Stories == 0 {
				limits.Stories = -1
			}
			return a.report(names, &o, limits, l)
		},
	}
	o.input(cmd.Flags())
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the page (mode 0600); - is standard output")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the page if it exists")
	cmd.Flags().IntVar(&limits.Rows, "rows", 50_000, "connections in the table; more are counted and left out")
	cmd.Flags().IntVar(&limits.Stories, "told", 1000, "connections told packet by packet, the unusual ones first")
	cmd.Flags().BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
	o.watch.register(cmd.Flags())
	langFlag(cmd.Flags(), &lang)
	return cmd
}

// reporting is what the first reading collects for a page.
type reporting struct {
	page    *html.Collector
	answers certificate.Answers
	watch   *findings.Detector
	far     distances // of the hosts that refuse
}

func (c *reporting) see(r *record.Record) error {
	c.page.Observe(r)
	c.answers.Observe(r)
	c.watch.Observe(r)
	if r.Handshake == handshake.Refused && len(c.far) < maxTraced {
		c.far[r.Resp.Addr] = nil
	}
	return nil
}

// report reads the captures twice, and writes their page.
func (a *app) report(names []string, o *readFlags, limits html.Limits, l words.Lang) error {
	watch, err := a.detector(&o.watch, o.memory)
	if err != nil {
		return err
	}
	if err := a.mayWrite(o); err != nil {
		return err
	}
	names, done, err := a.spool(names)
	if err != nil {
		return err
	}
	defer done()
	c := &reporting{page: html.New(limits), watch: watch, far: distances{}}
	j, id, err := a.openWatched(names, o, engine.Options{Sink: c.see}, watch)
	if err != nil {
		return err
	}
	defer id.close()
	interrupted, err := a.run(j)
	if err != nil {
		return err
	}
	found, unlooked := watch.Findings(), watch.Unwatched()
	watch, c.watch, id.watch = nil, nil, who.Watch{} // room for the packets
	if !interrupted {
		if interrupted, err = a.stories(names, o, c, j, found); err != nil {
			return err
		}
	}
	interrupted = interrupted || a.early
	out, err := a.openAs(o.out, o.force, o.quiet, "html")
	if err != nil {
		return err
	}
	err = c.page.Write(out, j.summary(interrupted), found, html.Options{Lang: l, Version: versionText(), Unlooked: unlooked})
	if e := out.close(); err == nil {
		err = e
	}
	if err == nil && out.file != nil && !o.quiet {
		fmt.Fprintf(a.err, "portero: %s: %s\n", printable(o.out), c.page.Holds(l))
	}
	return o.watch.after(a.finish(j, interrupted, err), found, interrupted)
}

// stories reads the captures again for the packets of the connections that the page
// tells, each of which is told and forgotten when it ends; those that were refused wait
// for the end of the reading, for what else their responder sent.
func (a *app) stories(names []string, o *readFlags, c *reporting, first *job, found []findings.Finding) (interrupted bool, err error) {
	ids := c.page.Choose(html.Evidence(found))
	if len(ids) == 0 {
		return false, nil
	}
	var kept held
	for _, id := range ids {
		kept.choose(id)
	}
	var j *job
	var refused []func()
	var chosen engine.Chosen
	c.page.Ends(ids, chosen.Add)
	for a := range c.far {
		chosen.AddSender(a)
	}
	j, err = a.openPlaced(names, o, engine.Options{Chosen: &chosen, Packet: func(id uint64, p *capture.Packet, payload []byte, _ int, dup bool) {
		c.far.see(p)
		if !dup {
			kept.add(id, p, payload)
		}
	}, Sink: func(r *record.Record) error {
		ps := kept.take(r.ID)
		if len(ps.list) == 0 {
			return nil
		}
		ctx := c.answers.Context(r)
		ctx.Neighbour, ctx.NeighbourFrames = first.eng.Doctor.Unreachable(r.Resp.Addr)
		if first.eng.Several() {
			ctx.PortAnswersFrame = 0 // the first reading counted it in its input
		}
		tell := func(r *record.Record) {
			ofPackets(&ctx, ps.list, r, c.far)
			r = placed(j.eng, o.frames == "merged", ps.list, r, &ctx)
			c.page.Tell(r, ps.trace(r), ctx)
		}
		if r.Handshake == handshake.Refused {
			r = r.Clone()
			refused = append(refused, func() { tell(r) })
			return nil
		}
		tell(r)
		return nil
	}})
	if err != nil {
		return false, err
	}
	if interrupted, err = a.run(j); err != nil {
		return interrupted, fmt.Errorf("reading again for the ladders: %w", err)
	}
	for _, tell := range refused {
		tell()
	}
	first.changed = a.past.changed // the page says it as well
	return interrupted, nil
}

package main

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view/certificate"
)

func (a *app) whyCmd() *cobra.Command {
	var o readFlags
	var all, ascii bool
	var lang string
	cmd := &cobra.Command{
		Use: "why FILE... CONN", Short: "Prove one connection's verdict: packets, equations, states",
		Long: `Prints the certificate of one connection: its packets with their numbers, the
equations of the handshake with the numbers filled in, the states of both ends after
every packet, what the capture missed, what would overturn the verdict, and what other
tools print. CONN is the number of the table's first column, @frame, a Community ID,
or a:port>b:port.`,
		Example: "  portero why capture.pcap 4\n  portero why capture.pcap @17\n  portero why --format json capture.pcap '10.0.0.1:40000>10.0.0.2:80'",
		Args:    o.counted(needs(2, needsConn(""), cobra.MinimumNArgs(2))),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = o.words(args)
			t, err := targeted(args)
			if err != nil {
				return err
			}
			if o.format != "text" && o.format != "json" {
				return usage(fmt.Sprintf("--format: %q is neither text nor json", o.format))
			}
			l, err := language(lang)
			if err != nil {
				return err
			}
			lang := l.String()
			color, err := a.colorWanted(o.color, o.out != "")
			if err != nil {
				return err
			}
			names, done, err := a.twice(args[:len(args)-1])
			if err != nil {
				return err
			}
			defer done()
			told, j, err := a.gather(names, &o, t)
			if err != nil {
				return err
			}
			c := certificate.Build(told.rec, told.trace, told.ctx)
			out, err := a.openAs(o.out, o.force, o.quiet, o.format, "json")
			if err != nil {
				return err
			}
			if o.format == "json" {
				err = c.WriteJSON(out, lang)
			} else {
				err = c.WriteText(out, certificate.Options{Width: a.width(), Color: color, ASCII: ascii, All: all, Lang: lang})
			}
			if e := out.close(); err == nil {
				err = e
			}
			return a.finish(j, false, err)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().BoolVar(&all, "all", false, "every packet, however many")
	cmd.Flags().BoolVar(&ascii, "ascii", false, "for terminals without UTF-8: words instead of signs, letters without accents (text)")
	return cmd
}

// told is one connection with its packets, and what the rest of the capture
// knows of its ends.
type told struct {
	rec   *record.Record
	trace *trace.Trace
	ctx   certificate.Context
}

// gather finds the connection in a first reading and collects its packets in a
// second.
func (a *app) gather(names []string, o *readFlags, t target) (*told, *job, error) {
	f, _, err := a.locate(names, o, t)
	if err != nil {
		return nil, nil, err
	}
	var answers certificate.Answers
	var ps packets
	beyond := 0 // packets that came when there was no room any more
	far := distances{f.Resp.Addr: nil}
	rec := f
	var chosen engine.Chosen
	choose(&chosen, rec)
	chosen.AddSender(rec.Resp.Addr)
	j, err := a.openPlaced(names, o, engine.Options{
		Chosen: &chosen,
		Packet: func(id uint64, p *capture.Packet, payload []byte, _ int, dup bool) {
			far.see(p)
			switch {
			case id != f.ID || dup:
			case len(ps.list) < maxTraced:
				ps.add(p, payload)
			default:
				beyond++
			}
		},
		Sink: func(r *record.Record) error {
			answers.Observe(r)
			if r.ID == f.ID {
				rec = r.Clone()
			}
			return nil
		},
	})
	if err != nil {
		return nil, nil, err
	}
	if err := a.whole(j); err != nil {
		return nil, nil, err
	}
	ctx := answers.Context(rec)
	ctx.Neighbour, ctx.NeighbourFrames = j.eng.Doctor.Unreachable(rec.Resp.Addr)
	pkts := ps.list
	ofPackets(&ctx, pkts, rec, far)
	rec = placed(j.eng, o.frames == "merged", pkts, rec, &ctx)
	if beyond > 0 && !o.quiet {
		fmt.Fprintf(a.err, a.tongue().Pick("portero: connection %d: packet by packet it is told up to frame %d only, its first %d packets; of the %d that came later only verdict, close and counts speak\n",
			"portero: conexión %d: paquete a paquete se cuenta solo hasta la trama %d, sus primeros %d paquetes; de los %d que llegaron después solo hablan el veredicto, el cierre y los recuentos\n"),
			rec.ID, pkts[len(pkts)-1].Index, len(pkts), beyond)
	}
	return &told{rec, ps.trace(rec), ctx}, j, nil
}

// choose chooses the connection of r.
func choose(c *engine.Chosen, r *record.Record) {
	c.Add(netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port))
}

// distances are the TTLs of some hosts' packets that are no RST, as many as tell
// anything: a RST of the host itself comes with one of them. RSTs are no measure, for it
// is of them that it is asked who sent them; nor are ICMP errors, whose sender is often
// somebody on the way.
type distances map[netip.Addr][]uint8

func (d distances) see(p *capture.Packet) {
	ttls, ok := d[p.SrcAddr()]
	if !ok || p.Bits&capture.ICMPError != 0 || p.Proto == capture.ProtoTCP && p.Flags.Any(capture.RST) || len(ttls) == 8 || slices.Contains(ttls, p.TTL) {
		return
	}
	d[p.SrcAddr()] = append(ttls, p.TTL)
}

// ofPackets says what a connection's packets tell beside its trace: the ICMP error, and
// the TTL of the responder's RST beside those of what else it sent in the capture.
func ofPackets(ctx *certificate.Context, pkts []capture.Packet, r *record.Record, far distances) {
	ctx.HostTTLs = far[r.Resp.Addr]
	for i := range pkts {
		p := &pkts[i]
		if p.Bits&capture.ICMPError != 0 {
			if !ctx.HasICMP {
				ctx.HasICMP, ctx.ICMPType, ctx.ICMPCode = true, p.ICMPType(), p.ICMPCode()
			}
			continue
		}
		if p.SrcAddr() == r.Resp.Addr && r.Orig.Addr != r.Resp.Addr && p.Proto == capture.ProtoTCP && p.Flags.Any(capture.RST) && !ctx.HasTTL {
			ctx.HasTTL, ctx.RSTTTL = true, p.TTL
		}
	}
}

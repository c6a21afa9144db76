package main

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"portero/internal/doors"
	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
)

func (a *app) tallyOf(names []string, o *readFlags) (*doors.Tally, *job, bool, error) {
	return a.tallyWith(names, o, engine.Options{})
}

func (a *app) tallyWith(names []string, o *readFlags, opt engine.Options) (*doors.Tally, *job, bool, error) {
	var t doors.Tally
	if err := a.mayWrite(o); err != nil {
		return nil, nil, false, err
	}
	memory, err := size(o.memory)
	if err != nil {
		return nil, nil, false, err
	}
	t.Fit(memory)
	opt.Sink = func(r *record.Record) error { t.Add(r); return nil }
	j, err := a.open(names, o, opt)
	if err != nil {
		return nil, nil, false, err
	}
	interrupted, err := a.run(j)
	if t.Dropped > 0 && !o.quiet {
		l := a.tongue()
		fmt.Fprintf(a.err, l.Pick("portero: of %s the doors or hosts are not listed for lack of room (--memory)\n", "portero: de %s no se listan las puertas o los equipos por falta de sitio (--memory)\n"),
			some(l, t.Dropped, "connection or exchange", "connections and exchanges", "conexión o intercambio", "conexiones e intercambios"))
	}
	return &t, j, interrupted, err
}

func stamp(ns int64, utc bool) string {
	if utc {
		return time.Unix(0, ns).UTC().Format("2006-01-02 15:04:05Z")
	}
	return time.Unix(0, ns).Format("2006-01-02 15:04:05")
}

func when(ns int64, format string, utc bool) string {
	if format == "table" {
		return stamp(ns, utc)
	}
	return string(record.AppendTime(nil, ns))
}

func (a *app) portsCmd() *cobra.Command {
	var o readFlags
	var m machineFlags
	var w watchFlags
	var state, at, lang string
	cmd := &cobra.Command{
		Use: "ports [FILE...]", Short: "Say which doors are open: in a capture, with the proof; or of this machine, with the program behind each",
		Long: `With a capture it lists every door that somebody knocked at or answered from: open (a
SYN-ACK or a reply came from it), closed (a RST or port unreachable), filtered (another
ICMP error) or silent. TCP and UDP are two different doors. What was seen to begin was
tried; accepted also counts answers whose question is not in the capture, and what was
open before it began. Of the clients, outside are addresses of the Internet: --state open
--sort outside shows first what of one's own it reaches.

Without one it lists the sockets of this machine as netstat -an does, each with the
program, process id, user and file behind it, those of containers included. --seen lays
a capture of this machine beside them: who was contacted and by how many, who never was,
where somebody knocked and nobody listens, what answers without a socket.`,
		Example: "  sudo portero ports\n  sudo portero ports --listening --seen today.pcapng\n  portero ports capture.pcap\n  portero ports --state open --format csv capture.pcap\n  portero ports --at 2026-11-23T10:31:09Z capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && o.file == "" {
				if at != "" {
					return usage("--at needs a capture: what the sockets of this machine were then, nobody wrote down")
				}
				l, err := language(lang)
				if err != nil {
					return err
				}
				if cmd.Flags().Changed("sort") || cmd.Flags().Changed("limit") {
					return usage("--sort and --limit are for captures: name one")
				}
				m.state = state
				return a.machinePorts(&o, &m, l)
			}
			if err := o.rankable(doorOrders); err != nil {
				return err
			}
			if m.listening || len(m.seen) > 0 {
				return usage("--listening and --seen are for the sockets of this machine: leave the capture out")
			}
			names, err := o.split(a, cmd, args)
			if err != nil {
				return err
			}
			if err := listed(o.format); err != nil {
				return err
			}
			if at != "" {
				return a.portsAt(names, &o, at)
			}
			inside, err := w.networks()
			if err != nil {
				return err
			}
			return a.portsOf(names, &o, state, inside)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	cmd.Flags().StringVar(&o.format, "format", "table", "table, ndjson (jsonl), json, csv, tsv")
	cmd.Flags().BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
	cmd.Flags().StringVar(&state, "state", "", "only doors that are open, closed, filtered or silent; of this machine: listen, established, time-wait ...")
	cmd.Flags().BoolVarP(&m.listening, "listening", "l", false, "of this machine: only sockets that wait for whoever comes")
	cmd.Flags().StringArrayVar(&m.seen, "seen", nil, "of this machine: a capture of it, or the ndjson of portero live, to be laid beside its sockets")
	w.registerLocal(cmd.Flags())
	o.rankFlags(cmd, doorOrders)
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().StringVar(&at, "at", "", "what netstat -an would have shown at this `TIME` (RFC 3339, one of the day as tables show it, or seconds since 1970)")
	return cmd
}

var doorStates = []string{"open", "closed", "filtered", "silent"}

// portsOf lists the doors of captures that are in a state, in any where it is "".
func (a *app) portsOf(names []string, o *readFlags, state string, inside []netip.Prefix) error {
	if state != "" && !slices.Contains(doorStates, state) {
		return usage(fmt.Sprintf("--state: %q is none of open, closed, filtered, silent", state))
	}
	t, j, stopped, err := a.tallyOf(names, o)
	if err != nil {
		return err
	}
	all := t.Doors()
	named := o.format != "table" || slices.ContainsFunc(all, func(d *doors.Door) bool { return d.ProofFile != "" })
	all = slices.DeleteFunc(all, func(d *doors.Door) bool { return state != "" && d.State.String() != state })
	l := o.doorList(all, named, func(a netip.Addr) bool { return findings.Public(a, inside) })
	l.rank(doorOrders, o)
	if i := slices.Index(l.heads, "outside"); o.format == "table" && o.sort != "outside" && !slices.ContainsFunc(l.rows, func(r []any) bool { return r[i] != 0 }) {
		l = l.only(func(j int) bool { return j != i }) // nobody came from there
	}
	// A narrow terminal gets what matters most: the frame that proves a door is more than
	// how often it was tried. A frame without its file would prove nothing.
	narrow := l.giveWay(doorOrders, o, "last", "first", "out", "in", "refused", "clients", "accepted", "outside", "tried", "frame", "#")
	if named {
		narrow = l.giveWay(doorOrders, o, "last", "first", "out", "in", "refused", "clients", "frame", "file", "accepted", "outside", "tried", "#")
	}
	l.speak(o.format, a.tongue())
	if o.format == "table" {
		l = l.narrow(a.width(), narrow...)
	}
	return a.print(&l, o, j, stopped)
}

// doorList is a row for each door; named says in which file the frame lies that proves it, outside who is of the Internet.
func (o *readFlags) doorList(all []*doors.Door, named bool, outside func(netip.Addr) bool) list {
	l := list{heads: []string{"addr", "port", "proto", "state", "service", "attempts", "accepted", "refused", "clients", "outside", "bytes_in", "bytes_out", "first", "last", "proof_id", "proof_frame"},
		label: []string{"host", "port", "proto", "state", "service", "tried", "accepted", "refused", "clients", "outside", "in", "out", "first", "last", "#", "frame"},
		right: map[int]bool{1: true, 5: true, 6: true, 7: true, 8: true, 9: true, 10: true, 11: true, 14: true, 15: true}}
	if named {
		l.heads, l.label = append(l.heads, "proof_file"), append(l.label, "file")
	}
	programs := o.format != "table" // where a question mark says what tells the service
	if programs {
		l.heads, l.label = slices.Insert(l.heads, 5, "service_by"), slices.Insert(l.label, 5, "")
	}
	for _, d := range all {
		name := d.Service
		if o.format == "table" {
			name = d.Called()
		} else if name == "" {
			name = d.Name
		}
		row := []any{d.Host.String(), d.Port, record.ProtoName(d.Proto), d.State.String(), name, d.Attempts, d.Accepted, d.Refused, d.Clients(), d.Who(outside),
			d.BytesIn, d.BytesOut, when(d.First, o.format, o.utc), when(d.Last, o.format, o.utc), d.ProofRecord, known(d.ProofFrame)}
		if named {
			row = append(row, d.ProofFile)
		}
		if programs {
			row = slices.Insert(row, 5, any(d.ServiceBy()))
		}
		l.rows = append(l.rows, row)
	}
	return l
}

func (a *app) hostsCmd() *cobra.Command {
	var o readFlags
	var w watchFlags
	var lang string
	cmd := &cobra.Command{
		Use: "hosts FILE...", Short: "Say who is there: per address, what it opened, received and offers",
		Long: `Lists every address with what it did and who it is, as far as the capture tells: the
name it gives itself (DHCP, mDNS, LLMNR, NetBIOS) or others call it by (TLS, HTTP, DNS),
its hardware address (ARP, NDP, DHCP) with the maker, and with --mmdb its country and
AS. All of that is what machines say of themselves: no proof.`,
		Example: "  portero hosts capture.pcap\n  portero hosts --sort bytes --limit 20 capture.pcap\n  portero hosts --format ndjson capture.pcap",
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := language(lang); err != nil {
				return err
			}
			if err := o.rankable(hostOrders); err != nil {
				return err
			}
			names, err := o.split(a, cmd, args)
			if err != nil {
				return err
			}
			if err := listed(o.format); err != nil {
				return err
			}
			var opt engine.Options
			id, err := o.who.identify(&opt, nil)
			if err != nil {
				return err
			}
			defer id.close()
			inside, err := w.networks()
			if err != nil {
				return err
			}
			t, j, stopped, err := a.tallyWith(names, &o, opt)
			if err != nil {
				return err
			}
			l := o.hostList(o.withNeighbours(t.Hosts(), id), id, inside)
			l.rank(hostOrders, &o)
			narrow := l.giveWay(hostOrders, &o, hostsDrop...)
			l.speak(o.format, a.tongue())
			if o.format == "table" {
				l = l.withoutEmpty().narrow(a.width(), narrow...)
			}
			return a.print(&l, &o, j, stopped)
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	o.who.register(cmd.Flags())
	w.registerLocal(cmd.Flags())
	langFlag(cmd.Flags(), &lang)
	o.rankFlags(cmd, hostOrders)
	cmd.Flags().StringVar(&o.format, "format", "table", "table, ndjson (jsonl), json, csv, tsv")
	cmd.Flags().BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
	return cmd
}

// withNeighbours adds those who said by what hardware address they are reached, and nothing else that is a connection: they
// are there all the same. A filter asks for connections.
func (o *readFlags) withNeighbours(all []*doors.Host, id *identities) []*doors.Host {
	if o.filter != "" {
		return all
	}
	seen := map[netip.Addr]bool{}
	for _, h := range all {
		seen[h.Addr] = true
	}
	for _, a := range id.watch.Neighbours() {
		if !seen[a] {
			all = append(all, &doors.Host{Addr: a})
		}
	}
	slices.SortFunc(all, func(a, b *doors.Host) int { return a.Addr.Compare(b.Addr) })
	return all
}

// hostsDrop are the columns of hosts that give way in a narrow terminal, those that tell least first: a host whose calls
// failed is what one looks for.
var hostsDrop = []string{"last", "first", "out", "in", "packets", "as name", "told by", "inside", "peers", "mac", "received", "opened", "failed"}

// hostList is a row for each host, with who it is.
func (o *readFlags) hostList(all []*doors.Host, id *identities, inside []netip.Prefix) list {
	l := list{heads: []string{"addr", "opened", "failed", "received", "open_doors", "peers", "bytes_out", "bytes_in", "packets", "first", "last", "name", "name_by", "mac", "vendor", "inside", "country", "asn", "as_org"},
		label: []string{"host", "opened", "failed", "received", "open doors", "peers", "out", "in", "packets", "first", "last", "name", "told by", "mac", "maker", "inside", "country", "as", "as name"},
		right: map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true}}
	for _, h := range all {
		k, place := id.of(h.Addr)
		name, by := h.Name, ""
		if name != "" {
			by = "traffic"
		}
		if k.Name != "" {
			name, by = k.Name, k.NameBy
		}
		var asn any
		if place.ASN != 0 {
			asn = place.ASN
		}
		var first, last any
		if h.Pkts > 0 {
			first, last = when(h.First, o.format, o.utc), when(h.Last, o.format, o.utc)
		}
		l.rows = append(l.rows, []any{h.Addr.String(), h.Opened, h.Failed, h.Received, h.OpenDoors, h.Peers(), h.BytesOut, h.BytesIn, h.Pkts,
			first, last, name, by, k.MAC.String(), k.MAC.Vendor(), findings.Inside(h.Addr, inside), place.Country, asn, place.ASOrg})
	}
	return l
}

func (a *app) diffCmd() *cobra.Command {
	var o readFlags
	var lang string
	cmd := &cobra.Command{
		Use: "diff A B", Short: "Say which doors, clients and services are new, gone or changed from one capture to another",
		Long: "What works otherwise than before stands first: doors that opened or closed, calls that fail, services. Failures are calls that nobody let in, or that a " +
			"server answered with a fault of its own (HTTP 500 and above, TLS that did not come about, a name server that failed), of all calls to a door; they are told where their share changed by a tenth.\n\n" +
			"Exits with 0 when nothing differs and with 1 when something does, as diff does.",
		Example: "  portero diff monday.pcap tuesday.pcap",
		Args:    o.counted(needs(2, needsPair, cobra.ExactArgs(2))),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = o.words(args)
			if _, err := language(lang); err != nil {
				return err
			}
			if err := listed(o.format); err != nil {
				return err
			}
			first, err := a.expand(args[:1])
			if err != nil {
				return err
			}
			second, err := a.expand(args[1:])
			if err != nil {
				return err
			}
			before, j1, s1, err := a.tallyOf(first, &o)
			if err != nil {
				return err
			}
			damaged := a.finish(j1, s1, nil)
			if damaged != nil && status(damaged) != exitDamaged {
				return damaged
			}
			now, j, s2, err := a.tallyOf(second, &o)
			if err != nil {
				return err
			}
			if s1 || s2 { // what was not read is not gone
				return &exitError{exitInterrupted, nil}
			}
			l := list{heads: []string{"how", "what", "addr", "port", "proto", "before", "now"}, label: []string{"how", "what", "host", "port", "proto", "before", "now"}, right: map[int]bool{3: true}}
			for _, c := range doors.Diff(before, now) {
				l.rows = append(l.rows, []any{c.How, c.What, c.Key.Host.String(), c.Key.Port, record.ProtoName(c.Key.Proto), c.Before, c.Now})
			}
			if len(l.rows) == 0 && o.format == "table" {
				if !o.quiet {
					fmt.Fprintln(a.err, "portero: "+a.tongue().Pick("no door, client or service differs, and no more calls fail", "ninguna puerta, cliente ni servicio difiere, y no fallan más llamadas"))
				}
				if err := a.finish(j, false, nil); err != nil {
					return err
				}
				return damaged
			}
			l.speak(o.format, a.tongue())
			if err := a.print(&l, &o, j, false); err != nil {
				return err
			}
			if damaged != nil {
				return damaged
			}
			if len(l.rows) > 0 {
				return &exitError{exitFound, nil}
			}
			return nil
		},
	}
	o.input(cmd.Flags())
	o.show(cmd.Flags())
	langFlag(cmd.Flags(), &lang)
	cmd.Flags().StringVar(&o.format, "format", "table", "table, ndjson (jsonl), json, csv, tsv")
	cmd.Flags().BoolVar(&o.stats, "stats", false, "say on standard error what was done and what was lost")
	return cmd
}

package screen

import (
	"fmt"
	"sort"
	"strings"

	"portero/internal/doors"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view/safe"
	"portero/internal/view/table"
	"portero/internal/words"
)

// Row is one line of a tab. Text holds no octet that a terminal would obey.
type Row struct {
	ID    uint64
	Cells []string
	Live  bool
	Mark  string // severity or verdict, for colour
	More  []string
	Last  int64
	Bytes uint64
}

// View is what is shown at one moment. It is not changed after it was made.
type View struct {
	Conns, Ports, Hosts, Findings []Row
	Live, Total                   uint64
	Packets, Bytes                uint64
	Received, Dropped             uint64
	Saving                        string // what became of -w, "" without it
	Now                           int64
}

// bounds of what is kept for the screen
const (
	maxEnded = 2000
	maxShown = 4000
)

// Board collects records. One goroutine owns it.
type Board struct {
	lang  words.Lang
	ended []Row
	at    int
	tally doors.Tally
	watch *findings.Detector
	total uint64
}

// NewBoard returns an empty board.
func NewBoard(l words.Lang, watch *findings.Detector) *Board { return &Board{lang: l, watch: watch} }

// Ended takes a record that is final.
func (b *Board) Ended(r *record.Record) {
	b.total++
	b.watch.Observe(r)
	b.tally.Add(r)
	row := b.row(r)
	if len(b.ended) < maxEnded {
		b.ended = append(b.ended, row)
		return
	}
	b.ended[b.at] = row
	b.at = (b.at + 1) % maxEnded
}

func endpoint(s *record.Side, ports bool) string {
	a := s.Addr.Unmap().String()
	if !ports {
		return a
	}
	if s.Addr.Is6() && !s.Addr.Is4In6() {
		a = "[" + a + "]"
	}
	return fmt.Sprintf("%s:%d", a, s.Port)
}

func (b *Board) row(r *record.Record) Row {
	verdict := table.Opening(r)
	if b.lang == words.Spanish {
		switch {
		case r.TCP():
			verdict = words.Verdict(b.lang, r.Handshake.String())
		case r.HasPorts:
			verdict = words.Exchange(b.lang, r.Exchange.String())
		}
	}
	state := words.Close(b.lang, r.Close.String())
	switch {
	case !r.Final:
		state = b.lang.Pick("now", "ahora")
	case !r.TCP():
		state = words.EndReason(b.lang, r.EndReason.String())
	}
	more := []string{fmt.Sprintf("#%d  %s > %s  %s", r.ID, endpoint(&r.Orig, r.HasPorts), endpoint(&r.Resp, r.HasPorts), record.ProtoName(r.Proto)), verdict + ", " + state}
	more = append(more, table.NotesIn(b.lang, r)...)
	if r.Service != "" {
		more = append(more, b.lang.Pick("service: ", "servicio: ")+r.Service+" ("+words.ServiceBy(b.lang, r.ServiceBy)+")")
	}
	more = append(more, fmt.Sprintf(b.lang.Pick("packets %d and %d, payload %d and %d octets", "paquetes %d y %d, datos %d y %d octetos"), r.Orig.Pkts, r.Resp.Pkts, r.Orig.Payload, r.Resp.Payload))
	if r.ServerRTT >= 0 {
		more = append(more, fmt.Sprintf(b.lang.Pick("round trip to the responder %.3g ms", "ida y vuelta al respondedor %.3g ms"), float64(r.ServerRTT)/1e6))
	}
	more = append(more, b.lang.Pick("frames of the proof: ", "tramas de la prueba: ")+proof(r))
	for _, o := range r.Oddities {
		more = append(more, words.Oddity(b.lang, o))
	}
	for _, k := range r.Risks {
		more = append(more, k.Text)
	}
	for i := range more {
		more[i] = safe.Terminal(more[i])
	}
	service := r.Service
	if service == "" {
		service = "-"
	}
	return Row{ID: r.ID, Live: !r.Final, Mark: r.Handshake.String() + r.Exchange.String(), Last: r.Last, Bytes: r.Orig.Wire + r.Resp.Wire, More: more,
		Cells: []string{fmt.Sprint(r.ID), verdict, endpoint(&r.Orig, r.HasPorts), endpoint(&r.Resp, r.HasPorts), safe.Terminal(service), table.Amount(r.Orig.Wire + r.Resp.Wire), state}}
}

func proof(r *record.Record) string {
	var s []string
	for _, f := range []uint64{r.SYNFrame, r.SYNACKFrame, r.ACKFrame} {
		if f != 0 {
			s = append(s, fmt.Sprint(f))
		}
	}
	if len(s) == 0 {
		s = append(s, fmt.Sprint(r.FirstFrame))
	}
	return strings.Join(s, ", ")
}

// View makes what is to be shown: the connections that live shows with those that
// ended, the last ones first.
func (b *Board) View(live func(each func(r *record.Record))) *View {
	v := &View{Total: b.total}
	live(func(r *record.Record) {
		v.Live++
		if len(v.Conns) < maxShown {
			v.Conns = append(v.Conns, b.row(r))
		}
	})
	v.Total += v.Live
	v.Conns = append(v.Conns, b.ended...)
	sort.SliceStable(v.Conns, func(i, j int) bool { return v.Conns[i].Last > v.Conns[j].Last })
	for _, d := range b.tally.Doors() {
		if len(v.Ports) >= maxShown {
			break
		}
		v.Ports = append(v.Ports, Row{Bytes: d.BytesIn + d.BytesOut, Last: d.Last, Mark: d.State.String(), Cells: []string{d.Host.Unmap().String(), fmt.Sprintf("%d/%s", d.Port, record.ProtoName(d.Proto)),
			words.Door(b.lang, d.State.String()), safe.Terminal(d.Service), fmt.Sprint(d.Attempts), fmt.Sprint(d.Accepted), fmt.Sprint(d.Clients()), table.Amount(d.BytesIn + d.BytesOut)}})
	}
	for _, h := range b.tally.Hosts() {
		if len(v.Hosts) >= maxShown {
			break
		}
		v.Hosts = append(v.Hosts, Row{Bytes: h.BytesIn + h.BytesOut, Last: h.Last, Cells: []string{h.Addr.Unmap().String(), fmt.Sprint(h.Peers()), table.Amount(h.BytesIn + h.BytesOut)}})
	}
	fs := b.watch.Findings()
	for i := range fs {
		f := &fs[i]
		k, _ := findings.KindOf(f.Kind)
		pick := func(t [2]string) string { return b.lang.Pick(t[0], t[1]) }
		v.Findings = append(v.Findings, Row{Mark: f.Severity, Last: f.Last, Cells: []string{words.Severity(b.lang, f.Severity), f.Kind, f.Text(b.lang)},
			More: []string{f.Kind + ": " + pick(k.Title), f.Text(b.lang), pick(k.Means), pick(k.Innocent), pick(k.Next)}})
	}
	return v
}

// Heads are the column heads of a tab.
func Heads(tab int, l words.Lang) []string {
	switch tab {
	case 0:
		return []string{"#", l.Pick("opening", "apertura"), l.Pick("from", "de"), l.Pick("to", "a"), l.Pick("service", "servicio"), l.Pick("size", "tamaño"), l.Pick("state", "estado")}
	case 1:
		return []string{l.Pick("host", "equipo"), l.Pick("port", "puerto"), l.Pick("state", "estado"), l.Pick("service", "servicio"), l.Pick("tried", "intentos"), l.Pick("accepted", "aceptados"), l.Pick("clients", "clientes"), l.Pick("size", "tamaño")}
	case 2:
		return []string{l.Pick("host", "equipo"), l.Pick("peers", "otros"), l.Pick("size", "tamaño")}
	}
	return []string{l.Pick("severity", "gravedad"), l.Pick("kind", "tipo"), l.Pick("what was seen", "qué se vio")}
}

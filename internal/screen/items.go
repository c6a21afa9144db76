package screen

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portero/handshake"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view/events"
	"portero/internal/view/safe"
	"portero/internal/view/table"
	"portero/internal/words"
)

// item is one line of a tab.
type item interface {
	// key names it from picture to picture.
	key() string
	// cells are its columns as text, in the order of the tab's columns.
	cells(c *setting) []string
	// paint is the word that decides its colour.
	paint() string
	// more is what a filter finds beside the cells.
	more() string
}

// setting is what a cell needs to know.
type setting struct {
	lang words.Lang
	now  int64 // ns
}

// column is one column of a tab. Those with the highest rank go first when there
// is no room; those below 1 may be cut.
type column struct {
	en, es   string
	rank     int
	min, max int
	right    bool
}

var columns = [4][]column{
	{ // connections; where there is room for one end, it is the door: who calls has a port of the moment
		{"opening", "apertura", -1, 10, 18, false}, {"from", "desde", 0, 21, 53, false}, {"to", "hacia", -1, 21, 53, false}, {"service", "servicio", 1, 6, 16, false},
		{"program", "programa", 2, 7, 24, false}, {"state", "estado", 4, 6, 14, false}, {"last", "último", 3, 5, 6, true}, {"size", "tamaño", 5, 7, 7, true}, {"rtt", "rtt", 6, 7, 8, true},
		{"age", "edad", 7, 6, 7, true}, {"name", "nombre", 8, 8, 40, false}, {"user", "usuario", 9, 6, 16, false}, {"pid", "pid", 9, 5, 8, true}, {"#", "#", 10, 3, 10, true},
	},
	{ // ports
		{"host", "equipo", 0, 15, 39, false}, {"port", "puerto", 0, 9, 9, false}, {"state", "estado", 0, 14, 18, false}, {"service", "servicio", 1, 6, 16, false},
		{"program", "programa", 1, 7, 24, false}, {"seen", "visto", 2, 8, 18, false}, {"tried", "intentos", 3, 5, 8, true}, {"accepted", "aceptados", 5, 8, 9, true}, {"clients", "clientes", 4, 7, 8, true},
		{"last", "último", 6, 5, 6, true}, {"size", "tamaño", 7, 7, 7, true}, {"user", "usuario", 8, 6, 16, false}, {"pid", "pid", 8, 5, 8, true}, {"container", "contenedor", 9, 8, 24, false}, {"path", "ruta", 10, 10, 60, false},
	},
	{ // hosts
		{"host", "equipo", 0, 20, 39, false}, {"opened", "abrió", 1, 6, 9, true}, {"failed", "fallidas", 2, 6, 9, true}, {"received", "recibidas", 1, 8, 9, true}, {"open doors", "puertas abiertas", 3, 10, 16, true},
		{"peers", "interlocutores", 4, 5, 14, true}, {"out", "sale", 1, 7, 7, true}, {"in", "entra", 1, 7, 7, true}, {"last", "último", 2, 5, 6, true}, {"name", "nombre", 5, 8, 40, false},
	},
	{ // findings
		{"severity", "gravedad", 0, 8, 11, false}, {"kind", "tipo", 0, 19, 24, false}, {"what was seen", "qué se vio", 0, 20, 200, false}, {"last", "último", 1, 5, 6, true},
	},
}

// orders are the ways in which a tab can be sorted, the first one at the start.
var orders = [4][]order{
	{{"latest", "lo nuevo primero", nil}, {"size", "tamaño", func(a, b item) bool { return size(a) > size(b) }}, {"opening", "apertura", func(a, b item) bool { return a.paint() < b.paint() }},
		{"program", "programa", func(a, b item) bool { return rec(a).Process > rec(b).Process }}, {"rtt", "rtt", func(a, b item) bool { return rec(a).ServerRTT > rec(b).ServerRTT }},
		{"number", "número", func(a, b item) bool { return rec(a).ID < rec(b).ID }}},
	{{"this machine first", "este equipo primero", nil}, {"port", "puerto", func(a, b item) bool { return a.(*portItem).Port.Port < b.(*portItem).Port.Port }},
		{"latest", "lo nuevo primero", func(a, b item) bool { return a.(*portItem).Last > b.(*portItem).Last }}, {"tried", "intentos", func(a, b item) bool { return a.(*portItem).Attempts > b.(*portItem).Attempts }},
		{"size", "tamaño", func(a, b item) bool { return a.(*portItem).Bytes > b.(*portItem).Bytes }}},
	{{"address", "dirección", nil}, {"latest", "lo nuevo primero", func(a, b item) bool { return a.(*hostItem).Last > b.(*hostItem).Last }},
		{"size", "tamaño", func(a, b item) bool {
			x, y := a.(*hostItem), b.(*hostItem)
			return x.BytesIn+x.BytesOut > y.BytesIn+y.BytesOut
		}}, {"opened", "abrió", func(a, b item) bool { return a.(*hostItem).Opened > b.(*hostItem).Opened }},
		{"failed", "fallidas", func(a, b item) bool { return a.(*hostItem).Failed > b.(*hostItem).Failed }}},
	{{"severity", "gravedad", nil}, {"latest", "lo nuevo primero", func(a, b item) bool { return a.(*findingItem).Last > b.(*findingItem).Last }}},
}

type order struct {
	en, es string
	less   func(a, b item) bool
}

func rec(i item) *record.Record { return i.(*connItem).Record }

func size(i item) uint64 { r := rec(i); return r.Orig.Wire + r.Resp.Wire }

type connItem struct{ *record.Record }

func (i *connItem) key() string { return strconv.FormatUint(i.ID, 10) }

func (i *connItem) paint() string {
	if i.Handshake != handshake.None {
		return i.Handshake.String()
	}
	return i.Exchange.String()
}

func (i *connItem) cells(c *setting) []string {
	r := i.Record
	rtt, pid := "-", ""
	if r.ServerRTT >= 0 {
		rtt = table.Millis(r.ServerRTT)
	}
	if r.PID > 0 {
		pid = strconv.Itoa(int(r.PID))
	}
	program := r.Process
	if program == "" && r.ProcessBy != "" {
		program = "(" + words.ProcessBy(c.lang, r.ProcessBy) + ")"
	}
	to := events.Endpoint(&r.Resp, r.HasPorts)
	if !r.TCP() && r.HasPorts {
		to += "/" + words.Transport(record.ProtoName(r.Proto))
	}
	return []string{events.Opening(r, c.lang), events.Endpoint(&r.Orig, r.HasPorts), to, table.Service(r), program, state(r, c.lang), ago(c.now - r.Last), table.Amount(r.Orig.Wire + r.Resp.Wire), rtt,
		short(max(r.DurationNS, 0)), r.ServerName, r.User, pid, strconv.FormatUint(r.ID, 10)}
}

func (i *connItem) more() string {
	r := i.Record
	return strings.Join([]string{"#" + strconv.FormatUint(r.ID, 10), record.ProtoName(r.Proto), r.Handshake.String(), r.Exchange.String(), r.Close.String(), r.ProcessPath, r.Container, r.PeerProcess, r.PortName,
		strings.Join(r.Oddities, " "), strings.Join(r.Tunnel, " ")}, " ")
}

// state says whether a connection lasts, or how it ended.
func state(r *record.Record, l words.Lang) string {
	switch {
	case r.Close != handshake.CloseNone && (r.Final || r.Close != handshake.StillOpen):
		if r.Close == handshake.StillOpen && r.EndReason == handshake.EndForced {
			break // it was open when the capture ended
		}
		if r.Close == handshake.StillOpen {
			return words.EndReason(l, r.EndReason.String())
		}
		return words.Close(l, r.Close.String())
	case r.Final || events.Over(r):
		return l.Pick("over", "terminó")
	case r.TCP() && !events.IsEstablished(r) && r.Handshake != handshake.Midstream:
		return l.Pick("waiting", "en espera")
	}
	return l.Pick("open", "abierta")
}

type portItem struct{ Port }

func (i *portItem) key() string   { return i.addr() + "/" + record.ProtoName(i.Proto) + i.State }
func (i *portItem) paint() string { return i.State }
func (i *portItem) more() string  { return strings.Join([]string{i.addr(), i.By, i.Seen}, " ") }

func (i *portItem) addr() string { return netip.AddrPortFrom(i.Host, i.Port.Port).String() }

func (i *portItem) cells(c *setting) []string {
	program := i.Program
	switch {
	case i.By == "exact" || i.By == "":
	case program == "":
		program = "(" + words.ProcessBy(c.lang, i.By) + ")"
	default:
		program += " (" + words.ProcessBy(c.lang, i.By) + ")"
	}
	state := i.State
	if s := words.Door(c.lang, state); s != "" {
		state = s
	}
	seen := words.Seen(c.lang, i.Seen)
	if state == "" {
		state, seen = seen, ""
	}
	last, pid := "-", ""
	if i.Last > 0 {
		last = ago(c.now - i.Last)
	}
	if i.PID > 0 {
		pid = strconv.Itoa(int(i.PID))
	}
	return []string{i.Host.String(), fmt.Sprintf("%d/%s", i.Port.Port, record.ProtoName(i.Proto)), state, i.Service, program, seen, count(i.Attempts), count(i.Accepted), count(uint64(i.Clients)),
		last, table.Amount(i.Bytes), i.User, pid, i.Container, i.Path}
}

type hostItem struct{ Host }

func (i *hostItem) key() string   { return i.Addr.String() }
func (i *hostItem) paint() string { return "" }
func (i *hostItem) more() string  { return "" }

func (i *hostItem) cells(c *setting) []string {
	return []string{i.Addr.String(), count(i.Opened), count(i.Failed), count(i.Received), count(uint64(i.OpenDoors)), count(uint64(i.Peers)), table.Amount(i.BytesOut), table.Amount(i.BytesIn), ago(c.now - i.Last), i.Name}
}

type findingItem struct{ findings.Finding }

func (i *findingItem) key() string {
	return fmt.Sprint(i.Identity())
}
func (i *findingItem) paint() string { return i.Severity }
func (i *findingItem) more() string  { return "" }

func (i *findingItem) cells(c *setting) []string {
	return []string{words.Severity(c.lang, i.Severity), i.Kind, i.Text(c.lang), ago(c.now - i.Last)}
}

// items are the lines of a tab.
func (v *View) items(tab int) []item {
	var out []item
	switch tab {
	case 0:
		for _, r := range v.Conns {
			out = append(out, &connItem{r})
		}
	case 1:
		for _, p := range v.Ports {
			out = append(out, &portItem{p})
		}
	case 2:
		for _, h := range v.Hosts {
			out = append(out, &hostItem{h})
		}
	case 3:
		for _, f := range v.Findings {
			if f.Muted != "" {
				continue
			}
			out = append(out, &findingItem{f})
		}
	}
	return out
}

func count(n uint64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatUint(n, 10)
}

// ago says how long ago something was, in at most six characters.
func ago(ns int64) string {
	if ns < int64(time.Second) {
		return "0 s"
	}
	return short(ns)
}

func short(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// clean makes a cell harmless and of one line.
func clean(s string) string { return safe.Terminal(s) }

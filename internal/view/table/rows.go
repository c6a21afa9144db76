package table

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/told"
	"portero/internal/words"
)

func (t *Writer) table(b *bytes.Buffer, filtered uint64) {
	t.limit()
	rows := t.rows
	switch {
	case len(rows) > 0:
	case filtered > 0: // there are some, and the line below counts them
		b.WriteString(t.opt.Lang.Pick("none passes the filter\n", "ninguna pasa el filtro\n"))
		return
	default:
		b.WriteString(t.opt.Lang.Pick("no connection in it\n", "ninguna conexión en ella\n"))
		return
	}
	if t.opt.Wide {
		t.wide(b, rows)
	} else {
		t.narrow(b, rows)
	}
	switch hidden := t.cut; {
	case hidden == 1:
		b.WriteString(t.opt.Lang.Pick("1 more row\n", "1 fila más\n"))
	case hidden > 1:
		fmt.Fprintf(b, t.opt.Lang.Pick("%d more rows\n", "%d filas más\n"), hidden)
	}
}

// narrow lays the rows out in the terminal's width: ends that do not fit take a
// line of their own rather than being cut.
func (t *Writer) narrow(b *bytes.Buffer, rows []Row) {
	l := t.opt.Lang
	opening, service, from, to := l.Pick("opening", "apertura"), l.Pick("service", "servicio"), l.Pick("from", "desde"), l.Pick("to", "hacia")
	idW, verdictW, serviceW := 2, len(opening), len(service)
	fromW, toW := len(from), len(to)
	for i := range rows {
		r := &rows[i]
		idW = max(idW, len(fmt.Sprint(r.ID)))
		verdictW = max(verdictW, runewidth.StringWidth(r.Verdict))
		serviceW = max(serviceW, runewidth.StringWidth(r.Service))
	}
	serviceW = min(serviceW, 14)
	space := t.opt.Width - (idW + 2 + verdictW + 2 + 3 + 1 + serviceW + 1 + 1)
	folds := false // verdicts of two parts take two lines
	if w := foldedWidth(rows, len(opening)); w < verdictW && helps(rows, space, space+verdictW-w) {
		folds, space, verdictW = true, space+verdictW-w, w
	}
	rttW, dataW := numbersFit(rows, space, l)
	room := space - rttW - dataW
	// Where not even the heads of the ends have room, all ends stand in lines of their own, and the rest shares the width.
	apart := room < len(from)+len(to)
	if apart {
		rttW, dataW = 8, 8
		over := func() int { return idW + 2 + verdictW + 2 + serviceW + 1 + rttW + 1 + dataW - t.opt.Width }
		if w := foldedWidth(rows, len(opening)); over() > 0 && w < verdictW {
			folds, verdictW = true, w
		}
		if over() > 0 {
			rttW, dataW = numbersLeast(rows, l)
		}
		serviceW = max(serviceW-max(over(), 0), min(serviceW, 8))
	}
	for i := range rows {
		r := &rows[i]
		if !apart && len(r.From)+len(r.To) <= room {
			fromW, toW = max(fromW, len(r.From)), max(toW, len(r.To))
		}
	}
	for fromW+toW > room && fromW > 15 {
		fromW--
	}
	toW = max(min(toW, room-fromW), len(to))
	line := func(id, verdict, from, to, service, rtt, data string, paint func(string) string) {
		ends := pad(from, fromW) + " > " + pad(to, toW) + " "
		switch {
		case apart:
			ends = ""
		case from == "": // both ends stand in a line of their own
			ends = strings.Repeat(" ", len(ends))
		}
		s := fmt.Sprintf("%*s  %s  %s%s %*s %*s", idW, id, paint(pad(verdict, verdictW)), ends, pad(service, serviceW), rttW, rtt, dataW, data)
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	heads := pad(from, fromW) + "   " + pad(to, toW) + " "
	if apart {
		heads = ""
	}
	b.WriteString(strings.TrimRight(fmt.Sprintf("%*s  %s  %s%s %*s %*s", idW, "#", pad(opening, verdictW), heads, pad(service, serviceW), rttW, "rtt", dataW, l.Pick("data", "datos")), " ") + "\n")
	for i := range rows {
		if b.Len() > flushAt && !t.flush(b) {
			return
		}
		r := &rows[i]
		paint := func(s string) string { return t.color(r.paint, s) }
		service := r.Service
		if service == "" {
			service = "-"
		}
		service = cut(service, serviceW)
		rtt, data := r.numbers()
		indent := strings.Repeat(" ", idW+2+verdictW+2)
		verdict, rest := r.Verdict, ""
		if folds {
			verdict, rest = fold(r.Verdict)
		}
		if !apart && len(r.From) <= fromW && len(r.To) <= toW {
			line(fmt.Sprint(r.ID), verdict, r.From, r.To, service, rtt, data, paint)
		} else {
			line(fmt.Sprint(r.ID), verdict, "", "", service, rtt, data, paint)
			ends := r.From + " > " + r.To
			if len(indent)+len(ends) <= t.opt.Width {
				b.WriteString(indent + ends + "\n")
			} else {
				b.WriteString(fmt.Sprintf("%*s  %s\n%*s  > %s\n", idW, "", r.From, idW, "", r.To))
			}
		}
		var notes []string
		if r.Note != "" {
			notes = wrap(r.Note, t.opt.Width-len(indent))
		} else if rest != "" {
			notes = []string{""}
		}
		for _, l := range notes {
			before := indent
			if rest != "" {
				before = strings.Repeat(" ", idW+2) + paint(pad(rest, verdictW)) + "  "
				rest = ""
			}
			b.WriteString(strings.TrimRight(before+t.color(grey, l), " ") + "\n")
		}
	}
}

// fold breaks a verdict of two parts.
func fold(verdict string) (first, rest string) {
	if a, b, ok := strings.Cut(verdict, ", "); ok {
		return a + ",", b
	}
	return verdict, ""
}

// foldedWidth is the width of the verdicts when those of two parts are broken.
func foldedWidth(rows []Row, least int) int {
	for i := range rows {
		a, b := fold(rows[i].Verdict)
		least = max(least, runewidth.StringWidth(a), runewidth.StringWidth(b))
	}
	return least
}

// helps reports whether the ends of some row fit where their space, and that of the two
// columns behind them, grows from now to then.
func helps(rows []Row, now, then int) bool {
	const behind = 8 // the least that those take
	for i := range rows {
		if n := len(rows[i].From) + len(rows[i].To) + behind; n > now && n <= then {
			return true
		}
	}
	return false
}

// numbers are the texts of the last two columns.
func (r *Row) numbers() (rtt, data string) {
	rtt, data = "-", "-"
	if r.RTT >= 0 {
		rtt = millis(r.RTT)
	}
	if r.Bytes > 0 {
		data = told.Octets(r.Bytes)
	}
	return rtt, data
}

// numbersLeast are the least widths of the last two columns.
func numbersLeast(rows []Row, l words.Lang) (rttW, dataW int) {
	rttW, dataW = len("rtt"), len(l.Pick("data", "datos"))
	for i := range rows {
		rtt, data := rows[i].numbers()
		rttW, dataW = max(rttW, len(rtt)), max(dataW, len(data))
	}
	return rttW, dataW
}

// numbersFit are the widths of the last two columns, where space is what they and the
// ends have together: usually 8 each, less where the ends of more rows then fit.
func numbersFit(rows []Row, space int, l words.Lang) (rttW, dataW int) {
	rttW, dataW = 8, 8
	var least [2]int
	least[0], least[1] = numbersLeast(rows, l)
	ends := 0 // of those that can fit, the longest
	for i := range rows {
		if n := len(rows[i].From) + len(rows[i].To); n <= space-least[0]-least[1] {
			ends = max(ends, n)
		}
	}
	for space-rttW-dataW < ends && (rttW > least[0] || dataW > least[1]) {
		if rttW > least[0] {
			rttW--
		} else {
			dataW--
		}
	}
	return rttW, dataW
}

func (t *Writer) wide(b *bytes.Buffer, rows []Row) {
	head := []string{"#", "opening", "from", "to", "service", "rtt", "start", "duration", "pkts>", "<pkts", "bytes>", "<bytes", "close", "state", "history", "tunnel"}
	for i := range head {
		head[i] = words.Column(t.opt.Lang, head[i])
	}
	lines := [][]string{head}
	for i := range rows {
		r := &rows[i]
		rtt := "-"
		if r.RTT >= 0 {
			rtt = millis(r.RTT)
		}
		l := append([]string{fmt.Sprint(r.ID), r.Verdict, r.From, r.To, r.Service, rtt}, r.Wide...)
		for j := range l {
			if l[j] == "" {
				l[j] = "-"
			}
		}
		lines = append(lines, l)
	}
	w := make([]int, len(head))
	for _, l := range lines {
		for j, c := range l {
			w[j] = max(w[j], runewidth.StringWidth(c))
		}
	}
	right := map[int]bool{0: true, 5: true, 7: true, 8: true, 9: true, 10: true, 11: true}
	for i, l := range lines {
		if b.Len() > flushAt && !t.flush(b) {
			return
		}
		var s strings.Builder
		for j, c := range l {
			if j > 0 {
				s.WriteString("  ")
			}
			cell := pad(c, w[j])
			if right[j] {
				cell = strings.Repeat(" ", w[j]-runewidth.StringWidth(c)) + c
			}
			if j == 1 && i > 0 {
				cell = t.color(rows[i-1].paint, cell)
			}
			s.WriteString(cell)
		}
		b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
	}
}

// NotesIn is what is to be said of a connection beyond its row: nothing when
// everything is ordinary.
func NotesIn(l words.Lang, r *record.Record) []string {
	var n []string
	add := func(f string, a ...any) { n = append(n, fmt.Sprintf(f, a...)) }
	frames := func(label string, fs ...uint64) string {
		var out []string
		for _, f := range fs {
			if f != 0 {
				out = append(out, fmt.Sprint(f))
			}
		}
		if len(out) == 0 {
			return ""
		}
		if len(out) == 1 {
			return fmt.Sprintf(" (%s %s)", label, out[0])
		}
		return fmt.Sprintf(" (%ss %s)", label, strings.Join(out, ", "))
	}
	switch r.Handshake {
	case handshake.Refused:
		add(l.Pick("RST to the SYN%s: usually nothing listens there", "RST al SYN%s: normalmente nadie escucha ahí"), frames(l.Pick("frame", "trama"), r.SYNFrame, r.RSTFrame))
	case handshake.Filtered:
		add(l.Pick("ICMP error from %s%s: it says that it may not or cannot pass", "error ICMP de %s%s: dice que no se puede pasar"), r.FilteredBy, frames(l.Pick("frame", "trama"), r.ICMPFrame))
	case handshake.NoAnswer:
		came := l.Pick("nothing came back", "no volvió nada")
		if r.ICMPFrame != 0 {
			came = fmt.Sprintf(l.Pick("all that came back is an ICMP message that refuses nothing%s", "solo volvió un aviso ICMP que no rechaza nada%s"), frames(l.Pick("frame", "trama"), r.ICMPFrame))
		}
		if r.SYNRetries > 0 {
			add(l.Pick("%d SYNs in %s, and %s", "%d SYN en %s, y %s"), r.SYNRetries+1, seconds(r.DurationNS), came)
		} else {
			add(l.Pick("one SYN, and %s", "un SYN, y %s"), came)
		}
	case handshake.HalfOpen:
		add(l.Pick("answered%s, not acknowledged: a scan, a flood or a lost ACK", "contestada%s, sin confirmar: un escaneo, una inundación o un ACK perdido"), frames(l.Pick("frame", "trama"), r.SYNACKFrame))
	case handshake.Aborted:
		if r.SYNACKFrame != 0 {
			add(l.Pick("the port is open%s, the originator took it back with a RST", "el puerto está abierto%s, el iniciador se retiró con un RST"), frames(l.Pick("frame", "trama"), r.SYNACKFrame))
		} else {
			add(l.Pick("the originator took its SYN back with a RST%s", "el iniciador retiró su SYN con un RST%s"), frames(l.Pick("frame", "trama"), r.RSTFrame))
		}
	case handshake.Invalid:
		add("%s", l.Pick("an answer or third packet came, and its numbers are wrong", "llegó una respuesta o tercer segmento, y sus números no cuadran"))
	case handshake.Midstream:
		add("%s", l.Pick("open before the capture began", "abierta antes de que empezara la captura"))
	case handshake.Implied: // the other half was not seen, so nothing proves it
		lost, lacks := missing(l, r), "falta %s en la captura; se ve un solo sentido, y es el de un acuerdo completado"
		if len(lost) > 1 {
			lacks = "faltan" + strings.TrimPrefix(lacks, "falta")
		}
		add(l.Pick("%s not in the capture; one direction only, and it is that of a completed handshake", lacks), strings.Join(lost, l.Pick(" and ", " y ")))
	case handshake.CompletedUnseen:
		lost, lacks := missing(l, r), "falta %s en la captura; otros paquetes lo prueban"
		if len(lost) > 1 {
			lacks = "faltan" + strings.TrimPrefix(lacks, "falta")
		}
		add(l.Pick("%s not in the capture; other packets prove it", lacks), strings.Join(lost, l.Pick(" and ", " y ")))
	case handshake.Unsolicited:
		if r.SYNACKFrame != 0 {
			add("%s", l.Pick("an answer without a question: backscatter, or the SYN went another way", "una respuesta sin pregunta: retrodispersión, o el SYN fue por otro camino"))
		} else {
			add("%s", l.Pick("a RST without a connection", "un RST sin conexión"))
		}
	case handshake.Probe:
		if r.ProbeKind == handshake.ProbeOther {
			add("%s", l.Pick("odd flags: belongs to no connection", "indicadores raros: no pertenece a ninguna conexión"))
			break
		}
		add(l.Pick("%s probe: belongs to no connection", "sondeo %s: no pertenece a ninguna conexión"), probe(l, r))
	case handshake.Unknown:
		add("%s", l.Pick("cut before the flags: only the ports are known", "truncado antes de los indicadores: solo se conocen los puertos"))
	}
	switch r.Exchange {
	case handshake.ExchangeRefused:
		add(l.Pick("ICMP port unreachable%s: usually nothing listens there", "ICMP puerto inalcanzable%s: normalmente nadie escucha ahí"), frames(l.Pick("frame", "trama"), r.ICMPFrame))
	case handshake.ExchangeFiltered:
		add(l.Pick("ICMP error from %s%s", "error ICMP de %s%s"), r.FilteredBy, frames(l.Pick("frame", "trama"), r.ICMPFrame))
	}
	if name := words.IPProtocol(l, r.Proto); name != "" {
		add(l.Pick("by its number %s", "por su número, %s"), name)
	}
	if r.Kind != handshake.Normal && r.Kind != handshake.KindNone {
		kind := words.Kind(l, r.Kind.String())
		if l == words.English && (r.Kind == handshake.Simultaneous || r.Kind == handshake.Split) {
			kind += " opening" // the others say of themselves that they are one
		}
		add("%s", kind)
	}
	switch r.Close {
	case handshake.Reset:
		add(l.Pick("reset by %s after %s%s", "cortada (RST) por %s tras %s%s"), closer(l, r), seconds(r.DurationNS), frames(l.Pick("frame", "trama"), r.CloseFrames...))
	case handshake.HalfClosed:
		add(l.Pick("half closed by %s%s", "semicerrada por %s%s"), closer(l, r), frames(l.Pick("frame", "trama"), r.CloseFrames...))
	}
	if r.SuspectedRSTs > 0 {
		add(l.Pick("%d RST that no receiver would accept", "%d RST que ningún receptor aceptaría"), r.SuspectedRSTs)
	}
	if r.Reuses > 0 {
		add(l.Pick("reuses the ports of #%d after %s", "reutiliza los puertos de #%d tras %s"), r.Reuses, seconds(r.ReuseAfterNS))
	}
	if len(r.VLAN) > 0 {
		var v []string
		for _, id := range r.VLAN {
			v = append(v, fmt.Sprint(id))
		}
		add(l.Pick("vlan %s", "vlan %s"), strings.Join(v, ","))
	}
	if len(r.Tunnel) > 0 {
		add(l.Pick("in %s", "dentro de %s"), strings.Join(r.Tunnel, ", "))
	}
	for _, t := range told.Said(r) {
		n = append(n, l.Pick(t.EN, t.ES))
	}
	if t := told.Slow(r); t.EN != "" {
		n = append(n, l.Pick(t.EN, t.ES))
	}
	if r.App != nil && r.App.HTTP != nil && ofTheWeb(r.App.Protocol) && answeredHTTP(r) {
		if r.Resp.Port != 80 {
			add(l.Pick("HTTP on port %d rather than 80", "HTTP en el puerto %d en vez del 80"), r.Resp.Port)
		}
		if to, ok := Redirect(r); ok {
			add(l.Pick("answer %d%s sends the originator to %s", "la respuesta %d%s manda al iniciador a %s"), r.App.HTTP.Status, frames(l.Pick("frame", "trama"), r.App.HTTP.StatusFrame), to)
		}
	}
	if r.File != "" && slices.ContainsFunc(n, frameNumber.MatchString) {
		add(l.Pick("frames of %s", "tramas de %s"), inputs(l, r))
	}
	return n
}

// frameNumber is a frame in a note: of several inputs each counts its own.
var frameNumber = regexp.MustCompile(`(?:frame|trama)s? [0-9]`)

// inputs are those in which the frames of r lie.
func inputs(l words.Lang, r *record.Record) string {
	in := []string{r.File}
	for _, f := range r.FrameFiles {
		if _, name, _ := strings.Cut(f, "="); !slices.Contains(in, name) {
			in = append(in, name)
		}
	}
	if most := 3; len(in) > most {
		return strings.Join(in[:most], ", ") + fmt.Sprintf(l.Pick(" and %d more", " y %d más"), len(in)-most)
	}
	return strings.Join(in, ", ")
}

// ofTheWeb reports whether p is HTTP, and not another protocol of its build, as SIP and RTSP are.
func ofTheWeb(p identify.Protocol) bool {
	return p == identify.HTTP || p == identify.HTTPProxy || p == identify.WebSocket
}

func answeredHTTP(r *record.Record) bool { return r.Answered() && r.App.HTTP.Status != 0 }

// Redirect is where an HTTP answer sends its caller when that is another port than
// the one it called (RFC 9110, section 15.4).
func Redirect(r *record.Record) (to string, ok bool) {
	w := r.App.HTTP
	if w.Status < 300 || w.Status > 399 || w.Location == "" {
		return "", false
	}
	u, err := url.Parse(w.Location)
	if err != nil || u.Host == "" {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return w.Location, port != "" && port != fmt.Sprint(r.Resp.Port)
}

func missing(l words.Lang, r *record.Record) []string {
	var out []string
	for _, m := range r.Missing.List() {
		if l == words.Spanish {
			m = words.Missing(l, m)
		}
		out = append(out, m)
	}
	return out
}

func probe(l words.Lang, r *record.Record) string {
	if l == words.Spanish {
		return words.Probe(l, r.ProbeKind.String())
	}
	return strings.ReplaceAll(r.ProbeKind.String(), "_", "+")
}

// closer names the end that closed, with its port where the address is that of both.
func closer(l words.Lang, r *record.Record) string {
	name := func(s *record.Side) string {
		if r.Orig.Addr == r.Resp.Addr {
			return end(s, r)
		}
		return s.Addr.String()
	}
	switch r.ClosedBy {
	case handshake.ByOrig:
		return name(&r.Orig)
	case handshake.ByResp:
		return name(&r.Resp)
	}
	return l.Pick("both", "ambos")
}

func pad(s string, w int) string {
	if n := runewidth.StringWidth(s); n < w {
		return s + strings.Repeat(" ", w-n)
	}
	return s
}

func cut(s string, w int) string {
	if runewidth.StringWidth(s) <= w {
		return s
	}
	return runewidth.Truncate(s, w, "…")
}

// wrap breaks s at spaces into lines of at most w columns.
func wrap(s string, w int) []string {
	w = max(w, 20)
	return told.Lines(s, w, w)
}

// Millis says a round trip in a few characters.
func Millis(ns int64) string { return millis(ns) }

// Seconds says a duration in a few characters.
func Seconds(ns int64) string { return seconds(ns) }

func seconds(ns int64) string { return told.Seconds(ns) }

func millis(ns int64) string {
	ms := float64(ns) / 1e6
	switch {
	case ns > 0 && ns < 500: // more than nothing, whatever is rounded
		return "<0.001 ms"
	case ns > 0 && ms < 0.01:
		return fmt.Sprintf("%.3f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.0f s", ms/1e3)
}

func count(n uint64) string { return fmt.Sprint(n) }

// Amount says octets in four or five characters.
func Amount(n uint64) string {
	f := float64(n)
	for _, u := range []string{"B", "kB", "MB", "GB", "TB"} {
		if f < 999.5 || u == "TB" {
			if u == "B" || f >= 99.95 {
				return fmt.Sprintf("%.0f %s", f, u)
			}
			return fmt.Sprintf("%.1f %s", f, u)
		}
		f /= 1000
	}
	return ""
}

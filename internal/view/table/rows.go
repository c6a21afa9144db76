package table

import (
	"bytes"
	"fmt"
	"net/url"
	"sort"
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/told"
)

func (t *Writer) table(b *bytes.Buffer) {
	rows := t.rows
	less := t.opt.Sort
	if less == nil {
		less = func(a, b *Row) bool { return a.ID < b.ID }
	}
	sort.SliceStable(rows, func(i, j int) bool { return less(&rows[i], &rows[j]) })
	hidden := 0
	if t.opt.Limit > 0 && len(rows) > t.opt.Limit {
		hidden = len(rows) - t.opt.Limit
		rows = rows[:t.opt.Limit]
	}
	if len(rows) == 0 {
		b.WriteString("no connection in it\n")
		return
	}
	if t.opt.Wide {
		t.wide(b, rows)
	} else {
		t.narrow(b, rows)
	}
	if hidden > 0 {
		fmt.Fprintf(b, "%d more rows\n", hidden)
	}
}

// narrow lays the rows out in the terminal's width: ends that do not fit take a
// line of their own rather than being cut.
func (t *Writer) narrow(b *bytes.Buffer, rows []Row) {
	idW, verdictW, serviceW := 2, len("opening"), len("service")
	fromW, toW := len("from"), len("to")
	for i := range rows {
		r := &rows[i]
		idW = max(idW, len(fmt.Sprint(r.ID)))
		verdictW = max(verdictW, len(r.Verdict))
		serviceW = max(serviceW, runewidth.StringWidth(r.Service))
	}
	serviceW = min(serviceW, 14)
	const rttW, dataW = 8, 8
	room := t.opt.Width - (idW + 2 + verdictW + 2 + 3 + 1 + serviceW + 1 + rttW + 1 + dataW)
	for i := range rows {
		r := &rows[i]
		if len(r.From)+len(r.To) <= room {
			fromW, toW = max(fromW, len(r.From)), max(toW, len(r.To))
		}
	}
	for fromW+toW > room && fromW > 15 {
		fromW--
	}
	toW = max(min(toW, room-fromW), len("to"))
	line := func(id, verdict, from, to, service, rtt, data string, paint func(string) string) {
		s := fmt.Sprintf("%*s  %s  %s > %s %s %*s %*s", idW, id, paint(pad(verdict, verdictW)), pad(from, fromW), pad(to, toW), pad(service, serviceW), rttW, rtt, dataW, data)
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	b.WriteString(strings.TrimRight(fmt.Sprintf("%*s  %s  %s   %s %s %*s %*s", idW, "#", pad("opening", verdictW), pad("from", fromW), pad("to", toW), pad("service", serviceW), rttW, "rtt", dataW, "data"), " ") + "\n")
	for i := range rows {
		r := &rows[i]
		paint := func(s string) string { return t.color(r.paint, s) }
		service := r.Service
		if service == "" {
			service = "-"
		}
		service = cut(service, serviceW)
		rtt, data := "-", "-"
		if r.RTT >= 0 {
			rtt = millis(r.RTT)
		}
		if r.Bytes > 0 {
			data = octets(r.Bytes)
		}
		indent := strings.Repeat(" ", idW+2+verdictW+2)
		if len(r.From) <= fromW && len(r.To) <= toW {
			line(fmt.Sprint(r.ID), r.Verdict, r.From, r.To, service, rtt, data, paint)
		} else {
			line(fmt.Sprint(r.ID), r.Verdict, "", "", service, rtt, data, paint)
			ends := r.From + " > " + r.To
			if len(indent)+len(ends) <= t.opt.Width {
				b.WriteString(indent + ends + "\n")
			} else {
				b.WriteString(fmt.Sprintf("%*s  %s\n%*s  > %s\n", idW, "", r.From, idW, "", r.To))
			}
		}
		if r.Note != "" {
			for _, l := range wrap(r.Note, t.opt.Width-len(indent)) {
				b.WriteString(indent + t.color(grey, l) + "\n")
			}
		}
	}
}

func (t *Writer) wide(b *bytes.Buffer, rows []Row) {
	head := []string{"#", "opening", "from", "to", "service", "rtt", "start", "duration", "pkts>", "<pkts", "bytes>", "<bytes", "close", "state", "history", "tunnel"}
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

// Notes are what is to be said of a connection beyond its row: nothing when
// everything is ordinary.
func Notes(r *record.Record) []string {
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
		add("RST to the SYN%s: usually nothing listens there", frames("frame", r.SYNFrame, r.LastFrame))
	case handshake.Filtered:
		add("ICMP error from %s%s: something on the way refuses it", r.FilteredBy, frames("frame", r.ICMPFrame))
	case handshake.NoAnswer:
		if r.SYNRetries > 0 {
			add("%d SYNs in %s, and nothing came back", r.SYNRetries+1, seconds(r.DurationNS))
		} else {
			add("one SYN, and nothing came back")
		}
	case handshake.HalfOpen:
		add("answered%s, not acknowledged: a scan, a flood or a lost ACK", frames("frame", r.SYNACKFrame))
	case handshake.Aborted:
		if r.SYNACKFrame != 0 {
			add("the port is open%s, the originator took it back with a RST", frames("frame", r.SYNACKFrame))
		} else {
			add("the originator took its SYN back with a RST")
		}
	case handshake.Invalid:
		add("an answer or third packet came, and its numbers are wrong")
	case handshake.Midstream:
		add("open before the capture began")
	case handshake.CompletedUnseen, handshake.Implied:
		add("%s not in the capture; other packets prove it", strings.Join(r.Missing.List(), " and "))
	case handshake.Unsolicited:
		if r.SYNACKFrame != 0 {
			add("an answer without a question: backscatter, or the SYN went another way")
		} else {
			add("a RST without a connection")
		}
	case handshake.Probe:
		add("%s probe: belongs to no connection", strings.ReplaceAll(r.ProbeKind.String(), "_", "+"))
	case handshake.Unknown:
		add("cut before the flags: only the ports are known")
	}
	switch r.Exchange {
	case handshake.ExchangeRefused:
		add("ICMP port unreachable%s: nothing listens there", frames("frame", r.ICMPFrame))
	case handshake.ExchangeFiltered:
		add("ICMP error from %s%s", r.FilteredBy, frames("frame", r.ICMPFrame))
	}
	if r.Kind != handshake.Normal && r.Kind != handshake.KindNone {
		add("%s", Spaced(r.Kind.String()))
	}
	switch r.Close {
	case handshake.Reset:
		add("reset by %s after %s%s", closer(r), seconds(r.DurationNS), frames("frame", r.CloseFrames...))
	case handshake.HalfClosed:
		add("half closed by %s%s", closer(r), frames("frame", r.CloseFrames...))
	}
	if r.SuspectedRSTs > 0 {
		add("%d RST that no receiver would accept", r.SuspectedRSTs)
	}
	if r.Reuses > 0 {
		add("reuses the ports of #%d after %s", r.Reuses, seconds(r.ReuseAfterNS))
	}
	if len(r.VLAN) > 0 {
		var v []string
		for _, id := range r.VLAN {
			v = append(v, fmt.Sprint(id))
		}
		add("vlan %s", strings.Join(v, ","))
	}
	if len(r.Tunnel) > 0 {
		add("in %s", strings.Join(r.Tunnel, ", "))
	}
	for _, t := range told.Said(r) {
		n = append(n, t.EN)
	}
	if t := told.Slow(r); t.EN != "" {
		n = append(n, t.EN)
	}
	if r.App != nil && r.App.HTTP != nil && answeredHTTP(r) {
		if r.Resp.Port != 80 {
			add("HTTP on port %d rather than 80", r.Resp.Port)
		}
		if to, ok := Redirect(r); ok {
			add("answer %d%s sends the caller to %s", r.App.HTTP.Status, frames("frame", r.App.HTTP.StatusFrame), to)
		}
	}
	return n
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

func closer(r *record.Record) string {
	switch r.ClosedBy {
	case handshake.ByOrig:
		return r.Orig.Addr.String()
	case handshake.ByResp:
		return r.Resp.Addr.String()
	}
	return "both"
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
	var lines []string
	line := ""
	for _, f := range strings.Fields(s) {
		for runewidth.StringWidth(f) > w {
			head := runewidth.Truncate(f, w, "")
			if line != "" {
				lines = append(lines, line)
				line = ""
			}
			lines = append(lines, head)
			f = f[len(head):]
		}
		switch {
		case line == "":
			line = f
		case runewidth.StringWidth(line)+1+runewidth.StringWidth(f) <= w:
			line += " " + f
		default:
			lines = append(lines, line)
			line = f
		}
	}
	return append(lines, line)
}

// Seconds says a duration in a few characters.
func Seconds(ns int64) string { return seconds(ns) }

func seconds(ns int64) string { return told.Seconds(ns) }

func millis(ns int64) string {
	ms := float64(ns) / 1e6
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.0f s", ms/1e3)
}

func octets(n uint64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	case n < 10_000_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	}
	return fmt.Sprintf("%d GB", n/1_000_000_000)
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

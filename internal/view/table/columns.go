package table

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/internal/view/told"
	"portero/internal/words"
)

// columns are the widths of the narrow table's columns.
type columns struct {
	id, verdict, from, to, service, rtt, data int

	width int  // of the terminal
	folds bool // verdicts of two parts take two lines
	apart bool // all ends stand in lines of their own, and the rest shares the width
}

// layOut finds the widths that rows need and the terminal has.
func layOut(rows []Row, width int, l words.Lang) *columns {
	x := &columns{width: width}
	x.measure(rows, l)
	room := x.share(rows, l)
	if least := len(fromHead(l)) + len(toHead(l)); room < least {
		x.stack(rows, l)
	}
	x.ends(rows, room, l)
	return x
}

func fromHead(l words.Lang) string    { return l.Pick("from", "desde") }
func toHead(l words.Lang) string      { return l.Pick("to", "hacia") }
func openingHead(l words.Lang) string { return l.Pick("opening", "apertura") }
func serviceHead(l words.Lang) string { return l.Pick("service", "servicio") }

// measure takes what the columns but those of ends and numbers need.
func (x *columns) measure(rows []Row, l words.Lang) {
	x.id, x.verdict, x.service = 2, len(openingHead(l)), len(serviceHead(l))
	for i := range rows {
		r := &rows[i]
		x.id = max(x.id, len(fmt.Sprint(r.ID)))
		x.verdict = max(x.verdict, runewidth.StringWidth(r.Verdict))
		x.service = max(x.service, runewidth.StringWidth(r.Service))
	}
	x.service = min(x.service, 14)
}

// share gives the numbers what they get of the space that is left, and returns the room of the ends.
func (x *columns) share(rows []Row, l words.Lang) (room int) {
	space := x.width - (x.id + 2 + x.verdict + 2 + 3 + 1 + x.service + 1 + 1)
	if w := foldedWidth(rows, len(openingHead(l))); w < x.verdict && helps(rows, space, space+x.verdict-w) {
		x.folds, space, x.verdict = true, space+x.verdict-w, w
	}
	x.rtt, x.data = numbersFit(rows, space, l)
	return space - x.rtt - x.data
}

// stack is for a terminal in which not even the heads of the ends have room.
func (x *columns) stack(rows []Row, l words.Lang) {
	x.apart = true
	x.rtt, x.data = 8, 8
	over := func() int { return x.id + 2 + x.verdict + 2 + x.service + 1 + x.rtt + 1 + x.data - x.width }
	if w := foldedWidth(rows, len(openingHead(l))); over() > 0 && w < x.verdict {
		x.folds, x.verdict = true, w
	}
	if over() > 0 {
		x.rtt, x.data = numbersLeast(rows, l)
	}
	x.service = max(x.service-max(over(), 0), min(x.service, 8))
}

// ends shares their room among them, by those that can fit.
func (x *columns) ends(rows []Row, room int, l words.Lang) {
	x.from, x.to = len(fromHead(l)), len(toHead(l))
	for i := range rows {
		r := &rows[i]
		if !x.apart && len(r.From)+len(r.To) <= room {
			x.from, x.to = max(x.from, len(r.From)), max(x.to, len(r.To))
		}
	}
	for x.from+x.to > room && x.from > 15 {
		x.from--
	}
	x.to = max(min(x.to, room-x.from), len(toHead(l)))
}

// indent is where what follows the verdict begins.
func (x *columns) indent() int { return x.id + 2 + x.verdict + 2 }

// line writes one; verdict and ends have their widths.
func (x *columns) line(b *bytes.Buffer, id, verdict, ends, service, rtt, data string) {
	if x.apart {
		ends = ""
	}
	s := fmt.Sprintf("%*s  %s  %s%s %*s %*s", x.id, id, verdict, ends, pad(service, x.service), x.rtt, rtt, x.data, data)
	b.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (x *columns) head(b *bytes.Buffer, l words.Lang) {
	ends := pad(fromHead(l), x.from) + "   " + pad(toHead(l), x.to) + " "
	x.line(b, "#", pad(openingHead(l), x.verdict), ends, serviceHead(l), "rtt", l.Pick("data", "datos"))
}

// row writes a row, and its ends in a line or two of their own where they do not fit.
func (x *columns) row(b *bytes.Buffer, r *Row, verdict string) {
	service := r.Service
	if service == "" {
		service = "-"
	}
	rtt, data := r.numbers()
	beside := !x.apart && len(r.From) <= x.from && len(r.To) <= x.to
	ends := pad(r.From, x.from) + " > " + pad(r.To, x.to) + " "
	if !beside {
		ends = strings.Repeat(" ", x.from+3+x.to+1)
	}
	x.line(b, fmt.Sprint(r.ID), verdict, ends, told.Cut(service, x.service, "…"), rtt, data)
	if beside {
		return
	}
	if ends := r.From + " > " + r.To; x.indent()+len(ends) <= x.width {
		b.WriteString(strings.Repeat(" ", x.indent()) + ends + "\n")
	} else {
		fmt.Fprintf(b, "%*s  %s\n%*s  > %s\n", x.id, "", r.From, x.id, "", r.To)
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

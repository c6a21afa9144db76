package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/internal/fold"
	"portero/internal/view/csv"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// list prints rows of cells as a table, ndjson or csv.
type list struct {
	heads []string // keys of machine formats
	label []string // heads of the table
	right map[int]bool
	rows  [][]any
	keys  []string // heads of the table before they were translated, nil when they were not
}

func (l *list) write(o *output, format string) error {
	switch format {
	case "table":
		return l.table(o)
	case "ndjson", "jsonl":
		return l.objects(o, false)
	case "json":
		return l.objects(o, true)
	case "csv":
		return l.separated(o, ",")
	case "tsv":
		return l.separated(o, "\t")
	}
	return listed(format)
}

// table writes columns for people.
func (l *list) table(o *output) error {
	cells := l.cells()
	w, gap := widths(cells, o.columns)
	for _, r := range cells {
		var b strings.Builder
		for i, c := range r {
			if i > 0 {
				b.WriteString(gap)
			}
			fill := strings.Repeat(" ", w[i]-runewidth.StringWidth(c))
			if l.right[i] {
				b.WriteString(fill + c)
			} else {
				b.WriteString(c + fill)
			}
		}
		line := strings.TrimRight(b.String(), " ")
		if o.columns > 0 {
			line = fold.Lines(line, o.columns)
		}
		if _, err := fmt.Fprintln(o, line); err != nil {
			return err
		}
	}
	return nil
}

// cells are the heads and rows as a terminal may show them.
func (l *list) cells() [][]string {
	cells := [][]string{l.label}
	for _, r := range l.rows {
		var c []string
		for _, v := range r {
			s := safe.Terminal(cell(v))
			if s == "" {
				s = "-"
			}
			c = append(c, s)
		}
		cells = append(cells, c)
	}
	return cells
}

// widths are those of the columns, with what stands between two: less where lines would break.
func widths(cells [][]string, columns int) (w []int, gap string) {
	w = make([]int, len(cells[0]))
	for _, r := range cells {
		for i, c := range r {
			w[i] = max(w[i], runewidth.StringWidth(c))
		}
	}
	gap = "  "
	total := -len(gap)
	for _, n := range w {
		total += n + len(gap)
	}
	if columns > 0 && total > columns {
		gap = " "
	}
	return w, gap
}

// objects writes JSON, an object on a line, in an array or without one. What a row does not have is left out.
func (l *list) objects(o *output, array bool) error {
	begin, between, end := "", "\n", "\n"
	if array {
		begin, between, end = "[\n", ",\n", "\n]\n"
	}
	if len(l.rows) == 0 && !array {
		end = ""
	}
	if _, err := io.WriteString(o, begin); err != nil {
		return err
	}
	for i, r := range l.rows {
		b := []byte{'{'}
		if i > 0 {
			b = []byte(between + "{")
		}
		open := len(b)
		for i, v := range r {
			if v == nil || v == "" {
				continue
			}
			if len(b) > open {
				b = append(b, ',')
			}
			k, _ := json.Marshal(l.heads[i])
			x, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b = append(append(append(b, k...), ':'), safe.JSON(x)...)
		}
		if _, err := o.Write(append(b, '}')); err != nil {
			return err
		}
	}
	_, err := io.WriteString(o, end)
	return err
}

// separated writes csv or, with a tab, tsv.
func (l *list) separated(o *output, sep string) error {
	if _, err := fmt.Fprintln(o, strings.Join(l.heads, sep)); err != nil {
		return err
	}
	for _, r := range l.rows {
		var b []byte
		for i, v := range r {
			if i > 0 {
				b = append(b, sep...)
			}
			b = csv.Cell(b, cell(v), sep == "\t")
		}
		if _, err := o.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// listed refuses a form that lists do not have. It is asked before captures are read and
// --force replaces a file.
func listed(format string, others ...string) error {
	all := append(others, "table", "ndjson", "jsonl", "json", "csv", "tsv")
	if slices.Contains(all, format) {
		return nil
	}
	return usage(fmt.Sprintf("--format: %q is none of %s", format, strings.Join(all, ", ")))
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case uint64:
		return strconv.FormatUint(v, 10)
	}
	return fmt.Sprint(v)
}

// speak turns a table's heads and words into a language. The keys and words of
// machine formats are the same in all.
func (l *list) speak(format string, lang words.Lang) {
	if format != "table" {
		return
	}
	for _, r := range l.rows {
		for i, v := range r {
			if v, ok := v.(bool); ok {
				r[i] = words.YesNo(lang, v)
			}
		}
	}
	if lang == words.English {
		return
	}
	l.keys = append([]string(nil), l.label...)
	l.label = append([]string(nil), l.label...)
	for i, h := range l.label {
		l.label[i] = words.Column(lang, h)
		for _, r := range l.rows {
			v, ok := r[i].(string)
			if !ok {
				continue
			}
			switch h {
			case "state", "before", "now":
				if v == strings.ToLower(v) { // what RFC 9293 calls a state stays
					r[i] = words.Door(lang, v)
				}
			case "how", "what":
				r[i] = words.Change(lang, v)
			case "told by":
				r[i] = words.ToldBy(lang, v)
			}
		}
	}
}

// withoutEmpty leaves out the columns in which no row has anything.
func (l list) withoutEmpty() list {
	if len(l.rows) == 0 { // their heads say what there could be
		return l
	}
	return l.only(func(i int) bool {
		for _, r := range l.rows {
			if cell(r[i]) != "" {
				return true
			}
		}
		return false
	})
}

// only leaves columns out, those that keep does not want.
func (l list) only(keep func(i int) bool) list {
	n := list{right: map[int]bool{}, rows: make([][]any, len(l.rows))}
	for i := range l.label {
		if !keep(i) {
			continue
		}
		if l.right[i] {
			n.right[len(n.label)] = true
		}
		n.heads, n.label = append(n.heads, l.heads[i]), append(n.label, l.label[i])
		if l.keys != nil {
			n.keys = append(n.keys, l.keys[i])
		}
		for j, r := range l.rows {
			n.rows[j] = append(n.rows[j], r[i])
		}
	}
	return n
}

// key is what column i is called in English.
func (l *list) key(i int) string {
	if l.keys != nil {
		return l.keys[i]
	}
	return l.label[i]
}

// widthOf is what column i of the table takes.
func (l *list) widthOf(i int) int {
	w := runewidth.StringWidth(l.label[i])
	for _, r := range l.rows {
		w = max(w, runewidth.StringWidth(safe.Terminal(cell(r[i]))))
	}
	return w
}

// longName is how much of a column of names keeps others out of a narrow table.
const longName = 30

// narrow drops columns from the right middle until the table fits. Where a name is so long that it does
// not, names are cut: no other column goes for the sake of what is longer than longName.
func (l list) narrow(width int, drop ...string) list {
	wide := make([]int, len(l.label))
	for i := range wide {
		wide[i] = l.widthOf(i)
	}
	for {
		total, names, over := -2, -1, 0
		for i, w := range wide {
			if l.key(i) == "name" {
				names, over = i, max(w-longName, 0)
			}
			total += w + 2
		}
		if total-over <= width || len(drop) == 0 {
			if total > width && names >= 0 {
				l.cutNames(names, max(wide[names]-(total-width), 12))
			}
			return l
		}
		for i := range l.label {
			if l.key(i) != drop[0] {
				continue
			}
			n := list{right: map[int]bool{}}
			for k := range l.label {
				if k == i {
					continue
				}
				if l.right[k] {
					n.right[len(n.label)] = true
				}
				n.label = append(n.label, l.label[k])
				n.heads = append(n.heads, l.heads[k])
				if l.keys != nil {
					n.keys = append(n.keys, l.keys[k])
				}
			}
			for _, r := range l.rows {
				n.rows = append(n.rows, append(append([]any(nil), r[:i]...), r[i+1:]...))
			}
			l, wide = n, slices.Delete(wide, i, i+1)
			break
		}
		drop = drop[1:]
	}
}

// cutNames leaves at most w columns of the names in column i.
func (l *list) cutNames(i, w int) {
	for _, r := range l.rows {
		if s := safe.Terminal(cell(r[i])); runewidth.StringWidth(s) > w {
			r[i] = runewidth.Truncate(s, w, "…")
		}
	}
}

// listForms are what --format of lists takes for machines.
var listForms = []string{"ndjson", "json", "csv", "tsv"}

func (a *app) print(l *list, o *readFlags, j *job, stopped bool) error {
	out, err := a.openAs(o.out, o.force, o.quiet, o.format, listForms...)
	if err != nil {
		return err
	}
	err = l.write(out, o.format)
	if e := out.close(); err == nil {
		err = e
	}
	return a.finish(j, stopped, err)
}

// known is the cell of a frame, empty for none.
func known(frame uint64) any {
	if frame == 0 {
		return ""
	}
	return frame
}

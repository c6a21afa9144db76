// Package csv writes records as comma- or tab-separated values with a header
// line (RFC 4180).
package csv

import (
	"io"
	"strings"
	"unicode/utf8"

	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/plan"
	"portero/internal/view/safe"
)

// Writer writes csv, or tsv with Tab.
type Writer struct {
	w      io.Writer
	fields []record.Field
	tab    bool
	plan   *plan.Plan
	buf    []byte
	err    error
}

const flushAt = 64 << 10

// New returns a writer of fields to w.
func New(w io.Writer, fields []record.Field, tab bool) *Writer {
	c := &Writer{w: w, fields: fields, tab: tab}
	c.plan = plan.New(fields, plan.Dress{Blank: c.key(1, ""), Key: c.key, Text: c.cell, List: c.list, Numbers: numbers, Risks: c.risks})
	c.buf = make([]byte, 0, flushAt+2*c.plan.Room())
	return c
}

// Begin implements view.Writer.
func (c *Writer) Begin() error {
	for i, f := range c.fields {
		c.buf = append(append(c.buf, c.key(i, "")...), f.Name...)
	}
	c.eol()
	return nil
}

// key is what parts the i-th cell from the one before.
func (c *Writer) key(i int, _ string) string {
	switch {
	case i == 0:
		return ""
	case c.tab:
		return "\t"
	}
	return ","
}

func (c *Writer) eol() {
	if c.tab {
		c.buf = append(c.buf, '\n')
	} else {
		c.buf = append(c.buf, '\r', '\n')
	}
}

// Write implements view.Writer.
func (c *Writer) Write(r *record.Record) error {
	c.buf = c.plan.Append(c.buf, r)
	c.eol()
	if len(c.buf) >= flushAt {
		return c.Flush()
	}
	return c.err
}

func (c *Writer) list(b []byte, l []string) []byte {
	at := len(b)
	for i, s := range l {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, s...)
	}
	return c.cell(b, at)
}

func numbers(b []byte, l []uint64) []byte {
	for i, v := range l {
		if i > 0 {
			b = append(b, ';')
		}
		b = record.AppendUint(b, v)
	}
	return b
}

func (c *Writer) risks(b []byte, rs []record.Finding) []byte {
	at := len(b)
	for i := range rs {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(append(b, rs[i].ID...), ':')
		if rs[i].Muted == "" {
			b = append(b, rs[i].Severity...)
		} else {
			b = append(b, "muted"...)
		}
	}
	return c.cell(b, at)
}

// cell makes b[at:] a cell. Nearly all of them are letters, digits and dots: those
// need no second look, and no string.
func (c *Writer) cell(b []byte, at int) []byte {
	before := byte(';') // a sign at the start of a cell, or of what is one where semicolons part them
	for _, x := range b[at:] {
		if x >= 'a' && x <= 'z' || x >= '0' && x <= '9' || x >= 'A' && x <= 'Z' || before != ';' && (x == '.' || x == ';' || x == ':' || x == '_' || x == '-' || x == '/') {
			before = x
			continue
		}
		return Cell(b[:at], string(b[at:]), c.tab)
	}
	return b
}

// Cell appends a cell of csv, or of tsv with tab, that may come from the wire. A spreadsheet takes a cell
// that starts like a formula for one, so it gets an apostrophe before it. So does what
// follows a semicolon: where the comma is for decimals, spreadsheets part cells there.
func Cell(b []byte, s string, tab bool) []byte {
	// Made harmless first: what is left may be nothing, and has no control characters.
	if s = safe.Terminal(s); s == "" {
		return b
	}
	if tab {
		if formula(s) {
			b = append(b, '\'')
		}
		for i := 0; i < len(s); i++ {
			if s[i] == '\\' {
				b = append(b, '\\')
			}
			b = append(b, s[i])
		}
		return b
	}
	for i := 0; i < len(s); i++ {
		if (i == 0 || s[i-1] == ';') && formula(s[i:]) {
			s = s[:i] + "'" + s[i:]
		}
	}
	if !strings.ContainsAny(s, ",\" ") {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// formula reports whether a spreadsheet takes a cell that begins with s for one. Some take the wide
// forms of the signs for the signs.
func formula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@|%＝＋－＠", r)
}

// Flush hands on what is buffered.
func (c *Writer) Flush() error {
	if c.err == nil && len(c.buf) > 0 {
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:0]
	return c.err
}

// End implements view.Writer.
func (c *Writer) End(*view.Summary) error { return c.Flush() }

// Package csv writes records as comma- or tab-separated values with a header
// line (RFC 4180).
package csv

import (
	"io"
	"strings"

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
	for i, x := range b[at:] {
		if x >= 'a' && x <= 'z' || x >= '0' && x <= '9' || x >= 'A' && x <= 'Z' || i > 0 && (x == '.' || x == ';' || x == ':' || x == '_' || x == '-' || x == '/') {
			continue
		}
		return c.text(b[:at], string(b[at:]))
	}
	return b
}

// text appends a cell that may come from the wire. A spreadsheet takes a cell
// that starts like a formula for one, so it gets an apostrophe before it.
func (c *Writer) text(b []byte, s string) []byte {
	// Made harmless first: what is left may be nothing.
	if s = safe.Terminal(s); s == "" {
		return b
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '|', '%':
		s = "'" + s
	}
	if c.tab {
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '\t':
				b = append(b, '\\', 't')
			case '\n':
				b = append(b, '\\', 'n')
			case '\\':
				b = append(b, '\\', '\\')
			default:
				b = append(b, s[i])
			}
		}
		return b
	}
	if !strings.ContainsAny(s, ",\"\r\n ") {
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

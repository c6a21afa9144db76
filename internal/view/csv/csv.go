// Package csv writes records as comma- or tab-separated values with a header
// line (RFC 4180).
package csv

import (
	"io"
	"strconv"
	"strings"

	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/safe"
)

// Writer writes csv, or tsv with Tab.
type Writer struct {
	w      io.Writer
	fields []record.Field
	tab    bool
	buf    []byte
	tmp    []byte
	err    error
}

const flushAt = 64 << 10

// New returns a writer of fields to w.
func New(w io.Writer, fields []record.Field, tab bool) *Writer {
	return &Writer{w: w, fields: fields, tab: tab, buf: make([]byte, 0, flushAt+8<<10)}
}

// Begin implements view.Writer.
func (c *Writer) Begin() error {
	for i, f := range c.fields {
		c.sep(i)
		c.buf = append(c.buf, f.Name...)
	}
	c.eol()
	return nil
}

func (c *Writer) sep(i int) {
	if i == 0 {
		return
	}
	if c.tab {
		c.buf = append(c.buf, '\t')
	} else {
		c.buf = append(c.buf, ',')
	}
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
	for i := range c.fields {
		f := &c.fields[i]
		c.sep(i)
		switch f.Kind {
		case record.KindText:
			c.tmp = f.Text(c.tmp[:0], r)
			c.cell()
		case record.KindTexts, record.KindWords:
			c.tmp = c.tmp[:0]
			for j, s := range f.Words(r) {
				if j > 0 {
					c.tmp = append(c.tmp, ';')
				}
				c.tmp = append(c.tmp, s...)
			}
			c.cell()
		case record.KindInts:
			for j, v := range f.Ints(r) {
				if j > 0 {
					c.buf = append(c.buf, ';')
				}
				c.buf = strconv.AppendUint(c.buf, v, 10)
			}
		case record.KindRisks:
			if len(r.Risks) > 0 {
				c.tmp = c.tmp[:0]
				for j, k := range r.Risks {
					if j > 0 {
						c.tmp = append(c.tmp, ';')
					}
					c.tmp = append(append(c.tmp, k.ID...), ':')
					if k.Muted == "" {
						c.tmp = append(c.tmp, k.Severity...)
					} else {
						c.tmp = append(c.tmp, "muted"...)
					}
				}
				c.cell()
			}
		default:
			c.buf = f.Text(c.buf, r)
		}
	}
	c.eol()
	if len(c.buf) >= flushAt {
		return c.Flush()
	}
	return c.err
}

// cell writes what is in tmp as a cell. Nearly all of them are letters, digits
// and dots: those need no second look, and no string.
func (c *Writer) cell() {
	for i, x := range c.tmp {
		if x >= 'a' && x <= 'z' || x >= '0' && x <= '9' || x >= 'A' && x <= 'Z' || i > 0 && (x == '.' || x == ';' || x == ':' || x == '_' || x == '-' || x == '/') {
			continue
		}
		c.text(string(c.tmp))
		return
	}
	c.buf = append(c.buf, c.tmp...)
}

// text writes a cell that may come from the wire. A spreadsheet takes a cell
// that starts like a formula for one, so it gets an apostrophe before it.
func (c *Writer) text(s string) {
	// Made harmless first: what is left may be nothing.
	if s = safe.Terminal(s); s == "" {
		return
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '|', '%':
		s = "'" + s
	}
	if c.tab {
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '\t':
				c.buf = append(c.buf, '\\', 't')
			case '\n':
				c.buf = append(c.buf, '\\', 'n')
			case '\\':
				c.buf = append(c.buf, '\\', '\\')
			default:
				c.buf = append(c.buf, s[i])
			}
		}
		return
	}
	if !strings.ContainsAny(s, ",\"\r\n ") {
		c.buf = append(c.buf, s...)
		return
	}
	c.buf = append(c.buf, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			c.buf = append(c.buf, '"')
		}
		c.buf = append(c.buf, s[i])
	}
	c.buf = append(c.buf, '"')
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

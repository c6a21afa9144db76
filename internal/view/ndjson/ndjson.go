// Package ndjson writes records as JSON: one flat object a line, or an array of
// them.
package ndjson

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/plan"
	"portero/internal/view/safe"
)

// Writer writes ndjson, or one JSON array when Array is set.
type Writer struct {
	Array bool
	w     io.Writer
	plan  *plan.Plan
	buf   []byte
	err   error
	n     int
}

const flushAt = 64 << 10

// New returns a writer of fields to w.
func New(w io.Writer, fields []record.Field, array bool) *Writer {
	p := plan.New(fields, dress)
	return &Writer{Array: array, w: w, plan: p, buf: make([]byte, 0, flushAt+2*p.Room())}
}

// dress puts values into an object: a comma before each key, and nothing where there
// is no value.
var dress = plan.Dress{
	Quote:   `"`,
	Key:     func(_ int, name string) string { return string(append(appendString([]byte{','}, name), ':')) },
	Text:    quoteInPlace,
	List:    appendList,
	Numbers: appendNumbers,
	Risks:   AppendRisks,
}

// Begin implements view.Writer.
func (n *Writer) Begin() error {
	if n.Array {
		n.buf = append(n.buf, '[')
	}
	return nil
}

// Write implements view.Writer.
func (n *Writer) Write(r *record.Record) error {
	if n.Array {
		if n.n > 0 {
			n.buf = append(n.buf, ',')
		}
		n.buf = append(n.buf, '\n')
	}
	n.n++
	n.buf = n.Append(n.buf, r)
	if !n.Array {
		n.buf = append(n.buf, '\n')
	}
	if len(n.buf) >= flushAt {
		return n.flush()
	}
	return n.err
}

// Flush hands on what is buffered.
func (n *Writer) Flush() error { return n.flush() }

func (n *Writer) flush() error {
	if n.err == nil && len(n.buf) > 0 {
		_, n.err = n.w.Write(n.buf)
	}
	n.buf = n.buf[:0]
	return n.err
}

// End implements view.Writer.
func (n *Writer) End(*view.Summary) error {
	if n.Array {
		if n.n > 0 {
			n.buf = append(n.buf, '\n')
		}
		n.buf = append(n.buf, ']', '\n')
	}
	return n.flush()
}

// Append appends one record as an object.
func (n *Writer) Append(b []byte, r *record.Record) []byte {
	open := len(b)
	b = n.plan.Append(b, r)
	if len(b) == open {
		return append(b, '{', '}')
	}
	b[open] = '{'
	return append(b, '}')
}

func appendList(b []byte, l []string) []byte {
	for i, s := range l {
		b = append(b, sep(i))
		b = appendString(b, s)
	}
	return append(b, ']')
}

func appendNumbers(b []byte, l []uint64) []byte {
	for i, v := range l {
		b = append(b, sep(i))
		b = record.AppendUint(b, v)
	}
	return append(b, ']')
}

func sep(i int) byte {
	if i == 0 {
		return '['
	}
	return ','
}

// AppendRisks appends findings as a JSON array.
func AppendRisks(b []byte, rs []record.Finding) []byte {
	for i := range rs {
		k := &rs[i]
		b = append(b, sep(i))
		b = append(b, `{"id":`...)
		b = appendString(b, k.ID)
		b = append(b, `,"severity":`...)
		b = appendString(b, k.Severity)
		b = append(b, `,"basis":`...)
		b = appendString(b, k.Basis)
		b = append(b, `,"frames":[`...)
		for j, f := range k.Frames {
			if j > 0 {
				b = append(b, ',')
			}
			b = record.AppendUint(b, f)
		}
		b = append(b, `],"text":`...)
		b = appendString(b, k.Text)
		if k.Muted != "" {
			b = append(b, `,"muted":`...)
			b = appendString(b, k.Muted)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// plain are the octets that stand for themselves everywhere.
var plain = func() (t [256]bool) {
	for c := ' '; c < 127; c++ {
		t[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return t
}()

// quoteInPlace turns the raw text at b[at:] into a JSON string.
func quoteInPlace(b []byte, at int) []byte {
	for _, c := range b[at:] {
		if !plain[c] && c != '<' && c != '>' && c != '&' {
			s := string(b[at:])
			return appendString(b[:at], s)
		}
	}
	b = append(b, 0, 0)
	copy(b[at+1:], b[at:len(b)-2])
	b[at], b[len(b)-1] = '"', '"'
	return b
}

const hex = "0123456789abcdef"

// appendString appends s as a JSON string: valid UTF-8, with control and line
// separator characters escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	i := 0
	for i < len(s) && plain[s[i]] {
		i++
	}
	b = append(b, s[:i]...)
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\r':
				b = append(b, '\\', 'r')
			case c == '\t':
				b = append(b, '\\', 't')
			case c < 32 || c == 127 || c == '<' || c == '>' || c == '&':
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, `\ufffd`...)
		case safe.Hidden(r) && r > 0xffff:
			for _, u := range utf16.AppendRune(nil, r) {
				b = append(b, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
			}
		case safe.Hidden(r):
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}

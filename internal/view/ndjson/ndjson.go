// Package ndjson writes records as JSON: one flat object a line, or an array of
// them.
package ndjson

import (
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"portero/internal/record"
	"portero/internal/view"
)

// Writer writes ndjson, or one JSON array when Array is set.
type Writer struct {
	Array  bool
	w      io.Writer
	fields []field
	buf    []byte
	err    error
	n      int
}

type field struct {
	record.Field
	key []byte // ,"name":
}

const flushAt = 64 << 10

// New returns a writer of fields to w.
func New(w io.Writer, fields []record.Field, array bool) *Writer {
	n := &Writer{Array: array, w: w, buf: make([]byte, 0, flushAt+8<<10)}
	for _, f := range fields {
		n.fields = append(n.fields, field{f, append(appendString([]byte{','}, f.Name), ':')})
	}
	return n
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
	for i := range n.fields {
		f := &n.fields[i]
		if f.Said && r.App == nil {
			continue
		}
		start := len(b)
		// The key is put there once there is a value: many fields have none.
		val := start + len(f.key)
		if val > cap(b) {
			b = slices.Grow(b, len(f.key))
		}
		b = b[:val]
		switch f.Kind {
		case record.KindInt, record.KindMicros, record.KindBool:
			b = f.Text(b, r)
			if len(b) == val {
				b = b[:start]
				continue
			}
		case record.KindWord, record.KindTime:
			b = append(b, '"')
			b = f.Text(b, r)
			if len(b) == val+1 {
				b = b[:start]
				continue
			}
			b = append(b, '"')
		case record.KindText:
			b = f.Text(b, r)
			if len(b) == val {
				b = b[:start]
				continue
			}
			b = quoteInPlace(b, val)
		case record.KindWords, record.KindTexts:
			l := f.Words(r)
			if len(l) == 0 {
				b = b[:start]
				continue
			}
			for j, s := range l {
				b = append(b, sep(j))
				b = appendString(b, s)
			}
			b = append(b, ']')
		case record.KindInts:
			l := f.Ints(r)
			if len(l) == 0 {
				b = b[:start]
				continue
			}
			for j, v := range l {
				b = append(b, sep(j))
				b = strconv.AppendUint(b, v, 10)
			}
			b = append(b, ']')
		case record.KindRisks:
			if len(r.Risks) == 0 {
				b = b[:start]
				continue
			}
			b = AppendRisks(b, r.Risks)
		}
		copy(b[start:], f.key)
	}
	if len(b) == open {
		return append(b, '{', '}')
	}
	b[open] = '{'
	return append(b, '}')
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
			b = strconv.AppendUint(b, f, 10)
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

// quoteInPlace turns the raw text at b[at:] into a JSON string.
func quoteInPlace(b []byte, at int) []byte {
	for _, c := range b[at:] {
		if c < 32 || c == '"' || c == '\\' || c >= 127 {
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
	for i := 0; i < len(s); {
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
		case r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0x61c:
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}

package html

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"portero/internal/record"
	"portero/internal/view/safe"
)

// How scripts read a column.
const (
	asWord   = "word"   // indices into a list of strings
	asNumber = "number" // numbers, null where unknown
	asTime   = "time"   // nanoseconds, each less the one before, the first less the page's origin
	asRisks  = "risks"  // indices into a list of lists of findings
)

// encode packs what the schema says of a record: for each field its text, with
// its length before it.
func encode(fields []record.Field, r *record.Record) []byte {
	b := make([]byte, 0, 512)
	var text []byte
	for i := range fields {
		text = plain(text[:0], &fields[i], r)
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return b
}

// plain appends a field as one text, nothing where it is unknown. Lists are
// joined; what may come from the wire cannot steer or mislead its reader.
func plain(b []byte, f *record.Field, r *record.Record) []byte {
	switch f.Kind {
	case record.KindText, record.KindWord:
		return append(b, clean(f.Text(nil, r))...)
	case record.KindWords, record.KindTexts:
		return append(b, safe.Terminal(strings.Join(f.Words(r), "; "))...)
	case record.KindInts:
		for i, n := range f.Ints(r) {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = strconv.AppendUint(b, n, 10)
		}
		return b
	case record.KindRisks:
		if len(r.Risks) == 0 {
			return b
		}
		list := make([][5]any, 0, len(r.Risks))
		for i := range r.Risks {
			k := &r.Risks[i]
			text := k.Text
			if k.Muted != "" {
				text += " (muted: " + k.Muted + ")"
			}
			list = append(list, [5]any{safe.Terminal(k.ID), safe.Terminal(k.Severity), safe.Terminal(k.Basis), append([]uint64{}, k.Frames...), safe.Terminal(text)})
		}
		j, err := json.Marshal(list)
		if err != nil {
			return b
		}
		return append(b, j...)
	}
	return f.Text(b, r)
}

// clean keeps control characters and changes of direction out of the page.
func clean(b []byte) []byte {
	for _, c := range b {
		if c < 32 || c > 126 {
			return []byte(safe.Terminal(string(b)))
		}
	}
	return b
}

// column is one field of all rows as scripts read it.
type column struct {
	Key string `json:"k"`
	As  string `json:"as"`
	// Words are the distinct values; the first is "", which is unknown.
	Words []json.RawMessage `json:"w,omitempty"`
	// Rows are indices or numbers, absent where all rows have the last word.
	Rows json.RawMessage `json:"x,omitempty"`

	index map[string]int
	last  int64
	known bool
	buf   bytes.Buffer
	same  bool
	prev  []byte
	n     int
}

func newColumn(f *record.Field) *column {
	c := &column{Key: f.Name, As: asWord, same: true}
	switch f.Kind {
	case record.KindInt, record.KindMicros:
		c.As = asNumber
	case record.KindTime:
		c.As = asTime
	case record.KindRisks:
		c.As = asRisks
	}
	if c.As == asWord || c.As == asRisks {
		c.index = map[string]int{"": 0}
		c.Words = []json.RawMessage{json.RawMessage(`""`)}
	}
	return c
}

func (c *column) add(text []byte) {
	if c.n > 0 {
		c.buf.WriteByte(',')
		c.same = c.same && bytes.Equal(text, c.prev)
	}
	c.prev = append(c.prev[:0], text...)
	c.n++
	c.known = c.known || len(text) > 0
	switch c.As {
	case asNumber:
		if len(text) == 0 || !json.Valid(text) {
			c.buf.WriteString("null")
			return
		}
		c.buf.Write(text)
	case asTime:
		t, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			c.buf.WriteString("null")
			return
		}
		ns := t.UnixNano()
		c.buf.WriteString(strconv.FormatInt(ns-c.last, 10))
		c.last = ns
	default:
		i, ok := c.index[string(text)]
		if !ok {
			i = len(c.Words)
			c.index[string(text)] = i
			word := json.RawMessage(text)
			if c.As == asWord {
				word, _ = json.Marshal(string(text))
			}
			c.Words = append(c.Words, append(json.RawMessage(nil), word...))
		}
		c.buf.WriteString(strconv.Itoa(i))
	}
}

// columns turns rows into columns, without those that no row knows.
func columns(fields []record.Field, rows []row, origin int64) []*column {
	cs := make([]*column, len(fields))
	for i := range fields {
		cs[i] = newColumn(&fields[i])
		cs[i].last = origin
	}
	for i := range rows {
		b := rows[i].data
		for _, c := range cs {
			n, used := binary.Uvarint(b)
			c.add(b[used : used+int(n)])
			b = b[used+int(n):]
		}
	}
	var out []*column
	for _, c := range cs {
		if !c.known {
			continue
		}
		c.Rows = json.RawMessage("[" + c.buf.String() + "]")
		if c.index != nil && c.same {
			c.Rows = nil
		}
		c.buf, c.index, c.prev = bytes.Buffer{}, nil, nil
		out = append(out, c)
	}
	return out
}

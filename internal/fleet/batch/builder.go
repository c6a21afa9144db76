package batch

import (
	"strconv"

	"portero/internal/record"
	"portero/internal/view/ndjson"
)

// Builder collects records. One goroutine may use it.
type Builder struct {
	site, sensor string
	cols         []building
	rows         int
	size         int // of the text kept, octets
	buf          []byte
}

type building struct {
	Column
	field record.Field
	known map[string]uint32
	last  []byte // the text of the row before, and its index
	lastI uint32
}

// NewBuilder returns a builder for the records of one sensor.
func NewBuilder(site, sensor string) *Builder {
	b := &Builder{site: site, sensor: sensor}
	for _, f := range record.Schema() {
		c := building{Column: Column{Name: f.Name, Kind: KindOf(f.Kind)}, field: f}
		b.cols = append(b.cols, c)
	}
	b.Reset()
	return b
}

// Reset forgets what was collected.
func (b *Builder) Reset() {
	b.rows, b.size = 0, 0
	for i := range b.cols {
		c := &b.cols[i]
		c.Nums, c.Null, c.Index, c.Ends = c.Nums[:0], c.Null[:0], c.Index[:0], c.Ends[:0]
		if c.Kind == Text || c.Kind == Texts {
			c.Dict = append(c.Dict[:0], "")
			if len(c.known) > 0 || c.known == nil {
				c.known = map[string]uint32{"": 0}
			}
			c.last, c.lastI = c.last[:0], 0
		}
	}
}

// Rows is how many records were collected.
func (b *Builder) Rows() int { return b.rows }

// Size is about how much memory they take, octets.
func (b *Builder) Size() int { return b.size + b.rows*len(b.cols)*6 }

// Add takes a record; it keeps nothing of it.
func (b *Builder) Add(r *record.Record) {
	b.rows++
	for i := range b.cols {
		c := &b.cols[i]
		switch c.Kind {
		case Uint, Nanos, Bool:
			b.buf = c.field.Text(b.buf[:0], r)
			if len(b.buf) == 0 {
				c.Nums, c.Null = append(c.Nums, 0), append(c.Null, true)
				continue
			}
			c.Nums, c.Null = append(c.Nums, number(c.Kind, b.buf)), append(c.Null, false)
		case Time:
			c.Nums, c.Null = append(c.Nums, uint64(times(c.Name, r))), append(c.Null, false)
		case Text:
			if c.field.Kind == record.KindRisks {
				b.buf = b.buf[:0]
				if len(r.Risks) > 0 {
					b.buf = ndjson.AppendRisks(b.buf, r.Risks)
				}
			} else {
				b.buf = c.field.Text(b.buf[:0], r)
			}
			c.Index = append(c.Index, b.intern(c, b.buf))
		case Texts:
			for _, s := range c.field.Words(r) {
				b.buf = append(b.buf[:0], s...)
				c.Index = append(c.Index, b.intern(c, b.buf))
			}
			b.size += 4 * (len(c.Index) - int(last(c.Ends)))
			c.Ends = append(c.Ends, uint32(len(c.Index)))
		case Uints:
			c.Nums = append(c.Nums, c.field.Ints(r)...)
			b.size += 8 * (len(c.Nums) - int(last(c.Ends)))
			c.Ends = append(c.Ends, uint32(len(c.Nums)))
		}
	}
}

// last is where the row before ended.
func last(ends []uint32) uint32 {
	if len(ends) == 0 {
		return 0
	}
	return ends[len(ends)-1]
}

// times are the fields that are times, without the way through text.
func times(name string, r *record.Record) int64 {
	if name == "last" {
		return r.Last
	}
	return r.First
}

func (b *Builder) intern(c *building, s []byte) uint32 {
	if string(s) == string(c.last) {
		return c.lastI
	}
	i, ok := c.known[string(s)]
	if !ok {
		i = uint32(len(c.Dict))
		t := string(s)
		c.Dict = append(c.Dict, t)
		c.known[t] = i
		b.size += len(t) + 48
	}
	c.last, c.lastI = append(c.last[:0], s...), i
	return i
}

// number reads what a field printed.
func number(k Kind, s []byte) uint64 {
	switch k {
	case Bool:
		if s[0] == 't' {
			return 1
		}
		return 0
	case Nanos:
		neg := s[0] == '-'
		if neg {
			s = s[1:]
		}
		var v int64
		digits := -1
		for _, c := range s {
			if c == '.' {
				digits = 0
				continue
			}
			v = v*10 + int64(c-'0')
			if digits >= 0 {
				digits++
			}
		}
		for digits = max(digits, 0); digits < 3; digits++ {
			v *= 10
		}
		if neg {
			v = -v
		}
		return uint64(v)
	}
	var v uint64
	for _, c := range s {
		if c < '0' || c > '9' {
			n, _ := strconv.ParseInt(string(s), 10, 64)
			return uint64(n)
		}
		v = v*10 + uint64(c-'0')
	}
	return v
}

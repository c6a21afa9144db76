package house

import (
	"encoding/binary"

	"portero/internal/fleet/batch"
)

// Times outside of what DateTime64(9) holds (1900 to 2262) are cut to it.
const (
	earliest = -2208988800_000000000
	latest   = 9223372036_000000000
)

// AppendRows appends the rows of a batch as ClickHouse's RowBinary, with the columns
// cs.
func AppendRows(b []byte, from *batch.Batch, cs []Column) []byte {
	cols := make([]*batch.Column, len(cs))
	for i, c := range cs {
		if x := from.Column(c.field); x != nil && x.Kind == c.kind {
			cols[i] = x
		}
	}
	last, final := from.Column("last"), from.Column("final")
	for row := range from.Rows {
		for i := range cs {
			c, x := &cs[i], cols[i]
			switch {
			case c.Name == "site":
				b = appendText(b, from.Site)
			case c.Name == "sensor":
				b = appendText(b, from.Sensor)
			case c.Name == "version":
				b = binary.LittleEndian.AppendUint64(b, version(last, final, row))
			default:
				b = appendValue(b, c, x, row)
			}
		}
	}
	return b
}

// version is higher for what was said later of the same connection; the final word
// is the highest.
func version(last, final *batch.Column, row int) uint64 {
	var v uint64
	if last != nil && last.Kind == batch.Time && !last.Empty && int64(last.Nums[row]) > 0 {
		v = last.Nums[row] &^ 1
	}
	if final != nil && final.Kind == batch.Bool && !final.Empty && final.Nums[row] == 1 {
		v |= 1 << 63
	}
	return v
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendValue(b []byte, c *Column, x *batch.Column, row int) []byte {
	switch c.kind {
	case batch.Text:
		if x == nil {
			return append(b, 0)
		}
		return appendText(b, x.Dict[x.Index[row]])
	case batch.Texts:
		if x == nil {
			return append(b, 0)
		}
		lo, hi := x.List(row)
		b = binary.AppendUvarint(b, uint64(hi-lo))
		for _, i := range x.Index[lo:hi] {
			b = appendText(b, x.Dict[i])
		}
		return b
	case batch.Uints:
		if x == nil {
			return append(b, 0)
		}
		lo, hi := x.List(row)
		b = binary.AppendUvarint(b, uint64(hi-lo))
		for _, v := range x.Nums[lo:hi] {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		return b
	case batch.Time:
		var v int64
		if x != nil && !x.Empty {
			v = min(max(int64(x.Nums[row]), earliest), latest)
		}
		return binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	null := x == nil || x.Missing(row)
	if !c.required {
		if null {
			return append(b, 1)
		}
		b = append(b, 0)
	}
	var v uint64
	if !null {
		v = x.Nums[row]
	}
	if c.kind == batch.Bool {
		return append(b, byte(v))
	}
	return binary.LittleEndian.AppendUint64(b, v)
}

package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// magic begins every batch; its last octet is the version of the layout.
const magic = "PFB\x01"

// What a batch may hold at most, so that one that lies costs no memory: a few octets
// say how many rows there are, and zeros compress to nothing. Senders close a batch
// at MaxBuilt, as a Builder counts; decoded, one takes half as much again at most,
// and twice that is allowed.
const (
	MaxRows    = 1 << 17
	MaxBuilt   = 32 << 20
	maxColumns = 512
	maxName    = 64
	maxBody    = 64 << 20
	maxSize    = 96 << 20
)

var (
	encoders = sync.Pool{New: func() any {
		z, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		return z
	}}
	decoders = sync.Pool{New: func() any {
		z, _ := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBody))
		return z
	}}
)

// How the numbers of a column are laid out.
const (
	allNull = iota
	allEqual
	deltas
)

// Append appends the batch of what was collected.
func (b *Builder) Append(to []byte) []byte {
	body := b.body()
	to = append(to, magic...)
	to = appendString(to, b.site)
	to = appendString(to, b.sensor)
	to = binary.AppendUvarint(to, uint64(b.rows))
	to = binary.AppendUvarint(to, uint64(len(b.cols)))
	to = binary.AppendUvarint(to, uint64(len(body)))
	z := encoders.Get().(*zstd.Encoder)
	defer encoders.Put(z)
	return z.EncodeAll(body, to)
}

func (b *Builder) body() []byte {
	body := make([]byte, 0, b.rows*96+4096)
	for i := range b.cols {
		c := &b.cols[i].Column
		body = append(appendString(body, c.Name), byte(c.Kind))
		switch c.Kind {
		case Uint, Nanos, Time, Bool:
			body = appendNumbers(body, c.Nums, c.Null)
		case Text:
			body = appendDict(body, c.Dict)
			body = appendIndex(body, c.Index, len(c.Dict))
		case Texts:
			body = appendEnds(body, c.Ends)
			body = appendDict(body, c.Dict)
			body = appendIndex(body, c.Index, len(c.Dict))
		case Uints:
			body = appendEnds(body, c.Ends)
			body = appendDeltas(body, c.Nums)
		}
	}
	return body
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendNumbers(b []byte, nums []uint64, null []bool) []byte {
	nulls, equal, first := 0, true, uint64(0)
	for i, n := range null {
		switch {
		case n:
			nulls++
		case i == nulls:
			first = nums[i]
		case nums[i] != first:
			equal = false
		}
	}
	mode := byte(deltas)
	switch {
	case nulls == len(null):
		return append(b, allNull)
	case equal:
		mode = allEqual
	}
	b = append(b, mode)
	if nulls == 0 {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		for i := 0; i < len(null); i += 8 {
			var m byte
			for j := i; j < min(i+8, len(null)); j++ {
				if null[j] {
					m |= 1 << (j - i)
				}
			}
			b = append(b, m)
		}
	}
	if equal {
		return binary.AppendUvarint(b, first)
	}
	prev := uint64(0)
	for i, v := range nums {
		if !null[i] {
			b = binary.AppendVarint(b, int64(v-prev))
			prev = v
		}
	}
	return b
}

func appendDeltas(b []byte, nums []uint64) []byte {
	b = binary.AppendUvarint(b, uint64(len(nums)))
	prev := uint64(0)
	for _, v := range nums {
		b = binary.AppendVarint(b, int64(v-prev))
		prev = v
	}
	return b
}

func appendDict(b []byte, dict []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(dict)-1))
	for _, s := range dict[1:] {
		b = appendString(b, s)
	}
	return b
}

// width is how many octets an index into n entries takes.
func width(n int) int {
	switch {
	case n <= 1:
		return 0
	case n <= 1<<8:
		return 1
	case n <= 1<<16:
		return 2
	}
	return 4
}

func appendIndex(b []byte, index []uint32, entries int) []byte {
	b = binary.AppendUvarint(b, uint64(len(index)))
	switch width(entries) {
	case 1:
		for _, v := range index {
			b = append(b, byte(v))
		}
	case 2:
		for _, v := range index {
			b = append(b, byte(v), byte(v>>8))
		}
	case 4:
		for _, v := range index {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	return b
}

func appendEnds(b []byte, ends []uint32) []byte {
	last := uint32(0)
	for _, e := range ends {
		b = binary.AppendUvarint(b, uint64(e-last))
		last = e
	}
	return b
}

// errDamaged is what Decode says of a batch that does not hold together.
var errDamaged = errors.New("damaged batch")

// errLarge is what Decode says of a batch that would take too much memory.
var errLarge = fmt.Errorf("a batch that would take more than %d MB of memory", maxSize>>20)

// reader takes things off a body, and remembers when something did not fit. size is
// what was made of them, octets.
type reader struct {
	b    []byte
	size int
	bad  bool
}

// room reports whether n values of so many octets may still be made.
func (r *reader) room(n, octets int) bool {
	if r.size += n * octets; r.size > maxSize {
		r.bad = true
	}
	return !r.bad
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) count(most int) int {
	v := r.uvarint()
	if v > uint64(most) {
		r.bad = true
		return 0
	}
	return int(v)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) text(most int) string { return string(r.bytes(r.count(most))) }

// Decode reads a batch.
func Decode(data []byte) (*Batch, error) {
	if len(data) < len(magic) || string(data[:3]) != magic[:3] {
		return nil, errors.New("no batch of portero")
	}
	if data[3] != magic[3] {
		return nil, fmt.Errorf("a batch of layout %d, and this portero-fleet knows %d: update it", data[3], magic[3])
	}
	r := &reader{b: data[len(magic):]}
	b := &Batch{Site: r.text(maxName), Sensor: r.text(maxName), Rows: r.count(MaxRows)}
	cols, size := r.count(maxColumns), r.count(maxBody)
	if r.bad || !ValidName(b.Site) || !ValidName(b.Sensor) {
		return nil, errDamaged
	}
	z := decoders.Get().(*zstd.Decoder)
	defer decoders.Put(z)
	body, err := z.DecodeAll(r.b, make([]byte, 0, min(size, 64<<10+len(r.b)*64)))
	if err != nil || len(body) != size {
		return nil, errDamaged
	}
	r = &reader{b: body}
	seen := map[string]bool{}
	for range cols {
		c := Column{Name: r.text(maxName), Kind: Kind(r.byte())}
		if c.Kind == 0 || c.Kind >= kindEnd || !ValidName(c.Name) || seen[c.Name] {
			return nil, errDamaged
		}
		seen[c.Name] = true
		r.column(&c, b.Rows)
		switch {
		case r.size > maxSize:
			return nil, errLarge
		case r.bad:
			return nil, errDamaged
		}
		b.Columns = append(b.Columns, c)
	}
	if len(r.b) > 0 {
		return nil, errDamaged
	}
	if b.Times() == nil {
		return nil, ErrNoTimes
	}
	b.Size = r.size
	return b, nil
}

// ValidName reports whether s may name a site, a sensor or a column: up to 64
// letters, digits, _ and -, so that it can stand in subjects, paths and SQL.
func ValidName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func (r *reader) column(c *Column, rows int) {
	switch c.Kind {
	case Uint, Nanos, Time, Bool:
		r.numbers(c, rows)
	case Text:
		r.dict(c)
		r.index(c)
		if len(c.Index) != rows {
			r.bad = true
		}
	case Texts:
		n := r.ends(c, rows)
		r.dict(c)
		r.index(c)
		if len(c.Index) != n {
			r.bad = true
		}
	case Uints:
		n := r.ends(c, rows)
		if r.count(len(r.b)) != n {
			r.bad = true
			return
		}
		if !r.room(n, 8) {
			return
		}
		c.Nums = make([]uint64, n)
		prev := uint64(0)
		for i := range c.Nums {
			prev += uint64(r.varint())
			c.Nums[i] = prev
		}
	}
}

func (r *reader) numbers(c *Column, rows int) {
	mode := r.byte()
	if mode == allNull {
		c.Empty = true
		return
	}
	if mode > deltas {
		r.bad = true
		return
	}
	if !r.room(rows, 8) {
		return
	}
	c.Nums = make([]uint64, rows)
	if r.byte() != 0 {
		m := r.bytes((rows + 7) / 8)
		if r.bad || !r.room(rows, 1) {
			return
		}
		c.Null = make([]bool, rows)
		for i, x := range m {
			for ; x != 0; x &= x - 1 {
				if j := i*8 + bits.TrailingZeros8(x); j < rows {
					c.Null[j] = true
				}
			}
		}
	}
	if mode == allEqual {
		v := r.uvarint()
		for i := range c.Nums {
			if c.Null == nil || !c.Null[i] {
				c.Nums[i] = v
			}
		}
		return
	}
	prev := uint64(0)
	for i := range c.Nums {
		if c.Null == nil || !c.Null[i] {
			prev += uint64(r.varint())
			c.Nums[i] = prev
		}
	}
}

func (r *reader) dict(c *Column) {
	n := r.count(len(r.b))
	if !r.room(n+1, 16) {
		return
	}
	c.Dict = make([]string, 1, n+1)
	for range n {
		s := r.text(len(r.b))
		if r.bad {
			return
		}
		if !utf8.ValidString(s) {
			s = clean(s)
		}
		if !r.room(len(s), 1) {
			return
		}
		c.Dict = append(c.Dict, s)
	}
}

// clean makes text from the wire valid UTF-8, which stores insist on.
func clean(s string) string { return strings.Map(func(r rune) rune { return r }, s) }

func (r *reader) index(c *Column) {
	w := width(len(c.Dict))
	n := r.count(MaxRows * 16)
	if w > 0 && n > len(r.b)/w {
		r.bad = true
	}
	if r.bad || !r.room(n, 4) {
		return
	}
	c.Index = make([]uint32, n)
	b := r.bytes(n * w)
	for i := range c.Index {
		switch w {
		case 1:
			c.Index[i] = uint32(b[i])
		case 2:
			c.Index[i] = uint32(b[2*i]) | uint32(b[2*i+1])<<8
		case 4:
			c.Index[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
		if int(c.Index[i]) >= len(c.Dict) {
			r.bad = true
			return
		}
	}
}

func (r *reader) ends(c *Column, rows int) (total int) {
	if !r.room(rows, 4) {
		return 0
	}
	c.Ends = make([]uint32, rows)
	for i := range c.Ends {
		total += r.count(MaxRows * 16)
		if r.bad || total > MaxRows*16 {
			r.bad = true
			return 0
		}
		c.Ends[i] = uint32(total)
	}
	return total
}

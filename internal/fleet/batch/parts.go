package batch

// Part is a batch of some of a builder's records.
type Part struct {
	Rows int
	Data []byte
}

// Parts encodes what was collected as one batch, or as several where it is longer
// than most octets: halves, and halves of those, so that the same records always
// give the same parts. A record that is longer by itself is a part all the same.
func (b *Builder) Parts(most int) []Part {
	data := b.Append(nil)
	if len(data) <= most || b.rows < 2 {
		return []Part{{b.rows, data}}
	}
	half := b.rows / 2
	return append(b.part(0, half).Parts(most), b.part(half, b.rows).Parts(most)...)
}

// part is a builder of the rows from lo to hi, for encoding only.
func (b *Builder) part(lo, hi int) *Builder {
	p := &Builder{site: b.site, sensor: b.sensor, rows: hi - lo}
	for i := range b.cols {
		c := &b.cols[i].Column
		x := Column{Name: c.Name, Kind: c.Kind}
		switch c.Kind {
		case Uint, Nanos, Time, Bool:
			x.Nums, x.Null = c.Nums[lo:hi], c.Null[lo:hi]
		case Text:
			x.take(c, uint32(lo), uint32(hi))
		case Texts:
			x.take(c, x.cut(c, lo, hi), c.Ends[hi-1])
		case Uints:
			x.Nums = c.Nums[x.cut(c, lo, hi):c.Ends[hi-1]]
		}
		p.cols = append(p.cols, building{Column: x})
	}
	return p
}

// cut takes the ends of rows lo to hi, and says where their elements begin.
func (c *Column) cut(from *Column, lo, hi int) uint32 {
	begin, _ := from.List(lo)
	for _, e := range from.Ends[lo:hi] {
		c.Ends = append(c.Ends, e-begin)
	}
	return begin
}

// take takes the elements lo to hi of a column of texts, and only the texts that
// they are.
func (c *Column) take(from *Column, lo, hi uint32) {
	c.Dict = []string{""}
	known := map[uint32]uint32{0: 0}
	for _, i := range from.Index[lo:hi] {
		n, ok := known[i]
		if !ok {
			n = uint32(len(c.Dict))
			known[i] = n
			c.Dict = append(c.Dict, from.Dict[i])
		}
		c.Index = append(c.Index, n)
	}
}

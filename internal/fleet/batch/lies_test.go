package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"portero/internal/corpus"
)

// lie encodes a batch of rows whose column i is what column(i) appends, n of them,
// beside one of times.
func lie(t *testing.T, rows, n int, column func(i int) []byte) []byte {
	t.Helper()
	body := append(appendString(nil, "first"), byte(Time), allEqual, 0)
	body = binary.AppendUvarint(body, 1e18)
	for i := range n {
		body = append(appendString(body, fmt.Sprintf("c%d", i)), column(i)...)
	}
	b := appendString(appendString([]byte(magic), "hq"), "core")
	b = binary.AppendUvarint(b, uint64(rows))
	b = binary.AppendUvarint(b, uint64(n+1))
	b = binary.AppendUvarint(b, uint64(len(body)))
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll(body, b)
}

// A batch of a few octets that claims to be large is refused before it takes much
// memory, or takes none for what is not there.
func TestABatchThatLiesCostsNoMemory(t *testing.T) {
	elements := func(kind Kind) []byte {
		b := []byte{byte(kind)}
		for range MaxRows {
			b = append(b, 16)
		}
		if kind == Texts {
			b = append(b, 0) // no text but ""
		}
		b = binary.AppendUvarint(b, MaxRows*16)
		if kind == Uints {
			b = append(b, make([]byte, MaxRows*16)...)
		}
		return b
	}
	texts, uints := elements(Texts), elements(Uints)
	bad := make([]byte, 0, 1<<20)
	bad = append(bad, byte(Text), 1)
	bad = binary.AppendUvarint(bad, 1<<20)
	for range 1 << 20 {
		bad = append(bad, 0xff)
	}
	bad = binary.AppendUvarint(bad, MaxRows)
	bad = append(bad, make([]byte, MaxRows)...)
	for name, c := range map[string]struct {
		n      int
		column []byte
		fine   bool
	}{
		"nothing in any row": {500, []byte{byte(Uint), allNull}, true},
		"all the same":       {500, []byte{byte(Uint), allEqual, 0, 1}, false},
		"empty texts":        {500, binary.AppendUvarint([]byte{byte(Text), 0}, MaxRows), false},
		"lists of texts":     {400, texts, false},
		"lists of numbers":   {20, uints, false},
		"text that is none":  {50, bad, false},
		"empty dictionaries": {2, append(binary.AppendUvarint([]byte{byte(Text)}, 4<<20), append(make([]byte, 4<<20), binary.AppendUvarint(nil, 0)...)...), false},
	} {
		data := lie(t, MaxRows, c.n, func(int) []byte { return c.column })
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := Decode(data)
		runtime.ReadMemStats(&after)
		took := (after.TotalAlloc - before.TotalAlloc) >> 20
		t.Logf("%s: %d octets, %d MB: %v", name, len(data), took, err)
		// Together, not at one time: making text valid leaves what it grew in behind.
		most := uint64(maxBody+maxSize)>>20 + 40
		if name == "text that is none" {
			most *= 3
		}
		if c.fine != (err == nil) || took > most {
			t.Errorf("%s: %v, %d MB", name, err, took)
		}
		if c.fine && (b.Size > 2<<20 || took > 4) {
			t.Errorf("%s: %d octets are said to be taken, %d MB are", name, b.Size, took)
		}
	}
	if _, err := Decode(lie(t, MaxRows, 200, func(int) []byte { return []byte{byte(Uint), allEqual, 0, 1} })); !errors.Is(err, errLarge) {
		t.Errorf("it is said to be %v", err)
	}
}

// The largest batch that a builder makes is taken.
func TestTheLargestHonestBatchIsTaken(t *testing.T) {
	b := NewBuilder("hq", "core")
	r := *corpus.Made(7)
	for i := 0; b.Rows() < MaxRows && b.Size() < MaxBuilt; i++ {
		// As large as it can get: every number another, every list long, every text new.
		r = *corpus.Made(uint64(i))
		r.ServerName = fmt.Sprintf("%0200d.example", i)
		r.VLAN = []uint32{uint32(i), 2, 3, 4}
		r.FrameFiles = []string{fmt.Sprint("a", i), fmt.Sprint("b", i), "c"}
		b.Add(&r)
	}
	x, err := Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows, %d MB as built, %d MB decoded", x.Rows, b.Size()>>20, x.Size>>20)
	if x.Size > maxSize*2/3 {
		t.Errorf("%d octets of at most %d", x.Size, maxSize)
	}
}

// A batch that does not hold together is refused, whatever does not.
func TestDamagedBatches(t *testing.T) {
	type parts struct {
		magic, site, sensor string
		rows, cols, size    uint64
		body                []byte
		rest                string // after the compressed body
	}
	column := func(name string, kind Kind, b ...byte) []byte {
		return append(append(appendString(nil, name), byte(kind)), b...)
	}
	times := column("first", Time, allEqual, 0, 1)
	sound := func(more ...[]byte) parts {
		p := parts{magic: magic, site: "hq", sensor: "core", rows: 3, cols: uint64(1 + len(more)), body: slices.Clone(times)}
		for _, m := range more {
			p.body = append(p.body, m...)
		}
		p.size = uint64(len(p.body))
		return p
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	encode := func(p parts) []byte {
		b := appendString(appendString([]byte(p.magic), p.site), p.sensor)
		b = binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(b, p.rows), p.cols), p.size)
		return append(z.EncodeAll(p.body, b), p.rest...)
	}
	// Columns that hold together, of each layout.
	whole := [][]byte{
		column("a", Uint, allNull), column("a", Uint, deltas, 0, 2, 2, 2), column("a", Bool, allEqual, 1, 0b101, 1), column("a", Nanos, deltas, 1, 0b010, 2, 2),
		column("a", Text, 2, 1, 'x', 2, 'y', 'z', 3, 0, 1, 2), column("a", Text, 0, 3),
		column("a", Texts, 1, 0, 2, 1, 1, 'x', 3, 0, 1, 1), column("a", Uints, 2, 0, 0, 2, 2, 2),
	}
	for i, c := range whole {
		if _, err := Decode(encode(sound(c))); err != nil {
			t.Fatalf("column %d: %v", i, err)
		}
		for n := range c { // an octet less
			if n > len("a")+1 {
				if _, err := Decode(encode(sound(c[:n]))); err == nil {
					t.Errorf("column %d, cut at %d, is taken", i, n)
				}
			}
		}
		if _, err := Decode(encode(sound(append(slices.Clone(c), 0)))); err == nil {
			t.Errorf("column %d with an octet more is taken", i)
		}
	}
	long := strings.Repeat("x", 65)
	with := func(edit func(p *parts)) parts {
		p := sound()
		edit(&p)
		return p
	}
	for what, p := range map[string]parts{
		"another magic":                  with(func(p *parts) { p.magic = "PFX\x01" }),
		"another layout":                 with(func(p *parts) { p.magic = "PFB\x02" }),
		"no site":                        with(func(p *parts) { p.site = "" }),
		"a site that is a path":          with(func(p *parts) { p.site = "../x" }),
		"a site that is too long":        with(func(p *parts) { p.site = long }),
		"no sensor":                      with(func(p *parts) { p.sensor = "" }),
		"a sensor of a subject":          with(func(p *parts) { p.sensor = "a.>" }),
		"too many rows":                  with(func(p *parts) { p.rows = MaxRows + 1 }),
		"too many columns":               with(func(p *parts) { p.cols = maxColumns + 1 }),
		"a column that is not there":     with(func(p *parts) { p.cols++ }),
		"a column that nobody counted":   with(func(p *parts) { p.cols-- }),
		"more octets than it says":       with(func(p *parts) { p.size-- }),
		"fewer octets than it says":      with(func(p *parts) { p.size++ }),
		"too many octets":                with(func(p *parts) { p.size = maxBody + 1 }),
		"something after it":             with(func(p *parts) { p.rest = "x" }),
		"a column without a name":        sound(column("", Uint, allNull)),
		"a column that is SQL":           sound(column("a`b", Uint, allNull)),
		"a column of no kind":            sound(column("a", 0, allNull)),
		"a column of the kind after":     sound(column("a", kindEnd, allNull)),
		"a column twice":                 sound(column("a", Uint, allNull), column("a", Uint, allNull)),
		"numbers of no layout":           sound(column("a", Uint, deltas+1, 0, 1)),
		"a number without end":           sound(column("a", Uint, allEqual, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
		"a text beyond the dictionary":   sound(column("a", Text, 1, 1, 'x', 3, 0, 1, 2)),
		"texts for fewer rows":           sound(column("a", Text, 1, 1, 'x', 2, 0, 1)),
		"texts for more rows":            sound(column("a", Text, 1, 1, 'x', 4, 0, 1, 1, 1)),
		"elements that nobody counted":   sound(column("a", Texts, 1, 0, 1, 1, 1, 'x', 3, 0, 1, 1)),
		"elements that are not there":    sound(column("a", Texts, 1, 0, 2, 1, 1, 'x', 2, 0, 1)),
		"numbers that nobody counted":    sound(column("a", Uints, 2, 0, 0, 3, 2, 2, 2)),
		"a text longer than the batch":   sound(column("a", Text, 1, 9, 'x', 3, 0, 1, 1)),
		"a dictionary that is not there": sound(column("a", Text, 200, 1, 'x')),
	} {
		if b, err := Decode(encode(p)); err == nil {
			t.Errorf("%s: it is taken, %d columns", what, len(b.Columns))
		}
	}
	for n := range len(magic) {
		if _, err := Decode([]byte(magic)[:n]); err == nil {
			t.Errorf("%d octets are taken for a batch", n)
		}
	}
}

// What a batch may hold at most is taken, and what is one more of it is not.
func TestWhatABatchMayHold(t *testing.T) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	times := append(append(appendString(nil, "first"), byte(Time)), allEqual, 0, 1)
	batch := func(site, sensor string, cols int, body []byte) error {
		b := appendString(appendString([]byte(magic), site), sensor)
		b = binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(b, 3), uint64(cols)), uint64(len(body)))
		_, err := Decode(z.EncodeAll(body, b))
		return err
	}
	// named has a column of a name beside the times, and columns many of them.
	named := func(n int) []byte {
		return append(append(appendString(slices.Clone(times), strings.Repeat("x", n)), byte(Uint)), allNull)
	}
	columns := func(n int) []byte {
		b := slices.Clone(times)
		for i := range n - 1 {
			b = append(append(appendString(b, fmt.Sprint("c", i)), byte(Uint)), allNull)
		}
		return b
	}
	// long is a body of so many octets, nearly all of them one text.
	long := func(n int) []byte {
		head := append(append(appendString(slices.Clone(times), "a"), byte(Text)), 1)
		head = binary.AppendUvarint(head, uint64(n-len(head)-4-4))
		b := make([]byte, n)
		copy(b, head)
		return append(b[:n-4], 3, 0, 1, 1)
	}
	name := strings.Repeat("x", 64)
	for _, x := range []struct {
		what string
		fine bool
		err  error
	}{
		{"a site of 64 octets", true, batch(name, "core", 1, times)}, {"a site of 65", false, batch(name+"x", "core", 1, times)},
		{"a sensor of 64 octets", true, batch("hq", name, 1, times)}, {"a sensor of 65", false, batch("hq", name+"x", 1, times)},
		{"a column of 64 octets", true, batch("hq", "core", 2, named(64))}, {"a column of 65", false, batch("hq", "core", 2, named(65))},
		{"512 columns", true, batch("hq", "core", 512, columns(512))}, {"513 columns", false, batch("hq", "core", 513, columns(513))},
		{"64 MB", true, batch("hq", "core", 2, long(64<<20))}, {"an octet more", false, batch("hq", "core", 2, long(64<<20+1))},
	} {
		if x.fine != (x.err == nil) {
			t.Errorf("%s: %v", x.what, x.err)
		}
	}
	var r reader
	if !r.room(32<<20, 3) || r.bad || r.room(1, 1) || !r.bad {
		t.Errorf("of 96 MB and an octet %d octets are made", r.size)
	}
}

// Texts are told apart however many there are.
func TestDictionariesOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 2, 254, 255, 256, 257, 65_534, 65_535, 65_536, 70_000} { // with the empty one an octet more is needed from 256 and from 65536 on
		b := NewBuilder("hq", "core")
		r := *corpus.Made(7)
		for i := range max(n, 1) {
			if r.ServerName = ""; n > 0 {
				r.ServerName = fmt.Sprint("n", i)
			}
			b.Add(&r)
		}
		x, err := Decode(b.Append(nil))
		if err != nil {
			t.Fatalf("%d texts: %v", n, err)
		}
		for _, c := range x.Columns {
			if c.Name != "server_name" {
				continue
			}
			for i := range x.Rows {
				if got := c.Dict[c.Index[i]]; n > 0 && got != fmt.Sprint("n", i) || n == 0 && got != "" {
					t.Fatalf("%d texts: row %d is %q", n, i, got)
				}
			}
		}
	}
}

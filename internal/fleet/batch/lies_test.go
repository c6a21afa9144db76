package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
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

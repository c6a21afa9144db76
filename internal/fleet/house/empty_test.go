package house

import (
	"bytes"
	"slices"
	"testing"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
)

// A column without any value is as one that is not there.
func TestEmptyColumnsAreMissing(t *testing.T) {
	b := batch.NewBuilder("hq", "core")
	for i := range 20 {
		b.Add(corpus.Made(uint64(i)))
	}
	data := b.Append(nil)
	for _, name := range []string{"last", "final", "first", "orig_pkts", "duration_us", "id"} {
		empty, err := batch.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		c := empty.Column(name)
		if c == nil {
			t.Fatalf("no column %s", name)
		}
		c.Nums, c.Null, c.Empty = nil, nil, true
		without := *empty
		without.Columns = slices.DeleteFunc(slices.Clone(empty.Columns), func(c batch.Column) bool { return c.Name == name })
		if got, want := AppendRows(nil, empty, Columns()), AppendRows(nil, &without, Columns()); !bytes.Equal(got, want) {
			t.Errorf("%s: empty is not as missing", name)
		}
	}
}

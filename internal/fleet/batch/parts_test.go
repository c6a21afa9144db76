package batch

import (
	"bytes"
	"reflect"
	"testing"
)

// rowsOf is what each row of batches says, a map a row.
func rowsOf(t *testing.T, ps []Part) (rows []map[string]any) {
	t.Helper()
	for _, p := range ps {
		b, err := Decode(p.Data)
		if err != nil || b.Rows != p.Rows || b.Site != "lab" || b.Sensor != "s-1" {
			t.Fatalf("%+v: %v", b, err)
		}
		for i := range b.Rows {
			row := map[string]any{}
			for j := range b.Columns {
				c := &b.Columns[j]
				switch {
				case c.Missing(i):
				case c.Kind == Text:
					row[c.Name] = c.Dict[c.Index[i]]
				case c.Kind == Texts:
					lo, hi := c.List(i)
					var l []string
					for _, x := range c.Index[lo:hi] {
						l = append(l, c.Dict[x])
					}
					row[c.Name] = l
				case c.Kind == Uints:
					lo, hi := c.List(i)
					row[c.Name] = append([]uint64(nil), c.Nums[lo:hi]...)
				default:
					row[c.Name] = c.Nums[i]
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// What is too long for one batch comes as several, with the same records in the
// same order, and always the same ones.
func TestPartsHoldTheSameRecords(t *testing.T) {
	rs := records(t)
	b := NewBuilder("lab", "s-1")
	for i := range rs {
		b.Add(&rs[i])
	}
	whole := b.Parts(1 << 20)
	if len(whole) != 1 || !bytes.Equal(whole[0].Data, b.Append(nil)) {
		t.Fatalf("%d parts where one is enough", len(whole))
	}
	want := rowsOf(t, whole)
	for _, most := range []int{len(whole[0].Data) - 1, len(whole[0].Data) / 3, 8000, 1} {
		ps := b.Parts(most)
		if got := rowsOf(t, ps); len(ps) < 2 || !reflect.DeepEqual(got, want) {
			t.Errorf("%d octets at most: %d parts with %d rows, not the same", most, len(ps), len(got))
		}
		for _, p := range ps {
			if len(p.Data) > most && p.Rows > 1 {
				t.Errorf("%d octets at most: a part of %d rows has %d", most, p.Rows, len(p.Data))
			}
		}
		if !reflect.DeepEqual(ps, b.Parts(most)) {
			t.Errorf("%d octets at most: other parts the second time", most)
		}
	}
}

package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"

	"portero/internal/corpus"
	"portero/internal/record"
	"portero/internal/view/ndjson"
)

func records(t testing.TB) []record.Record {
	t.Helper()
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		rs = append(rs, *corpus.Made(uint64(i)))
	}
	rs[1].ServerName, rs[1].Risks = "\xff\x1b<x>", []record.Finding{{ID: "a", Severity: "low", Text: "\"q\"", Frames: []uint64{1, 2}}}
	rs[2].DurationNS, rs[2].VLAN, rs[2].FrameFiles = -1234567, []uint32{7, 9}, []string{"a=b", "", "c"}
	return rs
}

// value prints row i as the schema's own function would.
func value(c *Column, i int, f *record.Field) string {
	if c.Missing(i) {
		return ""
	}
	switch c.Kind {
	case Uint:
		return strconv.FormatUint(c.Nums[i], 10)
	case Nanos:
		return string(record.Micros(nil, int64(c.Nums[i])))
	case Time:
		return string(record.AppendTime(nil, int64(c.Nums[i])))
	case Bool:
		return strconv.FormatBool(c.Nums[i] == 1)
	case Text:
		return c.Dict[c.Index[i]]
	}
	return ""
}

// Every field of every record comes back as the record's own table prints it.
func TestEveryFieldComesBack(t *testing.T) {
	rs := records(t)
	b := NewBuilder("lab", "s-1")
	for round := range 2 { // a builder that was used before gives the same
		b.Reset()
		for i := range rs {
			b.Add(&rs[i])
		}
		got, err := Decode(b.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if got.Site != "lab" || got.Sensor != "s-1" || got.Rows != len(rs) || len(got.Columns) != len(record.Schema()) {
			t.Fatalf("%s %s: %d rows, %d columns", got.Site, got.Sensor, got.Rows, len(got.Columns))
		}
		for _, f := range record.Schema() {
			c := got.Column(f.Name)
			for i := range rs {
				r := &rs[i]
				switch f.Kind {
				case record.KindInts:
					lo, hi := c.List(i)
					if !slices.Equal(c.Nums[lo:hi], f.Ints(r)) {
						t.Errorf("%s of %d: %v", f.Name, i, c.Nums[lo:hi])
					}
				case record.KindWords, record.KindTexts:
					lo, hi := c.List(i)
					var l []string
					for _, x := range c.Index[lo:hi] {
						l = append(l, c.Dict[x])
					}
					if !slices.Equal(l, f.Words(r)) {
						t.Errorf("%s of %d: %q", f.Name, i, l)
					}
				case record.KindRisks:
					want := ""
					if len(r.Risks) > 0 {
						want = string(ndjson.AppendRisks(nil, r.Risks))
					}
					if v := value(c, i, &f); v != want || v != "" && !json.Valid([]byte(v)) {
						t.Errorf("%s of %d: %q", f.Name, i, v)
					}
				default:
					want := string(f.Text(nil, r))
					if f.Kind == record.KindText {
						want = string([]rune(want))
					}
					if v := value(c, i, &f); v != want {
						t.Errorf("round %d: %s of %d: %q, want %q", round, f.Name, i, v, want)
					}
				}
			}
		}
	}
}

func TestTimesAreFirstAndLast(t *testing.T) {
	for _, f := range record.Schema() {
		if f.Kind == record.KindTime && f.Name != "first" && f.Name != "last" {
			t.Errorf("%s is a time that the builder does not know", f.Name)
		}
	}
}

// FuzzDecode: a batch that lies is refused, and costs no more than it may.
func FuzzDecode(f *testing.F) {
	b := NewBuilder("lab", "s")
	for i := range 5 {
		b.Add(corpus.Made(uint64(i)))
	}
	whole := b.Append(nil)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("PFB\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Decode(data)
		if err != nil {
			return
		}
		for i := range got.Columns {
			for row := range got.Rows {
				c := &got.Columns[i]
				if c.Missing(row) {
					continue
				}
				value(c, row, nil)
				if c.Kind == Texts || c.Kind == Uints {
					lo, hi := c.List(row)
					if c.Kind == Texts {
						_ = c.Dict[c.Index[lo:hi][0]]
					} else {
						_ = c.Nums[lo:hi]
					}
				}
			}
		}
	})
}

func TestCutAnywhere(t *testing.T) {
	b := NewBuilder("lab", "s")
	for i := range 40 {
		b.Add(corpus.Made(uint64(i)))
	}
	whole := b.Append(nil)
	for n := range whole {
		if _, err := Decode(whole[:n]); err == nil {
			t.Fatalf("a batch cut at %d of %d was taken", n, len(whole))
		}
	}
	if !bytes.Equal(whole, b.Append(nil)) {
		t.Error("the same records give another batch")
	}
}

func BenchmarkBuild(b *testing.B) {
	x := NewBuilder("lab", "s")
	var rs [4096]*record.Record
	for i := range rs {
		rs[i] = corpus.Made(uint64(i))
	}
	var out []byte
	i := 0
	for b.Loop() {
		x.Add(rs[i%len(rs)])
		if i++; i%len(rs) == 0 {
			out = x.Append(out[:0])
			x.Reset()
		}
	}
	b.ReportMetric(float64(len(out))/float64(len(rs)), "octets/record")
}

func BenchmarkDecode(b *testing.B) {
	x := NewBuilder("lab", "s")
	for i := range 4096 {
		x.Add(corpus.Made(uint64(i)))
	}
	data := x.Append(nil)
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/record")
}

// A batch that does not say when its connections began has no place in any store.
func TestABatchNeedsTimes(t *testing.T) {
	for name, change := range map[string]func(c *building){
		"no such column": func(c *building) { c.Name = "begin" },
		"another kind":   func(c *building) { c.Kind = Uint },
		"a row without":  func(c *building) { c.Null[1] = true },
	} {
		b := NewBuilder("lab", "s")
		for i := range 3 {
			b.Add(corpus.Made(uint64(i)))
		}
		for i := range b.cols {
			if b.cols[i].Name == "first" {
				change(&b.cols[i])
			}
		}
		if _, err := Decode(b.Append(nil)); !errors.Is(err, ErrNoTimes) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

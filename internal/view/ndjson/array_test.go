package ndjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"portero/internal/record"
	"portero/internal/view/ndjson"
)

// Records are a line each, or an array of as many, whose brackets have lines of their own where there is something in it; however
// many there are, and wherever they are flushed.
func TestArrays(t *testing.T) {
	var fields []record.Field
	for _, f := range record.Schema() {
		if f.Name == "id" {
			fields = append(fields, f)
		}
	}
	for _, n := range []int{0, 1, 2, 20_000} {
		for _, array := range []bool{false, true} {
			var b bytes.Buffer
			w := ndjson.New(&b, fields, array)
			if err := w.Begin(); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				if err := w.Write(&record.Record{ID: uint64(i + 1)}); err != nil {
					t.Fatal(err)
				}
				if i%7 == 0 {
					if err := w.Flush(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := w.End(nil); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(b.String(), "\n")
			switch {
			case !array && (len(lines) != n+1 || n > 0 && lines[n-1] != fmt.Sprintf(`{"id":%d}`, n)):
				t.Errorf("%d records: %d lines", n, len(lines))
			case array && n == 0 && b.String() != "[]\n":
				t.Errorf("an array of nothing: %q", b.String())
			case array && n > 0:
				var all []struct{ ID int }
				if err := json.Unmarshal(b.Bytes(), &all); err != nil || len(all) != n || all[n-1].ID != n || len(lines) != n+3 || lines[0] != "[" || lines[n+1] != "]" {
					t.Errorf("an array of %d: %v, %d of them on %d lines", n, err, len(all), len(lines))
				}
			}
		}
	}
}

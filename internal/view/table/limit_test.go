package table

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"portero/internal/record"
	"portero/internal/view"
)

// However many records there are, a table with a limit keeps about twice as many rows, and shows those that
// are first among all.
func TestLimitKeepsFew(t *testing.T) {
	const n, limit = 20_000, 7
	var out, all bytes.Buffer
	byBytes := func(a, b *Row) bool { return a.Bytes > b.Bytes }
	few, full := New(&out, Options{Limit: limit, Sort: byBytes}), New(&all, Options{Sort: byBytes, Quiet: true})
	for i := uint64(1); i <= n; i++ {
		r := call(i, func(r *record.Record) { r.Orig.Payload = i * 7919 % 5003 }) // many have the same
		if err := errors.Join(few.Write(r), full.Write(r)); err != nil {
			t.Fatal(err)
		}
		if len(few.rows) > 2*limit+spareRows {
			t.Fatalf("%d rows are kept", len(few.rows))
		}
	}
	if err := errors.Join(few.End(&view.Summary{}), full.End(&view.Summary{})); err != nil {
		t.Fatal(err)
	}
	want := strings.SplitAfter(all.String(), "\n")[1 : limit+1]
	for _, l := range want {
		id, _, _ := strings.Cut(strings.TrimSpace(l), " ")
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), " "+id+" completed ") {
			t.Errorf("row %s is missing:\n%s", id, out.String())
		}
	}
	if !strings.Contains(out.String(), fmt.Sprintf("%d more rows", n-limit)) {
		t.Error("the rest is not counted:", out.String())
	}
}

// full takes some octets and no more.
type full struct{ room, calls int }

func (f *full) Write(b []byte) (int, error) {
	f.calls++
	if f.room -= len(b); f.room < 0 {
		return 0, errors.New("full")
	}
	return len(b), nil
}

// A long table is written piece by piece, and no further where nobody takes it.
func TestWrittenPieceByPiece(t *testing.T) {
	for _, wide := range []bool{false, true} {
		f := &full{room: 3 * flushAt}
		w := New(f, Options{Wide: wide})
		for i := range uint64(20_000) {
			if err := w.Write(call(i+1, func(*record.Record) {})); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.End(&view.Summary{}); err == nil || f.calls < 2 || f.calls > 4 {
			t.Errorf("wide %v: %v after %d calls", wide, err, f.calls)
		}
	}
}

// A table keeps so many rows and says how many more there were; what is counted is counted all the same.
func TestRowsAreBounded(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, Options{Limit: 1})
	w.rows = make([]Row, maxRows-1)
	w.opt.Limit = 0
	for i := range uint64(3) {
		if err := w.Write(call(i+1, func(*record.Record) {})); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.rows) != maxRows || w.more != 2 || w.tcp["completed"] != 3 {
		t.Errorf("%d rows, %d more, %v", len(w.rows), w.more, w.tcp)
	}
}

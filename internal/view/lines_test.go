package view_test

import (
	"bytes"
	"errors"
	"testing"

	"portero/internal/record"
	"portero/internal/view"
)

// pieces counts what is written to it, and fails from a piece on.
type pieces struct {
	bytes.Buffer
	n, fail int
}

func (p *pieces) Write(b []byte) (int, error) {
	if p.n++; p.n == p.fail {
		return 0, errors.New("full")
	}
	return p.Buffer.Write(b)
}

// Lines are handed on in large pieces, whole and in order: a call of the kernel for each
// would be most of the time, and all of them at the end would be all of the memory.
func TestLinesAreHandedOnInLargePieces(t *testing.T) {
	line := bytes.Repeat([]byte("x"), 99)
	put := func(b []byte, r *record.Record) []byte {
		if r.ID%4 == 3 { // left out
			return b
		}
		return append(b, line...)
	}
	var w pieces
	l := view.NewLines(&w, put)
	for id := range uint64(8000) { // 600 kB
		if err := l.Write(&record.Record{ID: id}); err != nil {
			t.Fatal(err)
		}
		if held := int(id+1-(id+1)/4)*100 - w.Len(); held > 64<<10 {
			t.Fatalf("%d octets wait", held)
		}
	}
	if err := l.End(nil); err != nil {
		t.Fatal(err)
	}
	if w.n < 5 || w.n > 11 || !bytes.Equal(w.Bytes(), bytes.Repeat(append(line, '\n'), 6000)) {
		t.Errorf("%d octets in %d pieces", w.Len(), w.n)
	}

	// A failure is told by every call after it, and nothing more is written.
	w = pieces{fail: 2}
	l = view.NewLines(&w, put)
	failed := 0
	for id := range uint64(8000) {
		if l.Write(&record.Record{ID: id}) != nil {
			failed++
		}
	}
	if l.End(nil) == nil || failed < 4000 || w.n != 2 {
		t.Errorf("%d calls said it, %d pieces", failed, w.n)
	}
}

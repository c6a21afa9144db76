package csv_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"strings"
	"testing"

	"portero/internal/record"
	"portero/internal/view/csv"
)

func fields(t *testing.T, names ...string) (fs []record.Field) {
	for _, n := range names {
		for _, f := range record.Schema() {
			if f.Name == n {
				fs = append(fs, f)
			}
		}
	}
	if len(fs) != len(names) {
		t.Fatalf("not all of %v are fields", names)
	}
	return fs
}

// TestCells: what is on the wire stays in its cell, and is no formula there.
func TestCells(t *testing.T) {
	for _, c := range []struct{ name, csv, tsv string }{
		{"www.example.test", "www.example.test", "www.example.test"},
		{"_a/b:c;d-e.F9", "_a/b:c;d-e.F9", "_a/b:c;d-e.F9"},
		{"=1+1", "'=1+1", "'=1+1"},
		{"+1", "'+1", "'+1"},
		{"-1", "'-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)", "'@SUM(A1)"},
		{"|cmd", "'|cmd", "'|cmd"},
		{"%0", "'%0", "'%0"},
		{"＝1", "'＝1", "'＝1"},
		{"a=1", "a=1", "a=1"},
		{"a;=1+1;b;@x;-y", "a;'=1+1;b;'@x;'-y", "a;=1+1;b;@x;-y"}, // parted at semicolons in half of the world
		{"a;-b", "a;'-b", "a;-b"},
		{"=a;=b", "'=a;'=b", "'=a;=b"},
		{"\u0300=1", "'=1", "'=1"}, // a mark that is taken out
		{"\t=1", "\ufffd=1", "\ufffd=1"},
		{"a,b", `"a,b"`, "a,b"},
		{`a"b`, `"a""b"`, `a"b`},
		{`"`, `""""`, `"`},
		{"a b", `"a b"`, "a b"},
		{"=a,\"b\"", `"'=a,""b"""`, `'=a,"b"`},
		{"a\r\nb\tc", "a\ufffd\ufffdb\ufffdc", "a\ufffd\ufffdb\ufffdc"},
		{`a\tb`, `a\tb`, `a\\tb`},
		{"\u0300", "", ""},
	} {
		for _, tab := range []bool{false, true} {
			var b bytes.Buffer
			w := csv.New(&b, fields(t, "id", "server_name", "proto"), tab)
			r := &record.Record{ID: 7, Proto: 6, ServerName: c.name}
			if w.Begin() != nil || w.Write(r) != nil || w.End(nil) != nil {
				t.Fatal("failed")
			}
			want := "id,server_name,proto\r\n7," + c.csv + ",tcp\r\n"
			if tab {
				want = "id\tserver_name\tproto\n7\t" + c.tsv + "\ttcp\n"
			}
			if b.String() != want {
				t.Errorf("%q: %q, want %q", c.name, b.String(), want)
			}
		}
	}
}

// TestLists: elements are parted by semicolons.
func TestLists(t *testing.T) {
	var b bytes.Buffer
	w := csv.New(&b, fields(t, "close_frames", "quality", "risks"), false)
	for _, r := range []record.Record{
		{CloseFrames: []uint64{3, 14, 15}, Quality: []string{"duplicates", "=x"}, Risks: []record.Finding{{ID: "beacon", Severity: "medium"}, {ID: "exposure", Severity: "high", Muted: "ours"}}},
		{CloseFrames: []uint64{3}, Quality: []string{"duplicates"}, Risks: []record.Finding{{ID: "beacon", Severity: "medium"}}},
		{},
	} {
		w.Write(&r)
	}
	w.End(nil)
	if want := "3;14;15,duplicates;'=x,beacon:medium;exposure:muted\r\n3,duplicates,beacon:medium\r\n,,\r\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// full takes so many octets.
type full struct{ room int }

var errFull = errors.New("the disk is full")

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// TestMany: no record is lost or written twice between two writes, and a disk that is full is told.
func TestMany(t *testing.T) {
	const n = 20_000
	var b bytes.Buffer
	w := csv.New(&b, fields(t, "id", "server_name"), false)
	for i := range n {
		w.Write(&record.Record{ID: uint64(i), ServerName: strings.Repeat("x", i%300)})
	}
	w.End(nil)
	rows, err := stdcsv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != n || rows[n-1][0] != "19999" || rows[7777][0] != "7777" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	w = csv.New(&full{200_000}, fields(t, "id", "server_name"), false)
	told := 0
	for i := range n {
		if errors.Is(w.Write(&record.Record{ID: uint64(i), ServerName: "www.example.test"}), errFull) {
			told++
		}
	}
	if told == 0 || !errors.Is(w.End(nil), errFull) {
		t.Errorf("told %d times", told)
	}
}

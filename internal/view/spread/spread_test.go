package spread

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/csv"
	"portero/internal/view/ndjson"
	"portero/internal/view/zeek"
)

func fields(t testing.TB) []record.Field {
	fs, err := record.Select("")
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// feed writes n records, using the same lists again as the engine does.
func feed(t *testing.T, w view.Writer, n int) error {
	t.Helper()
	if err := w.Begin(); err != nil {
		return err
	}
	var r record.Record
	frames, files := make([]uint64, 0, 2), make([]string, 0, 2)
	for i := range n {
		r = record.Record{ID: uint64(i + 1), Proto: 6, HasPorts: true, First: int64(i) * 1e6, Last: int64(i) * 2e6, History: "ShADadFf"}
		frames = append(frames[:0], uint64(i), uint64(i+7))[:i%3]
		files = append(files[:0], "syn_frame=a", "ack_frame=b")[:i%2]
		r.CloseFrames, r.FrameFiles = frames, files
		if err := w.Write(&r); err != nil {
			return err
		}
	}
	return w.End(&view.Summary{})
}

// Several goroutines write what one writes.
func TestSpreadWritesTheSame(t *testing.T) {
	fs := fields(t)
	now := time.Unix(1e9, 0)
	for name, format := range map[string]func(w io.Writer) Flusher{
		"ndjson": func(w io.Writer) Flusher { return ndjson.New(w, fs, false) },
		"csv":    func(w io.Writer) Flusher { return csv.New(w, fs, false) },
		"zeek":   func(w io.Writer) Flusher { return zeek.New(w, now) },
	} {
		for _, n := range []int{0, 1, runLength, 10 * runLength, 10*runLength + 3} {
			var one, many bytes.Buffer
			if err := feed(t, format(&one), n); err != nil {
				t.Fatal(err)
			}
			if err := feed(t, New(&many, 3, format), n); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(one.Bytes(), many.Bytes()) {
				t.Errorf("%s, %d records: %d and %d octets", name, n, one.Len(), many.Len())
			}
		}
	}
}

type full struct{ left int }

var errFull = errors.New("disk full")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// An output that fails ends the writing with its own error.
func TestSpreadTellsErrors(t *testing.T) {
	fs := fields(t)
	w := New(&full{50_000}, 2, func(w io.Writer) Flusher { return ndjson.New(w, fs, false) })
	if err := feed(t, w, 100_000); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
	w.End(&view.Summary{})
}

// Records that are made where they are written from come out as those that are copied,
// and both may come in turn.
func TestRoom(t *testing.T) {
	fs := fields(t)
	for _, copies := range []int{0, 1, 3} { // every nth is copied, or none
		var want, got bytes.Buffer
		if err := feed(t, ndjson.New(&want, fs, false), 5000); err != nil {
			t.Fatal(err)
		}
		w := New(&got, 3, func(to io.Writer) Flusher { return ndjson.New(to, fs, false) })
		if err := w.Begin(); err != nil {
			t.Fatal(err)
		}
		var other record.Record
		for i := range 5000 {
			w.Room() // what is not written leaves no trace
			r := w.Room()
			if copies > 0 && i%copies == 0 {
				r = &other
			}
			frames, files := r.CloseFrames[:0], r.FrameFiles[:0]
			*r = record.Record{ID: uint64(i + 1), Proto: 6, HasPorts: true, First: int64(i) * 1e6, Last: int64(i) * 2e6, History: "ShADadFf"}
			r.CloseFrames = append(frames, uint64(i), uint64(i+7))[:i%3]
			r.FrameFiles = append(files, "syn_frame=a", "ack_frame=b")[:i%2]
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.End(&view.Summary{}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("every %d copied: %d octets, want %d, or others", copies, got.Len(), want.Len())
		}
	}
}

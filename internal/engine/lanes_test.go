package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/record"
	"portero/internal/view/ndjson"
)

// pieces hands on the frames of a source in blocks of at most n.
type pieces struct {
	from capture.Source
	n    int
	have capture.Block
	left []capture.Frame
}

func (s *pieces) Next(b *capture.Block) error {
	if len(s.left) == 0 {
		if err := s.from.Next(&s.have); err != nil {
			return err
		}
		s.left = s.have.Frames
	}
	k := min(s.n, len(s.left))
	b.Frames, b.Buf, b.Taps = b.Frames[:0], b.Buf[:0], s.have.Taps
	size := 0
	for _, f := range s.left[:k] {
		size += len(f.Data)
	}
	if cap(b.Buf) < size {
		b.Buf = make([]byte, 0, size)
	}
	for _, f := range s.left[:k] {
		at := len(b.Buf)
		b.Buf = append(b.Buf, f.Data...)
		f.Data = b.Buf[at:len(b.Buf):len(b.Buf)]
		b.Frames = append(b.Frames, f)
	}
	s.left = s.left[k:]
	return nil
}

// records runs the engine and returns what ndjson writes.
func records(t testing.TB, src capture.Source, opt Options) string {
	t.Helper()
	var out bytes.Buffer
	fields, err := record.Select("")
	if err != nil {
		t.Fatal(err)
	}
	w := ndjson.New(&out, fields, false)
	opt.Catalog, opt.Sink = catalog.Default(), w.Write
	// What is heard comes at the same place among the records.
	opt.Wants = func(p *capture.Packet) bool { return p.SrcPort == 53 && p.Index%4 == 0 }
	opt.Hear = func(p *capture.Packet, payload []byte) {
		w.Flush()
		fmt.Fprintf(&out, "%d heard: %x\n", p.Index, payload)
	}
	e := New(opt)
	if err := e.Run(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func open(t testing.TB, b []byte) capture.Source {
	t.Helper()
	f, err := pcapfile.NewReader(bytes.NewReader(b), "capture", pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func differ(t *testing.T, what, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	a, b := bytes.Split([]byte(want), []byte("\n")), bytes.Split([]byte(got), []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Fatalf("%s: record %d of %d and %d\n%s\n%s", what, i+1, len(a), len(b), a[i], b[i])
		}
	}
	t.Fatalf("%s: %d records instead of %d", what, len(b), len(a))
}

// What comes out does not depend on threads, on how the input is cut into blocks
// and files, or on whether somebody is told of every packet; with plenty of memory
// and with so little that flows must make room.
func TestSameForAnyThreads(t *testing.T) {
	t.Parallel()
	t.Run("plenty", func(t *testing.T) { sameForAnyThreads(t, 0, 1<<30) })
	t.Run("little", func(t *testing.T) { sameForAnyThreads(t, 1, 8<<20) })
}

func sameForAnyThreads(t *testing.T, seed uint64, memory int64) {
	tr := newTraffic(seed)
	tr.fill(1500, 300, 8, 30_000_000)
	if memory < 1<<30 {
		tr.fill(9_000, 8_000, 2, 0)
	}
	opt := Options{Threads: 1, Seed: 9, Memory: memory, Merged: true}
	want := records(t, open(t, tr.pcap), opt)
	if n := bytes.Count([]byte(want), []byte(`"server_name_by":"dns"`)); n == 0 {
		t.Error("no name was learned")
	}
	if n := bytes.Count([]byte(want), []byte(" heard: ")); n < 10 {
		t.Errorf("only %d packets were heard", n)
	}
	if n := bytes.Count([]byte(want), []byte(`"reuses":`)); n == 0 {
		t.Error("no port was used again")
	}
	if n := bytes.Count([]byte(want), []byte(`"end_reason":"resources"`)); (n > 0) != (memory < 1<<30) {
		t.Errorf("%d flows had to make room", n)
	}
	same := func(how string, src func(t *testing.T) capture.Source, opt Options) {
		t.Run(how, func(t *testing.T) { differ(t, how, want, records(t, src(t), opt)) })
	}
	whole := func(t *testing.T) capture.Source { return open(t, tr.pcap) }
	by := func(n int) func(t *testing.T) capture.Source {
		return func(t *testing.T) capture.Source { return &pieces{from: open(t, tr.pcap), n: n} }
	}
	for _, threads := range []int{1, 2, 8} {
		opt.Threads = threads
		same(fmt.Sprintf("%d threads", threads), whole, opt)
		same(fmt.Sprintf("%d threads, blocks of 700", threads), by(700), opt)
	}
	same("blocks of 3", by(3), opt)
	shown := opt
	shown.Packet = func(uint64, *capture.Packet, []byte, int, bool) {}
	same("with every packet shown", whole, shown)
	shown = opt
	shown.Opened = func(uint64, *capture.Packet) {}
	same("with all that opens shown", whole, shown)

	dir := t.TempDir()
	var names []string
	for i, b := range tr.slices(10) {
		n := filepath.Join(dir, fmt.Sprint(i, ".pcap"))
		if err := os.WriteFile(n, b, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	opt.Files = names
	same("ten slices", func(t *testing.T) capture.Source {
		set, err := pcapfile.OpenAll(names, pcapfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { set.Close() })
		return set
	}, opt)
}

// Who asks for what opens is shown each connection once, by its first packet, before its record, in the order
// of the ids but where a packet had waited for its place.
func TestOpened(t *testing.T) {
	tr := newTraffic(5)
	tr.fill(2000, 300, 5, 0)
	for _, threads := range []int{1, 2} {
		for _, n := range []int{3, 700, 1 << 20} {
			first := map[uint64]uint64{}
			var last, lastIndex uint64
			ended, waited := 0, 0
			e := New(Options{Threads: threads, Seed: 1, Opened: func(id uint64, p *capture.Packet) {
				if first[id] != 0 || (id < last) != (p.Index < lastIndex) {
					t.Errorf("%d, packet %d, is shown after %d, packet %d", id, p.Index, last, lastIndex)
				}
				if id < last {
					waited++
				}
				last, lastIndex = max(id, last), max(p.Index, lastIndex)
				first[id] = p.Index
			}, Sink: func(r *record.Record) error {
				ended++
				if threads == 1 && first[r.ID] != r.FirstFrame {
					t.Errorf("%d began with frame %d, frame %d was shown", r.ID, r.FirstFrame, first[r.ID])
				}
				return nil
			}})
			if err := e.Run(context.Background(), &pieces{from: open(t, tr.pcap), n: n}); err != nil {
				t.Fatal(err)
			}
			if len(first) != ended || ended < 2000 || waited > ended/20 {
				t.Errorf("%d threads, blocks of %d: %d were shown, %d of them late, %d ended", threads, n, len(first), waited, ended)
			}
		}
	}
}

// Ids follow the order of the first packets.
func TestOrderOfIDs(t *testing.T) {
	tr := newTraffic(3)
	tr.fill(2000, 300, 5, 0)
	first := map[uint64]uint64{}
	var ids []uint64
	e := New(Options{Threads: 2, Seed: 1, Sink: func(r *record.Record) error {
		ids = append(ids, r.ID)
		first[r.ID] = r.FirstFrame
		return nil
	}})
	if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil {
		t.Fatal(err)
	}
	if len(first) != len(ids) || len(ids) < 2000 {
		t.Fatalf("%d records with %d ids", len(ids), len(first))
	}
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if first[ids[i-1]] >= first[ids[i]] {
			t.Fatalf("connection %d begins at frame %d, %d at %d", ids[i-1], first[ids[i-1]], ids[i], first[ids[i]])
		}
	}
}

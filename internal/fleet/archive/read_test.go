package archive

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"portero/handshake"
	"portero/internal/record"
)

// save writes frames as a capture, less cut octets at its end.
func save(t *testing.T, name string, fs []frame, cut int) string {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	w.WriteFileHeader(65535, layers.LinkTypeRaw)
	for _, x := range fs {
		w.WritePacket(gopacket.CaptureInfo{Timestamp: x.at, CaptureLength: len(x.data), Length: len(x.data)}, x.data)
	}
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(st.Size() - int64(cut)); err != nil {
		t.Fatal(err)
	}
	return name
}

// Behind its own files a unit is read as far as its connections need to end, be it one that begins with the last frame;
// those of the units before do not keep it reading, and what is behind is not looked at, damaged or not.
func TestAUnitIsReadAsFarAsItNeeds(t *testing.T) {
	dir := t.TempDir()
	ours := talk(1, begin.Add(time.Minute), 14*time.Minute, time.Minute)
	all := slices.Concat(ours[1:], talk(2, begin, time.Hour, 150*time.Millisecond)) // the other one goes on all the while
	slices.SortStableFunc(all, func(a, b frame) int { return a.at.Compare(b.at) })
	part := func(name string, from, to time.Duration, cut int) string {
		var fs []frame
		for _, f := range all {
			if d := f.at.Sub(begin); d >= from && d < to {
				fs = append(fs, f)
			}
		}
		return save(t, filepath.Join(dir, name), fs, cut)
	}
	before := part("0.pcap", 0, time.Minute, 0)
	own := save(t, filepath.Join(dir, "1.pcap"), ours[:1], 0) // the SYN alone
	after := []string{part("2.pcap", time.Minute, 10*time.Minute, 0), part("3.pcap", 10*time.Minute, 20*time.Minute, 0), part("4.pcap", 20*time.Minute, 30*time.Minute, 0),
		part("5.pcap", 30*time.Minute, 40*time.Minute, 7), // broken off
		part("6.pcap", 40*time.Minute, 50*time.Minute, 0)}
	u := Unit{Site: "hq", Sensor: "core", Rows: 10, Before: []string{before}, Files: []File{{Path: own}}, After: after}
	var got []record.Record
	problems, err := Read(context.Background(), &u, 4, func(r *record.Record) error { got = append(got, *r); return nil })
	if err != nil || len(problems) != 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if len(got) != 1 || got[0].Handshake != handshake.Completed || got[0].Close != handshake.Closed || got[0].Orig.Pkts+got[0].Resp.Pkts != uint64(len(ours)) {
		t.Errorf("%+v", got)
	}
	if u.Files[0].Frames != 1 {
		t.Errorf("%d frames of its own", u.Files[0].Frames)
	}
	// Where a connection of its own does not end, all is read, and what is damaged is told of.
	u.Files[0].Path = before
	u.Before = nil
	got = nil
	problems, err = Read(context.Background(), &u, 4, func(r *record.Record) error { got = append(got, *r); return nil })
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0].Error(), "5.pcap") || len(got) != 1 || got[0].Last < begin.Add(45*time.Minute).UnixNano() {
		t.Errorf("%v, %v, %+v", problems, err, got)
	}
}

// A short capture is known again when it has grown, and a connection that begins with the first frame behind what was
// read is told of.
func TestAShortFileThatGrew(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.pcap")
	first, second := talk(1, begin, time.Second, 300*time.Millisecond), talk(2, begin.Add(time.Minute), time.Second, 300*time.Millisecond)
	taken := &Taken{}
	for i, c := range []struct {
		frames []frame
		skip   int
		from   time.Time
	}{{first, 0, begin}, {slices.Concat(first, second), len(first), begin.Add(time.Minute)}} {
		save(t, name, c.frames, 0)
		us, skipped, problems, err := Plan(dir, Shape{Site: "hq"}, taken)
		if err != nil || len(us) != 1 || len(us[0].Files) != 1 || skipped != 0 || len(problems) != 0 {
			t.Fatalf("%+v, %d, %v, %v", us, skipped, problems, err)
		}
		var got []record.Record
		if _, err := Read(context.Background(), &us[0], 1, func(r *record.Record) error { got = append(got, *r); return nil }); err != nil {
			t.Fatal(err)
		}
		f := us[0].Files[0]
		if len(got) != 1 || got[0].First != c.from.UnixNano() || f.Skip != uint64(c.skip) || f.Frames != uint64(len(c.frames)) {
			t.Errorf("reading %d: %+v of %+v", i, got, f)
		}
		taken.add(f, "hq", true)
	}
	// What was read is told as passed over.
	if us, skipped, problems, err := Plan(dir, Shape{Site: "hq"}, taken); err != nil || len(us) != 0 || skipped != 1 || len(problems) != 0 {
		t.Errorf("%+v, %d skipped, %v, %v", us, skipped, problems, err)
	}
}

// Captures are read in the order in which they were taken, whatever they are called.
func TestFilesAreInOrderOfTime(t *testing.T) {
	dir := t.TempDir()
	fs := talk(1, begin, 90*time.Second, 10*time.Second)
	n := len(fs)
	if err := os.Mkdir(filepath.Join(dir, "core"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"c", "a", "b"} {
		save(t, filepath.Join(dir, "core", name+".pcap"), fs[i*n/3:(i+1)*n/3], 0)
	}
	us, _, problems, err := Plan(dir, Shape{Site: "hq"}, nil)
	if err != nil || len(us) != 1 || len(problems) != 0 {
		t.Fatal(us, problems, err)
	}
	var names []string
	for _, f := range us[0].Files {
		names = append(names, filepath.Base(f.Path))
	}
	if want := []string{"c.pcap", "a.pcap", "b.pcap"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	records := 0
	if _, err := Read(context.Background(), &us[0], 1, func(r *record.Record) error {
		if records++; r.Orig.Pkts+r.Resp.Pkts != uint64(n) || r.Handshake != handshake.Completed {
			t.Errorf("%d packets of %d, %v", r.Orig.Pkts+r.Resp.Pkts, n, r.Handshake)
		}
		return nil
	}); err != nil || records != 1 {
		t.Errorf("%d records, %v", records, err)
	}
}

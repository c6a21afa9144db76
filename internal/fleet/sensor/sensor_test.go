package sensor

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/spool"
)

// spooled is a sensor on a spool of its own, and what it says.
func spooled(t *testing.T, c Config, limit int64) (s *Sensor, sp *spool.Spool, said func() string) {
	t.Helper()
	sp, err := spool.Open(t.TempDir(), limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sp.Close() })
	var mu sync.Mutex
	var all []string
	c.Site, c.Name = "hq", "s1"
	c.Say = func(s string) { mu.Lock(); defer mu.Unlock(); all = append(all, s) }
	if s, err = New(c, sp); err != nil {
		t.Fatal(err)
	}
	return s, sp, func() string { mu.Lock(); defer mu.Unlock(); return strings.Join(all, "\n") }
}

// Both directions of a connection, as two sensors may see it, go the same way.
func TestBothLegsShareALane(t *testing.T) {
	used := map[int]int{}
	for i := range 400 {
		r := *corpus.Made(uint64(i))
		n := LaneOf(&r, 4)
		r.Orig, r.Resp = r.Resp, r.Orig
		if m := LaneOf(&r, 4); m != n || n < 0 || n > 3 {
			t.Fatalf("lanes %d and %d", n, m)
		}
		used[n]++
	}
	for n := range 4 {
		if used[n] < 40 {
			t.Errorf("lane %d has %d of 400", n, used[n])
		}
	}
}

// A batch is closed when it is full, and when its time has come; till then it waits.
func TestWhenABatchIsClosed(t *testing.T) {
	s, sp, _ := spooled(t, Config{Lanes: 1, Rows: 3, Every: time.Hour, Wait: true}, 1<<24)
	settle := func() spool.Stats {
		for range 100 {
			if st := sp.Stats(); st.Records > 0 {
				return st
			}
			time.Sleep(2 * time.Millisecond)
		}
		return sp.Stats()
	}
	if err := s.Tick(); err != nil {
		t.Fatal(err)
	}
	s.Flush() // of nothing no batch is made
	for i := range 2 {
		s.Add(corpus.Made(uint64(i)))
		s.Tick()
	}
	time.Sleep(10 * time.Millisecond)
	if st := sp.Stats(); st.Messages != 0 {
		t.Errorf("before its time: %+v", st)
	}
	s.Add(corpus.Made(2))
	if st := settle(); st.Messages != 1 || st.Records != 3 {
		t.Errorf("full: %+v", st)
	}
	s.Add(corpus.Made(3))
	s.opened = s.opened.Add(-time.Hour)
	s.Tick()
	for range 100 {
		if sp.Stats().Records == 4 {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	if st := sp.Stats(); st.Messages != 2 || st.Records != 4 {
		t.Errorf("its time has come: %+v", st)
	}
	s.Add(corpus.Made(4))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st := s.State(7); st.Records != 5 || st.Spool.Records != 5 || st.Spool.Messages != 3 || st.Lost != 0 || st.Drops != 7 || st.Trouble != "" || st.Kind != "sensor" || st.Site != "hq" || st.Name != "s1" {
		t.Errorf("%+v", st)
	}
	if got := s.Summary(); got != "5 records, 0 acknowledged by the broker, 5 wait on the spool" {
		t.Error(got)
	}
}

// A capture does not wait for a disk that is too slow: what there is no room for is counted as lost, and the summary
// says why. Nothing else is.
func TestASlowDiskLosesNoCount(t *testing.T) {
	sp, err := spool.Open(t.TempDir(), 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	c := Config{Site: "hq", Name: "s1", Lanes: 1, Rows: 2}
	if err := c.defaults(); err != nil {
		t.Fatal(err)
	}
	// Nobody takes batches from this one yet, as from a disk that hangs.
	s := &Sensor{cfg: c, spool: sp, full: make(chan lane, queued), spare: make(chan *batch.Builder, queued), builders: []*batch.Builder{batch.NewBuilder("hq", "s1")}}
	const n = 2*queued + 7
	for i := range n {
		if err := s.Add(corpus.Made(uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	s.Flush()
	if lost := s.Lost.Load(); lost != 7 || s.Records.Load() != n {
		t.Errorf("%d lost of %d", lost, s.Records.Load())
	}
	s.encoded.Add(1)
	go s.encode()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.Summary(); got != "39 records, 0 acknowledged by the broker, 32 wait on the spool; 7 LOST because the disk was too slow" {
		t.Error(got)
	}
}

// A spool that takes nothing is said once, not twice a second; what is lost by it is counted, and it is well again
// when it takes something.
func TestASpoolThatTakesNothing(t *testing.T) {
	s, sp, said := spooled(t, Config{Lanes: 1, Rows: 1}, 1<<24)
	sp.Close()
	for i := range 3 {
		s.Add(corpus.Made(uint64(i)))
		for range 200 {
			if s.Lost.Load() == uint64(i+1) {
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("a capture goes on: %v", err)
	}
	if st := s.State(0); st.Lost != 3 || !strings.Contains(st.Trouble, "spool") {
		t.Errorf("%+v", st)
	}
	if strings.Count(said(), "LOST") != 1 || !strings.Contains(said(), "LOST so far") {
		t.Error(said())
	}
	if got := s.Summary(); !strings.HasSuffix(got, "; 3 LOST because the spool could not be written") || strings.Contains(got, "too slow") {
		t.Error(got)
	}
}

// From files nothing may be lost: a spool that cannot be written ends the reading.
func TestFilesEndWhereTheSpoolCannotBeWritten(t *testing.T) {
	s, sp, _ := spooled(t, Config{Lanes: 1, Rows: 1, Wait: true}, 1<<24)
	sp.Close()
	var err error
	for i := 0; i < 1000 && err == nil; i++ {
		err = s.Add(corpus.Made(uint64(i)))
		time.Sleep(time.Millisecond)
	}
	if err == nil || !strings.Contains(err.Error(), "spool") {
		t.Error(err)
	}
	if err := s.Close(); err == nil {
		t.Error("closed as if all were well")
	}
}

// A sensor of files has ended when all of it is sent, not before.
func TestEndedIsWhenAllIsSent(t *testing.T) {
	s, sp, _ := spooled(t, Config{Lanes: 1, Wait: true}, 1<<24)
	s.Add(corpus.Made(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.End()
	gone, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer stop()
	if s.State(0).Ended || s.Drained(gone) {
		t.Error("ended with a record on the spool")
	}
	sp.Ack(1)
	if !s.State(0).Ended || !s.Drained(context.Background()) {
		t.Error("not ended")
	}
}

// A sensor's names go into subjects and paths: what does not fit there is refused.
func TestNamesOfSensors(t *testing.T) {
	sp, err := spool.Open(filepath.Join(t.TempDir(), "s"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	for _, name := range []string{"", "a b", "a.b", "../x", "*", ">", strings.Repeat("x", 65), "ü"} {
		if _, err := New(Config{Site: name, Name: "s1"}, sp); err == nil {
			t.Errorf("site %q", name)
		}
		if _, err := New(Config{Site: "hq", Name: name}, sp); err == nil {
			t.Errorf("name %q", name)
		}
	}
}

// What a full spool had to drop is in the summary, the oldest first, and the counts add up.
func TestTheSummaryTellsOfAFullSpool(t *testing.T) {
	s, sp, _ := spooled(t, Config{Lanes: 1, Rows: 100}, 1<<16)
	const n = 4000
	for i := range n {
		s.Add(corpus.Made(uint64(i)))
		for i%100 == 99 && len(s.full) == queued {
			time.Sleep(time.Millisecond) // this disk is fast enough
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	st := sp.Stats()
	if st.DroppedRecords == 0 || st.DroppedRecords+st.Records != n || s.Lost.Load() != 0 || !strings.Contains(s.Summary(), fmt.Sprintf("; %d DROPPED, oldest first", st.DroppedRecords)) {
		t.Errorf("%s; %+v", s.Summary(), st)
	}
}

// TestOneAndSeveral holds the words to agree with the numbers before them.
func TestOneAndSeveral(t *testing.T) {
	for n, want := range []string{"0 records are", "1 record is", "2 records are"} {
		if got := Are(uint64(n)); got != want {
			t.Error(got)
		}
	}
}

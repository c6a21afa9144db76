package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func open(t *testing.T, dir string, limit int64) *Spool {
	t.Helper()
	s, err := Open(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func msg(i int) Message {
	return Message{Lane: uint16(i % 4), Records: uint32(i%7 + 1), Data: []byte(fmt.Sprintf("message %d %01000d", i, i))}
}

func TestInOrderAcrossRestarts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	epoch := s.Epoch()
	for i := range 100 {
		if err := s.Put(false, msg(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, 1<<20); !errors.Is(err, ErrInUse) {
		t.Errorf("two owners of one spool: %v", err)
	}
	for i := range 40 {
		m, err := s.Next(uint64(i))
		if err != nil || m.Number != uint64(i+1) || string(m.Data) != string(msg(i).Data) || m.Lane != uint16(i%4) || m.Records != uint32(i%7+1) {
			t.Fatalf("%d: %v %v", i, m, err)
		}
	}
	s.Ack(40)
	s.Close()
	s = open(t, dir, 1<<20)
	if st := s.Stats(); s.Epoch() != epoch || st.Messages != 60 {
		t.Errorf("epoch %s, %+v", s.Epoch(), st)
	}
	s.Put(false, msg(100))
	for i := 40; i <= 100; i++ {
		if m, err := s.Next(uint64(i)); err != nil || m.Number != uint64(i+1) || string(m.Data) != string(msg(i).Data) {
			t.Fatalf("%d: %d %v", i, m.Number, err)
		}
	}
	if m, err := s.Next(50); err != nil || m.Number != 51 { // back again
		t.Errorf("%d %v", m.Number, err)
	}
	s.Ack(101)
	if st := s.Stats(); st.Messages != 0 || st.Records != 0 {
		t.Errorf("%+v", st)
	}
}

func TestAFullSpoolDropsTheOldestAndCounts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<16)
	put, records := 0, 0
	for i := range 300 {
		if err := s.Put(false, msg(i)); err != nil {
			t.Fatal(err)
		}
		put, records = put+1, records+i%7+1
	}
	st := s.Stats()
	if st.Bytes > 1<<16 || st.DroppedMessages == 0 || st.Messages+st.DroppedMessages != uint64(put) || st.Records+st.DroppedRecords != uint64(records) {
		t.Fatalf("%+v of %d messages, %d records", st, put, records)
	}
	m, err := s.Next(0)
	if err != nil || m.Number != st.DroppedMessages+1 {
		t.Errorf("the oldest left is %d, %d were dropped: %v", m.Number, st.DroppedMessages, err)
	}
	s.Close()
	if got := open(t, dir, 1<<16).Stats(); got.DroppedRecords != st.DroppedRecords || got.Messages != st.Messages {
		t.Errorf("after a restart %+v, before %+v", got, st)
	}
}

// The limit holds after a restart too, and one that is too small for anything is raised.
func TestTheLimitHolds(t *testing.T) {
	dir := t.TempDir()
	for range 4 {
		s := open(t, dir, 1<<16)
		for i := range 50 {
			if err := s.Put(false, msg(i)); err != nil {
				t.Fatal(err)
			}
		}
		on, names := int64(0), 0
		segs, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
		for _, name := range segs {
			if st, err := os.Stat(name); err == nil {
				on, names = on+st.Size(), names+1
			}
		}
		if st := s.Stats(); on > 1<<16 || uint64(on) != st.Bytes || st.Limit != 1<<16 {
			t.Errorf("%d octets in %d files, %+v", on, names, st)
		}
		s.Close()
	}
	s := open(t, t.TempDir(), 1)
	for i := range 20 {
		s.Put(false, msg(i))
	}
	if st := s.Stats(); st.Messages != 20 || st.DroppedMessages != 0 {
		t.Errorf("%+v", st)
	}
}

// A spool that does not say which numbers it gave goes on behind those that it has.
func TestASpoolWithoutItsLastNumber(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	s.Put(false, msg(0), msg(1), msg(2))
	epoch := s.Epoch()
	s.Close()
	if err := os.WriteFile(filepath.Join(dir, "spool"), []byte(`{"Epoch":"`+epoch+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, 1<<20)
	s.Put(false, msg(3))
	if m, err := s.Next(3); err != nil || m.Number != 4 || string(m.Data) != string(msg(3).Data) {
		t.Errorf("%d %v", m.Number, err)
	}
	if m, err := s.Next(0); err != nil || m.Number != 1 {
		t.Errorf("%d %v", m.Number, err)
	}
}

// Reading files waits for room instead.
func TestWaiting(t *testing.T) {
	s := open(t, t.TempDir(), 1<<16)
	done := make(chan error)
	go func() {
		for i := range 200 {
			if err := s.Put(true, msg(i)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for i := range 200 {
		m, err := s.Next(uint64(i))
		if err != nil || m.Number != uint64(i+1) {
			t.Fatalf("%d: %d %v", i, m.Number, err)
		}
		s.Ack(m.Number)
	}
	if err := <-done; err != nil || s.Stats().DroppedMessages != 0 {
		t.Errorf("%v, %+v", err, s.Stats())
	}
	go func() { time.Sleep(20 * time.Millisecond); s.Close() }()
	if _, err := s.Next(200); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// Messages that are put together and do not fit together wait for each other: those that are on
// the spool are read and sent meanwhile, or there would never be room.
func TestMessagesThatDoNotFitTogether(t *testing.T) {
	s := open(t, t.TempDir(), 1<<16)
	read := make(chan error, 1)
	go func() {
		for i := range 4 {
			m, err := s.Next(uint64(i))
			if err != nil {
				read <- err
				return
			}
			s.Ack(m.Number)
		}
		read <- nil
	}()
	time.Sleep(20 * time.Millisecond) // the reader waits by then; where it does not, nothing is missed
	big := Message{Records: 1, Data: make([]byte, 40_000)}
	put := make(chan error, 1)
	go func() { put <- s.Put(true, big, big, big, big) }()
	for _, c := range []chan error{put, read} {
		select {
		case err := <-c:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("it waits for what nobody sends: %+v", s.Stats())
		}
	}
	if st := s.Stats(); st.Messages != 0 || st.DroppedMessages != 0 {
		t.Errorf("%+v", st)
	}
}

// Whatever octet a crash stopped at, everything before is there.
func TestCutSegment(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	for i := range 5 {
		s.Put(false, msg(i))
	}
	s.Close()
	names, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	whole, err := os.ReadFile(names[0])
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	one := len(whole) / 5
	for cut := 0; cut <= len(whole); cut += 97 {
		os.WriteFile(names[0], whole[:cut], 0o600)
		s, err := Open(dir, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if n := s.Stats().Messages; n != uint64(cut/one) {
			t.Errorf("cut at %d: %d messages", cut, n)
		}
		s.Put(false, msg(9))
		if n := s.Stats().Messages; n != uint64(cut/one)+1 {
			t.Errorf("cut at %d: %d messages after one more", cut, n)
		}
		s.Close()
		for _, n := range mustGlob(dir) {
			os.Remove(n)
		}
	}
}

// A segment that the disk spoiled is given up and counted; the rest goes on.
func TestSpoiledSegment(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	for i := range 200 {
		s.Put(false, msg(i))
	}
	names := mustGlob(dir)
	if len(names) < 3 {
		t.Fatal(names)
	}
	b, _ := os.ReadFile(names[0])
	b[len(b)/2] ^= 0xff
	os.WriteFile(names[0], b, 0o600)
	seen, last := 0, uint64(0)
	for last < 200 {
		m, err := s.Next(last)
		if err != nil {
			t.Fatal(err)
		}
		seen, last = seen+1, m.Number
		s.Ack(last)
	}
	if st := s.Stats(); st.DroppedMessages == 0 || uint64(seen)+st.DroppedMessages != 200 {
		t.Errorf("%d read, %+v", seen, st)
	}
}

func mustGlob(dir string) []string {
	l, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	return l
}

// Who waits for room and is told to stop keeps everything, also beyond the limit.
func TestHurryEndsTheWaiting(t *testing.T) {
	s, err := Open(t.TempDir(), 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := make(chan error)
	go func() {
		var err error
		for range 20 {
			if err = s.Put(true, Message{Records: 1, Data: make([]byte, 10_000)}); err != nil {
				break
			}
		}
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("nothing waited: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	s.Hurry()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still waits")
	}
	if st := s.Stats(); st.Messages != 20 || st.DroppedMessages != 0 {
		t.Errorf("%+v", st)
	}
}

// crashed is what a spool's folder holds when its sensor is killed now.
func crashed(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// A number is never given again, whatever becomes of the segments: the stores would take
// the new message for a copy of the one before.
func TestANumberIsNeverGivenAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	for i := range 20 {
		s.Put(false, msg(i))
	}
	s.Ack(15) // the broker has them; the spool notes that only when a segment is done with
	for name, spoil := range map[string]func(seg string){
		"removed":   func(seg string) { os.Remove(seg) },
		"truncated": func(seg string) { os.Truncate(seg, 3000) },
		"spoiled": func(seg string) {
			b, _ := os.ReadFile(seg)
			b[3000] ^= 1
			os.WriteFile(seg, b, 0o600)
		},
		"emptied": func(seg string) { os.Truncate(seg, 0) },
	} {
		d := crashed(t, dir)
		spoil(mustGlob(d)[0])
		again := open(t, d, 1<<20)
		ms := []Message{msg(20)}
		if err := again.Put(false, ms...); err != nil || ms[0].Number <= 20 {
			t.Errorf("%s: the number %d was given again: %v", name, ms[0].Number, err)
		}
		last := uint64(0)
		for last < ms[0].Number {
			m, err := again.Next(last)
			if err != nil {
				t.Fatalf("%s: after %d: %v", name, last, err)
			}
			last = m.Number
		}
		again.Ack(last)
		if st := again.Stats(); st.Messages != 0 || st.Records != 0 {
			t.Errorf("%s: %+v", name, st)
		}
	}
	// Who closes it properly leaves no gap.
	s.Close()
	again := open(t, dir, 1<<20)
	ms := []Message{msg(20)}
	if again.Put(false, ms...); ms[0].Number != 21 {
		t.Errorf("after closing, number %d", ms[0].Number)
	}
}

// What stands behind a message that the disk spoiled is not lost with it.
func TestWhatIsBehindADamageIsKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<24)
	for i := range 100 {
		s.Put(false, msg(i))
	}
	d := crashed(t, dir)
	segs := mustGlob(d)
	b, err := os.ReadFile(segs[0])
	if err != nil || len(segs) != 1 {
		t.Fatal(segs, err)
	}
	one := len(b) / 100
	for _, at := range []int{10*one + 200, 11*one + 3, 50*one + 10, 99*one + 500} { // data, length, number, the last one
		b[at] ^= 0x55
	}
	os.WriteFile(segs[0], b, 0o600)
	for n, want := range []Stats{{Messages: 96, Spoiled: 3}, {Messages: 96}} { // and again, when it was opened once
		again := open(t, d, 1<<24)
		st := again.Stats()
		if st.Messages != want.Messages || st.Spoiled != want.Spoiled || (st.Damaged > 0) != (n == 0) {
			t.Fatalf("opened %d times before: %+v", n, st)
		}
		var got []uint64
		last := uint64(0)
		for range 96 {
			m, err := again.Next(last)
			if err != nil {
				t.Fatal(err)
			}
			if string(m.Data) != string(msg(int(m.Number)-1).Data) {
				t.Fatalf("message %d holds %.20q", m.Number, m.Data)
			}
			got, last = append(got, m.Number), m.Number
		}
		if got[9] != 10 || got[10] != 13 || got[95] != 99 {
			t.Errorf("opened %d times before: %v", n, got)
		}
		again.Close()
	}
}

// A disk that is full to the last octet does not keep the spool from giving up what is
// done with, which makes room.
func TestAFullDiskGetsRoomByWhatWasSent(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<16)
	for i := range 40 {
		s.Put(false, msg(i))
	}
	before := len(mustGlob(dir))
	// The note cannot be written: a folder is in its way.
	meta := filepath.Join(dir, "spool")
	os.Remove(meta)
	os.MkdirAll(filepath.Join(meta, "x"), 0o700)
	s.Ack(30)
	if st := s.Stats(); len(mustGlob(dir)) >= before || st.Messages != 10 {
		t.Fatalf("%d segments, before %d; %+v", len(mustGlob(dir)), before, st)
	}
	for i := 40; i < 400; i++ { // and the oldest go where there is no room
		if err := s.Put(false, msg(i)); err != nil {
			t.Fatal(i, err)
		}
	}
	if st := s.Stats(); st.Bytes > 1<<16 || st.DroppedMessages == 0 {
		t.Errorf("%+v", st)
	}
	// No number is given that was not noted.
	var err error
	for i := 400; i < 3000 && err == nil; i++ {
		ms := []Message{msg(i)}
		if err = s.Put(false, ms...); err != nil && ms[0].Number != 0 || err == nil && ms[0].Number > ahead {
			t.Fatal(ms[0].Number, err)
		}
	}
	if err == nil {
		t.Error("numbers were given beyond those that were noted")
	}
	os.RemoveAll(meta)
	if err := s.Put(false, msg(1)); err != nil {
		t.Error(err)
	}
}

// A folder is opened again whatever its name is, and what a crash left of a file that was
// being written goes: it is in no limit.
func TestAFolderOfAnyName(t *testing.T) {
	for _, name := range []string{"plain", "hq [core]", "a*b?", "[", `back\slash`} {
		dir := filepath.Join(t.TempDir(), name)
		s := open(t, dir, 1<<20)
		if err := s.Put(false, msg(1), msg(2)); err != nil {
			t.Fatal(err)
		}
		s.Close()
		left := filepath.Join(dir, beingWritten+"123")
		if err := os.WriteFile(left, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, 1<<20)
		if st := s.Stats(); st.Messages != 2 {
			t.Errorf("%q: %d messages of 2 after it was opened again", name, st.Messages)
		}
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%q: a file that was never finished stays", name)
		}
		s.Close()
	}
}

// A spool that is put back from a copy, or from a snapshot of a machine on which its sensor ran,
// gives no number that was given after the copy was made; what waits keeps its name.
func TestASpoolPutBackFromACopy(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	epoch := s.Epoch()
	for i := range 20 {
		s.Put(false, msg(i))
	}
	running := crashed(t, dir)
	inPlace, err := os.ReadFile(filepath.Join(dir, "spool"))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	closed := crashed(t, dir)
	s = open(t, dir, 1<<20)
	last := uint64(0)
	for i := range 30 { // beyond what is noted ahead
		ms := make([]Message, 100)
		for k := range ms {
			ms[k] = Message{Records: 1, Data: []byte{byte(i), byte(k)}}
		}
		if err := s.Put(false, ms...); err != nil {
			t.Fatal(err)
		}
		last = ms[99].Number
		s.Ack(last)
	}
	s.Close()
	for name, d := range map[string]string{"of a sensor that ran": running, "of a closed spool": closed, "over the files that are there": dir} {
		if d == dir {
			os.WriteFile(filepath.Join(dir, "spool"), inPlace, 0o600)
		}
		again := open(t, d, 1<<20)
		ms := []Message{msg(20)}
		if err := again.Put(false, ms...); err != nil || ms[0].Number <= last || again.Epoch() != epoch {
			t.Errorf("a copy %s: number %d of %s again, %d of %s was given: %v", name, ms[0].Number, again.Epoch(), last, epoch, err)
		}
		if m, err := again.Next(0); d != dir && (err != nil || m.Number != 1) {
			t.Errorf("a copy %s: what waits is called %d: %v", name, m.Number, err)
		}
		again.Close()
	}
	// Moved, it is the same.
	moved := filepath.Join(t.TempDir(), "moved")
	s = open(t, filepath.Dir(moved)+"/there", 1<<20)
	s.Put(false, msg(1))
	s.Close()
	if err := os.Rename(filepath.Dir(moved)+"/there", moved); err != nil {
		t.Fatal(err)
	}
	ms := []Message{msg(2)}
	if open(t, moved, 1<<20).Put(false, ms...); ms[0].Number != 2 {
		t.Errorf("moved, it gave number %d after 1", ms[0].Number)
	}
}

// Whatever becomes of the file "spool", what waits is sent under the names it had, and what is
// new has another.
func TestTheFileOfASpoolIsDamaged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, 1<<20)
	for i := range 20 {
		s.Put(false, msg(i))
	}
	epoch := s.Epoch()
	for name, spoil := range map[string]func(file string){
		"emptied": func(file string) { os.Truncate(file, 0) },
		"cut":     func(file string) { os.Truncate(file, 20) },
		"spoiled": func(file string) { os.WriteFile(file, []byte(`{"Epoch":"0123456789abcdeX","Given":3}`), 0o600) },
		"removed": func(file string) { os.Remove(file) },
	} {
		d := crashed(t, dir)
		spoil(filepath.Join(d, "spool"))
		again := open(t, d, 1<<20)
		if st := again.Stats(); !st.Remade || st.Messages != 20 || again.Epoch() != epoch {
			t.Errorf("%s: %+v, epoch %s, was %s", name, st, again.Epoch(), epoch)
		}
		ms := []Message{msg(20)}
		if err := again.Put(false, ms...); err != nil || ms[0].Number <= 20+ahead {
			t.Errorf("%s: number %d is given: %v", name, ms[0].Number, err)
		}
		if m, err := again.Next(19); err != nil || m.Number != 20 {
			t.Errorf("%s: %d is called what waits: %v", name, m.Number, err)
		}
		again.Close()
		if again = open(t, d, 1<<20); again.Stats().Remade {
			t.Errorf("%s: said twice", name)
		}
		again.Close()
	}
	// One of an earlier version has its name once only. Who takes the file away loses nothing.
	d := crashed(t, dir)
	os.Remove(filepath.Join(d, "epoch"))
	os.Truncate(filepath.Join(d, "spool"), 0)
	if _, err := Open(d, 1<<20); err == nil {
		t.Fatal("a name was made up")
	}
	os.Remove(filepath.Join(d, "spool"))
	again := open(t, d, 1<<20)
	if st := again.Stats(); st.Messages != 20 || again.Epoch() == epoch {
		t.Errorf("%+v, epoch %s", st, again.Epoch())
	}
}

// Package spool keeps what a sensor has not sent yet on its disk: appended and
// fsynced before it counts, bounded, oldest first out. What had to be dropped is
// counted and said, never silent.
//
// A spool is a folder of segments. A message in it has a number that is never
// given again, not even after a restart: with the spool's epoch it is the
// message's name, by which the broker and the stores tell a copy from a new one.
package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is a batch on its way.
type Message struct {
	Number  uint64 // from 1, in order
	Lane    uint16 // partition of the subject
	Records uint32
	Data    []byte
}

// Stats is what a spool holds and lost.
type Stats struct {
	Messages, Records, Bytes        uint64 // waiting
	DroppedMessages, DroppedRecords uint64 // for lack of room, since the spool was made
	Limit                           uint64
	Damaged                         uint64 // octets of segments that could not be read when it was opened: a crash while writing, or the disk
	Spoiled                         uint64 // messages among them that stood before others, so that it was the disk
	Remade                          bool   // the spool's own file was damaged or missing when it was opened: what was dropped before is not known
}

// Spool is safe for one writer and one reader at the same time.
type Spool struct {
	// Full is told each time Put is about to wait for a disk that is full. Set it before the
	// first Put; it may not call the Spool.
	Full func(error)

	dir     string
	limit   uint64
	segSize uint64
	lock    *os.File

	mu     sync.Mutex
	more   *sync.Cond
	room   *sync.Cond
	closed bool
	hurry  bool
	segs   []*segment
	cur    *os.File // the segment being written
	meta   meta
	given  uint64 // meta.Given as it is on disk
	next   uint64 // number of the next message
	acked  uint64 // all up to this one are done
	stats  Stats
	buf    []byte

	rd    *os.File // of segment rdSeg
	rdSeg uint64
	rdOff int64
}

type segment struct {
	first    uint64 // number of its first message
	bytes    uint64
	messages uint64
	counts   []uint32 // records of each message
}

const (
	header = 4 + 4 + 8 + 2 + 4 // length, checksum, number, lane, records
	// MaxMessage is the longest message, octets; a broker takes half of that.
	MaxMessage = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrInUse is what TryLock answers when another process has the file.
var ErrInUse = errors.New("it is locked by a process that runs")

// ErrClosed is what a closed spool answers.
var ErrClosed = errors.New("the spool is closed")

// Exists reports whether a spool is in dir.
func Exists(dir string) bool {
	for _, name := range []string{"spool", "epoch"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Open opens the spool in dir, and makes it when it is not there. limit is how
// many octets it may hold. A spool has one owner at a time.
func Open(dir string, limit int64) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := TryLock(filepath.Join(dir, "lock"))
	if errors.Is(err, ErrInUse) {
		return nil, fmt.Errorf("%s: another sensor uses this spool: %w", dir, err)
	}
	if err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, limit: uint64(max(limit, 1<<16)), lock: lock, next: 1}
	s.segSize = min(max(s.limit/16, 4096), 64<<20)
	s.more, s.room = sync.NewCond(&s.mu), sync.NewCond(&s.mu)
	s.stats.Limit = s.limit
	if err := s.load(); err != nil {
		lock.Close()
		return nil, err
	}
	return s, nil
}

func (s *Spool) load() error {
	leap, err := s.loadMeta()
	if err != nil {
		return err
	}
	// A second copy, which is not written again: it names what waits should the first be damaged.
	if name := filepath.Join(s.dir, "epoch"); s.meta.Epoch != "" {
		if b, err := os.ReadFile(name); err != nil || string(b) != s.meta.Epoch {
			if err := WriteFile(name, []byte(s.meta.Epoch)); err != nil && s.stats.Remade {
				return err
			}
		}
	}
	s.acked = s.meta.Acked
	s.stats.DroppedMessages, s.stats.DroppedRecords = s.meta.DroppedMessages, s.meta.DroppedRecords
	s.next = max(s.acked, s.meta.Given) + 1
	s.given = s.meta.Given
	es, err := os.ReadDir(s.dir) // in order; a name is no pattern, whatever is in it
	if err != nil {
		return err
	}
	var names []string
	for _, e := range es {
		switch name := filepath.Join(s.dir, e.Name()); {
		case strings.HasSuffix(name, ".seg"):
			names = append(names, name)
		case strings.HasPrefix(e.Name(), beingWritten):
			// What a crash left of a file that was being written is nobody's, and not in the limit.
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	for i := 0; i < len(names); i++ {
		saved, err := s.scan(names[i])
		if err != nil {
			return err
		}
		if saved != "" && !slices.Contains(names, saved) {
			names = slices.Insert(names, i+1, saved)
		}
	}
	if leap {
		// Numbers that nobody gave before now, whatever became of the folder. They are passed
		// over, so that nothing need be noted before the next is.
		s.next = max(s.next, uint64(max(time.Now().UnixMicro(), 0)))
		s.meta.Given = s.next - 1
		s.given = s.meta.Given
	}
	s.trim()
	return nil
}

func readAt(f *os.File, off int64, buf *[]byte) (m Message, n int, err error) {
	var h [header]byte
	if _, err := f.ReadAt(h[:], off); err != nil {
		return m, 0, err
	}
	size := binary.BigEndian.Uint32(h[:])
	if size > MaxMessage {
		return m, 0, errors.New("damaged")
	}
	if cap(*buf) < int(size) {
		*buf = make([]byte, size)
	}
	data := (*buf)[:size]
	if _, err := f.ReadAt(data, off+header); err != nil {
		return m, 0, err
	}
	if crc32.Update(crc32.Checksum(h[8:], castagnoli), castagnoli, data) != binary.BigEndian.Uint32(h[4:]) {
		return m, 0, errors.New("damaged")
	}
	return Message{Number: binary.BigEndian.Uint64(h[8:]), Lane: binary.BigEndian.Uint16(h[16:]), Records: binary.BigEndian.Uint32(h[18:]), Data: data}, header + int(size), nil
}

func (s *Spool) path(first uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%020d.seg", first))
}

// Epoch is a word that no other spool has.
func (s *Spool) Epoch() string { return s.meta.Epoch }

// Put appends messages and fsyncs them: when it returns they survive a crash. With
// wait it waits for room, within the limit and on the disk, as reading files may; without, the
// oldest are dropped, and a disk that is full is an error.
// The numbers are given here; after an error those without one are not on the spool.
func (s *Spool) Put(wait bool, ms ...Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range ms {
		m := &ms[i]
		if len(m.Data) > MaxMessage {
			return fmt.Errorf("a message of %d octets is too long for a spool", len(m.Data))
		}
		need := uint64(header + len(m.Data))
		for wait && s.stats.Bytes+need > s.limit && s.roomMayCome() {
			if err := s.awaitRoom(); err != nil {
				return err
			}
		}
		if s.closed {
			return ErrClosed
		}
		for !(wait && s.hurry) && s.stats.Bytes+need > s.limit && len(s.segs) > 0 {
			if err := s.drop(); err != nil {
				return err
			}
		}
		m.Number = s.next
		err := s.write(m)
		for wait && diskFull(err) && s.roomMayCome() {
			if s.Full != nil {
				s.Full(err)
			}
			if err = s.awaitRoom(); err == nil && !s.closed {
				err = s.write(m)
			}
		}
		if s.closed {
			m.Number = 0
			return ErrClosed
		}
		if err != nil {
			m.Number = 0
			s.sync() // those before it are on the spool
			s.more.Broadcast()
			return err
		}
		s.next++
	}
	err := s.sync()
	s.more.Broadcast()
	return err
}

// roomMayCome reports whether to wait for room makes sense: there is what can be sent.
func (s *Spool) roomMayCome() bool { return !s.closed && !s.hurry && s.stats.Messages > 0 }

// awaitRoom waits until something is deleted. What was put is on disk, and is read meanwhile: it
// may be all that could make room.
func (s *Spool) awaitRoom() error {
	if err := s.sync(); err != nil {
		return err
	}
	s.more.Broadcast()
	s.room.Wait()
	return nil
}

// Hurry ends the waiting of Put: who is told to stop keeps what is on its way, also
// beyond the limit, and drops nothing.
func (s *Spool) Hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hurry = true
	s.room.Broadcast()
}

func (s *Spool) sync() error {
	if s.cur == nil {
		return nil
	}
	return s.cur.Sync()
}

func (s *Spool) write(m *Message) error {
	if m.Number > s.given {
		before := s.meta.Given
		s.meta.Given = m.Number + ahead - 1
		if err := s.saveMeta(); err != nil {
			s.meta.Given = before
			return err
		}
	}
	if s.cur != nil && s.segs[len(s.segs)-1].bytes >= s.segSize {
		if err := s.finish(); err != nil {
			return err
		}
	}
	if s.cur == nil {
		f, err := os.OpenFile(s.path(m.Number), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		s.cur = f
		s.segs = append(s.segs, &segment{first: m.Number})
		if err := SyncDir(s.dir); err != nil {
			return err
		}
	}
	b := binary.BigEndian.AppendUint32(s.buf[:0], uint32(len(m.Data)))
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, m.Number)
	b = binary.BigEndian.AppendUint16(b, m.Lane)
	b = binary.BigEndian.AppendUint32(b, m.Records)
	b = append(b, m.Data...)
	binary.BigEndian.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	s.buf = b
	seg := s.segs[len(s.segs)-1]
	if _, err := s.cur.WriteAt(b, int64(seg.bytes)); err != nil {
		s.cur.Truncate(int64(seg.bytes))
		return err
	}
	seg.bytes += uint64(len(b))
	seg.messages++
	seg.counts = append(seg.counts, m.Records)
	s.stats.Bytes += uint64(len(b))
	s.stats.Messages++
	s.stats.Records += uint64(m.Records)
	return nil
}

func (s *Spool) finish() error {
	err := s.cur.Sync()
	if e := s.cur.Close(); err == nil {
		err = e
	}
	s.cur = nil
	return err
}

// drop gives up the oldest segment.
func (s *Spool) drop() error {
	seg := s.segs[0]
	for i, c := range seg.counts {
		if seg.first+uint64(i) > s.acked {
			s.stats.Messages--
			s.stats.Records -= uint64(c)
			s.stats.DroppedMessages++
			s.stats.DroppedRecords += uint64(c)
		}
	}
	s.meta.DroppedMessages, s.meta.DroppedRecords = s.stats.DroppedMessages, s.stats.DroppedRecords
	s.acked = max(s.acked, seg.first+seg.messages-1)
	return s.settle(s.remove)
}

// settle notes what is done with, and then deletes. On a disk that is full what is
// deleted makes the room for the note: the numbers are noted as given already.
func (s *Spool) settle(remove func() error) error {
	err := s.saveMeta()
	if err != nil && s.given < s.next-1 {
		return err
	}
	if e := remove(); e != nil {
		return e
	}
	if err != nil {
		s.saveMeta()
	}
	return nil
}

// remove deletes the oldest segment.
func (s *Spool) remove() error {
	seg := s.segs[0]
	if len(s.segs) == 1 && s.cur != nil {
		if err := s.finish(); err != nil {
			return err
		}
	}
	if s.rd != nil && s.rdSeg == seg.first {
		s.rd.Close()
		s.rd = nil
	}
	s.segs = s.segs[1:]
	s.stats.Bytes -= seg.bytes
	s.room.Broadcast()
	if err := os.Remove(s.path(seg.first)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// trim deletes segments that are done with.
func (s *Spool) trim() error {
	for len(s.segs) > 0 && s.segs[0].first+s.segs[0].messages-1 <= s.acked {
		if err := s.remove(); err != nil {
			return err
		}
	}
	return nil
}

// Next reads the first message after number after that still waits. It blocks
// until there is one, and returns ErrClosed when the spool was closed. The data is
// the caller's.
func (s *Spool) Next(after uint64) (Message, error) {
	m, _, err := s.TryNext(after, true, context.Background())
	return m, err
}

// TryNext is Next, which blocks only with wait, and ends with ctx when Wake is
// called.
func (s *Spool) TryNext(after uint64, wait bool, ctx context.Context) (m Message, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if s.closed {
			return m, false, ErrClosed
		}
		n := max(after, s.acked) + 1
		if n < s.next {
			for _, seg := range s.segs {
				if n < seg.first+seg.messages {
					m, err = s.read(seg, max(n, seg.first))
					break
				}
			}
			switch {
			case err == nil && m.Number != 0:
				return m, true, nil
			case err != nil && wait:
				// A disk that forgets: what cannot be read is given up and counted, and
				// what comes after it goes on.
				if err = s.drop(); err != nil {
					return m, false, err
				}
				continue
			}
			err = nil
		}
		if ctx.Err() != nil || !wait {
			return m, false, ctx.Err()
		}
		s.more.Wait()
	}
}

// Wake lets readers look whether their context has ended.
func (s *Spool) Wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more.Broadcast()
}

func (s *Spool) read(seg *segment, n uint64) (Message, error) {
	if s.rd == nil || s.rdSeg != seg.first {
		if s.rd != nil {
			s.rd.Close()
		}
		f, err := os.Open(s.path(seg.first))
		if err != nil {
			return Message{}, err
		}
		s.rd, s.rdSeg, s.rdOff = f, seg.first, 0
	}
	for again := 0; ; {
		var data []byte
		m, size, err := readAt(s.rd, s.rdOff, &data)
		switch {
		case err != nil && again > 0:
			return m, fmt.Errorf("%s: message %d: %w", s.path(seg.first), n, err)
		case err != nil || m.Number > n: // an earlier one is asked for again
			s.rdOff = 0
			again++
			continue
		}
		s.rdOff += int64(size)
		if m.Number == n {
			return m, nil
		}
	}
}

// Ack says that all messages up to number are safe elsewhere. That is kept on disk
// only now and then: what is sent twice after a crash is told by its name.
func (s *Spool) Ack(number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seg := range s.segs {
		for i, c := range seg.counts {
			if n := seg.first + uint64(i); n > s.acked && n <= number {
				s.stats.Messages--
				s.stats.Records -= uint64(c)
			}
		}
		if seg.first > number {
			break
		}
	}
	if number > s.acked {
		s.acked = number
	}
	if len(s.segs) > 0 && s.segs[0].first+s.segs[0].messages-1 <= s.acked {
		s.settle(s.trim)
	}
	if s.stats.Messages == 0 {
		s.room.Broadcast() // whether or not that made any, there is nothing more to wait for
	}
}

// Stats says what waits and what was dropped.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// Close ends the spool; what waits stays for the next owner.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.more.Broadcast()
	s.room.Broadcast()
	s.meta.Given = s.next - 1
	err := s.saveMeta()
	if s.cur != nil {
		if e := s.finish(); err == nil {
			err = e
		}
	}
	if s.rd != nil {
		s.rd.Close()
	}
	if e := s.lock.Close(); err == nil {
		err = e
	}
	return err
}

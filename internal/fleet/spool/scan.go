package spool

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// scan takes a segment's messages, and cuts off what a crash left half written. Where
// the disk spoiled some, those behind them become a segment of their own, whose name
// is given.
func (s *Spool) scan(name string) (saved string, err error) {
	first, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), ".seg"), 10, 64)
	if err != nil {
		return "", nil
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	seg := &segment{first: first}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return "", err
	}
	for {
		m, n, err := readAt(f, int64(seg.bytes), &s.buf)
		if err != nil || m.Number != first+seg.messages {
			break
		}
		seg.bytes += uint64(n)
		seg.messages++
		seg.counts = append(seg.counts, m.Records)
	}
	if rest := size - int64(seg.bytes); rest > 0 {
		bad, next, err := behind(f, int64(seg.bytes), rest, first+seg.messages)
		if err != nil {
			return "", err
		}
		s.stats.Damaged += uint64(bad)
		if next > 0 {
			s.stats.Spoiled += next - (first + seg.messages)
			saved = s.path(next)
			if err := copyTail(f, int64(seg.bytes)+bad, saved); err != nil {
				return "", fmt.Errorf("%s is damaged, and what is readable in it cannot be copied: %w", name, err)
			}
		}
		if err := f.Truncate(int64(seg.bytes)); err != nil {
			return "", err
		}
	}
	if seg.messages == 0 {
		return saved, os.Remove(name)
	}
	s.segs = append(s.segs, seg)
	s.next = max(s.next, first+seg.messages)
	s.stats.Bytes += seg.bytes
	for i, c := range seg.counts {
		if first+uint64(i) > s.acked {
			s.stats.Messages++
			s.stats.Records += uint64(c)
		}
	}
	return saved, nil
}

// behind looks in the rest of a segment, from off, for a message that is whole; want
// is the number of the one that is not. bad is how many octets are before it, all
// when there is none.
func behind(f *os.File, off, rest int64, want uint64) (bad int64, next uint64, err error) {
	b := make([]byte, rest)
	if _, err := f.ReadAt(b, off); err != nil {
		return 0, 0, err
	}
	for i := int64(1); i+header <= rest; i++ {
		n := binary.BigEndian.Uint64(b[i+8:])
		if n <= want || n-want > uint64(rest)/header {
			continue
		}
		size := int64(binary.BigEndian.Uint32(b[i:]))
		if size <= MaxMessage && i+header+size <= rest && crc32.Checksum(b[i+8:i+header+size], castagnoli) == binary.BigEndian.Uint32(b[i+4:]) {
			return i, n, nil
		}
	}
	return rest, 0, nil
}

// copyTail copies what f holds from off on to a file of its own.
func copyTail(f *os.File, off int64, name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil // done before a crash
	}
	if _, err := f.Seek(off, io.SeekStart); err != nil {
		return err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return WriteFile(name, b)
}

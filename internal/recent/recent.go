// Package recent keeps what was captured in the last moments, within a fixed
// amount of memory: the packets of connections for their ladder, and frames to be
// saved. The live screen looks back into it.
//
// One goroutine, the engine's, owns a Store. Noting a packet or a frame copies it
// and nothing more.
package recent

import (
	"slices"

	"portero/capture"
)

// What a Store holds. A connection's first packets are kept apart, so that a
// handshake is still there when later packets pushed everything else out.
const (
	packets    = 1 << 15
	beginnings = 1 << 12
	firstFew   = 8
	frameSlots = 1 << 15
	// DefaultOctets is the room for frames.
	DefaultOctets = 16 << 20
)

// Store is what was captured lately. Make one with New.
type Store struct {
	ids    []uint64
	pkts   []capture.Packet
	n      uint64 // packets noted
	begin  []beginning
	slots  []slot
	frames uint64 // frames noted
	octets []byte
	at     int // where the next frame goes
}

type beginning struct {
	id   uint64
	n    int
	pkts [firstFew]capture.Packet
}

// slot is a frame and where its octets lie, from start on; length is the frame's.
type slot struct {
	frame capture.Frame // Data is nil
	start int
	len   int
}

// New returns an empty Store with room for so many octets of frames; 0 is
// DefaultOctets. It takes all its memory at once.
func New(octets int) *Store {
	if octets <= 0 {
		octets = DefaultOctets
	}
	return &Store{ids: make([]uint64, packets), pkts: make([]capture.Packet, packets), begin: make([]beginning, beginnings), slots: make([]slot, frameSlots), octets: make([]byte, octets)}
}

// Packet notes a packet of connection id.
func (s *Store) Packet(id uint64, p *capture.Packet) {
	i := s.n % packets
	s.ids[i], s.pkts[i] = id, *p
	s.n++
	b := &s.begin[id%beginnings]
	if b.id != id {
		if b.id > id {
			return // the slot is a younger connection's
		}
		b.id, b.n = id, 0
	}
	if b.n < firstFew {
		b.pkts[b.n] = *p
		b.n++
	}
}

// Frame notes a frame. One that is larger than all the room is not kept.
func (s *Store) Frame(f *capture.Frame) {
	n := len(f.Data)
	if n > len(s.octets) {
		return
	}
	if s.at+n > len(s.octets) {
		s.at = 0
	}
	copy(s.octets[s.at:], f.Data)
	x := &s.slots[s.frames%frameSlots]
	x.frame, x.start, x.len = *f, s.at, n
	x.frame.Data = nil
	s.frames++
	s.at += n
}

// Packets returns copies of the packets of connection id that are still there, in
// order of capture, at most the first and the last most of them.
func (s *Store) Packets(id uint64, most int) []capture.Packet {
	var out []capture.Packet
	last := uint64(0)
	if b := &s.begin[id%beginnings]; b.id == id {
		out = append(out, b.pkts[:b.n]...)
		last = out[len(out)-1].Index
	}
	s.each(func(x uint64, p *capture.Packet) {
		if x == id && p.Index > last {
			out = append(out, *p)
		}
	})
	if most > 0 && len(out) > most {
		out = slices.Delete(out, firstFew, firstFew+len(out)-most)
	}
	return out
}

// each shows the packets in the ring, the oldest first.
func (s *Store) each(f func(id uint64, p *capture.Packet)) {
	from := uint64(0)
	if s.n > packets {
		from = s.n - packets
	}
	for k := from; k < s.n; k++ {
		f(s.ids[k%packets], &s.pkts[k%packets])
	}
}

// Frames returns copies of the frames whose packets match picks and that are
// still there, in order of capture, and how many are there no longer.
func (s *Store) Frames(match func(id uint64, p *capture.Packet) bool) (out []capture.Frame, gone int) {
	want := map[uint64]bool{}
	note := func(id uint64, p *capture.Packet) {
		if match(id, p) {
			want[p.Index] = true
		}
	}
	for i := range s.begin {
		b := &s.begin[i]
		for j := range b.n {
			note(b.id, &b.pkts[j])
		}
	}
	s.each(note)
	if len(want) == 0 {
		return nil, 0
	}
	from := uint64(0)
	if s.frames > frameSlots {
		from = s.frames - frameSlots
	}
	// Going back from the newest frame, octets are whole until they add up to the
	// room there is.
	room := len(s.octets)
	end := s.at
	for k := s.frames; k > from; k-- {
		x := &s.slots[(k-1)%frameSlots]
		used := end - x.start
		if used < 0 {
			used += len(s.octets)
		}
		if used == 0 && x.len > 0 || used > room {
			break
		}
		room -= used
		end = x.start
		if want[x.frame.Index] {
			f := x.frame
			f.Data = slices.Clone(s.octets[x.start : x.start+x.len])
			out = append(out, f)
		}
	}
	slices.Reverse(out)
	return out, len(want) - len(out)
}

package pcapfile

import (
	"time"

	"portero/capture"
)

// patience is how long what came through a pipe waits for more to come: who listens
// elsewhere and sends packets as they pass wants to be told meanwhile.
const patience = 200 * time.Millisecond

// headroom is kept before a piece for the beginning of its first frame, which came
// with the piece before.
const headroom = 80 << 10

// Share implements capture.Shared: a file that lies open can be read in several places
// at once, what comes through a pipe or out of a decompressor cannot.
func (f *File) Share() bool { return f.at != nil }

// Next fills b with the next frames. After the last one it returns io.EOF, or a
// *DamageError where the capture breaks off.
func (f *File) Next(b *capture.Block) error {
	for {
		p := f.Claim(b)
		f.Load(b, &p)
		if err := f.Take(b, &p); err != nil || len(b.Frames) > 0 {
			return err
		}
	}
}

// Claim implements capture.Shared.
func (f *File) Claim(b *capture.Block) capture.Piece {
	n := f.next
	if n == 0 {
		n = min(f.most, readSize/4) // until it is known how large frames are
	}
	if cap(b.Buf) > roomy {
		f.spare.put(b.Buf)
		b.Buf = f.small
		f.small = nil
	}
	if cap(b.Buf) < headroom+n {
		const step = readSize / 4 // pieces differ a little
		b.Buf = make([]byte, headroom+(n+step-1)/step*step)
	}
	b.Buf = b.Buf[:cap(b.Buf)]
	p := capture.Piece{At: f.pos, N: n}
	f.pos += int64(n)
	return p
}

// Load implements capture.Shared.
func (f *File) Load(b *capture.Block, p *capture.Piece) {
	buf := b.Buf[headroom : headroom+p.N]
	n := 0
	classic, _ := f.sec.(*pcap)
	var came time.Time // the first octets of a pipe
	b.Slow = false
	for n < len(buf) && p.Err == nil {
		part := buf[n:min(n+readPiece, len(buf))]
		m := 0
		if f.at != nil {
			m, p.Err = f.at.ReadAt(part, p.At+int64(n))
			f.raw.n.Add(int64(m))
		} else if f.eof != nil {
			break
		} else {
			m, p.Err = f.in.Read(part)
		}
		n += m
		if classic != nil {
			classic.ahead(f.id, b, p, buf[:n])
		}
		if f.at == nil && m > 0 && m < len(part) {
			if came.IsZero() {
				came = time.Now()
			}
			if b.Slow = time.Since(came) > patience; b.Slow || n >= readSize/2 {
				break // of a pipe: there is enough to go on with, or no more for now
			}
		}
	}
	p.N = n
}

// Take implements capture.Shared.
func (f *File) Take(b *capture.Block, p *capture.Piece) error {
	b.Frames, b.Mistimed, b.Inside = b.Frames[:0], b.Mistimed[:0], true
	if f.fail != nil {
		return f.fail
	}
	if f.eof != nil {
		p.N = 0 // the input grew meanwhile: what was read before it did would be missing
	} else {
		f.eof = p.Err
	}
	buf := f.join(b, p.N)
	used := 0
	if p.Found > 0 && p.N > 0 {
		used = f.sec.(*pcap).accept(f, b, p, buf)
		f.off += int64(used)
	}
	rest := f.sec.frames(f, b, buf[used:])
	used += rest
	f.off += int64(rest)
	f.keep(b, buf, used)
	f.plan(len(b.Frames), used)
	b.Taps = f.taps
	if len(b.Frames) == 0 {
		return f.fail
	}
	return nil
}

// join puts what was left over before the n octets of the piece in b, or these behind it where
// it has no room there.
func (f *File) join(b *capture.Block, n int) []byte {
	c := len(f.carry)
	if c <= headroom {
		copy(b.Buf[headroom-c:], f.carry)
		return b.Buf[headroom-c : headroom+n]
	}
	if cap(f.carry) < c+n {
		// Twice as much, but no more than what the frame says of itself and a piece take: a length
		// field alone buys nothing.
		room := max(c+n, min(2*c, f.want+f.most))
		large := f.spare.take(room)
		if large == nil {
			large = make([]byte, room)
		}
		was := f.carry
		f.carry = append(large[:0], was...)
		f.drop(was)
	}
	f.carry = append(f.carry, b.Buf[headroom:headroom+n]...)
	return f.carry
}

// keep keeps what is left of buf, of which so much is used.
func (f *File) keep(b *capture.Block, buf []byte, used int) {
	switch {
	case len(buf) == 0 || len(f.carry) == 0 || &buf[0] != &f.carry[0]:
		f.carry = append(f.carry[:0], buf[used:]...)
	case len(b.Frames) > 0:
		// The frames lie in it, so it goes with them, and what the piece lay in stays.
		f.carry, b.Buf = append(b.Buf[:0], buf[used:]...), f.carry[:cap(f.carry)]
	case used > 0:
		f.carry = append(f.carry[:0], buf[used:]...)
	}
}

// roomy is more than any piece needs. What is larger was made for a frame, and goes from one large frame to the
// next: a block that kept it would take the place of the largest frame for ever.
const roomy = headroom + 2*readSize

// drop gives back memory that carry does not need any more.
func (f *File) drop(b []byte) {
	if cap(b) > roomy {
		f.spare.put(b)
	} else if cap(b) > cap(f.small) {
		f.small = b[:cap(b)]
	}
}

// spare is memory for large frames that waits for the next of them: two at most, one to grow out of and
// one to grow into.
type spare [2][]byte

// put keeps b in place of a smaller one.
func (s *spare) put(b []byte) {
	least := 0
	if cap(s[1]) < cap(s[0]) {
		least = 1
	}
	if cap(b) > cap(s[least]) {
		s[least] = b[:cap(b)]
	}
}

// take is the smallest that has so much room, nil where none has.
func (s *spare) take(room int) []byte {
	best := -1
	for i := range s {
		if cap(s[i]) >= room && (best < 0 || cap(s[i]) < cap(s[best])) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	b := s[best]
	s[best] = nil
	return b
}

// plan decides how much is read next, after so many frames that took so many octets.
func (f *File) plan(frames, octets int) {
	if frames > 0 {
		f.next = int(min(max(int64(octets/frames)*blockFrames, readPiece), int64(f.most))) // so many large frames are more octets than 32 bits count
		return
	}
	f.next = f.most
}

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
	if cap(b.Buf) < headroom+n {
		const step = readSize / 4 // pieces differ a little
		b.Buf = make([]byte, headroom+(n+step-1)/step*step)
	}
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
	b.Frames, b.Inside = b.Frames[:0], true
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
	f.carry = append(f.carry[:0], buf[used:]...)
	f.off += int64(rest)
	f.plan(len(b.Frames), used)
	if len(b.Frames) == 0 {
		return f.fail
	}
	return nil
}

// join puts what was left over before the n octets of the piece in b.
func (f *File) join(b *capture.Block, n int) []byte {
	c := len(f.carry)
	if c <= headroom {
		copy(b.Buf[headroom-c:], f.carry)
		return b.Buf[headroom-c : headroom+n]
	}
	large := make([]byte, 0, c+max(n, headroom+f.most))
	large = append(append(large, f.carry...), b.Buf[headroom:headroom+n]...)
	b.Buf = large[:cap(large)]
	return large
}

// plan decides how much is read next, after so many frames that took so many octets.
func (f *File) plan(frames, octets int) {
	if frames > 0 {
		f.next = min(max(octets/frames*blockFrames, readPiece), f.most)
		return
	}
	// Grow by what is really there: a length field alone buys nothing.
	f.next = min(2*max(f.next, f.most/2), max(f.want-len(f.carry), f.most))
}

package engine

import (
	"encoding/binary"
	"math/rand/v2"

	"portero/capture"
)

// traffic makes captures of its own: connections that open, talk, and close in
// all ways, name lookups that tell their servers' names, floods, reused ports, and
// a clock that jumps.
type traffic struct {
	r     *rand.Rand
	now   int64 // microseconds
	pcap  []byte
	at    []int // where each frame begins
	small bool  // headers only
}

type talk struct {
	kind, step, n int
	a, b          uint32
	sp, dp        uint16
	seq           [2]uint32
	id            uint16
	v6            bool
}

func newTraffic(seed uint64) *traffic {
	t := &traffic{r: rand.New(rand.NewPCG(seed, 7)), now: 1_700_000_000_000_000}
	t.pcap = make([]byte, 24)
	binary.LittleEndian.PutUint32(t.pcap, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(t.pcap[4:], 2)
	binary.LittleEndian.PutUint16(t.pcap[6:], 4)
	binary.LittleEndian.PutUint32(t.pcap[16:], 65535)
	binary.LittleEndian.PutUint32(t.pcap[20:], uint32(capture.LinkEthernet))
	return t
}

func ones(b []byte, s uint32) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func folded(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// packet writes one packet of k, from side 0 or 1.
func (t *traffic) packet(k *talk, side int, proto byte, flags byte, seq, ack uint32, payload []byte) {
	src, dst, sp, dp := k.a, k.b, k.sp, k.dp
	if side == 1 {
		src, dst, sp, dp = dst, src, dp, sp
	}
	head := 8
	if proto == 6 {
		head = 20
	}
	b := make([]byte, 0, 64+len(payload))
	b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2)
	if k.v6 {
		b = append(b, 0x86, 0xdd, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(head+len(payload)))
		b = append(b, proto, 64)
		for _, x := range [2]uint32{src, dst} {
			b = append(b, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0)
			b = binary.BigEndian.AppendUint32(b, x)
		}
	} else {
		k.id++
		b = append(b, 8, 0, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+head+len(payload)))
		b = binary.BigEndian.AppendUint16(b, k.id)
		b = append(b, 0x40, 0, 64, proto, 0, 0)
		b = binary.BigEndian.AppendUint32(b, src)
		b = binary.BigEndian.AppendUint32(b, dst)
		binary.BigEndian.PutUint16(b[24:], folded(ones(b[14:34], 0)))
	}
	l4 := len(b)
	b = binary.BigEndian.AppendUint16(b, sp)
	b = binary.BigEndian.AppendUint16(b, dp)
	sum := 16
	if proto == 6 {
		b = binary.BigEndian.AppendUint32(b, seq)
		b = binary.BigEndian.AppendUint32(b, ack)
		b = append(b, 0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0)
	} else {
		sum = 6
		b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
		b = append(b, 0, 0)
	}
	b = append(b, payload...)
	ends := b[l4-8 : l4]
	if k.v6 {
		ends = b[l4-32 : l4]
	}
	binary.BigEndian.PutUint16(b[l4+sum:], folded(ones(b[l4:], ones(ends, uint32(proto)+uint32(len(b)-l4)))))
	t.frame(b)
}

func (t *traffic) frame(b []byte) {
	t.now += t.r.Int64N(40)
	keep := len(b)
	if t.small {
		keep = min(keep, 96)
	}
	t.at = append(t.at, len(t.pcap))
	t.pcap = binary.LittleEndian.AppendUint32(t.pcap, uint32(t.now/1e6))
	t.pcap = binary.LittleEndian.AppendUint32(t.pcap, uint32(t.now%1e6))
	t.pcap = binary.LittleEndian.AppendUint32(t.pcap, uint32(keep))
	t.pcap = binary.LittleEndian.AppendUint32(t.pcap, uint32(len(b)))
	t.pcap = append(t.pcap, b[:keep]...)
}

// lookup is a question for h.example and its answer, the address of b.
func (t *traffic) lookup(k *talk) {
	q := []byte{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 'h', 'a' + byte(k.b%26), 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1}
	d := &talk{a: k.a, b: 0x0a000035, sp: k.sp ^ 0x1111 | 1024, dp: 53}
	t.packet(d, 0, 17, 0, 0, 0, q)
	r := append([]byte(nil), q...)
	r[2], r[3], r[7] = 0x81, 0x80, 1
	r = append(r, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
	r = binary.BigEndian.AppendUint32(r, k.b)
	t.packet(d, 1, 17, 0, 0, 0, r)
}

const (
	tFIN = 1
	tSYN = 2
	tRST = 4
	tACK = 16
)

// next sends the next packet of k; true is its last.
func (t *traffic) next(k *talk) bool {
	seg := func(side int, flags byte, n int) {
		var p []byte
		if n > 0 {
			p = make([]byte, n)
			copy(p, "GET /index.html HTTP/1.1\r\nHost: h.example\r\n\r\n")
		}
		ack := k.seq[1-side]
		if flags&tACK == 0 {
			ack = 0
		}
		t.packet(k, side, 6, flags, k.seq[side], ack, p)
		k.seq[side] += uint32(n)
		if flags&(tSYN|tFIN) != 0 {
			k.seq[side]++
		}
	}
	k.step++
	switch {
	case k.kind == 1: // DNS, and nothing else
		t.lookup(k)
		return true
	case k.kind == 2: // refused
		if k.step == 1 {
			seg(0, tSYN, 0)
			return false
		}
		t.packet(k, 1, 6, tRST|tACK, 0, k.seq[0], nil)
		return true
	case k.kind == 3: // unanswered, asked again
		seg(0, tSYN, 0)
		k.seq[0]--
		return k.step == 3
	case k.kind == 4: // datagrams
		t.packet(k, t.r.IntN(2), 17, 0, 0, 0, make([]byte, 1+t.r.IntN(900)))
		return k.step > k.n
	case k.step == 1:
		if t.r.IntN(3) == 0 {
			t.lookup(k)
		}
		seg(0, tSYN, 0)
	case k.step == 2:
		seg(1, tSYN|tACK, 0)
	case k.step == 3:
		seg(0, tACK, 0)
	case k.step < 4+k.n:
		switch x := t.r.IntN(20); {
		case x < 6:
			seg(0, tACK, 0)
		case x < 10:
			seg(0, tACK|8, 1+t.r.IntN(600))
		case x == 10: // sent again
			k.seq[1] -= 100
			seg(1, tACK, 100)
		case x == 11: // lost by the capture
			k.seq[1] += 200
			seg(1, tACK, 50)
		case x == 12: // a copy of the last frame
			last := t.pcap[t.at[len(t.at)-1]:]
			t.frame(append([]byte(nil), last[16:]...))
		default:
			seg(1, tACK|8, 100+t.r.IntN(1300))
		}
	case k.step == 4+k.n:
		if t.r.IntN(6) == 0 {
			seg(1, tRST|tACK, 0)
			return true
		}
		seg(0, tFIN|tACK, 0)
	case k.step == 5+k.n:
		seg(1, tFIN|tACK, 0)
	default:
		seg(0, tACK, 0)
		return true
	}
	return false
}

// fill adds n flows, of which at most live overlap, and lets the clock jump ahead
// by gap microseconds now and then.
func (t *traffic) fill(n, live, mean int, gap int64) {
	var active []*talk
	for n > 0 || len(active) > 0 {
		for n > 0 && len(active) < live {
			k := &talk{a: 0x0a010000 | uint32(t.r.IntN(4096)), b: 0xc0a80000 | uint32(t.r.IntN(64)), sp: uint16(32768 + t.r.IntN(20000)),
				dp: []uint16{80, 443, 22, 8080}[t.r.IntN(4)], seq: [2]uint32{t.r.Uint32(), t.r.Uint32()}, n: int(t.r.ExpFloat64() * float64(mean)), v6: t.r.IntN(5) == 0}
			if x := t.r.IntN(20); x < 8 {
				k.kind = x / 2 % 5
			}
			if t.r.IntN(10) == 0 && len(active) > 0 { // ports that are in use, or were
				o := active[t.r.IntN(len(active))]
				k.a, k.b, k.sp, k.dp, k.v6 = o.a, o.b, o.sp, o.dp, o.v6
			}
			active = append(active, k)
			n--
		}
		i := t.r.IntN(len(active))
		if t.next(active[i]) {
			active[i] = active[len(active)-1]
			active = active[:len(active)-1]
		}
		if gap > 0 && t.r.IntN(400) == 0 {
			t.now += t.r.Int64N(gap)
		}
	}
}

// slices cuts the capture into n files of about as many frames.
func (t *traffic) slices(n int) [][]byte {
	var out [][]byte
	for i := range n {
		from, to := len(t.at)*i/n, len(t.at)*(i+1)/n
		end := len(t.pcap)
		if to < len(t.at) {
			end = t.at[to]
		}
		out = append(out, append(append([]byte(nil), t.pcap[:24]...), t.pcap[t.at[from]:end]...))
	}
	return out
}

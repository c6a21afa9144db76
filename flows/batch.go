package flows

import (
	"unsafe"

	"portero/capture"
)

// group is how many packets are looked at ahead. Each pass touches memory that
// the next needs, for all packets of the group at once, so that their cache
// misses overlap instead of following one another.
const group = 32

// ObserveEach books those packets of b whose positions which names, in order, with
// the quotes of their ICMP errors. It is Observe for each, faster.
func (t *Table) ObserveEach(b *capture.Batch, which []uint32) {
	var home [group]uint32
	for len(which) > 0 {
		n := min(group, len(which))
		t.touch(b.Packets, which[:n], &home)
		for k, i := range which[:n] {
			p := &b.Packets[i]
			t.pos = i
			if p.Bits&capture.ICMPError != 0 {
				t.Observe(p, b.Quoted(p))
				continue
			}
			// What was found ahead is where find would find it, unless the flow ended
			// or its ports were taken meanwhile.
			if v := home[k]; v != 0 {
				f := t.flow(v - 1)
				if f.bits&(inUse|superseded|healed) == inUse && f.seg == p.Seg {
					if side := f.sideOf(p); side >= 0 {
						t.follow(v-1, f, side, p)
						continue
					}
				}
			}
			t.Observe(p, nil)
		}
		which = which[n:]
	}
}

const (
	line  = 64
	young = 8 // packets after which the history of a flow seldom grows
)

// touch reads what the packets of a group will need. The results do not matter;
// they are kept so that the reads are not optimized away. home gets the number of the flow, plus one, that a packet probably belongs to.
func (t *Table) touch(pkts []capture.Packet, which []uint32, home *[group]uint32) {
	var entry [group]uint64
	var hash [group]uint32
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	acc := byte(0)
	for i, k := range which {
		p := &pkts[k]
		h := uint32(p.Hash)
		hash[i] = h
		entry[i] = cur[h&mask]
		acc += byte(t.recent.set(p.Digest ^ p.Hash | 1)[0].time)
	}
	for i := range which {
		e := entry[i]
		home[i] = 0
		// A neighbour in the probe run is as likely a home as the first slot.
		if h := hash[i]; e != 0 && uint32(e>>32) != h {
			for j := uint32(1); j < 4; j++ {
				if n := cur[(h+j)&mask]; uint32(n>>32) == h || n == 0 {
					e = n
					break
				}
			}
			if uint32(e>>32) != h {
				continue
			}
		}
		if e == 0 || e == gone {
			continue
		}
		v := uint32(e) - 1
		p := unsafe.Pointer(t.flow(v))
		acc += *(*byte)(p) + *(*byte)(unsafe.Add(p, line)) + *(*byte)(unsafe.Add(p, 2*line))
		home[i] = v + 1
	}
	for i, k := range which {
		if home[i] == 0 {
			continue
		}
		v := home[i] - 1
		f := t.flow(v)
		p := &pkts[k]
		if f.pkts[0]+f.pkts[1] < young || p.Flags.Any(capture.SYN|capture.FIN|capture.RST) {
			o := unsafe.Pointer(t.origin(v))
			acc += *(*byte)(o) + *(*byte)(unsafe.Add(o, originSize-1))
		}
		x := t.dataOf(f)
		if x == nil {
			continue
		}
		// An acknowledgement ends a sample of the other side, payload may end a wait.
		d, sample := unsafe.Pointer(x), uintptr(line)
		if f.portA == p.SrcPort {
			sample = 2 * line
		}
		acc += *(*byte)(d) + *(*byte)(unsafe.Add(d, sample))
		if p.PayloadLen > 0 {
			acc += *(*byte)(unsafe.Add(d, 3*line))
		}
	}
	t.touched += acc
}

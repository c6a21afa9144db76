package flows

import (
	"unsafe"

	"portero/capture"
)

// group is how many packets are looked at ahead. Each pass touches memory that
// the next needs, for all packets of the group at once, so that their cache
// misses overlap instead of following one another.
const group = 32

// ObserveBatch books packets in order, with the quotes of their ICMP errors. It
// is Observe for each, faster.
func (t *Table) ObserveBatch(pkts []capture.Packet, b *capture.Batch) {
	for len(pkts) > 0 {
		n := min(group, len(pkts))
		t.touch(pkts[:n])
		for i := range n {
			p := &pkts[i]
			var q *capture.Quote
			if p.Bits&capture.ICMPError != 0 {
				q = b.Quoted(p)
			}
			t.Observe(p, q)
		}
		pkts = pkts[n:]
	}
}

const line = 64

// touch reads what the packets of a group will need. The results do not matter;
// they are kept so that the reads are not optimized away.
func (t *Table) touch(pkts []capture.Packet) {
	var entry [group]uint64
	var data [group]uint32
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	for i := range pkts {
		entry[i] = cur[uint32(pkts[i].Hash)&mask]
	}
	acc := byte(0)
	for i := range pkts {
		e := entry[i]
		// A neighbour in the probe run is as likely a home as the first slot.
		if h := uint32(pkts[i].Hash); e != 0 && uint32(e>>32) != h {
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
		f := t.flow(v)
		p := unsafe.Pointer(f)
		acc += *(*byte)(p) + *(*byte)(unsafe.Add(p, line)) + *(*byte)(unsafe.Add(p, 2*line))
		data[i] = v + 1
	}
	for i := range pkts {
		if data[i] == 0 {
			continue
		}
		x := t.dataOf(t.flow(data[i] - 1))
		if x == nil {
			continue
		}
		p := unsafe.Pointer(x)
		acc += *(*byte)(p) + *(*byte)(unsafe.Add(p, line)) + *(*byte)(unsafe.Add(p, 2*line))
	}
	t.touched += acc
}

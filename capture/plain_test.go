package capture

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// longWay decodes an Ethernet frame without the shortcut.
func longWay(d *Decoder, f *Frame, p *Packet) Outcome {
	d.begin(f, p)
	return d.ethernet(0, int(f.WireLen))
}

// The shortcut says of every frame that it takes what the long way says.
func TestPlainIsTheLongWay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	short, long := NewDecoder(NewPaths(), 9), NewDecoder(NewPaths(), 9)
	took, seen := 0, map[Bits]int{}
	for range 200_000 {
		tcp := syn()
		switch r.IntN(4) {
		case 0:
			tcp.SYN, tcp.Options = false, nil
		case 1:
			tcp.SYN, tcp.ACK = false, true
			tcp.Options = []layers.TCPOption{{OptionType: 1}, {OptionType: 1}, {OptionType: 8, OptionLength: 10, OptionData: []byte{1, 2, 3, 4, 5, 6, 7, 8}}}
		}
		tcp.Seq, tcp.Ack, tcp.PSH = r.Uint32(), r.Uint32(), r.IntN(2) == 0
		b := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp, gopacket.Payload(make([]byte, r.IntN(40))))
		switch r.IntN(8) {
		case 0: // some octet is another
			b[r.IntN(len(b))] ^= byte(1 << r.IntN(8))
		case 1:
			b[34+r.IntN(len(b)-34)] ^= byte(1 << r.IntN(8))
		case 2: // what offload leaves
			sum := fold(pseudoOf(b))
			binary.LittleEndian.PutUint16(b[50:], sum)
		case 3: // padding
			b = append(b, make([]byte, r.IntN(9))...)
		}
		wire := len(b)
		if r.IntN(3) == 0 {
			b = b[:r.IntN(len(b)+1)]
		}
		f := Frame{Data: b, WireLen: uint32(wire), Link: LinkEthernet, Index: 7, Time: 8, Dir: Direction(r.IntN(3))}
		p, q := Packet{WScale: 1}, Packet{MSS: 2}
		if !short.plain(&f, &p) {
			continue
		}
		took++
		if o := longWay(long, &f, &q); o != OK || p != q {
			t.Fatalf("%x: %v\nshort %+v\nlong  %+v", b, o, p, q)
		}
		seen[p.Bits&(Cut|BadSum|PartialSum|BadOpts)]++
	}
	if took < 100_000 || seen[Cut] == 0 || seen[BadSum] == 0 || seen[PartialSum] == 0 || seen[BadOpts|BadSum] == 0 {
		t.Errorf("it took %d frames, by their bits %v", took, seen)
	}
}

// pseudoOf is the pseudo-header's sum of a TCP segment over IPv4 in b.
func pseudoOf(b []byte) uint64 {
	p := Packet{Ver: 4}
	copy(p.Src[12:], b[26:30])
	copy(p.Dst[12:], b[30:34])
	return pseudo(&p, ProtoTCP, uint32(binary.BigEndian.Uint16(b[16:])-20))
}

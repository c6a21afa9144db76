package capture

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net"
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
	took, seen := map[[2]uint8]int{}, map[Bits]int{}
	for range 300_000 {
		tcp := syn()
		switch r.IntN(4) {
		case 0:
			tcp.SYN, tcp.Options = false, nil
		case 1:
			tcp.SYN, tcp.ACK = false, true
			tcp.Options = []layers.TCPOption{{OptionType: 1}, {OptionType: 1}, {OptionType: 8, OptionLength: 10, OptionData: []byte{1, 2, 3, 4, 5, 6, 7, 8}}}
		}
		tcp.Seq, tcp.Ack, tcp.PSH = r.Uint32(), r.Uint32(), r.IntN(2) == 0
		payload := make([]byte, r.IntN(90))
		for i := range payload {
			payload[i] = byte(r.Uint32())
		}
		ver := uint8(4 + r.IntN(2)*2)
		var b []byte
		segment, field, proto := 34, 16, uint8(ProtoTCP)
		var over gopacket.SerializableLayer = tcp
		if r.IntN(3) == 0 {
			proto, field, over = ProtoUDP, 6, &layers.UDP{SrcPort: layers.UDPPort(r.IntN(5000)), DstPort: 4790 + layers.UDPPort(r.IntN(30))}
			if len(payload) > 40 && r.IntN(4) == 0 { // as Teredo
				payload[0], payload[4], payload[5] = 0x60, 0, byte(len(payload)-40)
				copy(payload[8:], []byte{0x20, 1, 0, 0})
			}
		}
		if ver == 4 {
			b = ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocol(proto)), over, gopacket.Payload(payload))
		} else {
			segment = 54
			ip := ip6()
			ip.NextHeader = layers.IPProtocol(proto)
			b = ether(t, eth(layers.EthernetTypeIPv6), ip, over, gopacket.Payload(payload))
		}
		switch r.IntN(8) {
		case 0: // some octet is another
			b[r.IntN(len(b))] ^= byte(1 << r.IntN(8))
		case 1:
			b[segment+r.IntN(len(b)-segment)] ^= byte(1 << r.IntN(8))
		case 2: // what offload leaves
			sum := fold(pseudoOf(b, ver, proto))
			binary.LittleEndian.PutUint16(b[segment+field:], sum)
		case 3: // padding
			b = append(b, make([]byte, r.IntN(9))...)
		case 4: // no checksum
			binary.LittleEndian.PutUint16(b[segment+field:], 0)
		case 5: // no length
			binary.BigEndian.PutUint16(b[12+ver:], 0)
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
		took[[2]uint8{p.Proto, p.Ver}]++
		if o := longWay(long, &f, &q); o != OK || p != q {
			t.Fatalf("%x: %v\nshort %+v\nlong  %+v", b, o, p, q)
		}
		seen[p.Bits&(Cut|BadSum|PartialSum|BadOpts)]++
	}
	for proto, least := range map[uint8]int{ProtoTCP: 50_000, ProtoUDP: 25_000} {
		for _, ver := range []uint8{4, 6} {
			if took[[2]uint8{proto, ver}] < least {
				t.Errorf("too few: %v", took)
			}
		}
	}
	if seen[Cut] == 0 || seen[BadSum] == 0 || seen[PartialSum] == 0 || seen[BadOpts|BadSum] == 0 {
		t.Errorf("by their bits %v", seen)
	}
}

func ip6() *layers.IPv6 {
	return &layers.IPv6{Version: 6, TrafficClass: 3, FlowLabel: 70000, HopLimit: 61, NextHeader: layers.IPProtocolTCP,
		SrcIP: net.ParseIP("2001:db8::1:2:3"), DstIP: net.ParseIP("2001:db8:ffff:ffff:ffff::9")}
}

// pseudoOf is the pseudo-header's sum of a segment or datagram in b.
func pseudoOf(b []byte, ver, proto uint8) uint64 {
	p := Packet{Ver: ver}
	if ver == 6 {
		copy(p.Src[:], b[22:38])
		copy(p.Dst[:], b[38:54])
		return pseudo(&p, proto, uint32(binary.BigEndian.Uint16(b[18:])))
	}
	copy(p.Src[12:], b[26:30])
	copy(p.Dst[12:], b[30:34])
	return pseudo(&p, proto, uint32(binary.BigEndian.Uint16(b[16:])-20))
}

// TestSum holds the sum to the plain way of RFC 1071, section 4.1.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	lengths := []int{1460, 1480, 4097, 9000, 65535}
	for n := range 300 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		b := make([]byte, n+70)
		for try := range 20 {
			for i := range b {
				b[i] = byte(r.Uint32())
				if try < 2 {
					b[i] = byte(-try) // all zeros, all ones
				}
			}
			at := r.IntN(len(b) - n)
			part, start := b[at:at+n], uint64(r.Uint32())
			if try%3 == 1 {
				start = math.MaxUint64 - start>>(try+10)
			}
			want := uint64(fold(start))
			for i, o := range part {
				want += uint64(o) << (8 * (i % 2))
			}
			for want > 0xffff {
				want = want>>16 + want&0xffff
			}
			if got := fold(sum64(part, start)); uint64(got) != want {
				t.Fatalf("%d octets %x from %d: %x, want %x", n, part, start, got, want)
			}
		}
	}
	for _, s := range []uint64{0, 1, 0xffff, 0x10000, 0xffffffff, 0x1_0000_0000, 0xffff_0000_0000, 0xffff_ffff_0000_0001, math.MaxUint64, math.MaxUint64 - 1} {
		want := s
		for want > 0xffff {
			want = want>>16 + want&0xffff
		}
		if got := fold(s); uint64(got) != want {
			t.Errorf("%x folds to %x, want %x", s, got, want)
		}
	}
}

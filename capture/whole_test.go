package capture

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// A packet in a tunnel is of the same segment, by the same way, whether the datagram that carried it came whole or in fragments:
// with the tags and networks that were around the fragments.
func TestTunnelInFragments(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	vxlan := join([]byte{0xd0, 0, 0x12, 0xb5, 0, byte(16 + len(frame)), 0, 0}, []byte{8, 0, 0, 0, 0, 0, 9, 0}, frame)
	for _, c := range []struct {
		name string
		tags []byte
	}{
		{"no tag", nil},
		{"a VLAN", []byte{0x81, 0, 0, 7}},
		{"two VLANs", []byte{0x88, 0xa8, 0, 7, 0x81, 0, 0, 9}},
	} {
		tagged := func(b []byte) *Frame {
			b = join(macB, macA, c.tags, []byte{8, 0}, b)
			return &Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet, Index: 1}
		}
		d := NewDecoder(NewPaths(), 1)
		var whole, p Packet
		if o := d.Decode(tagged(pieces(4, 17, vxlan, 1480)[0]), &whole); o != OK || whole.DstPort != 443 || whole.Seg == 0 {
			t.Fatalf("%s: %v %+v", c.name, o, whole)
		}
		r, n := NewReassembler(), 0
		for _, b := range pieces(4, 17, vxlan, 24) {
			if o := d.Decode(tagged(b), &p); o != FragmentPart {
				t.Fatalf("%s: %v", c.name, o)
			}
			for _, g := range r.Add(&d.Frag) {
				n++
				if o := d.Datagram(&g, &p); o != OK || p.Seg != whole.Seg || p.Path != whole.Path || p.Hash != whole.Hash || p.DstPort != 443 {
					t.Errorf("%s: %v segment %d by way %d, not %d by %d: %+v", c.name, o, p.Seg, p.Path, whole.Seg, whole.Path, p)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d datagrams", c.name, n)
		}
	}
}

// The header of the packet that an ICMP error quotes is enough where its protocol has no ports, and too little where it has.
func TestQuotedHeaderAlone(t *testing.T) {
	four := ether(t, ip4(layers.IPProtocolTCP), syn())[:20]
	for _, c := range []struct {
		proto byte
		knows bool
	}{{6, false}, {17, false}, {132, false}, {1, false}, {50, true}, {89, true}, {2, true}} {
		quoted := join(four)
		quoted[9] = c.proto
		b := join(four, []byte{3, 2, 0, 0, 0, 0, 0, 0}, quoted)
		b[3], b[9] = byte(len(b)), 1
		p, o, d, _ := decode1(t, LinkRaw, b)
		if o != OK || p.Bits&ICMPError != 0 != c.knows || c.knows && (d.Quote.Proto != c.proto || Addr(d.Quote.Dst, 4) != p.DstAddr() || d.Quote.HasPorts) {
			t.Errorf("protocol %d: %v, quote %v %+v", c.proto, o, p.Bits&ICMPError != 0, d.Quote)
		}
		p, _, _, _ = decode1(t, LinkRaw, b[:len(b)-1])
		if p.Bits&ICMPError != 0 {
			t.Errorf("protocol %d: part of a header tells whose it is", c.proto)
		}
	}
}

// The identifier and the number of an echo are known from its header, whatever follows it, and from less they are not.
func TestEchoNumber(t *testing.T) {
	whole := ether(t, ip4(layers.IPProtocolICMPv4), gopacket.Payload{8, 0, 0, 0, 0x12, 0x34, 0, 7, 'x'})
	for n, want := range []Seq{0, 0, 0, 0, 0, 0, 0, 0, 0x12340007, 0x12340007} {
		if n < 2 {
			continue // type and code say what it is
		}
		b := join(whole[:20+n])
		b[3] = byte(20 + n)
		if p, o, _, _ := decode1(t, LinkRaw, b); o != OK || p.Seq != want || p.PayloadLen != uint32(max(n-8, 0)) {
			t.Errorf("%d octets: %v, number %x, payload %d", n, o, uint32(p.Seq), p.PayloadLen)
		}
	}
}

// What a segment acknowledged selectively is how far its blocks reach behind its acknowledgement, and never its SYN's size.
func TestSacked(t *testing.T) {
	type block = [2]uint32
	ack := uint32(0xfffffff0) // the blocks wrap
	for _, c := range []struct {
		name   string
		syn    bool
		blocks []block
		want   uint32
	}{
		{"none", false, nil, 0},
		{"one", false, []block{{ack + 10, ack + 30}}, 30},
		{"the furthest of three", false, []block{{ack + 10, ack + 20}, {ack + 100, ack + 150}, {ack + 40, ack + 50}}, 150},
		{"what came twice", false, []block{{ack - 20, ack - 10}}, 0},
		{"what came twice, and one behind it", false, []block{{ack - 20, ack - 10}, {ack + 5, ack + 9}}, 9},
		{"right behind the acknowledgement: it would have been acknowledged", false, []block{{ack, ack + 9}}, 0},
		{"backwards", false, []block{{ack + 30, ack + 10}}, 0},
		{"empty", false, []block{{ack + 30, ack + 30}}, 0},
		{"further than is counted", false, []block{{ack + 10, ack + 100_000}}, 65535},
		{"on a SYN, of which they are no part", true, []block{{ack + 10, ack + 30}}, 0},
	} {
		tcp := &layers.TCP{SrcPort: 40000, DstPort: 443, Seq: 1, Ack: ack, ACK: true, SYN: c.syn}
		if c.syn {
			tcp.Options = syn().Options[:1]
		}
		if len(c.blocks) > 0 {
			var b []byte
			for _, x := range c.blocks {
				b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, x[0]), x[1])
			}
			tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: layers.TCPOptionKindSACK, OptionLength: uint8(2 + len(b)), OptionData: b})
		}
		p, o, _, _ := decode1(t, LinkRaw, ether(t, ip4(layers.IPProtocolTCP), tcp))
		if o != OK || p.Sacked() != c.want {
			t.Errorf("%s: %v, %d octets, want %d", c.name, o, p.Sacked(), c.want)
		}
		if c.syn && p.MSS != 1460 {
			t.Errorf("%s: MSS %d", c.name, p.MSS)
		}
	}
}

// Tunnels whose ends both speak from the port of their own are seen through in either direction, and nothing else of that form is.
func TestTunnelsFromTheirPort(t *testing.T) {
	four := ether(t, ip4(layers.IPProtocolTCP), syn())
	whole6 := ip6Packet(hostA, hostB, 6, syn6(t, hostA, hostB))
	for _, c := range []struct {
		name string
		port uint16
		body []byte
	}{
		{"GTP", 2152, join([]byte{0x30, 0xff, 0, 52, 0, 0, 0, 1}, four)},
		{"GTP, version 0", 3386, join([]byte{0x1e, 0xff, 0, 52}, make([]byte, 16), four)},
		{"Teredo", 3544, whole6},
		{"GRE in UDP", 4754, join([]byte{0, 0, 8, 0}, four)},
	} {
		for _, x := range []struct {
			src, dst uint16
			want     bool
		}{{50000, c.port, true}, {c.port, 50000, true}, {c.port, c.port, true}, {50000, c.port + 1, false}, {50000, c.port - 1, false}, {c.port - 1, 50000, false}, {c.port + 1, 50000, false}} {
			b := join(four[:20], []byte{byte(x.src >> 8), byte(x.src), byte(x.dst >> 8), byte(x.dst), 0, byte(8 + len(c.body)), 0, 0}, c.body)
			b[3], b[9], b[10], b[11] = byte(len(b)), 17, 0, 0
			p, o, _, _ := decode1(t, LinkRaw, b)
			if o != OK || p.DstPort != map[bool]uint16{true: 443, false: x.dst}[x.want] {
				t.Errorf("%s from %d to %d: %v, to port %d", c.name, x.src, x.dst, o, p.DstPort)
			}
		}
	}
}

// Command gencapture writes the built captures of testdata: one folder per
// situation, each a few packets long, with what it is about. Captures of real
// traffic have a make.sh of their own.
//
//	go run ./internal/gencapture testdata
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// pkt is one packet of a story. Sequence numbers are relative to the side's
// initial one; abs makes them absolute.
type pkt struct {
	ms       float64
	dir      byte // '>' from the originator, '<' from the responder
	flags    string
	seq, ack int64
	data     int
	ttl      uint8
	vlan     []uint16
	opts     []layers.TCPOption
	badSum   bool
	copies   int // exact copies 20 us apart
	icmp     bool
}

type story struct {
	name, about string
	pkts        []pkt
	port        uint16
	snaplen     int
	cut         int // octets missing at the end of the file
}

const (
	defO = 4294967000 // close to the wrap, so that every story crosses it
	defR = 4294967290
)

func mssOpt() []layers.TCPOption {
	return []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}},
		{OptionType: layers.TCPOptionKindNop, OptionLength: 1}, {OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}},
		{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2}}
}

// open is a handshake that starts at ms.
func open(ms float64) []pkt {
	return []pkt{{ms: ms, dir: '>', flags: "S", opts: mssOpt()}, {ms: ms + 10, dir: '<', flags: "SA", ack: 1, opts: mssOpt()}, {ms: ms + 20, dir: '>', flags: "A", seq: 1, ack: 1}}
}

// talk is a request of n octets and an answer of m.
func talk(ms float64, n, m int) []pkt {
	return []pkt{{ms: ms, dir: '>', flags: "PA", seq: 1, ack: 1, data: n}, {ms: ms + 10, dir: '<', flags: "A", seq: 1, ack: int64(1 + n)},
		{ms: ms + 11, dir: '<', flags: "PA", seq: 1, ack: int64(1 + n), data: m}, {ms: ms + 21, dir: '>', flags: "A", seq: int64(1 + n), ack: int64(1 + m)}}
}

// shut closes both ways after n and m octets, the originator first.
func shut(ms float64, n, m int) []pkt {
	s, r := int64(1+n), int64(1+m)
	return []pkt{{ms: ms, dir: '>', flags: "FA", seq: s, ack: r}, {ms: ms + 10, dir: '<', flags: "FA", seq: r, ack: s + 1}, {ms: ms + 20, dir: '>', flags: "A", seq: s + 1, ack: r + 1}}
}

func join(ps ...[]pkt) []pkt {
	var out []pkt
	for _, p := range ps {
		out = append(out, p...)
	}
	return out
}

func each(ps []pkt, f func(p *pkt)) []pkt {
	for i := range ps {
		f(&ps[i])
	}
	return ps
}

func whole() []pkt { return join(open(0), talk(30, 100, 200), shut(60, 100, 200)) }

func stories() []story {
	return []story{
		{name: "completed", about: "The textbook: SYN, SYN-ACK, ACK, a request, an answer, FIN both ways. The sequence numbers wrap on the way.", pkts: whole()},
		{name: "refused", about: "Nothing listens: the RST acknowledges the SYN.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 10, dir: '<', flags: "RA", seq: -defR, ack: 1}}},
		{name: "no-answer", about: "Four SYNs with the back-off of 1, 2 and 4 s, and silence: one attempt.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 1000, dir: '>', flags: "S"}, {ms: 3000, dir: '>', flags: "S"}, {ms: 7000, dir: '>', flags: "S"}}},
		{name: "filtered", about: "A router answers the SYN: communication administratively prohibited.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 5, dir: '<', icmp: true}}},
		{name: "half-open", about: "Answered three times, never acknowledged.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 10, dir: '<', flags: "SA", ack: 1}, {ms: 1010, dir: '<', flags: "SA", ack: 1}, {ms: 3010, dir: '<', flags: "SA", ack: 1}}},
		{name: "syn-scan-hit", about: "The classic scan of an open port: the RST comes before the third packet. The port is open, nobody connected.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 10, dir: '<', flags: "SA", ack: 1}, {ms: 20, dir: '>', flags: "R", seq: 1}}},
		{name: "forged-third", about: "The third packet acknowledges a number that was never sent; the RST is the answer to it.", pkts: []pkt{{dir: '>', flags: "S"}, {ms: 10, dir: '<', flags: "SA", ack: 1}, {ms: 20, dir: '>', flags: "A", seq: 1, ack: 424242}, {ms: 30, dir: '<', flags: "R", seq: 424242}}},
		{name: "blind-rst", about: "A RST far outside the window, in the middle: no receiver takes it, and the connection goes on.", pkts: join(open(0), talk(30, 100, 200), []pkt{{ms: 55, dir: '<', flags: "R", seq: 1_000_000_000, ttl: 41}}, shut(60, 100, 200))},
		{name: "reset", about: "Cut by the responder with a valid RST after data.", pkts: join(open(0), talk(30, 100, 200), []pkt{{ms: 60, dir: '<', flags: "RA", seq: 201, ack: 101}})},
		{name: "half-close", about: "The originator closes its half, the responder goes on for a while.", pkts: join(open(0), talk(30, 100, 200), []pkt{{ms: 60, dir: '>', flags: "FA", seq: 101, ack: 201}, {ms: 70, dir: '<', flags: "A", seq: 201, ack: 102}, {ms: 80, dir: '<', flags: "PA", seq: 201, ack: 102, data: 700}, {ms: 90, dir: '>', flags: "A", seq: 102, ack: 901}})},
		{name: "third-missing", about: "The capture lost the third packet; what the responder sends proves that it came.", pkts: join(open(0)[:2], []pkt{{ms: 41, dir: '<', flags: "PA", seq: 1, ack: 101, data: 200}}, shut(60, 100, 200)[1:2])},
		{name: "synack-missing", about: "The capture lost the SYN-ACK.", pkts: join(open(0)[:1], open(0)[2:], talk(30, 100, 200), shut(60, 100, 200))},
		{name: "one-direction", about: "Only the originator's side of the wire was captured.", pkts: func() (out []pkt) {
			for _, p := range whole() {
				if p.dir == '>' {
					out = append(out, p)
				}
			}
			return out
		}()},
		{name: "midstream", about: "The capture began while the connection was open.", pkts: join(talk(30, 100, 200), shut(60, 100, 200))},
		{name: "backscatter", about: "A SYN-ACK for which there is no SYN, and the RST of its receiver, who did nothing wrong.", pkts: []pkt{{dir: '<', flags: "SA", ack: 1}, {ms: 1, dir: '>', flags: "R", seq: 1}}},
		{name: "xmas-probe", about: "FIN, PSH and URG without a connection, answered by a RST.", pkts: []pkt{{dir: '>', flags: "FPU"}, {ms: 10, dir: '<', flags: "RA", seq: -defR, ack: 1}}},
		{name: "ack-probe", about: "A lone ACK whose one answer is the RST it asked for.", pkts: []pkt{{dir: '>', flags: "A", seq: 5, ack: 77}, {ms: 10, dir: '<', flags: "R", seq: 77}}},
		{name: "simultaneous-open", about: "Both ends send a SYN at the same time.", pkts: join([]pkt{{dir: '>', flags: "S"}, {ms: 2, dir: '<', flags: "S"}, {ms: 10, dir: '>', flags: "SA", ack: 1}, {ms: 12, dir: '<', flags: "SA", ack: 1}}, talk(30, 100, 200), shut(60, 100, 200))},
		{name: "split-handshake", about: "The responder answers the SYN with an ACK and a SYN of its own.", pkts: join([]pkt{{dir: '>', flags: "S"}, {ms: 10, dir: '<', flags: "A", ack: 1}, {ms: 11, dir: '<', flags: "S"}, {ms: 20, dir: '>', flags: "SA", ack: 1}, {ms: 30, dir: '<', flags: "A", seq: 1, ack: 1}}, talk(40, 100, 200), shut(70, 100, 200))},
		{name: "reuse", about: "The same ports again one second after a full close, with the same initial numbers: two connections.", pkts: join(whole(), each(whole(), func(p *pkt) { p.ms += 1080 }))},
		{name: "stray-syn", about: "A SYN inside a live connection, the challenge ACK, and the live connection goes on.", pkts: join(open(0), talk(30, 100, 200), []pkt{{ms: 500, dir: '>', flags: "S", seq: 777777777}, {ms: 510, dir: '<', flags: "A", seq: 201, ack: 101}}, shut(600, 100, 200))},
		{name: "span-copies", about: "A mirror port copies both directions: every frame twice, 20 us apart.", pkts: each(whole(), func(p *pkt) { p.copies = 1 })},
		{name: "vlan-one-sided", about: "Tagged in one direction only: one connection.", pkts: each(whole(), func(p *pkt) {
			if p.dir == '<' {
				p.vlan = []uint16{30}
			}
		})},
		{name: "two-vlans", about: "The same addresses and ports on two VLANs: two connections.", pkts: join(each(whole(), func(p *pkt) { p.vlan = []uint16{10} }), each(whole(), func(p *pkt) { p.vlan = []uint16{20}; p.ms += 500 }))},
		{name: "snaplen-48", about: "Cut to 48 octets a frame: 14 of TCP are enough for flags and numbers.", pkts: whole(), snaplen: 48},
		{name: "cut-file", about: "The file ends inside its last frame.", pkts: whole(), cut: 31},
		{name: "bad-checksum-rst", about: "A RST with a wrong checksum: its receiver throws it away, and so does the verdict.", pkts: join(open(0), talk(30, 100, 200), []pkt{{ms: 55, dir: '<', flags: "RA", seq: 201, ack: 101, badSum: true}}, shut(60, 100, 200))},
		{name: "old-trojan-port", about: "A server answers on 12345: a low hint, no more.", pkts: whole(), port: 12345},
	}
}

func main() {
	root := "testdata"
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	for _, s := range stories() {
		if err := s.write(root); err != nil {
			fmt.Fprintln(os.Stderr, "gencapture:", err)
			os.Exit(1)
		}
	}
}

var (
	orig  = net.IPv4(192, 0, 2, 10)
	resp  = net.IPv4(198, 51, 100, 20)
	fence = net.IPv4(203, 0, 113, 1)
	begin = time.Date(2026, 11, 23, 10, 31, 7, 0, time.UTC)
)

func (s *story) write(root string) error {
	dir := filepath.Join(root, s.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "about.md"), []byte("# "+s.name+"\n\n"+s.about+"\n\nBuilt by `go run ./internal/gencapture testdata`.\n"), 0o644); err != nil {
		return err
	}
	var b bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	snap := 65535
	if s.snaplen > 0 {
		snap = s.snaplen
	}
	if err := w.WriteFileHeader(uint32(snap), layers.LinkTypeEthernet); err != nil {
		return err
	}
	ids := [2]uint16{100, 20000}
	var first []byte
	for i := range s.pkts {
		p := &s.pkts[i]
		frame, err := s.frame(p, &ids, first)
		if err != nil {
			return fmt.Errorf("%s: packet %d: %w", s.name, i+1, err)
		}
		if i == 0 {
			first = frame
		}
		for c := 0; c <= p.copies; c++ {
			ci := gopacket.CaptureInfo{Timestamp: begin.Add(time.Duration(p.ms*1e6) + time.Duration(c)*20*time.Microsecond), Length: len(frame), CaptureLength: min(len(frame), snap)}
			if err := w.WritePacket(ci, frame[:ci.CaptureLength]); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(dir, "in.pcap"), b.Bytes()[:b.Len()-s.cut], 0o644)
}

func (s *story) frame(p *pkt, ids *[2]uint16, first []byte) ([]byte, error) {
	isn := [2]uint32{defO, defR}
	port := layers.TCPPort(80)
	if s.port != 0 {
		port = layers.TCPPort(s.port)
	}
	side, src, dst, sport, dport := 0, orig, resp, layers.TCPPort(40000), port
	if p.dir == '<' {
		side, src, dst, sport, dport = 1, resp, orig, port, 40000
	}
	ids[side]++
	ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Id: ids[side], Protocol: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
	if p.ttl != 0 {
		ip.TTL = p.ttl
	}
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(1 + side)}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(2 - side)}, EthernetType: layers.EthernetTypeIPv4}
	stack := []gopacket.SerializableLayer{eth}
	if len(p.vlan) > 0 {
		eth.EthernetType = layers.EthernetTypeDot1Q
		for i, v := range p.vlan {
			t := layers.EthernetTypeIPv4
			if i+1 < len(p.vlan) {
				t = layers.EthernetTypeDot1Q
			}
			stack = append(stack, &layers.Dot1Q{VLANIdentifier: v, Type: t})
		}
	}
	if p.icmp {
		ip.Protocol, ip.SrcIP = layers.IPProtocolICMPv4, fence
		stack = append(stack, ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 13)}, gopacket.Payload(first[14:14+28]))
	} else {
		tcp := &layers.TCP{SrcPort: sport, DstPort: dport, Seq: uint32(int64(isn[side]) + p.seq), Window: 64240, Options: p.opts}
		for _, f := range p.flags {
			switch f {
			case 'S':
				tcp.SYN = true
			case 'A':
				tcp.ACK = true
				tcp.Ack = uint32(int64(isn[1-side]) + p.ack)
			case 'F':
				tcp.FIN = true
			case 'R':
				tcp.RST = true
			case 'P':
				tcp.PSH = true
			case 'U':
				tcp.URG = true
			}
		}
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			return nil, err
		}
		data := bytes.Repeat([]byte("portero "), p.data/8+1)[:p.data]
		stack = append(stack, ip, tcp, gopacket.Payload(data))
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		return nil, err
	}
	b := append([]byte(nil), buf.Bytes()...)
	if p.badSum {
		b[14+20+16] ^= 0x55
	}
	return b, nil
}

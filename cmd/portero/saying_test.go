package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// saying is what the records of a capture say.
type saying struct{ name, packets, want string }

func (x saying) hold(t *testing.T) {
	t.Run(x.name, func(t *testing.T) {
		all := records(t, acted(t, x.packets))
		want := strings.Split(strings.TrimSpace(x.want), "\n")
		if len(all) != len(want) {
			t.Errorf("%d records, want %d", len(all), len(want))
		}
		for _, l := range want {
			fs := strings.Fields(l)
			id, _ := strconv.Atoi(fs[0])
			for _, f := range fs[1:] {
				k, v, _ := strings.Cut(f, "=")
				got := ""
				if g, ok := all[id][k]; ok {
					got = strings.ReplaceAll(fmt.Sprint(g), " ", ",")
				}
				if got != v {
					t.Errorf("#%d %s is %q, want %q", id, k, got, v)
				}
			}
		}
	})
}

// acted writes a capture of one pair of ports, a line for each packet, 10 ms apart:
//
//	[+MS] c|s FLAGS SEQ ACK LEN [bad] [shut] [id0] [offset4] [vN] [options] [cutN]
//
// c is the client, 192.0.2.1:40000, s the server, 192.0.2.2:80. bad breaks the checksum,
// shut offers no window, sack=A-B says that these octets came, id0 has no IP id, offset4 a data offset that is none, vN puts the packet into VLAN N,
// options adds those of a SYN, a scale of 7 and SACK, cutN keeps N octets of the frame.
func acted(t *testing.T, lines string) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "in.pcap")
	w := newWire(t, name)
	id := uint16(0)
	for _, l := range strings.Split(strings.TrimSpace(lines), "\n") {
		fs := strings.Fields(l)
		step := 10 * time.Millisecond
		if strings.HasPrefix(fs[0], "+") {
			ms, err := strconv.ParseFloat(fs[0][1:], 64)
			if err != nil {
				t.Fatal(l)
			}
			step, fs = time.Duration(ms*1e6), fs[1:]
		}
		w.at = w.at.Add(step)
		src, dst := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 80}
		if fs[0] == "s" {
			src, dst = dst, src
		}
		num := func(i int) uint32 {
			if i >= len(fs) {
				return 0
			}
			n, _ := strconv.ParseUint(fs[i], 10, 32)
			return uint32(n)
		}
		id++
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: src.ip, DstIP: dst.ip, Id: id}
		tcp := &layers.TCP{SrcPort: layers.TCPPort(src.port), DstPort: layers.TCPPort(dst.port), Seq: num(2), Ack: num(3), Window: 64000,
			SYN: strings.Contains(fs[1], "S"), ACK: strings.Contains(fs[1], "A"), FIN: strings.Contains(fs[1], "F"), RST: strings.Contains(fs[1], "R"), PSH: strings.Contains(fs[1], "P"),
			ECE: strings.Contains(fs[1], "E"), CWR: strings.Contains(fs[1], "C"), NS: strings.Contains(fs[1], "N")}
		tcp.SetNetworkLayerForChecksum(ip)
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		all := []gopacket.SerializableLayer{eth}
		bad, offset, kept, longer := false, 0, 1<<16, 0
		for _, o := range fs[min(2, len(fs)):] {
			switch {
			case o == "bad":
				bad = true
			case o == "shut":
				tcp.Window = 0
			case o == "id0":
				ip.Id = 0
			case o == "options":
				tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}}, {OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2},
					{OptionType: layers.TCPOptionKindNop}, {OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}}}
			case strings.HasPrefix(o, "ts="):
				var now, echo uint32
				fmt.Sscanf(o, "ts=%d/%d", &now, &echo)
				tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, now), echo)}}
			case strings.HasPrefix(o, "sack="):
				var from, to uint32
				fmt.Sscanf(o, "sack=%d-%d", &from, &to)
				tcp.Options = []layers.TCPOption{{OptionType: layers.TCPOptionKindSACK, OptionLength: 10, OptionData: binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, from), to)}}
			case strings.HasPrefix(o, "cut"):
				kept, _ = strconv.Atoi(o[3:])
			case o == "offset4":
				offset = 4
			case strings.HasPrefix(o, "longer"): // the IP length, by so many octets
				longer, _ = strconv.Atoi(o[6:])
			case o[0] == 'v':
				n, _ := strconv.Atoi(o[1:])
				eth.EthernetType = layers.EthernetTypeDot1Q
				all = append(all, &layers.Dot1Q{VLANIdentifier: uint16(n), Type: layers.EthernetTypeIPv4})
				id-- // a copy
			}
		}
		all = append(all, ip, tcp, gopacket.Payload(make([]byte, num(4))))
		if err := gopacket.SerializeLayers(w.buf, serialize, all...); err != nil {
			t.Fatal(err)
		}
		b := w.buf.Bytes()
		if bad {
			b[14+20+16] ^= 0x55 // the checksum
		}
		if offset != 0 { // in words, and the checksum as before: what one octet gains the next loses
			b[14+20+12] = byte(offset << 4)
			b[14+20+16] += 0x10
		}
		if longer != 0 {
			binary.BigEndian.PutUint16(b[14+2:], binary.BigEndian.Uint16(b[14+2:])+uint16(longer))
		}
		kept = min(kept, len(b))
		if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: kept, Length: len(b)}, b[:kept]); err != nil {
			t.Fatal(err)
		}
	}
	w.close()
	return name
}

// records are those of a capture, by id.
func records(t *testing.T, names ...string) map[int]map[string]any {
	t.Helper()
	code, out, errs := portero(t, append([]string{"read", "--format", "ndjson"}, names...)...)
	if code != 0 {
		t.Fatal(code, errs)
	}
	all := map[int]map[string]any{}
	for _, l := range strings.Split(strings.TrimSpace(out), "\n") {
		var r map[string]any
		d := json.NewDecoder(strings.NewReader(l))
		d.UseNumber()
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		id, _ := r["id"].(json.Number).Int64()
		all[int(id)] = r
	}
	return all
}

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// acted writes a capture of one pair of ports, a line for each packet, 10 ms apart:
//
//	[+MS] c|s FLAGS SEQ ACK LEN [bad] [shut] [id0] [offset4] [vN] [options] [cutN]
//
// c is the client, 192.0.2.1:40000, s the server, 192.0.2.2:80. bad breaks the checksum,
// shut offers no window, id0 has no IP id, offset4 a data offset that is none, vN puts the packet into VLAN N,
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
			SYN: strings.Contains(fs[1], "S"), ACK: strings.Contains(fs[1], "A"), FIN: strings.Contains(fs[1], "F"), RST: strings.Contains(fs[1], "R"), PSH: strings.Contains(fs[1], "P")}
		tcp.SetNetworkLayerForChecksum(ip)
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		all := []gopacket.SerializableLayer{eth}
		bad, offset, kept := false, 0, 1<<16
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
			case strings.HasPrefix(o, "cut"):
				kept, _ = strconv.Atoi(o[3:])
			case o == "offset4":
				offset = 4
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
		kept = min(kept, len(b))
		if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: kept, Length: len(b)}, b[:kept]); err != nil {
			t.Fatal(err)
		}
	}
	w.close()
	return name
}

// records are those of a capture, by id.
func records(t *testing.T, name string) map[int]map[string]any {
	t.Helper()
	code, out, errs := portero(t, "read", "--format", "ndjson", name)
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

// TestNoTimes: simple packet blocks have no times, and no record claims any. Among blocks that have
// them they part nothing.
func TestNoTimes(t *testing.T) {
	name := acted(t, `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c PA 1001 5001 100
		s PA 5001 1101 100
		c FA 1101 5101
		s FA 5101 1102
		c A 1102 5102`)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	block := func(typ uint32, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		for len(all)%4 != 0 {
			all = append(all, 0)
		}
		n := uint32(12 + len(all))
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, typ), n), all...), n)
	}
	head := append(block(0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}), block(1, []byte{1, 0, 0, 0, 0, 0, 0, 0})...)
	untimed, mixed := bytes.Clone(head), bytes.Clone(head)
	for i, rest := 0, b[24:]; len(rest) > 0; i++ {
		n := le.Uint32(rest[8:])
		frame := rest[16 : 16+n]
		rest = rest[16+n:]
		simple := block(3, le.AppendUint32(nil, n), frame)
		untimed = append(untimed, simple...)
		if us := uint64(1_764_000_000_000_000 + i*1000); i%3 == 1 {
			simple = block(6, le.AppendUint32(nil, 0), le.AppendUint32(nil, uint32(us>>32)), le.AppendUint32(nil, uint32(us)), le.AppendUint32(nil, n), le.AppendUint32(nil, n), frame)
		}
		mixed = append(mixed, simple...)
	}
	for _, x := range []struct {
		what string
		file []byte
		want string
	}{
		{"untimed", untimed, "completed closed 5 3 100 100 [no_times] duration_us=<nil> first=<nil> last=<nil> server_rtt_us=<nil> client_rtt_us=<nil> setup_us=<nil> rtt_min_us=<nil> ttfb_us=<nil> thinking_us=<nil> longest_wait_us=<nil>"},
		{"mixed", mixed, "completed closed 5 3 100 100 <nil> duration_us=6000 first=2025-11-24T16:00:00.001000000Z last=2025-11-24T16:00:00.007000000Z server_rtt_us=0 client_rtt_us=0 setup_us=0 rtt_min_us=3000 ttfb_us=3000 thinking_us=3000 longest_wait_us=3000"},
	} {
		to := filepath.Join(t.TempDir(), "x.pcapng")
		if err := os.WriteFile(to, x.file, 0o600); err != nil {
			t.Fatal(err)
		}
		all := records(t, to)
		r := all[1]
		got := fmt.Sprint(r["handshake"], " ", r["close"], " ", r["orig_pkts"], " ", r["resp_pkts"], " ", r["orig_payload"], " ", r["resp_payload"], " ", r["quality"])
		for _, k := range []string{"duration_us", "first", "last", "server_rtt_us", "client_rtt_us", "setup_us", "rtt_min_us", "ttfb_us", "thinking_us", "longest_wait_us"} {
			got += fmt.Sprint(" ", k, "=", r[k])
		}
		if len(all) != 1 || got != x.want {
			t.Errorf("%s: %d records\n%s\nwant\n%s", x.what, len(all), got, x.want)
		}
		_, out, _ := portero(t, "read", "--format", "csv", "--fields", "first,last,duration_us,quality", to)
		if x.what == "untimed" && out != "first,last,duration_us,quality\r\n,,,no_times\r\n" {
			t.Error(out)
		}
	}
}

// TestCutWindow: a window that was cut is not taught.
func TestCutWindow(t *testing.T) {
	for cut, says := range map[int]bool{48: false, 49: false, 54: true} {
		opening := strings.ReplaceAll("c S 1000 0 0 options cutN\ns SA 5000 1001 0 options cutN\nc A 1001 5001 0 cutN", "cutN", fmt.Sprint("cut", cut))
		code, out, errs := portero(t, "teach", acted(t, opening), "1")
		if code != 0 || strings.Contains(out, "window") != says || !strings.Contains(out, "seq 1000") {
			t.Errorf("cut at %d: %d %s\n%s", cut, code, errs, out)
		}
	}
}

// TestHonest holds records to what a stack at either end would have made of the packets.
// A line of want is the id of a record and what it says; key= says that it has no such key.
func TestHonest(t *testing.T) {
	for _, x := range []struct{ name, packets, want string }{
		{"a packet on two VLANs is two packets", `
			c S 1000 0 0 v10
			+0 c S 1000 0 0 v20
			s SA 5000 1001 0 v20
			+0 s SA 5000 1001 0 v10
			c A 1001 5001 0 v10
			+0 c A 1001 5001 0 v20`, `
			1 handshake=completed orig_pkts=2 resp_pkts=1
			2 handshake=completed orig_pkts=2 resp_pkts=1`},
		{"refused, and open at the second try", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed close=open closed_by= close_frames= syn_frame=1 synack_frame=4 suspected_rsts=0 resp_lost=0 orig_payload=100`},
		{"refused, open at the second try, and cut off", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[7]`},
		{"refused, and open at the second try with a number far from 0", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 2415919104 1001
			c A 1001 2415919105
			c PA 1001 2415919105 100
			s PA 2415919105 1101 200`, `
			1 handshake=completed close=open syn_retries=1 orig_payload=100 resp_payload=200 resp_lost=0`},
		{"refused, open at the second try, and the answer is missing", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			+20 c A 1001 2415919105
			c PA 1001 2415919105 100
			s PA 2415919105 1101 200
			c A 1101 2415919305`, `
			1 handshake=completed_unseen close=open missing=[synack] resp_payload=200 resp_lost=0`},
		{"an open connection is opened again with the same number", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			+1000 c S 1000
			s SA 9000000 1001
			c A 1001 9000001`, `
			1 handshake=completed close=open orig_payload=100 syn_retries=0
			2 handshake=completed close=open reuses=1 syn_frame=6`},
		{"a SYN is captured after what it opened, and its answer sent again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c S 1000
			s SA 5000 1001
			s A 5001 1101`, `
			1 handshake=completed syn_retries=1 synack_retries=1 orig_payload=100 oddities=`},
		{"a FIN far behind the stream", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			s FA 4201 1101`, `
			1 handshake=completed close=open`},
		{"forged numbers of the responder before its answer", `
			c S 1000
			s PA 1000000 1001 300
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201`, `
			1 handshake=completed resp_payload=200 resp_lost=0 server_rtt_us=20000`},
		{"a SYN-ACK in the name of who called", `
			c S 1000
			c SA 1000000000 77
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100`, `
			1 handshake=completed synack_frame=3 server_rtt_us=20000 client_rtt_us=10000 orig_payload=100`},
		{"the capture begins with the answer, numbers are high", `
			s SA 5000 3489660929
			c A 3489660929 5001
			c PA 3489660929 5001 100
			+300 c PA 3489660929 5001 100
			s A 5001 3489661029`, `
			1 handshake=completed_unseen missing=[syn] orig_payload=100 orig_retrans=1 orig_ooo=0`},
		{"a data offset that is none ends nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s R 5001 0 0 offset4
			s FA 5001 1101 0 offset4`, `
			1 handshake=completed close=open suspected_rsts=0`},
		{"nor does it complete anything", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001 0 offset4`, `
			1 handshake=half_open`},
		{"a forged third packet, refused, and then the right one", `
			c S 1000
			s SA 5000 1001
			+1 c A 1001 99999
			+0.1 s R 99999
			c A 1001 5001`, `
			1 handshake=completed close=open suspected_rsts=1 ack_frame=5`},
		{"everything twice, without an IP id", `
			c S 1000 0 0 id0
			+0.02 c S 1000 0 0 id0
			s SA 5000 1001 0 id0
			+0.02 s SA 5000 1001 0 id0
			c A 1001 5001 0 id0
			+0.02 c A 1001 5001 0 id0`, `
			1 handshake=completed orig_pkts=2 resp_pkts=1 syn_retries=0 synack_retries=0 duplicates=3`},
		{"forged before the answer", `
			c S 1000
			s RA 0 1001
			s FA 0 1001
			s R 1
			s SA 26175 1001
			c A 1001 26176
			c PA 1001 26176 100
			s PA 26176 1101 50
			c A 1101 26226`, `
			1 handshake=completed close=open close_frames= resp_lost=0 resp_payload=50 orig_payload=100 synack_frame=5 server_rtt_us=40000 ack_frame=6`},
		{"a RST with a wrong checksum refuses nothing", `
			c S 1000
			s RA 0 1001 0 bad
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed close=open close_frames= synack_frame=3`},
		{"two SYN-ACKs, and the first is taken", `
			c S 1000
			s SA 5000 1001
			+5 s SA 75000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 30`, `
			1 handshake=completed synack_frame=2 ack_frame=4 server_rtt_us=10000 client_rtt_us=15000 orig_payload=100 resp_payload=30 resp_lost=0 resp_retrans=0`},
		{"two SYN-ACKs, and the second is taken", `
			c S 1000
			s SA 5000 1001
			+5 s SA 75000 1001
			c A 1001 75001
			s PA 75001 1001 30`, `
			1 handshake=completed synack_frame=3 ack_frame=4 resp_payload=30`},
		{"two SYNs, and the first is answered", `
			c S 1000
			+1000 c S 8777
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed syn_frame=1 synack_frame=3 ack_frame=4 server_rtt_us=1010000 client_rtt_us=10000 orig_payload=100 orig_retrans=0 resp_pkts=2`},
		{"two SYNs, and the second is answered", `
			c S 1000
			+1000 c S 8777
			s SA 5000 8778
			c A 8778 5001
			c PA 8778 5001 100
			s A 5001 8878`, `
			1 handshake=completed syn_frame=2 synack_frame=3 server_rtt_us=10000 orig_payload=100 orig_retrans=0`},
		{"the first SYN-ACK is damaged", `
			c S 1000
			s SA 5000 1001 0 bad
			+1000 s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed synack_frame=3 ack_frame=4 client_rtt_us=10000 server_rtt_us=`},
		{"the last ACK was lost: the ports are taken again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s FA 5001 1101
			c FA 1101 5002
			s A 5002 1102
			+2000 c S 1050
			s A 5002 1102
			c R 1102
			+1000 c S 1050
			s SA 905000 1051
			c A 1051 905001`, `
			1 handshake=completed close=closed closed_by=resp
			2 handshake=completed close=open syn_frame=8 syn_retries=1 reuses=1 suspected_rsts=0`},
		{"a wrong acknowledgement, refused by number, ends nothing", `
			c S 1000
			s SA 5000 777
			c R 777
			+1000 c S 1000
			s SA 6000 1001
			c A 1001 6001`, `
			1 handshake=completed close=open synack_frame=5 suspected_rsts=0`},
		{"a new attempt inside an open connection is refused", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			+70000 c S 901000
			s RA 0 901001`, `
			1 handshake=completed close=open suspected_rsts=0 last_frame=5
			2 handshake=refused syn_frame=6 reuses=1`},
		{"a RST that nobody heeds, its sender neither", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s R 5001
			c PA 1101 5001 100
			s A 5001 1201
			s PA 5001 1201 100
			c A 1201 5101`, `
			1 handshake=completed close=open suspected_rsts=1 resp_payload=100`},
		{"RSTs answer what was under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			+1 s PA 5001 1101 100
			+0.1 s PA 5101 1101 100
			+0.1 c R 1101
			+0.1 s A 5201 1102
			+0.1 c R 1101
			+0.1 c R 1102`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0`},
		{"payload captured after what follows it, in the middle", `
			c A 1101 5001
			s A 5001 1101
			c PA 1001 5001 100
			s PA 5001 1101 30
			c A 1101 5031`, `
			1 handshake=midstream orig_payload=100 orig_retrans=0 orig_ooo=1 resp_payload=30 orig_lost=0`},
		{"a stretch is missing in the middle, larger than the window without its scale", `
			c PA 1000 5000 100
			s PA 2005000 1100 200
			c A 1100 2005200`, `
			1 handshake=midstream orig_payload=100 resp_payload=200 resp_lost=2000000 oddities=`},
		{"a window that stays shut is asked after, and nothing is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 0 shut
			+1000 c A 1101 5001 1
			s A 5001 1101 0 shut
			+2000 c A 1101 5001 1
			s A 5001 1101 0 shut
			s A 5001 1101
			c PA 1101 5001 50
			s A 5001 1151`, `
			1 handshake=completed orig_payload=150 loss_stall_us= window_stall_us=3030000 rtt_max_us=10000`},
		{"one direction after the other, as of two captures put together", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c A 1101 5301
			c FA 1101 5301
			c A 1102 5302
			s SA 5000 1001
			s A 5001 1101
			s PA 5001 1101 300
			s FA 5301 1102`, `
			1 handshake=completed orig_payload=100 resp_payload=300 orig_lost=0 resp_lost=0 closed_by=orig`},
		{"two segments in a row far ahead are forged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PFA 1000500 5001 500
			c PA 1101 5001 100
			s PA 5001 1201 100
			c FA 1201 5101
			s FA 5101 1202
			c A 1202 5102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=200 resp_payload=100 orig_lost=0 orig_retrans=0`},
		{"forged in the window, and never acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 41000 5001 500
			c PA 41500 5001 500
			c PA 1101 5001 100
			s PA 5001 1201 100
			c FA 1201 5101
			s FA 5101 1202
			c A 1202 5102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=200 resp_payload=100 orig_lost=0`},
		{"a stretch of both sides is missing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			s A 5001 1001000
			c PA 1001000 5001 100
			s A 5001 1001100`, `
			1 handshake=completed close=open orig_payload=1200`},
		{"a stretch of both sides is missing before the end", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			c FA 1001000 5001
			s FA 5001 1001001
			c A 1001001 5002`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=1100`},
		{"a stretch is missing, and only one side was ever seen", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			c FA 1001000 5001`, `
			1 handshake=implied close=half_closed orig_payload=1100`},
		{"a forged FIN ahead, and then the one that the peer waits for", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 41000 5001
			s A 5001 1101
			c PA 1101 5001 100
			s PA 5001 1201 100
			c A 1201 5101
			s FA 5101 1201
			c FA 1201 5102
			s A 5102 1202`, `
			1 handshake=completed close=closed closed_by=resp orig_payload=200`},
		{"another FIN behind the FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			s FA 5001 1102
			c FA 1102 5002
			s A 5002 1102`, `
			1 handshake=completed close=closed orig_payload=100`},
		{"the first segment is damaged, its number too", `
			c PA 900001001 5001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 5051`, `
			1 handshake=midstream orig_payload=100 resp_payload=50 orig_ooo=0 oddities= quality=[bad_checksums]`},
		{"the first segment is damaged, its acknowledgement too", `
			c PA 1001 90005001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 5051`, `
			1 handshake=midstream orig_payload=100 resp_payload=50 resp_lost=0 resp_ooo=0`},
		{"the first segment is damaged, its numbers are not", `
			c PA 1001 5001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=midstream orig_payload=100 orig_retrans=1`},
		{"the first segment is damaged, and is no FIN", `
			s FA 5001 1001 0 bad
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 100
			c A 1101 5101`, `
			1 handshake=midstream close=open orig_payload=100 resp_payload=100`},
		{"a SYN with data is damaged", `
			c S 1000 0 50 bad
			+300 c S 1000 0 50
			s SA 5000 1051
			c A 1051 5001
			c PA 1051 5001 10
			s A 5001 1061`, `
			1 handshake=completed handshake_kind=fast_open orig_payload=60`},
		{"sums that are never finished are offload, whatever one of them says", `
			c PA 1001 5001 100 bad
			s A 5001 1101
			c A 1101 5001
			c PA 1101 5001 100 bad
			s A 5001 1201`, `
			1 handshake=midstream orig_payload=200 orig_lost=0`},
		{"cut behind the flags: neither window nor options are known", `
			c S 1000 0 0 options cut48
			s SA 5000 1001 0 options cut48
			c A 1001 5001 0 cut48
			c PA 1001 5001 100 cut48
			s PA 5001 1101 1400 cut48
			c A 1101 6401 0 cut48
			c R 1301 0 0 cut48`, `
			1 handshake=completed close=reset suspected_rsts=0 orig_payload=100 resp_payload=1400 zero_windows=0 sack= timestamps= mptcp= orig_wscale= tfo=false ecn=false`},
		{"cut behind the window", `
			c S 1000 0 0 options cut54
			s SA 5000 1001 0 options cut54
			c A 1001 5001 0 cut54
			c PA 1001 5001 100 cut54
			s PA 5001 1101 1400 cut54
			c PA 701001 6401 100 cut54
			s A 6401 701101 0 cut54`, `
			1 handshake=completed orig_payload=200 orig_lost=699900 oddities= sack= timestamps= orig_wscale=`},
		{"cut behind the options", `
			c S 1000 0 0 options cut66
			s SA 5000 1001 0 options cut66
			c A 1001 5001 0 cut54`, `
			1 handshake=completed sack=true timestamps=false orig_wscale=7`},
		{"the answer to a FIN is captured before it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1002
			c FA 1001 5001
			c A 1002 5002`, `
			1 handshake=completed close=closed closed_by=orig`},
		{"both close at once", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			c A 1002 5002
			s A 5002 1002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"both open at once", `
			c S 1000
			s S 5000
			c SA 1000 5001
			s SA 5000 1001`, `
			1 handshake=completed handshake_kind=simultaneous synack_retries=0`},
	} {
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
						got = fmt.Sprint(g)
					}
					if got != v {
						t.Errorf("#%d %s is %q, want %q", id, k, got, v)
					}
				}
			}
		})
	}
}

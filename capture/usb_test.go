package capture

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/gopacket/layers"
)

// usbmon is what Linux notes of a transfer of kind in its n octets: the id, submitted, the kind, the endpoint, the device, the
// bus, no setup packet, and whether data follow.
func usbmon(n int, kind, data byte) []byte {
	return join([]byte{1, 2, 3, 4, 5, 6, 7, 8, 'S', kind, 2, 7, 1, 0, '-', data}, make([]byte, n-16))
}

func rndis(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		h := make([]byte, 44)
		for i, v := range []int{1, 44 + len(p), 36, len(p)} {
			binary.LittleEndian.PutUint32(h[4*i:], uint32(v))
		}
		b = join(b, h, p)
	}
	return b
}

// ncm is a block of NCM whose tables, of per packets each, lie in front of what they tell of.
func ncm(wide bool, sig string, per int, parts ...[]byte) []byte {
	w, name := 2, "NCMH"
	if wide {
		w, name = 4, "ncmh"
	}
	number := func(b []byte, v int) []byte {
		if wide {
			return binary.LittleEndian.AppendUint32(b, uint32(v))
		}
		return binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	body, at := []byte{}, 8+2*w
	for len(parts) > 0 {
		now := parts[:min(per, len(parts))]
		parts = parts[len(now):]
		size := 4*w + 2*w*(len(now)+1)
		end := at + size
		for _, p := range now {
			end += len(p)
		}
		next := end
		if len(parts) == 0 {
			next = 0
		}
		table := binary.LittleEndian.AppendUint16([]byte(sig), uint16(size))
		if wide {
			table = append(table, 0, 0)
		}
		table = number(table, next)
		if wide {
			table = append(table, 0, 0, 0, 0)
		}
		from := at + size
		for _, p := range now {
			table = number(number(table, from), len(p))
			from += len(p)
		}
		table = number(number(table, 0), 0)
		body = append(append(body, table...), join(now...)...)
		at = end
	}
	head := append([]byte(name), byte(8+2*w), 0, 1, 0)
	return append(number(number(head, at), 8+2*w), body...)
}

// packets are the ports to which the packets of TCP in a frame go.
func packets(link LinkType, b []byte, wire int) (ports []uint16, last Outcome, d *Decoder) {
	d = NewDecoder(NewPaths(), 1)
	f := Frame{Data: b, WireLen: uint32(wire), Link: link, Index: 1}
	var p Packet
	last = d.Decode(&f, &p)
	for {
		if (last == More || last == OK) && p.Proto == ProtoTCP && p.Bits&(BadSum|Cut|Overlong) == 0 {
			ports = append(ports, p.DstPort)
		}
		if last != More && !d.Pending() {
			break
		}
		p = Packet{}
		last = d.Again(&f, &p)
	}
	return ports, last, d
}

// What phones and modems carry over USB is seen through, all packets of a transfer, and nothing that lies about its lengths.
func TestUSB(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	to := func(port byte) []byte { // with a sum that is right again
		b := append([]byte(nil), frame...)
		old := binary.BigEndian.Uint16(b[36:])
		now := uint16(port)
		binary.BigEndian.PutUint16(b[36:], now)
		s := uint32(^binary.BigEndian.Uint16(b[50:])) + uint32(^old) + uint32(now)
		for s > 0xffff {
			s = s>>16 + s&0xffff
		}
		binary.BigEndian.PutUint16(b[50:], ^uint16(s))
		return b
	}
	arp := join(frame[:12], []byte{8, 6, 0, 1, 8, 0, 6, 4, 0, 1}, make([]byte, 20))
	a, b, c := to(1), to(2), to(3)
	six := ip6Packet(hostA, hostB, 6, syn6(t, hostA, hostB))
	sum := []byte{1, 2, 3, 4}
	windows := func(kind byte, data []byte) []byte {
		h := make([]byte, 27)
		h[0], h[22] = 27, kind
		return join(h, data)
	}
	mac := func(kind byte, data []byte) []byte {
		h := make([]byte, 32)
		h[1], h[2], h[31] = 1, 32, kind
		return join(h, data)
	}
	change := func(b []byte, at int, v byte) []byte {
		b = append([]byte(nil), b...)
		b[at] = v
		return b
	}
	for _, x := range []struct {
		name string
		link LinkType
		data []byte
		want string
	}{
		{"RNDIS", 220, join(usbmon(64, 3, 0), rndis(frame)), "[443]"},
		{"RNDIS, 48 octets", 189, join(usbmon(48, 3, 0), rndis(frame)), "[443]"},
		{"RNDIS, three", 220, join(usbmon(64, 3, 0), rndis(a, b, c)), "[1 2 3]"},
		{"RNDIS, with ARP between and behind", 220, join(usbmon(64, 3, 0), rndis(arp, a, arp, arp, b, arp)), "[1 2]"},
		{"RNDIS, an octet behind, as some add", 220, join(usbmon(64, 3, 0), rndis(a), []byte{0}), "[1]"},
		{"RNDIS, no packet", 220, join(usbmon(64, 3, 0), change(rndis(a), 0, 2)), "[]"},
		{"RNDIS, a message shorter than its header", 220, join(usbmon(64, 3, 0), change(rndis(a), 4, 43)), "[]"},
		{"RNDIS, a message of four octets", 220, join(usbmon(64, 3, 0), change(rndis(a), 4, 4)), "[]"},
		{"RNDIS, a message longer than the transfer", 220, join(usbmon(64, 3, 0), change(rndis(a), 5, 1)), "[]"},
		{"RNDIS, data longer than the message", 220, join(usbmon(64, 3, 0), change(rndis(a), 12, 200)), "[]"},
		{"RNDIS, data that begin in the header", 220, join(usbmon(64, 3, 0), change(rndis(a), 8, 35)), "[]"},
		{"RNDIS, data that begin far outside", 220, join(usbmon(64, 3, 0), change(rndis(a), 11, 0xff)), "[]"},
		{"RNDIS, a second that lies", 220, join(usbmon(64, 3, 0), rndis(a), change(rndis(b), 7, 0xff)), "[1]"},
		{"NCM", 220, join(usbmon(64, 3, 0), ncm(false, "NCM0", 9, a, b, c)), "[1 2 3]"},
		{"NCM, with ARP", 220, join(usbmon(64, 3, 0), ncm(false, "NCM0", 9, arp, a, arp, b)), "[1 2]"},
		{"NCM, three tables", 220, join(usbmon(64, 3, 0), ncm(false, "NCM0", 1, a, b, c)), "[1 2 3]"},
		{"NCM, checksums", 220, join(usbmon(64, 3, 0), ncm(false, "NCM1", 2, join(a, sum), join(b, sum), join(c, sum))), "[1 2 3]"},
		{"NCM, wide", 220, join(usbmon(64, 3, 0), ncm(true, "ncm0", 2, a, b, c)), "[1 2 3]"},
		{"MBIM", 220, join(usbmon(64, 3, 0), ncm(false, "IPS\x00", 2, a[14:], b[14:], six)), "[1 2 443]"},
		{"MBIM, wide, another session", 220, join(usbmon(64, 3, 0), ncm(true, "ips\x07", 2, a[14:], b[14:])), "[1 2]"},
		{"MBIM, of the device", 220, join(usbmon(64, 3, 0), ncm(false, "DSS\x00", 2, a[14:], b[14:])), "[]"},
		{"NCM of no length, as of a short transfer", 220, join(usbmon(64, 3, 0), change(change(ncm(false, "NCM0", 9, a), 8, 0), 9, 0)), "[1]"},
		{"NCM, a block that ends before its second packet does", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a, b), 8, byte(12+8+12+2*len(a)-1))), "[1]"},
		{"NCM, a table in the header", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a), 10, 11)), "[]"},
		{"NCM, a table outside", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a), 11, 0xff)), "[]"},
		{"NCM, a packet outside", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a), 23, 0xff)), "[]"},
		{"NCM, a packet twice", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a, b), 24, byte(12+8+12))), "[1]"},
		{"NCM, a table that is its own next", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a), 18, 12)), "[1]"},
		{"NCM, a table that ends before its entries", 220, join(usbmon(64, 3, 0), change(ncm(false, "NCM0", 9, a, b), 16, 12)), "[1]"},
		{"ECM", 220, join(usbmon(64, 3, 0), frame), "[443]"},
		{"ECM of Apple's phones", 220, join(usbmon(64, 3, 0), []byte{0, 0}, frame), "[443]"},
		{"a modem", 220, join(usbmon(64, 3, 0), frame[14:]), "[443]"},
		{"a modem, IPv6", 220, join(usbmon(64, 3, 0), six), "[443]"},
		{"a modem, IPv6 that does not fill it", 220, join(usbmon(64, 3, 0), six, []byte{0}), "[]"},
		{"a modem, a wrong checksum", 220, join(usbmon(64, 3, 0), change(frame[14:], 10, 1)), "[]"},
		{"Windows", 249, windows(3, rndis(a, b)), "[1 2]"},
		{"Windows, of a control transfer", 249, windows(2, rndis(a, b)), "[]"},
		{"macOS", 266, mac(2, ncm(false, "NCM0", 9, a, b)), "[1 2]"},
		{"macOS, an interrupt", 266, mac(3, ncm(false, "NCM0", 9, a, b)), "[]"},
		{"an interrupt", 220, join(usbmon(64, 1, 0), rndis(a)), "[]"},
		{"a transfer whose data come elsewhere", 220, join(usbmon(64, 3, '>'), rndis(a)), "[]"},
		{"a header that is too short", 249, change(windows(3, rndis(a)), 0, 26), "[]"},
		{"a header that is all", 249, change(windows(3, rndis(a)), 0, byte(27+len(rndis(a)))), "[]"},
		{"a disk", 220, join(usbmon(64, 3, 0), []byte("USBC"), make([]byte, 27)), "[]"},
	} {
		ports, last, d := packets(x.link, x.data, len(x.data))
		if got := fmt.Sprint(ports); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
		if x.want == "[]" && (last != NotIP || d.Reason.String() != x.link.String()) {
			t.Errorf("%s: %v, %v", x.name, last, d.Reason)
		}
		for n := range x.data { // cut anywhere
			packets(x.link, x.data[:n:n], len(x.data))
			packets(x.link, x.data[:n:n], n)
		}
	}
}

// A block of NCM cannot make a reader look at anything twice: what it costs is bounded by its length.
func TestUSBIsBounded(t *testing.T) {
	const size = 1 << 20
	b := make([]byte, size)
	copy(b, usbmon(64, 3, 0))
	n := b[64:]
	copy(n, "ncmh")
	n[4] = 16
	binary.LittleEndian.PutUint32(n[12:], 16)
	for at := 16; at+32 <= len(n); at += 16 { // tables in one another, each of entries up to the end
		copy(n[at:], "ncm0\xff\xff")
		binary.LittleEndian.PutUint32(n[at+8:], uint32(at+16))
	}
	if ports, last, _ := packets(220, b, size); len(ports) != 0 || last != NotIP {
		t.Error(ports, last)
	}
	w, d := inTransfer{block: 64, table: 64 + 16, at: 64 + 32, seen: 64 + 16}, NewDecoder(NewPaths(), 1)
	d.data = b
	steps := 0
	for ok := true; ok && steps <= size; steps++ {
		_, _, _, ok = d.ncm(&w, size)
	}
	if steps > size/16 {
		t.Errorf("%d steps", steps)
	}
}

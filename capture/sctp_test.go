package capture

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"testing"

	"github.com/google/gopacket/layers"
)

// The checksum of SCTP is a CRC over the whole packet; one of 0 says nothing, and old systems have Adler's.
func TestChecksumOfAssociations(t *testing.T) {
	carrier := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())[14:34]
	crc := func(b []byte) {
		binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	}
	adler := func(b []byte) { binary.BigEndian.PutUint32(b[8:], adler32.Checksum(b)) }
	for _, c := range []struct {
		name   string
		sum    func([]byte)
		change int // the octet that is damaged after that, 0: none
		cut    int // octets that the capture lacks
		want   Bits
	}{
		{"right", crc, 0, 0, 0},
		{"damaged in the ports", crc, 1, 0, BadSum},
		{"damaged in the tag", crc, 7, 0, BadSum},
		{"damaged in the sum", crc, 9, 0, BadSum},
		{"damaged in a chunk", crc, 13, 0, BadSum},
		{"damaged at the end", crc, 31, 0, BadSum},
		{"none", func([]byte) {}, 0, 0, Unchecked},
		{"none, and damaged", func([]byte) {}, 31, 0, Unchecked},
		{"old", adler, 0, 0, 0},
		{"old and damaged", adler, 31, 0, BadSum},
		{"cut", crc, 31, 1, Unchecked | Cut},
		{"cut behind the header", crc, 0, 20, Unchecked | Cut},
	} {
		b := []byte{0x0f, 0xa0, 0x0f, 0x1c, 0, 0, 0, 7, 0, 0, 0, 0, 1, 0, 0, 20, 0, 0, 0, 11, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 1}
		c.sum(b)
		if c.change > 0 {
			b[c.change] ^= 0x40
		}
		head := append([]byte(nil), carrier...)
		binary.BigEndian.PutUint16(head[2:], uint16(20+len(b)))
		head[9] = ProtoSCTP
		whole := append(head, b...)
		f := Frame{Data: whole[:len(whole)-c.cut], WireLen: uint32(len(whole)), Link: LinkRaw}
		var p Packet
		d := NewDecoder(NewPaths(), 1)
		if out := d.Decode(&f, &p); out != OK {
			t.Fatal(c.name, out)
		}
		if got := p.Bits & (BadSum | PartialSum | Unchecked | Cut | BadHeader); got != c.want || p.DstPort != 3868 && c.change != 1 {
			t.Errorf("%s: bits %#x, want %#x", c.name, got, c.want)
		}
	}
}

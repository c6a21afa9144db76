package pcapfile

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

// A length field that asks for more than any frame may have is named, and nothing
// is allocated for it.
func TestLyingLengths(t *testing.T) {
	le, ng := binary.LittleEndian, func(kind, size uint32) []byte {
		b := make([]byte, 28+16)
		binary.LittleEndian.PutUint32(b, 0x0a0d0d0a)
		binary.LittleEndian.PutUint32(b[4:], 28)
		binary.LittleEndian.PutUint32(b[8:], 0x1a2b3c4d)
		b[12] = 1
		for i := 16; i < 24; i++ {
			b[i] = 0xff
		}
		binary.LittleEndian.PutUint32(b[24:], 28)
		binary.LittleEndian.PutUint32(b[28:], kind)
		binary.LittleEndian.PutUint32(b[32:], size)
		return b
	}
	pcap := make([]byte, 24+16+100)
	le.PutUint32(pcap, 0xa1b2c3d4)
	le.PutUint32(pcap[20:], 1)
	le.PutUint32(pcap[32:], 1<<30)
	snoop := snoopFile(4, make([]byte, 40))
	binary.BigEndian.PutUint32(snoop[16+8:], 1<<30)
	for name, file := range map[string][]byte{"pcap": pcap, "pcapng": ng(6, 1<<30), "snoop": snoop} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readAll(t, file)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "claims") {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d MB allocated for a lie", name, n>>20)
		}
	}
}

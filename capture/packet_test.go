package capture

import (
	"testing"
	"unsafe"
)

func TestPacketSize(t *testing.T) {
	if n := unsafe.Sizeof(Packet{}); n != PacketSize {
		t.Fatalf("Packet is %d octets, want %d", n, PacketSize)
	}
}

package handshake

import (
	"testing"
	"unsafe"
)

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(Conn{}); n != ConnSize {
		t.Errorf("Conn is %d octets, want %d", n, ConnSize)
	}
	t.Logf("Data %d octets", unsafe.Sizeof(Data{}))
}

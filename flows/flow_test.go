package flows

import (
	"testing"
	"unsafe"
)

func TestFlowSize(t *testing.T) {
	if n := unsafe.Sizeof(Flow{}); n != hotSize {
		t.Errorf("Flow is %d octets, want %d", n, hotSize)
	}
	if n := unsafe.Sizeof(origin{}); n != originSize {
		t.Errorf("origin is %d octets, want %d", n, originSize)
	}
	if n := unsafe.Offsetof(Flow{}.conn); n%line != 0 {
		t.Errorf("the connection lies at %d, inside a cache line", n)
	}
}

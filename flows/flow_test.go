package flows

import (
	"testing"
	"unsafe"
)

func TestFlowSize(t *testing.T) {
	if n := unsafe.Sizeof(Flow{}); n != FlowSize {
		t.Fatalf("Flow is %d octets, want %d", n, FlowSize)
	}
}

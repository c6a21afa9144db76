package prefetch

import (
	"testing"
	"unsafe"
)

// Whatever is asked for, nothing that can be seen happens.
func TestAnyAddress(t *testing.T) {
	b := make([]byte, 300)
	for i := range b {
		b[i] = byte(i)
	}
	at := uintptr(unsafe.Pointer(&b[0]))
	for _, p := range []uintptr{0, 1, at, at + 7, ^uintptr(0) - 5} {
		for _, n := range []uintptr{0, 1, Line - 1, Line, 300} {
			Read(p, n)
			Write(p, n)
		}
		All(&[Many]uintptr{0: p, 3: p + 1, 5: at, 9: ^p})
		lines := []uintptr{p, p + 1, at, 0}
		for n := -1; n <= len(lines); n++ {
			Lines(&lines[0], n)
		}
	}
	for i := range b {
		if b[i] != byte(i) {
			t.Fatalf("octet %d is %d", i, b[i])
		}
	}
}

package prefetch

import (
	"runtime"
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
	}
	for i := range b {
		if b[i] != byte(i) {
			t.Fatalf("octet %d is %d", i, b[i])
		}
	}
}

// Pages writes zeros to every page of what is beyond the length, the last octet's too, and nothing
// before it.
func TestPages(t *testing.T) {
	type thing [1003]byte
	all := make([]thing, 100)
	b := unsafe.Slice(&all[0][0], len(all)*len(all[0]))
	for i := range b {
		b[i] = 1
	}
	Pages(all[:7])
	from := 7 * len(all[0])
	last := from
	for i, c := range b {
		switch {
		case c == 0 && i < from:
			t.Errorf("octet %d is gone", i)
		case c == 0 && i-last > 4096:
			t.Errorf("nothing was written between octets %d and %d", last, i)
		}
		if c == 0 {
			last = i
		}
	}
	if b[from] != 0 || last != len(b)-1 {
		t.Errorf("the first octet is %d, the last that was written is %d of %d", b[from], last, len(b))
	}
	Pages([]byte(nil))
	Pages(make([]struct{}, 3, 5))
	Pages(make([][9000]byte, 1, 4))
	Pages(make([]*int, 1, 4))
}

// Huge returns zeros that can be written, as many as were asked for.
func TestHuge(t *testing.T) {
	b := Huge(2 * HugePage)
	if len(b) != 2*HugePage || cap(b) != len(b) {
		t.Fatalf("%d octets, room for %d", len(b), cap(b))
	}
	if at := uintptr(unsafe.Pointer(&b[0])); runtime.GOOS == "linux" && at%HugePage != 0 {
		t.Errorf("begins at %x", at)
	}
	for i := range b {
		if b[i] != 0 {
			t.Fatalf("octet %d is %d", i, b[i])
		}
		b[i] = 1
	}
}

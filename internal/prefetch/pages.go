package prefetch

import "unsafe"

// Pages has the system make the memory of s beyond its length, up to its capacity, which
// was never written and is zero: one zero is written to each page. A page that is read before it is
// written is made twice, and the second time all processors are stopped for a moment.
// Octets, since to write a T with pointers the garbage collector may want to read what was there.
func Pages[T any](s []T) {
	const page = 4096
	room := s[len(s):cap(s)]
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(room))), uintptr(len(room))*unsafe.Sizeof(*new(T)))
	for i := 0; i < len(b); i += page {
		b[i] = 0
	}
	if len(b) > 0 {
		b[len(b)-1] = 0
	}
}

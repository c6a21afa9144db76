package prefetch

import "unsafe"

// Pages has the system make the memory of s beyond its length, up to its capacity, which
// holds nothing yet: zeros are written to each page. A page that is read before it is
// written is made twice, and the second time all processors are stopped for a moment.
func Pages[T any](s []T) {
	const page = 4096
	var zero T
	step := max(1, page/int(max(1, unsafe.Sizeof(zero))))
	room := s[len(s):cap(s)]
	for i := 0; i < len(room); i += step {
		room[i] = zero
	}
}

//go:build !linux

package prefetch

// Huge returns n zeroed octets of the heap.
func Huge(n int) []byte { return make([]byte, n) }

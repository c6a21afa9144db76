//go:build !linux

package flows

func mapped(n int) (whole, b []byte) { return nil, align(make([]byte, n+line), line)[:n] }

func unmap([]byte) {}

func newSlots(n int) []uint64 { return make([]uint64, n) }

func freeSlots([]uint64) {}

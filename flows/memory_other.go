//go:build !linux

package flows

func mapped(n int) []byte { return make([]byte, n) }

func newSlots(n int) []uint64 { return make([]uint64, n) }

func freeSlots([]uint64) {}

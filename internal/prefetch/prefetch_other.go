//go:build !amd64 && !arm64

package prefetch

func All(*[Many]uintptr) {}

func Read(uintptr, uintptr) {}

func Write(uintptr, uintptr) {}

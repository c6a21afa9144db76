//go:build !amd64 && !arm64

package prefetch

func Lines(*uintptr, int) {}

func All(*[Many]uintptr) {}

func Read(uintptr, uintptr) {}

func Write(uintptr, uintptr) {}

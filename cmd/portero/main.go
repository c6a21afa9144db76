// Command portero says what happened in a capture, and proves it.
package main

import (
	"os"
	"runtime"
	"runtime/debug"

	"portero/catalog"
)

func main() {
	startLight()
	go catalog.Default() // most commands want it in a moment, and to read it takes one
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// startLight puts the first garbage collection off until there are some 26 MB: a third
// of the time that a small capture takes would be spent on collecting what the start
// left. From then on the heap is kept as small as usual.
func startLight() {
	runtime.MemProfileRate = 0 // until a profile is asked for
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(650)
	first := new([16]byte)
	runtime.SetFinalizer(first, func(*[16]byte) { debug.SetGCPercent(usual) })
}

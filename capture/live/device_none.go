//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !windows

package live

import (
	"errors"
	"runtime"

	"portero/capture"
)

var errSystem = errors.New("listening to an interface is not supported on " + runtime.GOOS + "/" + runtime.GOARCH + "; read a saved capture (tcpdump -w, Wireshark)")

func listen(o *Options, _ string) (Tap, error) {
	_, _ = compile(o, capture.LinkEthernet)
	return Tap{}, errSystem
}

func prober() func(string) (capture.LinkType, error) {
	return func(string) (capture.LinkType, error) { return 0, errSystem }
}

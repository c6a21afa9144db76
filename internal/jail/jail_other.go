//go:build !linux

package jail

import (
	"errors"
	"os"
	"runtime"
)

// Enter gives up nothing on this system.
func Enter() Report {
	return Report{Missing: [][2]string{{"a sandbox (not known on " + runtime.GOOS + ")", "aislamiento (no se conoce en " + runtime.GOOS + ")"}}}
}

// Keep does nothing on this system.
func Keep(...string) error { return errors.ErrUnsupported }

// High returns f.
func High(f *os.File) (*os.File, error) { return f, nil }

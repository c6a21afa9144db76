//go:build linux

package live_test

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"portero/capture/live"
)

// Without the right to listen it says so.
func TestNotPermitted(t *testing.T) {
	if os.Geteuid() == 0 {
		// Another thread with no capability stands for another user.
		done := make(chan error)
		go func() {
			_, err := withoutCaps(func() ([]live.Tap, error) { return live.Listen(live.Options{Interfaces: []string{"lo"}}) })
			done <- err
		}()
		var pe *live.PermissionError
		if err := <-done; !errors.As(err, &pe) || pe.Interface != "lo" {
			t.Errorf("%v", err)
		}
	}
	var ne *live.NoInterfaceError
	if _, err := live.Listen(live.Options{Interfaces: []string{"nosuch0"}}); !errors.As(err, &ne) || len(ne.Known) == 0 {
		t.Errorf("%v", err)
	}
}

func withoutCaps(f func() ([]live.Tap, error)) ([]live.Tap, error) {
	runtime.LockOSThread() // for good: the thread ends with its goroutine
	h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&h, &none[0]); err != nil {
		return nil, err
	}
	return f()
}

package live

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// What takes the kernel long is done for many at once, for each once.
func TestAtOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		done := make([]atomic.Int32, n)
		var now, peak atomic.Int32
		atOnce(n, anywhere, func(i int) {
			peak.Store(max(peak.Load(), now.Add(1)))
			time.Sleep(5 * time.Millisecond)
			now.Add(-1)
			done[i].Add(1)
		})
		for i := range done {
			if got := done[i].Load(); got != 1 {
				t.Errorf("%d of %d was done %d times", i, n, got)
			}
		}
		if got := peak.Load(); int(got) > min(n, 32) || n == 100 && got < 8 {
			t.Errorf("of %d, %d at once", n, got)
		}
	}
}

// Who may not help leaves all to the caller, in its own thread.
func TestAtOnceWhereNobodyMayHelp(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	me, _ := os.Readlink("/proc/thread-self")
	n := 0
	atOnce(50, func() bool { return false }, func(int) {
		if at, _ := os.Readlink("/proc/thread-self"); at != me {
			t.Errorf("in %s, called in %s", at, me)
		}
		n++
	})
	if n != 50 {
		t.Errorf("%d of 50", n)
	}
}

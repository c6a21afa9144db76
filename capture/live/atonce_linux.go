package live

import (
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// atOnce does 0 to n-1, several at once, and returns when all are done: to make a ring, and to give it back, the kernel waits
// until every processor was elsewhere for a moment, tens of milliseconds in which it can wait for others, too. The caller does
// its share; a thread helps where it may.
func atOnce(n int, may func() bool, do func(i int)) {
	const most = 32
	var next atomic.Int64
	share := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var all sync.WaitGroup
	for range min(n, most) - 1 {
		all.Go(func() {
			runtime.LockOSThread() // what it may is of the thread
			defer runtime.UnlockOSThread()
			if may() {
				share()
			}
		})
	}
	share()
	all.Wait()
}

func anywhere() bool { return true }

// namespace is the network namespace of this thread, zero where that cannot be known. A caller that has gone into another one
// listens there, and so does who helps it.
func namespace() (id [2]uint64) {
	var st unix.Stat_t
	if unix.Stat("/proc/thread-self/ns/net", &st) == nil {
		id = [2]uint64{uint64(st.Dev), st.Ino}
	}
	return id
}

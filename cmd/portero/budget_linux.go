package main

import "golang.org/x/sys/unix"

// addressable is how many octets this process may address (ulimit -v), 0 where nothing
// bounds it.
func addressable() uint64 {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &l) != nil || l.Cur >= 1<<50 {
		return 0
	}
	return l.Cur
}

package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() {
	// A test that wants a process without rights starts one that gives them up.
	if os.Getenv("PORTERO_TEST_NOCAPS") != "" {
		syscall.Setgroups(nil)
		syscall.Setresgid(65534, 65534, 65534)
		if err := syscall.Setresuid(65534, 65534, 65534); err != nil {
			panic(err)
		}
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
}

package main

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() {
	// A test that wants a process without rights starts one that gives them up, and, where it is to be
	// "confined", the right to gain any first: that is of a thread, and of all after an exec.
	how := os.Getenv("PORTERO_TEST_NOCAPS")
	if how == "confined" {
		os.Setenv("PORTERO_TEST_NOCAPS", "user")
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			panic(err)
		}
		panic(syscall.Exec("/proc/self/exe", os.Args, os.Environ()))
	}
	if how != "" {
		syscall.Setgroups(nil)
		syscall.Setresgid(65534, 65534, 65534)
		if err := syscall.Setresuid(65534, 65534, 65534); err != nil {
			panic(err)
		}
	}
}

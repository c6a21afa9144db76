//go:build !linux

package main

import (
	"errors"
	"os"
)

// twoProcesses reports whether the analysis runs in a process of its own.
const twoProcesses = false

func (a *app) isParser() bool { return false }

func (a *app) supervise(*local, *session) error { return errors.ErrUnsupported }

func (a *app) remote() (keeper, error) { return nil, errors.ErrUnsupported }

func openFiles() func() int { return nil }

// writable says why no file can be made in a directory, as far as that is known before
// it is tried: nothing here.
func writable(string) error { return nil }

// terminalGone takes a hang-up for one of the terminal where there is one.
func terminalGone(f *os.File) bool { return isTerminal(f) }

func cpuSeconds() (float64, bool) { return 0, false }

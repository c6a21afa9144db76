package spool

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// TryLock opens name and locks it for as long as it is open; when another process
// has it, the error is ErrInUse.
func TryLock(name string) (*os.File, error) {
	f, err := lock(name, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		err = ErrInUse
	}
	return f, err
}

// Lock opens name and waits until it is locked; closing it unlocks.
func Lock(name string) (*os.File, error) { return lock(name, windows.LOCKFILE_EXCLUSIVE_LOCK) }

func lock(name string, how uint32) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, new(windows.Overlapped)); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// SyncDir is for systems that keep names apart from files.
func SyncDir(string) error { return nil }

// ident tells a file from a copy of it.
func ident(f *os.File) string {
	var i windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &i); err != nil {
		return "unknown"
	}
	return fmt.Sprintf("index %d %d", i.FileIndexHigh, i.FileIndexLow)
}

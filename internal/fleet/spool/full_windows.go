package spool

import (
	"errors"

	"golang.org/x/sys/windows"
)

// diskFull reports whether err says that there is no room, which may come.
func diskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

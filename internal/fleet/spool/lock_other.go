//go:build !unix

package spool

import "os"

// lockFile opens name; other systems than Unix refuse a second writer of a
// segment by themselves.
func lockFile(name string) (*os.File, error) { return os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) }

// Lock opens name; one process may write to a lake on such a system.
func Lock(name string) (*os.File, error) { return lockFile(name) }

// SyncDir is for systems that keep names apart from files.
func SyncDir(string) error { return nil }

package spool

import (
	"os"
	"path/filepath"
)

// WriteFile writes a file so that after a crash it holds the old content or the
// new, never a part.
func WriteFile(name string, b []byte) error {
	return writeFile(name, func(*os.File) ([]byte, error) { return b, nil })
}

// writeFile is WriteFile of what content answers for the file that it is written to.
func writeFile(name string, content func(*os.File) ([]byte, error)) error {
	f, err := os.CreateTemp(filepath.Dir(name), beingWritten+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	b, err := content(f)
	if err == nil {
		_, err = f.Write(b)
	}
	if err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}

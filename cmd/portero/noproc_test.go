package main

import (
	"io/fs"
	"os"
	"strings"
	"testing"
)

// TestWithoutProc: what a chroot without /proc cannot do says what is missing there, and not
// that a file is not there that nobody named.
func TestWithoutProc(t *testing.T) {
	for path, want := range map[string]string{
		"/proc":            "mount -t proc",
		"/proc/self/exe":   "mount -t proc",
		"/proc/none.pcap":  "there is no such file",
		"/procure/in.pcap": "there is no such file",
	} {
		if got := explainOpen(&fs.PathError{Op: "open", Path: path, Err: os.ErrNotExist}); !strings.HasPrefix(got, path+": ") || !strings.Contains(got, want) {
			t.Errorf("%q, want %q in it", got, want)
		}
	}
}

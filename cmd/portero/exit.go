package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"portero/capture/pcapfile"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// Exit statuses, as diff and grep have them (docs/OUTPUTS.md).
const (
	exitOK          = 0
	exitFound       = 1
	exitUsage       = 2
	exitDamaged     = 3
	exitDenied      = 4
	exitInterrupted = 130
)

// exitError carries an exit status; a nil err says everything was told already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// status turns what a command returned into an exit status.
func status(err error) int {
	var ee *exitError
	var de *pcapfile.DamageError
	switch {
	case err == nil || brokenPipe(err):
		return exitOK
	case errors.As(err, &ee):
		return ee.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, fs.ErrPermission):
		return exitDenied
	case errors.As(err, &de):
		return exitDamaged
	}
	return exitUsage
}

// linesError is an error that needs several lines, as commands to copy do. Who makes one sees to it that no name in it
// has a newline.
type linesError string

func (e linesError) Error() string { return string(e) }

// brokenPipe reports that the reader of our output went away: no error of ours.
func brokenPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// say tells an error on standard error, a line for each of several that came together. A name in it, which may be
// anybody's, makes no line of its own.
func say(w io.Writer, err error, l words.Lang) {
	if err == nil || brokenPipe(err) || errors.Is(err, context.Canceled) {
		return
	}
	for _, e := range safe.Several(err) {
		var own linesError
		if errors.As(e, &own) {
			for i, line := range strings.Split(own.Error(), "\n") {
				if i == 0 {
					line = "portero: " + line
				}
				fmt.Fprintln(w, printable(line))
			}
			continue
		}
		if line := explainOpen(e); line != "" {
			fmt.Fprintln(w, "portero: "+words.Message(l, printable(line)))
		}
	}
}

// explainOpen makes the system's words for files that cannot be opened say what
// to do.
func explainOpen(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		if pe.Path == "" { // a variable of a script that is not set
			return `"": there is no such file`
		}
		switch {
		case errors.Is(err, os.ErrNotExist) && ofProc(pe.Path):
			// In a container or a chroot that has none.
			return pe.Path + ": /proc is not mounted here, and this needs it (mount -t proc proc /proc); saved captures can be read without"
		case errors.Is(err, os.ErrNotExist):
			return pe.Path + ": there is no such file"
		case errors.Is(err, os.ErrPermission):
			return pe.Path + ": no permission to read it (ask its owner, or run as a user who may)"
		case pe.Op == "write" && errors.Is(err, syscall.ENOSPC):
			return pe.Path + ": no space left on device; what is there of it is not whole"
		}
		return pe.Path + ": " + pe.Err.Error()
	}
	return err.Error()
}

// ofProc tells whether path is what the system has where /proc is mounted.
func ofProc(path string) bool {
	return path == "/proc" || strings.HasPrefix(path, "/proc/self/") || strings.HasPrefix(path, "/proc/net/")
}

// printable keeps bytes of file names and packets from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || safe.Hidden(r) || r == 0xfffd {
			return '?'
		}
		return r
	}, s)
}

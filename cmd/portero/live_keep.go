package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"
	"time"

	"portero/capture/live"
	"portero/internal/export"
	"portero/internal/recorder"
	"portero/internal/sockets"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// keeper gives a live session what needs rights. It is local where one process does
// everything, or stands for the other process of two.
type keeper interface {
	listen() ([]live.Tap, error)
	// reopen listens to an interface that came back.
	reopen(name string) (live.Tap, error)
	// output opens the file of -o, anew when it was moved away; nil for standard output.
	output() (*os.File, error)
	// save creates the next file of -w.
	save(now time.Time) (*os.File, string, error)
	// chosen creates the file for packets that were chosen in the screen, never over
	// one that exists.
	chosen(name string) (*os.File, error)
	// metrics opens the port of --metrics, nil without it.
	metrics() (net.Listener, error)
	// sockets says whose connections are whose.
	sockets() (sockets.Asker, error)
	// dial connects to a collector of --to.
	dial(network, addr string) (net.Conn, error)
}

// local is a keeper that has the rights itself.
type local struct {
	o     *liveFlags
	opt   live.Options
	files recorder.Files
	index map[string]int // of the interfaces that are listened to
	wrote bool           // the output file was created once
	saved bool           // the first file of -w was
	// screened: there is a screen, in which packets may be chosen.
	screened bool
}

func newLocal(o *liveFlags, opt live.Options) *local {
	k := &local{o: o, opt: opt, index: map[string]int{}}
	k.files = recorder.Files{Path: o.save, Many: o.rotates(), Keep: o.keepFiles, Create: func(path string) (*os.File, error) {
		f, err := createFile(path, o.force)
		if err == nil {
			err = giveBack(f)
		}
		return f, err
	}}
	return k
}

func (k *local) listen() ([]live.Tap, error) {
	taps, err := live.Listen(k.opt)
	for _, t := range taps {
		k.index[t.Name] = t.Index
	}
	return taps, err
}

// reopen is for interfaces of this session only, and only when the one that was
// listened to is no more.
func (k *local) reopen(name string) (live.Tap, error) {
	old, ok := k.index[name]
	if !ok || old == 0 || !slices.Contains(k.opt.Interfaces, name) {
		return live.Tap{}, fmt.Errorf("%q is none of this session's interfaces", name)
	}
	if i, err := net.InterfaceByName(name); err == nil && i.Index == old {
		return live.Tap{}, fmt.Errorf("%s is still the same interface", name)
	}
	one := k.opt
	one.Interfaces = []string{name}
	taps, err := live.Listen(one)
	if err != nil {
		return live.Tap{}, err
	}
	k.index[name] = taps[0].Index
	return taps[0], nil
}

func (k *local) output() (*os.File, error) {
	if k.o.out == "" || k.o.out == "-" {
		return nil, nil
	}
	if k.wrote {
		// Moved away, as logrotate does, it is made anew; else it goes on.
		if _, err := os.Lstat(k.o.out); err == nil {
			return nil, nil
		}
	}
	f, err := createFile(k.o.out, k.o.force)
	if err != nil {
		return nil, err
	}
	k.wrote = true
	return f, giveBack(f)
}

// save makes the next file of -w. Where the first cannot be made, the session does not
// begin, and what -o made for it goes again.
func (k *local) save(now time.Time) (*os.File, string, error) {
	f, name, err := k.files.Next(now)
	if err == nil {
		k.saved = true
	} else if !k.saved && k.wrote {
		if st, e := os.Lstat(k.o.out); e == nil && st.Mode().IsRegular() && st.Size() == 0 {
			os.Remove(k.o.out)
		}
	}
	return f, name, err
}

// mayWrite says what stands against the files of -o and -w, and makes none.
func (k *local) mayWrite() error {
	if o := k.o.out; o != "" && o != "-" {
		if err := mayCreate(o, k.o.force); err != nil {
			return err
		}
	}
	switch s := k.o.save; {
	case s == "" || s == "-":
		return nil
	case k.files.Many:
		return mayMakeIn(s) // the names have the time in them
	default:
		return mayCreate(s, k.o.force)
	}
}

func (k *local) chosen(name string) (*os.File, error) {
	f, err := createFile(name, false)
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s: no ordinary file", name), f.Close())
	}
	return f, giveBack(f)
}

func (k *local) metrics() (net.Listener, error) {
	if k.o.metrics == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", k.o.metrics)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, usage(fmt.Sprintf("--metrics %s: this port is taken (another portero? each needs a port of its own)", k.o.metrics))
	case err != nil:
		return nil, fmt.Errorf("--metrics %s: %s", k.o.metrics, syscallWords(err))
	}
	return l, nil
}

// syscallWords is what the system says, without the address that is told beside it.
func syscallWords(err error) string {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e.Error()
	}
	return err.Error()
}

func (k *local) sockets() (sockets.Asker, error) { return sockets.NewFinder() }

// dial is for the collectors of this session only.
func (k *local) dial(network, addr string) (net.Conn, error) {
	for _, to := range k.o.to.to {
		if n, a, err := export.Address(to); err == nil && n == network && a == addr {
			return export.Dial(network, addr)
		}
	}
	return nil, fmt.Errorf("%s is no collector of this session", addr)
}

// giveBack makes a file that root wrote through sudo the user's who asked for it.
func giveBack(f *os.File) error {
	uid, err1 := strconv.Atoi(os.Getenv("SUDO_UID"))
	gid, err2 := strconv.Atoi(os.Getenv("SUDO_GID"))
	st, err := f.Stat()
	if err != nil || os.Geteuid() != 0 || err1 != nil || err2 != nil || !st.Mode().IsRegular() {
		return err
	}
	return f.Chown(uid, gid)
}

// denied says what to grant so that this user may listen, and what that means.
func denied(l words.Lang, e *live.PermissionError) error {
	path, err := os.Executable()
	if err != nil {
		path = "portero"
	}
	name := "USER"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return &exitError{exitDenied, linesError(deniedText(l, printable(e.Interface), safe.Shell(path), safe.Shell(name)))}
}

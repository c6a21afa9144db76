//go:build linux

package helper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// bounds of one message
const (
	maxMessage = 64 << 10
	// MaxFiles is how many files an answer has at most.
	MaxFiles = 128
)

type question struct {
	Name string
	Body json.RawMessage `json:",omitempty"`
}

type answer struct {
	Error string          `json:",omitempty"`
	Body  json.RawMessage `json:",omitempty"`
}

// Answerer answers one question. The files it returns are closed when they are
// sent.
type Answerer func(name string, body []byte) (reply any, files []*os.File, err error)

// Pair makes both ends of a wire. The second is for the other process.
func Pair() (mine *net.UnixConn, theirs *os.File, err error) { return pair(unix.SOCK_SEQPACKET) }

// Stream makes both ends of a plain stream, for those with a protocol of their own.
func Stream() (mine *net.UnixConn, theirs *os.File, err error) { return pair(unix.SOCK_STREAM) }

func pair(kind int) (mine *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "helper")
	mine, err = Dial(os.NewFile(uintptr(fds[0]), "helper"))
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return mine, theirs, nil
}

// Dial makes a wire of f, which it closes.
func Dial(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("helper: not a Unix socket")
	}
	return u, nil
}

// Serve answers questions until the other side is gone.
func Serve(c *net.UnixConn, a Answerer) error {
	buf := make([]byte, maxMessage)
	for {
		n, err := c.Read(buf)
		if errors.Is(err, io.EOF) || n == 0 && err == nil || errors.Is(err, net.ErrClosed) || errors.Is(err, unix.ECONNRESET) {
			return nil
		}
		if err != nil {
			return err
		}
		var q question
		var out answer
		var files []*os.File
		if err := json.Unmarshal(buf[:n], &q); err != nil {
			out.Error = "helper: " + err.Error()
		} else if reply, fs, err := a(q.Name, q.Body); err != nil {
			out.Error = err.Error()
		} else if out.Body, err = json.Marshal(reply); err != nil {
			out.Error = "helper: " + err.Error()
		} else {
			files = fs
		}
		err = send(c, out, files)
		for _, f := range files {
			f.Close()
		}
		if err != nil {
			return err
		}
	}
}

func send(c *net.UnixConn, out answer, files []*os.File) error {
	b, err := json.Marshal(out)
	if err != nil || len(b) > maxMessage || len(files) > MaxFiles {
		b, files = []byte(`{"Error":"helper: too long an answer"}`), nil
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	_, _, err = c.WriteMsgUnix(b, rights, nil)
	return err
}

// Client asks. Its methods may be called from several goroutines.
type Client struct {
	mu sync.Mutex
	c  *net.UnixConn
}

// NewClient asks over c.
func NewClient(c *net.UnixConn) *Client { return &Client{c: c} }

// Ask puts a question, and fills reply (nil to ignore it). The files are the
// caller's. It asks with write(2), so that a process that may not send still can.
func (c *Client) Ask(name string, body, reply any) ([]*os.File, error) {
	q := question{Name: name}
	var err error
	if body != nil {
		if q.Body, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.c.Write(b); err != nil {
		return nil, fmt.Errorf("the helper process is gone: %w", err)
	}
	buf := make([]byte, maxMessage)
	oob := make([]byte, unix.CmsgSpace(4*MaxFiles))
	n, m, _, _, err := c.c.ReadMsgUnix(buf, oob)
	if err != nil || n == 0 {
		return nil, fmt.Errorf("the helper process is gone: %w", errors.Join(err, io.EOF))
	}
	files, err := received(oob[:m])
	if err != nil {
		return nil, err
	}
	var a answer
	if err = json.Unmarshal(buf[:n], &a); err == nil {
		switch {
		case a.Error != "":
			err = errors.New(a.Error)
		case reply != nil:
			err = json.Unmarshal(a.Body, reply)
		}
	}
	if err != nil {
		for _, f := range files {
			f.Close()
		}
		return nil, err
	}
	return files, nil
}

func received(oob []byte) ([]*os.File, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	ms, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for i := range ms {
		fds, err := unix.ParseUnixRights(&ms[i])
		if err != nil {
			continue
		}
		for _, fd := range fds { // package net asks for them closed in programs that are run
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

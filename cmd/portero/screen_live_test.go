//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The screen on a real interface: the program behind a connection, the port it
// came to beside this machine's sockets, and packets saved through the process
// that kept the right to make files.
func TestLiveScreenInATerminal(t *testing.T) {
	if !inNetNS(t) {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	idle, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close() }()
		}
	}()
	dir := t.TempDir()
	x := newTerminal(t, 120, 30, dir, built(t)+" live lo --lang en")
	x.until("[1 connections 0]", "dropped 0")
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "hello")
	if _, err := io.ReadFull(c, make([]byte, 5)); err != nil { // what is unread would make it end with a RST
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_, unused, _ := net.SplitHostPort(idle.Addr().String())
	x.until("completed", "127.0.0.1:"+port, "portero.test", "open")
	x.keys("Enter")
	x.until("bytes 1 to 5", "portero.test (")
	time.Sleep(300 * time.Millisecond)
	c.Close() // followed while it goes on
	x.until("FIN", "TIME-WAIT")
	x.keys("Escape")
	x.until("> completed", "closed", "q quit")
	x.keys("w")
	x.until("portero-1.pcapng")
	x.keys("Enter")
	x.until("frames in portero-1.pcapng")
	x.keys("w", "C-u", "../x.pcapng", "Enter")
	x.until("not saved: ", "write a name that ends in .pcapng")
	x.keys("2")
	s := x.until("[2 ports", "never contacted", " contacted")
	for _, line := range strings.Split(s, "\n") {
		want := ""
		switch {
		case strings.Contains(line, " "+port+"/tcp"):
			want = " contacted"
		case strings.Contains(line, " "+unused+"/tcp"):
			want = "never contacted"
		default:
			continue
		}
		if !strings.Contains(line, want) || !strings.Contains(line, "portero.test") {
			t.Errorf("%q is not said to be %s", line, want)
		}
	}
	x.keys("q")
	x.until("status 0")
	if code, out, errs := portero(t, "--format", "ndjson", filepath.Join(dir, "portero-1.pcapng")); code != exitOK || !strings.Contains(out, `"handshake":"completed"`) || !strings.Contains(out, `"close":"closed"`) {
		t.Errorf("what was saved reads as %d %s %s", code, out, errs)
	}
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// A broker that is there and does not answer yet, or hangs up because it is about to
// stop, is waited for as one that is not there: a sensor that ended would lose records.
func TestABrokerThatDoesNotAnswerYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	for what, serve := range map[string]func(net.Conn){
		"it says nothing": func(net.Conn) {},
		"it hangs up":     func(c net.Conn) { c.Close() },
		"it cuts off":     func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() },
	} {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				serve(c)
			}
		}()
		for _, waits := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, waits %v", what, waits), func(t *testing.T) {
				t.Parallel()
				var said bytes.Buffer
				a := &app{err: &said, ctx: context.Background()}
				b := &busFlags{}
				b.URL = "nats://" + l.Addr().String()
				nc, err := a.connect(b, "test", waits)
				switch {
				case err == nil:
					nc.Close()
					if !waits {
						t.Error("there is no broker, and it is said to be connected")
					}
				case waits:
					t.Error(err)
				}
				if waits && !strings.Contains(said.String(), "waiting for it") {
					t.Errorf("not a word of it: %q", said.String())
				}
			})
		}
	}
}

// Who was told that the broker is waited for is told when it is there.
func TestTheFirstBrokerIsToldOf(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	h := start(t, "command", "hub", "--url", fmt.Sprintf("nats://127.0.0.1:%d", port), "--parquet", filepath.Join(dir, "lake"), "--bad", filepath.Join(dir, "bad"))
	h.wait("waiting for it")
	one(t, filepath.Join(dir, "b"), port)
	h.wait("broker found: nats://127.0.0.1")
	if said := h.text(); strings.Count(said, "broker found") != 1 || strings.Contains(said, "broker lost") {
		t.Error(said)
	}
	h.stop()
}

package main

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A small capture is read without collecting what the start left, unless the user says
// how often that is to be done.
func TestStartsLight(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	collections := func(env ...string) int {
		cmd := exec.Command(self, "read", look)
		cmd.Env = append(os.Environ(), append(env, "PORTERO_MAIN=1", "GODEBUG=gctrace=1")...)
		var errs strings.Builder
		cmd.Stderr = &errs
		if err := cmd.Run(); err != nil {
			t.Fatal(err, errs.String())
		}
		return strings.Count("\n"+errs.String(), "\ngc ")
	}
	// With the usual reserve there is one, which now and then is not over at the end and
	// then not told.
	if light, often := collections("GOGC="), collections("GOGC=10"); light != 0 || often == 0 {
		t.Errorf("%d collections, %d where the user wants many", light, often)
	}
}

// A collector is told of findings whatever the format of the records.
func TestReadTellsFindings(t *testing.T) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	to := "syslog://" + c.LocalAddr().String()
	if code, _, errs := portero(t, "read", "--format", "ndjson", "--to", to, "../../testdata/old-trojan-port/in.pcap"); code != exitOK {
		t.Fatal(code, errs)
	}
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 4096)
	n, _, err := c.ReadFrom(b)
	if err != nil || !strings.Contains(string(b[:n]), "port-backdoor") {
		t.Errorf("%q, %v", b[:n], err)
	}
}

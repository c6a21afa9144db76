package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/catalog/identify"
)

// TestMain makes the tests speak English, in lines as long as usual, wherever they run.
func TestMain(m *testing.M) {
	if os.Getenv("PORTERO_PARSER") != "" || os.Getenv("PORTERO_MAIN") != "" {
		// portero live, or its analysing process, begun by a test.
		main()
	}
	if spec := os.Getenv("PORTERO_TEST_CLIENT"); spec != "" {
		os.Exit(testClient(spec))
	}
	identify.Strict = true // what breaks off ends the test
	os.Setenv("LC_ALL", "C")
	os.Unsetenv("COLUMNS")
	// As the command itself does at its start: hundreds of them run here, in one process.
	debug.SetGCPercent(400)
	code := m.Run()
	quit()
	os.Exit(code)
}

// testClient is what this program is when it plays a client: it opens a connection, keeps it a while, says its port and
// ends. The while is of time in which the processes named behind it had a processor when they asked for one: nobody
// looks anything up while other programs have them all.
func testClient(spec string) int {
	words := strings.Fields(spec)
	if len(words) < 2 {
		return 2
	}
	ns, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return 2
	}
	keep, portero := time.Duration(ns), words[2:]
	before := loadOf(portero)
	c, err := net.Dial("tcp", words[0])
	if err != nil {
		return 1
	}
	begun := time.Now()
	for had := time.Duration(0); had < keep; {
		time.Sleep(min(keep-had, 5*time.Millisecond))
		now := loadOf(portero)
		passed := time.Since(begun)
		begun = begun.Add(passed)
		if now.ready {
			had += min(now.ran-before.ran, passed)
		} else {
			had += max(passed-now.lacked(before), 0)
		}
		before = now
	}
	fmt.Println(c.LocalAddr().(*net.TCPAddr).Port)
	c.Close()
	return 0
}

// load is how long the threads of some processes ran and how long each was ready to run while others did, as the kernel
// counts when they begin to run, and whether one is ready now.
type load struct {
	ran    time.Duration
	waited map[string]time.Duration
	ready  bool
}

// lacked is how long the thread that waited longest since before did so.
func (l load) lacked(before load) (most time.Duration) {
	for thread, d := range l.waited {
		most = max(most, d-before.waited[thread])
	}
	return most
}

// loadOf is empty where there is no such process, or a kernel that keeps no count.
func loadOf(pids []string) load {
	l := load{waited: map[string]time.Duration{}}
	for _, pid := range pids {
		threads, _ := filepath.Glob("/proc/" + pid + "/task/*")
		for _, dir := range threads {
			var ran, waited int64
			b, _ := os.ReadFile(dir + "/schedstat")
			fmt.Sscan(string(b), &ran, &waited)
			l.ran += time.Duration(ran)
			l.waited[dir] = time.Duration(waited)
			b, _ = os.ReadFile(dir + "/stat")
			// The state stands behind the name, which may hold anything.
			if at := bytes.LastIndexByte(b, ')'); at >= 0 && bytes.HasPrefix(b[at:], []byte(") R")) {
				l.ready = true
			}
		}
	}
	return l
}

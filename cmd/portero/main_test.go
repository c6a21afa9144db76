package main

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

// TestMain makes the tests speak English wherever they run.
func TestMain(m *testing.M) {
	if os.Getenv("PORTERO_PARSER") != "" || os.Getenv("PORTERO_MAIN") != "" {
		// portero live, or its analysing process, begun by a test.
		main()
	}
	if spec := os.Getenv("PORTERO_TEST_CLIENT"); spec != "" {
		os.Exit(testClient(spec))
	}
	os.Setenv("LC_ALL", "C")
	code := m.Run()
	quit()
	os.Exit(code)
}

// testClient is what this program is when it plays a client: it opens a
// connection, keeps it a while, says its port and ends.
func testClient(spec string) int {
	var addr string
	var keep time.Duration
	if _, err := fmt.Sscanf(spec, "%s %d", &addr, &keep); err != nil {
		return 2
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 1
	}
	time.Sleep(keep)
	fmt.Println(c.LocalAddr().(*net.TCPAddr).Port)
	c.Close()
	return 0
}

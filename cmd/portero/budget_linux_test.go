package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLittleToAddress: a process that may address less than --memory says so and reads on.
func TestLittleToAddress(t *testing.T) {
	sh := exec.Command("sh", "-c", `ulimit -v 3000000 || exit 99; exec "$0" read "$1" --memory 64G --format csv --lang en`, os.Args[0], look)
	sh.Env = append(os.Environ(), "PORTERO_MAIN=1")
	var said strings.Builder
	sh.Stderr = &said
	out, err := sh.Output()
	if err != nil {
		t.Fatal(err, said.String())
	}
	if !strings.Contains(said.String(), "--memory 64G: this process cannot address so much; flows are followed with 1529M") || strings.Count(string(out), "\n") < 3 {
		t.Errorf("%q %q", said.String(), out)
	}
}

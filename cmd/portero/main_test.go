package main

import (
	"os"
	"testing"
)

// TestMain makes the tests speak English wherever they run.
func TestMain(m *testing.M) {
	if os.Getenv("PORTERO_PARSER") != "" || os.Getenv("PORTERO_MAIN") != "" {
		// portero live, or its analysing process, begun by a test.
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Setenv("LC_ALL", "C")
	code := m.Run()
	quit()
	os.Exit(code)
}

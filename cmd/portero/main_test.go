package main

import (
	"os"
	"testing"
)

// TestMain makes the tests speak English wherever they run.
func TestMain(m *testing.M) {
	os.Setenv("LC_ALL", "C")
	os.Exit(m.Run())
}

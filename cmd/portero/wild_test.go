package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestWildcards: on Windows the program finds what a name with * stands for; elsewhere
// it is the name of a file.
func TestWildcards(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"b.pcap", "a.pcap", "c.txt"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(n string) string { return filepath.Join(dir, n) }
	args := []string{"-", in("*.pcap"), in("?.txt"), in("*.zip"), in("c.txt")}
	if got, want := unwild(args, true), []string{"-", in("a.pcap"), in("b.pcap"), in("c.txt"), in("*.zip"), in("c.txt")}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := unwild(args, false); !slices.Equal(got, args) {
		t.Errorf("%q, want %q", got, args)
	}
}

package main

import (
	"fmt"
	"os"
	"testing"

	"portero/capture/live"
	"portero/internal/helper"
)

// However many interfaces there are, their sockets all come across, each with its interface: no message takes more than
// some.
func TestManyInterfacesComeAcross(t *testing.T) {
	for _, c := range []struct{ taps, lanes int }{{0, 1}, {1, 4}, {32, 4}, {33, 1}, {250, 1}, {70, 4}, {3, 100}} {
		var s server
		for i := range c.taps {
			tap := live.Tap{Name: fmt.Sprint("eth", i), Index: i + 1}
			for range c.lanes {
				f, err := os.Open(os.DevNull)
				if err != nil {
					t.Fatal(err)
				}
				tap.Files = append(tap.Files, f)
			}
			s.taps = append(s.taps, tap)
		}
		mine, theirs, err := helper.Pair()
		if err != nil {
			t.Fatal(err)
		}
		defer mine.Close()
		go helper.Serve(mine, s.answer)
		wire, err := helper.Dial(theirs)
		if err != nil {
			t.Fatal(err)
		}
		r := &remote{c: helper.NewClient(wire)}
		taps, err := r.listen()
		if err != nil || len(taps) != c.taps {
			t.Errorf("%+v: %d came: %v", c, len(taps), err)
		}
		for i := range taps {
			if taps[i].Index != i+1 || len(taps[i].Files) != c.lanes {
				t.Errorf("%+v: number %d is %s with %d sockets", c, i+1, taps[i].Name, len(taps[i].Files))
			}
			taps[i].Close()
		}
		wire.Close()
	}
}

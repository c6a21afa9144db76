package main

import (
	"path/filepath"
	"strings"
	"testing"

	"portero/capture"
)

// short lets few packets be held.
func short(t *testing.T, n int) {
	before := maxTraced
	maxTraced = n
	t.Cleanup(func() { maxTraced = before })
}

// What is held has room for so many packets of all connections together; whose find none is not told, and leaves its room.
func TestHeld(t *testing.T) {
	short(t, 4)
	var h held
	h.choose(1)
	h.choose(2)
	var p capture.Packet
	for _, id := range []uint64{1, 2, 3, 1, 2} {
		h.add(id, &p, nil)
	}
	h.add(2, &p, nil)
	h.add(1, &p, nil)
	h.add(2, &p, nil)
	if one, two := len(h.take(1).list), len(h.take(2).list); one != 3 || two != 0 || h.n != 0 {
		t.Errorf("%d and %d packets, and %d more", one, two, h.n)
	}
}

// A proof that ends before its connection says so, and a page or a worksheet tells nothing of one that it has no room for.
func TestWhatHasNoRoomIsNotToldByHalf(t *testing.T) {
	const file = "../../testdata/first-look/in.pcap"
	page := filepath.Join(t.TempDir(), "x.html")
	ladders := func() string {
		code, _, errs := portero(t, "report", file, "-o", page, "--force")
		if code != exitOK {
			t.Fatal(errs)
		}
		_, said, _ := strings.Cut(errs, "connections, ")
		return said
	}
	if all := ladders(); all != "6 of them told packet by packet\n" {
		t.Error(all)
	}
	short(t, 6)
	for _, verb := range []string{"why", "teach"} {
		if code, out, errs := portero(t, verb, file, "2"); code != exitOK || !strings.Contains(out, "SYN") || !strings.Contains(errs, "connection 2: packet by packet it is told up to frame 8 only, its first 6 packets; of the 4 that") {
			t.Errorf("%s: %d\n%s", verb, code, errs)
		}
	}
	if code, _, errs := portero(t, "why", file, "3"); code != exitOK || errs != "" {
		t.Error(code, errs)
	}
	if few := ladders(); few != "3 of them told packet by packet\n" {
		t.Error(few)
	}
}

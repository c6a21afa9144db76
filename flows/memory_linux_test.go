package flows

import "testing"

// Arrays of slots of one size lie in the same huge page, are zero, and give it back when
// the last of them goes.
func TestShare(t *testing.T) {
	x := sharing{at: map[uintptr]*share{}, begun: map[int]*share{}}
	const n = hugePage / 4
	pages := map[uintptr]bool{}
	var all [][]byte
	for range 6 {
		b := x.take(n)
		if len(b) != n || cap(b) != n {
			t.Fatalf("%d octets and room for %d, want %d", len(b), cap(b), n)
		}
		for i, v := range b {
			if v != 0 {
				t.Fatalf("octet %d is %d", i, v)
			}
			b[i] = 1
		}
		pages[addressOf(b)&^(hugePage-1)] = true
		all = append(all, b)
	}
	if len(pages) != 2 || len(x.at) != 2 {
		t.Errorf("%d pages for 6 quarters, %d known: want 2", len(pages), len(x.at))
	}
	whole := x.take(2 * hugePage)
	if len(whole) != 2*hugePage || addressOf(whole)%hugePage != 0 || len(x.begun) != 1 {
		t.Errorf("%d octets at %x, %d pages with room, want one", len(whole), addressOf(whole), len(x.begun))
	}
	x.release(make([]byte, n)) // from the heap: nobody's
	for i, b := range all {
		x.release(b)
		if want := 3 - (i+1)/4 - (i+1)/6; len(x.at) != want {
			t.Fatalf("%d pages are left of 3 after %d arrays went, want %d", len(x.at), i+1, want)
		}
	}
	x.release(whole)
	if len(x.at) != 0 || len(x.begun) != 0 {
		t.Errorf("%d pages are left, %d with room", len(x.at), len(x.begun))
	}
}

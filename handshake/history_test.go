package handshake

import "testing"

// A history has 48 letters, 12 of a connection without payload: letters beyond are left out, and those before stay.
func TestAHistoryIsBounded(t *testing.T) {
	for _, x := range []struct {
		rest *Rest
		most int
	}{{NewRest(), 48}, {&Rest{Opening: &Opening{}, Shelf: &Shelf{}}, 12}} {
		var c Conn
		want := ""
		for i := range 70 {
			let, side := uint8(letS+i%2), Side(i/2%2)
			c.letter(let, side, x.rest)
			if i < x.most {
				want += string(c.AppendHistory(nil, x.rest)[i:])
			}
		}
		if got := string(c.AppendHistory(nil, x.rest)); len(got) != x.most || got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

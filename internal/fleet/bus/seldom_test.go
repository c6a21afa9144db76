package bus

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// What comes again and again is said at once and then once in half a minute, with how often; nothing
// else waits for it, and what others make up takes no memory.
func TestSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Seldom
		var said []string
		say := func(text string) { said = append(said, text) }
		for i := range 70 {
			s.Say("tls", fmt.Sprint("bad ", i), say)
			if i == 3 {
				s.Say("disk", "full", say)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		s.Say("tls", "bad again", say)
		s.Say("tls", "bad again", say)
		if want := []string{"bad 0", "full", "bad 30 (and 29 more like it before)", "bad 60 (and 29 more like it before)", "bad again (and 9 more like it before)"}; !slices.Equal(said, want) {
			t.Errorf("%q", said)
		}
		said = nil
		b := Seldom{Burst: 10}
		for range 100 {
			b.Say("tls", "bad", say)
		}
		if len(said) != 10 {
			t.Errorf("%d are said of a burst", len(said))
		}
		for i := range 10_000 {
			b.Say(fmt.Sprint(i), "x", say)
		}
		if len(b.kinds) > kindsMost {
			t.Errorf("%d kinds are kept", len(b.kinds))
		}
	})
}

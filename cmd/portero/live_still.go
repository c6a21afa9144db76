package main

import (
	"fmt"

	"portero/capture/live"
	"portero/internal/words"
)

// still are interfaces that bring nothing, as the screen has to say all the time.
type still struct{ live.Still }

// text names the one that brings nothing, or says how many do; "" where none does.
func (s *still) text(l words.Lang) string {
	switch names := s.Names(); {
	case len(names) == 0:
		return ""
	case len(names) > 1:
		return fmt.Sprintf(l.Pick("%d interfaces DOWN", "%d interfaces SIN SERVICIO"), len(names))
	case s.Gone(names[0]):
		return names[0] + l.Pick(" is GONE", " YA NO ESTÁ")
	default:
		return names[0] + l.Pick(" is DOWN", " está APAGADA")
	}
}

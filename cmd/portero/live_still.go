package main

import (
	"fmt"
	"slices"
	"sync"

	"portero/capture/live"
	"portero/internal/words"
)

// still are interfaces that are listened to and bring nothing, as the screen has to say all the time: there
// silence looks like a quiet network. The zero value is ready, for any goroutine.
type still struct {
	mu    sync.Mutex
	names []string        // in the order in which they fell silent
	gone  map[string]bool // those that are no more, of them
}

// note takes what became of an interface.
func (s *still) note(e live.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.names, e.Interface)
	switch e.Change {
	case live.CameUp, live.CameBack:
		if at >= 0 {
			s.names = slices.Delete(s.names, at, at+1)
			delete(s.gone, e.Interface)
		}
	case live.Renamed:
		if at >= 0 {
			s.names[at] = e.Name
			if s.gone[e.Interface] {
				delete(s.gone, e.Interface)
				s.gone[e.Name] = true
			}
		}
	default:
		if at < 0 {
			s.names = append(s.names, e.Interface)
		}
		if s.gone == nil {
			s.gone = map[string]bool{}
		}
		s.gone[e.Interface] = e.Change == live.WentAway || e.Change == live.CannotReopen
	}
}

// text names the one that brings nothing, or says how many do; "" where none does.
func (s *still) text(l words.Lang) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.names) == 0:
		return ""
	case len(s.names) > 1:
		return fmt.Sprintf(l.Pick("%d interfaces DOWN", "%d interfaces SIN SERVICIO"), len(s.names))
	case s.gone[s.names[0]]:
		return s.names[0] + l.Pick(" is GONE", " YA NO ESTÁ")
	}
	return s.names[0] + l.Pick(" is DOWN", " está APAGADA")
}

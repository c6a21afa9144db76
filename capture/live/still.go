package live

import (
	"slices"
	"sync"
)

// Still are interfaces that are listened to and bring nothing, for who has to say so as long as it lasts: there silence
// looks like a quiet network. The zero value is ready, for any goroutine.
type Still struct {
	mu    sync.Mutex
	names []string        // in the order in which they fell silent
	gone  map[string]bool // those that are no more, of them
}

// Note takes what became of an interface.
func (s *Still) Note(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.names, e.Interface)
	switch e.Change {
	case CameUp, CameBack:
		if at >= 0 {
			s.names = slices.Delete(s.names, at, at+1)
			delete(s.gone, e.Interface)
		}
	case Renamed:
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
		s.gone[e.Interface] = e.Change == WentAway || e.Change == CannotReopen
	}
}

// Names are those that bring nothing, in the order in which they fell silent.
func (s *Still) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.names)
}

// Gone reports whether one of them is no more.
func (s *Still) Gone(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone[name]
}

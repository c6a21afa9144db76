package bus

import (
	"fmt"
	"sync"
	"time"
)

const (
	// seldom is how long what is said again and again is only counted.
	seldom = 30 * time.Second
	// kindsMost bounds how many kinds are kept apart; others write them.
	kindsMost = 256
)

// Seldom says what may come many times a second, for ever: Burst of a kind in half a minute, and then
// how many came beside them. The zero value says each kind once. It may be used by many goroutines.
type Seldom struct {
	Burst int
	mu    sync.Mutex
	kinds map[string]*kind
}

type kind struct {
	begun      time.Time
	said, left int
}

// Say hands text of a kind to say, or counts it.
func (s *Seldom) Say(of, text string, say func(string)) {
	if text, ok := s.take(of, text); ok {
		say(text)
	}
}

func (s *Seldom) take(of, text string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kinds) >= kindsMost || s.kinds == nil {
		s.kinds = map[string]*kind{}
	}
	k := s.kinds[of]
	if k == nil {
		k = &kind{}
		s.kinds[of] = k
	}
	if now := time.Now(); now.Sub(k.begun) >= seldom {
		k.begun, k.said = now, 0
	}
	if k.said >= max(s.Burst, 1) {
		k.left++
		return "", false
	}
	k.said++
	if k.left > 0 {
		text = fmt.Sprintf("%s (and %d more like it before)", text, k.left)
		k.left = 0
	}
	return text, true
}

package main

import (
	"fmt"
	"strings"
)

// readings remembers how much the readings of this command found in their captures: who reads the same ones
// again reckons with the same frames, and a capture that is overwritten in the meantime (tcpdump -C -W, cp)
// has others by then, or none.
type readings struct {
	found map[string]extent // by the names of the captures
	// changed says that a later reading found less, or something else.
	changed error
}

// extent is what tells one reading from another. More frames than before are no change: the capture goes on.
type extent struct {
	frames uint64
	first  int64
}

// same compares a reading that came to its end with those before it.
func (r *readings) same(names []string, frames uint64, first int64) {
	key := strings.Join(names, "\x00")
	was, again := r.found[key]
	switch {
	case !again:
		if r.found == nil {
			r.found = map[string]extent{}
		}
		r.found[key] = extent{frames, first}
	case frames < was.frames || was.frames > 0 && first != was.first:
		r.differ(names, fmt.Sprintf("%d frames the first time, %d the next", was.frames, frames))
	}
}

// differ notes that the captures are not what they were.
func (r *readings) differ(names []string, how string) {
	if r.changed == nil {
		r.changed = fmt.Errorf("%s: changed while it was read: %s; what is told of it may be of both: read a copy of it", strings.Join(names, ", "), how)
	}
}

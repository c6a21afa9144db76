package jail

import (
	"fmt"
	"strings"
)

// PacketFD is the first descriptor that the process may not write to once it is
// in the jail. Sockets that could send belong there (see High).
const PacketFD = 512

// Report is what a process gave up.
type Report struct {
	User     string // whom it became, "" when it stayed who it was
	Caps     bool   // no capability left, in any set
	NoNew    bool   // no_new_privs
	NoCore   bool   // neither core dumps nor other processes looking into it
	Landlock int    // version of Landlock that forbids files and network, 0 none
	Seccomp  bool   // only the system calls of a list
	Missing  []string
}

// String says it in a line, for people who look after the machine.
func (r Report) String() string {
	var s []string
	add := func(ok bool, what string) {
		if ok {
			s = append(s, what)
		}
	}
	add(r.User != "", "user "+r.User)
	add(r.Caps, "no capabilities")
	add(r.NoNew, "no_new_privs")
	add(r.Landlock > 0, fmt.Sprintf("Landlock %d", r.Landlock))
	add(r.Seccomp, "seccomp")
	add(r.NoCore, "no core dumps")
	for _, m := range r.Missing {
		s = append(s, "WITHOUT "+m)
	}
	return strings.Join(s, ", ")
}

func (r *Report) missing(what string, err error) {
	r.Missing = append(r.Missing, fmt.Sprintf("%s (%v)", what, err))
}

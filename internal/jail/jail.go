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
	User     string      // whom it became, "" when it stayed who it was
	Caps     bool        // no capability left, in any set
	NoNew    bool        // no_new_privs
	NoCore   bool        // neither core dumps nor other processes looking into it
	Landlock int         // version of Landlock that forbids files and network, 0 none
	Seccomp  bool        // only the system calls of a list
	Missing  [][2]string // in English and Spanish
}

// Text says it in a line, for people who look after the machine, in the language of pick.
func (r Report) Text(pick func(en, es string) string) string {
	var s []string
	add := func(ok bool, what string) {
		if ok {
			s = append(s, what)
		}
	}
	add(r.User != "", pick("user ", "usuario ")+r.User)
	add(r.Caps, pick("no capabilities", "sin capacidades"))
	add(r.NoNew, "no_new_privs")
	add(r.Landlock > 0, fmt.Sprintf("Landlock %d", r.Landlock))
	add(r.Seccomp, "seccomp")
	add(r.NoCore, pick("no core dumps", "sin volcados de memoria"))
	for _, m := range r.Missing {
		s = append(s, pick("WITHOUT ", "SIN ")+pick(m[0], m[1]))
	}
	return strings.Join(s, ", ")
}

// missing notes what was not to be had, in English and Spanish, and why.
func (r *Report) missing(en, es string, err error) {
	r.Missing = append(r.Missing, [2]string{fmt.Sprintf("%s (%v)", en, err), fmt.Sprintf("%s (%v)", es, err)})
}

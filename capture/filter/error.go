package filter

import (
	"fmt"

	"portero/capture"
)

// Error says which word of an expression is not accepted, where and why.
type Error struct {
	Expr string // the whole expression
	Col  int    // 1-based column, in octets, of the word
	Msg  string // what is wrong; words of the expression in it are quoted
	Hint string // what may help, "" if nothing is known to
	// OnLink reports that the expression is refused on Link only and may be
	// accepted on other link types.
	OnLink bool
	Link   capture.LinkType
}

// Error gives the message on one line; whatever the expression holds, it has no
// control characters.
func (e *Error) Error() string {
	s := fmt.Sprintf("filter: column %d: ", e.Col) + e.Msg
	if e.OnLink {
		s += fmt.Sprintf(" [link type %d, %s]", e.Link, linkName(e.Link))
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

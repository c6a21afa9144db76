package trace

import (
	"fmt"
	"strings"
)

// Document renders the whole machine as docs/STATES.md.
func Document() string {
	var b strings.Builder
	b.WriteString(documentHead)
	b.WriteString("\n## What changes a state\n\n| in | when | becomes | because | RFC 9293 |\n|---|---|---|---|---|\n")
	for _, a := range Arms() {
		if a.From != a.To {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", a.From, a.Event, a.To, a.Reason.Text(), a.Reason.RFC())
		}
	}
	b.WriteString("\n## What does not\n\n| in | when | because |\n|---|---|---|\n")
	for s := Closed; s < stateCount; s++ {
		why := map[Reason][]string{}
		var order []Reason
		for e := SndSYN; e < eventCount; e++ {
			if to, r := Next(s, e); to == s {
				if why[r] == nil {
					order = append(order, r)
				}
				why[r] = append(why[r], e.String())
			}
		}
		for _, r := range order {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", s, strings.Join(why[r], "; "), r.Text())
		}
	}
	b.WriteString(documentTail)
	return b.String()
}

const documentHead = `# The states of both ends

Written by ` + "`go test ./internal/trace -update`" + ` from the machine itself; do not edit.

` + "`portero why` and `portero teach`" + ` show the RFC 9293 state of both ends after every packet. One pure function
decides: a state and an event give the next state and the reason. Every change that is ever shown is a row of the
first table.

A capture sees packets on their way, so this is the convention:

- a sender is in its new state when its packet is seen;
- a receiver follows in the same step, unless its own later packets show that the packet had not reached it yet (two
  FINs that cross) or had not been taken (the SYN-ACK is repeated after the third packet): then it follows later;
- a SYN, SYN-ACK or FIN demands an answer; while none is seen its receiver stays where it was, because no packet tells;
- what the capture lacks is put in as a step marked *inferred*, which names the packet that was missed;
- the responder's ESTABLISHED is *inferred* until one of its own segments confirms it;
- a segment that its receiver must not accept changes nothing.

` + "`snd`" + ` is what this end sends, ` + "`rcv`" + ` what reaches it.
`

const documentTail = `
An end of which no packet tells anything is *unknown* and stays so: a host that never answers may listen, may be closed, or may not exist.
`

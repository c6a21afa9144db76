package main

import (
	"strings"
	"testing"
)

// What a second reading of the rules, packet by packet, found to be told otherwise.
func TestSecondOpinion(t *testing.T) {
	for _, x := range []saying{
		{"what is sent again with more is a retransmission, and no round trip is measured by it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			+1000 c PA 1001 5001 200
			s A 5001 1201`, `
			1 handshake=completed orig_payload=200 orig_retrans=1 rtt_max_us=10000 loss_stall_us=1000000`},
		{"the octet of a window probe is no retransmission where it is sent with others", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 shut
			+1000 c A 1101 5001 1
			s A 5001 1101 shut
			+1000 s A 5001 1101
			c PA 1101 5001 100
			s A 5001 1201`, `
			1 handshake=completed orig_payload=200 orig_retrans=0`},
		{"the first FIN was missed, and its copy acknowledges the other, which answers it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			c FA 1001 5012
			s FA 5011 1002
			c A 1002 5012`, `
			1 handshake=completed close=closed closed_by=resp`},
		{"both said FIN at once, and again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			+300 c FA 1001 5002
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"a RST that acknowledges, and an ACK that was under way meanwhile, is none", `
			s RA 5001 1001
			+140 c A 1001 5001
			s R 5001`, `
			1 handshake=midstream close=reset closed_by=resp suspected_rsts=0`},
		{"ACKs with numbers drawn by lot, each answered with its own, are probes: nothing is lost, and no RST suspected", `
			c A 1000 5000
			s R 5000
			c A 2000 90005000
			s R 90005000
			c A 3000 20005000
			s R 20005000`, `
			1 handshake=probe close=none resp_lost=0 suspected_rsts=0 oddities=`},
		{"odd flags before a conversation are no probe", `
			c - 1000
			c PA 1000 5000 10
			s PA 5000 1010 20
			c A 1010 5020`, `
			1 handshake=midstream close=open roles_by=port orig_payload=10 resp_payload=20 oddities=[impossible_flags]`},
	} {
		x.hold(t)
	}
}

// The lesson tells what of a segment was sent before.
func TestTeachRepeats(t *testing.T) {
	name := acted(t, `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c PA 1001 5001 100
		+1000 c PA 1001 5001 200
		s A 5001 1201`)
	_, out, _ := portero(t, "teach", "--lang", "en", name)
	if said := strings.Join(strings.FieldsFunc(out, func(r rune) bool { return r == ' ' || r == '|' || r == '\n' }), " "); strings.Count(said, "The first 100 were sent before") != 1 {
		t.Error(out)
	}
}

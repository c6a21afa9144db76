package main

import "testing"

// TestHonestParts holds two conversations on the same ports apart where neither the end of the first nor the opening of the
// second was captured, if numbers prove that it is not a stretch of one that was missed.
func TestHonestParts(t *testing.T) {
	const half = `
			c PA 1001 5001 10
			s A 5001 1011
			s FA 5001 1011
			c A 1011 5002`
	const stamped = `
			c S 1000 0 0 ts=2000000000/0
			s SA 5000 1001 0 ts=3000000000/2000000000
			c A 1001 5001 0 ts=2000000010/3000000000
			c PA 1001 5001 10 ts=2000000010/3000000000
			s A 5001 1011 0 ts=3000000020/2000000010`
	for _, x := range []saying{
		{"who had no more to send sends from elsewhere, and the other end hears it", half + `
			+70000 c PA 999999999 777777778 10
			s PA 777777778 1000000009 20
			c A 1000000009 777777798
			c FA 1000000009 777777798
			s FA 777777798 1000000010`, `
			1 handshake=midstream close=half_closed closed_by=resp close_frames=[3] orig_pkts=2 resp_pkts=2 orig_payload=10 resp_lost=0 last_frame=4 oddities=
			2 handshake=midstream close=closed closed_by=orig close_frames=[8,9] orig_pkts=3 resp_pkts=2 orig_payload=10 resp_payload=20 first_frame=5 reuses=1 reuse_after_us=70000000`},
		{"it was the other who had no more to send, and the opening was seen", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s A 5001 1002
			+70000 s PA 777777778 999999999 20
			s PA 777777798 999999999 20
			c A 999999999 777777818`, `
			1 handshake=completed close=half_closed closed_by=orig orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=midstream close=open resp_payload=40 orig_pkts=1 resp_pkts=2 reuses=1`},
		{"a stranger's segments, which nobody hears, and the connection goes on", half + `
			c PA 999999999 777777778 10
			c PA 1000000009 777777778 10
			c PA 1011 5002 10
			s A 5002 1021
			s PA 888888888 777777777 30
			c FA 1021 5002
			s A 5002 1022`, `
			1 handshake=midstream close=closed closed_by=resp orig_pkts=6 resp_pkts=5 orig_payload=20 resp_payload=0 oddities=[segment_out_of_window]`},
		{"a stranger's segment, to which the receiver says where it stands", half + `
			c PA 999999999 777777778 10
			s A 5002 1011
			c PA 1011 5002 10
			s A 5002 1021`, `
			1 handshake=midstream close=half_closed orig_pkts=4 resp_pkts=4 orig_payload=20 oddities=`},
		{"after a stranger's segment another conversation", half + `
			c PA 333333333 444444444 10
			c PA 999999999 777777778 10
			s A 777777778 1000000009`, `
			1 handshake=midstream close=half_closed orig_pkts=3 resp_pkts=2 orig_payload=10 oddities=
			3 handshake=midstream close=open orig_pkts=1 resp_pkts=1 orig_payload=10 reuses=1`},
		{"a segment waits, and a SYN comes that is accepted", half + `
			c PA 333333333 444444444 10
			c S 999999998
			s SA 777777777 999999999
			c A 999999999 777777778`, `
			1 handshake=midstream close=half_closed orig_pkts=3 orig_payload=10
			3 handshake=completed close=open syn_frame=6 reuses=1`},
		{"only who goes on from elsewhere was captured", `
			s PA 5001 1011 10
			s FA 5011 1011
			+7000 s PA 777777778 999999999 20
			s PA 777777798 999999999 20`, `
			1 handshake=midstream close=half_closed resp_pkts=2
			2 handshake=midstream close=open resp_payload=40 reuses=1`},
		{"the other end goes on after a FIN, and a long stretch is missed", half + `
			c PA 900001011 5002 10
			s A 5002 900001021
			c PA 900001021 5002 10
			s A 5002 900001031`, `
			1 handshake=midstream close=half_closed closed_by=resp orig_pkts=4 resp_pkts=4`},
		{"a long stretch of both is missed, and nothing proves that it is not that", `
			c PA 1001 5001 10
			s A 5001 1011
			+70000 c PA 999999999 777777778 10
			s A 777777778 1000000009
			c PA 1000000009 777777778 10`, `
			1 handshake=midstream close=open orig_pkts=3 resp_pkts=2 orig_payload=30`},
		{"segments from elsewhere after a FIN, before the first of which the other end still lacks some", `
			c PA 1001 5001 10
			s FA 5001 1011
			c A 1011 5002
			+70000 c PA 999999999 777777778 10
			c PA 1000000009 777777778 10
			s A 777777778 999999989
			c PA 999999989 777777778 10
			s A 777777778 1000000019`, `
			1 handshake=midstream close=half_closed orig_pkts=2 resp_pkts=1 orig_payload=10 oddities=
			2 handshake=midstream close=open orig_pkts=3 resp_pkts=2 orig_payload=30 orig_lost=0 reuses=1`},
		{"a call whose answer was missed, after a FIN, that a RST ends behind its octets", `
			c A 1001 5001
			c FA 1001 5002
			s A 5002 1002
			+1000 c S 500000 0 300
			c A 500301 90001
			c FA 500301 90001
			s RA 90001 500302
			s A 90001 500302`, `
			1 handshake=midstream close=half_closed closed_by=orig orig_pkts=2 resp_pkts=1
			2 handshake=completed_unseen close=reset closed_by=resp close_frames=[7] orig_payload=300 orig_pkts=3 resp_pkts=2 reuses=1`},
		{"two segments from elsewhere, and the second acknowledges another place than the other end's", `
			c PA 1001 5001 10
			s A 5001 1011
			+70000 c PA 999999999 777777778 10
			s A 777777778 1000000009
			c PA 1000000009 888888888 10
			c PA 1011 5001 20
			s A 5001 1031`, `
			1 handshake=midstream close=open orig_pkts=4 resp_pkts=3 orig_payload=30 orig_lost=0 resp_lost=0 orig_retrans=0`},
		{"timestamps were agreed on, and segments from elsewhere have none", stamped + `
			+70000 c PA 999999999 777777778 10
			s A 777777778 1000000009`, `
			1 handshake=completed close=open orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=midstream close=open orig_payload=10 reuses=1`},
		{"timestamps are from before the opening", stamped + `
			+70000 c PA 999999999 777777778 10 ts=100/200
			s A 777777778 1000000009 0 ts=200/100`, `
			1 handshake=completed close=open orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=midstream close=open orig_payload=10 reuses=1`},
		{"timestamps are from a clock that no stack has, here as the answerer's", stamped + `
			+70000 s PA 777777778 999999999 10 ts=3900000000/2000070000
			c A 999999999 777777788 0 ts=2000070000/3900000000`, `
			1 handshake=completed close=open orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=midstream close=open resp_payload=10 reuses=1`},
		{"timestamps go on, by milliseconds or microseconds: a long stretch was missed", stamped + `
			+70000 c PA 999999999 777777778 10 ts=2000070010/3070000000
			s A 777777778 1000000009 0 ts=3070000020/2000070010
			c PA 1000000009 777777778 10 ts=2000070020/3070000020`, `
			1 handshake=completed close=open orig_pkts=5 resp_pkts=3 orig_payload=30`},
		{"timestamps were not agreed on, and segments from elsewhere have some", `
			c S 1000 0 0 ts=2000000000/0
			s SA 5000 1001
			c A 1001 5001
			+7000 c PA 999999999 777777778 10 ts=100/200
			s A 777777778 1000000009 0 ts=200/100`, `
			1 handshake=completed close=open orig_pkts=2 resp_pkts=1 oddities=
			2 handshake=midstream close=open orig_payload=10 reuses=1`},
	} {
		x.hold(t)
	}
}

// TestHonestDirections holds that a capture shows one direction only where nothing of the other is in it.
func TestHonestDirections(t *testing.T) {
	for _, x := range []saying{
		{"one direction", `
			c S 1000
			c A 1001 5001`, `
			1 handshake=implied quality=[one_direction]`},
		{"a packet of the other has a header that no receiver reads", `
			c S 1000
			c A 1001 5001
			s A 5001 1001 0 offset4`, `
			1 handshake=implied orig_pkts=2 resp_pkts=1 quality=`},
		{"what came from the other is damaged or fits nothing", `
			c S 1000
			s RA 0 1
			c A 1001 5001
			s A 5001 1011 0 bad
			c PA 1001 5001 10`, `
			1 handshake=implied resp_pkts=2 quality=[bad_checksums]`},
	} {
		x.hold(t)
	}
}

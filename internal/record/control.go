package record

import "portero/handshake"

// TCP control bits (RFC 9293, section 3.1), as in IPFIX tcpControlBits.
const (
	FIN uint8 = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// ControlBits is the union of the control bits that each side is known to have
// sent, derived from History and the frames of the record: PSH and URG are never
// in it, and a bit that shows nowhere is left out. Zero for other than TCP.
func (r *Record) ControlBits() (orig, resp uint8) {
	if !r.TCP() {
		return 0, 0
	}
	for i := 0; i < len(r.History); i++ {
		c := r.History[i]
		var bits uint8
		switch c | 0x20 {
		case 's':
			bits = SYN
		case 'h':
			bits = SYN | ACK
		case 'a', 'd':
			bits = ACK
		case 'f':
			bits = FIN
		case 'r':
			bits = RST
		case 'i':
			bits = FIN | RST
		}
		if c&0x20 == 0 {
			orig |= bits
		} else {
			resp |= bits
		}
	}
	if r.ZeekFlipped {
		orig, resp = resp, orig
	}
	if r.SYNFrame != 0 {
		orig |= SYN
	}
	if r.SYNACKFrame != 0 {
		resp |= SYN | ACK
	}
	if r.ACKFrame != 0 {
		orig |= ACK
	}
	var end uint8
	switch r.Close {
	case handshake.Closed:
		return orig | FIN | ACK, resp | FIN | ACK
	case handshake.HalfClosed:
		end = FIN
	case handshake.Reset:
		end = RST
	}
	switch {
	case r.Handshake == handshake.Refused:
		resp |= RST | ACK
	case r.Handshake == handshake.Aborted, r.ClosedBy == handshake.ByOrig:
		orig |= end
	case r.ClosedBy == handshake.ByResp:
		resp |= end
	}
	if r.Handshake == handshake.Aborted {
		orig |= RST
	}
	return orig, resp
}

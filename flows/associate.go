package flows

import "portero/capture"

// associate notes who began what p belongs to, as the first message of its opening tells that was seen: the four of SCTP (RFC 9260,
// section 5.1), DCCP's Request and its answer (RFC 4340, section 8.1), or what a server sends to be called (RFC 5596). With it goes
// the offset of its frame, and whether who was called let it in: payload of neither is shown to anybody, so that the note is free.
func (f *Flow) associate(p *capture.Packet, side int) {
	const initiate, initiateAck, cookieEcho, cookieAck = 1, 2, 10, 11
	note, lets := f.conn.DatagramNote(), uint32(0)
	if p.Proto == capture.ProtoDCCP {
		switch t, known := p.DCCP(); {
		case !known:
			return
		case t == capture.DCCPRequest:
		case t == capture.DCCPResponse:
			side, lets = 1-side, letIn
		case t == capture.DCCPListen:
			side = 1 - side
		default:
			return
		}
	} else {
		switch p.Chunk() {
		case initiate, cookieEcho:
		case initiateAck, cookieAck:
			side, lets = 1-side, letIn
		default:
			return
		}
	}
	switch {
	case *note == 0 && f.lastOff < 1<<(32-noteOff):
		*note = f.lastOff<<noteOff | uint32(side) | lets
	case *note != 0 && *note&1 == uint32(side):
		*note |= lets
	}
}

// What a note of associate holds: the side that began it is its lowest bit.
const (
	letIn   = 1 << 1 // the other side let it in
	noteOff = 2      // where the offset of the frame begins
)

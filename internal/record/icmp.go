package record

import "portero/capture"

// ICMP is the type of the originator's ICMP messages, and their code. Places of ports hold what tells flows
// apart: the type and the one that answers it, or type and code where nothing answers. So the code is known
// only of those that have no answer, errors among them. ok is false for what is not ICMP and where no head of
// a message was captured.
func (r *Record) ICMP() (typ, code uint8, codeKnown, ok bool) {
	if r.Proto != capture.ProtoICMP && r.Proto != capture.ProtoICMP6 || r.Orig.Port == 0 && r.Resp.Port == 0 {
		return 0, 0, false, false
	}
	ver := uint8(6)
	if r.Orig.Addr.Is4() {
		ver = 4
	}
	typ = uint8(r.Orig.Port)
	if _, part := capture.ICMPPair(ver, typ); part != capture.ICMPAlone {
		return typ, 0, false, true
	}
	return typ, uint8(r.Resp.Port), true, true
}

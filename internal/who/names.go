package who

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"portero/capture"
)

// dns tells of questions to name servers, and how much came back.
func (w *Watch) dns(p *capture.Packet, b []byte) {
	if w.Tell == nil {
		return
	}
	var m dnsmessage.Parser
	h, err := m.Start(b)
	if err != nil || h.OpCode != 0 {
		return
	}
	q, err := m.Question()
	if err != nil {
		return
	}
	client, size := p.SrcAddr(), 0
	if h.Response {
		client, size = p.DstAddr(), int(p.PayloadLen)
	}
	w.Tell.Question(client.Unmap(), q.Name.String(), uint16(q.Type), size, p.Time, p.Index)
}

// maxAnswers of one message are looked at.
const maxAnswers = 32

// neighbours reads answers that machines give for themselves.
func (w *Watch) neighbours(p *capture.Packet, b []byte) {
	by := "mdns"
	if p.SrcPort == 5355 {
		by = "llmnr"
	}
	var m dnsmessage.Parser
	h, err := m.Start(b)
	if err != nil || !h.Response || m.SkipAllQuestions() != nil {
		return
	}
	for range maxAnswers {
		rh, err := m.AnswerHeader()
		if err != nil {
			return
		}
		var a netip.Addr
		switch rh.Type {
		case dnsmessage.TypeA:
			r, err := m.AResource()
			if err != nil {
				return
			}
			a = netip.AddrFrom4(r.A)
		case dnsmessage.TypeAAAA:
			r, err := m.AAAAResource()
			if err != nil {
				return
			}
			a = netip.AddrFrom16(r.AAAA)
		default:
			if m.SkipAnswer() != nil {
				return
			}
			continue
		}
		name := strings.TrimSuffix(rh.Name.String(), ".")
		// A machine names itself: an answer about another is not taken for it.
		if src := p.SrcAddr().Unmap(); a == src || a.Is6() != src.Is6() && by == "mdns" {
			w.name(a, name, by)
		}
		if by == "llmnr" && w.Tell != nil {
			w.Tell.Answer(by, p.SrcAddr().Unmap(), name, p.Time, p.Index)
		}
	}
}

// netbios reads name service packets (RFC 1002, section 4.2): registrations and
// answers to queries.
func (w *Watch) netbios(p *capture.Packet, b []byte) {
	if len(b) < 12 {
		return
	}
	flags := binary.BigEndian.Uint16(b[2:])
	questions, answers := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])
	opcode := flags >> 11 & 15
	switch {
	case flags&0x8000 == 0 && (opcode == 5 || opcode == 8 || opcode == 9) && questions == 1:
		// Registration or refresh by the machine itself.
		if name, kind, ok := netbiosName(b[12:]); ok && kind == 0 && unique(b[12+34+4:]) {
			w.name(p.SrcAddr(), name, "netbios")
		}
	case flags&0x8000 != 0 && opcode == 0 && answers > 0 && flags&15 == 0:
		name, kind, ok := netbiosName(b[12:])
		r := b[12:]
		if !ok || len(r) < 34+10+6 || binary.BigEndian.Uint16(r[34:]) != 0x20 {
			return
		}
		a := netip.AddrFrom4([4]byte(r[34+10+2 : 34+10+6]))
		if kind == 0 && r[34+10]&groupName == 0 && a == p.SrcAddr().Unmap() {
			w.name(a, name, "netbios")
		}
		if w.Tell != nil {
			w.Tell.Answer("netbios", p.SrcAddr().Unmap(), name, p.Time, p.Index)
		}
	}
}

// groupName is the bit that says that many machines have the name, as that of their work group (RFC 1002, section 4.2.1.3).
const groupName = 0x80

// unique reports whether b, the record behind the question of a registration, is of a name that one machine alone has.
func unique(b []byte) bool {
	name := 34
	if len(b) > 0 && b[0] >= 0xc0 { // the question's
		name = 2
	}
	return len(b) > name+10 && binary.BigEndian.Uint16(b[name:]) == 0x20 && b[name+10]&groupName == 0
}

// netbiosName decodes a first-level encoded name of 34 octets (RFC 1001, section
// 14.1): 15 characters and a kind, each octet as two letters.
func netbiosName(b []byte) (name string, kind byte, ok bool) {
	if len(b) < 34 || b[0] != 32 || b[33] != 0 {
		return "", 0, false
	}
	var out [16]byte
	for i := range out {
		hi, lo := b[1+2*i]-'A', b[2+2*i]-'A'
		if hi > 15 || lo > 15 {
			return "", 0, false
		}
		out[i] = hi<<4 | lo
	}
	return strings.TrimRight(string(out[:15]), " \x00"), out[15], true
}

package identify

import "strings"

// QUICPackets are the kinds of packet in one datagram of QUIC, a bit for each.
type QUICPackets uint8

// The kinds (RFC 9000, sections 17.2 and 17.3).
const (
	QUICInitial     QUICPackets = 1 << iota // a hello; its key is public
	QUICEarly                               // 0-RTT: data of a client that was here before
	QUICHandshake                           // certificate, proof and the end of the handshake, all of it secret
	QUICRetry                               // the server wants proof of address
	QUICNegotiation                         // the server names its versions
	QUICShort                               // 1-RTT, with a short header: under the last keys
)

var quicPacketNames = [...]string{"Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation", "1-RTT"}

// QUICPacketsOf tells which kinds of packet b begins with: a datagram of a connection that is known to be of QUIC, in an
// IETF version (Google's own up to Q049 have other headers), as far as it was captured. What no header says is left out.
func QUICPacketsOf(b []byte) (k QUICPackets) {
	for i := 0; len(b) > 0 && i < 8; i++ {
		h, ok := parseQUIC(b)
		if !ok || h.typ == quicShort && i > 0 && b[0]&0x40 == 0 { // filling
			break
		}
		k |= 1 << h.typ
		b = b[h.end:]
	}
	return k
}

// String names them as RFC 9000 does, in the order in which they come in a handshake.
func (k QUICPackets) String() string {
	var b strings.Builder
	for i, name := range quicPacketNames {
		if k>>i&1 != 0 {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString(name)
		}
	}
	return b.String()
}

// The bits are the types of packetType. A difference does not compile.
var _ = [1]struct{}{}[QUICInitial-1<<quicInitial|QUICEarly-1<<quic0RTT|QUICHandshake-1<<quicHandshake|QUICRetry-1<<quicRetry|QUICNegotiation-1<<quicVersions|QUICShort-1<<quicShort]

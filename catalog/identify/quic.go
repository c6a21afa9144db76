package identify

import "strconv"

// QUICVerdict is what became of a QUIC connection.
type QUICVerdict uint8

// The verdicts.
const (
	QUICNone        QUICVerdict = iota
	QUICInitialOnly             // the client's Initial, and no answer that fits
	QUICNegotiated              // the server offered other versions, and it went no further
	QUICRetried                 // the server asked for proof of address, and it went no further
	QUICClosed                  // refused or ended during the handshake
	QUICCompleted               // both ends sent packets that only a finished handshake lets them send
)

// String returns the word used in records.
func (v QUICVerdict) String() string {
	return [...]string{"", "initial_only", "version_negotiation", "retried", "closed", "completed"}[min(v, QUICCompleted)]
}

// QUICVersionName is the word for a QUIC version number.
func QUICVersionName(v uint32) string {
	switch {
	case v == 0:
		return ""
	case v == 1:
		return "1"
	case v == 0x6b3343cf:
		return "2"
	case v>>8 == 0xff0000:
		return "draft-" + strconv.Itoa(int(v&0xff))
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}

package capture

// Flags are the TCP control bits (RFC 9293, section 3.1; AE is RFC 9768, once
// NS). Bits above 8 are the reserved bits of the header, kept as they came.
type Flags uint16

// The control bits in wire order.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// Has reports whether all bits of f are set.
func (x Flags) Has(f Flags) bool { return x&f == f }

// Any reports whether some bit of f is set.
func (x Flags) Any(f Flags) bool { return x&f != 0 }

var flagNames = [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"}

// String names the bits in the order people say them: SYN, FIN, RST, PSH, then
// ACK last ("SYN-ACK", "FIN-ACK"); "NULL" for none.
func (x Flags) String() string {
	order := [...]int{1, 0, 2, 3, 5, 6, 7, 8, 4}
	s := ""
	for _, i := range order {
		if x&(1<<i) == 0 {
			continue
		}
		if s != "" {
			s += "-"
		}
		s += flagNames[i]
	}
	if s == "" {
		return "NULL"
	}
	return s
}

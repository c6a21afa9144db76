package identify

import "encoding/binary"

const (
	randomLeast = 128 // octets that are needed to say so
	randomMost  = 256 // octets that are looked at
)

// unread are the facts of every flow in which nothing was recognised and both ends
// sent what looks random.
var unread = Facts{Client: -1, Opaque: true}

// random reports whether octets look random, as those of ciphers and of compressed
// data do: of n random octets some 256 (1 - (255/256)^n) differ, of text a third of
// that. At least randomLeast octets are needed.
func random(b []byte) bool {
	b = b[:min(len(b), randomMost)]
	need := (len(b)*11 + 19) / 20 // different octets
	// No branch depends on an octet: of random ones the processor would guess half wrong.
	var seen [256]byte
	for _, c := range b {
		seen[c] = 1
	}
	var sum uint64 // eight sums of 32 octets each
	for i := 0; i < len(seen); i += 8 {
		sum += binary.LittleEndian.Uint64(seen[i:])
	}
	const lanes = 0x00ff00ff00ff00ff
	sum = sum&lanes + sum>>8&lanes
	return int(sum*0x0001000100010001>>48) >= need
}

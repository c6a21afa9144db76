package identify

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
	var seen [256 / 64]uint64
	for i, c := range b {
		if bit := uint64(1) << (c & 63); seen[c>>6]&bit == 0 {
			seen[c>>6] |= bit
			if need--; need == 0 {
				return true
			}
		} else if need > len(b)-i-1 {
			return false // the rest is too short
		}
	}
	return false
}

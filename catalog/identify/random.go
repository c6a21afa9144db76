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
	var seen [256 / 64]uint64
	n := 0
	for _, c := range b {
		if bit := uint64(1) << (c & 63); seen[c>>6]&bit == 0 {
			seen[c>>6] |= bit
			n++
		}
	}
	return n*20 >= len(b)*11
}

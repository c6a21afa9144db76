package who

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/hex"
	"io"
	"sort"
	"strings"
	"sync"
)

//go:embed oui.gz
var makers []byte

// makerLines are the makers as text, unpacked when first asked for.
var makerLines = sync.OnceValue(func() []string {
	z, err := gzip.NewReader(bytes.NewReader(makers))
	if err != nil {
		panic("who: the embedded makers cannot be read: " + err.Error())
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic("who: the embedded makers cannot be read: " + err.Error())
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
})

// String writes the address as aa:bb:cc:dd:ee:ff, nothing for the zero one.
func (m MAC) String() string {
	if m == (MAC{}) {
		return ""
	}
	var b [17]byte
	for i, c := range m {
		hex.Encode(b[i*3:], []byte{c})
		if i < 5 {
			b[i*3+2] = ':'
		}
	}
	return string(b[:])
}

// Local reports whether the machine chose the address itself: its maker is not in
// it (IEEE 802, section 8.2).
func (m MAC) Local() bool { return m[0]&2 != 0 }

// Vendor is the maker that the address's first three octets belong to (the IEEE's
// MA-L registry), "" when not known or when the machine chose it itself.
func (m MAC) Vendor() string {
	if m == (MAC{}) || m.Local() {
		return ""
	}
	key := strings.ToUpper(hex.EncodeToString(m[:3]))
	lines := makerLines()
	if i := sort.SearchStrings(lines, key); i < len(lines) && strings.HasPrefix(lines[i], key) {
		return lines[i][6:]
	}
	return ""
}

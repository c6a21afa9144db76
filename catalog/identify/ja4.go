package identify

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// ja4 gathers what the JA4 fingerprint of a TLS client is made of (FoxIO, BSD
// 3-Clause; the other fingerprints of that family are under another licence and
// are not made here).
type ja4 struct {
	ciphers, exts, sigs    [maxJA4]uint16
	nCiphers, nExts, nSigs int
	sni                    bool
}

const maxJA4 = 200

func put(list *[maxJA4]uint16, n *int, v int) {
	if *n < maxJA4 {
		list[*n] = uint16(v)
		*n++
	}
}

func (j *ja4) cipher(v int) {
	if !grease(v) {
		put(&j.ciphers, &j.nCiphers, v)
	}
}

func (j *ja4) extension(v int) {
	if !grease(v) {
		j.sni = j.sni || v == 0
		put(&j.exts, &j.nExts, v)
	}
}

func (j *ja4) signature(v int) {
	if !grease(v) {
		put(&j.sigs, &j.nSigs, v)
	}
}

// String is the fingerprint. kind is t, q or d.
func (j *ja4) String(kind byte, version int, sni bool, alpn []string) string {
	b := make([]byte, 0, 36)
	b = append(b, kind)
	b = append(b, ja4Version(version)...)
	if sni {
		b = append(b, 'd')
	} else {
		b = append(b, 'i')
	}
	b = two(b, j.nCiphers)
	b = two(b, j.nExts)
	b = append(b, ja4ALPN(alpn)...)
	b = append(b, '_')
	var buf [5*2*maxJA4 + 1]byte
	ciphers := j.ciphers[:j.nCiphers]
	slices.Sort(ciphers)
	b = digest(b, list(buf[:0], ciphers))
	b = append(b, '_')
	var keep [maxJA4]uint16
	n := 0
	for _, e := range j.exts[:j.nExts] {
		if e != 0 && e != 16 { // SNI and ALPN are told above
			keep[n] = e
			n++
		}
	}
	slices.Sort(keep[:n])
	l := list(buf[:0], keep[:n])
	if j.nSigs > 0 {
		l = append(l, '_')
		l = list(l, j.sigs[:j.nSigs])
	}
	if j.nExts == 0 {
		l = l[:0]
	}
	return string(digest(b, l))
}

func two(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

// list appends the values in hexadecimal, comma-separated.
func list(b []byte, vs []uint16) []byte {
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		s := strconv.FormatUint(uint64(v)|0x10000, 16)
		b = append(b, s[1:]...)
	}
	return b
}

// digest appends the first twelve digits of the SHA-256 of l; zeros for nothing.
func digest(b, l []byte) []byte {
	if len(l) == 0 {
		return append(b, "000000000000"...)
	}
	sum := sha256.Sum256(l)
	return hex.AppendEncode(b, sum[:6])
}

func ja4Version(v int) string {
	switch v {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	case 0xfeff:
		return "d1"
	case 0xfefd:
		return "d2"
	case 0xfefc:
		return "d3"
	}
	return "00"
}

func ja4ALPN(alpn []string) string {
	if len(alpn) == 0 || alpn[0] == "" {
		return "00"
	}
	p := alpn[0]
	a, z := p[0], p[len(p)-1]
	if alnum(a) && alnum(z) {
		return string([]byte{a, z})
	}
	h := hex.EncodeToString([]byte{a, z})
	return string([]byte{h[0], h[3]})
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

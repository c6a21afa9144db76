package anonymize

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
)

// Map replaces addresses. Not for concurrent use.
type Map struct {
	block cipher.Block
	mac   []byte
	seen  map[netip.Addr]netip.Addr
	in    [16]byte
	out   [16]byte
}

// maxSeen bounds the memory of addresses already replaced; beyond it they are
// worked out again.
const maxSeen = 1 << 16

// New returns the replacement that key stands for. A key of any length serves;
// a short or guessable one lets others undo it.
func New(key []byte) *Map {
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(purpose))
		return h.Sum(nil)
	}
	b, err := aes.NewCipher(derive("portero address"))
	if err != nil {
		panic(err) // 32 octets always make a key
	}
	return &Map{block: b, mac: derive("portero payload"), seen: map[netip.Addr]netip.Addr{}}
}

// kept are the blocks whose meaning stays (RFC 6890, RFC 5771, RFC 4291).
var kept = func() []netip.Prefix {
	var ps []netip.Prefix
	for _, s := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4",
		"240.0.0.0/4", "::/96", "::ffff:0:0/96", "fc00::/7", "fe80::/10", "ff00::/8"} {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}()

// Addr returns the replacement of a. The zero Addr stays; a zone is dropped.
func (m *Map) Addr(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return a
	}
	a = a.WithZone("")
	if r, ok := m.seen[a]; ok {
		return r
	}
	r := m.replace(a)
	if len(m.seen) >= maxSeen {
		clear(m.seen)
	}
	m.seen[a] = r
	return r
}

func (m *Map) replace(a netip.Addr) netip.Addr {
	if a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return a
	}
	bits := a.BitLen()
	old := a.AsSlice()
	new := make([]byte, len(old))
	m.in = [16]byte{}
	m.in[15] = byte(bits) // the two versions are two trees
	for i := range bits {
		bit := old[i/8] >> (7 - i%8) & 1
		if !onTheWay(a, i) {
			// One bit of the cipher over the i bits before this one decides.
			in := m.in
			in[14] ^= byte(i)
			in[15] ^= 0x80
			m.block.Encrypt(m.out[:], in[:])
			m.block.Encrypt(m.out[:], m.out[:])
			bit ^= m.out[0] & 1
		}
		new[i/8] |= bit << (7 - i%8)
		if i < 112 {
			m.in[i/8] |= old[i/8] & (0x80 >> (i % 8))
		} else {
			// The last sixteen bits do not fit beside the position: fold the first
			// fourteen octets by the cipher once.
			if i == 112 {
				m.block.Encrypt(m.in[:], m.in[:])
				m.in[12], m.in[13], m.in[14], m.in[15] = 0, 0, 0, 1
			}
			m.in[12+(i-112)/8] |= old[i/8] & (0x80 >> (i % 8))
		}
	}
	r, _ := netip.AddrFromSlice(new)
	return r
}

// onTheWay reports whether the first i bits of a are still those of a kept block
// that has more bits, so that turning the next one could leave or enter it.
func onTheWay(a netip.Addr, i int) bool {
	for _, p := range kept {
		if p.Addr().BitLen() != a.BitLen() || i >= p.Bits() {
			continue
		}
		q, err := a.Prefix(i)
		if err == nil && q.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

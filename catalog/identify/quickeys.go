package identify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
)

// initialKeys protect the Initial packets of one connection. They hide nothing:
// whoever sees the client's first packet has them.
type initialKeys struct {
	version uint32
	dcid    [20]byte
	n       int
	aead    [2]cipher.AEAD
	hp      [2]cipher.Block
	iv      [2][12]byte
}

// salts of the versions (RFC 9001, section 5.2; RFC 9369, section 3.3.1; drafts).
func saltOf(v uint32) string {
	switch {
	case v == 1, v == 0xff000021, v == 0xff000022:
		return "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a"
	case v == version2:
		return "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9"
	case v >= 0xff00001d && v <= 0xff000020:
		return "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99"
	case v >= 0xff000017 && v <= 0xff00001c, v == 0xfaceb002, v == 0xfaceb00e:
		return "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02"
	case v == 0xff000015, v == 0xff000016, v == 0xfaceb001:
		return "\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x2a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x41\x90"
	case v == 'Q'<<24|'0'<<16|'5'<<8|'0':
		return "\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45"
	case v == 'T'<<24|'0'<<16|'5'<<8|'0':
		return "\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10"
	case v == 'T'<<24|'0'<<16|'5'<<8|'1':
		return "\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d"
	}
	return ""
}

func newInitialKeys(version uint32, dcid []byte) *initialKeys {
	salt := saltOf(version)
	if salt == "" || len(dcid) > 20 {
		return nil
	}
	secret, err := hkdf.Extract(sha256.New, dcid, []byte(salt))
	if err != nil {
		return nil
	}
	label := "quic "
	if version == version2 {
		label = "quicv2 "
	}
	k := &initialKeys{version: version, n: len(dcid)}
	copy(k.dcid[:], dcid)
	for i, who := range [2]string{"client in", "server in"} {
		own := expand(secret, who, 32)
		block, err := aes.NewCipher(expand(own, label+"key", 16))
		if err != nil {
			return nil
		}
		if k.aead[i], err = cipher.NewGCM(block); err != nil {
			return nil
		}
		if k.hp[i], err = aes.NewCipher(expand(own, label+"hp", 16)); err != nil {
			return nil
		}
		copy(k.iv[i][:], expand(own, label+"iv", 12))
	}
	return k
}

// keysOf makes the keys of the client's Initial b. A version that is reserved to make the server name its own (RFC 9000, section
// 15) has no salt: clients take that of one that they speak, and the packet itself says which.
func (x *Identifier) keysOf(h *longHeader, b []byte) *initialKeys {
	if h.version&0x0f0f0f0f != 0x0a0a0a0a {
		return newInitialKeys(h.version, h.dcid)
	}
	for _, v := range [...]uint32{1, 0xff00001d} {
		if k := newInitialKeys(v, h.dcid); k != nil && k.open(x.plain[:0], x.head[:0], b, h.pnAt, 0) != nil {
			k.version = h.version
			return k
		}
	}
	return nil
}

// expand is HKDF-Expand-Label with an empty context (RFC 8446, section 7.1).
func expand(secret []byte, label string, n int) []byte {
	info := string([]byte{0, byte(n), byte(6 + len(label))}) + "tls13 " + label + "\x00"
	out, err := hkdf.Expand(sha256.New, secret, info, n)
	if err != nil {
		return make([]byte, n)
	}
	return out
}

// open takes the protection off packet b (RFC 9001, section 5.4); nil when it is not
// what these keys protect. plain and head lend their memory.
func (k *initialKeys) open(plain, head, b []byte, pnAt, who int) []byte {
	if len(b) < pnAt+4+16 || pnAt+4 > cap(head) || len(b) > cap(plain) {
		return nil
	}
	var mask [16]byte
	k.hp[who].Encrypt(mask[:], b[pnAt+4:pnAt+20])
	head = append(head, b[:pnAt+4]...)
	head[0] ^= mask[0] & 0x0f
	n := int(head[0]&3) + 1
	nonce := k.iv[who]
	for i := range n {
		head[pnAt+i] ^= mask[1+i]
		nonce[12-n+i] ^= head[pnAt+i]
	}
	out, err := k.aead[who].Open(plain, nonce[:], b[pnAt+n:], head[:pnAt+n])
	if err != nil {
		return nil
	}
	return out
}

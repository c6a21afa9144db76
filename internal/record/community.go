package record

import (
	"crypto/sha1"
	"encoding/binary"

	"portero/capture"
)

// AppendCommunityID appends Community ID version 1 with seed 0
// (github.com/corelight/community-id-spec): a hash of the ordered tuple. Nothing
// where an address is missing.
func AppendCommunityID(b []byte, r *Record) []byte {
	var t [Room]byte
	return append(b, t[:PutCommunityID(t[:], 0, r)]...)
}

// PutCommunityID writes what AppendCommunityID appends at b[n:], where Room octets
// must be, and returns where it ends.
func PutCommunityID(b []byte, n int, r *Record) int {
	if !r.Orig.Addr.IsValid() || !r.Resp.Addr.IsValid() {
		return n
	}
	sum := communityHash(r)
	t := (*[communityLen]byte)(b[n:])
	t[0], t[1] = '1', ':'
	for i := range 7 {
		v := uint32(sum[3*i])<<16 | uint32(sum[3*i+1])<<8 | uint32(sum[3*i+2])
		*(*[4]byte)(t[2+4*i:]) = [4]byte{base64[v>>18&63], base64[v>>12&63], base64[v>>6&63], base64[v&63]}
	}
	t[communityLen-1] = '=' // of 20 octets the last digit is padding
	return n + communityLen
}

// communityHash is the SHA-1 of the tuple and an octet of zero.
func communityHash(r *Record) (padded [sha1.Size + 1]byte) {
	first, second := &r.Orig, &r.Resp
	p1, p2 := r.Orig.Port, r.Resp.Port
	ports := r.HasPorts
	oneWay := false
	if r.Proto == capture.ProtoICMP || r.Proto == capture.ProtoICMP6 {
		ports = true
		// A type without counterpart keeps its direction.
		if oneWay = !pairedICMP(r.Proto, p1, p2); oneWay {
			if _, _, codeKnown, _ := r.ICMP(); !codeKnown {
				p2 = 0 // it has one, which the specification does not know: those that ask all have this code
			}
		}
	}
	if c := first.Addr.Compare(second.Addr); !oneWay && (c > 0 || c == 0 && ports && p1 > p2) {
		first, second = second, first
		p1, p2 = p2, p1
	}
	var buf [40]byte
	n := 2 // seed 0
	for _, s := range [2]*Side{first, second} {
		if s.Addr.Is4() {
			*(*[4]byte)(buf[n:]) = s.Addr.As4()
			n += 4
		} else {
			*(*[16]byte)(buf[n:]) = s.Addr.As16()
			n += 16
		}
	}
	buf[n] = r.Proto
	n += 2
	if ports {
		binary.BigEndian.PutUint16(buf[n:], p1)
		binary.BigEndian.PutUint16(buf[n+2:], p2)
		n += 4
	}
	sum := sha1.Sum(buf[:n])
	copy(padded[:], sum[:])
	return padded
}

// base64 is the standard alphabet of RFC 4648.
const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

const communityLen = len("1:") + (20+2)/3*4

func pairedICMP(proto uint8, a, b uint16) bool {
	if proto == capture.ProtoICMP6 {
		if a > b {
			a, b = b, a
		}
		switch a {
		case 128, 130, 133, 135, 139, 144:
			return b == a+1
		}
		return false
	}
	if a > b {
		a, b = b, a
	}
	return a == 0 && b == 8 || a == 13 && b == 14 || a == 15 && b == 16 || a == 17 && b == 18 || a == 9 && b == 10
}

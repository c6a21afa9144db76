package record

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

	"portero/capture"
)

// communityID appends Community ID version 1 with seed 0
// (github.com/corelight/community-id-spec): a hash of the ordered tuple.
func communityID(b []byte, r *Record) []byte {
	if !r.Orig.Addr.IsValid() || !r.Resp.Addr.IsValid() {
		return b
	}
	var buf [40]byte
	n := 2 // seed 0
	put := func(s *Side) {
		if s.Addr.Is4() {
			a := s.Addr.As4()
			n += copy(buf[n:], a[:])
		} else {
			a := s.Addr.As16()
			n += copy(buf[n:], a[:])
		}
	}
	first, second := &r.Orig, &r.Resp
	p1, p2 := r.Orig.Port, r.Resp.Port
	ports := r.HasPorts
	oneWay := false
	if r.Proto == capture.ProtoICMP || r.Proto == capture.ProtoICMP6 {
		ports = true
		// A type without counterpart keeps its direction.
		oneWay = !pairedICMP(r.Proto, p1, p2)
	}
	if c := first.Addr.Compare(second.Addr); !oneWay && (c > 0 || c == 0 && ports && p1 > p2) {
		first, second = second, first
		p1, p2 = p2, p1
	}
	put(first)
	put(second)
	buf[n] = r.Proto
	n += 2
	if ports {
		binary.BigEndian.PutUint16(buf[n:], p1)
		binary.BigEndian.PutUint16(buf[n+2:], p2)
		n += 4
	}
	sum := sha1.Sum(buf[:n])
	b = append(b, "1:"...)
	return base64.StdEncoding.AppendEncode(b, sum[:])
}

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

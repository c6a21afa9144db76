package record

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"
)

// Room is how many octets the Put functions may touch from where they begin:
// they store whole words, also where they need less.
const Room = 32

// PutUint writes v in decimal at b[n:], where Room octets must be, and returns
// where it ends.
func PutUint(b []byte, n int, v uint64) int {
	if v >= 1e8 {
		return putLong(b, n, v)
	}
	text, digits := Trim(Eight(v))
	binary.LittleEndian.PutUint64(b[n:], text)
	return n + digits
}

// Trim is the text of what Eight made, without leading zeros and with its first digit in
// the lowest octet, and how many digits that are. The number is arithmetic, not a
// branch: it changes from value to value, and a wrong guess costs more than all of this.
func Trim(x uint64) (text uint64, digits int) {
	lead := bits.TrailingZeros64(x|1<<56) &^ 7
	return (x | zeros) >> (lead & 63), 8 - lead/8
}

const zeros = 0x3030303030303030

// Eight turns v below 10^8 into eight digits of the values 0 to 9, the first one in
// the lowest octet. It halves all pieces at once: two of four digits, four of two,
// eight of one; the divisions are multiplications that are exact in their range.
func Eight(v uint64) uint64 {
	q := v / 1e4
	x := q | (v-q*1e4)<<32
	q = x * 10486 >> 20 & 0x0000007f0000007f
	x = q | (x-q*100)<<16
	q = x * 103 >> 10 & 0x000f000f000f000f
	return q | (x-q*10)<<8
}

// put8 writes eight digits with their leading zeros.
func put8(b []byte, n int, v uint64) int {
	binary.LittleEndian.PutUint64(b[n:], Eight(v)|zeros)
	return n + 8
}

func putLong(b []byte, n int, v uint64) int {
	q := v / 1e8
	if q >= 1e8 {
		n = put8(b, PutUint(b, n, q/1e8), q%1e8)
	} else {
		n = PutUint(b, n, q)
	}
	return put8(b, n, v-v/1e8*1e8)
}

// AppendUint appends v in decimal. Where b has room it may write into more of it than
// it takes.
func AppendUint(b []byte, v uint64) []byte {
	n := len(b)
	if cap(b)-n < Room {
		b = slices.Grow(b, Room)
	}
	b = b[:n+Room]
	return b[:PutUint(b, n, v)]
}

// PutMicros writes ns as microseconds with up to three decimals, as PutUint does.
func PutMicros(b []byte, n int, ns int64) int {
	v := uint64(ns)
	if ns < 0 {
		b[n] = '-'
		n, v = n+1, -v
	}
	us := v / 1000
	n = PutUint(b, n, us)
	if f := v - us*1000; f != 0 {
		b[n], b[n+1], b[n+2], b[n+3] = '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10)
		for n += 4; b[n-1] == '0'; n-- {
		}
	}
	return n
}

// AppendAddr appends a, nothing for the zero Addr, as AppendUint does.
func AppendAddr(b []byte, a netip.Addr) []byte {
	if a.Zone() != "" {
		return a.AppendTo(b)
	}
	n := len(b)
	if cap(b)-n < 2*Room {
		b = slices.Grow(b, 2*Room)
	}
	b = b[:n+2*Room]
	return b[:PutAddr(b, n, a)]
}

// octets are the numbers 0 to 255 with a dot behind, and how many octets that takes.
var octets = func() (t [256][4]byte) {
	for i := range t {
		d := append(AppendUint(nil, uint64(i)), '.')
		copy(t[i][:], d)
	}
	return t
}()

// PutAddr writes a, which has no zone, as PutUint does, in twice that room. Nothing
// is written for the zero Addr.
func PutAddr(b []byte, n int, a netip.Addr) int {
	switch {
	case a.Is4():
		for _, o := range a.As4() {
			*(*[4]byte)(b[n:]) = octets[o]
			n += 2 + int((uint32(o)+246)>>8) + int((uint32(o)+156)>>8)
		}
		return n - 1
	case a.Is4In6() || a.Zone() != "":
		return n + copy(b[n:], a.AppendTo(nil))
	case a.IsValid():
		return put6(b, n, a.As16())
	}
	return n
}

// put6 writes an IPv6 address as RFC 5952, section 4, wants it: "::" instead of the
// longest run of words of zero, of the first among equals, and of no single word.
func put6(b []byte, n int, a [16]byte) int {
	from, to := 8, 8
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && a[2*j]|a[2*j+1] == 0 {
			j++
		}
		if j-i >= 2 && j-i > to-from {
			from, to = i, j
		}
		i = max(i, j-1)
	}
	for i := 0; i < 8; i++ {
		if i == from {
			b[n], b[n+1] = ':', ':'
			n += 2
			if i = to; i == 8 {
				break
			}
		} else if i > 0 {
			b[n] = ':'
			n++
		}
		x := uint32(a[2*i])<<8 | uint32(a[2*i+1])
		x = x>>12 | x&0xf00 | x&0xf0<<12 | x&0xf<<24
		lead := bits.TrailingZeros32(x|1<<24) &^ 7
		x += 0x30303030 + (x+0x06060606)>>4&0x01010101*('a'-'0'-10)
		binary.LittleEndian.PutUint32(b[n:], x>>(lead&31))
		n += 4 - lead/8
	}
	return n
}

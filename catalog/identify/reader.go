package identify

// reader takes fields off hostile octets. Once it runs short every further field
// is empty and short is set; cut tells a short capture from a broken message.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short = true
		r.b = nil
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) u8() int {
	if v := r.take(1); v != nil {
		return int(v[0])
	}
	return 0
}

func (r *reader) u16() int {
	if v := r.take(2); v != nil {
		return int(v[0])<<8 | int(v[1])
	}
	return 0
}

func (r *reader) u24() int {
	if v := r.take(3); v != nil {
		return int(v[0])<<16 | int(v[1])<<8 | int(v[2])
	}
	return 0
}

// vec8 and vec16 are what a length of one or two octets announces, or what there
// is of it when it was cut.
func (r *reader) vec8() []byte  { return r.upTo(r.u8()) }
func (r *reader) vec16() []byte { return r.upTo(r.u16()) }

func (r *reader) upTo(n int) []byte {
	if n > len(r.b) {
		v := r.b
		r.b, r.short = nil, true
		return v
	}
	return r.take(n)
}

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }
func be24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
func le16(b []byte) int { return int(b[1])<<8 | int(b[0]) }
func le32(b []byte) uint32 {
	return uint32(b[3])<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
}

// size32 is a length of four octets as an int, which has 32 bits on some machines: there one above 2 GB would be
// negative. What claims more than 1 GB, with what is added to it, is beyond all that was captured either way.
func size32(b []byte) int   { return int(min(be32(b), 1<<30)) }
func leSize32(b []byte) int { return int(min(le32(b), 1<<30)) }

// text makes a string of octets from the wire, cut to MaxText.
func text(b []byte) string {
	if len(b) > MaxText {
		b = b[:MaxText]
	}
	return string(b)
}

// has reports whether b starts with s.
func has(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// begins reports whether b starts with s, or is the beginning of it.
func begins(b []byte, s string) bool {
	if len(b) < len(s) {
		return string(b) == s[:len(b)]
	}
	return string(b[:len(s)]) == s
}

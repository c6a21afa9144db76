package identify

// Networks that wait for the next contact (DTN).

// matchTCPCL takes the header with which both ends of a contact begin (RFC 9174, section 4.2; of version 3 RFC 7242, section 4.1).
func matchTCPCL(l *look) grade {
	b := l.b
	switch {
	case !has(b, "dtn!"):
		return no
	case len(b) < 6:
		return l.until(6)
	case b[4] == 4 && b[5] <= 1: // whether it can TLS; the other bits are reserved
	case b[4] == 3 && b[5] <= 7: // and how long it keeps alive, and its name
		if len(b) < 9 {
			return l.until(9)
		}
	default:
		return no
	}
	if has(l.peer, "dtn!") {
		return exact
	}
	return shape
}

// matchBundle takes a bundle of version 7 (RFC 9171, section 4) that is a datagram of its own: an array without an end told, whose
// first item is the primary block, item by item, and behind it the next block.
func matchBundle(l *look) grade {
	b := l.b
	if len(b) < 3 || b[0] != 0x9f {
		return no
	}
	r := cborReader{b: b, at: 1}
	items := r.array()
	if items < 8 || items > 11 || r.uint() != 7 || r.short && len(b) < l.size {
		return no
	}
	flags, crc := r.uint(), r.uint()
	fragment := flags&1 != 0
	want := 8
	if fragment {
		want += 2
	}
	if crc > 0 {
		want++
	}
	if crc > 2 || items != want {
		r.bad = true
	}
	for range 3 { // where to, where from, whom to tell
		r.endpoint()
	}
	if r.array() != 2 { // when it was made
		r.bad = true
	}
	r.uint()
	r.uint()
	r.uint() // how long it lives
	if fragment {
		r.uint()
		r.uint()
	}
	if crc > 0 && r.text(2) != int(crc)*2 {
		r.bad = true
	}
	switch {
	case r.bad, r.short:
		return no
	case r.at < len(b) && (b[r.at]>>5 != 4 || len(b) == l.size && b[len(b)-1] != 0xff):
		return no // an array stands there, and at the end the array ends
	case len(b) == l.size:
		return exact
	}
	return shape
}

// cborReader reads items of CBOR (RFC 8949, section 3) one after the other. What it could not read is bad, or short where octets ended.
type cborReader struct {
	b          []byte
	at         int
	bad, short bool
}

// head reads an item's first octets: its major type and its argument.
func (r *cborReader) head() (major byte, n uint64) {
	if r.at >= len(r.b) {
		r.short = true
		return 0, 0
	}
	c := r.b[r.at]
	r.at++
	major, n = c>>5, uint64(c&31)
	if n < 24 {
		return major, n
	}
	if n > 27 {
		r.bad = true
		return major, 0
	}
	size := 1 << (n - 24)
	if len(r.b)-r.at < size {
		r.at, r.short = len(r.b), true
		return major, 0
	}
	n = 0
	for _, c := range r.b[r.at : r.at+size] {
		n = n<<8 | uint64(c)
	}
	r.at += size
	return major, n
}

// of reads an item of a major type.
func (r *cborReader) of(want byte) uint64 {
	major, n := r.head()
	if major != want {
		r.bad = true
	}
	return n
}

func (r *cborReader) uint() uint64 { return r.of(0) }

// array reads how many items an array has.
func (r *cborReader) array() int { return int(min(r.of(4), 1<<16)) }

// text goes past a string of a major type, and says how long it is.
func (r *cborReader) text(major byte) int {
	n := int(min(r.of(major), 1<<16))
	if r.at += n; r.at > len(r.b) {
		r.at, r.short = len(r.b), true
	}
	return n
}

// endpoint reads an endpoint's ID (RFC 9171, section 4.2.5.1): dtn, by name or none, or ipn, in two numbers or three (RFC 9758).
func (r *cborReader) endpoint() {
	if r.array() != 2 {
		r.bad = true
		return
	}
	switch r.uint() {
	case 1:
		if r.at < len(r.b) && r.b[r.at] == 0 {
			r.at++
			return
		}
		r.text(3)
	case 2:
		n := r.array()
		if n != 2 && n != 3 {
			r.bad = true
			return
		}
		for range n {
			r.uint()
		}
	default:
		r.bad = true
	}
}

package identify

import (
	"bytes"
	"strconv"
)

// HTTP/2 in clear, as services speak it among themselves (RFC 9113, section 3.3). The
// first HEADERS of each side says what the first lines of HTTP/1 do.

const (
	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

	h2Headers      = 1
	h2Continuation = 9

	h2EndHeaders = 0x04
	h2Padded     = 0x08
	h2Priority   = 0x20
)

// isHTTP2 reports whether the client began with the preface.
func isHTTP2(b []byte) bool { return bytes.HasPrefix(b, []byte("PRI * HTTP/2")) }

// The kinds of frames that are as long as their kind says.
const (
	h2Reset  = 3
	h2Set    = 4
	h2Ping   = 6
	h2Leave  = 7
	h2Window = 8
)

// h2Settings reports whether body is settings that there are, or that are made up to be passed over (RFC 9113, section 6.5.2; RFC 8701 has
// the like for TLS).
func h2Settings(body []byte) bool {
	for ; len(body) >= 6; body = body[6:] {
		id, v := be16(body), be32(body[2:])
		switch {
		case id == 0 || id > 16 && id&0x0f0f != 0x0a0a:
			return false
		case id == 2 && v > 1, id == 4 && v > 1<<31-1, id == 5 && (v < 1<<14 || v > 1<<24-1), id == 8 && v > 1:
			return false
		}
	}
	return len(body) == 0
}

// matchHTTP2Answer takes a server's preface, a frame of SETTINGS with which it begins (RFC 9113, section 3.4); where there are none in
// it the next frame has to be one that may follow.
func matchHTTP2Answer(l *look) grade {
	b := l.b
	if l.middle || len(b) < 9 || be24(b) > 48 || be24(b)%6 != 0 || b[3] != h2Set || b[4] != 0 || be32(b[5:]) != 0 {
		return no
	}
	n := 9 + be24(b)
	switch {
	case len(b) < n+9 && (n == 9 || len(b) < n):
		return l.until(n + 9)
	case !h2Settings(b[9:n]):
		return no
	case n > 9:
		return exact
	}
	switch next := b[n:]; {
	case be32(next[5:]) != 0:
	case next[3] == h2Set && next[4] == 1 && be24(next) == 0, next[3] == h2Window && next[4] == 0 && be24(next) == 4, next[3] == h2Ping && next[4] <= 1 && be24(next) == 8:
		return exact
	}
	return no
}

// matchHTTP2Later takes frames that fill their segment, of which one is more than data: fields, a ping, or room for more.
func matchHTTP2Later(l *look) grade {
	b, told := l.b, false
	if !l.middle || len(b) != l.size {
		return no
	}
	for len(b) > 0 {
		if len(b) < 9 || be24(b) > len(b)-9 || b[5] != 0 { // (a connection of 16 million streams is none)
			return no
		}
		n, flags, stream := be24(b), b[4], be32(b[5:])
		body := b[9 : 9+n]
		switch b[3] {
		case 0:
			if stream == 0 || flags&^(1|h2Padded) != 0 {
				return no
			}
		case h2Headers: // of a question its method comes first, of an answer its status, or what closes it
			if stream == 0 || stream&1 == 0 || flags&^(1|h2EndHeaders|h2Priority) != 0 || flags&h2EndHeaders == 0 {
				return no
			}
			if flags&h2Priority != 0 {
				if len(body) < 6 {
					return no
				}
				body = body[5:]
			}
			if len(body) == 0 || l.client && !h2Asks(body[0]) || !l.client && h2Asks(body[0]) {
				return no
			}
			told = true
		case h2Reset:
			if stream == 0 || n != 4 || be32(body) > 16 || flags != 0 {
				return no
			}
		case h2Set:
			if stream != 0 || flags > 1 || flags == 1 && n > 0 || !h2Settings(body) {
				return no
			}
			told = told || n > 0 // either end's: the client's preface may have come before
		case h2Ping:
			if stream != 0 || flags > 1 || n != 8 {
				return no
			}
			told = true
		case h2Leave:
			if stream != 0 || flags != 0 || n < 8 || be32(body[4:]) > 16 {
				return no
			}
			told = true
		case h2Window:
			if n != 4 || flags != 0 || be32(body)>>31 != 0 || be32(body) == 0 {
				return no
			}
			told = told || len(l.b) > 13 // alone it is little
		default:
			return no
		}
		b = b[9+n:]
	}
	if told {
		return shape
	}
	return no
}

// h2Asks reports whether a block of fields that begins with c is a question's: its method or what else of those fields comes first.
func h2Asks(c byte) bool { return c >= 0x82 && c <= 0x87 }

// h2Begins reports whether what a server sent begins with a frame and not with a line.
func h2Begins(b []byte) bool { return len(b) >= 9 && b[0] < ' ' && b[3] <= h2Continuation }

// h2Fields calls each with the fields of the header blocks in b, which begins with a
// frame, until done says that it has all; it reports whether that was so, or whether b
// cannot be read on.
func h2Fields(b []byte, each func(name string, value []byte), done func() bool) bool {
	var block []byte
	for len(b) >= 9 {
		n, typ, flags := be24(b), b[3], b[4]
		body := b[9:min(9+n, len(b))]
		cut := len(body) < n
		switch typ {
		case h2Headers:
			block = body
			if flags&h2Padded != 0 && len(body) > 0 {
				block = body[1:max(1, len(body)-int(body[0]))]
			}
			if flags&h2Priority != 0 {
				block = block[min(5, len(block)):]
			}
		case h2Continuation:
			block = append(block[:len(block):len(block)], body...)
		}
		switch {
		case typ != h2Headers && typ != h2Continuation:
		case cut:
			hpack(block, each)
		case flags&h2EndHeaders != 0:
			if !hpack(block, each) || done() {
				return true
			}
		}
		if cut {
			return false
		}
		b = b[9+n:]
	}
	return false
}

// request2 reads the client's first request; it returns whether no more of it will be
// read.
func request2(k *pending, s *stream) bool {
	b := s.bytes()
	if isHTTP2(b) {
		if len(b) < len(preface) {
			return s.full()
		}
		b = b[len(preface):]
	}
	f, w := k.facts, k.facts.HTTP
	me := int(f.Client)
	ended := h2Fields(b, func(name string, value []byte) {
		switch name {
		case ":method":
			if upper(value) {
				w.Method = text(value)
			}
		case ":authority", "host":
			if w.Host == "" && hostname(value) {
				w.Host = text(value)
			}
		case "user-agent":
			f.Software[me] = text(value)
		case "authorization", "proxy-authorization":
			if f.Login == nil {
				authorization(k, value, "http")
			}
		}
	}, func() bool { return w.Method != "" })
	if w.Host != "" {
		f.Name, f.NameBy = hostOnly(w.Host), "http"
	}
	return ended || s.full()
}

// response2 reads the server's first answer. What it says before (100, 103) is none.
func response2(k *pending, s *stream) bool {
	f, w := k.facts, k.facts.HTTP
	me := 1 - int(f.Client)
	status, location, kind := 0, "", ""
	ended := h2Fields(s.bytes(), func(name string, value []byte) {
		switch name {
		case ":status":
			if len(value) == 3 && digits(value) {
				status, _ = strconv.Atoi(string(value))
			}
		case "server":
			f.Software[me] = text(value)
		case "location":
			location = origin(value)
		case "content-type":
			kind = text(value)
		}
	}, func() bool { return status >= 200 })
	if !ended && !s.full() {
		return false
	}
	if w.Status = -1; status >= 200 {
		w.Status, w.Location, w.ContentType, w.StatusFrame = status, location, kind, frameOf(k)
	}
	return true
}

// h2Static are the entries of HPACK's static table that tell something here (RFC 7541,
// appendix A).
var h2Static = [62]struct{ name, value string }{
	1: {":authority", ""}, 2: {":method", "GET"}, 3: {":method", "POST"},
	8: {":status", "200"}, 9: {":status", "204"}, 10: {":status", "206"}, 11: {":status", "304"}, 12: {":status", "400"}, 13: {":status", "404"}, 14: {":status", "500"},
	23: {"authorization", ""}, 31: {"content-type", ""}, 38: {"host", ""}, 46: {"location", ""}, 49: {"proxy-authorization", ""}, 54: {"server", ""}, 58: {"user-agent", ""},
}

// hpack calls each with the fields of a header block as far as it is there; it reports
// whether it could be read to its end. Of what was said in earlier blocks nothing is
// kept: a field that points there is passed over.
func hpack(b []byte, each func(name string, value []byte)) bool {
	var room [2][MaxKept]byte
	for len(b) > 0 {
		var index int
		var ok bool
		switch c := b[0]; {
		case c&0x80 != 0: // a whole entry
			if index, b, ok = hpackInt(b, 7); !ok {
				return false
			}
			if index < len(h2Static) && h2Static[index].value != "" {
				each(h2Static[index].name, []byte(h2Static[index].value))
			}
			continue
		case c&0xe0 == 0x20: // another size of the table
			if _, b, ok = hpackInt(b, 5); !ok {
				return false
			}
			continue
		case c&0xc0 == 0x40:
			index, b, ok = hpackInt(b, 6)
		default:
			index, b, ok = hpackInt(b, 4)
		}
		if !ok {
			return false
		}
		name := ""
		if index == 0 {
			var n []byte
			if n, b, ok = hpackText(b, room[0][:0]); !ok {
				return false
			}
			name = string(n)
		} else if index < len(h2Static) {
			name = h2Static[index].name
		}
		var value []byte
		if value, b, ok = hpackText(b, room[1][:0]); !ok {
			return false
		}
		if name != "" && value != nil {
			each(name, value)
		}
	}
	return true
}

// hpackInt reads an integer that begins in the low bits of an octet (section 5.1).
func hpackInt(b []byte, bits int) (n int, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	most := 1<<bits - 1
	if n = int(b[0]) & most; n < most {
		return n, b[1:], true
	}
	for i, c := range b[1:min(len(b), 4)] {
		n += int(c&0x7f) << (7 * i)
		if c < 0x80 {
			return n, b[2+i:], true
		}
	}
	return 0, nil, false
}

// hpackText reads a string (section 5.2), in room where it is in Huffman's code; nil
// for one with signs that no field here has.
func hpackText(b, room []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, false
	}
	packed := b[0]&0x80 != 0
	n, b, ok := hpackInt(b, 7)
	if !ok || n > len(b) {
		return nil, nil, false
	}
	if !packed {
		return b[:n:n], b[n:], true
	}
	return huffman(b[:n], room), b[n:], true
}

// byLength are the signs of HPACK's code (appendix B) by the length of their codes in
// bits: it is canonical, so that the lengths are all there is to know. Longer codes are
// those of the backslash and of what is not ASCII.
var byLength = [16]string{
	5: "012aceiost", 6: " %-./3456789=A_bdfghlmnpru", 7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 8: "&*,;XZ",
	10: `!"()?`, 11: "'+|", 12: "#>", 13: "\x00$@[]~", 14: "^}", 15: "<`{",
}

// huffman appends to out what b is the code of; nil where it is of signs that are not
// known, or out has no room for it.
func huffman(b, out []byte) []byte {
	code, first, length := 0, 0, 0 // the bits so far; the first code of so many bits
	for _, c := range b {
		for i := 7; i >= 0; i-- {
			code = code<<1 | int(c>>i&1)
			first <<= 1
			if length++; length == len(byLength) {
				return nil
			}
			signs := byLength[length]
			if code-first < len(signs) {
				if len(out) == cap(out) {
					return nil
				}
				out = append(out, signs[code-first])
				code, first, length = 0, 0, 0
				continue
			}
			first += len(signs)
		}
	}
	if length > 7 || code != 1<<length-1 {
		return nil // what fills the last octet are ones
	}
	return out
}

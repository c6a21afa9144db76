package identify

import (
	"bytes"
	"math/big"

	"golang.org/x/crypto/sha3"
)

// Nodes of coins and files that find each other, instruments, radios, catalogues of libraries, disks and queues.

// matchRLPx takes the first message of both ends of Ethereum's peers (EIP-8): its length, and a key that lies on their curve, as
// no other octets do.
func matchRLPx(l *look) grade {
	b := l.b
	if len(b) < 67 || b[2] != 4 || be16(b) < 250 || be16(b) > 2048 {
		return no
	}
	if !onCurve(b[3:35], b[35:67]) {
		return no
	}
	return exact
}

// The prime of secp256k1 (SEC 2, section 2.4.1): 2^256 - 2^32 - 977.
var curvePrime = func() *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), 256)
	return p.Sub(p, big.NewInt(1<<32+977))
}()

// onCurve reports whether y² = x³ + 7 there.
func onCurve(x, y []byte) bool {
	var a, b, cube big.Int
	a.SetBytes(x)
	b.SetBytes(y)
	if a.Cmp(curvePrime) >= 0 || b.Cmp(curvePrime) >= 0 {
		return false
	}
	cube.Mul(&a, &a)
	cube.Mul(&cube, &a)
	cube.Add(&cube, big.NewInt(7))
	cube.Mod(&cube, curvePrime)
	b.Mul(&b, &b)
	b.Mod(&b, curvePrime)
	return b.Cmp(&cube) == 0
}

// matchDiscovery takes packets by which Ethereum's nodes find each other (discv4): the sum of what follows stands first.
func matchDiscovery(l *look) grade {
	b := l.b
	if l.size != len(b) || !mayDiscovery(b, l.size) || keccak256(b[32:]) != [32]byte(b[:32]) {
		return no
	}
	return exact
}

// mayDiscovery asks for the octets behind sum and signature: its recovery id, a kind of packet and a list.
func mayDiscovery(b []byte, size int) bool {
	return len(b) > 98 && size <= 1280 && b[96] <= 3 && b[97] >= 1 && b[97] <= 6 && b[98] >= 0xc0
}

// keccak256 is the hash of Keccak's authors, whose padding is not that of SHA-3.
func keccak256(b []byte) (sum [32]byte) {
	h := sha3.NewLegacyKeccak256()
	h.Write(b)
	h.Sum(sum[:0])
	return sum
}

// matchHiSLIP takes the messages with which instruments are spoken to (IVI-6.1, section 6): each channel is opened by one of two, which
// have answers of their own.
func matchHiSLIP(l *look) grade {
	b := l.b
	if len(b) < 16 || !has(b, "HS") || b[3] > 3 || !zeros(b[8:14]) {
		return no
	}
	n := be16(b[14:])
	switch k := b[2]; {
	case l.client && k == 0 && b[3] == 0 && b[4] <= 9 && n <= 256: // a version, and the name of what is meant
	case l.client && k == 17 && b[3] == 0 && n == 0:
	case !l.client && k == 1 && n == 0:
	case !l.client && k == 18 && n <= 8:
	default:
		return no
	}
	return exact
}

// matchDLEP takes the search of a router for its radio, and its answer (RFC 8175, section 12.3).
func matchDLEP(l *look) grade {
	b := l.b
	if len(b) < 8 || !has(b, "DLEP\x00") || b[5] < 1 || b[5] > 2 || be16(b[6:]) != l.size-8 {
		return no
	}
	return exact
}

// matchDLEPSession takes the message that begins a session, and its answer, item by item (RFC 8175, sections 12.5 and 12.6).
func matchDLEPSession(l *look) grade {
	b := l.b
	if !l.on(854) || len(b) < 8 || b[0] != 0 || b[1] != map[bool]byte{true: 1, false: 2}[l.client] {
		return no
	}
	n := 4 + be16(b[2:])
	if len(b) < n {
		return l.until(n)
	}
	for at := 4; at < n; at += 4 + be16(b[at+2:]) {
		if at+4 > n || be16(b[at:]) == 0 || be16(b[at:]) > 64 || at+4+be16(b[at+2:]) > n {
			return no
		}
	}
	return shape
}

// matchZ3950 takes the words that begin a search in a library's catalogue (ISO 23950, appendix A): versions, what each can do, two sizes.
func matchZ3950(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0] != map[bool]byte{true: 0xb4, false: 0xb5}[l.client] || b[1] > 0x7f && b[1] != 0x81 && b[1] != 0x82 {
		return no
	}
	at := 2
	if b[1] > 0x7f {
		at += int(b[1] & 3)
	}
	if b[at]&^0x20 == 0x82 { // a number of the caller's own
		at += 2 + int(b[at+1])
	}
	for _, field := range [...]struct{ tag, least, most byte }{{0x83, 2, 2}, {0x84, 2, 4}, {0x85, 1, 5}, {0x86, 1, 5}} {
		if at+2 > len(b) {
			return l.until(at + 2)
		}
		if b[at] != field.tag || b[at+1] < field.least || b[at+1] > field.most {
			return no
		}
		at += 2 + int(b[at+1])
	}
	return exact
}

// matchLNet takes what Lustre's machines begin with: who is called, and the words of both ends (lnet, socklnd).
func matchLNet(l *look) grade {
	b := l.b
	switch {
	case l.client && len(b) >= 16 && has(b, "\x00\x71\xce\xac") && le32(b[4:]) == 1:
		return exact
	case len(b) >= 16 && has(b, "cirE") && le32(b[4:]) >= 1 && le32(b[4:]) <= 4:
		return exact
	}
	return no
}

// matchLNetLater takes a message of a connection that goes on: its kind, and behind its sums both ends' numbers, which are 12345 for all.
func matchLNetLater(l *look) grade {
	const pids = "\x39\x30\x00\x00\x39\x30\x00\x00"
	b := l.b
	if len(b) < 56 || !has(b, "\xc1\x00\x00\x00") || !has(b[40:], pids) || le32(b[48:]) > 4 {
		return no
	}
	return exact
}

// matchEGD takes the data that controllers of GE produce for each other (GFK-2224): a version, and the producer's address.
func matchEGD(l *look) grade {
	b := l.b
	if !l.on(18246) || len(b) < 32 || !has(b, "\x0d\x01") || l.size > 1432 || b[4] == 0 || b[4] >= 224 {
		return no
	}
	return port
}

// matchIBMMQ takes the segment with which both ends of a channel begin, in the letters of either kind of machine: its length, the
// order of its numbers, and that it is the initial one.
func matchIBMMQ(l *look) grade {
	b := l.b
	if len(b) < 12 || string(b[:4]) != "TSH " && string(b[:4]) != "TSHM" && string(b[:4]) != "\xe3\xe2\xc8\x40" && string(b[:4]) != "\xe3\xe2\xc8\xd4" {
		return no
	}
	if b[3] == 'M' || b[3] == 0xd4 { // behind the number of the conversation and of the request
		if len(b) < 20 {
			return l.until(20)
		}
		b = b[8:]
	}
	n := be32(l.b[4:])
	if n < 28 || n > 1<<16 || b[8] < 1 || b[8] > 2 || b[9] != 1 {
		return no
	}
	return exact
}

// matchThrift takes a call or an answer in the strict binary form: a kind, a name, its number and the first field.
func matchThrift(l *look) grade {
	b := l.b
	if has(b, "\x00") { // in a frame of that length
		if len(b) < 4 || be32(b) < 17 || be32(b) > 1<<20 {
			return no
		}
		b = b[4:]
	}
	if len(b) < 9 || !has(b, "\x80\x01\x00") || b[3] < 1 || b[3] > 4 || l.client != (b[3]&1 == 1 || b[3] == 4) && b[3] != 3 {
		return no
	}
	n := int(be32(b[4:]))
	if n < 1 || n > 100 || !called(b[8:min(8+n, len(b))]) {
		return no
	}
	if len(b) < 13+n {
		return l.until(len(l.b) - len(b) + 13 + n)
	}
	if kind := b[12+n]; kind > 16 || kind == 1 || kind == 5 || kind == 7 || kind == 9 {
		return no
	}
	return shape
}

// called reports whether b are letters of a name in a program.
func called(b []byte) bool {
	for _, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}

// matchHadoop takes what a client of Hadoop begins with: a word, a version, a class of service and how it proves who it is.
func matchHadoop(l *look) grade {
	if b := l.b; len(b) < 7 || !has(b, "hrpc") || b[4] < 4 || b[4] > 20 || b[6] != 0 && b[6] != 0xdf && b[6] != 0x51 && b[6] != 0x50 {
		return no
	}
	return exact
}

// matchT3 takes the words with which WebLogic's own language begins: a version, and on the next line a size.
func matchT3(l *look) grade {
	b := l.b
	head := "HELO:"
	if l.client {
		if head = "t3 "; len(b) > 2 && b[2] == 's' {
			head = "t3s "
		}
	}
	if !begins(b, head) || len(b) > len(head) && !digits(b[len(head):len(head)+1]) {
		return no
	}
	if !whole(b) {
		return l.untilLine(64)
	}
	i := bytes.IndexByte(b, '\n')
	line, rest := b[len(head):i], b[i+1:]
	if len(line) < 3 || bytes.IndexByte(line, '.') < 1 || !begins(rest, "AS:") {
		return no
	}
	if len(rest) < 3 {
		return l.until(i + 4)
	}
	return exact
}

// matchNoMachine takes the words of both ends before they turn to TLS.
func matchNoMachine(l *look) grade {
	head := "NXD-"
	if l.client {
		head = "NXSH-"
	}
	b := l.b
	if !begins(b, head) {
		return no
	}
	if len(b) < len(head)+2 {
		return l.until(len(head) + 2)
	}
	if !digits(b[len(head):len(head)+1]) || b[len(head)+1] != '.' && !digits(b[len(head)+1:len(head)+2]) {
		return no
	}
	return exact
}

// matchJSONRPC takes a whole object that says it is one of JSON-RPC 2.0. What miners say in it is told by who knows them.
func matchJSONRPC(l *look) grade {
	b := l.b
	if first := bytes.TrimLeft(b[min(len(b), 1):], " \t\r\n"); b[0] != '{' || len(first) > 0 && first[0] != '"' {
		return no
	}
	i := bytes.Index(b, []byte(`"jsonrpc"`))
	end := objectEnd(b)
	switch {
	case end < 0 && i < 0:
		return l.until(maxLine)
	case end < 0:
		return l.until(MaxKept)
	case i < 0 || i >= end:
		return no
	}
	b = b[:end]
	v := bytes.TrimLeft(b[i+len(`"jsonrpc"`):], " \t")
	if !has(v, ":") || !has(bytes.TrimLeft(v[1:], " \t"), `"2.0"`) {
		return no
	}
	if !bytes.Contains(b, []byte(`"method"`)) && !bytes.Contains(b, []byte(`"result"`)) && !bytes.Contains(b, []byte(`"error"`)) {
		return no
	}
	return shape
}

// objectEnd is where the object that b begins with ends, -1 where it does not.
func objectEnd(b []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

package filter

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

type tokKind uint8

const (
	tEOF  tokKind = iota
	tWord         // keyword that is no proto and no number
	tProto
	tNum
	tName // identifier: a host, port or protocol name
	tV4   // dotted, 2 to 4 parts; a lone part is tNum
	tV6
	tMAC
	tARCnet
	tOp
)

type token struct {
	kind  tokKind
	pos   int    // byte offset
	text  string // as written; for tName without a leading backslash; for tOp canonical
	num   uint32 // tNum
	proto proto  // tProto
}

// maxExpr bounds the length of an expression in octets.
const maxExpr = 64 << 10

// words are the keywords without an argument of their own here; the value is the
// canonical spelling.
var words = map[string]string{
	"dst": "dst", "src": "src", "host": "host", "net": "net", "mask": "mask", "port": "port",
	"portrange": "portrange", "proto": "proto", "protochain": "protochain", "gateway": "gateway",
	"type": "type", "subtype": "subtype", "direction": "dir", "dir": "dir", "address1": "addr1",
	"addr1": "addr1", "address2": "addr2", "addr2": "addr2", "address3": "addr3", "addr3": "addr3",
	"address4": "addr4", "addr4": "addr4", "ra": "ra", "ta": "ta", "less": "less", "greater": "greater",
	"byte": "byte", "broadcast": "broadcast", "multicast": "multicast", "len": "len", "length": "len",
	"inbound": "inbound", "outbound": "outbound", "ifindex": "ifindex", "vlan": "vlan", "mpls": "mpls",
	"pppoed": "pppoed", "pppoes": "pppoes", "geneve": "geneve", "llc": "llc",
	"on": "on", "ifname": "ifname", "rset": "rset", "ruleset": "ruleset", "rnr": "rnr",
	"rulenum": "rulenum", "srnr": "srnr", "subrulenum": "subrulenum", "reason": "reason", "action": "action",
	"lane": "lane", "metac": "metac", "bcc": "bcc", "oam": "oam", "oamf4": "oamf4", "oamf4ec": "oamf4ec",
	"oamf4sc": "oamf4sc", "sc": "sc", "ilmic": "ilmic", "vpi": "vpi", "vci": "vci",
	"connectmsg": "connectmsg", "metaconnect": "metaconnect", "fisu": "fisu", "lssu": "lssu", "lsu": "lssu",
	"msu": "msu", "hfisu": "hfisu", "hlssu": "hlssu", "hmsu": "hmsu", "sio": "sio", "opc": "opc", "dpc": "dpc",
	"sls": "sls", "hsio": "hsio", "hopc": "hopc", "hdpc": "hdpc", "hsls": "hsls",
}

// foreign are keywords that portero knows and refuses, with the reason.
var foreign = map[string]string{
	"on": hintPF, "ifname": hintPF, "rset": hintPF, "ruleset": hintPF, "rnr": hintPF, "rulenum": hintPF,
	"srnr": hintPF, "subrulenum": hintPF, "reason": hintPF, "action": hintPF,
	"lane": hintATM, "metac": hintATM, "bcc": hintATM, "oam": hintATM, "oamf4": hintATM, "oamf4ec": hintATM,
	"oamf4sc": hintATM, "sc": hintATM, "ilmic": hintATM, "vpi": hintATM, "vci": hintATM,
	"connectmsg": hintATM, "metaconnect": hintATM,
	"fisu": hintSS7, "lssu": hintSS7, "msu": hintSS7, "hfisu": hintSS7, "hlssu": hintSS7, "hmsu": hintSS7,
	"sio": hintSS7, "opc": hintSS7, "dpc": hintSS7, "sls": hintSS7, "hsio": hintSS7, "hopc": hintSS7,
	"hdpc": hintSS7, "hsls": hintSS7,
	"gateway":    "it needs names resolved to addresses, which portero never does; give ether host and not host",
	"protochain": "following a chain of headers needs a loop, which BPF does not have; use proto, or ip6[40] and the like",
}

const (
	hintPF  = "it is for logs of the PF firewall, which are not supported"
	hintATM = "it is for raw ATM, which is not supported"
	hintSS7 = "it is for SS7, which is not supported"
)

// lex cuts expr into tokens, the longest match at every place, and ends them
// with tEOF.
func lex(expr string) ([]token, error) {
	if len(expr) > maxExpr {
		return nil, &Error{Expr: expr, Col: maxExpr + 1, Msg: fmt.Sprintf("the expression is longer than %d octets", maxExpr)}
	}
	var toks []token
	for i := 0; i < len(expr); {
		if c := expr[i]; c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			i++
			continue
		}
		t, n, err := next(expr, i)
		if err != nil {
			return nil, err
		}
		t.pos = i
		toks = append(toks, t)
		i += n
	}
	return append(toks, token{kind: tEOF, pos: len(expr)}), nil
}

// next reads the token at i and its length. Where several readings have the
// same length a keyword comes first, then MAC, number, IPv4, IPv6 and name.
func next(expr string, i int) (token, int, error) {
	s := expr[i:]
	fail := func(format string, args ...any) (token, int, error) {
		return token{}, 0, &Error{Expr: expr, Col: i + 1, Msg: fmt.Sprintf(format, args...)}
	}
	switch c := s[0]; {
	case c == '\\':
		n := 1
		for n < len(s) && !strings.ContainsRune(" !()\n\t", rune(s[n])) {
			n++
		}
		if n == 1 {
			return fail("a backslash must be followed by a name")
		}
		return token{kind: tName, text: s[1:n]}, n, nil
	case c == '$':
		n := 1
		for n < len(s) && n < 3 && isHex(s[n]) {
			n++
		}
		if n == 1 {
			return fail("'$' must be followed by an ARCnet address of one or two hexadecimal digits")
		}
		return token{kind: tARCnet, text: s[1:n]}, n, nil
	}
	if len(s) >= 2 {
		if op, ok := map[string]string{
			"&&": "and", "||": "or", ">=": ">=", "<=": "<=", "!=": "!=", "==": "=", "<<": "<<", ">>": ">>",
		}[s[:2]]; ok {
			return token{kind: tOp, text: op}, 2, nil
		}
	}

	name := scanName(s)
	best := token{kind: tName, text: s[:name]}
	n := name
	better := func(m int, k tokKind) {
		if m > 0 && m >= n {
			n, best = m, token{kind: k, text: s[:m]}
		}
	}
	// Later calls win ties, so the order is that of the doc comment reversed.
	better(scanV6(s), tV6)
	num := scanNum(s)
	better(scanV4(s), tV4)
	better(num, tNum)
	better(scanMAC(s), tMAC)
	if m := scanBadMAC(s); m > n {
		return fail("malformed MAC address %q", s[:m])
	}
	if n == 0 {
		if strings.IndexByte("+-*/%:[]!<>()&|^=", s[0]) >= 0 {
			return token{kind: tOp, text: s[:1]}, 1, nil
		}
		_, size := utf8.DecodeRuneInString(s) // a dash or quotes as texts have them, say
		return fail("unexpected character %q", s[:size])
	}
	if name == n {
		w := s[:n]
		switch w {
		case "and", "or":
			return token{kind: tOp, text: w}, n, nil
		case "not":
			return token{kind: tOp, text: "!"}, n, nil
		}
		if p, ok := protoWords[w]; ok {
			return token{kind: tProto, text: w, proto: p}, n, nil
		}
		if v, ok := numberWords[w]; ok {
			return token{kind: tNum, text: w, num: v}, n, nil
		}
		if c, ok := words[w]; ok {
			return token{kind: tWord, text: c}, n, nil
		}
	}
	if best.kind == tNum {
		v, msg := parseNum(best.text)
		if msg != "" {
			return fail("%s", msg)
		}
		best.num = v
	}
	return best, n, nil
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// scanName gives the length of the identifier at the start of s: letters,
// digits, '.', '-' and '_', beginning with a letter or digit and ending with one
// or with '.'.
func scanName(s string) int {
	if !isAlnum(s[0]) {
		return 0
	}
	n := 1
	for i := 1; i < len(s); i++ {
		c := s[i]
		if isAlnum(c) || c == '.' {
			n = i + 1
		} else if c != '-' && c != '_' {
			break
		}
	}
	return n
}

// scanNum gives the length of the decimal or hexadecimal number at the start.
func scanNum(s string) int {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && isHex(s[2]) {
		n := 3
		for n < len(s) && isHex(s[n]) {
			n++
		}
		return n
	}
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// scanV4 gives the length of two to four numbers joined by dots, 0 for fewer.
func scanV4(s string) int {
	n := scanNum(s)
	if n == 0 {
		return 0
	}
	parts := 1
	for parts < 4 && n+1 < len(s) && s[n] == '.' {
		m := scanNum(s[n+1:])
		if m == 0 {
			break
		}
		n += 1 + m
		parts++
	}
	if parts < 2 {
		return 0
	}
	return n
}

// scanV6 gives the length of the longest IPv6 address at the start of s.
func scanV6(s string) int {
	n, colons := 0, 0
	for n < len(s) && n < 46 && (isHex(s[n]) || s[n] == ':' || s[n] == '.') {
		if s[n] == ':' {
			colons++
		}
		n++
	}
	if colons < 2 {
		return 0
	}
	for ; n >= 2; n-- {
		if a, err := netip.ParseAddr(s[:n]); err == nil && a.Is6() {
			return n
		}
	}
	return 0
}

// scanMAC gives the length of a MAC address in one of the five usual spellings.
func scanMAC(s string) int {
	for _, sep := range []byte{':', '-', '.'} {
		if n := scanGroups(s, sep, 6, 1, 2); n > 0 {
			return n
		}
	}
	if n := scanGroups(s, '.', 3, 4, 4); n > 0 {
		return n
	}
	n := 0
	for n < len(s) && n < 12 && isHex(s[n]) {
		n++
	}
	if n == 12 {
		return n
	}
	return 0
}

// scanGroups gives the length of count groups of lo to hi hexadecimal digits.
func scanGroups(s string, sep byte, count, lo, hi int) int {
	i := 0
	for g := 0; g < count; g++ {
		if g > 0 {
			if i >= len(s) || s[i] != sep {
				return 0
			}
			i++
		}
		d := 0
		for i < len(s) && d < hi && isHex(s[i]) {
			i++
			d++
		}
		if d < lo {
			return 0
		}
	}
	return i
}

// scanBadMAC gives the length of octets that each end in colons: at least two.
func scanBadMAC(s string) int {
	i, end := 0, 0
	for g := 0; ; g++ {
		d := 0
		for i < len(s) && d < 2 && isHex(s[i]) {
			i++
			d++
		}
		if d == 0 || i >= len(s) || s[i] != ':' {
			return end
		}
		for i < len(s) && s[i] == ':' {
			i++
		}
		if g > 0 {
			end = i
		}
	}
}

// parseNum reads a number: hexadecimal after 0x, octal after 0, else decimal.
func parseNum(s string) (uint32, string) {
	base := uint64(10)
	digits := s
	switch {
	case len(s) > 1 && (s[1] == 'x' || s[1] == 'X'):
		base, digits = 16, s[2:]
	case s[0] == '0':
		base = 8
	}
	var v uint64
	for i := 0; i < len(digits); i++ {
		var d uint64
		switch c := digits[i]; {
		case isDigit(c):
			d = uint64(c - '0')
		default:
			d = uint64(c|0x20-'a') + 10
		}
		if d >= base {
			return 0, fmt.Sprintf("the number %q begins with 0, so it is octal, and holds a digit that is not", s)
		}
		if v = v*base + d; v > 1<<32-1 {
			return 0, fmt.Sprintf("the number %q does not fit in 32 bits", s)
		}
	}
	return uint32(v), ""
}

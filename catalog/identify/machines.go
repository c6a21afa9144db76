package identify

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// What looks after machines: monitors, collectors of logs, backup, scanners of mail and of the web, clusters of Erlang, terminals and telephones.

// matchNRPE takes a question of Nagios to its helper, and the answer (NRPE, versions 2 to 4): the sum of the packet is in it.
func matchNRPE(l *look) grade {
	b := l.b
	if len(b) < 16 || b[0] != 0 || b[1] < 2 || b[1] > 4 || b[2] != 0 || b[3] != 1 && b[3] != 2 || l.client != (b[3] == 1) {
		return no
	}
	n := 1036
	if b[1] > 2 {
		if size32(b[12:]) > MaxKept {
			return no
		}
		n = max(l.size, 16+size32(b[12:])) // some fill it up to whole words
	}
	if len(b) < n {
		return l.until(n)
	}
	sum := crc32.NewIEEE()
	sum.Write(b[:4])
	sum.Write([]byte{0, 0, 0, 0})
	sum.Write(b[8:n])
	if sum.Sum32() != binary.BigEndian.Uint32(b[4:]) {
		return no
	}
	return exact
}

// matchBeats takes what Filebeat and its kin send to Logstash: how many events come, and the first of them, or a bundle that zlib packed
// (Lumberjack, versions 1 and 2).
func matchBeats(l *look) grade {
	b := l.b
	if len(b) < 14 {
		return no
	}
	if b[1] != 'W' || b[0] != '1' && b[0] != '2' || be32(b[2:]) == 0 || be32(b[2:]) > 1<<16 || b[6] != b[0] {
		return no
	}
	switch b[7] {
	case 'C':
		if len(b) < 14 || be32(b[8:]) > 1<<28 || b[12]&15 != 8 || be16(b[12:])%31 != 0 {
			return no
		}
	case 'J':
		if len(b) < 17 {
			return l.until(17)
		}
		if b[0] != '2' || be32(b[8:]) > 1<<16 || be32(b[12:]) > 1<<28 || b[16] != '{' {
			return no
		}
	case 'D':
		if len(b) < 16 {
			return l.until(16)
		}
		if be32(b[8:]) > 1<<16 || be32(b[12:]) > 1<<12 {
			return no
		}
	default:
		return no
	}
	return exact
}

// matchGELF takes an event for Graylog as JSON: what it must have stands in it (GELF, version 1.1).
func matchGELF(l *look) grade {
	b := l.b
	if first := bytes.TrimLeft(b[min(len(b), 1):], " \t\r\n"); b[0] != '{' || len(first) > 0 && first[0] != '"' {
		return no
	}
	i := bytes.Index(b, []byte(`"short_message"`))
	if i < 0 {
		if objectEnd(b) >= 0 {
			return no
		}
		return l.until(maxLine)
	}
	for _, v := range [...]string{`"version":"1.`, `"version": "1.`} {
		if bytes.Contains(b, []byte(v)) && bytes.Contains(b, []byte(`"host":`)) {
			return exact
		}
	}
	if objectEnd(b) >= 0 {
		return no
	}
	return l.until(MaxKept)
}

// matchBacula takes the first words of a program of Bacula or Bareos to another: their length, and who calls.
func matchBacula(l *look) grade {
	b := l.b
	if len(b) < 16 || !has(b[4:], "Hello ") {
		return no
	}
	n := size32(b)
	if n < len("Hello ") || n > 256 {
		return no
	}
	if 4+n > len(b) {
		return l.until(4 + n)
	}
	if words := b[10 : 4+n]; bytes.Contains(words, []byte(" calling")) && printable(words[:bytes.Index(words, []byte(" calling"))]) {
		return exact
	}
	return no
}

// matchClamd takes a command to the scanner of ClamAV: one that begins with z ends in a zero, one with n in a line's end.
func matchClamd(l *look) grade {
	var stop byte
	switch l.b[0] {
	case 'z':
	case 'n':
		stop = '\n'
	default:
		return no
	}
	end := bytes.IndexByte(l.b, stop)
	if end < 0 {
		for _, w := range [...]string{"PING", "VERSION", "STATS", "RELOAD", "INSTREAM", "IDSESSION", "SCAN ", "CONTSCAN ", "MULTISCAN ", "ALLMATCHSCAN "} {
			if begins(l.b[1:], w) {
				return l.until(maxLine)
			}
		}
		return no
	}
	word, arg, with := bytes.Cut(l.b[1:end], []byte(" "))
	switch string(word) {
	case "PING", "VERSION", "STATS", "RELOAD", "INSTREAM", "IDSESSION", "VERSIONCOMMANDS":
		if !with {
			return shape
		}
	case "SCAN", "CONTSCAN", "MULTISCAN", "ALLMATCHSCAN":
		if has(arg, "/") && printable(arg) {
			return shape
		}
	}
	return no
}

// clamdFirst are the second letters of those commands.
const clamdFirst = "PVSRICMA"

// matchEPMD takes what Erlang's port mapper is asked at its door (Erlang's distribution protocol): the names it has, where one of them
// waits, or that it take one down.
func matchEPMD(l *look) grade {
	b := l.b
	if !l.on(4369) || len(b) < 3 || be16(b) == 0 || b[0] > 1 || !oneByte("nkdzx", b[2]) {
		return no
	}
	n := be16(b)
	if n+2 > len(b) {
		return l.until(n + 2)
	}
	switch {
	case n+2 != l.size:
	case b[2] == 'n' && n == 1, b[2] == 'k' && n == 1, b[2] == 'd' && n == 1:
		return port
	case b[2] == 'z' && n > 1 && printable(b[3:]):
		return port
	case b[2] == 'x' && n > 13 && be16(b[11:])+13 <= n && printable(b[13:13+be16(b[11:])]):
		return port
	}
	return no
}

// matchEPMDAnswer takes its list of names, and where one waits, with the name that was asked for.
func matchEPMDAnswer(l *look) grade {
	b := l.b
	if len(b) < 14 {
		return no
	}
	if has(b, "w\x00") {
		n := be16(b[10:])
		if b[4] != 'M' && b[4] != 'H' || b[5] != 0 || be16(b[6:]) < 5 || be16(b[6:]) > 6 || be16(b[8:]) > be16(b[6:]) || n == 0 || n > 255 {
			return no
		}
		if 12+n > len(b) {
			return l.until(12 + n)
		}
		if p := l.peer; len(p) > 3 && p[2] == 'z' && string(p[3:]) == string(b[12:12+n]) {
			return exact
		}
		return no
	}
	line := firstLine(b[4:])
	if be16(b) != 0 || !has(line, "name ") {
		return no
	}
	name, at, ok := bytes.Cut(line[5:], []byte(" at port "))
	if !ok || len(at) == 0 {
		return l.untilLine(maxLine)
	}
	if !printable(name) || at[0] < '0' || at[0] > '9' {
		return no
	}
	return exact
}

// matchErlang takes the first message between nodes of Erlang: its length, and a name with the machine's behind an @.
func matchErlang(l *look) grade {
	b := l.b
	if len(b) < 10 {
		return no
	}
	n, at := be16(b), 9
	switch {
	case n < 8 || n > 300 || b[3] != 0:
		return no
	case b[2] == 'N':
		if at = 17; len(b) >= 17 && be16(b[15:])+15 != n {
			return no
		}
	case b[2] != 'n' || be16(b[3:]) < 5 || be16(b[3:]) > 6:
		return no
	}
	if n+2 > len(b) {
		return l.until(n + 2)
	}
	if n+2 != l.size || n+2 <= at {
		return no
	}
	if name, host, ok := bytes.Cut(b[at:n+2], []byte("@")); !ok || len(name) == 0 || len(host) == 0 || !printable(name) || !printable(host) {
		return no
	}
	return exact
}

// matchICAP takes a request of a proxy to a scanner (RFC 3507, section 4.3.2).
func matchICAP(l *look) grade {
	method, rest, ok := bytes.Cut(firstLine(l.b), []byte(" "))
	switch string(method) {
	case "OPTIONS", "REQMOD", "RESPMOD":
	default:
		return l.untilWord("OPTIONS", "REQMOD", "RESPMOD")
	}
	if !ok || !begins(rest, "icap") {
		return no
	}
	if !whole(l.b) {
		return l.untilLine(maxLine)
	}
	if (has(rest, "icap://") || has(rest, "icaps://")) && bytes.HasSuffix(rest, []byte(" ICAP/1.0")) {
		return exact
	}
	return no
}

// matchSpamd takes a request to SpamAssassin: a word, and the version of its client.
func matchSpamd(l *look) grade {
	word, rest, ok := bytes.Cut(firstLine(l.b), []byte(" "))
	if !ok {
		return l.untilWord(spamdWords[:]...)
	}
	if !begins(rest, "SPAMC/1.") || !slices.Contains(spamdWords[:], string(word)) {
		return no
	}
	if len(rest) < len("SPAMC/1.") {
		return l.untilLine(maxLine)
	}
	return exact
}

var spamdWords = [...]string{"PING", "CHECK", "SYMBOLS", "REPORT", "REPORT_IFSPAM", "SKIP", "PROCESS", "HEADERS", "TELL"}

// matchRlogin takes what rlogin begins with (RFC 1282): a zero, the names of both users, the terminal and its speed.
func matchRlogin(l *look) grade {
	b := l.b
	if b[0] != 0 || !l.spoke {
		return no
	}
	if len(b) == 1 {
		return l.until(2)
	}
	parts := bytes.SplitN(b[1:min(len(b), 129)], []byte{0}, 4)
	for i, p := range parts[:min(len(parts), 3)] {
		if len(p) == 0 && i < len(parts)-1 || len(p) > 0 && !accountName(p, i == 2) {
			return no
		}
	}
	if len(parts) < 4 {
		return l.until(129)
	}
	term, speed, ok := bytes.Cut(parts[2], []byte("/"))
	if !ok || len(term) < 2 || len(speed) < 2 || len(parts[3]) > 0 && !l.middle && l.size < 8 {
		return no
	}
	for _, c := range speed {
		if c < '0' || c > '9' {
			return no
		}
	}
	return exact
}

// accountName reports whether b may be the name of somebody on a machine, or of a terminal and its speed.
func accountName(b []byte, terminal bool) bool {
	for i, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') && (i == 0 || !oneByte(".-@", c)) && (i == 0 || !terminal || !oneByte("+/", c)) {
			return false
		}
	}
	return true
}

// matchSCCP takes a message between a telephone of Cisco's and its exchange on their port: its length in Intel's order, the version and the kind.
func matchSCCP(l *look) grade {
	b := l.b
	if !l.on(2000) || len(b) < 12 {
		return no
	}
	n, version, kind := leSize32(b), le32(b[4:]), le32(b[8:])
	if n < 4 || n > 4096 || version > 0x20 || kind > 0x1fff {
		return no
	}
	if n+8 > l.size && l.size < MaxKept {
		return l.until(n + 8)
	}
	if l.client && kind == 1 && len(b) < 28 {
		return l.until(28)
	}
	if l.client && kind == 1 && (has(b[12:], "SEP") || has(b[12:], "ATA") || has(b[12:], "CIP")) {
		return exact // who registers says its name
	}
	return port
}

// matchLPD takes a command to a printer's queue on its port (RFC 1179, section 5).
func matchLPD(l *look) grade {
	b := l.b
	if !l.on(515) || len(b) < 3 || b[0] < 1 || b[0] > 5 {
		return no
	}
	line := firstLine(b[1:])
	switch {
	case len(line) == 0 || !printable(line) || line[0] == ' ':
		return no
	case !whole(b):
		return l.untilLine(256)
	}
	return port
}

// followVMware reads on where both ends turn to TLS, which they do behind the greeting.
func followVMware(x *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side != int(k.facts.Client) {
		at := bytes.IndexByte(b, '\n') + 1
		if startsTLS(b, at) {
			return x.inTLS(k, b[at:])
		}
		return k.dir[k.side].full()
	}
	if len(b) >= 6 && recordHeader(b) && b[0] == recordHandshake {
		return x.inTLS(k, b)
	}
	return k.after > 6
}

// matchCPHA takes what firewalls of Check Point that stand in for one another say of how they are: a mark, a version, and a kind.
func matchCPHA(l *look) grade {
	b := l.b
	if !l.on(8116) || len(b) < 20 || be16(b) != 0x1a90 || be16(b[2:]) == 0 || be16(b[6:]) > 0xff {
		return no
	}
	return port
}

package identify

import (
	"bytes"
	"strings"
)

// What FTP says of its data connections, which no other protocol says, and commands beside their replies, which tell of a
// connection that was open before the capture.

// ftpTurns are commands of FTP and the replies that they may have (RFC 959, section 5.4; RFC 2228, 2389, 2428, 3659). Of
// what other protocols say as well, those are not here that they would have.
var ftpTurns = map[string]string{
	"USER": "230 331 332 530", "PASS": "202 230 332 530", "CWD": "250 530 550", "CDUP": "200 250 550", "PWD": "257 550", "XPWD": "257 550",
	"TYPE": "200 501 504", "PASV": "227 425 530", "EPSV": "229 522", "PORT": "200 500 501", "EPRT": "200 501 522",
	"RETR": "125 150 226 250 425 426 450 451 550", "STOR": "125 150 226 250 425 426 450 451 452 550 552 553", "APPE": "125 150 226 250 425 426 450 550",
	"LIST": "125 150 226 425 426 450 550", "NLST": "125 150 226 425 450 550", "MLSD": "125 150 226 425 450 550", "MLST": "250 550",
	"SIZE": "213 550", "MDTM": "213 550", "REST": "350", "DELE": "250 450 550", "RMD": "250 550", "MKD": "257 550", "RNFR": "350 450 550", "RNTO": "250 553",
	"SYST": "215", "FEAT": "211", "OPTS": "200 501", "AUTH": "234 431 534", "PBSZ": "200", "PROT": "200 534 536",
}

// ftpAsks are the replies that the first command of b may have, "" where it is none.
func ftpAsks(b []byte) string {
	var buf [10]byte
	if !whole(b) {
		return ""
	}
	return ftpTurns[command(b, &buf)]
}

// ftpAnswers reports whether one of the replies in b is among codes.
func ftpAnswers(b []byte, codes string) bool {
	for codes != "" && whole(b) {
		if reply(b) && strings.Contains(codes, string(b[:3])) {
			return true
		}
		b = b[bytes.IndexByte(b, '\n')+1:]
	}
	return false
}

// ftpSoon are replies that other protocols with such numbers have not.
const ftpSoon = "125 150 226 227 229 230 257 331"

// ftpLater tells of a connection whose greeting was not captured: by what is said of data connections, and by a command
// beside its reply, on the usual port by one of them.
func ftpLater(l *look) grade {
	asks := ftpAsks(l.b)
	switch {
	case l.client && ftpActive(l.b), !l.client && ftpPassive(l.b):
		return exact
	case l.client && asks == "", !l.client && (!reply(l.b) || !whole(l.b)):
		return no
	case l.client && ftpAnswers(l.peer, asks), !l.client && ftpAnswers(l.b, ftpAsks(l.peer)):
		return exact
	case !l.final && (l.client || l.port == 21 || ftpAsks(l.peer) != "" || strings.Contains(ftpSoon, string(l.b[:3]))):
		return more
	case l.port == 21:
		return port
	}
	return no
}

// ftpPassive reports whether b says where data is to be fetched (RFC 959, RFC 2428).
func ftpPassive(b []byte) bool {
	line := firstLine(b)
	i := bytes.IndexByte(line, '(')
	return i > 0 && (has(line, "227 ") && ftpAddress(line[i+1:]) || has(line, "229 ") && begins(line[i:], "(|||"))
}

// ftpActive reports whether b asks for data to be sent to an address.
func ftpActive(b []byte) bool {
	line := firstLine(b)
	return has(line, "PORT ") && ftpAddress(line[5:]) || has(line, "EPRT |1|") || has(line, "EPRT |2|")
}

// ftpAddress reports whether b begins with the six numbers of an address and a port.
func ftpAddress(b []byte) bool {
	commas, digits := 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9' && digits < 3:
			digits++
		case c == ',' && digits > 0 && commas < 5:
			commas, digits = commas+1, 0
		default:
			return commas == 5 && digits > 0
		}
	}
	return commas == 5 && digits > 0
}

package identify

import (
	"bytes"
	"encoding/base64"
)

// Protocols of lines: the server greets, the client gives commands.

// command is the first word of a line in capitals, "" for none of ten letters or fewer.
func command(b []byte, buf *[10]byte) string {
	n := 0
	for _, c := range b {
		if c == ' ' || c == '\r' || c == '\n' {
			break
		}
		if n == len(buf) {
			return ""
		}
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return ""
		}
		buf[n] = c
		n++
	}
	return string(buf[:n])
}

func oneOf(w string, list ...string) bool {
	for _, l := range list {
		if w == l {
			return true
		}
	}
	return false
}

// reply reports whether b starts with a three-digit code and a space, a hyphen or a line's end.
func reply(b []byte) bool {
	return len(b) >= 4 && digits(b[:3]) && b[0] >= '1' && b[0] <= '5' && (b[3] == ' ' || b[3] == '-' || b[3] == '\r' || b[3] == '\n')
}

// whole reports whether b holds a line end.
func whole(b []byte) bool { return bytes.IndexByte(b, '\n') >= 0 }

// contains looks for word, given in lower case, in the first line of b.
func contains(b []byte, word string) bool {
	line := firstLine(b)
	for i := 0; i+len(word) <= len(line); i++ {
		j := 0
		for j < len(word) && lower(line[i+j]) == word[j] {
			j++
		}
		if j == len(word) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

var (
	smtpFirst = []string{"EHLO", "HELO", "LHLO"}
	ftpFirst  = []string{"USER", "AUTH", "FEAT", "OPTS", "SYST", "HOST", "PASV", "EPSV", "PORT", "EPRT", "TYPE", "PWD", "CWD", "LIST", "NLST", "RETR", "STOR", "CLNT", "PBSZ", "PROT", "ACCT", "SITE", "MDTM", "SIZE"}
	popFirst  = []string{"CAPA", "USER", "APOP", "AUTH", "STLS", "PASS", "STAT", "XTND"}
	// What a client of mail says first where it does not say who it is, and what every
	// protocol with such a greeting knows, which tells nothing.
	smtpSoon  = append([]string{"RSET", "MAIL", "RCPT", "VRFY", "EXPN", "STARTTLS"}, smtpFirst...)
	courtesy  = []string{"QUIT", "NOOP", "HELP"}
	newsFirst = []string{"CAPABILITIES", "MODE", "GROUP", "ARTICLE", "AUTHINFO", "LIST", "XOVER", "OVER", "HEAD", "BODY", "POST", "IHAVE", "NEWNEWS", "STARTTLS", "LISTGROUP", "DATE", "HELP", "STAT"}
)

// greets is what a shared greeting says before the client's line tells which
// protocol it is.
func greets(l *look, words string, first []string) grade {
	if !whole(l.b) && !l.final {
		return more
	}
	if len(l.peer) > 0 {
		switch commands(l.peer, first) {
		case exact:
			return exact
		case no:
			if !l.final && !contains(l.b, words) {
				return no
			}
		}
	}
	if !l.final {
		return more
	}
	if contains(l.b, words) {
		return shape
	}
	return no
}

// commands says whether a client's lines hold one of first before anything else than
// courtesies; more while they hold nothing else.
func commands(b []byte, first []string) grade {
	for {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 {
			return more // or half a command, as typed
		}
		var buf [10]byte
		switch w := command(b, &buf); {
		case oneOf(w, first...):
			return exact
		case !oneOf(w, courtesy...):
			return no
		}
		if b = b[nl+1:]; len(b) == 0 {
			return more
		}
	}
}

// enhanced reports whether a reply behind the greeting has a code of RFC 3463, as
// those of mail have alone.
func enhanced(b []byte) bool {
	for {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 {
			return false
		}
		b = b[nl+1:]
		if reply(b) && statusCode(b) {
			return true
		}
	}
}

// statusCode reports whether a reply has a code of RFC 3463 behind its own.
func statusCode(b []byte) bool {
	return len(b) >= 10 && b[4] == b[0] && b[5] == '.' && digits(b[6:7]) && b[7] == '.' && digits(b[8:9])
}

func matchSMTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if l.middle && reply(l.b) && whole(l.b) && statusCode(l.b) {
		return shape
	}
	if !has(l.b, "220") && !has(l.b, "554") && !has(l.b, "421") || !reply(l.b) {
		return no
	}
	switch g := ftpGreets(l.b); {
	case g == exact || g == more && l.final:
		return no
	case g == more:
		return more
	}
	g := greets(l, "smtp", smtpSoon)
	if g == no && l.final {
		switch {
		case enhanced(l.b):
			return shape
		case l.on(25) || l.on(587):
			return port
		}
	}
	return g
}

// saysSMTP reports whether a greeting names SMTP and not FTP, which has some commands of
// the same name.
func saysSMTP(b []byte) bool { return contains(b, "smtp") && !contains(b, "ftp") }

func matchFTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if l.middle {
		if g := ftpLater(l); g > no && (g == exact || !has(l.b, "220")) {
			return g
		}
	}
	if !has(l.b, "220") && !has(l.b, "421") && !has(l.b, "530") || !reply(l.b) || saysSMTP(l.b) {
		return no
	}
	g := greets(l, "ftp", ftpFirst)
	if g == no && l.final && l.on(21) {
		return port
	}
	return g
}

// says grades a client's command beside the greeting that came before it.
func says(l *look, first []string, greeting func(b []byte) bool) grade {
	var buf [10]byte
	w := command(l.b, &buf)
	if !oneOf(w, first...) {
		if len(l.b) < 4 && !whole(l.b) && upperish(l.b) {
			return more
		}
		return no
	}
	switch {
	case len(l.peer) > 0 && greeting(l.peer):
		return exact
	case len(l.peer) > 0:
		return no
	case l.final || l.middle:
		return shape
	}
	return more
}

func upperish(b []byte) bool {
	for _, c := range b {
		if c = lower(c); c < 'a' || c > 'z' {
			return false
		}
	}
	return len(b) > 0
}

func matchFTPClient(l *look) grade {
	if l.middle {
		return ftpLater(l)
	}
	g := says(l, ftpFirst, func(b []byte) bool { return has(b, "220") && reply(b) && !saysSMTP(b) })
	if g == shape && !l.on(21) {
		return no // USER alone may be POP3's or IRC's
	}
	return g
}

func matchIMAPServer(l *look) grade {
	b := l.b
	if len(b) < 5 {
		if up := bytes.ToUpper(b); begins(up, "* OK") || begins(up, "* PRE") || begins(up, "* BYE") {
			return more
		}
		return no
	}
	if l.middle && has(b, "* ") && alnum(b[2]) && whole(b) && (tagged(l.peer) || mailbox(firstLine(b)[2:])) {
		return exact
	}
	if !imapGreets(b) {
		return no
	}
	if contains(b, "imap") || len(l.peer) > 0 && tagged(l.peer) {
		return exact
	}
	if !whole(b) && len(b) < maxLine && !l.final && !l.middle {
		return more // its line may say so yet
	}
	if !l.spoke && !l.middle && len(l.peer) > 0 && !l.on(143) {
		return no // a greeting comes first, and what it answers is nobody's command
	}
	return shape
}

// imapGreets reports whether b begins as a greeting does (RFC 9051, section 7.1).
func imapGreets(b []byte) bool {
	up := bytes.ToUpper(b[:min(len(b), 9)])
	return has(up, "* OK") || has(up, "* PREAUTH") || has(up, "* BYE")
}

// tagged reports whether b is an IMAP command: a tag, a space, a known word.
func tagged(b []byte) bool {
	line := firstLine(b)
	sp := bytes.IndexByte(line, ' ')
	if sp < 1 || sp > 16 || !alnum(line[0]) {
		return false
	}
	var buf [10]byte
	w := command(line[sp+1:], &buf)
	return oneOf(w, "CAPABILITY", "LOGIN", "NOOP", "LOGOUT", "STARTTLS", "SELECT", "EXAMINE", "LIST", "LSUB", "STATUS", "APPEND", "FETCH", "UID", "ID", "IDLE", "SEARCH", "STORE", "COPY", "EXPUNGE", "CLOSE", "NAMESPACE", "ENABLE") ||
		has(line[sp+1:], "AUTHENTICATE ") || has(line[sp+1:], "authenticate ")
}

// mayTag reports whether b may be tagged.
func mayTag(b []byte, _ int) bool {
	b = b[:min(len(b), 17)]
	sp := bytes.IndexByte(b, ' ')
	return sp > 0 || sp < 0 && len(b) < 17
}

// mailbox reports whether line says how many letters there are, or tells of one (RFC 9051, section 7.4).
func mailbox(line []byte) bool {
	number, word, ok := bytes.Cut(line, []byte{' '})
	return ok && len(number) < 11 && digits(number) && (oneOf(string(word), "EXISTS", "RECENT", "EXPUNGE") || has(word, "FETCH ("))
}

func matchIMAPClient(l *look) grade {
	if !tagged(l.b) {
		if l.on(143) && mayTag(l.b, 0) {
			return l.untilLine(40)
		}
		return no
	}
	switch {
	case has(l.peer, "* ") && (l.middle || imapGreets(l.peer)):
		return exact
	case len(l.peer) > 0 && !l.middle:
		return no
	case l.on(143):
		return shape
	case l.middle && !l.final && whole(l.b):
		return more
	}
	return no
}

// lines is how far the lines of both sides were read, and what the dialogue is at.
type lines struct {
	pos   [2]int
	step  int
	mech  string
	tlsAt [2]int
}

// followLines reads the greeting and the commands up to the login, and the hello
// of TLS where the protocol turns to it (RFC 3207, 2595, 4217).
func followLines(x *Identifier, k *pending) bool {
	a, _ := k.aux.(*lines)
	if a == nil {
		a = &lines{}
		k.aux = a
		// What the other side said while nobody knew yet.
		if o := 1 - k.side; k.dir[o].buf != nil && k.dir[o].have > 0 {
			k.readLines(a, o)
		}
	}
	b := k.dir[k.side].bytes()
	if k.facts.StartTLS || startsTLS(b, a.pos[k.side]) {
		return x.turnTLS(k, a)
	}
	k.readLines(a, k.side)
	if startsTLS(b, a.pos[k.side]) {
		return x.turnTLS(k, a)
	}
	return k.dir[0].full() && k.dir[1].full()
}

func startsTLS(b []byte, at int) bool {
	return at > 0 && at+6 <= len(b) && recordHeader(b[at:]) && b[at] == recordHandshake
}

// inTLS reads b, which a side sent in TLS once its protocol had turned to it.
func (x *Identifier) inTLS(k *pending, b []byte) bool {
	k.facts.StartTLS = true
	if k.facts.TLS == nil {
		k.facts.TLS = &Hello{}
	}
	if k.side == int(k.facts.Client) {
		return x.clientRecords(k, b)
	}
	return x.serverRecords(k, b)
}

func (x *Identifier) turnTLS(k *pending, a *lines) bool {
	f := k.facts
	f.StartTLS = true
	if f.TLS == nil {
		f.TLS = &Hello{}
	}
	s := k.side
	b := k.dir[s].bytes()
	if a.tlsAt[s] == 0 {
		if !startsTLS(b, a.pos[s]) {
			k.readLines(a, s)
			if !startsTLS(b, a.pos[s]) {
				return k.dir[s].full()
			}
		}
		a.tlsAt[s] = a.pos[s]
	}
	return x.inTLS(k, b[a.tlsAt[s]:])
}

// readLines hands whole lines of side to the protocol.
func (k *pending) readLines(a *lines, side int) {
	b := k.dir[side].bytes()
	for a.pos[side] < len(b) && !startsTLS(b, a.pos[side]) {
		rest := b[a.pos[side]:]
		nl := bytes.IndexByte(rest, '\n')
		if nl < 0 {
			return
		}
		line := bytes.TrimSuffix(rest[:nl], []byte{'\r'})
		a.pos[side] += nl + 1
		if side == int(k.facts.Client) {
			k.clientLine(a, line)
		} else {
			k.serverLine(a, line)
		}
	}
}

func (k *pending) serverLine(a *lines, line []byte) {
	f := k.facts
	s := 1 - int(f.Client)
	if a.step > 0 && refuses(f.Protocol, line) {
		a.step = 0
	}
	switch p := f.Protocol; {
	case f.Banner[s] != "" || p == IRC || p == Redis || p == Memcached:
	case k.based[s] && (p == FTP || p == SMTP) && !has(line, "220"): // from the middle: a reply, and no greeting
	default:
		f.Banner[s] = text(line)
	}
}

// refuses reports whether a server's line ends a dialogue of SASL without success: the
// client's next line is a command again.
func refuses(p Protocol, line []byte) bool {
	switch p {
	case SMTP, NNTP:
		return len(line) >= 3 && digits(line[:3]) && (line[0] == '4' || line[0] == '5') && (len(line) == 3 || line[3] == ' ' || line[3] == '-')
	case POP3:
		return has(line, "-ERR")
	case IMAP:
		tag, rest, _ := bytes.Cut(line, []byte{' '})
		word, _, _ := bytes.Cut(rest, []byte{' '})
		return len(tag) > 0 && alnum(tag[0]) && (bytes.EqualFold(word, []byte("NO")) || bytes.EqualFold(word, []byte("BAD")))
	}
	return false
}

// clientLine reads one command. Secrets are measured and passed over.
func (k *pending) clientLine(a *lines, line []byte) {
	f := k.facts
	proto := f.Protocol.String()
	if f.Protocol == IMAP {
		k.imapLine(a, line)
		return
	}
	if a.step > 0 {
		k.saslLine(a, proto, line)
		return
	}
	word, rest, _ := bytes.Cut(line, []byte{' '})
	rest = bytes.TrimSpace(rest)
	switch {
	case bytes.EqualFold(word, []byte("USER")) && (f.Protocol == FTP || f.Protocol == POP3):
		k.login(text(rest), proto+" user", -1)
	case bytes.EqualFold(word, []byte("PASS")) && (f.Protocol == FTP || f.Protocol == POP3 || f.Protocol == IRC):
		k.login("", proto+" pass", len(rest))
	case bytes.EqualFold(word, []byte("NICK")) && f.Protocol == IRC:
		k.login(text(rest), proto+" nick", -1)
	case bytes.EqualFold(word, []byte("APOP")):
		user, _, _ := bytes.Cut(rest, []byte{' '})
		k.login(text(user), proto+" apop", -1)
	case bytes.EqualFold(word, []byte("AUTHINFO")) && f.Protocol == NNTP:
		k.authInfo(a, rest)
	case bytes.EqualFold(word, []byte("AUTH")) && f.Protocol != FTP:
		mech, initial, _ := bytes.Cut(rest, []byte{' '})
		k.sasl(a, proto, mech, bytes.TrimSpace(initial))
	}
}

// authInfo reads a login of a news reader: in two commands, as SASL (both RFC 4643), or
// as a line of a name and a password (RFC 2980, section 3.1.2).
func (k *pending) authInfo(a *lines, rest []byte) {
	how, value, _ := bytes.Cut(rest, []byte{' '})
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(how, []byte("USER")):
		k.login(text(value), "nntp authinfo", -1)
	case bytes.EqualFold(how, []byte("PASS")):
		k.login("", "nntp authinfo", len(value))
	case bytes.EqualFold(how, []byte("SIMPLE")):
		a.step = newsSimple
	case bytes.EqualFold(how, []byte("SASL")):
		mech, initial, _ := bytes.Cut(value, []byte{' '})
		k.sasl(a, "nntp", mech, bytes.TrimSpace(initial))
	}
}

func (k *pending) imapLine(a *lines, line []byte) {
	if a.step > 0 {
		k.saslLine(a, "imap", line)
		return
	}
	_, rest, _ := bytes.Cut(line, []byte{' '})
	word, rest, _ := bytes.Cut(rest, []byte{' '})
	switch {
	case bytes.EqualFold(word, []byte("LOGIN")):
		user, pass, _ := bytes.Cut(rest, []byte{' '})
		k.login(text(bytes.Trim(user, `"`)), "imap login", len(bytes.Trim(pass, `"`)))
	case bytes.EqualFold(word, []byte("AUTHENTICATE")):
		mech, initial, _ := bytes.Cut(rest, []byte{' '})
		k.sasl(a, "imap", mech, initial)
	}
}

// The steps of a SASL dialogue (RFC 4954, RFC 5034, RFC 4643).
const (
	saslPlain = 1 + iota
	saslUser
	saslPass
	saslOther
	newsSimple // no SASL, but a line that is no command either
)

func (k *pending) sasl(a *lines, proto string, mech, initial []byte) {
	switch {
	case bytes.EqualFold(mech, []byte("PLAIN")):
		a.step = saslPlain
	case bytes.EqualFold(mech, []byte("LOGIN")):
		a.step = saslUser
	case len(mech) == 0 || bytes.EqualFold(mech, []byte("TLS")):
		return
	default:
		k.login("", proto+" auth"+mechanism(mech), -1)
		a.step = saslOther
	}
	if len(initial) > 0 && !bytes.Equal(initial, []byte("=")) {
		k.saslLine(a, proto, initial)
	}
}

func (k *pending) saslLine(a *lines, proto string, line []byte) {
	if string(line) == "*" { // the client gives up
		a.step = 0
		return
	}
	if a.step == newsSimple {
		a.step = 0
		user, pass, _ := bytes.Cut(line, []byte{' '})
		k.login(text(user), "nntp authinfo", len(pass))
		return
	}
	var buf [MaxKept]byte
	defer clear(buf[:])
	if base64.StdEncoding.DecodedLen(len(line)) > len(buf) {
		line = line[:len(buf)/4*4]
	}
	n, _ := base64.StdEncoding.Decode(buf[:], line)
	v := buf[:n]
	switch a.step {
	case saslPlain: // authzid NUL authcid NUL password (RFC 4616)
		a.step = 0
		if p := bytes.Split(v, []byte{0}); len(p) == 3 {
			k.login(text(p[1]), proto+" auth plain", len(p[2]))
		}
	case saslUser:
		a.step = saslPass
		k.login(text(v), proto+" auth login", -1)
	case saslPass:
		a.step = 0
		k.login("", proto+" auth login", len(v))
	case saslOther:
		a.step = 0
	}
}

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

// reply reports whether b starts with a three-digit code and a space or hyphen.
func reply(b []byte) bool {
	return len(b) >= 4 && digits(b[:3]) && b[0] >= '1' && b[0] <= '5' && (b[3] == ' ' || b[3] == '-')
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
	newsFirst = []string{"CAPABILITIES", "MODE", "GROUP", "ARTICLE", "AUTHINFO", "LIST", "XOVER", "OVER", "HEAD", "BODY", "POST", "IHAVE", "NEWNEWS", "STARTTLS", "LISTGROUP", "DATE", "HELP", "STAT"}
)

// greets is what a shared greeting says before the client's line tells which
// protocol it is.
func greets(l *look, words string, first []string) grade {
	if !whole(l.b) && !l.final {
		return more
	}
	if len(l.peer) > 0 {
		var buf [10]byte
		if oneOf(command(l.peer, &buf), first...) {
			return exact
		}
		if !l.final {
			return no
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

func matchSMTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if !has(l.b, "220") && !has(l.b, "554") && !has(l.b, "421") || !reply(l.b) {
		return no
	}
	g := greets(l, "smtp", smtpFirst)
	if g == no && l.final && (l.on(25) || l.on(587)) {
		return port
	}
	return g
}

func matchFTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if !has(l.b, "220") && !has(l.b, "421") && !has(l.b, "530") || !reply(l.b) {
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

func matchSMTPClient(l *look) grade { return says(l, smtpFirst, reply) }

func matchFTPClient(l *look) grade {
	g := says(l, ftpFirst, func(b []byte) bool { return has(b, "220") && reply(b) && !contains(b, "smtp") })
	if g == shape && !l.on(21) {
		return no // USER alone may be POP3's or IRC's
	}
	return g
}

func ok(b []byte) bool { return has(b, "+OK") }

func matchPOP3Server(l *look) grade {
	if !begins(l.b, "+OK") && !begins(l.b, "-ERR") {
		return no
	}
	if !l.spoke {
		return no // Redis answers so, after its client
	}
	if len(l.b) < 4 || !whole(l.b) && !l.final {
		return more
	}
	g := greets(l, "pop", popFirst)
	if g == no && l.final && l.on(110) {
		return port
	}
	return g
}

func matchPOP3Client(l *look) grade {
	g := says(l, popFirst, ok)
	if g == shape && !l.on(110) {
		return no
	}
	return g
}

func matchIMAPServer(l *look) grade {
	b := l.b
	if len(b) < 5 {
		if begins(b, "* OK") || begins(b, "* PRE") || begins(b, "* BYE") {
			return more
		}
		return no
	}
	if !has(b, "* OK") && !has(b, "* PREAUTH") && !has(b, "* BYE") {
		return no
	}
	if contains(b, "imap") || len(l.peer) > 0 && tagged(l.peer) {
		return exact
	}
	return shape
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

func matchIMAPClient(l *look) grade {
	if !tagged(l.b) {
		return no
	}
	switch {
	case has(l.peer, "* "):
		return exact
	case len(l.peer) > 0 && !l.middle:
		return no
	case l.on(143):
		return shape
	}
	return no
}

func matchNNTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if !has(l.b, "200 ") && !has(l.b, "201 ") {
		return no
	}
	if len(l.peer) > 0 && news(l.peer) {
		return exact
	}
	if !l.final {
		return more
	}
	if l.on(119) || contains(l.b, "nntp") {
		return port
	}
	return no
}

func news(b []byte) bool {
	line := firstLine(b)
	for _, w := range newsFirst {
		if len(line) >= len(w) && bytes.EqualFold(line[:len(w)], []byte(w)) && (len(line) == len(w) || line[len(w)] == ' ') {
			return true
		}
	}
	return false
}

func matchNNTPClient(l *look) grade {
	if news(l.b) && (has(l.peer, "200 ") || has(l.peer, "201 ")) {
		return exact
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
	if s == int(f.Client) {
		return x.clientRecords(k, b[a.tlsAt[s]:])
	}
	return x.serverRecords(k, b[a.tlsAt[s]:])
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
	if f.Banner[s] == "" {
		switch f.Protocol {
		case IRC, Redis, Memcached:
		default:
			f.Banner[s] = text(line)
		}
	}
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
		what, value, _ := bytes.Cut(rest, []byte{' '})
		if bytes.EqualFold(what, []byte("USER")) {
			k.login(text(value), "nntp authinfo", -1)
		} else if bytes.EqualFold(what, []byte("PASS")) {
			k.login("", "nntp authinfo", len(value))
		}
	case bytes.EqualFold(word, []byte("AUTH")) && f.Protocol != FTP:
		mech, initial, _ := bytes.Cut(rest, []byte{' '})
		k.sasl(a, proto, mech, bytes.TrimSpace(initial))
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

// The steps of a SASL dialogue (RFC 4954, RFC 5034).
const (
	saslPlain = 1 + iota
	saslUser
	saslPass
	saslOther
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
		k.login("", proto+" auth "+text(bytes.ToLower(mech)), -1)
		a.step = saslOther
	}
	if len(initial) > 0 && !bytes.Equal(initial, []byte("=")) {
		k.saslLine(a, proto, initial)
	}
}

func (k *pending) saslLine(a *lines, proto string, line []byte) {
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

// matchTelnet takes option negotiation (RFC 854, RFC 855).
func matchTelnet(l *look) grade {
	b := l.b
	if len(b) < 3 {
		if b[0] == 0xff && (len(b) < 2 || b[1] >= 0xfa) {
			return more
		}
		return no
	}
	negotiation := func(b []byte) bool {
		return len(b) >= 3 && b[0] == 0xff && (b[1] >= 0xfb && b[1] <= 0xfe && (b[2] <= 50 || b[2] == 0xff || b[2] >= 138 && b[2] <= 140) || b[1] == 0xfa && b[2] <= 50)
	}
	if !negotiation(b) {
		return no
	}
	if negotiation(l.peer) || len(b) >= 6 && b[1] != 0xfa && negotiation(b[3:]) {
		return exact
	}
	return shape
}

// followTelnet watches the prompts: what is typed after the first is the user's
// name, what is typed after the second is only counted.
func followTelnet(_ *Identifier, k *pending) bool {
	a, _ := k.aux.(*lines)
	if a == nil {
		a = &lines{}
		k.aux = a
	}
	b := k.dir[k.side].bytes()
	fresh := b[min(a.pos[k.side], len(b)):]
	a.pos[k.side] = len(b)
	server := k.side != int(k.facts.Client)
	if server {
		switch {
		case contains(tail(fresh), "ogin:") || contains(tail(fresh), "sername:"):
			a.step, a.mech = saslUser, ""
		case contains(tail(fresh), "assword:"):
			if a.step == saslUser || a.step == 0 {
				k.login(a.mech, "telnet login", -1)
			}
			a.step, a.tlsAt[0] = saslPass, 0
		}
	} else if a.step != 0 {
		for i := 0; i < len(fresh); i++ {
			c := fresh[i]
			switch {
			case c == 0xff:
				i += 2 // a command with its option
			case c == '\r' || c == '\n':
				if a.step == saslPass {
					k.login("", "telnet login", a.tlsAt[0])
					return true
				}
			case a.step == saslUser && (c == 8 || c == 127):
				a.mech = a.mech[:max(len(a.mech)-1, 0)]
			case a.step == saslUser && c >= ' ' && len(a.mech) < 64:
				a.mech += string(rune(c))
			case a.step == saslPass && c >= ' ':
				a.tlsAt[0]++
			}
		}
	}
	return k.dir[0].full() || k.dir[1].full()
}

// tail is the last line of b, where a prompt stands.
func tail(b []byte) []byte {
	b = bytes.TrimRight(b, " \x00")
	if i := bytes.LastIndexAny(b, "\r\n"); i >= 0 {
		b = b[i+1:]
	}
	return b
}

// matchIRC takes a client's registration (RFC 2812, section 3.1).
func matchIRC(l *look) grade {
	var buf [10]byte
	if l.client {
		w := command(l.b, &buf)
		if !oneOf(w, "NICK", "USER", "CAP", "PASS") {
			return no
		}
		if w == "CAP" && has(l.b, "CAP LS") || bytes.Contains(l.b, []byte("\nUSER ")) || bytes.Contains(l.b, []byte("\nNICK ")) {
			return exact
		}
		if irc(l.peer) {
			return exact
		}
		if len(l.peer) > 0 && !l.final || l.final && w != "NICK" {
			return no
		}
		if l.final {
			return shape
		}
		return more
	}
	if irc(l.b) && (has(l.peer, "NICK ") || has(l.peer, "USER ") || has(l.peer, "PASS ") || has(l.peer, "CAP ")) {
		return exact
	}
	if has(l.b, "NOTICE AUTH :") || has(l.b, ":") && bytes.Contains(firstLine(l.b), []byte(" NOTICE ")) {
		return exact
	}
	return no
}

func irc(b []byte) bool {
	return has(b, "NOTICE ") || has(b, "PING ") || has(b, "PING :") || has(b, ":") && (bytes.Contains(firstLine(b), []byte(" NOTICE ")) || bytes.Contains(firstLine(b), []byte(" 001 ")) ||
		bytes.Contains(firstLine(b), []byte(" CAP ")) || bytes.Contains(firstLine(b), []byte(" 433 ")))
}

// matchXMPP takes the opening of a stream (RFC 6120, section 4.2).
func matchXMPP(l *look) grade {
	b := l.b[:min(len(l.b), 250)]
	if bytes.Contains(b, []byte("<stream:stream")) || bytes.Contains(b, []byte("http://etherx.jabber.org/streams")) {
		return exact
	}
	if l.middle && has(b, "</stream:stream>") {
		return exact
	}
	if l.middle && (has(b, "<message ") || has(b, "<iq ") || has(b, "<presence")) && (l.on(5222) || l.on(5269)) {
		return port
	}
	if begins(b, "<?xml") && len(b) < 200 && !l.final {
		return more
	}
	return no
}

func matchNATS(l *look) grade {
	if has(l.b, "INFO {") {
		return exact
	}
	if begins(l.b, "INFO {") {
		return more
	}
	return no
}

func matchNATSClient(l *look) grade {
	if has(l.b, "CONNECT {") && (has(l.peer, "INFO ") || l.on(4222)) {
		return exact
	}
	return no
}

// matchGit takes the request of the native protocol (gitprotocol-pack).
func matchGit(l *look) grade {
	if len(l.b) < 20 {
		return no
	}
	for _, c := range l.b[:4] {
		if !alnum(c) {
			return no
		}
	}
	if r := l.b[4:]; has(r, "git-upload-pack ") || has(r, "git-receive-pack ") || has(r, "git-upload-archive ") {
		return exact
	}
	return no
}

func matchRsync(l *look) grade {
	if has(l.b, "@RSYNCD: ") {
		return exact
	}
	if begins(l.b, "@RSYNCD: ") {
		return more
	}
	return no
}

// matchVNC takes ProtocolVersion (RFC 6143, section 7.1.1).
func matchVNC(l *look) grade {
	if len(l.b) >= 12 && has(l.b, "RFB ") && digits(l.b[4:7]) && l.b[7] == '.' && digits(l.b[8:11]) && l.b[11] == '\n' {
		return exact
	}
	if len(l.b) < 12 && begins(l.b, "RFB 00") {
		return more
	}
	return no
}

// followGreeting takes the first line of each side as its banner.
func followGreeting(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.facts.Banner[k.side] == "" && whole(b) {
		k.facts.Banner[k.side] = text(firstLine(b))
	}
	return k.facts.Banner[0] != "" && k.facts.Banner[1] != "" || k.dir[k.side].full()
}

// matchRedis takes RESP commands, and inline ones that their answer confirms.
func matchRedis(l *look) grade {
	b := l.b
	if l.client {
		if b[0] == '*' {
			// *n CRLF $n CRLF
			i := bytes.Index(b, []byte("\r\n"))
			if i < 2 || i > 8 || !digits(b[1:i]) {
				return no
			}
			r := b[i+2:]
			if len(r) == 0 {
				return more
			}
			j := bytes.Index(r, []byte("\r\n"))
			if j >= 2 && r[0] == '$' && digits(r[1:j]) {
				return exact
			}
			return no
		}
		var buf [10]byte
		if oneOf(command(b, &buf), "PING", "AUTH", "INFO", "SELECT", "KEYS", "CONFIG", "COMMAND", "GET", "SET", "HELLO", "CLIENT", "QUIT") && whole(b) {
			if len(l.peer) > 0 {
				if resp(l.peer) {
					return exact
				}
				return no
			}
			if l.final {
				return no
			}
			return more
		}
		return no
	}
	if !l.spoke && resp(b) && len(l.peer) > 0 && (l.peer[0] == '*' || l.on(6379)) {
		return exact
	}
	return no
}

// resp reports whether b is a reply of RESP.
func resp(b []byte) bool {
	if len(b) < 4 || !whole(b) {
		return false
	}
	line := firstLine(b)
	switch b[0] {
	case '+':
		return has(b, "+OK\r") || has(b, "+PONG\r") || has(b, "+FULL") || has(b, "+QUEUED")
	case '-':
		return has(b, "-ERR ") || has(b, "-NOAUTH ") || has(b, "-WRONGPASS ") || has(b, "-DENIED ") || has(b, "-MOVED ") || has(b, "-READONLY ") || has(b, "-LOADING ")
	case '$', ':', '*', '%':
		return len(line) > 1 && digits(bytes.TrimPrefix(line[1:], []byte{'-'}))
	}
	return false
}

// followRedis looks for AUTH and HELLO among the first commands.
func followRedis(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side != int(k.facts.Client) {
		return k.dir[k.side].have > 64 && k.after > 4
	}
	args := respArgs(b)
	if len(args) == 0 {
		args = bytes.Fields(firstLine(b))
	}
	for i, a := range args {
		if !bytes.EqualFold(a, []byte("AUTH")) {
			continue
		}
		switch rest := args[i+1:]; {
		case i > 0 && len(rest) >= 2 || i == 0 && len(rest) == 2:
			k.login(text(rest[0]), "redis auth", len(rest[1]))
		case len(rest) == 1:
			k.login("", "redis auth", len(rest[0]))
		}
		return true
	}
	return k.after > 2
}

// respArgs are the words of the first RESP command in b.
func respArgs(b []byte) [][]byte {
	if len(b) < 4 || b[0] != '*' {
		return nil
	}
	var out [][]byte
	i := bytes.IndexByte(b, '\n')
	for b = b[i+1:]; len(out) < 8 && len(b) > 3 && b[0] == '$'; {
		j := bytes.IndexByte(b, '\n')
		if j < 0 {
			break
		}
		n := 0
		for _, c := range bytes.TrimRight(b[1:j], "\r") {
			if c < '0' || c > '9' || n > MaxKept {
				return out
			}
			n = n*10 + int(c-'0')
		}
		b = b[j+1:]
		if n > len(b) {
			break
		}
		out = append(out, b[:n])
		b = b[min(n+2, len(b)):]
	}
	return out
}

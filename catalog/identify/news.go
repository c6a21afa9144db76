package identify

import "bytes"

// News (RFC 3977), whose greeting others have as well.

func matchNNTPServer(l *look) grade {
	if len(l.b) < 4 {
		return more
	}
	if l.middle && has(l.b, "22") && article(firstLine(l.b)) {
		return shape
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
	switch {
	case contains(l.b, "internetnews") || contains(l.b, "nnrp") || len(l.peer) == 0 && contains(l.b, "posting"):
		return shape // RFC 3977 has greetings say whether one may post
	case l.on(119) || contains(l.b, "nntp"):
		return port
	}
	return no
}

// article reports whether line, a reply, is one to a question for an article: its number, and its name (RFC 3977, section 6.2).
func article(line []byte) bool {
	f := bytes.Split(line, []byte{' '})
	return len(f) >= 3 && len(f[0]) == 3 && f[0][2] <= '3' && digits(f[0]) && digits(f[1]) && len(f[1]) < 11 && messageID(f[2])
}

func messageID(w []byte) bool {
	return len(w) > 4 && w[0] == '<' && w[len(w)-1] == '>' && bytes.IndexByte(w, '@') > 1
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

// asksArticle reports whether line asks for an article by its name.
func asksArticle(line []byte) bool {
	word, rest, _ := bytes.Cut(line, []byte{' '})
	var buf [10]byte
	return oneOf(command(word, &buf), "ARTICLE", "HEAD", "BODY", "STAT", "IHAVE") && messageID(rest)
}

func matchNNTPClient(l *look) grade {
	switch line := firstLine(l.b); {
	case whole(l.b) && (bytes.EqualFold(line, []byte("MODE READER")) || asksArticle(line)):
		return exact // no other protocol has that
	case len(l.peer) == 0 && len(l.b) < len("MODE READER\r\n") && begins(l.b, "MODE READER\r\n"):
		return l.untilLine(maxLine)
	case len(l.peer) == 0 && l.on(119) && news(l.b):
		if l.final {
			return port // its server's side was not captured
		}
		return more
	case !has(l.peer, "200 ") && !has(l.peer, "201 "):
		return no
	case news(l.b):
		return exact
	}
	return l.untilWord(newsFirst...)
}

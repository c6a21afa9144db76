package identify

import (
	"bytes"
	"unicode/utf8"
)

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
	switch {
	case negotiation(l.peer) || len(b) >= 6 && b[1] != 0xfa && negotiation(b[3:]):
		return exact
	case Telnet.usualOf(l.pend.tcp, l) || len(b) > 3 && terminal(b[3:min(len(b), 64)]):
		return shape
	case len(b) > 3:
		return no // one option by itself stands at the start of anything
	case l.final:
		return shape
	}
	return more
}

// terminal reports whether b is what is shown on a terminal, as far as it goes: letters, what moves the cursor, and commands
// of Telnet.
func terminal(b []byte) bool {
	for len(b) > 0 {
		switch c := b[0]; {
		case c == 0xff:
			if len(b) > 1 && b[1] < 0xf0 {
				return false
			}
			b = b[min(2, len(b)):]
		case c >= 0x80:
			r, n := utf8.DecodeRune(b)
			if r == utf8.RuneError && utf8.FullRune(b) {
				return false
			}
			b = b[max(n, 1):]
		case c < ' ' && c != 0 && (c < 7 || c > 15) && c != 27 || c == 127:
			return false
		default:
			b = b[1:]
		}
	}
	return true
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

package identify

import (
	"bytes"
	"strconv"
)

// AMQP, in the versions 0-9-1 and 1.0, which have little more than a header in common.

// matchAMQP takes the protocol header of AMQP 0-9-1 and 1.0.
func matchAMQP(l *look) grade {
	b := l.b
	if len(b) < 8 {
		if begins(b, "AMQP") {
			return more
		}
		return no
	}
	if has(b, "AMQP") && b[4] <= 3 && b[5] <= 1 && b[6] <= 10 {
		return exact
	}
	if l.middle && l.on(5672) && b[0] >= 1 && b[0] <= 3 && len(b) >= 12 && be16(b[1:]) < 256 && size32(b[3:]) < 1<<20 {
		return port
	}
	return no
}

// matchAMQPFrame takes a frame of version 1.0: a size, where its body begins, and what is asked for (Advanced Message Queuing
// Protocol 1.0, sections 2.3 and 2.7).
func matchAMQPFrame(l *look) grade {
	b := l.b
	if !l.middle || len(b) < 12 || be32(b) < 12 || be32(b) > 1<<24 || b[4] != 2 || b[5] > 1 {
		return no
	}
	if b[8] != 0 || b[9] != 0x53 || b[10]>>4 != 1+3*b[5] || b[10]&15 > 8 {
		return no
	}
	switch b[11] { // a list, in one of three sizes
	case 0x45, 0xc0, 0xd0:
		return exact
	}
	return no
}

// followAMQP reads the version of the header, and who logs in: in Start-Ok of 0-9-1 and 0-8 (section 1.4.2.2), and in sasl-init of 1.0 (section
// 5.3.3.2).
func followAMQP(_ *Identifier, k *pending) bool {
	f, s := k.facts, &k.dir[k.side]
	b := s.bytes()
	if len(b) >= 8 && has(b, "AMQP") {
		switch {
		case b[4] == 0 && b[5] == 0 && b[6] == 9:
			f.Version = "0-9-1"
		case b[5] == 1:
			f.Version = "1.0"
		case b[4] == 1 && b[5] == 1:
			f.Version = strconv.Itoa(int(b[6])) + "-" + strconv.Itoa(int(b[7]))
		}
	}
	const patience = 6 // packets: the login is the client's second message
	if k.side != int(f.Client) {
		return k.after > patience
	}
	switch at := 8; {
	case !has(b, "AMQP"):
		return k.amqpLogin(b) || k.middle || k.after > patience
	case len(b) <= at:
		return f.Version == "1.0" && b[4] != 3 || k.after > patience
	default:
		return k.amqpLogin(b[at:]) || s.full() || k.after > patience
	}
}

// amqpLogin reads what the client sent behind its header; it reports whether that is a login, whole, or none.
func (k *pending) amqpLogin(b []byte) bool {
	switch {
	case len(b) < 15:
		return false
	case b[0] == 1 && be32(b[7:]) == 0x000a000b:
		return k.amqpStartOK(b)
	case b[0] == 0:
		return k.amqpInit(b)
	}
	return true
}

// amqpStartOK reads a login of 0-9-1; it reports whether it is whole.
func (k *pending) amqpStartOK(b []byte) bool {
	r := reader{b: b[11:]}
	r.upTo(int(r.u16())<<16 | int(r.u16())) // what the client says of itself
	mech := r.vec8()
	answer := reader{b: r.upTo(int(r.u16())<<16 | int(r.u16()))}
	if r.short {
		return false
	}
	switch string(mech) {
	case "PLAIN":
		k.saslPlain(answer.b, "amqp plain")
	case "AMQPLAIN": // a table with two texts
		user, secret := []byte(nil), -1
		for len(answer.b) > 0 && !answer.short {
			name := answer.vec8()
			if answer.u8() != 'S' {
				break
			}
			value := answer.upTo(int(answer.u16())<<16 | int(answer.u16()))
			switch string(name) {
			case "LOGIN":
				user = value
			case "PASSWORD":
				secret = len(value)
			}
		}
		k.login(text(user), "amqp amqplain", secret)
	default:
		k.login("", "amqp"+mechanism(mech), -1)
	}
	return true
}

// amqpInit reads a login of 1.0, where it is as long as its frame says; it reports whether it is whole, or none.
func (k *pending) amqpInit(b []byte) bool {
	if b[5] != 1 || b[8] != 0 || b[9] != 0x53 || b[10] != 0x41 {
		return true
	}
	n := size32(b)
	if n > len(b) {
		return n > MaxKept
	}
	r := reader{b: b[11:n]}
	switch r.u8() { // a list: its size, and how many it has
	case 0xc0:
		r.u16()
	case 0xd0:
		r.upTo(8)
	default:
		return true
	}
	if r.u8() != 0xa3 {
		return true
	}
	mech := r.vec8()
	if string(mech) != "PLAIN" {
		k.login("", "amqp"+mechanism(mech), -1)
		return true
	}
	var answer []byte
	switch r.u8() {
	case 0xa0:
		answer = r.vec8()
	case 0xb0:
		answer = r.upTo(int(r.u16())<<16 | int(r.u16()))
	}
	if !r.short {
		k.saslPlain(answer, "amqp plain")
	}
	return true
}

// saslPlain reads an answer of PLAIN (RFC 4616): in whose name, who, and the password.
func (k *pending) saslPlain(answer []byte, method string) {
	_, rest, _ := bytes.Cut(answer, []byte{0})
	if user, pass, ok := bytes.Cut(rest, []byte{0}); ok {
		k.login(text(user), method, len(pass))
	}
}

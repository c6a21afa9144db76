package identify

// Once the hellos and the certificate are read, one question is left of TLS: whether an
// end turned the other away. Its alert is in clear until that end enciphers. What is read
// for it are the headers of records: what lies between them is passed over, captured or
// not, and once the question is decided nothing more is looked at.

const (
	closeNotify  = 0  // the end of what a side sends, and no error (RFC 8446, section 6.1)
	userCanceled = 90 // nor is this
)

// next reads the record at the start of b, which an end sent before it enciphers: n is
// how many octets it has, more than b where the rest is still to come, 0 where more of it
// must be seen first, and -1 where nothing behind it can be in clear.
func (h *Hello) next(b []byte, by int8, frame uint64) (n int) {
	if len(b) < 5 {
		return 0
	}
	if !recordHeader(b) {
		return -1
	}
	n = 5 + be16(b[3:])
	switch b[0] {
	case recordHandshake:
		return n
	case recordAlert:
		// Enciphered it is longer (RFC 5246, section 6.2.3), and in TLS 1.3 of another
		// type (RFC 8446, section 5.2).
		if n != 7 {
			return -1
		}
		if len(b) < n {
			return 0
		}
		if !h.alert(b[5], b[6], by, frame) {
			return -1
		}
		return n
	case recordCCS:
		// In TLS 1.3 it means nothing (RFC 8446, section 5).
		if n == 6 && h.Version == 0x0304 {
			return n
		}
	}
	return -1
}

// alert notes the first alert, or the first that ends the connection. It returns false
// for what is none.
func (h *Hello) alert(level, what byte, by int8, frame uint64) bool {
	if level != 1 && level != 2 {
		return false
	}
	// TLS 1.3 takes no notice of the level (RFC 8446, section 6).
	fatal := level == 2 || h.Version == 0x0304 && what != closeNotify && what != userCanceled
	if !h.HasAlert || fatal && !h.AlertFatal {
		h.HasAlert, h.Alert, h.AlertFatal, h.AlertBy, h.AlertFrame = true, what, fatal, by, frame
	}
	return true
}

// over reports whether an alert ended what was said: behind a warning it goes on.
func (h *Hello) over() bool { return h.HasAlert && (h.AlertFatal || h.Alert == closeNotify) }

// alerts notes the alerts in clear among the records of b.
func (h *Hello) alerts(b []byte, by int8, frame uint64) bool {
	for {
		n := h.next(b, by, frame)
		if n <= 0 || n >= len(b) {
			return h.over()
		}
		b = b[n:]
	}
}

// heed turns a stream whose hellos are read to the question that is left. It returns
// true where that is decided, as every look at a flow does that needs no other.
func (x *Identifier) heed(k *pending) bool {
	h := k.facts.TLS
	if h.ReplyFrame == 0 || h.over() {
		return true
	}
	k.heeding = true
	for side := range k.dir {
		s := &k.dir[side]
		if s.buf == nil || s.tls == 0 {
			s.shut = true // where its records begin is not known
			x.giveBack(s)
			continue
		}
		s.pass(int(s.tls) - 1)
		if b := s.bytes(); len(b) >= 2 && b[0]&0x80 != 0 {
			s.pass(2 + be16(b)&0x7fff) // the hello of SSL 2.0
		}
		x.records(k, side)
	}
	return k.decided()
}

// records passes over the records that a side sent.
func (x *Identifier) records(k *pending, side int) {
	by := int8(1)
	if side == int(k.facts.Client) {
		by = 0
	}
	s := &k.dir[side]
	for !s.shut {
		n := k.facts.TLS.next(s.bytes(), by, frameOf(k))
		if n == 0 {
			return
		}
		if n < 0 {
			s.shut = true
			x.giveBack(s)
			return
		}
		s.pass(n)
	}
}

// decided reports whether no alert in clear can come any more.
func (k *pending) decided() bool {
	h := k.facts.TLS
	if h.over() || k.dir[0].shut && k.dir[1].shut {
		return true
	}
	// A server that showed a certificate enciphers after its client did; one that takes
	// a session up enciphers first.
	return h.Version != 0x0304 && h.CertFrame != 0 && k.dir[1-int(k.facts.Client)].shut
}

// heeded looks at a segment of a stream of which only the alerts are left to read.
func (x *Identifier) heeded(k *pending, off int64) bool {
	s := &k.dir[k.side]
	for !s.shut {
		was := s.skip
		s.add(int(off), k.data)
		x.records(k, k.side)
		if s.skip == was {
			break
		}
		off -= int64(s.skip - was) // there is room for more of it
	}
	return k.decided() || k.waited()
}

// waited counts a packet that told nothing; true means that enough were waited for.
func (k *pending) waited() bool {
	k.after++
	return k.after >= maxFollow
}

// vainTLS is waited for a segment in which nothing new of a handshake was read: of a
// stream seen one way, or with a hole, there may be any number. Elsewhere what is waited
// for may come behind a long request.
func (k *pending) vainTLS() bool {
	return k.facts != nil && k.facts.Protocol == TLS && k.waited()
}

// Refused reports whether an alert in clear ended TLS because its sender would not go on: no goodbye, and
// nobody who changed his mind (user_canceled).
func (h *Hello) Refused() bool {
	return h.HasAlert && h.AlertFatal && h.Alert != closeNotify && h.Alert != userCanceled
}

// AlertName is the registry's word for the alert, "" for one that it has not.
func (h *Hello) AlertName() string { return AlertName(h.Alert) }

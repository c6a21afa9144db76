package identify

import (
	"bytes"
	"slices"
	"strconv"
)

// QUICVerdict is what became of a QUIC connection.
type QUICVerdict uint8

// The verdicts.
const (
	QUICNone        QUICVerdict = iota
	QUICInitialOnly             // the client's Initial, and no answer
	QUICUnfinished              // the server answered; nothing shows that the handshake was completed
	QUICNegotiated              // the server offered other versions, and it went no further
	QUICRetried                 // the server asked for proof of address, and it went no further
	QUICClosed                  // ended by CONNECTION_CLOSE during the handshake
	QUICCompleted               // both ends sent packets with a short header, the server after the client's handshake
)

var quicWords = [...]string{"", "initial-only", "unfinished", "version-negotiated", "retried", "closed", "completed"}

// String returns the word used in records.
func (v QUICVerdict) String() string { return quicWords[min(v, QUICCompleted)] }

// QUICVersionName is the word for a QUIC version number.
func QUICVersionName(v uint32) string {
	switch {
	case v == 0:
		return ""
	case v == 1:
		return "1"
	case v == version2:
		return "2"
	case v>>8 == 0xff0000:
		return "draft-" + strconv.Itoa(int(v&0xff))
	case v>>24 == 'Q' || v>>24 == 'T':
		return string([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}

const version2 = 0x6b3343cf

// knownVersion takes the versions of RFC 9000 and 9369, their drafts, those of
// Google and Facebook, and the reserved ones that keep negotiation alive.
func knownVersion(v uint32) bool {
	switch {
	case v == 1, v == version2, v>>8 == 0xff0000 && v&0xff <= 40, v>>8 == 0xff0200, v>>4 == 0xfaceb00, v&0x0f0f0f0f == 0x0a0a0a0a:
		return true
	case v>>24 == 'Q' || v>>24 == 'T':
		return v>>16&0xff == '0' && v>>8&0xff >= '2' && v>>8&0xff <= '5' && v&0xff >= '0' && v&0xff <= '9'
	}
	return false
}

// The kinds of packet (RFC 9000, section 17).
type packetType uint8

const (
	quicInitial packetType = iota
	quic0RTT
	quicHandshake
	quicRetry
	quicVersions
	quicShort
)

// longHeader is one packet of a datagram.
type longHeader struct {
	typ        packetType
	version    uint32
	dcid, scid []byte
	pnAt       int // where the packet number lies
	end        int // where the packet ends
}

// parseQUIC reads the first packet of b (RFC 9000, section 17.2).
func parseQUIC(b []byte) (h longHeader, ok bool) {
	if len(b) < 7 {
		return h, false
	}
	if b[0]&0x80 == 0 {
		return longHeader{typ: quicShort, end: len(b)}, true
	}
	h.version = be32(b[1:])
	r := reader{b: b[5:]}
	n := r.u8()
	if n > 20 && h.version != 0 {
		return h, false
	}
	h.dcid = r.take(n)
	n = r.u8()
	if n > 20 && h.version != 0 {
		return h, false
	}
	h.scid = r.take(n)
	if r.short {
		return h, false
	}
	if h.version == 0 {
		h.typ, h.end = quicVersions, len(b)
		return h, len(r.b) >= 4 && len(r.b)%4 == 0
	}
	t := b[0] >> 4 & 3
	if h.version == version2 {
		t = (t + 3) & 3 // RFC 9369, section 3.2
	}
	h.typ = packetType(t)
	if h.typ == quicRetry {
		h.end = len(b)
		return h, len(r.b) >= 16
	}
	if h.typ == quicInitial {
		r.take(r.varint())
	}
	size := r.varint()
	if r.short {
		return h, false
	}
	h.pnAt = len(b) - len(r.b)
	h.end = min(h.pnAt+size, len(b))
	return h, size >= 4
}

// varint reads a variable-length integer (RFC 9000, section 16).
func (r *reader) varint() int {
	if len(r.b) == 0 {
		r.short = true
		return 0
	}
	n := 1 << (r.b[0] >> 6)
	v := r.take(n)
	if v == nil {
		return 0
	}
	x := uint64(v[0] & 0x3f)
	for _, c := range v[1:] {
		x = x<<8 | uint64(c)
	}
	return int(min(x, 1<<30))
}

// gquic reads Google's older form, up to Q043: flags, connection id, version.
func gquic(b []byte) (version uint32, ok bool) {
	if len(b) < 14 || b[0]&0x89 != 0x09 {
		return 0, false
	}
	v := be32(b[9:])
	return v, v>>16 == 'Q'<<8|'0' && knownVersion(v)
}

// gquicLong reads Google's form between: the long header of Q044 to Q049, whose hello is as open as before.
func gquicLong(b []byte) (version uint32, ok bool) {
	if len(b) < 6 || b[0]&0xc0 != 0xc0 {
		return 0, false
	}
	v := be32(b[1:])
	return v, v>>8 == 'Q'<<16|'0'<<8|'4' && v&0xff >= '4' && v&0xff <= '9'
}

// mayQUIC reports whether b has a version that matchQUIC takes.
func mayQUIC(b []byte, _ int) bool {
	if b[0]&0x80 == 0 {
		_, ok := gquic(b)
		return ok
	}
	return len(b) >= 16 && (be32(b[1:]) == 0 || knownVersion(be32(b[1:])))
}

// matchQUIC takes long headers of known versions. A client's first datagram is
// filled up to 1200 octets (RFC 9000, section 14.1), which little else is.
func matchQUIC(l *look) grade {
	b := l.b
	if v, ok := gquic(b); ok && l.client && v != 0 {
		return exact
	}
	if b[0]&0x80 == 0 || len(b) < 16 {
		return no
	}
	h, ok := parseQUIC(b)
	if !ok || h.version != 0 && !knownVersion(h.version) {
		if has(b[1:], "Q046") && (b[0]&0xc0 == 0xc0) {
			return exact
		}
		return no
	}
	answers := len(l.peer) > 6 && l.peer[0]&0x80 != 0 && (be32(l.peer[1:]) == h.version || h.version == 0)
	if b[0]&0x40 == 0 && h.typ != quicVersions && !answers {
		return no // only who knows the other may leave that bit out (RFC 9287, section 3)
	}
	switch {
	case h.typ == quicVersions:
		if !l.client && answers {
			return exact
		}
		if !l.client {
			for v := b[7+len(h.dcid)+len(h.scid):]; len(v) >= 4; v = v[4:] {
				if n := be32(v); n == 1 || n == version2 || n>>8 == 0xff0000 {
					return shape
				}
			}
		}
	case l.client && h.typ == quicInitial && l.size >= 1200:
		return shape
	case l.client && h.typ == quic0RTT && l.size >= 400:
		return shape
	case !l.client && answers:
		return exact
	case !l.client && h.version&0x0f0f0f0f != 0x0a0a0a0a && (h.typ == quicInitial && l.size >= 1000 && len(h.scid) > 0 || h.typ == quicRetry || h.typ == quicHandshake):
		return shape
	}
	return no
}

// quicState is what a connection showed so far.
type quicState struct {
	initial   [2]uint64 // frames, by 0 client, 1 server
	handshake [2]uint64
	short     [2]uint64
	reply     [2]uint64 // a short header alone, once the other side had shown a handshake
	retry     uint64
	versions  uint64
	close     uint64
	keys      *initialKeys
	early     uint64 // an Initial of that frame is set aside
	made      uint8  // how often keys were made of what stood in an Initial
	fresh     bool   // a Retry changed the keys: the next Initial of the client makes new ones
}

// turn makes the client of what was taken for the server.
func (q *quicState) turn() {
	for _, at := range [...]*[2]uint64{&q.initial, &q.handshake, &q.short, &q.reply} {
		at[0], at[1] = at[1], at[0]
	}
}

// followQUIC reads packets until both ends have shown that they completed the handshake.
func followQUIC(x *Identifier, k *pending) bool {
	f := k.facts
	q, _ := k.aux.(*quicState)
	if q == nil {
		q = &quicState{}
		k.aux = q
		f.QUIC = &QUICFacts{}
	}
	who := 0
	if k.side != int(f.Client) {
		who = 1
	}
	frame := k.p.Index
	b := k.data
	v, ok := gquicLong(b)
	if !ok {
		v, ok = gquic(b)
	}
	if ok || v != 0 && f.QUIC.Version>>24 == 'Q' {
		if q.initial[who] == 0 {
			q.initial[who] = frame
		}
		if ok && f.QUIC.Version == 0 {
			f.QUIC.Version = v
			x.googleHello(k, b)
		}
		f.QUIC.judge(q)
		return k.after > 10
	}
	for i := 0; len(b) > 0 && i < 8; i++ {
		h, ok := parseQUIC(b)
		if !ok {
			break
		}
		if h.typ == quicShort && i > 0 && b[0]&0x40 == 0 {
			break // filling
		}
		if h.typ < quicVersions && b[0]&0x40 == 0 && h.version != f.QUIC.Version {
			break // the same: where that bit is left out (RFC 9287), the version is the known one
		}
		x.quicPacket(k, q, who, frame, b[:h.end], &h)
		if other := 1 - who; i == 0 && h.typ == quicShort && q.handshake[other]|q.short[other] != 0 {
			first(&q.reply[who], frame)
		}
		b = b[h.end:]
	}
	f.QUIC.judge(q)
	if f.QUIC.Verdict == QUICCompleted {
		return true
	}
	k.after = min(k.after, 30) // a stalled handshake is watched on
	return false
}

func first(to *uint64, frame uint64) {
	if *to == 0 {
		*to = frame
	}
}

func (x *Identifier) quicPacket(k *pending, q *quicState, who int, frame uint64, b []byte, h *longHeader) {
	f := k.facts
	if h.typ != quicShort && h.typ != quicVersions && f.QUIC.Version == 0 {
		f.QUIC.Version = h.version
	}
	switch h.typ {
	case quicInitial:
		first(&q.initial[who], frame)
		if who == 0 && f.QUIC.Version != h.version {
			f.QUIC.Version = h.version                        // after negotiation
			if q.keys != nil && q.keys.version != h.version { // and not one that the server chose
				q.keys = nil
				if f.TLS != nil && f.TLS.ReplyFrame == 0 {
					// The hello that was refused is sent again, and not always as it was.
					*f.TLS = Hello{}
					k.state &^= 1 << k.side
				}
			}
		}
		x.quicInitial(k, q, who, b, h)
	case quicHandshake:
		first(&q.handshake[who], frame)
	case quicRetry:
		if who == 1 {
			first(&q.retry, frame)
			q.fresh = true
		}
	case quicVersions:
		if who == 1 {
			first(&q.versions, frame)
			q.fresh = true
		}
	case quicShort:
		// Before anything else of a side it may be a packet of an older connection.
		if q.initial[0]|q.initial[1]|q.handshake[0]|q.handshake[1] != 0 {
			first(&q.short[who], frame)
		}
	}
}

// judge derives the verdict and the frames that prove it.
func (f *QUICFacts) judge(q *quicState) {
	f.Retried, f.Versions = q.retry != 0, q.versions != 0
	answered := q.initial[1]|q.handshake[1]|q.short[1] != 0
	done := q.reply[1]
	if f.Version>>24 == 'Q' {
		// Google's own handshake is complete where its server answers it, in a long header: others say nothing of the keys.
		if done = q.short[1]; q.initial[1]|q.handshake[1] == 0 {
			done = 0
		}
	}
	var fs []uint64
	switch {
	case q.short[0] != 0 && done != 0:
		// A server may send before it has the end of the client's handshake (RFC 9001, section 5.7), and behind its own
		// handshake where it turns a client away (RFC 9000, section 10.2.3): neither shows that it completed anything.
		// A client has the last keys from the server's handshake alone, whether that was captured or not.
		f.Verdict = QUICCompleted
		fs = []uint64{q.initial[0], q.retry, q.initial[1], q.handshake[1], q.handshake[0], q.short[0], done}
	case q.close != 0:
		f.Verdict, fs = QUICClosed, []uint64{q.initial[0], q.initial[1], q.close}
	case answered:
		f.Verdict, fs = QUICUnfinished, []uint64{q.initial[0], q.retry, q.initial[1], q.handshake[1], q.handshake[0], q.short[0], q.short[1]}
	case q.retry != 0:
		f.Verdict, fs = QUICRetried, []uint64{q.initial[0], q.retry}
	case q.versions != 0:
		f.Verdict, fs = QUICNegotiated, []uint64{q.initial[0], q.versions}
	case q.initial[0] != 0:
		f.Verdict, fs = QUICInitialOnly, []uint64{q.initial[0]}
	default:
		f.Verdict = QUICNone
	}
	slices.Sort(fs)
	f.Frames = f.Frames[:0]
	for _, n := range fs {
		if n != 0 && (len(f.Frames) == 0 || f.Frames[len(f.Frames)-1] != n) {
			f.Frames = append(f.Frames, n)
		}
	}
}

// maxMade is how often keys are made for one connection, which takes ten microseconds: once, and once more for each Retry, change of version
// and packet of the server that may be the client's.
const maxMade = 16

// quicInitial decrypts an Initial and reads its frames: its keys follow from what
// everybody can see (RFC 9001, section 5.2).
func (x *Identifier) quicInitial(k *pending, q *quicState, who int, b []byte, h *longHeader) {
	if who == 1 && k.facts.TLS == nil && q.made < maxMade {
		q.made++
		// Nothing of the other end was opened: it may be the server, captured first. The first of a client opens by what
		// stands in it.
		if own := x.keysOf(h, b); own != nil && own.open(x.plain[:0], x.head[:0], b, h.pnAt, 0) != nil {
			q.turn()
			k.facts.Client, k.facts.toldBy, q.keys, q.fresh, who = int8(k.side), int8(k.side)+1, own, false, 0
			k.facts.QUIC.Version = h.version
		}
	}
	if who == 0 && q.made < maxMade && (q.keys == nil || q.fresh && !bytes.Equal(h.dcid, q.keys.dcid[:q.keys.n])) {
		// The server's answer changes the client's destination id, not the keys.
		q.made++
		q.fresh = q.fresh && q.keys == nil // a Retry may have been captured before what it answers
		q.keys = x.keysOf(h, b)
	}
	if q.keys == nil {
		x.setAside(k, q, b)
		return
	}
	keys := q.keys
	if h.version != keys.version {
		// The server goes on in another version that the client's hello fits: its keys follow
		// from the same id (RFC 9369, section 4.1). Only a packet of its that they open changes
		// ours; a late one of the client is still in the old.
		if q.made == maxMade {
			return
		}
		q.made++
		if keys = newInitialKeys(h.version, keys.dcid[:keys.n]); keys == nil {
			return
		}
	}
	plain := keys.open(x.plain[:0], x.head[:0], b, h.pnAt, who)
	if plain == nil {
		if from, to := k.ports[k.side], k.ports[1-k.side]; who == 0 && k.facts.TLS == nil && from < 1024 && to >= 1024 {
			// Not a client's first: it is the server's, of whom the port speaks.
			q.turn()
			q.keys = nil
			k.facts.Client = int8(1 - k.side)
		}
		x.setAside(k, q, b)
		return
	}
	f := k.facts
	if who == 1 {
		q.keys = keys
	} else if f.toldBy == 0 {
		f.toldBy = int8(k.side) + 1
	}
	f.Confidence = Exact
	if f.TLS == nil {
		f.TLS = &Hello{}
	}
	x.quicFrames(k, q, who, k.p.Index, plain)
	if s := &k.dir[1-k.side]; who == 0 && q.early != 0 && k.state&(4<<(1-k.side)) != 0 && s.own {
		frame, kept := q.early, s.bytes()
		if q.early = 0; len(kept) > 0 {
			e, ok := parseQUIC(kept)
			if keys = q.keys; ok && e.version != keys.version {
				keys = newInitialKeys(e.version, keys.dcid[:keys.n])
			}
			if ok && keys != nil {
				if plain := keys.open(x.plain[:0], x.head[:0], kept, e.pnAt, 1); plain != nil {
					q.keys = keys
					x.quicFrames(k, q, 1, frame, plain)
				}
			}
		}
	}
}

// setAside keeps an Initial that no key opens: it may be the server's, captured before the client's, of which the keys come.
func (x *Identifier) setAside(k *pending, q *quicState, b []byte) {
	s := &k.dir[k.side]
	if k.facts.TLS != nil || q.early != 0 || len(b) > MaxKept || !x.lend(s, MaxKept) {
		return
	}
	s.have, s.n = copy(s.buf, b), 0
	k.state |= 4 << k.side
	q.early = k.p.Index
}

// quicFrames reads the frames of an Initial.
func (x *Identifier) quicFrames(k *pending, q *quicState, who int, frame uint64, plain []byte) {
	r := reader{b: plain}
	for len(r.b) > 0 && !r.short {
		switch t := r.varint(); t {
		case 0, 1: // padding, ping
		case 2, 3: // acknowledgement
			r.varint()
			r.varint()
			n := r.varint()
			r.varint()
			for i := 0; i < n && !r.short; i++ {
				r.varint()
				r.varint()
			}
			if t == 3 {
				r.varint()
				r.varint()
				r.varint()
			}
		case 6: // crypto
			off := r.varint()
			data := r.take(r.varint())
			if data != nil && off < maxHello {
				x.quicCrypto(k, who, frame, off, data)
			}
		case 0x1c, 0x1d:
			first(&q.close, frame)
			return
		default:
			return
		}
	}
}

// quicCrypto puts the hello together from its frames.
func (x *Identifier) quicCrypto(k *pending, who int, frame uint64, off int, data []byte) {
	h := k.facts.TLS
	side := int(k.facts.Client)
	want := byte(clientHello)
	if who == 1 {
		side, want = 1-side, serverHello
	}
	s := &k.dir[side]
	if who == 0 && h.HelloFrame != 0 || who == 1 && h.ReplyFrame != 0 {
		return
	}
	if !s.own {
		// What the signatures kept of the first datagram is not the stream.
		x.giveBack(s)
		*s = stream{}
	}
	if k.state&(1<<side) == 0 {
		k.state |= 1 << side
		s.have, s.n = 0, 0
		if !x.lend(s, maxHello) {
			return
		}
	}
	s.add(off, data)
	b := s.bytes()
	if len(b) < 4 || b[0] != want {
		return
	}
	n := be24(b[1:])
	if len(b) < 4+n && !s.full() {
		return
	}
	body := b[4:min(len(b), 4+n)]
	if who == 0 {
		h.client(body, 'q', len(b) >= 4+n)
		h.HelloFrame = frame
		if f := k.facts; h.Name != "" {
			f.Name, f.NameBy = h.Name, "quic"
		}
		return
	}
	h.server(body)
	h.ReplyFrame = frame
}

// googleHello reads the name in the open hello of Google's older form: a list of
// tags and the ends of their values.
func (x *Identifier) googleHello(k *pending, b []byte) {
	i := bytes.Index(b, []byte("CHLO"))
	if i < 0 || i+8 > len(b) {
		return
	}
	n := le16(b[i+4:])
	tags := b[i+8:]
	if n > 64 || len(tags) < 8*n {
		return
	}
	values, from := tags[8*n:], 0
	for ; n > 0; n-- {
		to := leSize32(tags[4:])
		if to < from || to > len(values) {
			return
		}
		switch string(tags[:4]) {
		case "SNI\x00":
			if v := values[from:to]; hostname(v) && len(v) > 0 {
				k.facts.Name, k.facts.NameBy = text(v), "quic"
			}
		case "UAID":
			k.facts.Software[k.side] = text(values[from:to])
		}
		from, tags = to, tags[8:]
	}
}

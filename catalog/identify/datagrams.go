package identify

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
)

// Protocols of single datagrams.

// mayNTP takes a first octet with a version and a mode.
func mayNTP(c byte) bool {
	v, mode := c>>3&7, c&7
	return v >= 1 && v <= 4 && (mode != 0 || v == 1)
}

// matchNTP takes the modes of RFC 5905, section 7.3; control and private messages
// (6, 7) need the port.
func matchNTP(l *look) grade {
	b := l.b
	if len(b) < 4 {
		return no
	}
	mode := b[0] & 7
	if !mayNTP(b[0]) {
		return no
	}
	if mode >= 6 {
		if l.on(123) && (mode == 6 && len(b) >= 12 || mode == 7 && len(b) >= 8) {
			return port
		}
		return no
	}
	if len(b) < 48 || b[1] > 16 || l.size != 48 && l.size != 68 && l.size != 72 && !l.on(123) {
		return no
	}
	if l.on(123) {
		return exact
	}
	switch {
	case mode == 3 && b[1] == 0 && (l.size == 48 || l.size == 68) && l.client:
		if b[2] <= 17 && int8(b[3]) <= 0 && int8(b[3]) > -33 {
			return shape
		}
	case mode == 4 && len(l.peer) >= 48 && bytes.Equal(b[24:32], l.peer[40:48]) && !l.client:
		return exact
	}
	return no
}

// followNTP notes the version; a mode-7 list of peers is an amplifier's question.
func followNTP(_ *Identifier, k *pending) bool {
	k.facts.Version = string(rune('0' + k.data[0]>>3&7))
	if k.data[0]&7 == 4 {
		k.facts.Client = int8(1 - k.side)
	}
	return true
}

// matchDHCP takes the magic cookie (RFC 2131, section 3).
func matchDHCP(l *look) grade {
	b := l.b
	if len(b) < 240 {
		if l.size >= 44 && len(b) >= 44 && (l.on(67) || l.on(68)) && (b[0] == 1 || b[0] == 2) && b[1] > 0 && b[1] < 38 && b[2] <= 16 {
			return port
		}
		return no
	}
	if (b[0] == 1 || b[0] == 2) && be32(b[236:]) == 0x63825363 {
		if l.client != (b[0] == 1) {
			return no
		}
		return exact
	}
	if (l.on(67) || l.on(68)) && (b[0] == 1 || b[0] == 2) && b[1] == 1 && b[2] == 6 {
		return port // BOOTP
	}
	return no
}

func matchDHCPv6(l *look) grade {
	b := l.b
	if (l.on(546) || l.on(547)) && len(b) >= 4 && b[0] >= 1 && b[0] <= 36 {
		return port
	}
	return no
}

// matchTFTP takes read and write requests (RFC 1350, section 5).
func matchTFTP(l *look) grade {
	b := l.b
	if len(b) < 9 {
		if l.on(69) && len(b) >= 4 && b[0] == 0 && b[1] >= 3 && b[1] <= 6 {
			return port
		}
		return no
	}
	if b[0] != 0 {
		return no
	}
	if b[1] == 1 || b[1] == 2 {
		z := bytes.IndexByte(b[2:], 0)
		if z < 1 || !printable(b[2:2+z]) {
			return no
		}
		mode := b[3+z:]
		y := bytes.IndexByte(mode, 0)
		if y < 0 {
			return no
		}
		if m := bytes.ToLower(mode[:y]); string(m) == "octet" || string(m) == "netascii" || string(m) == "mail" {
			return exact
		}
		return no
	}
	if l.on(69) && b[1] >= 3 && b[1] <= 6 {
		return port
	}
	// A server answers from a port of its own: block 1, or the options.
	if b[1] == 6 && (bytes.Contains(b, []byte("blksize\x00")) || bytes.Contains(b, []byte("tsize\x00"))) {
		return exact
	}
	if b[1] == 3 && be16(b[2:]) == 1 && l.size <= 516 && len(l.peer) >= 4 && string(l.peer[:4]) == "\x00\x04\x00\x01" {
		return shape
	}
	if l.first && b[1] == 3 && be16(b[2:]) == 1 && l.size <= 516 {
		return more
	}
	// So does it when it refuses: all that it sends then.
	if n := len(b) - 1; l.first && len(l.peer) == 0 && b[1] == 5 && b[2] == 0 && b[3] <= 8 && l.size == len(b) && b[n] == 0 && printable(b[4:n]) {
		return shape
	}
	return no
}

// followTFTP tells who asked where a server answers from a port of its own: it is who speaks first there, with a
// block, with an acknowledgement of the request to write, with options or with a refusal. A request says where that is awaited.
func followTFTP(x *Identifier, k *pending) bool {
	b, client := k.data, k.side
	if len(b) >= 9 && b[0] == 0 && (b[1] == 1 || b[1] == 2) && !k.multi {
		x.announce(k, TFTP, k.p.DstAddr(), netip.AddrPortFrom(k.p.SrcAddr(), k.p.SrcPort))
	}
	if len(b) < 4 || k.ports[0] == 69 || k.ports[1] == 69 {
		return true
	}
	if kind := b[1]; kind > 2 && (kind > 4 || int(k.spoke) == k.side) {
		client = 1 - k.side
	}
	k.facts.Client, k.facts.toldBy = int8(client), int8(k.side)+1
	return true
}

// matchTFTPAck completes what a first block began.
func matchTFTPAck(l *look) grade {
	if l.size == 4 && len(l.b) == 4 && string(l.b) == "\x00\x04\x00\x01" && len(l.peer) >= 4 && string(l.peer[:4]) == "\x00\x03\x00\x01" {
		return shape
	}
	return no
}

func matchSLP(l *look) grade {
	b := l.b
	if !l.on(427) || len(b) < 12 {
		return no
	}
	if b[0] == 2 && b[1] >= 1 && b[1] <= 11 {
		if len(b) >= 5 && be24(b[2:]) == l.size {
			return exact
		}
		return port
	}
	if b[0] == 1 && b[1] >= 1 && b[1] <= 10 {
		return port
	}
	return no
}

// matchRIP takes RIP (RFC 2453, section 3.6) and RIPng (RFC 2080, section 2.1), whose versions begin at 1.
func matchRIP(l *look) grade {
	b := l.b
	if (l.on(520) || l.on(521)) && len(b) >= 4 && b[0] >= 1 && b[0] <= 2 && b[1] >= 1 && b[1] <= 2 && (l.size-4)%20 == 0 {
		return port
	}
	return no
}

// matchRADIUS walks the attributes to the end (RFC 2865, section 3).
func matchRADIUS(l *look) grade {
	b := l.b
	if slices.IndexFunc(radiusPorts, l.on) < 0 {
		return no
	}
	if len(b) < 20 || be16(b[2:]) > l.size || be16(b[2:]) < 20 || b[0] == 0 || b[0] > 52 || !radiusFields(b) {
		return no
	}
	return shape
}

// radiusPorts are where it lives: by RFC 2865, RFC 2866 and before them, and for what the server asks of its client (RFC 5176), as Cisco
// has it, too.
var radiusPorts = []uint16{1645, 1646, 1700, 1812, 1813, 3799}

// radiusFields walks the attributes of b (RFC 2865, section 5) as far as it goes.
func radiusFields(b []byte) bool {
	n := be16(b[2:])
	for at := 20; at < n && at+2 <= len(b); {
		if b[at+1] < 2 {
			return false
		}
		at += int(b[at+1])
		if at > n {
			return false
		}
	}
	return true
}

// matchRADIUSPair takes a request and its answer on any other port: both are as long as they say, with nothing behind their attributes,
// and have one number and kinds that belong together.
func matchRADIUSPair(l *look) grade {
	b, p := l.b, l.peer
	if !mayRADIUS(b, l.size) || slices.IndexFunc(radiusPorts, l.on) >= 0 {
		return no
	}
	asks := radiusAnswers(b[0]) != ""
	switch {
	case !asks && len(p) > 22 && p[1] == b[1] && strings.IndexByte(radiusAnswers(p[0]), b[0]) >= 0 && mayRADIUS(p, len(p)):
		return exact
	case asks && len(b) > 22 && len(p) == 0 && l.first && !l.final:
		return more
	}
	return no
}

// mayRADIUS reports whether b is whole.
func mayRADIUS(b []byte, size int) bool {
	return len(b) >= 20 && len(b) == size && be16(b[2:]) == size && radiusFields(b)
}

// radiusAnswers are the kinds of packets that answer one, "" of what is no request.
func radiusAnswers(kind byte) string {
	switch kind {
	case 1:
		return "\x02\x03\x0b"
	case 4:
		return "\x05"
	case 40:
		return "\x29\x2a"
	case 43:
		return "\x2c\x2d"
	}
	return ""
}

func matchCoAP(l *look) grade {
	b := l.b
	if !l.on(5683) && (l.port < 61616 || l.port > 61631) {
		return coapPair(l)
	}
	if len(b) < 4 || b[0]>>6 != 1 || b[0]&15 > 8 || 4+int(b[0]&15) > l.size {
		return no
	}
	if class := b[1] >> 5; class == 1 || class == 3 || class == 6 || class == 7 {
		return no
	}
	return port
}

// matchSourceQuery takes Valve's and Quake's connectionless packets.
func matchSourceQuery(l *look) grade {
	b := l.b
	if len(b) < 5 || be32(b) != 0xffffffff {
		return no
	}
	r := b[4:]
	switch {
	case has(r, "TSource Engine Query"):
		return exact
	case has(r, "getstatus") || has(r, "getinfo") || has(r, "getchallenge") || has(r, "getservers") || has(r, "statusResponse") || has(r, "infoResponse") || has(r, "connect ") ||
		has(r, "challengeResponse") || has(r, "rcon ") || has(r, "info") && l.size < 32 || has(r, "status") && l.size < 32:
		return exact
	case (r[0] == 'U' || r[0] == 'V' || r[0] == 'A' || r[0] == 'W' || r[0] == 'i' || r[0] == 'q') && l.size <= 32:
		return shape
	case (r[0] == 'I' || r[0] == 'D' || r[0] == 'E' || r[0] == 'm') && l.size > 8:
		return shape
	}
	return no
}

// rtpState is what three packets of a stream must share.
type rtpState struct {
	ssrc [2]uint32
	seq  [2]uint16
	n    [2]uint8
	at   [2]uint32 // uTP: time stamp of the last
	// A datagram's sender may be either end, so that each is asked about twice: what was
	// said of the last that was counted, which is the one before this.
	counted uint8
	said    grade
}

// stateOf is the state of a flow, and whether its datagram was counted already.
func stateOf(k *pending) (st *rtpState, counted bool) {
	st, _ = k.aux.(*rtpState)
	if st == nil {
		st = &rtpState{}
		k.aux = st
	}
	counted = st.counted == k.looked+1
	st.counted = k.looked + 1
	return st, counted
}

// matchRTP wants a run of packets of one source: a single one says nothing (RFC
// 3550, section 5.1).
func matchRTP(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0]>>6 != 2 {
		return no
	}
	pt := b[1] & 0x7f
	if pt >= 35 && pt < 96 || 12+4*int(b[0]&15) > l.size {
		return no
	}
	k := l.pend
	st, counted := stateOf(k)
	if !counted {
		st.said = st.rtp(k, uint16(be16(b[2:])), be32(b[8:]))
	}
	return st.said
}

func (st *rtpState) rtp(k *pending, seq uint16, ssrc uint32) grade {
	s := k.side
	if st.n[s] > 0 && st.ssrc[s] == ssrc {
		if d := seq - st.seq[s]; d >= 1 && d <= 16 {
			if st.n[s]++; st.n[s] >= 3 {
				return shape
			}
			st.seq[s] = seq
			return more
		}
	}
	if st.n[s] > 0 && k.looked > 4 {
		return no
	}
	st.n[s], st.ssrc[s], st.seq[s] = 1, ssrc, seq
	return more
}

// matchRTCP takes a compound packet (RFC 3550, section 6.1).
func matchRTCP(l *look) grade {
	b := l.b
	if len(b) < 8 || b[0]>>6 != 2 || b[1] < 200 || b[1] > 207 {
		return no
	}
	if !STUN.usualOf(false, l) && sealedRTCP(b, l.size) { // what a relay hands on is told by the relay's own words
		return shape
	}
	n, at := 0, 0
	for at+4 <= len(b) && b[at]>>6 == 2 && b[at+1] >= 200 && b[at+1] <= 207 {
		words := be16(b[at+2:])
		if least := 1 + 6*int(b[at]&31); b[at+1] == 200 && words < least+5 || b[at+1] == 201 && words < least {
			return no // less than the reports that it counts (RFC 3550, sections 6.4.1 and 6.4.2)
		}
		at += 4 * (words + 1)
		n++
	}
	if at == l.size && (n > 1 || b[1] == 200 || b[1] == 201 || l.size == 4*(be16(b[2:])+1)) {
		return shape
	}
	return no
}

// sealedRTCP reports whether b, of so many octets, is RTCP under SRTP's keys: the first report's header in clear, as long as the reports
// that it counts, and behind what is enciphered the sign that it is, with a packet's number, before a digest of ten octets
// (RFC 3711, section 3.4) or at the end (RFC 7714, section 9.2).
func sealedRTCP(b []byte, size int) bool {
	const most = 1 << 16 // packets: hours of a call
	words := 1 + 6*int(b[0]&31)
	switch {
	case size != len(b) || b[0]&0x20 != 0 || b[1] > 201:
		return false
	case b[1] == 200:
		words += 5
	}
	if be16(b[2:]) != words || size < 4*(words+1)+14 {
		return false
	}
	sealed := func(b []byte) bool { return be32(b)&^(1<<31) < most && b[0]&0x80 != 0 }
	return sealed(b[size-14:]) || sealed(b[size-4:])
}

// matchDTLS takes handshake records (RFC 6347, section 4.1), and others beside a
// peer's.
func matchDTLS(l *look) grade {
	b := l.b
	if len(b) < 13 || !dtlsHeader(b) || 13+be16(b[11:]) > l.size {
		return no
	}
	n := be16(b[11:])
	if b[0] == recordHandshake && be16(b[3:]) == 0 && len(b) >= 25 {
		switch b[13] {
		case clientHello, 3, serverHello:
			if be24(b[14:]) < 1<<15 {
				if l.client == (b[13] == clientHello) {
					return exact
				}
				return no
			}
		}
	}
	if 13+n == l.size || len(b) >= 13+n+13 && dtlsHeader(b[13+n:]) {
		return shape
	}
	return no
}

func dtlsHeader(b []byte) bool {
	return len(b) >= 13 && b[0] >= recordCCS && b[0] <= recordData+2 && (b[1] == 0xfe && (b[2] == 0xff || b[2] == 0xfd) || b[1] == 1 && b[2] == 0 && b[0] == recordHandshake) && be16(b[11:]) <= maxRecord && be16(b[11:]) > 0
}

// followDTLS reads the hellos.
func followDTLS(x *Identifier, k *pending) bool {
	f := k.facts
	if f.TLS == nil {
		f.TLS = &Hello{}
	}
	h := f.TLS
	b := k.data
	for i := 0; i < 8 && dtlsHeader(b); i++ {
		n := min(be16(b[11:]), len(b)-13)
		rec := b[13 : 13+n]
		if b[0] == recordHandshake && be16(b[3:]) == 0 && len(rec) >= 12 {
			total, off, part := be24(rec[1:]), be24(rec[6:]), be24(rec[9:])
			body := rec[12:min(len(rec), 12+part)]
			switch {
			case rec[0] == clientHello && (off != 0 || len(body) < total):
				if h.JA4 == "" {
					x.helloPart(k, be16(rec[4:]), total, off, body)
				}
			case rec[0] == clientHello && (h.HelloFrame == 0 || h.JA4 == "" || len(h.Offered) == 0 && h.Name == ""):
				k.dtlsHello(body, true)
			case rec[0] == serverHello && off == 0 && h.ReplyFrame == 0:
				if h.server(body) {
					h.ReplyFrame = frameOf(k)
				}
			case rec[0] == certificateMsg && k.side != int(f.Client):
				if !k.heeding && x.certificatePart(k, total, off, body) {
					k.heeding = true
					x.giveBack(&k.dir[k.side])
				}
			}
		}
		if h.HelloFrame != 0 || h.ReplyFrame != 0 {
			k.dtlsAlert(b, n)
			if h.over() || k.heeding && k.dir[1-int(f.Client)].shut {
				return true // as in decided
			}
		}
		b = b[13+n:]
	}
	if k.heeding {
		return k.after > 2*dtlsLooks
	}
	return k.after > dtlsLooks
}

// dtlsHello takes a ClientHello, or what there is of it.
func (k *pending) dtlsHello(body []byte, whole bool) {
	f := k.facts
	f.TLS.Offered = nil // of a part of it, or of one without the server's cookie
	f.TLS.client(body, 'd', whole)
	f.TLS.HelloFrame = frameOf(k)
	f.Client = int8(k.side)
	k.named()
}

// helloPart takes one part of a ClientHello that its sender cut (RFC 6347, section 4.2.3), and puts it together with the others of
// the same number. What its first part shows is told even if the rest never comes.
func (x *Identifier) helloPart(k *pending, number, total, off int, body []byte) {
	h, s := k.facts.TLS, &k.dir[k.side]
	if off+len(body) > total {
		return // no part of it
	}
	switch mark := 1 + uint32(number); {
	case k.state > mark:
		return // late, of one that was asked to come again
	case k.state < mark:
		x.giveBack(s)
		*s = stream{seen: s.seen}
		room := MaxKept
		if total > room {
			room = maxHello
		}
		if !x.lend(s, room) {
			x.stats.Full++
			return
		}
		k.state = mark
	}
	had := s.have
	s.add(off, body)
	switch {
	case s.have >= total:
		k.dtlsHello(s.bytes()[:total], true)
	case had == 0 && s.have > 0 && h.HelloFrame == 0:
		k.dtlsHello(s.bytes(), false)
	}
}

// dtlsLooks is in how many datagrams the hellos and the certificate are looked for, and
// then an alert: a flight of ten is not rare, and is repeated where one of it is lost.
const dtlsLooks = 12

// dtlsAlert reads an alert in clear: the records of epoch 0 are, and no other (RFC 6347,
// section 4.1; RFC 9147, section 4).
func (k *pending) dtlsAlert(b []byte, n int) {
	switch {
	case be16(b[3:]) != 0:
		k.dir[k.side].shut = true
	case b[0] == recordAlert && be16(b[11:]) == 2 && n == 2:
		by := int8(1)
		if k.side == int(k.facts.Client) {
			by = 0
		}
		k.facts.TLS.alert(b[13], b[14], by, frameOf(k))
	}
}

// certificateParts marks a flow whose server's stream holds parts of its Certificate.
type certificateParts struct{}

// certificatePart takes one part of the server's Certificate, which programs that do
// not ask for the way's MTU cut every two hundred octets (RFC 6347, section 4.2.3). It
// returns true once no more of it will be read.
func (x *Identifier) certificatePart(k *pending, total, off int, body []byte) bool {
	h, s := k.facts.TLS, &k.dir[k.side]
	if off == 0 && len(body) >= total {
		h.Cert, h.CertFrame = parseCertificates(body), frameOf(k)
		return true
	}
	if _, ok := k.aux.(certificateParts); !ok {
		x.giveBack(s)
		*s = stream{seen: s.seen}
		if !x.lend(s, MaxKept) {
			x.stats.Full++
			return true
		}
		k.aux = certificateParts{}
	}
	s.add(off, body)
	if s.have == 0 {
		return false
	}
	h.Cert = parseCertificates(s.bytes())
	if h.CertFrame == 0 || off == 0 {
		h.CertFrame = frameOf(k)
	}
	return s.have >= total || s.full()
}

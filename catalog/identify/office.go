package identify

import "bytes"

// Windows and directory protocols.

// matchSMB takes a session message that holds an SMB header (MS-SMB2, section 2.2.1).
func matchSMB(l *look) grade {
	b := l.b
	if len(b) < 8 {
		if b[0] == 0 {
			return more
		}
		return no
	}
	if b[0] == 0 && (b[4] == 0xff || b[4] == 0xfe || b[4] == 0xfd || b[4] == 0xfc) && has(b[5:], "SMB") {
		return exact
	}
	return no
}

// followSMB notes the dialect family; SMB1 is worth a remark.
func followSMB(_ *Identifier, k *pending) bool {
	f := k.facts
	b := k.dir[k.side].bytes()
	if k.dir[k.side].buf == nil || len(b) < 9 {
		return false
	}
	switch {
	case b[0] == 0x81 || b[0] == 0x82 || b[0] == 0x83: // NetBIOS session request and answer
		f.Protocol = NetBIOSSession
		return followNBSS(nil, k)
	case b[4] == 0xff:
		f.Version = "1"
		// A negotiation may offer SMB 2 in SMB 1's form: the answer decides.
		return k.side != int(f.Client) || b[8] != 0x72
	case b[4] == 0xfe || b[4] == 0xfd || b[4] == 0xfc:
		f.Version = "2"
		if len(b) >= 74 && le16(b[16:]) == 0 && b[20]&1 != 0 { // NEGOTIATE response: DialectRevision
			switch d := le16(b[72:]); {
			case d >= 0x0300 && d < 0x0400:
				f.Version = "3"
			case d == 0x02ff:
				return false
			}
		}
		return k.side != int(f.Client)
	}
	return true
}

// matchNBSS takes a session request (RFC 1002, section 4.3.2).
func matchNBSS(l *look) grade {
	b := l.b
	if len(b) < 38 {
		if b[0] == 0x81 && (len(b) < 2 || b[1] <= 1) {
			return more
		}
		return no
	}
	if b[0] != 0x81 || b[1] != 0 || be16(b[2:]) != 68 || b[4] != 0x20 {
		return no
	}
	for _, c := range b[5:37] {
		if c < 'A' || c > 'P' {
			return no
		}
	}
	return exact
}

// followNBSS reads the name that is called and waits for SMB.
func followNBSS(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side == int(k.facts.Client) && len(b) >= 37 && b[0] == 0x81 && k.facts.Name == "" {
		if n, _ := netbiosDecode(b[5:37]); n != "" && n != "*SMBSERVER" {
			k.facts.Name, k.facts.NameBy = n, "netbios"
		}
	}
	skip := 4
	if k.side == int(k.facts.Client) {
		skip = 72
	}
	if len(b) >= skip+9 && b[skip] == 0 && has(b[skip+5:], "SMB") {
		k.facts.Protocol = SMB
		k.facts.Version = "1"
		if b[skip+4] != 0xff {
			k.facts.Version = "2"
		}
		return true
	}
	return k.dir[k.side].full()
}

// netbiosDecode undoes the half-octet letters of a NetBIOS name (RFC 1001, section
// 14.1); kind is its last octet.
func netbiosDecode(b []byte) (name string, kind byte) {
	if len(b) < 32 {
		return "", 0
	}
	var out [16]byte
	for i := range out {
		hi, lo := b[2*i], b[2*i+1]
		if hi < 'A' || hi > 'P' || lo < 'A' || lo > 'P' {
			return "", 0
		}
		out[i] = (hi-'A')<<4 | (lo - 'A')
	}
	return string(bytes.TrimRight(out[:15], " \x00")), out[15]
}

// matchNBNS takes the name service (RFC 1002, section 4.2).
func matchNBNS(l *look) grade {
	b := l.b
	if len(b) < 46 || be16(b[4:])+be16(b[6:]) == 0 || be16(b[4:]) > 2 || be16(b[6:]) > 64 {
		return no
	}
	if !netbiosName(b) {
		if l.on(137) && be16(b[4:])+be16(b[6:]) <= 2 && b[2]>>3&15 <= 9 {
			return port
		}
		return no
	}
	end, _ := dnsName(b, 12, nil)
	if end < 0 || end+4 > len(b) {
		return no
	}
	if t := be16(b[end:]); t != 0x20 && t != 0x21 && t != 10 && t != 1 && t != 2 {
		return no
	}
	if l.on(137) {
		return exact
	}
	return shape
}

// followNBNS reads the name asked for or announced.
func followNBNS(_ *Identifier, k *pending) bool {
	b := k.data
	if len(b) < 46 || !netbiosName(b) {
		return k.after > 4
	}
	f := k.facts
	if f.DNS == nil {
		f.DNS = &Lookup{Code: -1}
	}
	d := f.DNS
	if b[2]&0x80 != 0 {
		if d.Code < 0 {
			d.Code = int(b[3] & 15)
		}
		return true
	}
	d.Queries++
	if name, _ := netbiosDecode(b[13:45]); name != "" && d.Query == "" {
		d.Query = name
		if end, _ := dnsName(b, 12, nil); end > 0 && end+2 <= len(b) {
			d.Type = uint16(be16(b[end:]))
		}
		d.Same++
	} else if name != "" && d.Query == name {
		d.Same++
	}
	return false
}

func matchNBDgm(l *look) grade {
	b := l.b
	if l.on(138) && len(b) >= 14 && (b[0] >= 0x10 && b[0] <= 0x16) {
		return port
	}
	return no
}

// matchDCERPC takes bind, its answer and requests (C706, chapter 12).
func matchDCERPC(l *look) grade {
	b := l.b
	if len(b) < 16 {
		if begins(b, "\x05\x00") {
			return more
		}
		return no
	}
	n := be16(b[8:])
	if b[4]&0x10 != 0 {
		n = le16(b[8:])
	}
	if b[0] != 5 || b[1] > 1 || b[4]&0xef != 0 || b[5] > 3 || b[6] != 0 || b[7] != 0 || n < 16 || n > 1<<15 {
		return no
	}
	switch b[2] {
	case 0x0b, 0x0e: // bind, alter_context
		if l.client || l.middle {
			return exact
		}
	case 0x0c, 0x0d, 0x0f, 0x05, 0x00, 0x02, 0x03, 0x10:
		if l.middle || l.on(135) || len(l.peer) > 4 && l.peer[0] == 5 {
			return shape
		}
	}
	return no
}

// matchDCERPCUDP takes connectionless calls: PROFINET's context manager is what
// still uses them.
func matchDCERPCUDP(l *look) grade {
	b := l.b
	if len(b) < 80 || b[0] != 4 || b[1] > 10 || b[4]&0xef != 0 || b[5] > 3 {
		return no
	}
	n := be16(b[74:])
	if b[4]&0x10 != 0 {
		n = le16(b[74:])
	}
	if 80+n == l.size || l.on(34964) && 80+n <= l.size {
		return shape
	}
	return no
}

// berLen reads a BER length at b[1]; head is where the content starts, 0 for none.
func berLen(b []byte) (n, head int) {
	if len(b) < 2 {
		return 0, 0
	}
	n = int(b[1])
	if n < 0x80 {
		return n, 2
	}
	c := n & 0x7f
	if c == 0 || c > 4 || len(b) < 2+c {
		return 0, 0
	}
	n = 0
	for _, v := range b[2 : 2+c] {
		n = n<<8 | int(v)
	}
	if n < 0 || n > 1<<28 {
		return 0, 0
	}
	return n, 2 + c
}

// matchLDAP takes a message (RFC 4511, section 4.1.1).
func matchLDAP(l *look) grade {
	b := l.b
	if b[0] != 0x30 {
		return no
	}
	n, h := berLen(b)
	if len(b) < 9 && (h == 0 || h+n > len(b)) { // an unbind or an abandon may be all there is
		return more
	}
	if h == 0 || n < 5 {
		return no
	}
	if h+5 > len(b) {
		return l.until(h + 5)
	}
	r := b[h:]
	idLen := int(r[1])
	if r[0] != 2 || idLen < 1 || idLen > 4 {
		return no
	}
	r = r[min(2+idLen, len(r)):]
	g := ldapOperation(l, r, n-2-idLen)
	// The longest length has five octets, and the version of a bind three.
	if at := h + 2 + idLen; g == no && len(b) < min(h+n, at+9) && (len(r) == 0 || r[0]&0xc0 == 0x40) {
		return l.until(at + 9)
	}
	return g
}

// ldapOperation takes the operation of a message, of whose n octets r has the first.
func ldapOperation(l *look, r []byte, n int) grade {
	on, oh := berLen(r)
	if oh == 0 || oh+on > n {
		return no
	}
	switch r[0] {
	case 0x60, 0x63, 0x77, 0x66, 0x68, 0x4a, 0x6c, 0x6e:
		if l.client || l.middle {
			if r[0] == 0x60 && !has(r[oh:], "\x02\x01") {
				return no
			}
			return exact
		}
	case 0x42, 0x50:
		if (l.client || l.middle) && l.on(389) {
			return shape
		}
	case 0x61, 0x64, 0x65, 0x73, 0x78, 0x67, 0x69:
		if !l.client || l.middle {
			if l.on(389) || l.on(3268) || len(l.peer) > 0 && l.peer[0] == 0x30 {
				return exact
			}
			return shape
		}
	}
	return no
}

// ldapMessages is how many octets of b are whole messages.
func ldapMessages(b []byte) (at int) {
	for at+2 < len(b) && b[at] == 0x30 {
		n, h := berLen(b[at:])
		if h == 0 || n < 0 || at+h+n > len(b) {
			break
		}
		at += h + n
	}
	return at
}

// sealed reports whether b begins with what GSS-API enciphered behind its length (RFC 4513, section 3.1.4; RFC 4422, section 3.7): by Kerberos its
// flags say so (RFC 4121, section 4.2.2); NTLM's token says nothing, but what it only signs is a message that can be read.
func sealed(b []byte) bool {
	if len(b) < 24 || b[0] != 0 || size32(b) < 20 {
		return false
	}
	switch token := b[4:]; {
	case has(token, "\x05\x04"):
		return token[2]&2 != 0 && token[3] == 0xff
	case has(token, "\x01\x00\x00\x00"):
		return token[16] != 0x30
	}
	return false
}

// followLDAP looks for a simple bind: its name is told, its password passed over. Behind one by SASL it looks whether what follows is sealed.
func followLDAP(x *Identifier, k *pending) bool {
	if k.tcp && k.facts.Login != nil && k.facts.Login.Method == ldapSASL {
		k.facts.Sealed = sealed(k.data)
		return k.facts.Sealed || k.after > 12
	}
	if k.tcp {
		b := k.dir[k.side].bytes()
		if at := ldapMessages(b); startsTLS(b, at) { // behind StartTLS (RFC 4511, section 4.14)
			return x.inTLS(k, b[at:])
		}
		if k.facts.StartTLS {
			return k.dir[k.side].full()
		}
	}
	if k.side != int(k.facts.Client) {
		return k.after > 6
	}
	b := k.data
	if k.tcp {
		b = k.dir[k.side].bytes()
	}
	for i := 0; i < 8 && len(b) > 9 && b[0] == 0x30; i++ {
		n, h := berLen(b)
		if h == 0 || h+n > len(b) {
			return false
		}
		msg := b[h : h+n]
		b = b[h+n:]
		if len(msg) < 4 || int(msg[1])+2 >= len(msg) {
			return true
		}
		op := msg[2+int(msg[1]):]
		on, oh := berLen(op)
		if oh == 0 || oh+on > len(op) {
			return true
		}
		body := op[oh : oh+on]
		if op[0] != 0x60 || len(body) < 5 {
			continue
		}
		if body[0] == 2 && body[1] == 1 {
			k.facts.Version = string(rune('0' + body[2]%10))
		}
		name := body[3:]
		nn, nh := berLen(name)
		if nh == 0 || nh+nn > len(name) || name[0] != 4 {
			return true
		}
		user := text(name[nh : nh+nn])
		auth := name[nh+nn:]
		an, ah := berLen(auth)
		switch {
		case ah == 0:
		case auth[0] == 0x80 && an > 0:
			k.login(user, "ldap simple bind", an)
		case auth[0] == 0xa3:
			k.login(user, ldapSASL, -1)
			return !k.tcp
		}
		return true
	}
	return k.after > 6
}

const ldapSASL = "ldap sasl"

// matchKerberos takes requests and answers (RFC 4120, section 5); over TCP a
// length goes before.
func matchKerberos(l *look) grade {
	b := l.b
	if l.pend.tcp {
		if len(b) < 5 {
			if b[0] == 0 {
				return more
			}
			return no
		}
		if n := be32(b); n < 20 || n > 1<<20 {
			return no
		}
		b = b[4:]
	}
	if len(b) < 12 {
		return no
	}
	switch b[0] {
	case 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x74, 0x75, 0x76, 0x7e:
	default:
		return no
	}
	if l.client == (b[0] == 0x6b || b[0] == 0x6d || b[0] == 0x7e) {
		return no
	}
	_, h := berLen(b)
	if h == 0 || h >= len(b) || b[h] != 0x30 {
		return no
	}
	_, h2 := berLen(b[h:])
	if r := b[h+h2:]; h2 != 0 && (has(r, "\xa1\x03\x02\x01\x05") || has(r, "\xa0\x03\x02\x01\x05")) {
		return exact
	}
	return no
}

// matchSNMP takes a message of version 1, 2c or 3 (RFC 3416, RFC 3412).
func matchSNMP(l *look) grade {
	b := l.b
	if len(b) < 10 || b[0] != 0x30 {
		return no
	}
	n, h := berLen(b)
	if h == 0 || h+n+16 < l.size {
		return no
	}
	if h+5 > len(b) {
		return l.until(h + 5)
	}
	r := b[h:]
	if r[0] != 2 || r[1] != 1 || r[2] != 0 && r[2] != 1 && r[2] != 3 {
		return no
	}
	if r[2] == 3 && r[3] == 0x30 || r[2] != 3 && r[3] == 4 {
		if h+n > l.size {
			return l.until(h + n)
		}
		if h+n == l.size {
			return exact
		}
		return shape
	}
	return no
}

// followSNMP notes the version; a community is a secret and only measured.
func followSNMP(_ *Identifier, k *pending) bool {
	b := k.data
	if k.tcp {
		b = k.dir[k.side].bytes()
	}
	n, h := berLen(b)
	if h == 0 || n < 5 || len(b) < h+5 {
		return true
	}
	r := b[h:]
	switch r[2] {
	case 0:
		k.facts.Version = "1"
	case 1:
		k.facts.Version = "2c"
	case 3:
		k.facts.Version = "3"
		return true
	}
	if c, ch := berLen(r[3:]); ch != 0 && r[3] == 4 {
		k.login("", "snmp community", c)
	}
	return true
}

// preLogin reports whether b is the table of PRELOGIN, of which each row has a number, where its value is and how long that is, and
// the values, to the last octet (MS-TDS, section 2.2.6.5).
func preLogin(b []byte) bool {
	end := bytes.IndexByte(b, 0xff)
	if end < 10 || end%5 != 0 || b[0] != 0 || be16(b[3:]) != 6 {
		return false
	}
	at := end + 1
	for row := b[:end]; len(row) > 0; row = row[5:] {
		if row[0] > 7 || be16(row[1:]) != at {
			return false
		}
		at += be16(row[3:])
	}
	return at == len(b)
}

// headed reports whether b, a batch of SQL, a call of a procedure or a request of a transaction, begins with headers of which one names the transaction
// (MS-TDS, section 2.2.5.3).
func headed(b []byte) bool {
	return len(b) > 22 && le32(b) >= 22 && leSize32(b) < len(b) && le32(b[4:]) == 18 && le16(b[8:]) == 2
}

// matchTDS takes PRELOGIN and LOGIN7 (MS-TDS, section 2.2.3.1).
func matchTDS(l *look) grade {
	b := l.b
	if len(b) < 9 {
		if b[0] == 0x12 && (len(b) < 2 || b[1] == 1) {
			return more
		}
		if len(b) > 1 && b[1] > 1 {
			return no
		}
		if b[0] == 0x10 && l.client || b[0] == 0x04 && !l.client && (has(l.peer, "\x12") || l.on(1433)) {
			return hope
		}
		return no
	}
	n := be16(b[2:])
	// A call may forget what the one before it on a connection from a pool had set; 4 is an older sign that no receiver looks at
	// (MS-TDS, section 2.2.3.1.2).
	call := l.client && (b[0] == 0x01 || b[0] == 0x03 || b[0] == 0x0e)
	if status := b[1] &^ 1; b[7] != 0 || n < 9 || n > 1<<15 || status != 0 && !(call && (status == 4 || status == 8 || status == 16)) {
		return no
	}
	if n > l.size && !l.middle && l.size < MaxKept {
		if l.client == (b[0] != 0x04) && b[1] == 1 {
			return l.until(n)
		}
		return no
	}
	switch b[0] {
	case 0x12:
		if l.client && b[1] == 1 && b[8] <= 7 && len(b) >= 13 && be16(b[9:]) < n {
			return exact
		}
	case 0x10:
		if l.client && len(b) >= 16 && leSize32(b[8:]) == n-8 {
			return exact
		}
	case 0x04:
		if !l.client && (len(l.peer) > 0 && l.peer[0] == 0x12 || l.on(1433)) {
			return shape
		}
		if !l.client && b[1] == 1 && preLogin(b[8:min(n, len(b))]) {
			return exact
		}
	case 0x01, 0x03, 0x0e:
		switch {
		case !l.middle:
		case l.client && l.size == n && headed(b[8:]):
			return exact
		case l.on(1433):
			return port
		}
	}
	return no
}

func matchSQLBrowser(l *look) grade {
	b := l.b
	if !l.on(1434) {
		return no
	}
	switch {
	case l.to == 1434 && (b[0] == 2 || b[0] == 3) && l.size == 1, l.to == 1434 && (b[0] == 4 || b[0] == 8 || b[0] == 0x0f) && l.size > 1 && l.size < 400:
		return port
	case l.from == 1434 && b[0] == 5 && len(b) >= 3 && le16(b[1:])+3 == l.size:
		return shape
	}
	return no
}

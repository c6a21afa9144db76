package identify

import (
	"bytes"
	"time"
)

// A server's certificate is read as far as it was kept: names and dates stand in
// its first few hundred octets, the alternative names soon after. crypto/x509
// wants the whole of it, so this is a reader of its own (X.690, RFC 5280).

// der is one element: its tag, its content as far as it is there, and the rest, which
// is nil where the octets end before the element does.
func der(b []byte) (tag byte, body, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag = b[0]
	if tag&0x1f == 0x1f {
		return 0, nil, nil, false // long tags do not occur in certificates
	}
	n, h := int(b[1]), 2
	if n >= 0x80 {
		c := n & 0x7f
		if c == 0 || c > 3 || len(b) < 2+c {
			return 0, nil, nil, false
		}
		n = 0
		for _, v := range b[2 : 2+c] {
			n = n<<8 | int(v)
		}
		h += c
	}
	if h+n > len(b) {
		return tag, b[h:], nil, true
	}
	return tag, b[h : h+n], b[h+n:], true
}

// MaxNames bounds the alternative names that are kept of a certificate.
const MaxNames = 8

// parseCertificates reads the first certificate of a Certificate message (RFC
// 5246, section 7.4.2); nil when there is none to read.
func parseCertificates(b []byte) *Certificate {
	r := reader{b: b}
	r.u24()
	n := r.u24()
	if r.short || n == 0 {
		return nil
	}
	return parseCertificate(r.b[:min(n, len(r.b))])
}

func parseCertificate(b []byte) *Certificate {
	_, cert, _, ok := der(b)
	if !ok {
		return nil
	}
	tag, tbs, _, ok := der(cert)
	if !ok || tag != 0x30 {
		return nil
	}
	next := func() (byte, []byte) {
		t, v, rest, ok := der(tbs)
		if !ok {
			tbs = nil
			return 0, nil
		}
		tbs = rest
		return t, v
	}
	t, _ := next()
	if t == 0xa0 { // version
		t, _ = next()
	}
	if t != 0x02 { // serial number
		return nil
	}
	if t, _ = next(); t != 0x30 { // signature algorithm
		return nil
	}
	c := &Certificate{}
	_, issuer := next()
	if tbs != nil { // else it is cut, and what there is may be half a name
		c.Issuer = nameOf(issuer)
	}
	_, validity := next()
	var from, to []byte
	var tf, tt byte
	tf, from, validity, ok = der(validity)
	if ok {
		tt, to, _, _ = der(validity)
	}
	c.NotBefore, c.NotAfter = timeOf(tf, from), timeOf(tt, to)
	t, subject := next()
	if t == 0x30 && tbs != nil {
		c.Subject = nameOf(subject)
		c.SubjectSeen = true
		c.SelfSigned = bytes.Equal(issuer, subject) && len(subject) > 0
	}
	next() // public key
	for len(tbs) > 0 {
		t, v := next()
		if t == 0xa3 {
			c.extensions(v)
		}
	}
	if c.Issuer == "" && c.Subject == "" && c.NotAfter == 0 {
		return nil
	}
	return c
}

// nameOf is the common name of a distinguished name, else its organisation.
func nameOf(b []byte) string {
	org := ""
	for i := 0; len(b) > 0 && i < 32; i++ {
		_, set, rest, ok := der(b)
		if !ok {
			break
		}
		b = rest
		_, pair, _, ok := der(set)
		if !ok {
			continue
		}
		_, oid, pair, ok := der(pair)
		if !ok {
			continue
		}
		_, v, _, ok := der(pair)
		if !ok {
			continue
		}
		switch string(oid) {
		case "\x55\x04\x03": // 2.5.4.3 commonName
			return text(v)
		case "\x55\x04\x0a": // 2.5.4.10 organizationName
			org = text(v)
		}
	}
	return org
}

// timeOf reads UTCTime and GeneralizedTime, 0 for anything else (RFC 5280,
// section 4.1.2.5).
func timeOf(tag byte, b []byte) int64 {
	layout := "060102150405Z"
	if tag == 0x18 {
		layout = "20060102150405Z"
	} else if tag != 0x17 {
		return 0
	}
	t, err := time.Parse(layout, string(b))
	if err != nil {
		return 0
	}
	if tag == 0x17 && t.Year() >= 2050 {
		t = t.AddDate(-100, 0, 0)
	}
	return t.Unix()
}

func (c *Certificate) extensions(b []byte) {
	_, list, _, ok := der(b)
	for i := 0; ok && len(list) > 0 && i < 64; i++ {
		var ext []byte
		_, ext, list, ok = der(list)
		if !ok {
			return
		}
		_, oid, ext, ok2 := der(ext)
		if !ok2 {
			return
		}
		t, v, ext, ok2 := der(ext)
		if ok2 && t == 0x01 { // critical
			_, v, _, ok2 = der(ext)
		}
		if !ok2 {
			return
		}
		switch string(oid) {
		case "\x55\x1d\x11": // 2.5.29.17 subjectAltName
			_, names, after, ok := der(v)
			for ok && len(names) > 0 && len(c.Names) < MaxNames {
				var n []byte
				var tag byte
				tag, n, names, ok = der(names)
				if ok && names == nil {
					break // half a name is another name
				}
				if ok && tag == 0x82 && len(n) > 0 && hostname(n) {
					c.Names = append(c.Names, text(n))
				}
			}
			c.AllNames = ok && after != nil && names != nil && len(names) == 0
		case "\x55\x1d\x13": // 2.5.29.19 basicConstraints
			_, seq, _, ok := der(v)
			if ok {
				t, yes, _, ok := der(seq)
				c.CA = ok && t == 0x01 && len(yes) == 1 && yes[0] != 0
			}
		}
	}
}

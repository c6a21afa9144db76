package identify

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// proxyMagic begins version 2 of the PROXY protocol (HAProxy's proxy-protocol.txt, section 2.2).
const proxyMagic = "\r\n\r\n\x00\r\nQUIT\n"

// proxyLine is the longest header of version 1, with its CRLF (the same, section 2.1).
const proxyLine = 107

// proxyHeader measures the PROXY header with which b begins. n is 0 where there is none, or not all of it yet:
// then cut is set.
func proxyHeader(b []byte) (n int, cut bool) {
	if begins(b, proxyMagic) && len(b) < 16 {
		return 0, true
	}
	if has(b, proxyMagic) {
		// Version 2, LOCAL or PROXY, and a family and a transport that there are.
		if b[12] != 0x20 && b[12] != 0x21 || b[13]>>4 > 3 || b[13]&15 > 2 {
			return 0, false
		}
		switch n = 16 + be16(b[14:]); {
		case n >= MaxKept:
			return 0, false // what follows would lie beyond what is looked at
		case n > len(b):
			return 0, true
		}
		return n, false
	}
	b = b[:min(len(b), proxyLine)]
	if len(b) == 0 {
		return 0, false
	}
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return 0, len(b) < proxyLine && proxyFamily(b)
	}
	if !proxyFamily(b[:end+1]) || b[end-1] != '\r' {
		return 0, false
	}
	return end + 1, false
}

func proxyFamily(b []byte) bool {
	for _, s := range [...]string{"PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN"} {
		if begins(b, s) || has(b, s) {
			return true
		}
	}
	return false
}

// proxyCaller is for whom header b says that its sender calls: not valid where it calls for itself, or does not say.
func proxyCaller(b []byte) netip.AddrPort {
	if has(b, proxyMagic) {
		switch r := b[16:]; {
		case b[12] != 0x21:
		case b[13]>>4 == 1 && len(r) >= 12:
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte(r)), uint16(be16(r[8:])))
		case b[13]>>4 == 2 && len(r) >= 36:
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte(r)), uint16(be16(r[32:])))
		}
		return netip.AddrPort{}
	}
	// PROXY, the family, both addresses, both ports.
	w := strings.Split(strings.TrimSuffix(string(b), "\r\n"), " ")
	if len(w) != 6 {
		return netip.AddrPort{}
	}
	a, err := netip.ParseAddr(w[2])
	n, bad := strconv.ParseUint(w[4], 10, 16)
	if err != nil || bad != nil || a.Zone() != "" || a.Is4() != (w[1] == "TCP4") {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(n))
}

// matchProxied keeps what may be a PROXY header: what was spoken is told by what follows, once unwrap took
// the header away.
func matchProxied(l *look) grade {
	if _, cut := proxyHeader(l.b); cut && !l.final {
		return more
	}
	return no
}

// unwrap takes a PROXY header from the start of what the side that just sent has sent.
func (k *pending) unwrap() {
	s := &k.dir[k.side]
	if s.skip != 0 || s.have == 0 || s.buf[0] != 'P' && s.buf[0] != '\r' || int(k.opener) == 1-k.side {
		return
	}
	if n, _ := proxyHeader(s.bytes()); n > 0 {
		k.caller = proxyCaller(s.bytes()[:n])
		s.drop(n)
		k.want = true
	}
}

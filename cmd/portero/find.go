package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"portero/internal/record"
)

// target names one connection: an id, @frame, a Community ID or a:p>b:p.
type target struct {
	text      string
	id, frame uint64
	community string
	a, b      netip.AddrPort
}

func parseTarget(s string) (target, error) {
	t := target{text: s}
	switch {
	case strings.HasPrefix(s, "@"):
		n, err := strconv.ParseUint(s[1:], 10, 64)
		if err == nil && n > 0 {
			t.frame = n
			return t, nil
		}
	case strings.HasPrefix(s, "1:"):
		t.community = s
		return t, nil
	case strings.Contains(s, ">"):
		x, y, _ := strings.Cut(s, ">")
		a, err1 := netip.ParseAddrPort(strings.TrimSpace(x))
		b, err2 := netip.ParseAddrPort(strings.TrimSpace(y))
		if err1 == nil && err2 == nil {
			t.a, t.b = a, b
			return t, nil
		}
	default:
		n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 10, 64)
		if err == nil && n > 0 {
			t.id = n
			return t, nil
		}
	}
	return t, usage(fmt.Sprintf("%q names no connection: write its number, @frame, a Community ID, or a:port>b:port", s))
}

// match reports whether r is the one; those with a frame are found by packets.
func (t *target) match(r *record.Record, cid func(*record.Record) string) bool {
	switch {
	case t.id != 0:
		return r.ID == t.id
	case t.community != "":
		return cid(r) == t.community
	case t.a.IsValid():
		o, p := netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port)
		return o == t.a && p == t.b || o == t.b && p == t.a
	}
	return false
}

// communityID returns the function that gives a record's Community ID.
func communityID() func(*record.Record) string {
	fs, err := record.Select("community_id")
	if err != nil {
		panic(err)
	}
	return func(r *record.Record) string { return string(fs[0].Text(nil, r)) }
}

package policy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"portero/capture"
)

// Policy is what is expected. It is not changed once read.
type Policy struct {
	rules []rule
}

type rule struct {
	hosts, from []netip.Prefix // empty: any
	doors       []doors
	line        int
}

type doors struct {
	proto       uint8
	first, last uint16
}

// Why says how a door fails the policy. Its values are words of the field.
type Why uint8

// The verdicts.
const (
	Expected  Why = iota
	NoHost        // no line names the machine
	NoDoor        // lines name the machine, none of them the door
	NotCaller     // a line names the door, but not for this caller
)

const (
	maxLines = 10_000
	maxLine  = 4096
)

// Read reads a policy. Every mistake is named with its line.
func Read(r io.Reader, name string) (*Policy, error) {
	p := &Policy{}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, maxLine), maxLine)
	n := 0
	for sc.Scan() {
		n++
		if n > maxLines {
			return nil, fmt.Errorf("%s: more than %d lines", name, maxLines)
		}
		text, _, _ := strings.Cut(sc.Text(), "#")
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // the mark that editors on Windows put first
		}
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		ru, err := parse(fields)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		ru.line = n
		p.rules = append(p.rules, ru)
	}
	if errors.Is(sc.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s:%d: a line of more than %d octets; write several for one machine", name, n+1, maxLine)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	if len(p.rules) == 0 {
		return nil, fmt.Errorf("%s: no rule in it; write: 10.0.0.1 80/tcp 443/tcp", name)
	}
	return p, nil
}

func parse(fields []string) (rule, error) {
	var ru rule
	var err error
	if ru.hosts, err = nets(fields[0]); err != nil {
		return ru, err
	}
	i := 1
	for ; i < len(fields) && fields[i] != "from"; i++ {
		for _, s := range strings.Split(strings.Trim(fields[i], ","), ",") {
			d, err := door(s)
			if err != nil {
				return ru, err
			}
			ru.doors = append(ru.doors, d)
		}
	}
	if len(ru.doors) == 0 {
		return ru, fmt.Errorf("%s has no port; write 80/tcp after it", shown(fields[0]))
	}
	if i < len(fields) {
		if len(fields) != i+2 {
			return ru, fmt.Errorf("after from comes one list of machines")
		}
		if ru.from, err = nets(fields[i+1]); err != nil {
			return ru, err
		}
	}
	return ru, nil
}

// nets reads a list of machines; nil is any.
func nets(s string) ([]netip.Prefix, error) {
	if s == "*" || s == "any" {
		return nil, nil
	}
	var out []netip.Prefix
	for _, w := range strings.Split(s, ",") {
		if p, err := netip.ParsePrefix(w); err == nil {
			if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 { // as addresses, which are compared unmapped
				p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
			}
			out = append(out, p.Masked())
			continue
		}
		a, err := netip.ParseAddr(w)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address, a network nor *", w)
		}
		a = a.Unmap().WithZone("")
		out = append(out, netip.PrefixFrom(a, a.BitLen()))
	}
	return out, nil
}

func door(s string) (doors, error) {
	ports, proto, _ := strings.Cut(s, "/")
	var d doors
	switch proto {
	case "tcp":
		d.proto = capture.ProtoTCP
	case "udp":
		d.proto = capture.ProtoUDP
	case "sctp":
		d.proto = capture.ProtoSCTP
	case "dccp", "33": // as tables call it, and as records do
		d.proto = capture.ProtoDCCP
	case "udp-lite", "udplite", "136":
		d.proto = capture.ProtoUDPLite
	default:
		return d, fmt.Errorf("%q is no door; write 80/tcp, 53/udp or 8000-8099/tcp", s)
	}
	if ports == "*" {
		d.last = 65535
		return d, nil
	}
	a, b, ranged := strings.Cut(ports, "-")
	if !ranged {
		b = a
	}
	lo, err1 := strconv.ParseUint(a, 10, 16)
	hi, err2 := strconv.ParseUint(b, 10, 16)
	if err1 != nil || err2 != nil || hi < lo {
		return d, fmt.Errorf("%q is no door; write 80/tcp, 53/udp or 8000-8099/tcp", s)
	}
	d.first, d.last = uint16(lo), uint16(hi)
	return d, nil
}

func within(nets []netip.Prefix, a netip.Addr) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return len(nets) == 0
}

// Judge says whether a caller is expected at a door, and the line of the rule that
// comes closest, 0 without one.
func (p *Policy) Judge(host netip.Addr, proto uint8, port uint16, caller netip.Addr) (why Why, line int) {
	host, caller = host.Unmap().WithZone(""), caller.Unmap().WithZone("")
	why = NoHost
	for i := range p.rules {
		ru := &p.rules[i]
		if !within(ru.hosts, host) {
			continue
		}
		named := false
		for _, d := range ru.doors {
			named = named || d.proto == proto && port >= d.first && port <= d.last
		}
		switch {
		case named && within(ru.from, caller):
			return Expected, ru.line
		case named:
			why, line = NotCaller, ru.line
		case why == NoHost && len(ru.hosts) > 0:
			why, line = NoDoor, ru.line
		}
	}
	return why, line
}

// Names reports whether a line names the machine itself or its network.
func (p *Policy) Names(host netip.Addr) bool {
	host = host.Unmap().WithZone("")
	for i := range p.rules {
		if len(p.rules[i].hosts) > 0 && within(p.rules[i].hosts, host) {
			return true
		}
	}
	return false
}

// shown is a word of a policy as an error may show it: a zone of an IPv6 address may hold anything.
func shown(word string) string {
	if q := strconv.Quote(word); q != `"`+word+`"` {
		return q
	}
	return word
}

package catalog

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// own is what overrides changed, by port. A key that is present replaces what is
// embedded.
type own struct {
	facts    map[uint32][]Fact
	practice map[uint32][2]string
	mutes    []Mute
}

// Mute silences findings of one kind, with a reason and a last day.
type Mute struct {
	Kind   string // of the finding
	Proto  uint8  // 0 any
	Ports  [2]uint16
	All    bool         // any port
	Host   netip.Prefix // of either end; invalid: any
	Reason string
	Until  time.Time // the first moment at which it speaks again
}

// Override is one line of a file of overrides.
type Override struct {
	Action   string // add, replace, mute
	Fact     Fact   // add and replace; its kind is "practice" for a name of what people run
	Practice [2]string
	Mute     Mute
	File     string
	Line     int
}

// Problem is what is wrong with a line of a file; Line is 0 for the whole file.
type Problem struct {
	File string
	Line int
	Text string
}

// Error says where and what.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

const (
	maxOverrides = 1 << 20 // octets of a file
	maxProblems  = 50
	maxSpread    = 1 << 22 // ports of all lines of a file together
	maxOfPort    = 64      // lines of a file about one port: each makes a list of its own of what is known of it
)

// spread counts what the lines of a file are about. Ranges make a few octets mean very many ports, and lines about one
// port cost the more the more there are.
type spread struct {
	ports int
	of    map[uint8]*[1 << 16]uint8 // by protocol: lines about each port
}

// add counts a line in, and says what is too much.
func (s *spread) add(o *Override) error {
	if o.Action == "mute" {
		return nil // a rule, however many ports
	}
	if s.ports += int(o.Fact.Last) - int(o.Fact.Port) + 1; s.ports > maxSpread {
		return fmt.Errorf("%d ports in this line and those before it: more than %d", s.ports, maxSpread)
	}
	of := s.of[o.Fact.Proto]
	if of == nil {
		of = new([1 << 16]uint8)
		s.of[o.Fact.Proto] = of
	}
	for p := int(o.Fact.Port); p <= int(o.Fact.Last); p++ {
		if of[p] == maxOfPort {
			return fmt.Errorf("more than %d lines are about port %d", maxOfPort, p)
		}
		of[p]++
	}
	return nil
}

var overrideColumns = []string{"action", "kind", "proto", "port", "name", "severity", "when", "reference", "era", "en", "es", "host", "reason", "until"}

// ReadOverrides reads a file of overrides: csv with a header that names some of
// the columns action (add, replace, mute), kind, proto, port (or first-last),
// name, severity, when, reference, era, en, es, host, reason, until. findings are
// the kinds that may be muted. All problems are returned, up to 50.
func ReadOverrides(r io.Reader, file string, findings []string) ([]Override, []Problem) {
	var problems []Problem
	bad := func(line int, text string, args ...any) {
		if len(problems) < maxProblems {
			problems = append(problems, Problem{file, line, fmt.Sprintf(text, args...)})
		}
	}
	body, err := io.ReadAll(io.LimitReader(r, maxOverrides+1))
	if err != nil {
		bad(0, "%v", err)
		return nil, problems
	}
	if len(body) > maxOverrides {
		bad(0, "more than %d octets: too large for overrides", maxOverrides)
		return nil, problems
	}
	rd := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(body), "\ufeff")))
	rd.Comment, rd.FieldsPerRecord, rd.TrimLeadingSpace = '#', -1, true
	head, err := rd.Read()
	if err != nil {
		bad(1, "no header; write: %s", strings.Join(overrideColumns, ","))
		return nil, problems
	}
	at := map[string]int{}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(overrideColumns, h) {
			bad(1, "unknown column %q; known are %s", h, strings.Join(overrideColumns, ", "))
		}
		at[h] = i
	}
	if _, ok := at["action"]; !ok {
		bad(1, "no column \"action\" (add, replace or mute)")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var out []Override
	about := spread{of: map[uint8]*[1 << 16]uint8{}}
	for {
		row, err := rd.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				bad(pe.Line, "%v", pe.Err)
			} else {
				bad(0, "%v", err)
			}
			break
		}
		line, _ := rd.FieldPos(0)
		if len(row) > len(head) {
			bad(line, "%d fields, the header names %d", len(row), len(head))
			continue
		}
		get := func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		o, err := override(get, findings)
		if err == nil {
			err = about.add(&o)
		}
		if err != nil {
			bad(line, "%v", err)
			continue
		}
		o.File, o.Line = file, line
		out = append(out, o)
	}
	return out, problems
}

func override(get func(string) string, findings []string) (Override, error) {
	o := Override{Action: get("action")}
	proto := protoOf(get("proto"))
	if get("proto") != "" && proto == 0 {
		return o, fmt.Errorf("proto %q is none of tcp, udp, sctp, dccp", get("proto"))
	}
	lo, hi, err := portsOf(get("port"))
	if err != nil {
		return o, err
	}
	kind := get("kind")
	switch o.Action {
	case "mute":
		m := Mute{Kind: kind, Proto: proto, Ports: [2]uint16{lo, hi}, All: get("port") == "", Reason: get("reason")}
		if !slices.Contains(findings, kind) {
			return o, fmt.Errorf("kind %q is no kind of finding (portero catalog kinds lists them)", kind)
		}
		if m.Reason == "" {
			return o, errors.New("a mute needs a reason")
		}
		day, err := time.Parse("2006-01-02", get("until"))
		if err != nil {
			return o, fmt.Errorf("until %q is no day; a mute needs its last one, as 2027-01-31", get("until"))
		}
		m.Until = day.AddDate(0, 0, 1)
		if h := get("host"); h != "" {
			if m.Host, err = prefixOf(h); err != nil {
				return o, err
			}
		}
		o.Mute = m
		return o, nil
	case "add", "replace":
	default:
		return o, fmt.Errorf("action %q is none of add, replace, mute", o.Action)
	}
	if get("port") == "" || proto == 0 {
		return o, errors.New("a fact needs a port and a proto")
	}
	f := Fact{Port: lo, Last: hi, Proto: proto, Kind: kind, Name: get("name"), Severity: get("severity"), When: get("when"), Reference: get("reference")}
	if f.Name == "" {
		return o, errors.New("no name")
	}
	en, es := get("en"), get("es")
	if en == "" {
		en = es
	}
	if es == "" {
		es = en
	}
	if kind == "practice" {
		if !validService(f.Name) {
			return o, fmt.Errorf("name %q: the name of a service is up to %d letters, digits and any of - _ . + * / : ( ) and the space, and begins with a letter or a digit", f.Name, longestService)
		}
		o.Fact, o.Practice = f, [2]string{en, es}
		return o, nil
	}
	if f.Severity == "" {
		f.Severity = "low"
	}
	if f.When == "" {
		f.When = "any"
	}
	if f.Reference == "" {
		f.Reference = "local"
	}
	f.note = &Note{Era: get("era"), EN: en, ES: es}
	o.Fact = f
	return o, f.check()
}

// longestService is how long the name of a service may be, octets.
const longestService = 64

// validService reports whether s may be the name of a service. It is a word of records, which every format
// writes as it is: nothing in it may part fields, end a text or be a formula.
func validService(s string) bool {
	letter := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	for i, r := range s {
		if !letter(r) && (i == 0 || !strings.ContainsRune("-_.+*/:() ", r)) {
			return false
		}
	}
	return s != "" && len(s) <= longestService
}

var (
	severityRank = map[string]int{"low": 1, "medium": 2, "high": 3}
	whens        = []string{"listener", "outbound", "internet", "lan", "any"}
)

// check says what is wrong with a fact.
func (f *Fact) check() error {
	k, ok := allKinds()[f.Kind]
	switch {
	case !ok:
		return fmt.Errorf("kind %q is no kind of fact (portero catalog kinds lists them)", f.Kind)
	case f.Proto == 0:
		return errors.New("no protocol")
	case f.Name == "" || f.Reference == "":
		return errors.New("a fact needs a name and a reference")
	case severityRank[f.Severity] == 0:
		return fmt.Errorf("severity %q is none of low, medium, high", f.Severity)
	case severityRank[f.Severity] > severityRank[k.Cap]:
		return fmt.Errorf("severity %s, but a fact of kind %s is at most %s", f.Severity, f.Kind, k.Cap)
	case !slices.Contains(whens, f.When):
		return fmt.Errorf("when %q is none of %s", f.When, strings.Join(whens, ", "))
	}
	return nil
}

func portsOf(s string) (lo, hi uint16, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, ranged := strings.Cut(s, "-")
	if !ranged {
		b = a
	}
	x, err1 := strconv.ParseUint(a, 10, 16)
	y, err2 := strconv.ParseUint(b, 10, 16)
	if err1 != nil || err2 != nil || y < x {
		return 0, 0, fmt.Errorf("port %q is neither a number from 0 to 65535 nor first-last", s)
	}
	return uint16(x), uint16(y), nil
}

func prefixOf(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() && p.Bits() >= 96 { // as addresses, which are compared unmapped
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("host %q is neither an address nor a network", s)
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// With returns the catalogue with overrides in force, in their order. c is not
// changed.
func (c *Catalog) With(os []Override) *Catalog {
	if len(os) == 0 {
		return c
	}
	n := *c
	n.own = &own{facts: map[uint32][]Fact{}, practice: map[uint32][2]string{}}
	n.practice = maps.Clone(c.practice)
	if c.own != nil {
		maps.Copy(n.own.facts, c.own.facts)
		maps.Copy(n.own.practice, c.own.practice)
		n.own.mutes = slices.Clone(c.own.mutes)
	}
	for _, o := range os {
		if o.Action == "mute" {
			n.own.mutes = append(n.own.mutes, o.Mute)
			continue
		}
		var was, is []Fact // of the port before: neighbours of whom the same is known share it, so that ranges cost little
		for p := int(o.Fact.Port); p <= int(o.Fact.Last); p++ {
			k := key(o.Fact.Proto, uint16(p))
			if o.Fact.Kind == "practice" {
				n.practice[k] = o.Fact.Name
				n.own.practice[k] = o.Practice
				continue
			}
			if fs := n.Facts(o.Fact.Proto, uint16(p)); is == nil || !isSame(fs, was) {
				was, is = fs, slices.Clone(fs)
				if o.Action == "replace" {
					is = slices.DeleteFunc(is, func(f Fact) bool { return f.Kind == o.Fact.Kind })
				}
				is = append(is, o.Fact)
			}
			n.own.facts[k] = is
		}
	}
	return &n
}

// isSame reports whether a and b are one list.
func isSame(a, b []Fact) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// Muted reports whether findings of a kind about a port and either of two hosts
// are muted at a time, and why. A host may be the zero Addr.
func (c *Catalog) Muted(kind string, proto uint8, port uint16, a, b netip.Addr, at time.Time) (reason string, ok bool) {
	if c.own == nil {
		return "", false
	}
	for _, m := range c.own.mutes {
		if m.Kind != kind || m.Proto != 0 && m.Proto != proto || !m.All && (port < m.Ports[0] || port > m.Ports[1]) || !at.Before(m.Until) {
			continue
		}
		if m.Host.IsValid() && !m.Host.Contains(a.Unmap()) && !m.Host.Contains(b.Unmap()) {
			continue
		}
		return m.Reason, true
	}
	return "", false
}

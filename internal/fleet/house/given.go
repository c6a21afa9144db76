package house

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Given is what the user gives with a question, checked, by the names of its parameters
// and in the form in which the store keeps it. The store is not asked: a wrong word is
// told whether or not it answers.
func (q Query) Given(args map[string]string) (map[string]string, error) {
	given := map[string]string{}
	for _, p := range q.Params {
		v, ok := args[p.Name]
		if !ok {
			v = p.Default
		}
		if v == "" {
			return nil, fmt.Errorf("%s wants %s=... (portero-fleet query says what it is)", q.Name, p.Name)
		}
		given[p.Name] = v
	}
	var strange []string
	for k := range args {
		if _, ok := given[k]; !ok {
			strange = append(strange, k)
		}
	}
	if len(strange) > 0 {
		return nil, fmt.Errorf("%s has no parameter %q", q.Name, slices.Min(strange))
	}
	for _, p := range q.Params {
		v, ok := args[p.Name]
		if !ok || p.read == nil {
			continue
		}
		kept, err := p.read(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		given[p.Name] = kept
	}
	return given, nil
}

// address is as records write it: 2001:DB8::0 finds 2001:db8::.
func address(s string) (string, error) {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil || a.Zone() != "" { // no packet carries a zone
		return "", fmt.Errorf("%q is no address (write 192.0.2.1 or 2001:db8::1)", s)
	}
	return a.String(), nil
}

// number is a whole number of so many bits.
func number(bits int) func(string) (string, error) {
	return func(s string) (string, error) {
		n, err := strconv.ParseUint(strings.TrimSpace(s), 10, bits)
		if err != nil {
			return "", fmt.Errorf("%q is not from 0 to %d", s, uint64(1)<<bits-1)
		}
		return strconv.FormatUint(n, 10), nil
	}
}

// moments are the forms of a time. One without an offset is UTC.
var moments = []string{time.DateTime, time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339}

// moment is a time that the store can hold: nanoseconds since 1970 in 64 bits.
func moment(s string) (string, error) {
	for _, form := range moments {
		t, err := time.Parse(form, strings.TrimSpace(s))
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() < 1900 || t.Year() > 2261 {
			return "", fmt.Errorf("%q is not from 1900 to 2261", s)
		}
		return t.Format("2006-01-02 15:04:05.999999999"), nil
	}
	return "", fmt.Errorf("%q is no time (write '2026-11-01 00:00:00')", s)
}

// community is a Community ID of version 1: a SHA-1 in base64.
func community(s string) (string, error) {
	s = strings.TrimSpace(s)
	text, ok := strings.CutPrefix(s, "1:")
	if sum, err := base64.StdEncoding.DecodeString(text); !ok || err != nil || len(sum) != 20 {
		return "", fmt.Errorf("%q is no Community ID (it begins with 1:)", s)
	}
	return s, nil
}

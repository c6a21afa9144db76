// Package syslog writes findings as syslog messages (RFC 5424), one a finding,
// with its numbers as structured data.
package syslog

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// Formatter makes messages.
type Formatter struct {
	Facility int    // 0 to 23 (RFC 5424, section 6.2.1)
	Host     string // HOSTNAME
	PID      int
	Counted  bool // octet counting, as over TCP (RFC 6587, section 3.4.1)
	Lang     words.Lang
}

// severity is that of RFC 5424, table 2.
func severity(s string) int {
	switch s {
	case "high":
		return 3 // error
	case "medium":
		return 4 // warning
	case "low":
		return 5 // notice
	}
	return 6 // informational
}

// header is a value of the header: printable ASCII without spaces, bounded.
func header(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < 33 || r > 126 {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

// SDID names the structured data; the number is RFC 5612's for documentation.
const SDID = "finding@32473"

// Append appends the message about f, as of now.
func (s *Formatter) Append(b []byte, f *findings.Finding, now time.Time) []byte {
	var m []byte
	m = append(m, '<')
	m = strconv.AppendInt(m, int64(s.Facility*8+severity(f.Severity)), 10)
	m = append(m, ">1 "...)
	m = now.UTC().AppendFormat(m, "2006-01-02T15:04:05.000000Z07:00")
	m = append(m, ' ')
	m = append(m, header(s.Host, 255)...)
	m = append(m, " portero "...)
	m = strconv.AppendInt(m, int64(s.PID), 10)
	m = append(m, ' ')
	m = append(m, header(f.Kind, 32)...)
	m = append(m, " ["+SDID...)
	m = param(m, "kind", f.Kind)
	m = param(m, "severity", f.Severity)
	m = param(m, "basis", f.Basis)
	m = param(m, "actor", address(f.Actor))
	m = param(m, "target", address(f.Target))
	if f.Proto != 0 {
		m = param(m, "proto", record.ProtoName(f.Proto))
	}
	if f.Port != 0 {
		m = param(m, "port", strconv.Itoa(int(f.Port)))
	}
	m = param(m, "count", strconv.FormatUint(f.Count, 10))
	m = param(m, "first", string(record.AppendTime(nil, f.First)))
	m = param(m, "last", string(record.AppendTime(nil, f.Last)))
	var ids []string
	for _, id := range f.Records {
		ids = append(ids, strconv.FormatUint(id, 10))
	}
	m = param(m, "records", strings.Join(ids, " "))
	m = append(m, "] \xef\xbb\xbf"...) // the mark that says UTF-8 (section 6.4)
	m = append(m, safe.Terminal(f.Text(s.Lang))...)
	if s.Counted {
		b = strconv.AppendInt(b, int64(len(m)), 10)
		b = append(b, ' ')
	}
	return append(b, m...)
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().String()
}

// param appends NAME="value", with what section 6.3.3 wants escaped.
func param(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, ' '), name...), '=', '"')
	for _, r := range safe.Terminal(value) {
		if r == '"' || r == '\\' || r == ']' {
			b = append(b, '\\')
		}
		b = utf8.AppendRune(b, r)
	}
	return append(b, '"')
}

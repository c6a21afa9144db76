package syslog_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/internal/export/syslog"
	"portero/internal/findings"
	"portero/internal/words"
)

// parsed takes a message apart by nothing but RFC 5424: the seven fields of its header, the
// parameters of its one element, and the text.
func parsed(t *testing.T, m string) (header []string, params map[string]string, text string) {
	t.Helper()
	header = strings.SplitN(m, " ", 7)
	if len(header) != 7 {
		t.Fatalf("%q", m)
	}
	rest, ok := strings.CutPrefix(header[6], "["+syslog.SDID)
	if !ok {
		t.Fatalf("%q", rest)
	}
	params = map[string]string{}
	for rest[0] == ' ' {
		name, value, _ := strings.Cut(rest[1:], `="`)
		var b strings.Builder
		for value[0] != '"' {
			if value[0] == '\\' {
				value = value[1:]
			} else if value[0] == ']' {
				t.Fatalf("an open bracket ends the element: %q", m)
			}
			b.WriteByte(value[0])
			value = value[1:]
		}
		params[name], rest = b.String(), value[1:]
	}
	text, ok = strings.CutPrefix(rest, "] \xef\xbb\xbf")
	if !ok {
		t.Fatalf("after the parameters comes %q", rest)
	}
	return header[:6], params, text
}

func TestAMessageSaysWhatWasFound(t *testing.T) {
	now := time.Date(2026, 11, 27, 8, 0, 0, 123456789, time.FixedZone("", 3600))
	s := syslog.Formatter{Facility: 23, Host: "sen sor\n\xff-1", PID: 42}
	f := findings.Finding{Kind: "exposure", Severity: "low", Basis: "observed", Actor: netip.MustParseAddr("::ffff:192.0.2.7"), Target: netip.MustParseAddr("2001:db8::1"), Proto: 17, Port: 161,
		Count: 3, First: 1_700_000_000_000_000_001, Last: 1_700_000_060_500_000_000, Records: []uint64{4, 9}, Name: "\x1b]0;x\a\n<13>1 - - - - - - forged"}
	header, params, text := parsed(t, string(s.Append(nil, &f, now)))
	if got := strings.Join(header, " "); got != "<189>1 2026-11-27T07:00:00.123456Z sensor-1 portero 42 exposure" {
		t.Error(got)
	}
	want := map[string]string{"kind": "exposure", "severity": "low", "basis": "observed", "actor": "192.0.2.7", "target": "2001:db8::1", "proto": "udp", "port": "161", "count": "3",
		"first": "2023-11-14T22:13:20.000000001Z", "last": "2023-11-14T22:14:20.500000000Z", "records": "4 9"}
	for k, v := range want {
		if params[k] != v {
			t.Errorf("%s is %q, want %q", k, params[k], v)
		}
	}
	if len(params) != len(want) {
		t.Errorf("%v", params)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || !strings.Contains(text, "161/udp") {
		t.Errorf("the text is %q", text)
	}

	// What is not known is left out; a name that is none is RFC 5424's "-".
	s = syslog.Formatter{Host: "\n"}
	f = findings.Finding{Kind: "scan-arp", Severity: "info", Basis: "a\"b\\c]d\ne"}
	header, params, _ = parsed(t, string(s.Append(nil, &f, now)))
	if header[0] != "<6>1" || header[2] != "-" {
		t.Errorf("%q", header)
	}
	for _, k := range []string{"actor", "target", "proto", "port", "records"} {
		if v, there := params[k]; there {
			t.Errorf("%s of nothing is %q", k, v)
		}
	}
	if !strings.HasPrefix(params["basis"], `a"b\c]d`) || strings.Contains(params["basis"], "\n") {
		t.Errorf("basis is %q", params["basis"])
	}

	// Over TCP each message brings its length, in octets.
	s.Counted, s.Lang = true, words.Spanish
	length, rest, _ := strings.Cut(string(s.Append([]byte("before"), &f, now)), " ")
	if n, err := strconv.Atoi(strings.TrimPrefix(length, "before")); err != nil || n != len(rest) {
		t.Errorf("%q for %d octets: %v", length, len(rest), err)
	}

	for severity, want := range map[string]string{"high": "<3>", "medium": "<4>", "low": "<5>", "info": "<6>"} {
		f.Severity = severity
		if m := string((&syslog.Formatter{}).Append(nil, &f, now)); !strings.HasPrefix(m, want) {
			t.Errorf("%s: %.10s", severity, m)
		}
	}
}

// A value of the header has every printable sign, and as many octets as RFC 5424 gives it.
func TestValuesOfTheHeader(t *testing.T) {
	for host, want := range map[string]string{"!~a": "!~a", " a\x7fb\u00f1": "ab", "\u00f1": "-", strings.Repeat("h", 255): strings.Repeat("h", 255), strings.Repeat("h", 300): strings.Repeat("h", 255)} {
		s := syslog.Formatter{Host: host}
		f := findings.Finding{Kind: strings.Repeat("k", 40), Severity: "low"}
		header, _, _ := parsed(t, string(s.Append(nil, &f, time.Unix(0, 0))))
		if header[2] != want || header[5] != strings.Repeat("k", 32) {
			t.Errorf("%q: %q", host, header)
		}
	}
}

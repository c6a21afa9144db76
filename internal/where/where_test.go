package where

import (
	"net/netip"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/record"
)

func sample() *record.Record {
	return &record.Record{ID: 4, Proto: 6, HasPorts: true, Final: true, Handshake: handshake.HalfOpen, Kind: handshake.Normal,
		Orig:      record.Side{Addr: netip.MustParseAddr("192.0.2.1"), Port: 40000, Pkts: 2},
		Resp:      record.Side{Addr: netip.MustParseAddr("192.0.2.2"), Port: 80, Pkts: 1},
		ServerRTT: 12500, ClientRTT: record.Unset, Setup: record.Unset, RTTMin: record.Unset, RTTP50: record.Unset, RTTMax: record.Unset,
		Quality: []string{"duplicates"}, VLAN: []uint32{10}, First: 1e18, ReuseAfterNS: record.Unset}
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		"handshake == half_open and resp_port < 1024": true,
		`handshake == "half_open"`:                    true,
		"handshake == completed":                      false,
		"proto == tcp && orig_pkts + resp_pkts == 3":  true,
		"server_rtt_us > 12 and server_rtt_us < 12.6": true,
		"client_rtt_us < 1e9 or client_rtt_us > 0":    false,
		`"duplicates" in quality`:                     true,
		"not (reordered in quality) and 10 in vlan":   true,
		`orig_addr startsWith "192.0.2."`:             true,
		`first > "2001-01-01"`:                        true,
		"close == none":                               true,
		"duplicates in quality":                       true,
		"port_class == user":                          false,
		"roles_by == first":                           false,
		"duplicates == 0 and port_class != user":      true,
		// As tables write it, in either language, and as it is written by hand.
		`handshake == "half open"`:                       true,
		`handshake == "Half-Open"`:                       true,
		`handshake != "half open"`:                       false,
		`"half open" == handshake`:                       true,
		`handshake in ["no answer", "half open"]`:        true,
		`handshake == "semiabierta"`:                     true,
		"handshake == semiabierta":                       true,
		`handshake == "sin respuesta"`:                   false,
		`"tramas repetidas" in quality`:                  true,
		`exchange == ""`:                                 true,
		"handshake == completed or handshake == refused": false,
		// Words that had to be quoted, though the key has no others.
		"roles_by == payload or service_by == payload": false,
		"slow == path or slow == opening":              false,
		"server_name_by == http":                       false,
		"quic == unfinished or quic == initial_only":   false,
		"conn_state == S0 or process_by == hidden":     false,
		// What the record lacks is nil, and neither below nor above anything.
		`tls_version < "TLS 1.3"`:                  false,
		`tls_version >= "" or "TLS" > tls_version`: false,
		`not (tls_version < "TLS 1.3")`:            true,
		// As tables mark what is only what the port is for.
		`service == "http?" or service in ["https?", "dns"]`: false,
		`service != "quic?"`:                         true,
		"service == nil and nil == client_rtt_us":    true,
		"service != nil or client_rtt_us != nil":     false,
		"server_rtt_us != nil and handshake != nil":  true,
		"missing == nil and vlan != nil":             true,
		`first < "2030-01-01" and first > "2000"`:    true,
		`"192.0.2.0" < orig_addr and orig_addr < ""`: false,
		// Addresses and networks, with and without quotes.
		"orig_addr == 192.0.2.1":                               true,
		`orig_addr == "192.0.2.1" and resp_addr != 192.0.2.1`:  true,
		"192.0.2.1 == orig_addr":                               true,
		"orig_addr in 192.0.2.0/24 and resp_port == 80":        true,
		`resp_addr in "192.0.2.0/31"`:                          false,
		"orig_addr == 192.0.2.77/24":                           true,
		"orig_addr != 192.0.2.0/24":                            false,
		"not (orig_addr in 192.0.2.0/24)":                      false,
		"resp_addr in [198.51.100.0/24, 192.0.2.2]":            true,
		"resp_addr in [198.51.100.0/24,192.0.2.3]":             false,
		"orig_addr in 2001:db8::/32 or orig_addr == ::1":       false,
		"orig_addr == resp_addr":                               false,
		`filtered_by == ""`:                                    true,
		"filtered_by in 0.0.0.0/0":                             false,
		`first > "2001-01-01" and orig_addr in 192.0.2.1`:      true,
		`orig_addr startsWith 192.0.2.1`:                       true,
		"orig_pkts / 2 > 0.5 and (orig_addr==192.0.2.1)":       true,
		`server_name != "10.1.2.3" and orig_addr != 10.1.2.3 `: true,
		// A service that is called as a key is.
		"service == quic": false,
	} {
		f, err := Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := f.Match(sample()); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	for text, want := range map[string]string{"handshak == 1": "column 1: unknown name handshak; did you mean handshake?", "handshake == half_opn": "did you mean half_open?", "service == http": `column 12: unknown name http (the names are the record's keys: portero explain fields; other words take quotes: "http")`, "resp_port <": "column 11: the expression ends where more is expected",
		"resp_port": "comes to a number, not to true or false", "resp_port == 'a'": `column 11: "==" does not go between a number and a text`, "not handshake": `"not" does not go before a text`,
		// What is never so selects nothing, silently, or everything.
		"opening == refused": `column 1: "opening" is no key of the record; did you mean handshake?`, "resp_port == 80 and opening != 'half open'": "did you mean handshake?", "rtt > 5": "column 1: unknown name rtt; did you mean server_rtt_us?",
		"desde == 10.0.0.1": "did you mean orig_addr?", "apertura == 'rechazada'": "did you mean handshake?", "port == 80": `column 1: "port" is no key of the record; did you mean resp_port?`, "tcp and port < 1024": "did you mean resp_port?", "dport == 443": "unknown name dport; did you mean resp_port?", "'a' == 1": `"==" does not go between a text and a number`,
		"tcp == udp":              `column 1: "tcp" is no key of the record (portero explain fields lists them)`,
		`handshake == "halfopen"`: `column 14: handshake is never "halfopen"; did you mean half_open?`, `exchange != "offen"`: `column 13: exchange is never "offen" (it is one of answered, unanswered, reply_only, stream, refused, filtered)`,
		"handshake == idle": `handshake is never "idle"`, `"cut" in quality`: `column 1: quality is never "cut" (it is one of truncated_packets, `, `handshake in [refused, "abierta"]`: `column 24: handshake is never "abierta"`,
		`orig_addr == 192.0.2.1 and handshake == "halfopen"`: "column 41: handshake is never", "orig_addr == 192.0.2.1 and resp_port = 80": `column 38: "=" does not fit here`,
		`orig_addr == "router"`: `column 14: orig_addr is never "router" (an address is written 192.0.2.1`, `orig_addr in [192.0.2.1, "192.0.2.0/33"]`: `column 26: orig_addr is never "192.0.2.0/33"`,
		"orig_addr == 192.0.2.256": `column 19: ".2.256" does not fit here`, "resp_port == 192.0.2.1": `"==" does not go between a number and a text`,
		`server_name =~ "x"`: `column 13: "=" does not fit here; did you mean matches?`, "duration_us > 10s": `column 17: "10s" is no number (numbers stand without a unit: microseconds in keys that end in _us`, "orig_payload > 1.5kB": `"1.5k" is no number (numbers`,
		"resp_port > 1,": `column 14: "," does not fit here`, "handshake = completed": `column 11: "=" does not fit here; did you mean ==?`, "handshake == 'a": "quotes that are never closed", "risks > 2": `">" does not go between a list of texts and a number`,
		"risks == 'exposure'": `does not go between a list of texts and a text; one of a list is asked for as "word" in key`, "risks contains 'exposure'": `"word" in key`, "tls_frames != 4": `frame in key`} {
		if _, err := Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestComplete(t *testing.T) {
	for text, want := range map[string]string{
		"hands":                         "handshake handshake_kind",
		"handshake == half_o":           "handshake == half_open",
		"slow == ":                      "slow == responder slow == path slow == window slow == loss slow == opening",
		"handshake ":                    "handshake == handshake != handshake < handshake <= handshake > handshake >= handshake in handshake startsWith handshake contains handshake matches",
		"resp_port < 1024 an":           "resp_port < 1024 and",
		"'slow == p":                    "'slow == path",
		`"hands`:                        `"handshake "handshake_kind`,
		"resp_port < 1024 and orig_por": "resp_port < 1024 and orig_port",
	} {
		if got := strings.Join(Complete(text), " "); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Only what the expression names is fetched.
func TestFetchesWhatIsNamed(t *testing.T) {
	f, err := Compile("resp_port == 80 and handshake == half_open")
	if err != nil || len(f.fields) != 2 {
		t.Fatal(err, len(f.fields))
	}
	r := sample()
	if n := testing.AllocsPerRun(100, func() { _, _ = f.Match(r) }); n > 4 {
		t.Errorf("%v allocations a record", n)
	}
}

// A service is found as tables write it, too: with a mark behind what is only what the port is for.
func TestAServiceAsTablesMarkIt(t *testing.T) {
	r := record.Record{Service: "http", ServiceBy: "port"}
	for _, text := range []string{`service == "http?"`, `"http?" == service`, `service in ["dns?", "http?"]`, `service == "http"`} {
		x, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := x.Match(&r); err != nil || !ok {
			t.Errorf("%s: %v, %v", text, ok, err)
		}
	}
}

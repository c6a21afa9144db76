package table

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"portero/catalog/identify"

	"portero/handshake"
	"portero/internal/doctor"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/words"
)

// call is a connection as a table shows it.
func call(id uint64, change func(r *record.Record)) *record.Record {
	r := &record.Record{ID: id, Proto: 6, HasPorts: true, Final: true, Handshake: handshake.Completed, Kind: handshake.Normal, First: 1e18, Last: 1e18 + 5e9, DurationNS: 5e9, Service: "https",
		Orig: record.Side{Addr: netip.MustParseAddr("192.0.2.1"), Port: 40000, Pkts: 6, Payload: 700}, Resp: record.Side{Addr: netip.MustParseAddr("192.0.2.2"), Port: 443, Pkts: 5, Payload: 4000}, ServerRTT: 12_345_678, FirstByte: -1}
	if change != nil {
		change(r)
	}
	return r
}

// shown is the table of some records.
func shown(t *testing.T, o Options, s *view.Summary, rs ...*record.Record) string {
	t.Helper()
	var b bytes.Buffer
	o.UTC = true
	w := New(&b, o)
	for _, r := range rs {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.End(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// In a terminal too narrow for a row the ends take lines of their own, nothing is lost, and numbers stand
// under one another.
func TestANarrowTerminal(t *testing.T) {
	few := func(r *record.Record) { r.ServerRTT, r.Orig.Payload, r.Resp.Payload = -1, 7, 0 }
	rs := []*record.Record{call(1, nil), call(2, few), call(3, func(r *record.Record) { few(r); r.Orig.Payload = 0 })}
	for width, want := range map[int]string{
		80: ` #  opening    from              to            service      rtt     data
 1  completed  192.0.2.1:40000 > 192.0.2.2:443 https      12 ms   4700 B
 2  completed  192.0.2.1:40000 > 192.0.2.2:443 https          -      7 B
 3  completed  192.0.2.1:40000 > 192.0.2.2:443 https          -        -
`,
		50: ` #  opening    from   to service      rtt     data
 1  completed            https      12 ms   4700 B
               192.0.2.1:40000 > 192.0.2.2:443
 2  completed            https          -      7 B
               192.0.2.1:40000 > 192.0.2.2:443
 3  completed            https          -        -
               192.0.2.1:40000 > 192.0.2.2:443
`,
		30: ` #  opening    service   rtt   data
 1  completed  https   12 ms 4700 B
    192.0.2.1:40000
    > 192.0.2.2:443
 2  completed  https       -    7 B
    192.0.2.1:40000
    > 192.0.2.2:443
 3  completed  https       -      -
    192.0.2.1:40000
    > 192.0.2.2:443
`} {
		if got := shown(t, Options{Width: width, Quiet: true}, &view.Summary{}, rs...); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", width, got, want)
		}
	}
}

// Verdicts of two parts are folded only where the ends of a row then fit, or the table does.
func TestVerdictsAreFolded(t *testing.T) {
	unseen := call(1, func(r *record.Record) { r.Handshake = handshake.CompletedUnseen; r.Missing = handshake.MissingACK })
	for width, want := range map[int]string{
		100: " 1  completada, no vista entera  192.0.2.1:40000 > 192.0.2.2:443 https       12 ms   4700 B\n                                 falta ACK en la captura; otros paquetes lo prueban\n",
		76:  " 1  completada,      192.0.2.1:40000 > 192.0.2.2:443 https    12 ms   4700 B\n    no vista entera  falta ACK en la captura; otros paquetes lo prueban\n",
		56:  " #  apertura         servicio      rtt    datos\n 1  completada,      https       12 ms   4700 B\n                     192.0.2.1:40000 > 192.0.2.2:443\n    no vista entera  falta ACK en la captura; otros\n                     paquetes lo prueban\n",
		66:  " #  apertura                     servicio      rtt    datos\n 1  completada, no vista entera  https       12 ms   4700 B\n                                 192.0.2.1:40000 > 192.0.2.2:443\n                                 falta ACK en la captura; otros\n                                 paquetes lo prueban\n",
	} {
		if got := shown(t, Options{Width: width, Quiet: true, Lang: words.Spanish}, &view.Summary{}, unseen); !strings.HasSuffix(got, want) {
			t.Errorf("%d columns: want\n%s\nin\n%s", width, want, got)
		}
	}
}

// No line of a table is wider than the terminal, whatever is in it, from 56 columns on: the longest end has 46.
func TestATableFits(t *testing.T) {
	six := func(r *record.Record) {
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:6666"), netip.MustParseAddr("2001:db8::1")
		r.Service, r.Handshake, r.Missing = "a-long-name-of-a-service", handshake.CompletedUnseen, handshake.MissingACK
	}
	other := func(r *record.Record) {
		r.Proto, r.Handshake, r.HasPorts, r.ServerRTT, r.Service = 103, handshake.None, false, -1, ""
	}
	stream := func(r *record.Record) {
		r.Proto, r.Handshake, r.Exchange = 17, handshake.None, handshake.Stream
	}
	for _, rs := range [][]*record.Record{{call(1, nil)}, {call(1, six)}, {call(1, other)}, {call(1, nil), call(2, stream)}, {call(123456, six), call(2, nil), call(3, stream)}} {
		for _, l := range words.Langs() {
			for width := 56; width <= 130; width++ {
				got := shown(t, Options{Width: width, Quiet: true, Lang: l}, &view.Summary{}, rs...)
				for line := range strings.Lines(got) {
					if n := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
						t.Errorf("%d columns of %d: %s", n, width, line)
					}
				}
			}
		}
	}
}

// The wide table has a line for each connection, its numbers to the right under heads in the reader's language.
func TestTheWideTable(t *testing.T) {
	rs := []*record.Record{call(1, func(r *record.Record) { r.Close, r.ConnState, r.History = handshake.Closed, "SF", "ShADadFf" }),
		call(2, func(r *record.Record) {
			r.ServerRTT, r.Service, r.Tunnel, r.Orig.Payload = -1, "", []string{"gre \x1b[31m"}, 123456
		})}
	for l, want := range map[words.Lang]string{
		words.English: `#  opening    from             to             service    rtt  start            duration  pkts>  <pkts  bytes>  <bytes  close   state  history   tunnel
1  completed  192.0.2.1:40000  192.0.2.2:443  https    12 ms  01:46:40.000000     5.0 s      6      5     700    4000  closed  SF     ShADadFf  -
2  completed  192.0.2.1:40000  192.0.2.2:443  -            -  01:46:40.000000     5.0 s      6      5  123456    4000  none    -      -         gre �[31m
`,
		words.Spanish: `#  apertura    desde            hacia          servicio    rtt  comienzo         duración  paq>  <paq  octetos>  <octetos  cierre      estado  historia  túnel
1  completada  192.0.2.1:40000  192.0.2.2:443  https     12 ms  01:46:40.000000     5.0 s     6     5       700      4000  cerrada     SF      ShADadFf  -
2  completada  192.0.2.1:40000  192.0.2.2:443  -             -  01:46:40.000000     5.0 s     6     5    123456      4000  no procede  -       -         gre �[31m
`,
	} {
		if got := shown(t, Options{Quiet: true, Wide: true, Lang: l}, &view.Summary{}, rs...); got != want {
			t.Errorf("want\n%s\ngot\n%s", want, got)
		}
	}
}

// What a note says of a verdict follows what there is of it.
func TestNotesFollowTheFrames(t *testing.T) {
	for _, x := range []struct {
		change func(r *record.Record)
		want   string
	}{
		{func(r *record.Record) { r.Handshake, r.SYNFrame, r.RSTFrame, r.LastFrame = handshake.Refused, 4, 5, 6 }, "RST to the SYN (frames 4, 5): usually nothing listens there"},
		{func(r *record.Record) { r.Handshake, r.RSTFrame, r.LastFrame = handshake.Refused, 5, 6 }, "RST to the SYN (frame 5): usually nothing listens there"},
		{func(r *record.Record) { r.Handshake, r.SYNRetries = handshake.NoAnswer, 2 }, "3 SYNs in 5.0 s, and nothing came back"},
		{func(r *record.Record) { r.Handshake, r.SYNACKFrame = handshake.Aborted, 9 }, "the port is open (frame 9), the originator took it back with a RST"},
		{func(r *record.Record) { r.Handshake = handshake.Aborted }, "the originator took its SYN back with a RST"},
		{func(r *record.Record) { r.Handshake, r.RSTFrame = handshake.Aborted, 7 }, "the originator took its SYN back with a RST (frame 7)"},
		{func(r *record.Record) { r.Handshake, r.SYNACKFrame = handshake.Unsolicited, 9 }, "an answer without a question: backscatter, or the SYN went another way"},
		{func(r *record.Record) { r.Handshake = handshake.Unsolicited }, "a RST without a connection"},
		{func(r *record.Record) {
			r.Close, r.ClosedBy, r.CloseFrames = handshake.Reset, handshake.ByResp, []uint64{8}
		}, "reset by 192.0.2.2 after 5.0 s (frame 8)"},
		{func(r *record.Record) { r.Close, r.ClosedBy = handshake.HalfClosed, handshake.ByOrig }, "half closed by 192.0.2.1"},
		{func(r *record.Record) { r.Handshake, r.Proto, r.HasPorts = handshake.None, 89, false }, "IP protocol 89, OSPF: routers tell each other the ways"},
		{func(r *record.Record) { r.Kind = handshake.Simultaneous }, "simultaneous opening"},
		{func(r *record.Record) { r.Kind = handshake.FastOpenIgnored }, "fast open ignored"},
		{func(r *record.Record) { r.Handshake, r.ProbeKind = handshake.Probe, handshake.ProbeOther }, "odd flags: belongs to no connection"},
		{func(r *record.Record) { // one machine with itself: the address tells nothing
			r.Close, r.ClosedBy, r.Resp.Addr = handshake.Reset, handshake.ByResp, r.Orig.Addr
		}, "reset by 192.0.2.1:443 after 5.0 s"},
		{func(r *record.Record) {
			r.Handshake, r.FilteredBy, r.ICMPFrame = handshake.Filtered, r.Resp.Addr, 2
		}, "ICMP error from 192.0.2.2 (frame 2): it says that it may not or cannot pass"},
		{func(r *record.Record) {
			r.Handshake, r.Exchange, r.ICMPFrame = handshake.None, handshake.ExchangeRefused, 2
		}, "ICMP port unreachable (frame 2): usually nothing listens there"},
		{func(r *record.Record) {
			r.Handshake, r.Exchange, r.ICMPFrame, r.FilteredBy = handshake.None, handshake.ExchangeRefused, 2, r.Resp.Addr
		}, "ICMP port unreachable (frame 2): usually nothing listens there"},
		{func(r *record.Record) {
			r.Handshake, r.Exchange, r.ICMPFrame, r.FilteredBy = handshake.None, handshake.ExchangeRefused, 2, r.Resp.Addr.Next()
		}, "ICMP port unreachable from 192.0.2.3 (frame 2): who was asked did not say so; mostly a firewall did"},
		{func(r *record.Record) {
			r.Handshake, r.FilteredBy, r.ICMPFrame, r.FilteredAs = handshake.Filtered, r.Resp.Addr, 2, [2]uint8{3, 13}
		}, "ICMP prohibited from 192.0.2.2 (frame 2): it says that it may not or cannot pass"},
		{func(r *record.Record) {
			r.Handshake, r.Exchange, r.ICMPFrame, r.FilteredBy, r.FilteredAs = handshake.None, handshake.ExchangeFiltered, 2, r.Resp.Addr, [2]uint8{11, 0}
		}, "ICMP time exceeded from 192.0.2.2 (frame 2)"},
		{func(r *record.Record) { r.Handshake, r.Missing = handshake.CompletedUnseen, handshake.MissingACK }, "ack not in the capture; other packets prove it"},
		{func(r *record.Record) { r.Handshake, r.Missing = handshake.Implied, handshake.MissingSYNACK }, "synack not in the capture; one direction only counts, and it is that of a completed handshake"},
		{func(r *record.Record) {
			r.Handshake, r.Missing, r.Resp.Pkts = handshake.Implied, handshake.MissingSYNACK, 0
		}, "synack not in the capture; one direction only, and it is that of a completed handshake"},
		{func(r *record.Record) { r.SuspectedRSTs = 2 }, "2 RST that no receiver would accept"},
		{func(r *record.Record) { r.Reuses, r.ReuseAfterNS = 12, 3e9 }, "reuses the ports of #12 after 3.0 s"},
		{func(r *record.Record) { r.VLAN, r.Tunnel = []uint32{7, 8}, []string{"gre", "vxlan"} }, "vlan 7,8; in gre, vxlan"},
		{func(r *record.Record) { r.File, r.Close, r.CloseFrames = "a.pcap", handshake.HalfClosed, []uint64{8} }, "half closed by both (frame 8); frames of a.pcap"},
		{func(r *record.Record) {
			r.File, r.Close, r.CloseFrames, r.FrameFiles = "a.pcap", handshake.HalfClosed, []uint64{8}, []string{"last_frame=b.pcap", "close_frames=b.pcap", "x=c", "x=d", "x=e"}
		}, "half closed by both (frame 8); frames of a.pcap, b.pcap, c and 2 more"},
		{func(r *record.Record) { r.File, r.SuspectedRSTs = "a.pcap", 2 }, "2 RST that no receiver would accept"},
		{func(r *record.Record) {}, ""},
	} {
		if n := strings.Join(NotesIn(words.English, call(1, x.change)), "; "); n != x.want {
			t.Errorf("%q, want %q", n, x.want)
		}
	}
}

// Of HTTP on another port than 80, and of where an answer sends its caller, a note speaks where the server
// answered, and only then.
func TestNotesOfHTTP(t *testing.T) {
	for _, x := range []struct {
		port   uint16
		status int
		to     string
		want   string
		of     identify.Protocol
	}{
		{8080, 200, "", "HTTP on port 8080 rather than 80", identify.HTTP},
		{8080, 200, "", "HTTP on port 8080 rather than 80", identify.WebSocket},
		{5060, 302, "https://example.test/", "", identify.SIP}, // built like HTTP, and none
		{80, 200, "", "", identify.HTTP},
		{8080, 0, "", "", identify.HTTP},
		{80, 301, "https://example.test/", "answer 301 (frame 7) sends the originator to https://example.test/", identify.HTTP},
	} {
		r := call(1, func(r *record.Record) {
			r.Resp.Port = x.port
			r.App = &identify.Facts{Protocol: x.of, HTTP: &identify.Web{Status: x.status, StatusFrame: 7, Location: x.to}}
		})
		n := strings.Join(NotesIn(words.English, r), "; ")
		if !strings.Contains(n, x.want) || x.want == "" && (strings.Contains(n, "rather than") || strings.Contains(n, "sends the originator")) {
			t.Errorf("%+v: %q", x, n)
		}
	}
}

// Text is wrapped without a loss, words that are longer than the line too.
func TestWrapLosesNothing(t *testing.T) {
	long := strings.Repeat("x", 45)
	for text, want := range map[string][]string{
		"one two three four five six":     {"one two three four", "five six"},
		"one two three four 5":            {"one two three four 5"},
		"asked for " + long + " and more": {"asked for", long[:20], long[20:40], "xxxxx and more"},
		"héllo wörld ünd ñoño ça":         {"héllo wörld ünd ñoño", "ça"},
		"漢字漢字漢字漢字漢字漢字 a":                  {"漢字漢字漢字漢字漢字", "漢字 a"},
		"":                                {""},
	} {
		if got := wrap(text, 20); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What a table leaves out it counts, in words that agree.
func TestWhatIsLeftOutIsCounted(t *testing.T) {
	rs := []*record.Record{call(1, nil), call(2, nil), call(3, nil)}
	for _, x := range []struct {
		o    Options
		s    view.Summary
		want string
		rows int
	}{
		{Options{}, view.Summary{}, "", 3},
		{Options{Limit: 3}, view.Summary{}, "", 3},
		{Options{Limit: 2}, view.Summary{}, "\n1 more row\n", 2},
		{Options{Limit: 1}, view.Summary{}, "\n2 more rows\n", 1},
		{Options{Limit: 2, Lang: words.Spanish}, view.Summary{}, "\n1 fila más\n", 2},
		{Options{Limit: 1, Lang: words.Spanish}, view.Summary{}, "\n2 filas más\n", 1},
		{Options{}, view.Summary{Hidden: 7}, "\n7 more that the filter hides\n", 3},
		{Options{}, view.Summary{Interrupted: true}, "\ninterrupted: this is what was seen until then\n", 3},
	} {
		got := shown(t, x.o, &x.s, rs...)
		if !strings.Contains(got, x.want) || strings.Count(got, "192.0.2.1:40000") != x.rows || x.want == "" && (strings.Contains(got, " more") || strings.Contains(got, "interrupted")) {
			t.Errorf("%+v, %+v: %q is not in\n%s", x.o, x.s, x.want, got)
		}
		if !strings.Contains(got, "3 TCP connections: 3 completed\n") && x.o.Lang == words.English {
			t.Errorf("the count is of all:\n%s", got)
		}
	}
}

// A name that leaves no room for what the capture holds has a line of its own, cut where it must be.
func TestALongNameHasItsOwnLine(t *testing.T) {
	s := &view.Summary{Frames: 12, First: 1e18, Last: 1e18 + 3e9}
	const holds = "12 frames in 3.0 s, from 2001-09-09 01:46:40 UTC"
	for n, want := range map[int]string{
		10:  strings.Repeat("n", 10) + "   " + holds + "\n",
		29:  strings.Repeat("n", 29) + "   " + holds + "\n",
		30:  strings.Repeat("n", 30) + "\n  " + holds + "\n",
		200: strings.Repeat("n", 79) + "…\n  " + holds + "\n",
	} {
		s.Inputs = []string{strings.Repeat("n", n)}
		if got := shown(t, Options{}, s, call(1, nil)); !strings.HasPrefix(got, want) {
			t.Errorf("%d: want %q in front of\n%s", n, want, got)
		}
	}
	s.Inputs = []string{"a", "b", "c"}
	if got := shown(t, Options{}, s, call(1, nil)); !strings.HasPrefix(got, "a and 2 more   ") {
		t.Error(got)
	}
	// A single moment lasts no time.
	for l, want := range map[words.Lang]string{words.English: "a   1 frame, from 2001-09-09 01:46:40 UTC\n", words.Spanish: "a   1 trama, desde 2001-09-09 01:46:40 UTC\n"} {
		if got := shown(t, Options{Lang: l}, &view.Summary{Inputs: []string{"a"}, Frames: 1, First: 1e18, Last: 1e18}, call(1, nil)); !strings.HasPrefix(got, want) {
			t.Errorf("want %q in front of\n%s", want, got)
		}
	}
}

// Amounts and round trips are said in a few characters, rounded and never in the wrong unit.
func TestNumbersForPeople(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1500: "1.5 kB", 99_940: "99.9 kB", 99_960: "100 kB", 999_400: "999 kB", 999_600: "1.0 MB", 5e9: "5.0 GB", 7e12: "7.0 TB", 7e15: "7000 TB"} {
		if got := Amount(n); got != want {
			t.Errorf("%d octets: %q, want %q", n, got, want)
		}
	}
	for ns, want := range map[int64]string{0: "0.00 ms", 9_990_000: "9.99 ms", 10_000_000: "10 ms", 99_999_000_000: "99999 ms", 100_000_000_000: "100 s"} {
		if got := Millis(ns); got != want {
			t.Errorf("%d ns: %q, want %q", ns, got, want)
		}
	}
}

// A kind of finding that comes again and again leaves room for the others; what is not shown is counted.
func TestFindingsLeaveRoom(t *testing.T) {
	var fs []view.Finding
	for range 5 {
		fs = append(fs, view.Finding{Severity: "high", Kind: "scan", Text: "a host tried many"})
	}
	for i := range 12 {
		fs = append(fs, view.Finding{Severity: "low", Kind: "kind" + string(rune('a'+i)), Text: "evil \x1b[31m", Records: []uint64{uint64(i + 1), 99}[:1+i%2]})
	}
	got := shown(t, Options{}, &view.Summary{Findings: fs}, call(1, nil))
	if n := strings.Count(got, "scan: a host"); n != 3 {
		t.Errorf("%d of one kind", n)
	}
	if !strings.Contains(got, "  and 5 more: portero findings lists them\n") || !strings.Contains(got, "kindi: ") || strings.Contains(got, "kindj: ") {
		t.Error("twelve are shown, and the rest is counted:\n" + got)
	}
	if strings.Contains(got, "\x1b") || !strings.Contains(got, "(#1)") || !strings.Contains(got, "(#2 ...)") {
		t.Error(got)
	}
	if got := shown(t, Options{}, &view.Summary{Findings: fs[:3]}, call(1, nil)); strings.Contains(got, "more") {
		t.Error(got)
	}
}

// Without colour no escape is sent; with it, what went wrong differs from what is ordinary.
func TestColourIsOnlyWhereItIsAskedFor(t *testing.T) {
	rs := []*record.Record{call(1, nil), call(2, func(r *record.Record) { r.Handshake = handshake.NoAnswer })}
	for _, wide := range []bool{false, true} {
		if got := shown(t, Options{Wide: wide}, &view.Summary{}, rs...); strings.Contains(got, "\x1b") {
			t.Errorf("%q", got)
		}
		got := shown(t, Options{Color: true, Wide: wide}, &view.Summary{}, rs...)
		if !strings.Contains(got, "\x1b[36mcompleted") || !strings.Contains(got, "\x1b[33mno answer") {
			t.Errorf("%q", got)
		}
	}
}

// What is grave differs from what is said in passing, of the capture and of what was found in it.
func TestGravityHasAColour(t *testing.T) {
	s := &view.Summary{Remarks: []doctor.Remark{{Severity: "warning", Text: "loss"}, {Severity: "info", Text: "detail"}}}
	for _, x := range []string{"high", "medium", "low", "info"} {
		s.Findings = append(s.Findings, view.Finding{Severity: x, Kind: "kind", Text: "text"})
	}
	got := shown(t, Options{Color: true}, s, call(1, nil))
	for _, want := range []string{"\x1b[33mloss", "\x1b[90mdetail", "\x1b[31m  high ", "\x1b[31m  medium ", "\x1b[90m  low ", "\x1b[90m  info "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

// The hint names the first row that has something to prove, or the first one where all is ordinary.
func TestTheHintNamesWhatIsWorthAProof(t *testing.T) {
	for want, rs := range map[string][]*record.Record{
		"next: portero why 'a b.pcap' 2\n": {call(1, nil), call(2, func(r *record.Record) { r.Handshake = handshake.Refused }), call(3, func(r *record.Record) { r.Handshake = handshake.NoAnswer })},
		"next: portero why 'a b.pcap' 1\n": {call(2, nil), call(1, nil)},
	} {
		if got := shown(t, Options{Next: "a b.pcap"}, &view.Summary{}, rs...); !strings.HasSuffix(got, want) {
			t.Errorf("want %q behind\n%s", want, got)
		}
	}
	// What is worth a look comes first, and its proof; where no record has it, that of a row.
	for records, id := range map[string]string{"7": "7", "": "1"} {
		f := view.Finding{Severity: "medium", Kind: "scan-ports"}
		if records != "" {
			f.Records = []uint64{7, 9}
		}
		if got := shown(t, Options{Next: "x"}, &view.Summary{Findings: []view.Finding{f}}, call(1, nil)); !strings.HasSuffix(got, "next: portero findings x\nnext: portero why x "+id+"\n") {
			t.Error(got)
		}
	}
	// What it names is among the rows that --limit leaves.
	if got := shown(t, Options{Next: "x", Limit: 1}, &view.Summary{}, call(1, nil), call(2, func(r *record.Record) { r.Handshake = handshake.Refused })); !strings.HasSuffix(got, "next: portero why x 1\n") {
		t.Error(got)
	}
	for lang, want := range map[words.Lang]string{words.English: "\n\nnone passes the filter\n\n6 that the filter hides\n", words.Spanish: "\n\nninguna pasa el filtro\n\n6 que el filtro oculta\n"} {
		if got := shown(t, Options{Lang: lang}, &view.Summary{Hidden: 6}); !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := shown(t, Options{Next: "x.pcap"}, &view.Summary{}); strings.Contains(got, "next:") || !strings.HasSuffix(got, "\n\nno connection in it\n") {
		t.Error(got)
	}
}

// The command of the hint can be copied where a terminal would break it, and where the file's name would steer the terminal.
func TestTheHintIsCopiedWhole(t *testing.T) {
	const file = "/a/folder/with a long name/capture.pcap"
	for want, o := range map[string]Options{
		"\nnext: portero why '" + file + "' 1\n":          {Next: file},
		"\nnext:\nportero why \\\n'" + file + "' 1\n":     {Next: file, Columns: 45, Width: 45},
		"\ndespués:\nportero why '" + file + "' 1\n":      {Next: file, Columns: 60, Width: 60, Lang: words.Spanish},
		"\nnext: portero why $'a\\033[2J\\0121.pcap' 1\n": {Next: "a\x1b[2J\n1.pcap", Columns: 80},
	} {
		if got := shown(t, o, &view.Summary{}, call(1, nil)); !strings.HasSuffix(got, want) {
			t.Errorf("want %q behind\n%q", want, got)
		}
	}
}

// Datagrams have the time to their first answer, and their protocol at their end; what has no ports has none, and
// every kind is counted by its own name.
func TestDatagramsAndOthers(t *testing.T) {
	six := func(r *record.Record) {
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	}
	udp := func(x handshake.Exchange) func(r *record.Record) {
		return func(r *record.Record) {
			r.Proto, r.Handshake, r.Kind, r.Exchange, r.ServerRTT, r.FirstByte, r.Resp.Port, r.Service = 17, handshake.None, handshake.KindNone, x, -1, 3e6, 53, "dns"
		}
	}
	got := shown(t, Options{Next: "x"}, &view.Summary{}, call(1, six), call(2, udp(handshake.Answered)), call(3, udp(handshake.Unanswered)), call(4, udp(handshake.Answered)),
		call(5, func(r *record.Record) {
			r.Proto, r.Handshake, r.Kind, r.HasPorts, r.ServerRTT, r.FirstByte, r.Service = 89, handshake.None, handshake.KindNone, false, -1, -1, ""
		}))
	for _, want := range []string{
		" 1  completed   [2001:db8::1]:40000 > [2001:db8::2]:443 https     12 ms   4700 B\n",
		" 2  answered    192.0.2.1:40000     > 192.0.2.2:53/udp  dns     3.00 ms   4700 B\n",
		" 5  OSPF        192.0.2.1           > 192.0.2.2         -             -   4700 B\n",
		"\n1 TCP connection: 1 completed\n3 UDP exchanges: 2 answered, 1 unanswered\n1 of another protocol: 1 OSPF\n",
		"next: portero why x 3\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// Rows stand in the order that was asked for, and in that of their ids where none was.
func TestRowsAreSorted(t *testing.T) {
	size := func(n uint64) func(r *record.Record) {
		return func(r *record.Record) { r.Orig.Payload, r.Resp.Payload = n, 0 }
	}
	rs := []*record.Record{call(3, size(70)), call(1, size(50)), call(2, size(90))}
	for want, less := range map[string]func(a, b *Row) bool{"50 B 90 B 70 B": nil, "90 B 70 B 50 B": func(a, b *Row) bool { return a.Bytes > b.Bytes }} {
		var sizes []string
		for line := range strings.Lines(shown(t, Options{Quiet: true, Sort: less}, &view.Summary{}, rs...)) {
			if f := strings.Fields(line); f[0] != "#" {
				sizes = append(sizes, strings.Join(f[len(f)-2:], " "))
			}
		}
		if got := strings.Join(sizes, " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Counts that need several lines go on indented, and remarks under their first word.
func TestLongLinesGoOnIndented(t *testing.T) {
	var rs []*record.Record
	for i, h := range []handshake.Verdict{handshake.Completed, handshake.Refused, handshake.NoAnswer, handshake.HalfOpen, handshake.Midstream, handshake.Aborted} {
		rs = append(rs, call(uint64(i+1), func(r *record.Record) { r.Handshake = h }))
	}
	s := &view.Summary{Inputs: []string{"standard input"}, Frames: 1, Remarks: []doctor.Remark{{Severity: "warning", Text: "clocks differ", Frame: 7, Effect: "times are not to be compared"}, {Text: "second"}}}
	got := shown(t, Options{Width: 40}, s, rs...)
	for _, want := range []string{
		"\n6 TCP connections: 1 aborted, 1\n  completed, 1 half open, 1 midstream, 1\n  no answer, 1 refused\n",
		"standard input   1 frame\ncapture   clocks differ (first: frame\n          7): times are not to be\n          compared\n          second\n\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	got = shown(t, Options{Lang: words.Spanish}, s, rs...)
	for _, want := range []string{
		"entrada estándar   1 trama\n",
		"\n6 conexiones TCP: 1 abandonada, 1 completada, 1 semiabierta, 1 ya en curso, 1\n  sin respuesta, 1 rechazada\n", // in the order of every language
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// What is only what the port is for has a mark, what was spoken has none.
func TestServicesThatAreThePortsAreMarked(t *testing.T) {
	for _, x := range []struct{ service, by, want string }{{"http", "payload", "http"}, {"http", "port", "http?"}, {"", "", ""}} {
		if got := Service(&record.Record{Service: x.service, ServiceBy: x.by}); got != x.want {
			t.Errorf("%q by %q: %q, want %q", x.service, x.by, got, x.want)
		}
	}
}

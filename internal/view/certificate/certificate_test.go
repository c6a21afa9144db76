package certificate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/trace/story"
	"portero/internal/view/certificate"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test -update rewrites it. Got:\n%s", file, got)
	}
}

type sample struct {
	name string
	s    *story.Story
	with func(*record.Record)
	ctx  certificate.Context
}

func samples() []sample {
	n := story.New
	zeek := func(state, history string, bits int16) func(*record.Record) {
		return func(r *record.Record) { r.ConnState, r.History, r.Completeness = state, history, bits }
	}
	return []sample{
		{"completed", n().Open().Data(100).Reply(200).ACK().Close(), zeek("SF", "ShADadFf", 31), certificate.Context{}},
		{"half_open", n().SYN().SYNACK().Wait(1e9).SYNACK(story.Seq(story.RespISN)), zeek("S1", "Sh", 3), certificate.Context{}},
		{"no_answer", n().SYN().Wait(1e9).SYN(story.Seq(story.OrigISN)).Wait(2e9).SYN(story.Seq(story.OrigISN)), zeek("S0", "S", 1),
			certificate.Context{Neighbour: "ARP", NeighbourFrames: []uint64{7, 8}}},
		{"refused", n().SYN().RespRST(story.Seq(0)), zeek("REJ", "Sr", 37),
			certificate.Context{HasTTL: true, RSTTTL: 64, HostTTLs: []uint8{63, 64}, PortAnswers: 12, PortAnswersFrame: 40}},
		{"unseen", n().SYN().SYNACK().Lose(0, capture.ACK, 0).Reply(20).Lose(0, capture.ACK, 7).Data(5), zeek("S1", "ShDad", 11), certificate.Context{}},
		{"forged_third", n().SYN().SYNACK().ACK(story.Ack(42)).Send(1, capture.RST, 0, story.Seq(42)), zeek("RSTR", "ShAr", 39), certificate.Context{}},
		{"blind_reset", n().Open().Data(3).RespACK().RespRST(story.Seq(0x40000000)).Data(3).RespACK(), zeek("RSTR", "ShADar", 47), certificate.Context{}},
		{"dns", story.NewUDP().Data(40).Reply(300), nil, certificate.Context{}},
		{"unanswered", story.NewUDP().Data(40).Data(40), nil, certificate.Context{PortAnswers: 3}},
		{"long", long(), zeek("SF", "ShADadFf", 31), certificate.Context{}},
	}
}

func long() *story.Story {
	s := story.New().Open()
	for i := 0; i < 200; i++ {
		s.Data(10).RespACK()
	}
	return s.Close()
}

func build(c sample) *certificate.Certificate {
	rec := c.s.Record()
	if c.with != nil {
		c.with(rec)
	}
	return certificate.Build(rec, trace.Build(c.s.Packets, rec), c.ctx)
}

func TestCertificates(t *testing.T) {
	for _, c := range samples() {
		t.Run(c.name, func(t *testing.T) {
			cert := build(c)
			for _, lang := range []string{"en", "es"} {
				var b bytes.Buffer
				if err := cert.WriteText(&b, certificate.Options{Lang: lang}); err != nil {
					t.Fatal(err)
				}
				golden(t, c.name+"."+lang+".txt", b.String())
				for _, l := range strings.Split(b.String(), "\n") {
					if utf8.RuneCountInString(l) > 80 {
						t.Errorf("%d columns: %s", utf8.RuneCountInString(l), l)
					}
				}
			}
		})
	}
}

func TestJSON(t *testing.T) {
	for _, c := range samples() {
		if c.name == "long" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := build(c).WriteJSON(&b, "en"); err != nil {
				t.Fatal(err)
			}
			if !json.Valid(b.Bytes()) {
				t.Fatal("not json")
			}
			golden(t, c.name+".json", b.String())
		})
	}
}

// What a passive tool cannot know is never said.
func TestNeverSaysNeverSent(t *testing.T) {
	for _, c := range samples() {
		for _, lang := range []string{"en", "es"} {
			var b bytes.Buffer
			_ = build(c).WriteText(&b, certificate.Options{Lang: lang, All: true})
			for _, bad := range []string{"never sent", "was not sent", "nunca se envió", "no se envió un", "reinici"} {
				if strings.Contains(strings.ToLower(b.String()), bad) {
					t.Errorf("%s says %q", c.name, bad)
				}
			}
		}
	}
}

func TestWidthsAndASCII(t *testing.T) {
	c := samples()[0]
	for _, w := range []int{60, 80, 120} {
		for _, lang := range []string{"en", "es"} {
			for _, c := range samples() {
				var b bytes.Buffer
				_ = build(c).WriteText(&b, certificate.Options{Width: w, ASCII: true, Lang: lang})
				for _, r := range b.String() {
					if r > 126 {
						t.Fatalf("%s: %q is no ASCII", lang, r)
					}
				}
			}
		}
	}
	var plain, painted bytes.Buffer
	_ = build(c).WriteText(&plain, certificate.Options{})
	_ = build(c).WriteText(&painted, certificate.Options{Color: true})
	if strings.Contains(plain.String(), "\x1b") || !strings.Contains(painted.String(), "\x1b[") {
		t.Error("colour does not follow the option")
	}
}

// All verdicts have a meaning and a way to be overturned, in both languages.
func TestEveryVerdictIsSaid(t *testing.T) {
	for _, v := range handshake.Verdicts() {
		if v == handshake.None {
			continue
		}
		s := story.New().SYN()
		r := s.Record()
		r.Handshake = v
		c := certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{})
		said := map[string]bool{}
		for _, it := range c.Items {
			if it.Text.EN == "" || it.Text.ES == "" || it.Label.ES == "" {
				t.Errorf("%v: %q lacks a language", v, it.Label.EN)
			}
			said[it.Label.EN] = true
		}
		for _, l := range []string{"means", "overturn", "forger"} {
			if !said[l] {
				t.Errorf("%v says nothing under %q", v, l)
			}
		}
	}
}

func TestFiltered(t *testing.T) {
	s := story.New().SYN()
	s.Packets = append(s.Packets, capture.Packet{Src: netip.MustParseAddr("10.0.0.254").As16(), Dst: s.Packets[0].Src, Proto: capture.ProtoICMP,
		Ver: 4, Flags: 3<<8 | 13, Bits: capture.ICMPError, Time: s.Packets[0].Time + 1e6, Index: 2})
	r := s.Record()
	r.Handshake, r.FilteredBy, r.ICMPFrame = handshake.Filtered, netip.MustParseAddr("10.0.0.254"), 2
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).WriteText(&b, certificate.Options{})
	if !strings.Contains(b.String(), "ICMP prohibited from 10.0.0.254 (frame 2)") {
		t.Error(b.String())
	}
}

// An ICMP error that comes from the address that was called is that end's, and nobody's on the way.
func TestFilteredByTheEndItself(t *testing.T) {
	s := story.New().SYN()
	r := s.Record()
	s.Packets = append(s.Packets, capture.Packet{Src: r.Resp.Addr.As16(), Dst: s.Packets[0].Src, Proto: capture.ProtoICMP,
		Ver: 4, Flags: 3<<8 | 13, Bits: capture.ICMPError, Time: s.Packets[0].Time + 1e6, Index: 2})
	r.Handshake, r.FilteredBy, r.ICMPFrame = handshake.Filtered, r.Resp.Addr, 2
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).WriteText(&b, certificate.Options{})
	text := strings.Join(strings.Fields(b.String()), " ")
	if !strings.Contains(text, "responder ICMP prohibited") || !strings.Contains(text, r.Resp.Addr.String()+" says that it may not") || strings.Contains(text, "on the way says") || strings.Contains(text, "on the way ICMP") {
		t.Error(b.String())
	}
}

// A certificate says what its proof shows: which end leaves its checksums to the card in words, and of
// packets that go on as if it were open that no opening proves it.
func TestCertificateInPlainWords(t *testing.T) {
	s := story.New().SYN().SYNACK(story.Ack(77)).ACK().Data(30).RespACK()
	r := s.Record()
	r.Handshake, r.Quality = handshake.Invalid, []string{"offload_checksums_orig", "offload_checksums_resp"}
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).WriteText(&b, certificate.Options{})
	text := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"offload checksums (originator)", "offload checksums (responder)", "no opening that would prove it is in this capture"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if m := certificate.Meaning(&record.Record{Proto: capture.ProtoTCP, HasPorts: true, Handshake: handshake.Unsolicited}); !strings.Contains(m.EN, "blames nobody") {
		t.Error(m)
	}
}

// Of a protocol without ports it is said which it is by its number, and of one that has a handshake not that there is none.
func TestProtocolsByNumber(t *testing.T) {
	if m := certificate.Meaning(&record.Record{Proto: 89}); !strings.Contains(m.EN, "OSPF") || !strings.Contains(m.ES, "OSPF") {
		t.Error(m)
	}
	if m := certificate.Meaning(&record.Record{Proto: 33}); strings.Contains(m.EN, "without connection") || strings.Contains(m.ES, "sin conexión") {
		t.Error(m)
	}
}

// A firewall sends port unreachable as well as the host whose port is closed.
func TestPortUnreachableIsNoProof(t *testing.T) {
	m := certificate.Meaning(&record.Record{Proto: capture.ProtoUDP, HasPorts: true, Exchange: handshake.ExchangeRefused})
	if !strings.Contains(m.EN, "usually") || !strings.Contains(m.ES, "normalmente") {
		t.Error(m)
	}
}

// Where it comes from somebody else it is a firewall's that rejects in its own name.
func TestPortUnreachableOfAnother(t *testing.T) {
	r := record.Record{Proto: capture.ProtoUDP, HasPorts: true, Exchange: handshake.ExchangeRefused}
	r.Resp.Addr = netip.MustParseAddr("192.0.2.2")
	for by, want := range map[string]bool{"192.0.2.2": false, "203.0.113.1": true} {
		r.FilteredBy = netip.MustParseAddr(by)
		if m := certificate.Meaning(&r); strings.Contains(m.EN, "not from who was asked") != want || strings.Contains(m.ES, "no el preguntado") != want {
			t.Error(by, m)
		}
	}
}

// Nobody answers from the address of a group, or of all.
func TestSentToMany(t *testing.T) {
	for to, want := range map[string]bool{"239.1.2.3": true, "255.255.255.255": true, "ff02::fb": true, "192.0.2.2": false} {
		s := story.NewUDP().Data(10)
		r := s.Record()
		r.Resp.Addr = netip.MustParseAddr(to)
		if m := certificate.Meaning(r); strings.Contains(m.EN, "to a group, or to all") != want || strings.Contains(m.ES, "a un grupo o a todos") != want {
			t.Error(to, m)
		}
		if r.ToMany() != want {
			t.Error(to)
		}
	}
}

// A router that drops a SYN for its size refuses nothing. The error that the record names is the one told, and
// no other of the connection.
func TestTooBig(t *testing.T) {
	s := story.New().SYN()
	s.Packets = append(s.Packets, capture.Packet{Src: netip.MustParseAddr("10.0.0.254").As16(), Dst: s.Packets[0].Src, Proto: capture.ProtoICMP,
		Ver: 4, Flags: 3<<8 | 4, Bits: capture.ICMPError, Time: s.Packets[0].Time + 1e6, Index: 2})
	r := s.Record()
	r.Handshake, r.ICMPFrame = handshake.NoAnswer, 2
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{HasICMP: true, ICMPType: 5}).WriteText(&b, certificate.Options{})
	for _, want := range []string{"all that came back is an ICMP message that refuses nothing", "ICMP fragmentation needed (frame 2)"} {
		if text := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

func TestLongIPv6Tuple(t *testing.T) {
	s := story.New().Open()
	r := s.Record()
	r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:6666"), netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:7777")
	for i := range s.Packets {
		p := &s.Packets[i]
		p.Ver = 6
		a, b := r.Orig.Addr.As16(), r.Resp.Addr.As16()
		if p.SrcPort == 80 {
			a, b = b, a
		}
		p.Src, p.Dst = a, b
	}
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).WriteText(&b, certificate.Options{})
	if !strings.Contains(b.String(), "ipv6.addr == 2001:db8:1111:2222:3333:4444:5555:6666 &&\n") {
		t.Errorf("the filter is not broken between its parts:\n%s", b.String())
	}
}

// However often an opening was repeated, the packets that the equations rest on are listed.
func TestLongOpeningListsItsProof(t *testing.T) {
	s := story.New().SYN().SYNACK()
	for range 12 {
		s.SYN(story.Seq(story.OrigISN))
	}
	s.SYNACK(story.Seq(5000)).SYN(story.Seq(story.OrigISN)).ACK(story.Ack(5001)).Reply(5, story.Seq(5001))
	rec := s.Record()
	c := certificate.Build(rec, trace.Build(s.Packets, rec), certificate.Context{})
	listed := map[uint64]bool{}
	for _, r := range c.Opening {
		listed[r.Frame] = true
	}
	if rec.Handshake != handshake.Completed || !listed[rec.SYNFrame] || !listed[rec.SYNACKFrame] || !listed[rec.ACKFrame] || c.Left == 0 || len(c.Opening) > 12 {
		t.Errorf("%v: frames %d, %d and %d prove it; %d are left out; listed are %v", rec.Handshake, rec.SYNFrame, rec.SYNACKFrame, rec.ACKFrame, c.Left, c.Opening)
	}
	var b bytes.Buffer
	if err := c.WriteText(&b, certificate.Options{}); err != nil || strings.Contains(b.String(), "of the same") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// What has no verdict has its protocol's name in the head, and no sentence about UDP. What
// is left out of many datagrams comes after those that are listed.
func TestOtherProtocols(t *testing.T) {
	for proto, name := range map[uint8]string{capture.ProtoSCTP: "SCTP", capture.ProtoICMP: "ICMP", 2: "IGMP", 253: "IP PROTOCOL 253"} {
		s := story.NewUDP()
		for range 12 {
			s.Data(8)
		}
		for i := range s.Packets {
			s.Packets[i].Proto = proto
		}
		rec := s.Record()
		rec.Proto, rec.Handshake, rec.Exchange = proto, handshake.None, handshake.ExchangeNone
		var b bytes.Buffer
		if err := certificate.Build(rec, trace.Build(s.Packets, rec), certificate.Context{}).WriteText(&b, certificate.Options{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		if !strings.HasSuffix(lines[0], "   "+name) || strings.Contains(b.String(), "UDP") || strings.HasPrefix(lines[12], "  9") || lines[12] != "  ... 3 more are left out" {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}

// widest are connections whose rows are as wide as rows get: all flags and data, long
// addresses, frames and times of long captures, numbers of ten digits that wrap.
func widest() []*certificate.Certificate {
	const all = capture.FIN | capture.SYN | capture.RST | capture.PSH | capture.ACK | capture.URG | capture.ECE | capture.CWR
	var out []*certificate.Certificate
	for _, s := range []*story.Story{
		story.New().Send(0, all, 1460),
		story.New().SYN().Send(1, all, 65535),
		story.New().SYN(story.Flags(capture.SYN|capture.PSH|capture.URG|capture.ECE|capture.CWR), story.Len(1400)).
			Wait(9e15).SYN(story.Seq(story.OrigISN), story.Flags(capture.SYN|capture.PSH|capture.URG|capture.ECE|capture.CWR)).
			SYNACK(story.Flags(capture.SYN | capture.ACK | capture.PSH | capture.URG | capture.ECE | capture.CWR)).ACK().Close(),
		story.New().SYN().SYNACK(story.Seq(3e9)).Wait(1e9).SYNACK(story.Seq(4e9), story.Flags(capture.SYN|capture.ACK|capture.PSH|capture.URG|capture.ECE|capture.CWR)).Send(0, all, 1460, story.Ack(1e9)),
		story.New().Open().Data(1460).Reply(1460).Send(1, all&^(capture.SYN|capture.FIN), 1460).Close(),
	} {
		for _, digits := range []uint64{0, 99_999_000, 9_999_999_999_000} {
			for _, v6 := range []bool{false, true} {
				ps := slices.Clone(s.Packets)
				m := *s
				m.Packets = ps
				for i := range ps {
					ps[i].Index += digits
				}
				r := m.Record()
				r.ID = 1 + digits
				if v6 {
					r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:6666"), netip.MustParseAddr("2001:db8:1111:2222:3333:4444:5555:7777")
					for i := range ps {
						a, b := r.Orig.Addr.As16(), r.Resp.Addr.As16()
						if ps[i].SrcPort == 80 {
							a, b = b, a
						}
						ps[i].Ver, ps[i].Src, ps[i].Dst = 6, a, b
					}
				}
				out = append(out, certificate.Build(r, trace.Build(ps, r), certificate.Context{}))
			}
		}
	}
	return out
}

// Whatever is in a row, it fits the terminal, nothing of it is lost, and columns stand apart.
func TestTheWidestRowsFit(t *testing.T) {
	for n, c := range widest() {
		for _, width := range []int{60, 72, 80, 100, 132} {
			for _, lang := range []string{"en", "es"} {
				for _, o := range []certificate.Options{{}, {ASCII: true}, {All: true}} {
					o.Width, o.Lang = width, lang
					var b bytes.Buffer
					_ = c.WriteText(&b, o)
					rows, _, _ := strings.Cut(b.String(), "\n  "+map[string]string{"en": "means ", "es": "significa "}[lang])
					for _, l := range strings.Split(b.String(), "\n") {
						if utf8.RuneCountInString(l) > width {
							t.Fatalf("%d, %s: %d columns of %d: %q\n%s", n, lang, utf8.RuneCountInString(l), width, l, rows)
						}
					}
					flat := strings.Join(strings.Fields(rows), " ")
					for _, r := range c.Opening {
						numbers := []string{}
						if r.HasSeq {
							numbers = append(numbers, strconv.FormatUint(uint64(r.Seq), 10))
						}
						if r.HasAck {
							numbers = append(numbers, strconv.FormatUint(uint64(r.Ack), 10))
						}
						if r.Frame != 0 {
							numbers = append(numbers, strconv.FormatUint(r.Frame, 10))
						}
						for _, w := range append(numbers, strings.FieldsFunc(r.Says.In(lang), func(r rune) bool { return r == ',' || r == ' ' })...) {
							if !regexp.MustCompile(`(^|[ ,])` + regexp.QuoteMeta(w) + `($|[ ,])`).MatchString(flat) {
								t.Fatalf("%d, %s, %d columns: no %q in\n%s", n, lang, width, w, rows)
							}
						}
					}
				}
			}
		}
	}
}

// Where every packet is cut before its numbers no column stands for them, and the table fits a narrow terminal.
func TestNoNumbersNoHeads(t *testing.T) {
	for _, c := range widest()[:1] {
		for i := range c.Opening {
			c.Opening[i].HasSeq, c.Opening[i].HasAck = false, false
		}
		for _, lang := range []string{"en", "es"} {
			var b bytes.Buffer
			_ = c.WriteText(&b, certificate.Options{Width: 60, Lang: lang})
			for _, l := range strings.Split(b.String(), "\n") {
				if strings.Contains(l, " seq ") && strings.Contains(l, " ack") || utf8.RuneCountInString(l) > 60 {
					t.Errorf("%s: %q in\n%s", lang, l, &b)
				}
			}
		}
	}
}

// Who asked by ICMP is told by the type of the messages, and is no guess.
func TestRolesOfPing(t *testing.T) {
	s := story.NewUDP().Data(8).Reply(8)
	for i := range s.Packets {
		s.Packets[i].Proto = capture.ProtoICMP
	}
	r := s.Record()
	r.Proto, r.HasPorts, r.RolesBy, r.Exchange, r.Orig.Port, r.Resp.Port = capture.ProtoICMP, false, handshake.RolesFirst, handshake.ExchangeNone, 8, 0
	var b bytes.Buffer
	_ = certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).WriteText(&b, certificate.Options{})
	if text := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(text, "the originator is who asked") || strings.Contains(text, "doubtful") || !strings.Contains(text, "ping: 1 asked, 1 answered") {
		t.Error(text)
	}
}

package certificate_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/trace/story"
	"portero/internal/view/certificate"
)

// What the capture knows of a responder besides the attempt itself: that its port answers
// others, or else that another port of it answers.
func TestAnswersOfOthers(t *testing.T) {
	at := func(id uint64, host string, port uint16, v handshake.Verdict) *record.Record {
		return &record.Record{ID: id, Proto: capture.ProtoTCP, Handshake: v, SYNACKFrame: id * 10, Resp: record.Side{Addr: netip.MustParseAddr(host), Port: port}}
	}
	const host, open, tried = "192.0.2.1", handshake.Completed, handshake.NoAnswer
	udp := at(1, host, 80, handshake.None)
	udp.Proto, udp.Exchange = capture.ProtoUDP, handshake.Answered
	self := at(9, host, 80, handshake.HalfOpen)
	for what, c := range map[string]struct {
		seen []*record.Record
		r    *record.Record
		want certificate.Context
	}{
		"nothing else":                    {nil, at(9, host, 80, tried), certificate.Context{}},
		"another attempt":                 {[]*record.Record{at(1, host, 80, tried)}, at(9, host, 80, tried), certificate.Context{}},
		"the same port":                   {[]*record.Record{at(1, host, 80, open), at(2, host, 443, open)}, at(9, host, 80, tried), certificate.Context{PortAnswers: 1, PortAnswersFrame: 10, HostAnswers: 2}},
		"the same port, another host":     {[]*record.Record{at(1, "192.0.2.2", 80, open)}, at(9, host, 80, tried), certificate.Context{}},
		"the same number of UDP":          {[]*record.Record{udp}, at(9, host, 80, tried), certificate.Context{}},
		"another port":                    {[]*record.Record{at(1, host, 443, open)}, at(9, host, 80, tried), certificate.Context{HostAnswers: 1}},
		"another port, then the same":     {[]*record.Record{at(1, host, 443, open), at(2, host, 80, open), at(3, host, 80, open)}, at(9, host, 80, tried), certificate.Context{PortAnswers: 2, PortAnswersFrame: 20, HostAnswers: 1}},
		"itself, which was half answered": {[]*record.Record{self}, self, certificate.Context{}},
		"itself and another":              {[]*record.Record{self, at(10, host, 80, open)}, self, certificate.Context{PortAnswers: 10, PortAnswersFrame: 100}},
	} {
		var a certificate.Answers
		for _, r := range c.seen {
			a.Observe(r)
		}
		if got := a.Context(c.r); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
	s := sample{s: story.New().SYN(), ctx: certificate.Context{HostAnswers: 7}}
	var b bytes.Buffer
	if err := build(s).WriteText(&b, certificate.Options{Width: 200}); err != nil || !strings.Contains(b.String(), "the host answers on another port (#7)") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// The filters to paste: this connection's packets, and the frames that prove the verdict.
func TestFiltersToPaste(t *testing.T) {
	v4, v4b, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::1")
	for want, edit := range map[string]func(r *record.Record){
		"ip.addr == 192.0.2.1 && ip.addr == 192.0.2.2 && tcp.port == 40000 && tcp.port == 80 && frame.number >= 3 && frame.number <= 9": func(*record.Record) {},
		"ip.addr == 192.0.2.1 && ip.addr == 192.0.2.2 && tcp.port == 80 && frame.number >= 3 && frame.number <= 9":                      func(r *record.Record) { r.Orig.Port = 80 },
		"ip.addr == 192.0.2.1 && tcp.port == 40000 && tcp.port == 80 && frame.number >= 3 && frame.number <= 9":                         func(r *record.Record) { r.Resp.Addr = v4 },
		"ipv6.addr == 2001:db8::1 && udp.port == 40000 && udp.port == 80 && frame.number >= 3 && frame.number <= 9": func(r *record.Record) {
			r.Orig.Addr, r.Resp.Addr, r.Proto = v6, v6, capture.ProtoUDP
		},
		"ip.addr == 192.0.2.1 && ip.addr == 192.0.2.2 && sctp.port == 40000 && sctp.port == 80 && frame.number >= 5 && frame.number <= 5": func(r *record.Record) {
			r.Proto, r.FirstFrame, r.LastFrame = capture.ProtoSCTP, 5, 5
		},
		// The last packet by its time is not the last of the file: clocks go backwards.
		"ip.addr == 192.0.2.1 && ip.addr == 192.0.2.2 && frame.number >= 2 && frame.number <= 8": func(r *record.Record) {
			r.Proto, r.HasPorts, r.FirstFrame, r.LastFrame = capture.ProtoICMP, false, 8, 2
		},
		"ip.addr == 192.0.2.1 && ip.addr == 192.0.2.2 && tcp.port == 40000 && tcp.port == 80": func(r *record.Record) { r.FirstFrame, r.LastFrame = 0, 0 },
	} {
		s := story.New().Open().Close()
		r := s.Record()
		tr := trace.Build(s.Packets, r)
		r.HasPorts, r.Orig.Addr, r.Resp.Addr, r.Orig.Port, r.Resp.Port, r.FirstFrame, r.LastFrame = true, v4, v4b, 40000, 80, 3, 9
		edit(r)
		if got := certificate.Build(r, tr, certificate.Context{}).Display; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	s := story.New().Open().Data(10).Reply(10).Close()
	r := s.Record()
	got := certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).Frames
	var ns []uint64
	for _, n := range regexp.MustCompile(`\d+`).FindAllString(got, -1) {
		x, _ := strconv.ParseUint(n, 10, 64)
		ns = append(ns, x)
	}
	for _, f := range append([]uint64{r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame}, r.CloseFrames...) {
		if !slices.Contains(ns, f) || !slices.IsSorted(ns) || len(slices.Compact(slices.Clone(ns))) != len(ns) {
			t.Errorf("%d proves it, and the filter is %s", f, got)
		}
	}
}

// However many packets change nothing, four are named and the others counted.
func TestIgnoredPacketsAreCounted(t *testing.T) {
	for n, more := range map[int]string{3: "", 4: "", 5: "; and 1 more: they change nothing", 9: "; and 5 more: they change nothing"} {
		s := story.New().Open().Data(10).RespACK()
		for i := range n {
			s.RespRST(story.Seq(0x40000000 + capture.Seq(i)))
		}
		r := s.Record()
		text := ""
		for _, i := range certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).Items {
			if i.Label.EN == "ignored" {
				text = i.Text.EN
			}
		}
		if strings.Count(text, "suspected injection") != min(n, 4) || !strings.Contains(text, more) || more == "" && strings.Contains(text, "more") {
			t.Errorf("%d: %q", n, text)
		}
	}
}

// Where Zeek sees nothing because it takes unfinished checksums for damage, that is the reason that is given, of
// datagrams too; where the sums are wrong, both leave the packets out and nothing differs.
func TestZeekPassesOverUnfinishedSums(t *testing.T) {
	for _, c := range []struct {
		proto          uint8
		state, history string
		quality        []string
		want           bool
	}{
		{capture.ProtoTCP, "OTH", "Cc", []string{"offload_checksums_orig", "offload_checksums_resp"}, true},
		{capture.ProtoTCP, "S0", "Sc", []string{"offload_checksums_resp"}, true},
		{capture.ProtoUDP, "OTH", "C", []string{"offload_checksums_orig"}, true},
		{capture.ProtoTCP, "SF", "ShADadcFf", []string{"bad_checksums"}, false},
		{capture.ProtoTCP, "SF", "ShADadFf", []string{"offload_checksums_orig"}, false}, // --zeek-ignore-checksums
		{capture.ProtoUDP, "SF", "Dd", nil, false},
	} {
		s := story.New().Open().Close()
		r := s.Record()
		r.Proto, r.ConnState, r.History, r.Quality = c.proto, c.state, c.history, c.quality
		text := certificate.Text{}
		for _, i := range certificate.Build(r, trace.Build(s.Packets, r), certificate.Context{}).Items {
			if i.Label.EN == "others" {
				text = i.Text
			}
		}
		if strings.Contains(text.EN, "--zeek-ignore-checksums") != c.want || strings.Contains(text.ES, "--zeek-ignore-checksums") != c.want || c.want && strings.Contains(text.EN, "It counts flags") {
			t.Errorf("%+v: %s / %s", c, text.EN, text.ES)
		}
	}
}

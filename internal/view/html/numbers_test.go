package html

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/handshake"
	"portero/internal/doctor"
	"portero/internal/findings"
	"portero/internal/view"
	"portero/internal/words"
)

// Clocks go as wild as a file can say: every connection is in a bar or told as outside, and
// the bars are no more than there is room for.
func TestTimelineOfWildClocks(t *testing.T) {
	const early, late = int64(-4e18), int64(math.MaxInt64 / 2)
	for _, times := range [][]int64{{early, late}, {0, late}, {early, 0}, {late}, {early, early + 1, 0, late}, {early, 1e18, 1e18, 1e18, 1e18, late}} {
		for _, more := range []int{0, 500} { // ordinary ones among them
			var h histogram
			for _, at := range times {
				h.add(at, view.Failed)
			}
			for i := range more {
				h.add(1_700_000_000e9+int64(i)*1e9, view.Opened)
			}
			tl := h.drawn(96)
			n := tl.outside
			for i := range tl.bins {
				n += sum(&tl.bins[i])
			}
			if n != uint64(len(times)+more) || len(tl.bins) > 96 {
				t.Errorf("%v and %d more: %d in %d bars of %v", times, more, n, len(tl.bins), time.Duration(tl.width))
			}
			if more > 0 && len(times) <= 5 && (tl.outside == 0 || len(tl.bins) < 30) {
				t.Errorf("%v flatten %d others: %d bars, %d outside", times, more, len(tl.bins), tl.outside)
			}
		}
	}
}

// The bars of the timeline have the times that people count in, each finds its connections, and
// the five marks below go from its beginning to its end.
func TestTimelineIsLabelled(t *testing.T) {
	begin := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixNano()
	for _, x := range []struct {
		every       time.Duration
		n           int
		width       string
		first, last string // marks
		filter      string // of the second bar
	}{
		{20 * time.Millisecond, 100, "50 ms", "10:00:00.000", "10:00:02.000", "t>=0.05 t<0.1"},
		{time.Second, 60, "1 s", "10:00:00", "10:01:00", "t>=1 t<2"},
		{time.Minute, 70, "60 s", "10:00:00", "11:10:00", "t>=60 t<120"},
		{time.Hour, 20, "15 min", "10:00:00", "05:15:00", "t>=900 t<1800"},
		{time.Hour, 30, "30 min", "2026-03-01 10:00", "2026-03-02 15:30", "t>=1800 t<3600"},
		{time.Hour, 60, "60 min", "2026-03-01 10:00", "2026-03-03 22:00", "t>=3600 t<7200"},
		{24 * time.Hour, 60, "24 h", "2026-03-01", "2026-04-30", "t>=50400 t<136800"}, // from midnight
		{365 * 24 * time.Hour, 90, "364 d", "", "", ""},
	} {
		c := New(Limits{})
		for i := range x.n {
			r := rec(uint64(i+1), handshake.Completed)
			r.First = begin + int64(i)*int64(x.every)
			c.Observe(r)
		}
		ch := c.drawTime(begin)
		total := uint64(0)
		for _, b := range ch.Bars {
			total += b.Total
			if b.Total > ch.Most || len(b.Parts) != min(int(b.Total), 1) {
				t.Errorf("%v: %+v of %d", x.every, b, ch.Most)
			}
		}
		if total != uint64(x.n) || ch.Outside != 0 || len(ch.Ticks) != 5 {
			t.Errorf("%v: %d connections, %d outside, marks %q", x.every, total, ch.Outside, ch.Ticks)
		}
		if x.first == "" {
			continue
		}
		if ch.Width[0] != x.width || ch.Ticks[0] != x.first || ch.Ticks[4] != x.last || ch.Bars[1].Filter != x.filter {
			t.Errorf("%v: width %s, marks %q, filter %q", x.every, ch.Width[0], ch.Ticks, ch.Bars[1].Filter)
		}
	}
	if c := New(Limits{}); c.drawTime(0) != nil {
		t.Error("a timeline of nothing")
	}
	c := New(Limits{})
	c.Observe(rec(1, handshake.Completed))
	if c.drawTime(0) != nil {
		t.Error("a timeline of one moment")
	}
}

// Outcomes are counted by what they are: TCP first, then UDP, then the rest, the most frequent
// first; each finds its connections, and the strip shows shares of all.
func TestOutcomes(t *testing.T) {
	c := New(Limits{})
	id := uint64(0)
	add := func(n int, proto uint8, v handshake.Verdict, x handshake.Exchange) {
		for range n {
			id++
			r := rec(id, v)
			r.Proto, r.Exchange = proto, x
			c.Observe(r)
		}
	}
	add(900, 47, handshake.None, 0)
	add(10, 6, handshake.Completed, 0)
	add(30, 6, handshake.Refused, 0)
	add(10, 6, handshake.NoAnswer, 0)
	add(50, 17, handshake.None, handshake.Answered)
	counts, strip := c.pictured()
	var got []string
	for _, x := range counts {
		got = append(got, fmt.Sprintf("%d %s %s %s %s", x.Group, x.Filter, strconv.FormatUint(x.N, 10), x.Share, x.Word[0]))
		if x.Means[0] == "" || x.Means[1] == "" || x.Means[0] == x.Means[1] || strings.Contains(x.Means[0], "Neither") != (x.Group == 2) {
			t.Errorf("%s means %q", x.Filter, x.Means)
		}
	}
	want := []string{"0 handshake=refused 30 3.33 refused", "0 handshake=completed 10 1.11 completed", "0 handshake=no_answer 10 1.11 no answer", "1 exchange=answered 50 5.56 answered", "2 proto=47 900 100.00 GRE"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	x := 0.0
	for _, s := range strip {
		from, _ := strconv.ParseFloat(s.X, 64)
		w, _ := strconv.ParseFloat(s.W, 64)
		if math.Abs(from-x) > 0.02 || w <= 0 {
			t.Errorf("%+v does not begin at %v", s, x)
		}
		x = from + w + 3
	}
	if math.Abs(x-1000) > 0.1 || len(strip) < 3 {
		t.Errorf("the strip ends at %v: %+v", x, strip)
	}
}

// Lists of the page are bounded, the busiest first, and say how many more there are.
func TestListsAreBounded(t *testing.T) {
	c := New(Limits{})
	id := uint64(0)
	for host := range 100 {
		for range host + 1 {
			id++
			r := rec(id, handshake.Completed)
			r.RolesBy, r.Resp.Addr, r.Resp.Port, r.Resp.Pkts = handshake.RolesSYN, netip.AddrFrom4([4]byte{192, 0, 2, byte(100 + host)}), 80, 3
			c.Observe(r)
		}
	}
	var m model
	c.fillDoors(&m, nil)
	if len(m.Doors) != mostAtOnce || len(m.DoorsFolded) != 60-mostAtOnce || m.MoreDoors != 40 || m.Doors[0].Host != "192.0.2.199" || m.Doors[1].Host != "192.0.2.198" {
		t.Errorf("%d doors, %d folded, %d more, first %s", len(m.Doors), len(m.DoorsFolded), m.MoreDoors, m.Doors[0].Host)
	}
	if len(m.Hosts) != mostAtOnce || len(m.HostsFolded) != 40-mostAtOnce || m.MoreHosts != 61 || m.Hosts[0].Addr != "192.0.2.1" || m.Hosts[1].Addr != "192.0.2.199" {
		t.Errorf("%d hosts, %d folded, %d more, first %s, %s", len(m.Hosts), len(m.HostsFolded), m.MoreHosts, m.Hosts[0].Addr, m.Hosts[1].Addr)
	}
}

// So does the list of findings, and that of connections for a browser without scripts.
func TestFindingsAndPlainRowsAreBounded(t *testing.T) {
	for _, n := range []int{39, 40, 41, 60, 61, 75} {
		c := New(Limits{})
		fs := make([]findings.Finding, n)
		for i := range n {
			c.Observe(rec(uint64(i+1), handshake.Completed))
			fs[i] = findings.Finding{Kind: "port-scan", Severity: "low", Basis: "observed", Records: []uint64{uint64(987600000 + i)}, Count: 1}
		}
		var b bytes.Buffer
		if err := c.Write(&b, &view.Summary{Inputs: []string{"x.pcap"}}, fs, Options{Lang: words.English}); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for i := range n {
			if shown := strings.Contains(page, fmt.Sprint(987600000+i)); shown != (i < 60) {
				t.Fatalf("of %d findings number %d is shown: %v", n, i+1, shown)
			}
		}
		if got := len(c.plainRows(c.store.rows())); got != min(n, 40) {
			t.Errorf("%d rows of %d without scripts", got, n)
		}
	}
}

// What a finding rests on is told and shown first, the worst first; what the user muted does
// not ask for room.
func TestEvidenceComesFirst(t *testing.T) {
	fs := []findings.Finding{{Records: []uint64{7, 3}}, {Records: []uint64{5}}, {Records: []uint64{9}, Muted: "our own"}}
	if ids := Evidence(fs); !slices.Equal(ids, []uint64{7, 3, 5}) {
		t.Error(ids)
	}
	c := New(Limits{Stories: 2})
	for id := uint64(1); id <= 9; id++ {
		c.Observe(rec(id, handshake.Completed))
	}
	if id := c.start(nil); id != 1 {
		t.Errorf("the page opens with %d", id)
	}
	if id := c.start([]uint64{7, 3}); id != 7 {
		t.Errorf("the page opens with %d, and not with what is worst", id)
	}
	ids := c.Choose([]uint64{7, 3, 5})
	if !slices.Equal(ids, []uint64{7, 3}) {
		t.Errorf("%v are told", ids)
	}
	c.stories[3] = &story{}
	if id := c.start([]uint64{7, 3, 5}); id != 3 {
		t.Errorf("the page opens with %d, and not with what can be told", id)
	}
	c.stories[2] = &story{}
	delete(c.stories, 3)
	if id := c.start([]uint64{7, 3, 5}); id != 2 {
		t.Errorf("the page opens with %d, and not with what can be told", id)
	}
	if id := New(Limits{}).start(nil); id != 0 {
		t.Errorf("the page of nothing opens with %d", id)
	}
	// Without a finding those first that deserve a look.
	c = New(Limits{})
	for id, v := range []handshake.Verdict{handshake.Completed, handshake.Completed, handshake.Refused, handshake.Invalid, handshake.Completed} {
		r := rec(uint64(id+1), v)
		if id == 4 {
			r.Close = handshake.Reset
		}
		c.Observe(r)
	}
	if ids := c.Choose(nil); !slices.Equal(ids, []uint64{4, 3, 5, 1, 2}) {
		t.Errorf("%v are told", ids)
	}
}

// The head names what was read: one file by its name, several by the first and how many more.
func TestHead(t *testing.T) {
	s := view.Summary{Frames: 1234, Bytes: 10_000_000, First: 1_700_000_000e9, Last: 1_700_000_090e9, Inputs: []string{"/a/b\x1b.pcap"},
		Remarks: []doctor.Remark{{Severity: "warning", Text: "x", Frame: 3}, {Severity: "info", Text: "y"}}}
	var m model
	m.head(&s)
	if m.Title != "b\ufffd.pcap" || m.Files != "" || m.Frames != "1234" || m.Bytes != "10 MB" || m.Span != "90 s" || m.From != "2023-11-14 22:13:20 UTC" {
		t.Errorf("%+v", m)
	}
	if len(m.Remarks) != 2 || !m.Remarks[0].Warning || m.Remarks[1].Warning || m.Remarks[0].Frame != 3 || m.Remarks[0].Text[0] != "X" {
		t.Errorf("%+v", m.Remarks)
	}
	for n, want := range map[int]string{2: "x.pcap, x.pcap", 20: strings.TrimSuffix(strings.Repeat("x.pcap, ", 20), ", "), 21: strings.Repeat("x.pcap, ", 20) + "..."} {
		m = model{}
		m.head(&view.Summary{Inputs: slices.Repeat([]string{"x.pcap"}, n)})
		if m.Files != want || m.Title != "x.pcap +"+strconv.Itoa(n-1) || m.Span+m.From != "" {
			t.Errorf("%d: %q, %q, %q", n, m.Title, m.Files, m.Span)
		}
	}
}

// Spans are rounded, never cut to the wrong side, and read in the unit that fits.
func TestSpans(t *testing.T) {
	for ns, want := range map[time.Duration]string{999 * time.Microsecond: "999 µs", time.Millisecond: "1 ms", 999 * time.Millisecond: "999 ms", time.Second: "1 s", 1460 * time.Millisecond: "1.5 s", 119 * time.Second: "119 s",
		2 * time.Minute: "2 min", 123 * time.Second: "2.1 min", 119 * time.Minute: "119 min", 2 * time.Hour: "2 h", 127 * time.Minute: "2.1 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 d", 60 * time.Hour: "2.5 d"} {
		if got := seconds(int64(ns)); got != want {
			t.Errorf("%v: %s, want %s", ns, got, want)
		}
	}
}

// All pictures of how connections opened count the same: a RST that somebody injected into an open
// connection makes its row red, and no opening irregular.
func TestPicturesAgree(t *testing.T) {
	c := New(Limits{})
	for id := uint64(1); id <= 40; id++ {
		v := handshake.Completed
		if id%4 == 0 {
			v = handshake.Refused
		}
		r := rec(id, v)
		r.First = int64(id) * 1e9
		r.SuspectedRSTs = id % 2
		c.Observe(r)
	}
	counts, _ := c.pictured()
	var above, below [4]uint64
	for i := range counts {
		for tone := range above {
			if view.Tone(tone).String() == counts[i].Tone {
				above[tone] += counts[i].N
			}
		}
	}
	ch := c.drawTime(0)
	if ch == nil {
		t.Fatal("no timeline")
	}
	for i := range ch.Bars {
		for tone, n := range ch.Bars[i].N {
			below[tone] += n
		}
	}
	if above != below || above[view.Opened] != 30 || above[view.Failed] != 10 {
		t.Errorf("%v by opening, %v by time", above, below)
	}
}

// A frame that proves a door is named with the input it lies in, where there are several.
func TestDoorsNameTheFile(t *testing.T) {
	for _, file := range []string{"", "slices/b.pcap"} {
		c := New(Limits{})
		r := rec(1, handshake.Completed)
		r.RolesBy, r.Resp.Pkts, r.SYNACKFrame, r.File = handshake.RolesSYN, 2, 7, file
		c.Observe(r)
		var b bytes.Buffer
		if err := c.Write(&b, &view.Summary{Inputs: []string{"x.pcap"}, First: 1, Last: 2}, nil, Options{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "(<bdi>slices/b.pcap</bdi>)"); got != (file != "") {
			t.Errorf("%q: the file is named: %v", file, got)
		}
	}
}

// What a kind means is said once for all that was seen of it; what the user muted, and what is less grave, stands apart.
func TestFindingsOfAKind(t *testing.T) {
	f := func(kind, severity, muted string, frames ...uint64) findings.Finding {
		return findings.Finding{Kind: kind, Severity: severity, Basis: "observed", Muted: muted, Frames: frames, Records: frames}
	}
	fs := []findings.Finding{f("port-mismatch", "medium", "", 1), f("port-mismatch", "medium", "", 2), f("port-mismatch", "medium", "ours", 3), f("port-mismatch", "low", "", 4), f("beacon", "low", "", 5)}
	var b strings.Builder
	if err := New(Limits{}).Write(&b, &view.Summary{}, fs, Options{}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	k, _ := findings.KindOf("port-mismatch")
	for s, n := range map[string]int{`<article class="finding`: 4, ` many">`: 1, "<ul class=\"seen\">": 1, html.EscapeString(k.Next[0]): 3} {
		if got := strings.Count(page, s); got != n {
			t.Errorf("%q is in it %d times, want %d", s, got, n)
		}
	}
	for i := 1; i <= 5; i++ {
		if s := fmt.Sprintf(`trama</span> %d`, i); !strings.Contains(page, s) {
			t.Errorf("no frame %d", i)
		}
	}
}

package ipfix_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/handshake"
	"portero/internal/corpus"
	"portero/internal/export/ipfix"
	"portero/internal/record"
)

// message is one message taken apart by nothing but RFC 7011.
type message struct {
	seq, domain uint32
	templates   map[uint16][]field
	records     []map[field][]byte
	options     int
}

type field struct {
	id  uint16
	ent uint32
	len uint16
}

func parse(t *testing.T, b []byte, known map[uint16][]field) message {
	t.Helper()
	m := message{templates: map[uint16][]field{}}
	if len(b) < 16 || binary.BigEndian.Uint16(b) != 10 || int(binary.BigEndian.Uint16(b[2:])) != len(b) {
		t.Fatalf("header %x of %d octets", b[:min(len(b), 16)], len(b))
	}
	m.seq, m.domain = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	for b = b[16:]; len(b) > 0; {
		id, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n <= 4 || n > len(b) {
			t.Fatalf("set %d of %d octets, %d are left", id, n, len(b))
		}
		set := b[4:n]
		b = b[n:]
		switch {
		case id == 2 || id == 3:
			for len(set) > 0 {
				tid, count := binary.BigEndian.Uint16(set), int(binary.BigEndian.Uint16(set[2:]))
				set = set[4:]
				if id == 3 {
					set = set[2:]
				}
				var fs []field
				for range count {
					f := field{id: binary.BigEndian.Uint16(set), len: binary.BigEndian.Uint16(set[2:])}
					set = set[4:]
					if f.id&0x8000 != 0 {
						f.id &= 0x7fff
						if f.ent = binary.BigEndian.Uint32(set); f.ent == 0 {
							t.Fatalf("element %d is of an enterprise, and of none", f.id)
						}
						set = set[4:]
					}
					fs = append(fs, f)
				}
				known[tid], m.templates[tid] = fs, fs
			}
		default:
			fs, ok := known[id]
			if !ok {
				t.Fatalf("a set of %d, of which no template was sent", id)
			}
			for len(set) > 0 {
				r := map[field][]byte{}
				for _, f := range fs {
					n := int(f.len)
					if f.len == 0xffff {
						n = int(set[0])
						set = set[1:]
					}
					r[f] = set[:n]
					set = set[n:]
				}
				if fs[0].id == 346 {
					m.options++
				}
				m.records = append(m.records, r)
			}
		}
	}
	return m
}

func number(r map[field][]byte, id uint16, ent uint32) (v uint64) {
	for f, b := range r {
		if f.id == id && f.ent == ent {
			for _, c := range b {
				v = v<<8 | uint64(c)
			}
			return v
		}
	}
	return 1 << 63
}

func TestMessages(t *testing.T) {
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		rs = append(rs, *corpus.Made(uint64(i)))
	}
	rs[0].ServerName = "a\xffb"
	known := map[uint16][]field{}
	var got []map[field][]byte
	var expect uint32
	options := 0
	e := ipfix.NewEncoder(ipfix.Options{Domain: 7, Interface: 3}, func(b []byte) {
		if len(b) > 1400 {
			t.Fatalf("%d octets do not fit a datagram", len(b))
		}
		m := parse(t, slices.Clone(b), known)
		if m.seq != expect || m.domain != 7 {
			t.Fatalf("sequence %d, want %d; domain %d", m.seq, expect, m.domain)
		}
		expect += uint32(len(m.records))
		options += m.options
		for _, r := range m.records {
			if _, isOption := r[field{346, 0, 4}]; !isOption {
				got = append(got, r)
			}
		}
	})
	e.Templates(1)
	for i := range rs {
		e.Write(&rs[i], 1)
		if i == 300 {
			e.Flush(2)
			e.Templates(2)
		}
	}
	e.Flush(3)
	if len(got) != len(rs) || e.Records != uint64(len(rs)) || options != 2*len(ipfix.Registry()) {
		t.Fatalf("%d records of %d came out, %d names", len(got), len(rs), options)
	}
	const pen, rev = ipfix.DefaultPEN, 29305
	for i := range rs {
		r, g := &rs[i], got[i]
		o, p := r.ControlBits()
		for _, c := range []struct {
			name string
			id   uint16
			ent  uint32
			want uint64
		}{
			{"protocol", 4, 0, uint64(r.Proto)}, {"packets", 2, 0, r.Orig.Pkts}, {"octets", 1, 0, r.Orig.Wire}, {"reverse packets", 2, rev, r.Resp.Pkts}, {"reverse octets", 1, rev, r.Resp.Wire},
			{"end reason", 136, 0, uint64(r.EndReason)}, {"interface", 10, 0, 3}, {"control bits", 6, 0, uint64(o)}, {"reverse control bits", 6, rev, uint64(p)},
			{"start", 152, 0, uint64(r.First / 1e6)}, {"verdict", 1, pen, uint64(r.Handshake)}, {"id", 148, 0, r.ID}, {"payload", 231, 0, r.Orig.Payload}, {"payload back", 232, 0, r.Resp.Payload},
		} {
			if v := number(g, c.id, c.ent); v != c.want {
				t.Errorf("record %d: %s is %d, want %d", i, c.name, v, c.want)
			}
		}
		rtt := uint64(ipfix.Unknown)
		if r.ServerRTT >= 0 {
			rtt = uint64(r.ServerRTT / 1000)
		}
		if v := number(g, 7, pen); v != rtt {
			t.Errorf("record %d: server RTT %d, want %d", i, v, rtt)
		}
		if len(r.VLAN) > 0 && number(g, 58, 0) != uint64(r.VLAN[0]) {
			t.Errorf("record %d: VLAN %d", i, number(g, 58, 0))
		}
		src := g[field{8, 0, 4}]
		if src == nil {
			src = g[field{27, 0, 16}]
		}
		if a, _ := netip.AddrFromSlice(src); a != r.Orig.Addr {
			t.Errorf("record %d: from %v, want %v", i, a, r.Orig.Addr)
		}
	}
}

// A flow that goes on is reported once a minute, each report begins where the one before it
// ended, and they add up.
func TestInterimRecordsAddUp(t *testing.T) {
	known := map[uint16][]field{}
	var pkts, octets, there, back uint64
	var reasons, starts, ends []uint64
	e := ipfix.NewEncoder(ipfix.Options{}, func(b []byte) {
		for _, r := range parse(t, b, known).records {
			if number(r, 346, 0) == 1<<63 {
				pkts += number(r, 2, 0)
				octets += number(r, 1, 29305)
				there += number(r, 231, 0)
				back += number(r, 232, 0)
				reasons = append(reasons, number(r, 136, 0))
				starts = append(starts, number(r, 152, 0))
				ends = append(ends, number(r, 153, 0))
			}
		}
	})
	e.Templates(1)
	r := corpus.Made(0)
	r.Close = handshake.StillOpen
	first := uint64(r.First / 1e6)
	for i := range 10 { // ten reports within 200 s
		r.Final, r.Last, r.Orig.Pkts, r.Resp.Wire = false, r.First+int64(i)*20e9, uint64(10*i+1), uint64(1000*i+5)
		r.Orig.Payload, r.Resp.Payload = uint64(100*i), uint64(200*i)
		if e.Due(r, r.Last) {
			e.Interim(r, r.Last, 1)
		}
	}
	r.Final, r.Last, r.Orig.Pkts, r.Resp.Wire = true, r.First+500e9, 200, 12345
	r.Orig.Payload, r.Resp.Payload = 5000, 6000
	e.Write(r, 1)
	e.Flush(1)
	if len(reasons) != 4 || reasons[0] != 2 || reasons[3] != 3 || pkts != 200 || octets != 12345 || there != 5000 || back != 6000 {
		t.Errorf("reasons %v, %d packets, %d octets, payloads %d and %d", reasons, pkts, octets, there, back)
	}
	if !slices.Equal(starts, append([]uint64{first}, ends[:len(ends)-1]...)) || ends[len(ends)-1] != first+500_000 {
		t.Errorf("from %v to %v", starts, ends)
	}
}

// When a flow that goes on is reported: each look is a time after its beginning, that of its last
// packet, and how many packets it has by then; want are the packets of the report, if there is one.
func TestWhenAFlowIsReported(t *testing.T) {
	const s = int64(1e9)
	type look struct{ at, last, pkts, want int64 }
	tcp := func(r *record.Record) { r.Handshake, r.Close = handshake.Completed, handshake.StillOpen }
	udp := func(r *record.Record) {
		r.Proto, r.Handshake, r.Close, r.Exchange = capture.ProtoUDP, handshake.None, handshake.CloseNone, handshake.Stream
	}
	for _, c := range []struct {
		name   string
		active int64
		make   func(r *record.Record)
		looks  []look
	}{
		{"a download", 0, tcp, []look{{59, 59, 5, 0}, {60, 60, 6, 6}, {61, 61, 7, 0}, {119, 119, 8, 0}, {120, 120, 9, 3}}},
		{"silence after a burst", 0, tcp, []look{{59, 2, 5, 0}, {60, 2, 5, 5}, {200, 2, 5, 0}, {4000, 3999, 6, 1}}},
		{"seen from its middle", 0, func(r *record.Record) { r.Handshake, r.Close = handshake.Midstream, handshake.StillOpen }, []look{{60, 2, 5, 5}}},
		{"closed, waiting for late packets", 0, func(r *record.Record) { r.Handshake, r.Close = handshake.Completed, handshake.Closed }, []look{{70, 50, 5, 0}}},
		{"reset", 0, func(r *record.Record) { r.Handshake, r.Close = handshake.Completed, handshake.Reset }, []look{{70, 50, 5, 0}}},
		{"half closed", 0, func(r *record.Record) { r.Handshake, r.Close = handshake.Completed, handshake.HalfClosed }, []look{{70, 50, 5, 5}}},
		{"an attempt that nobody answered", 0, func(r *record.Record) { r.Handshake, r.Close = handshake.NoAnswer, handshake.CloseNone }, []look{{100, 31, 6, 0}}},
		{"a question and its answer", 0, udp, []look{{60, 0, 2, 0}, {61, 0, 2, 0}}},
		{"a stream", 0, udp, []look{{60, 59, 2, 0}, {61, 60, 3, 3}, {121, 119, 4, 0}, {122, 121, 5, 2}}},
		{"every five seconds", 5 * s, tcp, []look{{4, 4, 1, 0}, {5, 5, 2, 2}, {10, 6, 3, 1}}},
		{"only at its end", -1, tcp, []look{{100, 100, 1, 0}, {10000, 10000, 2, 0}}},
		// The clock was set back by an hour, before the first report and after it.
		{"a clock set back at first", 0, tcp, []look{{30, 30, 5, 0}, {-3600, 30, 6, 0}, {-3541, 30, 6, 0}, {-3540, 30, 6, 6}}},
		{"a clock set back later", 0, tcp, []look{{60, 60, 5, 5}, {-3600, 60, 6, 0}, {-3541, 60, 6, 0}, {-3540, 60, 6, 1}}},
	} {
		known := map[uint16][]field{}
		told := int64(0)
		e := ipfix.NewEncoder(ipfix.Options{Active: c.active}, func(b []byte) {
			for _, r := range parse(t, b, known).records {
				if number(r, 346, 0) == 1<<63 {
					told += int64(number(r, 2, 0))
				}
			}
		})
		e.Templates(1)
		r := corpus.Made(0)
		c.make(r)
		r.Final, r.Resp.Pkts = false, 0
		for _, l := range c.looks {
			told = 0
			r.Last, r.Orig.Pkts = r.First+l.last*s, uint64(l.pkts)
			if e.Due(r, r.First+l.at*s) {
				e.Interim(r, r.First+l.at*s, 1)
			}
			if e.Flush(1); told != l.want {
				t.Errorf("%s, after %d s: %d packets are reported, want %d", c.name, l.at, told, l.want)
			}
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	e := ipfix.NewEncoder(ipfix.Options{}, func([]byte) {})
	r := corpus.Made(5)
	e.Write(r, 1)
	if n := testing.AllocsPerRun(500, func() { e.Write(r, 1) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	e := ipfix.NewEncoder(ipfix.Options{}, func([]byte) {})
	var rs [16]*record.Record
	for i := range rs {
		rs[i] = corpus.Made(uint64(i))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e.Write(rs[i&15], 1)
		i++
	}
}

// An ICMP error, which nobody answers, carries its code.
func TestICMPCode(t *testing.T) {
	r := corpus.Made(8)
	r.Proto, r.HasPorts, r.Orig.Port, r.Resp.Port = 1, false, 3, 13
	known := map[uint16][]field{}
	var codes []uint64
	e := ipfix.NewEncoder(ipfix.Options{}, func(b []byte) {
		for _, got := range parse(t, slices.Clone(b), known).records {
			if v := number(got, 32, 0); v != 1<<63 {
				codes = append(codes, v)
			}
		}
	})
	e.Templates(1)
	e.Write(r, 1)
	e.Flush(1)
	if !slices.Equal(codes, []uint64{3<<8 | 13}) {
		t.Errorf("%x", codes)
	}
}

// one is r as a collector reads it.
func one(t *testing.T, r *record.Record, opt ipfix.Options) (got map[field][]byte) {
	t.Helper()
	known := map[uint16][]field{}
	e := ipfix.NewEncoder(opt, func(b []byte) {
		for _, x := range parse(t, slices.Clone(b), known).records {
			if _, isOption := x[field{346, 0, 4}]; !isOption {
				got = x
			}
		}
	})
	e.Templates(1)
	e.Write(r, 1)
	e.Flush(1)
	if got == nil {
		t.Fatal("no record came")
	}
	return got
}

func octets(r map[field][]byte, id uint16, ent uint32) []byte {
	for f, b := range r {
		if f.id == id && f.ent == ent {
			return b
		}
	}
	return nil
}

// Times are those of the packets, in milliseconds and as NTP has them (RFC 7011, section
// 6.1.10: seconds since 1900 and parts of 2^32), also before 1970, which milliseconds without a sign cannot tell.
func TestTimes(t *testing.T) {
	for _, c := range []struct {
		first, last    int64
		startMs, endMs uint64
		start, end     time.Time
	}{
		{1_700_000_000_123_456_789, 1_700_000_061_000_000_000, 1_700_000_000_123, 1_700_000_061_000, time.Unix(1_700_000_000, 123_456_789), time.Unix(1_700_000_061, 0)},
		{6e9, 8e9, 6000, 8000, time.Unix(6, 0), time.Unix(8, 0)},
		{5e9, 4e9, 5000, 5000, time.Unix(5, 0), time.Unix(5, 0)}, // a clock that went back: no end before its start
		{-1_250_000_000, -500_000_000, 0, 0, time.Unix(-2, 750_000_000), time.Unix(-1, 500_000_000)},
	} {
		r := corpus.Made(1)
		r.First, r.Last = c.first, c.last
		got := one(t, r, ipfix.Options{})
		if s, e := number(got, 152, 0), number(got, 153, 0); s != c.startMs || e != c.endMs {
			t.Errorf("%d to %d: %d to %d ms", c.first, c.last, s, e)
		}
		for id, want := range map[uint16]time.Time{156: c.start, 157: c.end} {
			v := number(got, id, 0)
			epoch := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
			at := time.Unix(int64(v>>32)+epoch, int64((v&0xffffffff)*1e9>>32))
			if d := at.Sub(want); d != 0 || len(octets(got, id, 0)) != 8 {
				t.Errorf("%d to %d: element %d says %v, want %v", c.first, c.last, id, at.UTC(), want.UTC())
			}
		}
	}
}

// The kind of flow decides what is told of it: ports, ICMP's type and code, or neither.
func TestKindsOfFlows(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for _, c := range []struct {
		what  string
		proto uint8
		ports bool
		a     netip.Addr
		want  map[uint16]uint64
		not   []uint16
	}{
		{"TCP", 6, true, v4, map[uint16]uint64{4: 6, 7: 40000, 11: 443, 12: 192<<24 | 2<<8 | 1}, []uint16{27, 28, 32, 139}},
		{"UDP over IPv6", 17, true, v6, map[uint16]uint64{4: 17, 7: 40000, 11: 443}, []uint16{8, 12, 32, 139}},
		{"ICMP", 1, false, v4, map[uint16]uint64{4: 1, 32: 3<<8 | 13}, []uint16{7, 11, 139}},
		{"ICMPv6", 58, false, v6, map[uint16]uint64{4: 58, 139: 3<<8 | 13}, []uint16{7, 11, 32}},
		{"GRE", 47, false, v4, map[uint16]uint64{4: 47}, []uint16{7, 11, 32, 139, 27}},
		{"ESP over IPv6", 50, false, v6, map[uint16]uint64{4: 50}, []uint16{7, 11, 32, 139, 8}},
	} {
		r := corpus.Made(8)
		r.Proto, r.HasPorts, r.Orig.Addr, r.Resp.Addr, r.Orig.Port, r.Resp.Port = c.proto, c.ports, c.a, c.a, 40000, 443
		if !c.ports {
			r.Orig.Port, r.Resp.Port = 3, 13
		}
		got := one(t, r, ipfix.Options{Interface: 7})
		for id, want := range c.want {
			if v := number(got, id, 0); v != want {
				t.Errorf("%s: element %d is %d, want %d", c.what, id, v, want)
			}
		}
		for _, id := range c.not {
			if octets(got, id, 0) != nil {
				t.Errorf("%s has element %d", c.what, id)
			}
		}
		if c.a == v6 {
			if b := octets(got, 28, 0); string(b) != string(v6.AsSlice()) {
				t.Errorf("%s: to %x", c.what, b)
			}
		}
		if in, out := number(got, 10, 0), number(got, 14, 0); in != 7 || out != 0 {
			t.Errorf("%s: interfaces %d and %d", c.what, in, out)
		}
	}
}

// The outer and the innermost of a frame's tags; what is not known, or is more than there is
// room for, is never another number.
func TestTagsAndBorders(t *testing.T) {
	for _, c := range []struct {
		tags         []uint32
		outer, inner uint64
	}{{nil, 0, 0}, {[]uint32{7}, 7, 0}, {[]uint32{7, 8}, 7, 8}, {[]uint32{7, 8, 9}, 7, 9}} {
		r := corpus.Made(1)
		r.VLAN = c.tags
		got := one(t, r, ipfix.Options{})
		if o, i := number(got, 58, 0), number(got, 245, 0); o != c.outer || i != c.inner {
			t.Errorf("%v: outer %d, innermost %d", c.tags, o, i)
		}
	}
	for ns, want := range map[int64]uint64{-1: ipfix.Unknown, 0: 0, 999: 0, 1000: 1, 5_000_000_000_000: ipfix.Unknown - 1} {
		r := corpus.Made(1)
		r.ServerRTT, r.ClientRTT = ns, ns
		r.SYNRetries, r.SYNACKRetries = 70_000, 70_000
		got := one(t, r, ipfix.Options{})
		if s, c := number(got, 7, ipfix.DefaultPEN), number(got, 8, ipfix.DefaultPEN); s != want || c != want {
			t.Errorf("%d ns: %d and %d", ns, s, c)
		}
		if s, a := number(got, 9, ipfix.DefaultPEN), number(got, 10, ipfix.DefaultPEN); s != 65535 || a != 65535 {
			t.Errorf("70,000 retries: %d and %d", s, a)
		}
	}
	for n, want := range map[uint64]uint64{0: 0, 3: 3, 1<<32 + 5: ipfix.Unknown} {
		r := corpus.Made(1)
		r.SYNRetries, r.SYNACKRetries, r.Orig.Retrans, r.Resp.Retrans = n, n+1, n+2, n+3
		got := one(t, r, ipfix.Options{})
		for i, want := range []uint64{min(n, 65535), min(n+1, 65535), min(want+2, ipfix.Unknown), min(want+3, ipfix.Unknown)} {
			if v := number(got, uint16(9+i), ipfix.DefaultPEN); v != want {
				t.Errorf("%d repeated: element %d is %d, want %d", n, 9+i, v, want)
			}
		}
	}
	for name, want := range map[string]string{"www.example.com": "www.example.com", strings.Repeat("x", 64): strings.Repeat("x", 64), strings.Repeat("x", 65): strings.Repeat("x", 64),
		strings.Repeat("x", 63) + "ñ": strings.Repeat("x", 63), "\xff": "", "": ""} {
		r := corpus.Made(1)
		r.ServerName = name
		if got := string(octets(one(t, r, ipfix.Options{}), 15, ipfix.DefaultPEN)); got != want {
			t.Errorf("%q is sent as %q", name, got)
		}
	}
	if got := octets(one(t, corpus.Made(1), ipfix.Options{PEN: 1<<32 - 1}), 1, 1<<32-1); len(got) != 1 {
		t.Errorf("an enterprise number of one's own: %x", got)
	}
}

// Messages have the size that was asked for, from 512 octets to 65,535; a quiet second sends none.
func TestSizes(t *testing.T) {
	for asked, most := range map[int]int{0: 1400, 1: 512, 512: 512, 9000: 9000, 1 << 20: 65535} {
		longest, n := 0, 0
		e := ipfix.NewEncoder(ipfix.Options{Size: asked}, func(b []byte) {
			n++
			longest = max(longest, len(b))
			if at := binary.BigEndian.Uint32(b[4:]); at != 99 {
				t.Errorf("exported at %d", at)
			}
		})
		e.Flush(99)
		if n != 0 {
			t.Errorf("%d messages of nothing", n)
		}
		e.Templates(99)
		for i := range 1000 {
			e.Write(corpus.Made(uint64(i)), 99)
		}
		e.Flush(99)
		if longest > most || longest < most-350 {
			t.Errorf("size %d: up to %d octets, want %d", asked, longest, most)
		}
	}
}

package ipfix_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

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
						f.ent = binary.BigEndian.Uint32(set)
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

// A flow that goes on is reported once a minute, and the reports add up.
func TestInterimRecordsAddUp(t *testing.T) {
	known := map[uint16][]field{}
	var pkts, octets uint64
	var reasons []uint64
	e := ipfix.NewEncoder(ipfix.Options{}, func(b []byte) {
		for _, r := range parse(t, b, known).records {
			if number(r, 346, 0) == 1<<63 {
				pkts += number(r, 2, 0)
				octets += number(r, 1, 29305)
				reasons = append(reasons, number(r, 136, 0))
			}
		}
	})
	e.Templates(1)
	r := corpus.Made(0)
	for i := range 10 { // ten reports within 200 s
		r.Final, r.Last, r.Orig.Pkts, r.Resp.Wire = false, r.First+int64(i)*20e9, uint64(10*i+1), uint64(1000*i+5)
		e.Write(r, 1)
	}
	r.Final, r.Last, r.Orig.Pkts, r.Resp.Wire = true, r.First+500e9, 200, 12345
	e.Write(r, 1)
	e.Flush(1)
	if len(reasons) != 4 || reasons[0] != 2 || reasons[3] != 3 || pkts != 200 || octets != 12345 {
		t.Errorf("reasons %v, %d packets, %d octets", reasons, pkts, octets)
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

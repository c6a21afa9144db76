package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/flows"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/csv"
	"portero/internal/view/ndjson"
	"portero/internal/view/zeek"
)

// The stages one by one, and the whole: docs/PERFORMANCE.md says how to run and
// read them. All work on one capture of about 700,000 frames; ns/packet is what to
// look at.

var benchCapture = sync.OnceValue(func() *traffic {
	tr := newTraffic(1)
	tr.fill(30_000, 5_000, 30, 0)
	return tr
})

// perPacket reports the time for one packet, by the clock and, since start, of the
// processors: on a shared machine only the second can be compared.
func perPacket(b *testing.B, tr *traffic, start time.Duration) {
	n := float64(b.N) * float64(len(tr.at))
	b.ReportMetric(float64((cpu()-start).Nanoseconds())/n, "cpu-ns/packet")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/packet")
	b.ReportMetric(0, "ns/op")
	b.SetBytes(int64(len(tr.pcap)))
}

func reader(b *testing.B, tr *traffic) *pcapfile.File {
	f, err := pcapfile.NewReader(bytes.NewReader(tr.pcap), "bench", pcapfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// told is what BenchmarkReference says of a flow.
type told struct {
	Ends           []byte
	First, Last    uint32
	Packets        int
	Octets, Hashed uint64
}

// BenchmarkReference is what the others are compared with on any machine: a program as one would write it first. It
// copies every frame, keeps what it counts of a flow by its addresses and ports in a map, hashes what is spoken, and
// writes each flow in JSON at the end. So it needs of a machine what portero does: caches, fresh memory, the garbage collector
// and text. It uses nothing of portero.
func BenchmarkReference(b *testing.B) {
	tr := benchCapture()
	buf := make([]byte, 1<<16)
	start := cpu()
	for b.Loop() {
		flows := map[[38]byte]*told{}
		for at := 24; at < len(tr.pcap); {
			n := int(binary.LittleEndian.Uint32(tr.pcap[at+8:]))
			f := buf[:copy(buf, tr.pcap[at+16:at+16+n])]
			second := binary.LittleEndian.Uint32(tr.pcap[at:])
			at += 16 + n
			var k [38]byte
			if f[12] == 8 {
				copy(k[:], f[26:38])
			} else {
				copy(k[:], f[22:58])
			}
			x := flows[k]
			if x == nil {
				x = &told{Ends: bytes.Clone(k[:]), First: second}
				flows[k] = x
			}
			x.Last = second
			x.Packets++
			x.Octets += uint64(n)
			x.Hashed ^= uint64(crc32.ChecksumIEEE(f))
		}
		out := json.NewEncoder(io.Discard)
		for _, x := range flows {
			if err := out.Encode(x); err != nil {
				b.Fatal(err)
			}
		}
	}
	perPacket(b, tr, start)
}

// BenchmarkRead cuts the capture into frames.
func BenchmarkRead(b *testing.B) {
	tr := benchCapture()
	var blk capture.Block
	start := cpu()
	for b.Loop() {
		f := reader(b, tr)
		for f.Next(&blk) == nil {
		}
	}
	perPacket(b, tr, start)
}

// blocks reads the whole capture, each block with its own memory.
func blocks(b *testing.B, tr *traffic) []*decoded {
	f := reader(b, tr)
	var out []*decoded
	for {
		d := &decoded{}
		if err := f.Next(&d.block); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			b.Fatal(err)
		}
		out = append(out, d)
	}
}

// BenchmarkDecode turns frames into packets, with checksums and hash.
func BenchmarkDecode(b *testing.B) {
	tr := benchCapture()
	ds := blocks(b, tr)
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	var d decoded
	start := cpu()
	for b.Loop() {
		for _, x := range ds {
			d.block = x.block
			decode(dec, &d)
		}
	}
	perPacket(b, tr, start)
}

// BenchmarkKey hashes the tuples alone.
func BenchmarkKey(b *testing.B) {
	tr := benchCapture()
	ds := blocks(b, tr)
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for _, d := range ds {
		decode(dec, d)
	}
	var sum uint64
	start := cpu()
	for b.Loop() {
		for _, d := range ds {
			for i := range d.batch.Packets {
				p := &d.batch.Packets[i]
				sum += capture.TupleHash(1, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
			}
		}
	}
	runtime.KeepAlive(sum)
	perPacket(b, tr, start)
}

// table books the decoded packets in lanes, without names and records.
func table(b *testing.B, ds []*decoded, sink func(*flows.Ended)) {
	var lanes [laneCount]*flows.Table
	for i := range lanes {
		lanes[i] = flows.New(flows.Config{Memory: 128 << 20}, sink)
	}
	for _, d := range ds {
		for i, t := range lanes {
			t.ObserveEach(&d.batch, d.which[i])
		}
	}
	for _, t := range lanes {
		t.Flush(1<<40, 1)
	}
}

// BenchmarkTable finds flows, tells copies, follows TCP, and ends everything:
// table and handshake together.
func BenchmarkTable(b *testing.B) {
	tr := benchCapture()
	ds := blocks(b, tr)
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for _, d := range ds {
		decode(dec, d)
	}
	start := cpu()
	for b.Loop() {
		table(b, ds, func(*flows.Ended) {})
	}
	perPacket(b, tr, start)
}

// ended are the flows of the capture as the table hands them out.
func endedFlows(b *testing.B) []finished {
	ds := blocks(b, benchCapture())
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for _, d := range ds {
		decode(dec, d)
	}
	var out []finished
	table(b, ds, func(e *flows.Ended) { out = append(out, finished{Ended: *e}) })
	return out
}

// BenchmarkAnnotate makes records of flows that ended.
func BenchmarkAnnotate(b *testing.B) {
	fs := endedFlows(b)
	notes := annotator{paths: capture.NewPaths(), cat: catalog.Default()}
	var r record.Record
	b.ReportAllocs()
	start := cpu()
	for b.Loop() {
		for i := range fs {
			notes.fill(&r, &fs[i].Ended, nil, "")
		}
	}
	b.ReportMetric(float64((cpu()-start).Nanoseconds())/float64(b.N)/float64(len(fs)), "cpu-ns/record")
	b.ReportMetric(0, "ns/op")
}

type counted struct{ n int64 }

func (c *counted) Write(b []byte) (int, error) { c.n += int64(len(b)); return len(b), nil }

// BenchmarkWrite writes records in each format.
func BenchmarkWrite(b *testing.B) {
	fs := endedFlows(b)
	notes := annotator{paths: capture.NewPaths(), cat: catalog.Default()}
	recs := make([]record.Record, len(fs))
	for i := range fs {
		notes.fill(&recs[i], &fs[i].Ended, nil, "")
	}
	fields, err := record.Select("")
	if err != nil {
		b.Fatal(err)
	}
	for _, x := range []struct {
		name string
		make func(w io.Writer) view.Writer
	}{
		{"ndjson", func(w io.Writer) view.Writer { return ndjson.New(w, fields, false) }},
		{"csv", func(w io.Writer) view.Writer { return csv.New(w, fields, false) }},
		{"zeek", func(w io.Writer) view.Writer { return zeek.New(w, time.Now()) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			var out counted
			w := x.make(&out)
			b.ReportAllocs()
			start := cpu()
			for b.Loop() {
				for i := range recs {
					if err := w.Write(&recs[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			spent := cpu() - start
			b.ReportMetric(float64(out.n)/1e6/spent.Seconds(), "MB/cpu-s")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N)/float64(len(recs)), "cpu-ns/record")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkWhole is `portero read --format ndjson` without the command around it.
func BenchmarkWhole(b *testing.B) {
	tr := benchCapture()
	fields, err := record.Select("")
	if err != nil {
		b.Fatal(err)
	}
	for _, x := range []struct {
		name    string
		threads int
	}{{"1", 1}, {"2", 2}} {
		b.Run("threads="+x.name, func(b *testing.B) {
			start := cpu()
			for b.Loop() {
				w := ndjson.New(io.Discard, fields, false)
				e := New(Options{Threads: x.threads, Seed: 1, Catalog: catalog.Default(), Sink: w.Write})
				if err := e.Run(context.Background(), reader(b, tr)); err != nil {
					b.Fatal(err)
				}
			}
			perPacket(b, tr, start)
		})
	}
}

package main

import (
	"encoding/binary"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/live"
	"portero/internal/recorder"
)

// churn is a source like a busy interface whose hours pass in seconds: connections that
// open, talk and close, resets, scans, a flood of SYNs from forged addresses, UDP asked
// and answered, for ever other addresses.
type churn struct {
	left  uint64 // connections to come
	made  uint64
	time  int64
	step  int64 // between connections
	index uint64
	at    func(done uint64)
}

// Next implements capture.Source with the frames of a few hundred connections.
func (c *churn) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], b.Buf[:0]
	if c.left == 0 {
		return io.EOF
	}
	type span struct {
		from, to int
		at       int64
	}
	var spans []span
	for range min(c.left, 500) {
		c.made++
		c.left--
		c.time += c.step
		n := 0
		add := func(out bool, flags byte, seq, ack uint32, data int) {
			from := len(b.Buf)
			b.Buf = c.frame(b.Buf, 6, out, flags, seq, ack, data)
			spans = append(spans, span{from, len(b.Buf), c.time + int64(n)*1000})
			n++
		}
		const fin, syn, rst, ack = 1, 2, 4, 16
		switch c.made % 10 {
		case 0, 1, 2, 3: // opened, used, closed
			add(true, syn, 100, 0, 0)
			add(false, syn|ack, 500, 101, 0)
			add(true, ack, 101, 501, 0)
			add(true, ack, 101, 501, 80)
			add(false, ack, 501, 181, 200)
			add(true, fin|ack, 181, 701, 0)
			add(false, fin|ack, 701, 182, 0)
			add(true, ack, 182, 702, 0)
		case 4: // reset
			add(true, syn, 100, 0, 0)
			add(false, syn|ack, 500, 101, 0)
			add(true, ack, 101, 501, 0)
			add(true, rst|ack, 101, 501, 0)
		case 5, 6: // scanned
			add(true, syn, 100, 0, 0)
			add(false, rst|ack, 0, 101, 0)
		case 7, 8: // flooded
			add(true, syn, 100, 0, 0)
		case 9:
			for _, out := range []bool{true, false} {
				from := len(b.Buf)
				b.Buf = c.frame(b.Buf, 17, out, 0, 0, 0, 40)
				spans = append(spans, span{from, len(b.Buf), c.time})
			}
		}
	}
	for _, s := range spans {
		c.index++
		b.Frames = append(b.Frames, capture.Frame{Data: b.Buf[s.from:s.to], WireLen: uint32(s.to - s.from), Time: s.at, Index: c.index, Num: c.index, Link: capture.LinkEthernet})
	}
	c.at(c.made)
	return nil
}

func (c *churn) frame(b []byte, proto byte, out bool, flags byte, seq, ack uint32, data int) []byte {
	n := c.made * 0x9e3779b97f4a7c15 // addresses and ports in no order
	orig, resp := [4]byte{10, byte(n >> 40), byte(n >> 32), byte(n >> 24)}, [4]byte{192, 0, 2, byte(n >> 60)}
	sport, dport := 1024+uint16(n>>48)%60000, []uint16{80, 443, 22, 53, 8080, 3306}[n>>20%6]
	if c.made%10 == 5 || c.made%10 == 6 {
		dport = uint16(c.made)
	}
	if !out {
		orig, resp, sport, dport = resp, orig, dport, sport
	}
	head := 20
	if proto == 17 {
		head = 8
	}
	b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, byte((20+head+data)>>8), byte(20+head+data), byte(c.made>>8), byte(c.made), 0, 0, 64, proto, 0, 0)
	b = append(append(b, orig[:]...), resp[:]...)
	ip := b[len(b)-20:]
	binary.BigEndian.PutUint16(ip[10:], inetSum(ip))
	b = binary.BigEndian.AppendUint16(b, sport)
	b = binary.BigEndian.AppendUint16(b, dport)
	if proto == 17 {
		b = append(b, 0, byte(8+data), 0, 0)
		return append(b, make([]byte, data)...)
	}
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 5<<4, flags, 0x20, 0, 0, 0, 0, 0)
	b = append(b, make([]byte, data)...)
	whole := b[len(b)-40-data:]
	binary.BigEndian.PutUint16(whole[36:], inetSum(append([]byte{0, 6, 0, byte(20 + data)}, whole[12:]...)))
	return b
}

func inetSum(b []byte) uint16 {
	var s uint32
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// resident is the memory of this process that the system counts, in octets.
func resident() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if f := strings.Fields(string(b)); err == nil && len(f) > 1 {
		n, _ := strconv.ParseUint(f[1], 10, 64)
		return n * uint64(os.Getpagesize())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

// Ten million connections (a fraction of them by default) leave no trace: memory,
// goroutines and descriptors are those of the first tenth.
func TestChurnLeavesNoTrace(t *testing.T) {
	scale := 1.0
	if s := os.Getenv("PORTERO_TIME"); s != "" {
		scale, _ = strconv.ParseFloat(s, 64)
	}
	// Its memory is that of a command which runs for long.
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	total := uint64(min(max(167_000*scale, 100_000), 10_000_000))
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: t.Context()}
	// The budget is small enough to be reached in the default run.
	o := &liveFlags{ifaces: []string{"churn"}, format: "ndjson", memory: "16M", ring: "1M", fsync: "never", interim: time.Minute, quiet: true, color: "never", save: t.TempDir() + "/x.pcapng", fileSize: "1M", keepFiles: 2}
	s, _, ro, err := a.plan(o)
	if err != nil {
		t.Fatal(err)
	}
	s.src = &live.Handle{}
	files := recorder.Files{Path: o.save, Many: true, Keep: 2, Create: func(p string) (*os.File, error) { return createFile(p, false) }}
	ro.Next = files.Next
	if s.rec, err = recorder.New(ro, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.stop = func() {}
	if s.out, err = a.openOutput("", false); err != nil {
		t.Fatal(err)
	}
	type sample struct {
		conns      uint64
		heap, rss  uint64
		goroutines int
		fds        int
	}
	var samples []sample
	tenth := total / 10
	fds := openFiles()
	src := &churn{left: total, time: time.Now().UnixNano(), step: int64(20*time.Hour) / int64(total)}
	src.at = func(done uint64) {
		if done/tenth <= uint64(len(samples)) {
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		x := sample{conns: done, heap: m.HeapAlloc, rss: resident(), goroutines: runtime.NumGoroutine()}
		if fds != nil {
			x.fds = fds()
		}
		samples = append(samples, x)
	}
	s.source = src
	began := time.Now()
	if err := s.stream(s.options(), s.out, s.mode); err != nil {
		t.Fatal(err)
	}
	if err := s.rec.Close(); err != nil {
		t.Fatal(err)
	}
	st := s.eng.Stats()
	t.Logf("%d connections, %d frames in %v; %d records, %d evicted", total, st.Frames, time.Since(began).Round(time.Millisecond), st.Records, st.Flows.Evicted)
	for _, x := range samples {
		t.Logf("%9d connections: heap %6.1f MB, resident %6.1f MB, %d goroutines, %d descriptors  %s", x.conns, float64(x.heap)/1e6, float64(x.rss)/1e6, x.goroutines, x.fds, strings.Repeat("#", int(x.rss/2_000_000)))
	}
	if st.Records < total*9/10 {
		t.Errorf("%d records of %d connections", st.Records, total)
	}
	first, last := samples[len(samples)/2-1], samples[len(samples)-1]
	if last.heap > first.heap+first.heap/10+4_000_000 || last.rss > first.rss+first.rss/10+8_000_000 {
		t.Errorf("memory grows: %+v at half time, %+v in the end", first, last)
	}
	if last.goroutines > samples[0].goroutines || last.fds > samples[0].fds {
		t.Errorf("goroutines or descriptors grow: %+v, then %+v", samples[0], last)
	}
}

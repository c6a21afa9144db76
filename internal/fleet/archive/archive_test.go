package archive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/nats-io/nats.go"

	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/corpus"
	"portero/internal/engine"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/hub"
	"portero/internal/fleet/lake"
	"portero/internal/record"
)

type frame struct {
	at   time.Time
	data []byte
}

var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// talk makes the frames of one connection: a handshake, an exchange every gap until
// it has lasted, and both FINs.
func talk(n int, at time.Time, lasts, gap time.Duration) (fs []frame) {
	c, s := net.IPv4(10, 0, byte(n>>8), byte(n)), net.IPv4(192, 0, 2, 80)
	cs, ss := uint32(1000*n), uint32(7000*n)
	put := func(from int, flags string, data int) {
		ip := &layers.IPv4{Version: 4, TTL: 64, Id: uint16(len(fs) + 1), Protocol: layers.IPProtocolTCP, SrcIP: c, DstIP: s}
		t := &layers.TCP{SrcPort: layers.TCPPort(20000 + n%40000), DstPort: 443, Window: 60000, Seq: cs, Ack: ss}
		if from == 1 {
			ip.SrcIP, ip.DstIP, t.SrcPort, t.DstPort, t.Seq, t.Ack = s, c, t.DstPort, t.SrcPort, ss, cs
		}
		t.SYN, t.ACK, t.FIN = strings.Contains(flags, "S"), strings.Contains(flags, "A"), strings.Contains(flags, "F")
		if !t.ACK {
			t.Ack = 0
		}
		t.SetNetworkLayerForChecksum(ip)
		b := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, t, gopacket.Payload(make([]byte, data))); err != nil {
			panic(err)
		}
		fs = append(fs, frame{at, b.Bytes()})
		step := uint32(data)
		if t.SYN || t.FIN {
			step++
		}
		if from == 0 {
			cs += step
		} else {
			ss += step
		}
		at = at.Add(2 * time.Millisecond)
	}
	put(0, "S", 0)
	put(1, "SA", 0)
	put(0, "A", 0)
	for end := at.Add(lasts); ; {
		put(0, "A", 100)
		put(1, "A", 300)
		if at = at.Add(gap); !at.Before(end) {
			break
		}
	}
	put(0, "FA", 0)
	put(1, "FA", 0)
	put(0, "A", 0)
	return fs
}

// rotate writes frames as captures of the given length of time, and names them.
func rotate(t *testing.T, dir, prefix string, fs []frame, every time.Duration) (names []string) {
	t.Helper()
	os.MkdirAll(dir, 0o755)
	sort.SliceStable(fs, func(i, j int) bool { return fs[i].at.Before(fs[j].at) })
	for i := 0; i < len(fs); {
		slot := fs[i].at.Truncate(every)
		name := filepath.Join(dir, prefix+slot.Format("20060102-150405")+".pcap")
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w := pcapgo.NewWriterNanos(f)
		w.WriteFileHeader(65535, layers.LinkTypeRaw)
		for ; i < len(fs) && fs[i].at.Truncate(every).Equal(slot); i++ {
			w.WritePacket(gopacket.CaptureInfo{Timestamp: fs[i].at, CaptureLength: len(fs[i].data), Length: len(fs[i].data)}, fs[i].data)
		}
		f.Close()
		names = append(names, name)
	}
	return names
}

// traffic is an hour in which most connections cross the edge of a file, and some
// many of them.
func traffic(n int) (fs []frame) {
	for i := range n {
		lasts := []time.Duration{time.Second, 20 * time.Second, 90 * time.Second, 200 * time.Second, 1500 * time.Second}[i%5]
		fs = append(fs, talk(i, begin.Add(time.Duration(i)*3600*time.Second/time.Duration(2*n)), lasts, lasts/7+time.Millisecond)...)
	}
	return fs
}

// line is what must be the same however the files were cut.
func line(r *record.Record) string {
	return fmt.Sprint(r.Orig.Addr, r.Orig.Port, r.First, r.Last, r.Orig.Pkts, r.Resp.Pkts, r.Orig.Payload, r.Handshake, r.Close, r.History, filepath.Base(r.File), r.SYNFrame)
}

// whole reads all files in one run.
func whole(t *testing.T, names []string) (lines []string) {
	t.Helper()
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	e := engine.New(engine.Options{Files: set.Names(), Catalog: catalog.Default(), Sink: func(r *record.Record) error { lines = append(lines, line(r)); return nil }})
	if err := e.Run(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	sort.Strings(lines)
	return lines
}

func TestAConnectionThatSpansFilesIsOneRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	names := rotate(t, filepath.Join(dir, "core"), "x", traffic(300), time.Minute)
	want := whole(t, names)
	if len(want) != 300 {
		t.Fatalf("%d records in one run", len(want))
	}
	for _, files := range []int{1, 3, 7, 1000} {
		us, skipped, problems, err := Plan(dir, Shape{Site: "hq", Files: files, Warm: 6 * time.Minute, Rows: 16}, nil)
		if err != nil || skipped != 0 || len(problems) != 0 {
			t.Fatal(skipped, problems, err)
		}
		if n := (len(names) + files - 1) / files; len(us) != n {
			t.Errorf("%d units of %d files, want %d", len(us), files, n)
		}
		var got []string
		for i := range us {
			if us[i].Sensor != "core" {
				t.Errorf("sensor %q", us[i].Sensor)
			}
			problems, err := Read(context.Background(), &us[i], 2, func(r *record.Record) error { got = append(got, line(r)); return nil })
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
		}
		sort.Strings(got)
		if len(got) != len(want) {
			t.Errorf("%d files a unit: %d records, want %d", files, len(got), len(want))
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Errorf("%d files a unit:\n%s, want\n%s", files, got[i], want[i])
				break
			}
		}
	}
}

// How much is read before a unit is told by time, however short the files are, and
// bounded by octets.
func TestWarm(t *testing.T) {
	var fs []File
	for i := range 100 {
		fs = append(fs, File{Path: fmt.Sprint(i), Key: fmt.Sprint(i), Size: 10, First: int64(i) * 1e8}) // a tenth of a second each
	}
	read := make([]bool, len(fs))
	for _, c := range []struct {
		shape Shape
		want  int // files before the second unit's 50th
	}{{Shape{Files: 50, Warm: time.Second, Bytes: 1 << 20}, 11}, {Shape{Files: 50, Warm: time.Hour, Bytes: 500}, 50}, {Shape{Files: 50, Warm: time.Hour, Bytes: 1 << 20}, 50},
		{Shape{Files: 50, Warm: time.Millisecond, Bytes: 1 << 20}, 1}, {Shape{Files: 50, Warm: time.Hour, Bytes: 5}, 1}} {
		c.shape.defaults()
		us := cut(c.shape, "s", fs, read)
		for i := range us {
			if us[i].Files[0].Path == "50" && (len(us[i].Before) != c.want || us[i].Before[len(us[i].Before)-1] != "49") {
				t.Errorf("%+v: %d files before, want %d: %v", c.shape, len(us[i].Before), c.want, us[i].Before)
			}
		}
	}
}

func TestSensorOf(t *testing.T) {
	for path, want := range map[string]string{"/a/core/x1.pcap": "core", "/a/hq/core/2026/x.pcap": "hq-core-2026", "/a/edge-20260101-120000.pcap.gz": "edge", "/a/trace.pcap3": "trace", "/a/20260101.pcap": "archive",
		"/a/dc1_2026-01-01T00:00:00Z.pcap": "dc", "/a/gw7.pcap": "gw", "/a/ü/x.pcap": "archive", "/a/eth0-00012.pcap": "eth",
		// What counts and dates is taken off, and nothing of the name.
		"/a/DMZ.pcap": "DMZ", "/a/HOST_00003_20260101120000.pcap": "HOST", "/a/EAST-20260101T120000Z.pcap": "EAST", "/a/web01-front.pcap": "web01-front", "/a/eth0-capture.pcap": "eth0-capture",
		"/a/edge-20260101-fast.pcap": "edge", "/a/edge_2026-01-01_12-00-00_fast.pcap": "edge", "/a/cap_00001_lan.pcap": "cap", "/a/2026-01-01T12:00:00Z-core.pcap": "core", "/a/20260101120000_core.pcap": "core",
		"/a/web01-front-0001.pcap": "web01-front", "/a/" + strings.Repeat("x", 70) + ".pcap": strings.Repeat("x", 64)} {
		if got := SensorOf("/a", path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// A worker that is stopped in the middle, others that go on, files that come twice
// under other names, and a second run over everything.
func TestIngestOnce(t *testing.T) {
	t.Parallel()
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Limits: bus.Limits{MaxBytes: 1 << 28}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Stop()
	ctx := context.Background()
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	dir := t.TempDir()
	names := rotate(t, filepath.Join(dir, "core"), "x", traffic(300), time.Minute)
	body, _ := os.ReadFile(names[3])
	os.WriteFile(filepath.Join(dir, "core", "copy-of-it.pcap"), body, 0o600)
	os.WriteFile(filepath.Join(dir, "core", "notes.txt"), []byte("not a capture"), 0o600)

	ingest := func(files int, stopAfter uint64) *Queue {
		q, err := Open(ctx, nc)
		if err != nil {
			t.Fatal(err)
		}
		taken, err := q.Taken(ctx)
		if err != nil {
			t.Fatal(err)
		}
		us, _, problems, err := Plan(dir, Shape{Site: "hq", Files: files, Warm: 6 * time.Minute, Rows: 16}, taken)
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if _, err := q.Add(ctx, us); err != nil {
			t.Fatal(err)
		}
		run, stop := context.WithCancel(ctx)
		defer stop()
		if stopAfter > 0 {
			go func() {
				for q.Units.Load() < stopAfter {
					time.Sleep(time.Millisecond)
				}
				stop()
			}()
		}
		other := make(chan error)
		go func() { other <- q.Work(run, 1, true) }() // as if on another machine
		if err := errors.Join(q.Work(run, 1, true), <-other); err != nil && run.Err() == nil {
			t.Fatal(err)
		}
		return q
	}
	first := ingest(5, 2)
	second := ingest(3, 0) // cut in another way: what was cut before stays
	// A unit whose worker was stopped at its last step may be read again; its batches
	// have the names that they had.
	if n := first.Files.Load() + second.Files.Load(); n < uint64(len(names)) || n > uint64(len(names))+10 {
		t.Errorf("%d files were read, there are %d", n, len(names))
	}
	if third := ingest(4, 0); third.Files.Load() != 0 || third.Records.Load() != 0 {
		t.Errorf("a third run read %d files again", third.Files.Load())
	}
	lakeDir := t.TempDir()
	l, err := lake.Open(lakeDir, 1)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hub.New(hub.Config{Name: "h", Stores: map[string]hub.Store{"parquet": l}, Every: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	empty(t, ctx, nc, h)
	if l.Rows != 300 {
		t.Errorf("%d records are stored, want 300 (%d sent in two runs)", l.Rows, first.Records.Load()+second.Records.Load())
	}
}

// empty runs a hub until nothing waits.
func empty(t *testing.T, ctx context.Context, nc *nats.Conn, h *hub.Hub) {
	t.Helper()
	run, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	go func() {
		q, err := Open(ctx, nc)
		for err == nil && run.Err() == nil {
			s, err := q.js.Stream(ctx, bus.Flows)
			if err == nil && s.CachedInfo().State.Msgs == 0 {
				stop()
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	if err := h.Run(run, nc); err != nil {
		t.Fatal(err)
	}
}

// A capture that breaks off gives what is readable, and is not read again.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	body, err := os.ReadFile(filepath.Join(corpus.Root(), "testdata", "cut-file", "in.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	os.MkdirAll(filepath.Join(dir, "s"), 0o755)
	os.WriteFile(filepath.Join(dir, "s", "a.pcap"), body, 0o600)
	us, _, _, err := Plan(dir, Shape{Site: "hq"}, nil)
	if err != nil || len(us) != 1 {
		t.Fatal(us, err)
	}
	n := 0
	problems, err := Read(context.Background(), &us[0], 1, func(*record.Record) error { n++; return nil })
	if err != nil || len(problems) != 1 || n == 0 {
		t.Errorf("%d records, %v, %v", n, problems, err)
	}
}

// A capture that was still being written is read on from where it had come, when it has
// grown: no connection is told of twice.
func TestAFileThatGrew(t *testing.T) {
	dir := t.TempDir()
	names := rotate(t, filepath.Join(dir, "core"), "x", traffic(100), 24*time.Hour)
	body, err := os.ReadFile(names[0])
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	want := whole(t, names)
	taken := &Taken{}
	seen := map[string]int{}
	read := func(size int) (u *Unit) {
		t.Helper()
		if err := os.WriteFile(names[0], body[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		us, _, problems, err := Plan(dir, Shape{Site: "hq"}, taken)
		if err != nil || len(problems) > 0 || len(us) > 1 {
			t.Fatal(us, problems, err)
		}
		if len(us) == 0 {
			return nil
		}
		if _, err := Read(context.Background(), &us[0], 2, func(r *record.Record) error {
			seen[fmt.Sprint(r.Orig.Addr, r.Orig.Port, r.First)]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		taken.add(us[0].Files[0], "hq", true)
		return &us[0]
	}
	first := read(len(body)/3 + 5) // in the middle of a frame
	n := len(seen)
	if n == 0 || n >= len(want) || first.Files[0].Frames == 0 {
		t.Fatalf("%d records of %d, %+v", n, len(want), first.Files)
	}
	if second := read(len(body) / 2); second == nil || second.Files[0].Skip != first.Files[0].Frames || len(seen) <= n {
		t.Errorf("%+v; %d records after %d", second, len(seen), n)
	}
	read(len(body))
	if read(len(body)) != nil {
		t.Error("a file that did not grow is read again")
	}
	for k, n := range seen {
		if n != 1 {
			t.Errorf("%s was told of %d times", k, n)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d records, want %d", len(seen), len(want))
	}
	// One that is queued and not read yet is left for later, and said.
	taken = &Taken{}
	taken.add(first.Files[0], "hq", false)
	if us, _, problems, err := Plan(dir, Shape{Site: "hq"}, taken); err != nil || len(us) != 0 || len(problems) != 1 || !errors.Is(problems[0], errGrows) {
		t.Error(us, problems, err)
	}
	// Another capture that begins in the same way is another.
	body[len(body)/3] ^= 1
	taken = &Taken{}
	taken.add(first.Files[0], "hq", true)
	os.WriteFile(names[0], body, 0o600)
	if us, _, _, err := Plan(dir, Shape{Site: "hq"}, taken); err != nil || len(us) != 1 || us[0].Files[0].Skip != 0 {
		t.Error(us, err)
	}
}

// A file that went away after it was queued does not keep a worker for ever.
func TestAFileThatWentAway(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	q := queue(t, ctx)
	dir := t.TempDir()
	names := rotate(t, filepath.Join(dir, "core"), "x", traffic(40), 20*time.Minute)
	us, _, _, err := Plan(dir, Shape{Site: "hq", Files: 1}, nil)
	if err != nil || len(us) < 2 {
		t.Fatal(us, err)
	}
	if _, err := q.Add(ctx, us); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(names[0], names[0]+".away"); err != nil {
		t.Fatal(err)
	}
	if err := q.Work(ctx, 1, true); err != nil || ctx.Err() != nil {
		t.Fatal("it still waits: ", err)
	}
	if q.Away() != 1 || q.Units.Load() != uint64(len(us)-1) {
		t.Errorf("%d units done of %d, %d away", q.Units.Load(), len(us), q.Away())
	}
	if err := os.Rename(names[0]+".away", names[0]); err != nil {
		t.Fatal(err)
	}
	again, err := Open(ctx, q.nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Work(ctx, 1, true); err != nil || again.Away() != 0 || again.Units.Load() != 1 {
		t.Errorf("when it is back: %v, %d units done, %d away", err, again.Units.Load(), again.Away())
	}
}

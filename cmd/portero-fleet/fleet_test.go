package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"portero/internal/corpus"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// stored counts how often each record of each site is in a lake.
func stored(t testing.TB, dir string) map[string]map[int64]int {
	t.Helper()
	got := map[string]map[int64]int{}
	files, _ := filepath.Glob(filepath.Join(dir, "site=*", "date=*", "hour=*", "*.parquet"))
	for _, name := range files {
		site := strings.TrimPrefix(strings.Split(strings.TrimPrefix(name, dir+"/"), "/")[0], "site=")
		if got[site] == nil {
			got[site] = map[int64]int{}
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		st, _ := f.Stat()
		pf, err := parquet.OpenFile(f, st.Size())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		col, ok := pf.Schema().Lookup("id")
		if !ok {
			t.Fatalf("%s has no ids", name)
		}
		for _, g := range pf.RowGroups() {
			pages := g.ColumnChunks()[col.ColumnIndex].Pages()
			for {
				p, err := pages.ReadPage()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				vs := make([]parquet.Value, p.NumValues())
				n, _ := p.Values().ReadValues(vs)
				for _, v := range vs[:n] {
					got[site][v.Int64()]++
				}
			}
			pages.Close()
		}
		f.Close()
	}
	return got
}

// await waits until the broker holds nothing that is not stored.
func await(t testing.TB, url string, sensors ...*sensor.Sensor) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Minute)
	defer stop()
	for _, s := range sensors {
		for st := s.State(0); st.Records != st.Sent+st.Lost+st.Spool.DroppedRecords; st = s.State(0) {
			if ctx.Err() != nil {
				t.Fatalf("a spool was not sent: %s", s.Summary())
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	js := streams(t, url)
	for ctx.Err() == nil {
		if s, err := js.Stream(ctx, bus.Flows); err == nil && s.CachedInfo().State.Msgs == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the hubs did not store everything")
}

// pace is a sensor in this process that takes n made-up records of a site.
type pace struct {
	*sensor.Sensor
	spool *spool.Spool
	stop  context.CancelFunc
	done  sync.WaitGroup
}

func sensorFor(t testing.TB, url, site string) *pace {
	t.Helper()
	sp, err := spool.Open(t.TempDir(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sensor.New(sensor.Config{Site: site, Name: "s1", Wait: true, Rows: 1000, Say: func(s string) { t.Log(site, s) }}, sp)
	if err != nil {
		t.Fatal(err)
	}
	nc := connected(t, url)
	p := &pace{Sensor: s, spool: sp}
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	p.done.Add(1)
	go func() {
		defer p.done.Done()
		if err := s.Publish(ctx, nc); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		p.stop()
		p.done.Wait()
		sp.Close()
	})
	return p
}

// take gives a sensor the records from to to.
func (p *pace) take(t testing.TB, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := p.Add(corpus.Made(uint64(i))); err != nil {
			t.Error(err)
			return
		}
	}
	p.Flush()
}

// judge compares what is stored with n records of each site.
func judge(t testing.TB, dir string, n int, sites ...string) {
	t.Helper()
	got := stored(t, dir)
	for _, site := range sites {
		missing, repeated := 0, 0
		for i := range n {
			switch c := got[site][int64(i+1)]; {
			case c == 0:
				missing++
			case c > 1:
				repeated++
			}
		}
		t.Logf("site %s: %d records, %d missing, %d repeated", site, n, missing, repeated)
		if missing > 0 || repeated > 0 || len(got[site]) != n {
			t.Errorf("site %s: %d of %d missing, %d repeated, %d kinds", site, missing, n, repeated, len(got[site]))
		}
	}
}

// Three brokers, every batch on three disks, two sensors, two hubs; the stream's
// leader is killed and started again in the middle, and so is a hub: nothing is
// missing, nothing is there twice.
func TestNothingIsLostNorRepeated(t *testing.T) {
	if strconv.IntSize < 64 {
		t.Skip("no cluster on a machine of 32 bits")
	}
	t.Parallel()
	n := min(10_000*scale(), 500_000) // of each of two sensors
	ps := ports(t, 6)
	dir := t.TempDir()
	var routes, urls []string
	for i := range 3 {
		routes = append(routes, fmt.Sprintf("127.0.0.1:%d", ps[3+i]))
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", ps[i]))
	}
	url := strings.Join(urls, ",")
	broker := func(i int) *process {
		return start(t, "command", "broker", "--name", fmt.Sprintf("b%d", i), "--listen", strings.TrimPrefix(urls[i], "nats://"), "--dir", filepath.Join(dir, fmt.Sprintf("b%d", i)),
			"--cluster", "test", "--peer", routes[i], "--routes", strings.Join(routes, ","), "--replicas", "3", "--size", "128M")
	}
	brokers := []*process{broker(0), broker(1), broker(2)}
	for _, b := range brokers {
		b.wait("ready")
	}
	lakeDir := filepath.Join(dir, "lake")
	hub := func(name string) *process {
		return start(t, "command", "hub", "--url", url, "--parquet", lakeDir, "--name", name, "--every", "300ms", "--rows", "50000", "--bad", filepath.Join(dir, "bad"))
	}
	hubs := []*process{hub("h1"), hub("h2")}
	began := time.Now()
	sites := []string{"east", "west"}
	sensors := []*pace{sensorFor(t, url, sites[0]), sensorFor(t, url, sites[1])}
	both := func(from, to int) {
		var wg sync.WaitGroup
		for _, s := range sensors {
			wg.Add(1)
			go func() { defer wg.Done(); s.take(t, from, to) }()
		}
		wg.Wait()
	}
	both(0, n/3)
	leader := leaderOf(t, url)
	t.Logf("killing the leader, b%d, after %v", leader, time.Since(began).Round(time.Millisecond))
	brokers[leader].kill()
	both(n/3, n/2)
	hubs[0].kill()
	brokers[leader] = broker(leader)
	both(n/2, 2*n/3)
	hubs[0] = hub("h1")
	both(2*n/3, n)
	await(t, url, sensors[0].Sensor, sensors[1].Sensor)
	took := time.Since(began)
	for _, h := range hubs {
		if code := h.stop(); code != 0 {
			t.Errorf("a hub ended with %d:\n%s", code, h.text())
		}
	}
	judge(t, lakeDir, n, sites...)
	t.Logf("%d records through three brokers (R3, SyncAlways, %s) in %v; sent again %d times, %d copies told by the broker", 2*n, disk(dir), took.Round(time.Millisecond),
		sensors[0].Retries.Load()+sensors[1].Retries.Load(), sensors[0].Copies.Load()+sensors[1].Copies.Load())
	for _, s := range sensors {
		if st := s.spool.Stats(); st.DroppedRecords > 0 || s.Lost.Load() > 0 {
			t.Errorf("%+v", st)
		}
	}
}

// leaderOf is which broker leads the stream of records.
func leaderOf(t *testing.T, url string) int {
	t.Helper()
	js := streams(t, url)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		s, err := js.Stream(context.Background(), bus.Flows)
		if err == nil && s.CachedInfo().Cluster != nil && s.CachedInfo().Config.Replicas == 3 {
			if n, err := strconv.Atoi(strings.TrimPrefix(s.CachedInfo().Cluster.Leader, "b")); err == nil {
				return n
			}
		}
	}
	t.Fatal("the stream has no leader")
	return 0
}

// one is a single broker on a port, in its own process.
func one(t testing.TB, dir string, port int) *process {
	b := start(t, "command", "broker", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--dir", dir, "--size", "128M")
	b.wait("ready")
	return b
}

// A sensor whose broker is away keeps what it takes and catches up.
func TestASensorCatchesUp(t *testing.T) {
	t.Parallel()
	n := 4000
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	b := one(t, filepath.Join(dir, "b"), port)
	s := sensorFor(t, url, "far")
	s.take(t, 0, n/4)
	for s.Sent.Load() < uint64(n/4) {
		time.Sleep(10 * time.Millisecond)
	}
	b.kill()
	s.take(t, n/4, n)
	time.Sleep(time.Duration(min(scale(), 60)-1) * time.Second)
	for s.spool.Stats().Records < uint64(n-n/4) && !t.Failed() {
		time.Sleep(10 * time.Millisecond)
	}
	if w := s.spool.Stats().Records; w != uint64(n-n/4) {
		t.Errorf("%d records wait while the broker is away, want %d", w, n-n/4)
	}
	one(t, filepath.Join(dir, "b"), port)
	lakeDir := filepath.Join(dir, "lake")
	h := start(t, "command", "hub", "--url", url, "--parquet", lakeDir, "--name", "h", "--every", "200ms")
	await(t, url, s.Sensor)
	h.stop()
	judge(t, lakeDir, n, "far")
}

// SIGKILL of a sensor loses at most the last second.
func TestAKilledSensorLosesAtMostASecond(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := start(t, "feeder", filepath.Join(dir, "spool"))
	f.wait("1")
	began, _ := strconv.ParseInt(strings.TrimSpace(f.text()), 10, 64)
	time.Sleep(2500 * time.Millisecond)
	killed := time.Now()
	f.kill()
	sp, err := spool.Open(filepath.Join(dir, "spool"), 1<<28)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	kept := sp.Stats().Records
	due := uint64(killed.Add(-time.Second).UnixNano()-began) / 1e6
	t.Logf("a record a millisecond for %v: %d on the spool, %d are older than a second", killed.Sub(time.Unix(0, began)).Round(time.Millisecond), kept, due)
	if kept < due {
		t.Errorf("%d records on the spool after a kill, at least %d were a second old", kept, due)
	}
}

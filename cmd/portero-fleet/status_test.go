package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
	"portero/internal/fleet/sensor"
	"portero/internal/fleet/spool"
)

// A sensor that may not wait drops the oldest when its spool is full, and says so;
// status names it, and everything else of the fleet, in every form.
func TestAFullSpoolAndStatus(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	sp, err := spool.Open(filepath.Join(dir, "spool"), 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	s, err := sensor.New(sensor.Config{Site: "full", Name: "s1", Rows: 100, Lanes: 1}, sp)
	if err != nil {
		t.Fatal(err)
	}
	const n = 20_000
	for i := range n {
		if err := s.Add(corpus.Made(uint64(i))); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 {
			time.Sleep(100 * time.Microsecond)
		}
	}
	s.Close()
	st := sp.Stats()
	if st.DroppedRecords == 0 || st.DroppedRecords+st.Records+s.Lost.Load() != n || st.Bytes > 1<<16 || !strings.Contains(s.Summary(), "DROPPED, oldest first") {
		t.Errorf("%+v, %d lost: %s", st, s.Lost.Load(), s.Summary())
	}
	one(t, filepath.Join(dir, "b"), port)
	nc := connected(t, url)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Publish(ctx, nc) }()
	s.Drained(ctx)
	s.Report(nc, 7)
	nc.Flush()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	lakeDir := filepath.Join(dir, "lake")
	h := start(t, "command", "hub", "--url", url, "--parquet", lakeDir, "--name", "h", "--every", "100ms")
	await(t, url, s)
	h.stop()
	got := stored(t, lakeDir)["full"]
	if uint64(len(got)) != n-st.DroppedRecords-s.Lost.Load() || s.Lost.Load() == 0 && got[n] != 1 {
		t.Errorf("%d records are stored, the newest %d times", len(got), got[n])
	}
	for args, want := range map[string][]string{
		"":                                {"full/s1", fmt.Sprintf("dropped %d records", st.DroppedRecords), "kernel dropped 7 frames"},
		"--lang es":                       {"full/s1", fmt.Sprintf("descartó %d registros", st.DroppedRecords)},
		"--format json":                   {`"site": "full"`, `"capture_drops": 7`},
		"--format prometheus":             {`portero_fleet_sensor_dropped_total{site="full",sensor="s1"} ` + fmt.Sprint(st.DroppedRecords), `portero_fleet_hub_records_total{hub="h"} ` + fmt.Sprint(len(got)), "# TYPE portero_fleet_broker_lag_seconds gauge"},
		"--clickhouse http://127.0.0.1:1": {"store does not answer"},
	} {
		p := start(t, "command", append([]string{"status", "--url", url}, strings.Fields(args)...)...)
		<-p.done
		for _, w := range want {
			if !strings.Contains(p.text(), w) {
				t.Errorf("status %s does not say %q:\n%s", args, w, p.text())
			}
		}
		if code := p.cmd.ProcessState.ExitCode(); code != 1 {
			t.Errorf("status %s: exit status %d although records were dropped", args, code)
		}
	}
}

// The sensor from a file, by way of the command, and to a collector beside it.
func TestSensorCommand(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	one(t, filepath.Join(dir, "b"), port)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	octets := make(chan []byte, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			b, _ := io.ReadAll(c)
			octets <- b
		}
	}()
	capture := filepath.Join(corpus.Root(), "testdata", "first-look", "in.pcap")
	p := start(t, "command", "sensor", "--url", url, "--site", "hq", "--name", "s1", "--spool", filepath.Join(dir, "spool"), "--to", "ipfix+tcp://"+l.Addr().String(), capture)
	<-p.done
	if p.cmd.ProcessState.ExitCode() != 0 || !strings.Contains(p.text(), "6 records, 6 acknowledged by the broker, 0 wait") {
		t.Error(p.text())
	}
	select {
	case b := <-octets:
		if len(b) < 16 || binary.BigEndian.Uint16(b) != 10 {
			t.Errorf("%d octets came, no IPFIX: %x", len(b), b[:min(len(b), 16)])
		}
	case <-time.After(5 * time.Second):
		t.Error("the collector got nothing")
	}
	for _, c := range []struct{ args, want string }{
		{"sensor --site hq --to syslog://127.0.0.1 --spool " + dir + "/s2 " + capture, "findings go to syslog"},
		{"sensor --site a.b --spool " + dir + "/s3 " + capture, "--site and --name"},
		{"sensor --site hq --spool " + dir + "/s4 --to ipfix+tls://127.0.0.1:1 " + capture, "nobody listens"},
		{"hub --url " + url, "--clickhouse or --parquet"},
		{"broker --listen 0.0.0.0:0 --dir " + dir + "/x", "open to other machines"},
		{"query nothing", "talked-to"},
		{"ingest " + capture + " --site hq --url " + url, "is no folder"},
		{"sensor --url nats://me:secret@127.0.0.1 --site hq --spool " + dir + "/s5 " + capture, "--seed FILE"},
	} {
		p := start(t, "command", strings.Fields(c.args)...)
		<-p.done
		if p.cmd.ProcessState.ExitCode() == 0 || !strings.Contains(p.text(), c.want) || strings.Contains(p.text(), "secret@") {
			t.Errorf("%s: %d %s", c.args, p.cmd.ProcessState.ExitCode(), p.text())
		}
	}
	k := filepath.Join(dir, "k.seed")
	p = start(t, "command", "key", k)
	<-p.done
	secret, err := os.ReadFile(k)
	st, _ := os.Stat(k)
	if err != nil || st.Mode().Perm() != 0o600 || !strings.HasPrefix(p.text(), "U") || strings.Contains(p.text(), strings.TrimSpace(string(secret))) {
		t.Errorf("%v %v %s", err, st.Mode(), p.text())
	}
}

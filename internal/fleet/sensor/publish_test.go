package sensor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/broker"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/spool"
	"portero/internal/record"
)

// Each batch is sent once and in order, on the subject of its lane. What a broker does not take yet is tried again, counted and
// said, and arrives once too.
func TestEachBatchIsSentOnce(t *testing.T) {
	b, err := broker.Start(broker.Options{Listen: "127.0.0.1:0", Dir: t.TempDir(), Limits: bus.Limits{MaxBytes: 1 << 26}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	nc, err := bus.Connect(bus.Config{URL: b.URL()}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	s, sp, said := spooled(t, Config{Lanes: 4, Rows: 2, Wait: true, Timeout: 10 * time.Second}, 1<<24)
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Publish(ctx, nc) }()
	const n = 200
	add := func(from int) {
		for i := range n {
			if err := s.Add(corpus.Made(uint64(from + i))); err != nil {
				t.Fatal(err)
			}
		}
		s.Flush()
	}
	add(0) // the broker has no place for it yet
	for s.Retries.Load() == 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	const tries = 3 // of the client's own, with each that is sent
	if out := nc.Stats().OutMsgs; out > tries*(s.Retries.Load()+1) {
		t.Errorf("%d were on their way at once before the broker took one", out)
	}
	if !strings.Contains(said(), "not sent yet") || s.Sent.Load() != 0 || sp.Stats().Records == 0 {
		t.Errorf("said %q, %+v", said(), s.State(0))
	}
	if err := b.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	for s.Sent.Load() < n && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	retries := s.Retries.Load()
	add(n) // now all goes well
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !s.Drained(ctx) || s.Sent.Load() != 2*n || s.Copies.Load() != 0 || s.Retries.Load() != retries {
		t.Errorf("%d sent, %d copies, %d retries after %d: %s", s.Sent.Load(), s.Copies.Load(), s.Retries.Load(), retries, s.Summary())
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	st, err := js.Stream(ctx, bus.Flows)
	if err != nil {
		t.Fatal(err)
	}
	records, last := 0, uint64(0)
	for i := range st.CachedInfo().State.Msgs {
		m, err := st.GetMsg(ctx, i+1)
		if err != nil {
			t.Fatal(err)
		}
		x, err := batch.Decode(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		source, number, ok := bus.SplitID(m.Header.Get(jetstream.MsgIDHeader))
		if !ok || source != s.Source() || number != last+1 || m.Header.Get(recordsHeader) != fmt.Sprint(x.Rows) {
			t.Errorf("batch %d after %d of %s: %v", number, last, source, m.Header)
		}
		last = number
		records += x.Rows
		ids := x.Column("id")
		for _, id := range ids.Nums {
			if lane := LaneOf(corpus.Made(id-1), 4); m.Subject != bus.FlowSubject("hq", uint16(lane)) {
				t.Errorf("record %d of lane %d came on %s", id, lane, m.Subject)
			}
		}
	}
	if records != 2*n {
		t.Errorf("%d records arrived, want %d", records, 2*n)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Records that come all the time do not keep a batch open, and it is not closed for each of them either.
func TestABatchIsClosedInTimeThoughMoreCome(t *testing.T) {
	const every = 100 * time.Millisecond
	s, sp, _ := spooled(t, Config{Lanes: 1, Every: every, Wait: true}, 1<<24)
	begun, n := time.Now(), 0
	for ; time.Since(begun) < 5*every; n++ {
		s.Add(corpus.Made(uint64(n)))
		if err := s.Tick(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begun)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if m := sp.Stats().Messages; m < 2 || m > uint64(took/every)+1 {
		t.Errorf("%d batches of %d records in %v", m, n, took)
	}
}

// A record that no broker takes is left out, counted and said; those around it are kept.
func TestARecordThatNoBrokerTakes(t *testing.T) {
	s, sp, said := spooled(t, Config{Lanes: 1, Wait: true}, 1<<26)
	long := *corpus.Made(1)
	rng := rand.New(rand.NewPCG(1, 2))
	name := make([]byte, bus.MaxBatch+1000)
	for i := range name {
		name[i] = byte(33 + rng.IntN(94))
	}
	long.ServerName = string(name)
	for _, r := range []*record.Record{corpus.Made(2), &long, corpus.Made(3)} {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st := s.State(0); st.Refused != 1 || st.Records != 3 || st.Spool.Records != 2 || st.Lost != 0 || !strings.Contains(said(), "1 record is LEFT OUT") {
		t.Errorf("%+v; said %q", st, said())
	}
	if got := s.Summary(); !strings.HasSuffix(got, "; 1 LEFT OUT because the broker takes no batch so long") || sp.Stats().Messages < 1 {
		t.Error(got)
	}
}

// From files nothing is lost to a disk that is slow: who reads waits.
func TestFilesWaitForASlowDisk(t *testing.T) {
	sp, err := spool.Open(t.TempDir(), 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	c := Config{Site: "hq", Name: "s1", Lanes: 1, Rows: 1, Wait: true}
	if err := c.defaults(); err != nil {
		t.Fatal(err)
	}
	s := &Sensor{cfg: c, spool: sp, full: make(chan lane, queued), spare: make(chan *batch.Builder, queued), builders: []*batch.Builder{batch.NewBuilder("hq", "s1")}}
	const n = 3 * queued
	read := make(chan struct{})
	go func() {
		defer close(read)
		for i := range n {
			s.Add(corpus.Made(uint64(i)))
		}
	}()
	select {
	case <-read:
		t.Error("it does not wait")
	case <-time.After(50 * time.Millisecond): // the disk is slow
	}
	s.encoded.Add(1)
	go s.encode()
	<-read
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s.Lost.Load() != 0 || sp.Stats().Records != n {
		t.Errorf("%d are lost, %d are on the spool", s.Lost.Load(), sp.Stats().Records)
	}
}

// A disk that is full time and again while files are read is said once, and is a trouble as long as
// it lasts.
func TestFilesSayOnceThatTheDiskIsFull(t *testing.T) {
	s, sp, said := spooled(t, Config{Lanes: 1, Rows: 1, Wait: true}, 1<<24)
	for i := range 3 {
		sp.Full(fmt.Errorf("no space left on device"))
		if st := s.State(0); !strings.Contains(st.Trouble, "no space left") {
			t.Errorf("%+v", st)
		}
		s.Add(corpus.Made(uint64(i)))
		for end := time.Now().Add(time.Minute); s.State(0).Trouble != "" && time.Now().Before(end); time.Sleep(time.Millisecond) {
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st := s.State(0); st.Trouble != "" || st.Lost != 0 || st.Spool.Records != 3 || said() != "spool: no space left on device; it waits until what is there was sent" {
		t.Errorf("%+v, said %q", st, said())
	}
}

// Trouble with the spool is over when it takes something again.
func TestTroubleOfASpoolEnds(t *testing.T) {
	s, _, said := spooled(t, Config{Lanes: 1, Rows: 1}, 1<<24)
	s.unwritten(4, fmt.Errorf("spool: no space left on device"))
	if st := s.State(0); st.Trouble != "spool: no space left on device" || st.Lost != 4 {
		t.Errorf("%+v", st)
	}
	s.Add(corpus.Made(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if st := s.State(0); st.Trouble != "" || st.Lost != 4 || st.Spool.Records != 1 || !strings.Contains(said(), "4 records are LOST") {
		t.Errorf("%+v, said %q", st, said())
	}
}

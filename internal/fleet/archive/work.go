package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/sensor"
	"portero/internal/record"
)

// Queue is the work of a fleet's archives.
type Queue struct {
	nc  *nats.Conn
	js  jetstream.JetStream
	kv  jetstream.KeyValue
	Say func(string)

	Units, Files, Records, Skipped atomic.Uint64
	Damaged                        atomic.Uint64

	mu   sync.Mutex
	away map[string]bool // units whose files are not on this machine
}

// Away is how many units are left in the queue because their files are not on this
// machine.
func (q *Queue) Away() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.away)
}

// note is what is kept of a unit under unit.ID. It is written in one piece before the
// unit is queued, so that a file belongs to one unit for good, whatever happens
// next, and no later plan cuts the same files in another way.
type note struct {
	Unit    Unit      `json:"unit"`
	Done    bool      `json:"done"`
	Records uint64    `json:"records,omitempty"`
	Time    time.Time `json:"time"`
	Damage  []string  `json:"damage,omitempty"`
}

// Open finds the queue. It waits for the broker where that is not there yet.
func Open(ctx context.Context, nc *nats.Conn) (*Queue, error) {
	for !nc.IsConnected() {
		if bus.Refused(nc.LastError()) {
			return nil, bus.Denied(nc, nats.ErrDisconnected)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	try, stop := bus.UntilRefused(ctx, nc)
	defer stop()
	kv, err := js.KeyValue(try, bus.Files)
	// One that was started a moment ago may still be making it.
	for began := time.Now(); errors.Is(err, jetstream.ErrBucketNotFound) && time.Since(began) < 3*time.Second && try.Err() == nil; {
		time.Sleep(100 * time.Millisecond)
		kv, err = js.KeyValue(try, bus.Files)
	}
	if err != nil {
		if e := bus.Denied(nc, err); e != err {
			return nil, e
		}
		return nil, fmt.Errorf("the broker has no queue of captures (is it a portero-fleet broker?): %w", err)
	}
	return &Queue{nc: nc, js: js, kv: kv, Say: func(string) {}}, nil
}

// notes reads what is kept of all units.
func (q *Queue) notes(ctx context.Context, each func(n *note)) error {
	keys, err := q.kv.ListKeysFiltered(ctx, "unit.>")
	if err != nil {
		return err
	}
	for k := range keys.Keys() {
		e, err := q.kv.Get(ctx, k)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		var n note
		if json.Unmarshal(e.Value(), &n) == nil {
			each(&n)
		}
	}
	return ctx.Err()
}

// Taken is which files belong to a unit already, done or not.
func (q *Queue) Taken(ctx context.Context) (*Taken, error) {
	taken := &Taken{}
	err := q.notes(ctx, func(n *note) {
		for _, f := range n.Unit.Files {
			taken.add(f, n.Unit.Site, n.Done)
		}
	})
	return taken, err
}

// Add puts units in the queue, and those again that a crash kept out of it.
func (q *Queue) Add(ctx context.Context, us []Unit) (added int, err error) {
	for i := range us {
		b, err := json.Marshal(note{Unit: us[i], Time: time.Now().UTC()})
		if err != nil {
			return added, err
		}
		switch _, err := q.kv.Create(ctx, "unit."+us[i].ID, b); {
		case errors.Is(err, jetstream.ErrKeyExists):
			continue // another planner was faster
		case err != nil:
			return added, err
		}
		added++
	}
	var open []Unit
	if err := q.notes(ctx, func(n *note) {
		if !n.Done {
			open = append(open, n.Unit)
		}
	}); err != nil {
		return added, err
	}
	work, err := q.js.Stream(ctx, bus.Work)
	if err != nil {
		return added, err
	}
	for i := range open {
		u := &open[i]
		subject := "work." + u.Site + "." + u.ID
		if _, err := work.GetLastMsgForSubject(ctx, subject); err == nil {
			continue // queued, or with a worker
		} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
			return added, err
		}
		b, err := json.Marshal(u)
		if err != nil {
			return added, err
		}
		if _, err := q.js.Publish(ctx, subject, b); err != nil {
			return added, err
		}
	}
	return added, nil
}

// Work takes units until ctx ends, or, with drain, until none is left that nobody
// works on but those whose files are not on this machine.
func (q *Queue) Work(ctx context.Context, threads int, drain bool) error {
	cons, err := q.js.Consumer(ctx, bus.Work, bus.Worker)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		got, err := cons.Fetch(1, jetstream.FetchMaxWait(500*time.Millisecond))
		if err != nil {
			// A broker that is away for a while comes back; the client says both.
			if bus.Refused(q.nc.LastError()) {
				return bus.Denied(q.nc, err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(250 * time.Millisecond):
			}
			continue
		}
		n := 0
		for m := range got.Messages() {
			n++
			if err := q.unit(ctx, m, threads); err != nil {
				return err
			}
		}
		if n == 0 && drain {
			info, err := cons.Info(ctx)
			if err == nil && info.NumPending == 0 && info.NumAckPending <= q.Away() {
				return nil
			}
		}
	}
	return nil
}

// unit reads one and sends its batches.
func (q *Queue) unit(ctx context.Context, m jetstream.Msg, threads int) error {
	var u Unit
	if err := json.Unmarshal(m.Data(), &u); err != nil || !batch.ValidName(u.Site) || !batch.ValidName(u.Sensor) || !batch.ValidName(u.ID) || len(u.Files) == 0 || u.Rows < 1 || u.Rows > batch.MaxRows {
		q.Say("a unit of work makes no sense and was put aside")
		return m.TermWithReason("not a unit")
	}
	busy, stop := context.WithCancel(ctx)
	var beat sync.WaitGroup
	beat.Add(1)
	go func() {
		defer beat.Done()
		t := time.NewTicker(3 * time.Second)
		defer t.Stop()
		for {
			select {
			case <-busy.Done():
				return
			case <-t.C:
				_ = m.InProgress()
			}
		}
	}()
	defer beat.Wait()
	defer stop()
	for _, f := range u.Files {
		if _, err := os.Stat(f.Path); err != nil {
			// Another machine may see it: the unit goes back, and comes again later.
			q.mu.Lock()
			known := q.away[u.ID]
			if q.away == nil {
				q.away = map[string]bool{}
			}
			q.away[u.ID] = true
			q.mu.Unlock()
			if !known {
				q.Say(fmt.Sprintf("%s is not on this machine; left to another worker", f.Path))
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			return m.NakWithDelay(5 * time.Second)
		}
	}
	q.mu.Lock()
	delete(q.away, u.ID)
	q.mu.Unlock()
	p := &publisher{q: q, u: &u, ctx: ctx}
	p.resume()
	problems, err := Read(ctx, &u, threads, p.add)
	if err == nil {
		err = p.finish()
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		_ = m.Nak()
		return nil
	}
	if err != nil {
		_ = m.Nak()
		return err
	}
	var damage []string
	for _, x := range problems {
		damage = append(damage, x.Error())
		q.Say(x.Error())
	}
	q.Damaged.Add(uint64(len(problems)))
	body, err := json.Marshal(note{Unit: u, Done: true, Records: p.records, Time: time.Now().UTC(), Damage: damage})
	if err != nil {
		return err
	}
	if _, err := q.kv.Put(ctx, "unit."+u.ID, body); err != nil {
		return q.later(&u, m, err)
	}
	// Counted before it is acknowledged: where that arrives and only its answer is lost, nobody reads it again.
	q.Units.Add(1)
	q.Files.Add(uint64(len(u.Files)))
	q.Records.Add(p.records)
	if err := m.DoubleAck(ctx); err != nil {
		return q.later(&u, m, err)
	}
	_ = q.kv.Purge(ctx, "at."+u.ID)
	return nil
}

// later leaves a unit that is read to a later try, where the broker could not be told so.
func (q *Queue) later(u *Unit, m jetstream.Msg, err error) error {
	_ = m.Nak()
	if bus.Refused(q.nc.LastError()) {
		return bus.Denied(q.nc, err)
	}
	q.Say(fmt.Sprintf("%s: not noted as read, and tried again: %v", u.Files[0].Path, bus.Unsent(err)))
	return nil
}

// publisher makes batches of a unit. What it does depends on nothing but the
// records, so that the n-th batch is the same each time.
type publisher struct {
	q       *Queue
	u       *Unit
	ctx     context.Context
	b       [lanes]*batch.Builder
	n       uint64 // batches made
	skip    uint64 // those that the broker has from an earlier try
	records uint64
	out     []flight
}

type flight struct {
	n   uint64
	msg *nats.Msg
	ack jetstream.PubAckFuture
	err error // why it is not even on its way
}

const (
	lanes  = 4
	window = 8
)

// resume asks how far an earlier try came.
func (p *publisher) resume() {
	if e, err := p.q.kv.Get(p.ctx, "at."+p.u.ID); err == nil {
		_ = json.Unmarshal(e.Value(), &p.skip)
	}
}

func (p *publisher) add(r *record.Record) error {
	l := sensor.LaneOf(r, lanes)
	if p.b[l] == nil {
		p.b[l] = batch.NewBuilder(p.u.Site, p.u.Sensor)
	}
	p.b[l].Add(r)
	p.records++
	if p.b[l].Rows() >= p.u.Rows || p.b[l].Size() >= batch.MaxBuilt {
		return p.close(l)
	}
	return nil
}

func (p *publisher) close(l int) error {
	b := p.b[l]
	if b == nil || b.Rows() == 0 {
		return nil
	}
	defer b.Reset()
	for _, part := range b.Parts(bus.MaxBatch) {
		if len(part.Data) > bus.MaxBatch {
			p.records -= uint64(part.Rows)
			p.q.Say(fmt.Sprintf("%s: %s LEFT OUT: a batch of %d octets is longer than the broker takes", p.u.Files[0].Path, sensor.Are(uint64(part.Rows)), len(part.Data)))
			continue
		}
		if err := p.send(l, part.Data); err != nil {
			return err
		}
	}
	return nil
}

// send sends the next batch of a lane.
func (p *publisher) send(l int, data []byte) error {
	if p.n++; p.n <= p.skip {
		p.q.Skipped.Add(1)
		return nil
	}
	source := p.u.Site + "/" + p.u.Sensor + "/" + p.u.ID
	f := flight{n: p.n, msg: &nats.Msg{Subject: bus.FlowSubject(p.u.Site, uint16(l)), Data: data, Header: nats.Header{jetstream.MsgIDHeader: {bus.MessageID(source, p.n)}}}}
	f.ack, f.err = p.q.js.PublishMsgAsync(f.msg)
	if p.out = append(p.out, f); len(p.out) >= window {
		return p.await()
	}
	return nil
}

// await waits until the broker has the oldest batch on its way; it is sent again
// until it has. What keeps it is told now and then, and ends the unit when it is for
// good.
func (p *publisher) await() error {
	f := &p.out[0]
	said := time.Now()
	for {
		err := p.once(f)
		if err == nil {
			break
		}
		if bus.TooLong(err) {
			return fmt.Errorf("%s: batch %d of %d octets: %w", p.u.Files[0].Path, f.n, len(f.msg.Data), err)
		}
		if time.Since(said) > 10*time.Second && p.ctx.Err() == nil {
			said = time.Now()
			p.q.Say(fmt.Sprintf("%s: not sent yet: %v", p.u.Files[0].Path, err))
		}
		select {
		case <-p.ctx.Done():
			return p.ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
		if err := p.q.nc.LastError(); err != nil && bus.Refused(err) {
			return fmt.Errorf("the broker refuses this: %w", err)
		}
		f.ack, f.err = p.q.js.PublishMsgAsync(f.msg)
	}
	p.out = p.out[1:]
	if f.n%16 == 0 || len(p.out) == 0 {
		b, _ := json.Marshal(f.n)
		_, _ = p.q.kv.Put(p.ctx, "at."+p.u.ID, b) // only saves work after a crash
	}
	return nil
}

func (p *publisher) once(f *flight) error {
	if f.err != nil {
		return bus.Unsent(f.err)
	}
	select {
	case <-f.ack.Ok():
		return nil
	case err := <-f.ack.Err():
		return err
	case <-time.After(2 * time.Second):
		return errors.New("the broker did not answer in time")
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

func (p *publisher) finish() error {
	for l := range p.b {
		if err := p.close(l); err != nil {
			return err
		}
	}
	for len(p.out) > 0 {
		if err := p.await(); err != nil {
			return err
		}
	}
	return nil
}

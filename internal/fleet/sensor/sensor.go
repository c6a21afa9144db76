// Package sensor carries records from a capture to the broker: into batches by
// lane, onto the spool, over the wire, each stage with its own goroutine, so that
// nothing behind the capture can hold it up. What there is no room for is counted.
package sensor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/spool"
	"portero/internal/record"
)

// Config says who a sensor is and how it works.
type Config struct {
	Site, Name string
	Lanes      int           // partitions of the subject, by Community ID
	Rows       int           // most records of a batch
	Every      time.Duration // a batch is closed after this time
	Wait       bool          // from files: wait for the spool instead of dropping
	Timeout    time.Duration // of one publication
	Say        func(string)
	Still      func() []string // interfaces that bring nothing; may be nil
}

func (c *Config) defaults() error {
	if c.Site == "" {
		return errors.New("which site is this? --site NAME, as the broker's users file has it")
	}
	if !batch.ValidName(c.Site) || !batch.ValidName(c.Name) {
		return errors.New("--site and --name are up to 64 letters, digits, _ and -")
	}
	if c.Lanes <= 0 {
		c.Lanes = 4
	}
	if c.Rows <= 0 {
		c.Rows = 8192
	}
	c.Rows = min(c.Rows, batch.MaxRows)
	if c.Every <= 0 {
		c.Every = 500 * time.Millisecond
	}
	if c.Timeout <= 0 {
		c.Timeout = time.Second
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	return nil
}

// Sensor is one at work.
type Sensor struct {
	cfg    Config
	spool  *spool.Spool
	source string

	builders []*batch.Builder
	opened   time.Time
	full     chan lane
	spare    chan *batch.Builder
	encoded  sync.WaitGroup
	failure  atomic.Pointer[error]
	ended    atomic.Bool
	wrong    atomic.Pointer[string] // why the spool takes nothing now
	said     time.Time              // when that was said last

	unspooled atomic.Uint64 // of Lost, those that the spool could not take
	before    uint64        // records that the spool dropped under earlier sensors

	Records atomic.Uint64 // taken
	Lost    atomic.Uint64 // before they reached the spool: the disk is too slow
	Sent    atomic.Uint64 // records the broker has acknowledged
	Refused atomic.Uint64 // left out because the broker takes no batch so long
	Copies  atomic.Uint64 // messages that the broker had already
	Retries atomic.Uint64
}

type lane struct {
	n int
	b *batch.Builder
}

// queued is how many batches may wait for the disk.
const queued = 16

// New prepares a sensor that spools into sp.
func New(cfg Config, sp *spool.Spool) (*Sensor, error) {
	if err := cfg.defaults(); err != nil {
		return nil, err
	}
	s := &Sensor{cfg: cfg, spool: sp, source: cfg.Site + "/" + cfg.Name + "/" + sp.Epoch(), full: make(chan lane, queued), spare: make(chan *batch.Builder, queued+cfg.Lanes), before: sp.Stats().DroppedRecords}
	for range cfg.Lanes {
		s.builders = append(s.builders, batch.NewBuilder(cfg.Site, cfg.Name))
	}
	if cfg.Wait {
		sp.Full = s.waits
	}
	s.encoded.Add(1)
	go s.encode()
	return s, nil
}

// Source is the name of the spool, as it stands in message ids.
func (s *Sensor) Source() string { return s.source }

// LaneOf is the partition of a connection: that of its Community ID, so that all
// sensors of a site put both legs of it in one.
func LaneOf(r *record.Record, lanes int) int {
	var buf [64]byte
	h := fnv.New32a()
	h.Write(record.AppendCommunityID(buf[:0], r))
	return int(h.Sum32() % uint32(lanes))
}

// Add takes a record. One goroutine may call Add, Tick and Flush.
func (s *Sensor) Add(r *record.Record) error {
	n := 0
	if s.cfg.Lanes > 1 {
		n = LaneOf(r, s.cfg.Lanes)
	}
	b := s.builders[n]
	if s.opened.IsZero() {
		s.opened = time.Now()
	}
	b.Add(r)
	s.Records.Add(1)
	if b.Rows() >= s.cfg.Rows || b.Size() >= batch.MaxBuilt {
		s.close(n)
	}
	return s.err()
}

// Tick closes batches whose time has come.
func (s *Sensor) Tick() error {
	if !s.opened.IsZero() && time.Since(s.opened) >= s.cfg.Every {
		s.Flush()
	}
	return s.err()
}

// Flush closes all batches.
func (s *Sensor) Flush() {
	for n := range s.builders {
		s.close(n)
	}
	s.opened = time.Time{}
}

func (s *Sensor) close(n int) {
	b := s.builders[n]
	if b.Rows() == 0 {
		return
	}
	if s.cfg.Wait {
		s.full <- lane{n, b}
	} else {
		select {
		case s.full <- lane{n, b}:
		default:
			s.Lost.Add(uint64(b.Rows()))
			b.Reset()
			return
		}
	}
	select {
	case s.builders[n] = <-s.spare:
	default:
		s.builders[n] = batch.NewBuilder(s.cfg.Site, s.cfg.Name)
	}
}

// encode puts closed batches on the spool; several that wait share one fsync.
func (s *Sensor) encode() {
	defer s.encoded.Done()
	for l := range s.full {
		var ms []spool.Message
		for {
			for _, p := range l.b.Parts(bus.MaxBatch) {
				if len(p.Data) > bus.MaxBatch {
					s.refused(uint64(p.Rows), len(p.Data))
					continue
				}
				ms = append(ms, spool.Message{Lane: uint16(l.n), Records: uint32(p.Rows), Data: p.Data})
			}
			l.b.Reset()
			select {
			case s.spare <- l.b:
			default:
			}
			more := false
			if len(ms) < 4 {
				select {
				case l, more = <-s.full:
				default:
				}
			}
			if !more {
				break
			}
		}
		if err := s.spool.Put(s.cfg.Wait, ms...); err != nil {
			err = fmt.Errorf("spool: %w", err)
			if s.cfg.Wait {
				s.failure.CompareAndSwap(nil, &err)
				continue
			}
			lost := uint64(0)
			for _, m := range ms {
				if m.Number == 0 {
					lost += uint64(m.Records)
				}
			}
			s.unwritten(lost, err)
		} else {
			s.wrong.Store(nil)
		}
	}
}

// waits says, at once and then every half minute, that there is no room for what files brought
// until what is on the spool was sent. Room comes and goes many times in between.
func (s *Sensor) waits(err error) {
	why := fmt.Sprintf("spool: %v; it waits until what is there was sent", err)
	s.wrong.Store(&why)
	if time.Since(s.said) > 30*time.Second {
		s.said = time.Now()
		s.cfg.Say(why)
	}
}

// unwritten counts what the spool could not take, and says it at once and then every
// half minute: a disk that is full is tried again twice a second.
func (s *Sensor) unwritten(records uint64, err error) {
	s.Lost.Add(records)
	s.unspooled.Add(records)
	why := err.Error()
	if s.wrong.Swap(&why) == nil || time.Since(s.said) > 30*time.Second {
		s.said = time.Now()
		s.cfg.Say(fmt.Sprintf("%s; %s LOST so far", why, Are(s.unspooled.Load())))
	}
}

// refused counts what no broker takes, and says so.
func (s *Sensor) refused(records uint64, size int) {
	s.Refused.Add(records)
	s.cfg.Say(fmt.Sprintf("%s LEFT OUT: a batch of %d octets is longer than the broker takes", Are(records), size))
}

func (s *Sensor) err() error {
	if p := s.failure.Load(); p != nil {
		return *p
	}
	return nil
}

// Close puts what is left on the spool.
func (s *Sensor) Close() error {
	s.Flush()
	close(s.full)
	s.encoded.Wait()
	return s.err()
}

// window is how many messages may be on their way at once, once the broker has taken one. Until then, and again after it took one
// not, it is one at a time: of many, those behind the one that it had no place for might find one, and arrive before it and twice.
const window = 16

type flight struct {
	number  uint64
	records uint32
	size    int
	ack     jetstream.PubAckFuture
	err     error // why it is not even on its way
}

// Publish sends what is on the spool until ctx ends. What the broker does not
// acknowledge in time is sent again, under the same name.
func (s *Sensor) Publish(ctx context.Context, nc *nats.Conn) error {
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(2*window))
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { s.spool.Wake() })
	defer stop()
	var after uint64
	var out []flight
	most := 1
	said := time.Time{}
	for ctx.Err() == nil {
		for len(out) < most {
			m, ok, err := s.spool.TryNext(after, len(out) == 0, ctx)
			if err != nil {
				if errors.Is(err, spool.ErrClosed) || ctx.Err() != nil {
					return nil
				}
				return err
			}
			if !ok {
				break
			}
			after = m.Number
			f, err := js.PublishMsgAsync(&nats.Msg{Subject: bus.FlowSubject(s.cfg.Site, m.Lane), Data: m.Data, Header: nats.Header{
				jetstream.MsgIDHeader: {bus.MessageID(s.source, m.Number)}, recordsHeader: {fmt.Sprint(m.Records)}}})
			out = append(out, flight{m.Number, m.Records, len(m.Data), f, bus.Unsent(err)})
			if err != nil {
				break
			}
		}
		if len(out) == 0 {
			continue
		}
		f := out[0]
		if err := s.await(ctx, f); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if last := nc.LastError(); last != nil && errors.Is(last, nats.ErrPermissionViolation) {
				return fmt.Errorf("the broker refuses site %s to this sensor: %w", s.cfg.Site, last)
			}
			if nc.IsClosed() {
				// A connection is tried again for ever, but where the broker has said twice that
				// it does not know us. Nothing more would go out, whatever became of the broker.
				return fmt.Errorf("the broker refuses this sensor: %w", cmp.Or(nc.LastError(), err))
			}
			if bus.TooLong(err) {
				// As earlier versions made them: trying again would keep all that is behind it
				// from being sent.
				s.refused(uint64(f.records), f.size)
				s.spool.Ack(f.number)
				out = out[1:]
				continue
			}
			s.Retries.Add(1)
			if time.Since(said) > 10*time.Second {
				said = time.Now()
				s.cfg.Say(fmt.Sprintf("not sent yet: %v; %s on the spool", bus.Unsent(err), number(s.spool.Stats().Records, "record waits", "records wait")))
			}
			after, out, most = out[0].number-1, out[:0], 1
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
			continue
		}
		s.Sent.Add(uint64(f.records))
		s.spool.Ack(f.number)
		out, most = out[1:], window
	}
	return nil
}

const recordsHeader = "Portero-Records"

func (s *Sensor) await(ctx context.Context, f flight) error {
	if f.err != nil {
		return f.err
	}
	t := time.NewTimer(s.cfg.Timeout)
	defer t.Stop()
	select {
	case a := <-f.ack.Ok():
		if a.Duplicate {
			s.Copies.Add(1)
		}
		return nil
	case err := <-f.ack.Err():
		return err
	case <-t.C:
		return errors.New("the broker did not answer in time")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// State is what a sensor says of itself.
type State struct {
	Kind    string      `json:"kind"`
	Site    string      `json:"site"`
	Name    string      `json:"name"`
	Time    time.Time   `json:"time"`
	Version string      `json:"version,omitempty"`
	Records uint64      `json:"records"`
	Sent    uint64      `json:"sent"`
	Lost    uint64      `json:"lost"`
	Refused uint64      `json:"refused"`
	Drops   uint64      `json:"capture_drops"`
	Retries uint64      `json:"retries"`
	Trouble string      `json:"trouble,omitempty"` // why the spool takes nothing now
	Still   []string    `json:"still,omitempty"`   // interfaces that are listened to and bring nothing: down or gone
	Ended   bool        `json:"ended,omitempty"`   // it has read its files and sent what was in them
	Spool   spool.Stats `json:"spool"`
}

// State is the present one. drops is what the capture lost.
func (s *Sensor) State(drops uint64) State {
	st := State{Kind: "sensor", Site: s.cfg.Site, Name: s.cfg.Name, Time: time.Now().UTC(), Records: s.Records.Load(), Sent: s.Sent.Load(), Lost: s.Lost.Load(), Refused: s.Refused.Load(), Drops: drops,
		Retries: s.Retries.Load(), Spool: s.spool.Stats()}
	if p := s.wrong.Load(); p != nil {
		st.Trouble = *p
	}
	if s.cfg.Still != nil {
		st.Still = s.cfg.Still()
	}
	st.Ended = s.ended.Load() && st.Spool.Messages == 0
	return st
}

// End says that nothing more will come: files were read to their end.
func (s *Sensor) End() { s.ended.Store(true) }

// Report tells the broker how the sensor is.
func (s *Sensor) Report(nc *nats.Conn, drops uint64) {
	if b, err := json.Marshal(s.State(drops)); err == nil {
		_ = nc.Publish(bus.StatusSubject(s.cfg.Site, "sensor", s.cfg.Name), b)
	}
}

// Drained waits until the spool is empty, or ctx ends.
func (s *Sensor) Drained(ctx context.Context) bool {
	for s.spool.Stats().Messages > 0 {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return true
}

// Missing is how many records were taken, or waited, and will never be stored: those that are LOST,
// DROPPED or LEFT OUT.
func (s *Sensor) Missing() uint64 {
	return s.Lost.Load() + s.Refused.Load() + s.spool.Stats().DroppedRecords - s.before
}

// Are says that n records are: what they are follows.
func Are(n uint64) string { return number(n, "record is", "records are") }

func number(n uint64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n) + " " + more
}

// Summary says what a sensor did, for people.
func (s *Sensor) Summary() string {
	st := s.spool.Stats()
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d acknowledged by the broker, %s on the spool", number(s.Records.Load(), "record", "records"), s.Sent.Load(), number(st.Records, "waits", "wait"))
	if n := st.DroppedRecords - s.before; n > 0 {
		fmt.Fprintf(&b, "; %d DROPPED, oldest first, because the spool was full or could not be read", n)
	}
	unspooled := s.unspooled.Load()
	if n := s.Lost.Load() - unspooled; n > 0 {
		fmt.Fprintf(&b, "; %d LOST because the disk was too slow", n)
	}
	if unspooled > 0 {
		fmt.Fprintf(&b, "; %d LOST because the spool could not be written", unspooled)
	}
	if n := s.Refused.Load(); n > 0 {
		fmt.Fprintf(&b, "; %d LEFT OUT because the broker takes no batch so long", n)
	}
	return b.String()
}

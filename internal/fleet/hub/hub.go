// Package hub takes batches from the broker and puts them in the stores, then
// acknowledges them. Any number of hubs share the work. A batch may come twice,
// after a crash or a change of leader; the stores tell copies by their names.
package hub

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/spool"
)

// Store is where records rest. Write returns nil when all are in it for good; a
// batch that it has already changes nothing. A batch.UnfitError names one that it
// can never take; every other error may pass.
type Store interface {
	Write(es []batch.Entry) error
}

// Config says how a hub works.
type Config struct {
	Name   string
	Stores map[string]Store
	Rows   int           // a group of batches is stored when it has so many records
	Every  time.Duration // or after this time
	Bad    string        // folder for batches that no hub can read, "" drops them
	Say    func(string)
}

// Hub is one at work.
type Hub struct {
	cfg                                    Config
	Records, Batches, Groups, Bad, Retries atomic.Uint64
	again                                  atomic.Uint64
	wrong                                  atomic.Pointer[string] // what keeps the hub from its work now
	said                                   time.Time
	twins                                  twins
	run                                    string       // tells us from another hub of our name
	spoke                                  bool         // we have said how we are
	namesake                               atomic.Bool  // another hub has our name
	kept                                   atomic.Int64 // octets that were put aside
	tell                                   int          // batches that could not be read, not told of
	told                                   time.Time
	unkept                                 atomic.Pointer[string] // why a batch cannot be put aside
	grace                                  time.Duration          // for a store to end what it does when the hub is told to stop
	renew                                  time.Duration          // how often the broker is told that we still hold what we hold
}

// New prepares a hub.
func New(cfg Config) (*Hub, error) {
	if !batch.ValidName(cfg.Name) {
		return nil, errors.New("--name is up to 64 letters, digits, _ and -")
	}
	if len(cfg.Stores) == 0 {
		return nil, errors.New("a hub without a store would throw records away: give it --clickhouse or --parquet")
	}
	if cfg.Rows <= 0 {
		cfg.Rows = 200_000
	}
	if cfg.Every <= 0 {
		cfg.Every = 5 * time.Second
	}
	if cfg.Say == nil {
		cfg.Say = func(string) {}
	}
	h := &Hub{cfg: cfg, run: rand.Text(), grace: 10 * time.Second, renew: renew}
	if es, err := os.ReadDir(cfg.Bad); err == nil && cfg.Bad != "" {
		for _, e := range es {
			if st, err := e.Info(); err == nil {
				h.kept.Add(st.Size())
			}
		}
	}
	return h, nil
}

// group is what is stored together.
type group struct {
	mu    sync.Mutex
	msgs  []held
	es    []batch.Entry
	rows  int
	size  int // memory that the batches take, octets
	begun time.Time
	names map[string]bool
}

// most is how much memory the batches of a group may take, octets.
const most = 256 << 20

// held is a message with the name of its batch; copies have the same.
type held struct {
	jetstream.Msg
	id string
}

// renew keeps the broker from giving messages to another hub while we hold them.
const renew = 3 * time.Second

// Run works until ctx ends; then it stores what it holds.
func (h *Hub) Run(ctx context.Context, nc *nats.Conn) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	g := &group{names: map[string]bool{}}
	beat := make(chan struct{})
	var beats sync.WaitGroup
	beats.Add(1)
	go func() {
		defer beats.Done()
		t := time.NewTicker(h.renew)
		defer t.Stop()
		for {
			select {
			case <-beat:
				return
			case <-t.C:
				g.mu.Lock()
				for _, m := range g.msgs {
					_ = m.InProgress()
				}
				g.mu.Unlock()
			}
		}
	}()
	defer beats.Wait()
	defer close(beat)
	var cons jetstream.Consumer
	for ctx.Err() == nil {
		if cons == nil {
			try, stop := bus.UntilRefused(ctx, nc) // who is refused is told at once
			cons, err = js.Consumer(try, bus.Flows, bus.Store)
			stop()
			if err != nil {
				if bus.Refused(nc.LastError()) {
					return fmt.Errorf("the broker refuses this hub: %w", nc.LastError())
				}
				cons = nil
				h.trouble(fmt.Sprintf("consumer: %v", bus.Unsent(err)))
				sleep(ctx, 500*time.Millisecond)
				continue
			}
		}
		got, err := cons.Fetch(16, jetstream.FetchMaxWait(250*time.Millisecond))
		if err == nil {
			for m := range got.Messages() {
				h.put(ctx, g, m)
			}
			if err = got.Error(); err == nil {
				h.well()
			}
		}
		if err != nil && !errors.Is(err, nats.ErrTimeout) && !errors.Is(err, jetstream.ErrNoMessages) && ctx.Err() == nil {
			h.trouble(fmt.Sprintf("fetch: %v", bus.Unsent(err)))
			cons = nil
			sleep(ctx, 250*time.Millisecond)
		}
		if g.rows >= h.cfg.Rows || len(g.es) > 0 && time.Since(g.begun) >= h.cfg.Every {
			h.store(ctx, g)
		}
	}
	// What is held is stored even now, in one try. Where that failed before, or does, others
	// get it at once, or we when we are started again.
	if len(g.es) > 0 && h.wrong.Load() == nil {
		h.store(ctx, g)
	}
	g.mu.Lock()
	for _, m := range g.msgs {
		_ = m.Nak()
	}
	g.mu.Unlock()
	// Where the broker is away, what is not acknowledged comes again, and is told by its name.
	_ = nc.FlushTimeout(2 * time.Second)
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// trouble notes what keeps the hub from its work until well, and says it at once
// and then every half minute: what is tried again every second need not be.
func (h *Hub) trouble(s string) {
	if h.wrong.Swap(&s) == nil || time.Since(h.said) > 30*time.Second {
		h.said = time.Now()
		h.cfg.Say(s)
	}
}

func (h *Hub) well() { h.wrong.Store(nil) }

// put takes a message, and stores the group when it takes too much memory.
func (h *Hub) put(ctx context.Context, g *group, m jetstream.Msg) {
	if h.take(g, m); g.size >= most {
		h.store(ctx, g)
	}
}

// take decodes a message and puts it in the group.
func (h *Hub) take(g *group, m jetstream.Msg) {
	source, number, ok := bus.SplitID(m.Headers().Get(jetstream.MsgIDHeader))
	b, err := batch.Decode(m.Data())
	site := bus.SiteOf(m.Subject())
	switch {
	case err != nil:
	case !ok:
		err = errors.New("a batch without a name")
	case b.Site != site || len(source) <= len(site) || source[:len(site)+1] != site+"/":
		err = fmt.Errorf("a batch that says it is of site %s came from site %s", b.Site, site)
	}
	if err != nil {
		h.bad(m, err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	id := bus.MessageID(source, number)
	g.msgs = append(g.msgs, held{m, id})
	if g.names[id] {
		return // a copy; it is acknowledged with the group
	}
	g.names[id] = true
	h.twins.hear(source, number, time.Now())
	if len(g.es) == 0 {
		g.begun = time.Now()
	}
	g.es = append(g.es, batch.Entry{Source: source, Number: number, Batch: b})
	g.rows += b.Rows
	g.size += b.Size
}

const (
	// badMost is how much is put aside, octets: who sends what cannot be read shall not fill
	// the disk of the hub.
	badMost = 1 << 30
	// badEvery is how often that is told, but for the first badBurst.
	badEvery = 10 * time.Second
	badBurst = 10
)

// bad puts a message aside that no hub can read.
func (h *Hub) bad(m jetstream.Msg, why error) {
	name, thrown := "", ""
	if h.cfg.Bad != "" {
		if h.kept.Load()+int64(len(m.Data())) > badMost {
			thrown = fmt.Sprintf(" was THROWN AWAY, %s holds %d MB of them already", h.cfg.Bad, badMost>>20)
		} else if md, err := m.Metadata(); err == nil {
			name = filepath.Join(h.cfg.Bad, fmt.Sprintf("%020d.bad", md.Sequence.Stream))
			err := os.MkdirAll(h.cfg.Bad, 0o750)
			if err == nil {
				err = spool.WriteFile(name, m.Data())
			}
			if err != nil {
				s := fmt.Sprintf("a batch that cannot be read stays with the broker, because it could not be put aside: %v", err)
				if h.unkept.Swap(&s) == nil {
					h.cfg.Say(s)
				}
				return
			}
			h.kept.Add(int64(len(m.Data())))
			h.unkept.Store(nil)
		}
	}
	h.Bad.Add(1)
	h.tell++
	if now := time.Now(); now.Sub(h.told) > badEvery {
		h.told = h.told.Add(badEvery)
		if first := now.Add(-badBurst * badEvery); h.told.Before(first) {
			h.told = first
		}
		what := "a batch cannot be read; it"
		if h.tell > 1 {
			what = fmt.Sprintf("%d batches cannot be read; the last", h.tell)
		}
		if name != "" {
			thrown = " was put aside as " + name
		} else if thrown == "" {
			thrown = " was THROWN AWAY, there is no folder for it"
		}
		h.cfg.Say(fmt.Sprintf("%s%s: %v", what, thrown, why))
		h.tell = 0
	}
	_ = m.TermWithReason(why.Error())
}

// write writes to a store. One that does not answer does not keep the hub from
// stopping: what becomes of it then is as after a crash.
func (h *Hub) write(ctx context.Context, s Store, es []batch.Entry) error {
	done := make(chan error, 1)
	go func() { done <- s.Write(es) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(h.grace):
		return fmt.Errorf("no answer within %v of being told to stop", h.grace)
	}
}

// store writes the group to every store, however long that takes unless ctx ends, and
// then acknowledges it.
func (h *Hub) store(ctx context.Context, g *group) {
	for name, s := range h.cfg.Stores {
		for {
			err := h.write(ctx, s, g.es)
			if err == nil {
				break
			}
			if unfit := new(batch.UnfitError); errors.As(err, &unfit) && h.aside(g, unfit) {
				continue
			}
			h.Retries.Add(1)
			h.trouble(fmt.Sprintf("%s: %v; trying again", name, err))
			if ctx.Err() != nil {
				return // not acknowledged: another hub gets it
			}
			sleep(ctx, time.Second)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.msgs {
		_ = m.Ack()
	}
	h.well()
	h.Records.Add(uint64(g.rows))
	h.Batches.Add(uint64(len(g.es)))
	h.again.Add(uint64(len(g.msgs) - len(g.es)))
	h.Groups.Add(1)
	g.msgs, g.es, g.rows, g.size, g.names = nil, nil, 0, 0, map[string]bool{}
}

// aside takes a batch out of the group that a store can never take, so that the
// others are stored. It reports whether there was one.
func (h *Hub) aside(g *group, e *batch.UnfitError) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.IndexFunc(g.es, func(x batch.Entry) bool { return x.Source == e.Source && x.Number == e.Number })
	if i < 0 {
		return false
	}
	g.rows -= g.es[i].Batch.Rows
	g.size -= g.es[i].Batch.Size
	g.es = slices.Delete(g.es, i, i+1)
	id := bus.MessageID(e.Source, e.Number)
	delete(g.names, id)
	first := true
	g.msgs = slices.DeleteFunc(g.msgs, func(m held) bool {
		switch {
		case m.id != id:
			return false
		case first:
			h.bad(m, e.Why)
			first = false
		default:
			_ = m.TermWithReason(e.Why.Error())
		}
		return true
	})
	return true
}

// State is what a hub says of itself.
type State struct {
	Kind    string    `json:"kind"`
	Site    string    `json:"site"`
	Name    string    `json:"name"`
	Time    time.Time `json:"time"`
	Records uint64    `json:"records"`
	Batches uint64    `json:"batches"`
	Copies  uint64    `json:"copies"`
	Bad     uint64    `json:"bad"`
	Retries uint64    `json:"retries"`
	Trouble string    `json:"trouble,omitempty"`
	Stores  []string  `json:"stores"`
	Run     string    `json:"run,omitempty"`
	Shared  bool      `json:"shared_name,omitempty"` // another hub has this name
	Twins   []string  `json:"twins,omitempty"`       // names that two sensors have
}

// State is the present one.
func (h *Hub) State() State {
	s := State{Kind: "hub", Site: bus.Hubs, Name: h.cfg.Name, Run: h.run, Shared: h.namesake.Load(), Time: time.Now().UTC(), Records: h.Records.Load(), Batches: h.Batches.Load(), Copies: h.again.Load(), Bad: h.Bad.Load(), Retries: h.Retries.Load()}
	for _, p := range []*string{h.unkept.Load(), h.wrong.Load()} {
		if p != nil {
			s.Trouble = *p
		}
	}
	s.Twins = h.twins.names(s.Time)
	for n := range h.cfg.Stores {
		s.Stores = append(s.Stores, n)
	}
	return s
}

// Report tells the broker how the hub is. What stands there is our own last word, unless
// another hub has our name.
func (h *Hub) Report(nc *nats.Conn) {
	subject := bus.StatusSubject(bus.Hubs, "hub", h.cfg.Name)
	if last := h.lastWord(nc, subject); h.spoke && last != "" {
		if last != h.run && h.namesake.CompareAndSwap(false, true) {
			h.cfg.Say(fmt.Sprintf("another hub calls itself %s, and status shows only one of them: give each its own --name", h.cfg.Name))
		}
		h.namesake.Store(last != h.run)
	}
	if b, err := json.Marshal(h.State()); err == nil {
		h.spoke = nc.Publish(subject, b) == nil && nc.IsConnected()
	}
}

// lastWord is whose the last word on a subject is, "" when that is not known.
func (h *Hub) lastWord(nc *nats.Conn, subject string) string {
	js, err := jetstream.New(nc)
	if err != nil || !nc.IsConnected() {
		return ""
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	st, err := js.Stream(ctx, bus.Status)
	if err != nil {
		return ""
	}
	m, err := st.GetLastMsgForSubject(ctx, subject)
	if err != nil {
		return ""
	}
	var s State
	_ = json.Unmarshal(m.Data, &s)
	return s.Run
}

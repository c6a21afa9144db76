// Package status gathers what the parts of a fleet say of themselves and what the
// broker knows, and shows it as a table, JSON or Prometheus metrics.
package status

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/fleet/hub"
	"portero/internal/fleet/sensor"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// Fleet is the state of all.
type Fleet struct {
	Time    time.Time      `json:"time"`
	Broker  Broker         `json:"broker"`
	Sensors []sensor.State `json:"sensors"`
	Hubs    []hub.State    `json:"hubs"`
	Store   *Store         `json:"store,omitempty"`
}

// Broker is what JetStream says.
type Broker struct {
	Cluster  string            `json:"cluster,omitempty"`
	Leader   string            `json:"leader,omitempty"`
	Replicas int               `json:"replicas"`
	Brokers  []bus.BrokerState `json:"brokers,omitempty"`
	Behind   []string          `json:"behind,omitempty"` // brokers that are away or not up to date
	Waiting  uint64            `json:"waiting_batches"`
	Bytes    uint64            `json:"waiting_bytes"`
	Limit    int64             `json:"limit_bytes"`
	InHubs   int               `json:"in_hubs"` // handed to hubs, not yet stored
	Again    int               `json:"redelivered"`
	Work     uint64            `json:"waiting_units"`
	// LagSeconds is the age of the oldest batch that no hub has stored.
	LagSeconds float64 `json:"lag_seconds"`
}

// Store is what ClickHouse says.
type Store struct {
	Up      bool   `json:"up"`
	Trouble string `json:"trouble,omitempty"`
}

// Stale is how old a word may be before its speaker counts as silent.
const Stale = 20 * time.Second

// Gather asks the broker.
func Gather(ctx context.Context, nc *nats.Conn) (*Fleet, error) {
	ctx, stop := bus.UntilRefused(ctx, nc)
	defer stop()
	f, err := gather(ctx, nc)
	if last := nc.LastError(); err == nil && bus.Refused(last) {
		err = last // what we may not see is not away
	}
	if err = bus.Denied(nc, err); err != nil {
		err = leaderless(ctx, nc, err)
	}
	return f, err
}

func gather(ctx context.Context, nc *nats.Conn) (*Fleet, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	f := &Fleet{Time: time.Now().UTC(), Sensors: []sensor.State{}, Hubs: []hub.State{}}
	s, err := js.Stream(ctx, bus.Flows)
	if err != nil {
		return nil, fmt.Errorf("the broker has no stream of records (is it a portero-fleet broker, and may we ask?): %w", err)
	}
	i := s.CachedInfo()
	if !i.TimeStamp.IsZero() {
		f.Time = i.TimeStamp.UTC() // by the broker's clock, as all times that it gives; ours may differ
	}
	f.Broker = Broker{Replicas: i.Config.Replicas, Waiting: i.State.Msgs, Bytes: i.State.Bytes, Limit: i.Config.MaxBytes}
	if i.State.FirstSeq > i.State.LastSeq {
		f.Broker.Waiting, f.Broker.Bytes = 0, 0 // the server may count on what it has given up
	}
	if f.Broker.Waiting > 0 && i.State.FirstTime.Unix() > 0 { // what the disk spoiled has no time
		f.Broker.LagSeconds = max(f.Time.Sub(i.State.FirstTime).Seconds(), 0)
	}
	if i.Cluster != nil {
		f.Broker.Cluster, f.Broker.Leader = i.Cluster.Name, i.Cluster.Leader
		for _, r := range i.Cluster.Replicas {
			if r.Offline || !r.Current {
				f.Broker.Behind = append(f.Broker.Behind, r.Name)
			}
		}
	}
	if c, err := s.Consumer(ctx, bus.Store); err == nil {
		f.Broker.InHubs, f.Broker.Again = c.CachedInfo().NumAckPending, c.CachedInfo().NumRedelivered
	}
	if w, err := js.Stream(ctx, bus.Work); err == nil {
		f.Broker.Work = w.CachedInfo().State.Msgs
	}
	f.Broker.Brokers = brokers(ctx, nc, i.Config.Replicas)
	st, err := js.Stream(ctx, bus.Status)
	if err != nil {
		return f, nil
	}
	if err := f.hear(ctx, st); err != nil {
		return nil, err
	}
	sort.Slice(f.Sensors, func(i, j int) bool {
		a, b := &f.Sensors[i], &f.Sensors[j]
		return a.Site < b.Site || a.Site == b.Site && a.Name < b.Name
	})
	sort.Slice(f.Hubs, func(i, j int) bool { return f.Hubs[i].Name < f.Hubs[j].Name })
	return f, nil
}

// hear takes the last word of every part of the fleet. They come in one stream: to ask
// for each would take as many times the way there and back as there are sensors.
func (f *Fleet) hear(ctx context.Context, st jetstream.Stream) error {
	c, err := st.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, InactiveThreshold: 10 * time.Second})
	if err != nil {
		return err
	}
	info, err := c.Info(ctx)
	if err != nil {
		return err
	}
	for left := int(info.NumPending); left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := c.Fetch(min(left, 1000), jetstream.FetchMaxWait(2*time.Second))
		if err != nil {
			return err
		}
		n := 0
		for m := range got.Messages() {
			n++
			f.take(m)
		}
		if n == 0 {
			return got.Error() // the rest is gone meanwhile
		}
		left -= n
	}
	return nil
}

// take takes what one part says of itself. Who speaks is told by the subject, which
// the broker holds to the seed.
func (f *Fleet) take(m jetstream.Msg) {
	w := strings.Split(m.Subject(), ".")
	md, err := m.Metadata()
	if err != nil || len(w) != 4 || !batch.ValidName(w[1]) || !batch.ValidName(w[3]) || w[2] == "hub" && w[1] != bus.Hubs {
		return
	}
	switch w[2] {
	case "sensor":
		var x sensor.State
		if json.Unmarshal(m.Data(), &x) == nil {
			x.Site, x.Name, x.Time = w[1], w[3], md.Timestamp
			f.Sensors = append(f.Sensors, x)
		}
	case "hub":
		var x hub.State
		if json.Unmarshal(m.Data(), &x) == nil {
			x.Name, x.Time = w[3], md.Timestamp
			f.Hubs = append(f.Hubs, x)
		}
	}
}

// brokers asks all brokers how they are, and waits half a second for n of them.
func brokers(ctx context.Context, nc *nats.Conn, n int) (bs []bus.BrokerState) {
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil
	}
	defer sub.Unsubscribe()
	ctx, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	if nc.PublishRequest(bus.Brokers, inbox, nil) != nil {
		return nil
	}
	for len(bs) < n {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			break
		}
		var b bus.BrokerState
		if json.Unmarshal(m.Data, &b) == nil && b.Name != "" {
			bs = append(bs, b)
		}
	}
	sort.Slice(bs, func(i, j int) bool { return bs[i].Name < bs[j].Name })
	return bs
}

// Table writes the state for people.
func (f *Fleet) Table(w io.Writer, l words.Lang) error {
	var b strings.Builder
	br := &f.Broker
	where := ""
	if br.Leader != "" {
		where = fmt.Sprintf(", %s %s", l.Pick("leader", "líder"), safe.Terminal(br.Leader))
	}
	fmt.Fprintf(&b, "%s  %d %s, %.1f MB %s, %d %s, %s%s\n", l.Pick("broker", "intermediario"), br.Waiting, l.Pick("batches wait", "lotes esperan"), float64(br.Bytes)/1e6,
		fmt.Sprintf(l.Pick("of %.0f", "de %.0f"), float64(br.Limit)/1e6), br.InHubs, l.Pick("with hubs", "en hubs"), words.Number(br.Replicas, l.Pick("copy", "copia"), l.Pick("copies", "copias")), where)
	n := func(x uint64) string { return strconv.FormatUint(x, 10) }
	sensors := [][]string{{"sensor", l.Pick("seen", "visto"), l.Pick("records", "registros"), l.Pick("sent", "enviados"), l.Pick("on spool", "en cola"), l.Pick("lost", "perdidos")}}
	for i := range f.Sensors {
		s := &f.Sensors[i]
		sensors = append(sensors, []string{s.Site + "/" + s.Name, ago(f.Time.Sub(s.Time)), n(s.Records), n(s.Sent), n(s.Spool.Records), n(s.Lost + s.Refused + s.Spool.DroppedRecords)})
	}
	hubs := [][]string{{"hub", l.Pick("seen", "visto"), l.Pick("records", "registros"), l.Pick("batches", "lotes"), l.Pick("again", "repetidos")}}
	for i := range f.Hubs {
		h := &f.Hubs[i]
		hubs = append(hubs, []string{h.Name, ago(f.Time.Sub(h.Time)), n(h.Records), n(h.Batches), n(h.Copies)})
	}
	columns(&b, sensors, hubs)
	b.WriteByte('\n')
	ts := f.Troubles(l)
	for _, t := range ts {
		fmt.Fprintf(&b, "!  %s\n", t)
	}
	if len(ts) == 0 {
		b.WriteString(l.Pick("all is well\n", "todo va bien\n"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// columns writes tables whose columns stand under one another, each as wide as what is in it: as a rule all fits
// into 80 columns. The first is of names.
func columns(b *strings.Builder, tables ...[][]string) {
	var wide []int
	for _, t := range tables {
		for _, row := range t {
			for i, cell := range row {
				if i == len(wide) {
					wide = append(wide, 0)
				}
				wide[i] = max(wide[i], utf8.RuneCountInString(cell))
			}
		}
	}
	for _, t := range tables {
		b.WriteByte('\n')
		for _, row := range t {
			for i, cell := range row {
				room := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell))
				if i == 0 {
					b.WriteString(cell + room)
				} else {
					b.WriteString("  " + room + cell)
				}
			}
			b.WriteByte('\n')
		}
	}
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", max(d.Seconds(), 0))
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f d", d.Hours()/24)
}

// JSON writes the state for programs.
func (f *Fleet) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// Package status gathers what the parts of a fleet say of themselves and what the
// broker knows, and shows it as a table, JSON or Prometheus metrics.
package status

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"

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
	return f, bus.Denied(nc, err)
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

// Troubles are what is not as it should be, worst first, in plain words.
func (f *Fleet) Troubles(l words.Lang) (ts []string) {
	of := func(n uint64, en1, en, es1, es string) string {
		return words.Number(n, l.Pick(en1, es1), l.Pick(en, es))
	}
	records := func(n uint64) string { return of(n, "record", "records", "registro", "registros") }
	add := func(en, es string, v ...any) { ts = append(ts, fmt.Sprintf(l.Pick(en, es), v...)) }
	if f.Store != nil && !f.Store.Up {
		add("the store does not answer: %s", "el almacén no responde: %s", safe.Terminal(words.FleetMessage(l, f.Store.Trouble)))
	}
	for _, b := range f.Broker.Behind {
		add("broker %s is away or behind", "el intermediario %s falta o va atrasado", safe.Terminal(b))
	}
	if f.Broker.Limit > 0 && f.Broker.Bytes > uint64(f.Broker.Limit)/10*9 {
		add("the broker is nearly full: sensors will keep what comes", "el intermediario está casi lleno: los sensores guardarán lo que venga")
	}
	for i := range f.Broker.Brokers {
		b := &f.Broker.Brokers[i]
		if b.Spoiled > 0 {
			add("the disk of broker %s spoiled what it kept: what no hub had stored of it is LOST", "el disco del intermediario %s estropeó lo que guardaba: lo que ningún hub había guardado se PERDIÓ", safe.Terminal(b.Name))
		}
		if due := f.Broker.Limit - int64(f.Broker.Bytes); b.Free >= 0 && b.Free < due {
			add("the disk of broker %s has %d MB free, and %d MB may still come", "el disco del intermediario %s tiene %d MB libres, y aún pueden llegar %d MB", safe.Terminal(b.Name), b.Free>>20, due>>20)
		}
	}
	if f.Broker.LagSeconds > 120 {
		add("the oldest batch has waited %.0f s for a hub", "el lote más antiguo espera desde hace %.0f s", f.Broker.LagSeconds)
	}
	alive := false
	var twins []string
	for i := range f.Hubs {
		h := &f.Hubs[i]
		alive = alive || f.Time.Sub(h.Time) < Stale
		if h.Trouble != "" && f.Time.Sub(h.Time) < Stale {
			add("hub %s stores nothing: %s", "el hub %s no guarda nada: %s", h.Name, safe.Terminal(words.FleetMessage(l, h.Trouble)))
		}
		for _, n := range h.Twins {
			if f.Time.Sub(h.Time) < Stale && !slices.Contains(twins, n) {
				twins = append(twins, n)
			}
		}
		if h.Shared && f.Time.Sub(h.Time) < Stale {
			add("two hubs call themselves %s, and only one of them is shown: give each its own --name", "dos hubs se llaman %s y solo se muestra uno: dele a cada uno su propio --name", h.Name)
		}
		if h.Bad > 0 {
			add("hub %s put %s aside that it could not read", "el hub %s apartó %s que no supo leer", h.Name, of(h.Bad, "batch", "batches", "lote", "lotes"))
		}
	}
	for _, n := range twins {
		add("two sensors call themselves %s: give each its own --name", "dos sensores se llaman %s: dele a cada uno su propio --name", safe.Terminal(n))
	}
	if !alive {
		add("no hub is at work", "no hay ningún hub en marcha")
	}
	for i := range f.Sensors {
		s := &f.Sensors[i]
		n := s.Site + "/" + s.Name
		if f.Time.Sub(s.Time) >= Stale && !s.Ended {
			add("sensor %s has been silent for %.0f s", "el sensor %s calla desde hace %.0f s", n, f.Time.Sub(s.Time).Seconds())
		}
		if s.Spool.DroppedRecords > 0 {
			add("sensor %s dropped %s: its spool was full or could not be read", "el sensor %s descartó %s: su cola estaba llena o no se pudo leer", n, records(s.Spool.DroppedRecords))
		}
		if s.Spool.Spoiled > 0 {
			add("sensor %s: %s lost", "sensor %s: %s", n, of(s.Spool.Spoiled, "batch on its spool was damaged and is", "batches on its spool were damaged and are", "lote de su cola estaba dañado y se ha perdido", "lotes de su cola estaban dañados y se han perdido"))
		}
		if s.Trouble != "" && f.Time.Sub(s.Time) < Stale {
			add("sensor %s keeps nothing: %s", "el sensor %s no guarda nada: %s", n, safe.Terminal(words.FleetMessage(l, s.Trouble)))
		}
		if s.Lost > 0 {
			add("sensor %s lost %s: its disk is too slow or could not be written", "el sensor %s perdió %s: su disco es demasiado lento o no se pudo escribir", n, records(s.Lost))
		}
		if s.Refused > 0 {
			add("sensor %s left %s out: the broker takes no batch so long", "el sensor %s omitió %s: el intermediario no acepta un lote tan largo", n, records(s.Refused))
		}
		if s.Drops > 0 {
			add("sensor %s: the kernel dropped %s", "sensor %s: el núcleo descartó %s", n, of(s.Drops, "frame", "frames", "trama", "tramas"))
		}
	}
	return ts
}

// Table writes the state for people.
func (f *Fleet) Table(w io.Writer, l words.Lang) error {
	var b strings.Builder
	br := &f.Broker
	where := ""
	if br.Leader != "" {
		where = fmt.Sprintf(", %s %s", l.Pick("leader", "líder"), safe.Terminal(br.Leader))
	}
	fmt.Fprintf(&b, "%s  %d %s, %.1f MB %s, %d %s, %d %s%s\n", l.Pick("broker", "intermediario"), br.Waiting, l.Pick("batches wait", "lotes esperan"), float64(br.Bytes)/1e6,
		fmt.Sprintf(l.Pick("of %.0f", "de %.0f"), float64(br.Limit)/1e6), br.InHubs, l.Pick("with hubs", "en los hubs"), br.Replicas, l.Pick("copies", "copias"), where)
	fmt.Fprintf(&b, "\n%-28s %10s %12s %12s %10s %10s\n", l.Pick("sensor", "sensor"), l.Pick("seen", "visto"), l.Pick("records", "registros"), l.Pick("sent", "enviados"), l.Pick("on spool", "en cola"), l.Pick("lost", "perdidos"))
	for i := range f.Sensors {
		s := &f.Sensors[i]
		fmt.Fprintf(&b, "%-28s %10s %12d %12d %10d %10d\n", s.Site+"/"+s.Name, ago(f.Time.Sub(s.Time)), s.Records, s.Sent, s.Spool.Records, s.Lost+s.Refused+s.Spool.DroppedRecords)
	}
	fmt.Fprintf(&b, "\n%-28s %10s %12s %12s %10s\n", "hub", l.Pick("seen", "visto"), l.Pick("records", "registros"), l.Pick("batches", "lotes"), l.Pick("again", "repetidos"))
	for i := range f.Hubs {
		h := &f.Hubs[i]
		fmt.Fprintf(&b, "%-28s %10s %12d %12d %10d\n", h.Name, ago(f.Time.Sub(h.Time)), h.Records, h.Batches, h.Copies)
	}
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

// label is a label of a metric. Its value knows three escapes and no others: one too many,
// and the whole page is refused.
func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(safe.Terminal(value)) + `"`
}

// Prometheus writes the state in the text format of metrics, version 0.0.4.
func (f *Fleet) Prometheus(w io.Writer) error {
	var b strings.Builder
	metric := func(name, kind, help string) {
		fmt.Fprintf(&b, "# HELP portero_fleet_%s %s\n# TYPE portero_fleet_%s %s\n", name, help, name, kind)
	}
	value := func(name, labels string, v any) {
		if labels != "" {
			labels = "{" + labels + "}"
		}
		fmt.Fprintf(&b, "portero_fleet_%s%s %v\n", name, labels, v)
	}
	br := &f.Broker
	for _, m := range []struct {
		name, help string
		v          any
	}{{"broker_waiting_batches", "Batches that no hub has stored.", br.Waiting}, {"broker_waiting_bytes", "Octets of those batches.", br.Bytes}, {"broker_limit_bytes", "Octets that may wait.", br.Limit},
		{"broker_in_hubs", "Batches that hubs hold.", br.InHubs}, {"broker_lag_seconds", "Age of the oldest batch that no hub has stored.", br.LagSeconds},
		{"broker_behind", "Brokers of the cluster that are away or behind.", len(br.Behind)}, {"waiting_units", "Units of archives that no worker has read.", br.Work}} {
		metric(m.name, "gauge", m.help)
		value(m.name, "", m.v)
	}
	metric("broker_spoiled_total", "counter", "Times that the disk of a broker spoiled what it kept, since it was started.")
	for _, s := range br.Brokers {
		value("broker_spoiled_total", label("broker", s.Name), s.Spoiled)
	}
	metric("broker_free_bytes", "gauge", "Free octets of the disk of a broker.")
	for _, s := range br.Brokers {
		if s.Free >= 0 {
			value("broker_free_bytes", label("broker", s.Name), s.Free)
		}
	}
	for _, m := range []struct {
		name, kind, help string
		get              func(s *sensor.State) any
	}{
		{"sensor_records_total", "counter", "Records taken.", func(s *sensor.State) any { return s.Records }},
		{"sensor_sent_total", "counter", "Records that the broker acknowledged.", func(s *sensor.State) any { return s.Sent }},
		{"sensor_lost_total", "counter", "Records lost before the spool; should be zero.", func(s *sensor.State) any { return s.Lost }},
		{"sensor_dropped_total", "counter", "Records dropped from a full spool, oldest first; should be zero.", func(s *sensor.State) any { return s.Spool.DroppedRecords }},
		{"sensor_spoiled_total", "counter", "Batches on the spool that were damaged and are lost; should be zero.", func(s *sensor.State) any { return s.Spool.Spoiled }},
		{"sensor_refused_total", "counter", "Records left out because their batch was too long for the broker; should be zero.", func(s *sensor.State) any { return s.Refused }},
		{"sensor_capture_drops_total", "counter", "Frames that the kernel dropped; should be zero.", func(s *sensor.State) any { return s.Drops }},
		{"sensor_spool_records", "gauge", "Records on the spool.", func(s *sensor.State) any { return s.Spool.Records }},
		{"sensor_spool_bytes", "gauge", "Octets on the spool.", func(s *sensor.State) any { return s.Spool.Bytes }},
		{"sensor_spool_limit_bytes", "gauge", "Octets that the spool may hold.", func(s *sensor.State) any { return s.Spool.Limit }},
		{"sensor_stuck", "gauge", "Whether something keeps the sensor from keeping records; should be zero.", func(s *sensor.State) any {
			if s.Trouble != "" {
				return 1
			}
			return 0
		}},
		{"sensor_ended", "gauge", "Whether the sensor has read its files and sent what was in them.", func(s *sensor.State) any {
			if s.Ended {
				return 1
			}
			return 0
		}},
		{"sensor_silent_seconds", "gauge", "Time since the sensor was heard of.", func(s *sensor.State) any { return max(f.Time.Sub(s.Time).Seconds(), 0) }},
	} {
		metric(m.name, m.kind, m.help)
		for i := range f.Sensors {
			s := &f.Sensors[i]
			value(m.name, label("site", s.Site)+","+label("sensor", s.Name), m.get(s))
		}
	}
	for _, m := range []struct {
		name, kind, help string
		get              func(h *hub.State) any
	}{
		{"hub_records_total", "counter", "Records stored.", func(h *hub.State) any { return h.Records }},
		{"hub_batches_total", "counter", "Batches stored.", func(h *hub.State) any { return h.Batches }},
		{"hub_bad_total", "counter", "Batches that could not be read; should be zero.", func(h *hub.State) any { return h.Bad }},
		{"hub_retries_total", "counter", "Times that a store refused.", func(h *hub.State) any { return h.Retries }},
		{"hub_stuck", "gauge", "Whether something keeps the hub from storing; should be zero.", func(h *hub.State) any {
			if h.Trouble != "" {
				return 1
			}
			return 0
		}},
		{"hub_silent_seconds", "gauge", "Time since the hub was heard of.", func(h *hub.State) any { return max(f.Time.Sub(h.Time).Seconds(), 0) }},
	} {
		metric(m.name, m.kind, m.help)
		for i := range f.Hubs {
			value(m.name, label("hub", f.Hubs[i].Name), m.get(&f.Hubs[i]))
		}
	}
	if f.Store != nil {
		metric("store_up", "gauge", "Whether ClickHouse answers.")
		up := 0
		if f.Store.Up {
			up = 1
		}
		value("store_up", "", up)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

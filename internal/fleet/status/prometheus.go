package status

import (
	"fmt"
	"io"
	"strings"

	"portero/internal/fleet/hub"
	"portero/internal/fleet/sensor"
	"portero/internal/view/safe"
)

// Prometheus writes the state in the text format of metrics, version 0.0.4.
func (f *Fleet) Prometheus(w io.Writer) error {
	p := &page{f: f}
	p.broker()
	p.sensors()
	p.hubs()
	p.store()
	_, err := io.WriteString(w, p.b.String())
	return err
}

// page is that of the metrics as far as it is written.
type page struct {
	f *Fleet
	b strings.Builder
}

func (p *page) metric(name, kind, help string) {
	fmt.Fprintf(&p.b, "# HELP portero_fleet_%s %s\n# TYPE portero_fleet_%s %s\n", name, help, name, kind)
}

func (p *page) value(name, labels string, v any) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	fmt.Fprintf(&p.b, "portero_fleet_%s%s %v\n", name, labels, v)
}

// label is a label of a metric. Its value knows three escapes and no others: one too many,
// and the whole page is refused.
func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(safe.Terminal(value)) + `"`
}

// one is 1 for what is so, and 0 for what is not.
func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func (p *page) broker() {
	br := &p.f.Broker
	for _, m := range []struct {
		name, help string
		v          any
	}{{"broker_waiting_batches", "Batches that no hub has stored.", br.Waiting}, {"broker_waiting_bytes", "Octets of those batches.", br.Bytes}, {"broker_limit_bytes", "Octets that may wait.", br.Limit},
		{"broker_in_hubs", "Batches that hubs hold.", br.InHubs}, {"broker_lag_seconds", "Age of the oldest batch that no hub has stored.", br.LagSeconds},
		{"broker_behind", "Brokers of the cluster that are away or behind.", len(br.Behind)}, {"waiting_units", "Units of archives that no worker has read.", br.Work}} {
		p.metric(m.name, "gauge", m.help)
		p.value(m.name, "", m.v)
	}
	p.metric("broker_spoiled_total", "counter", "Times that the disk of a broker spoiled what it kept, since it was started.")
	for _, s := range br.Brokers {
		p.value("broker_spoiled_total", label("broker", s.Name), s.Spoiled)
	}
	p.metric("broker_free_bytes", "gauge", "Free octets of the disk of a broker.")
	for _, s := range br.Brokers {
		if s.Free >= 0 {
			p.value("broker_free_bytes", label("broker", s.Name), s.Free)
		}
	}
}

func (p *page) sensors() {
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
		{"sensor_stuck", "gauge", "Whether something keeps the sensor from keeping records; should be zero.", func(s *sensor.State) any { return one(s.Trouble != "") }},
		{"sensor_still_interfaces", "gauge", "Interfaces that the sensor listens to and that are down or gone; should be zero.", func(s *sensor.State) any { return len(s.Still) }},
		{"sensor_ended", "gauge", "Whether the sensor has read its files and sent what was in them.", func(s *sensor.State) any { return one(s.Ended) }},
		{"sensor_silent_seconds", "gauge", "Time since the sensor was heard of.", func(s *sensor.State) any { return max(p.f.Time.Sub(s.Time).Seconds(), 0) }},
	} {
		p.metric(m.name, m.kind, m.help)
		for i := range p.f.Sensors {
			s := &p.f.Sensors[i]
			p.value(m.name, label("site", s.Site)+","+label("sensor", s.Name), m.get(s))
		}
	}
}

func (p *page) hubs() {
	for _, m := range []struct {
		name, kind, help string
		get              func(h *hub.State) any
	}{
		{"hub_records_total", "counter", "Records stored.", func(h *hub.State) any { return h.Records }},
		{"hub_batches_total", "counter", "Batches stored.", func(h *hub.State) any { return h.Batches }},
		{"hub_bad_total", "counter", "Batches that could not be read; should be zero.", func(h *hub.State) any { return h.Bad }},
		{"hub_retries_total", "counter", "Times that a store refused.", func(h *hub.State) any { return h.Retries }},
		{"hub_stuck", "gauge", "Whether something keeps the hub from storing; should be zero.", func(h *hub.State) any { return one(h.Trouble != "") }},
		{"hub_silent_seconds", "gauge", "Time since the hub was heard of.", func(h *hub.State) any { return max(p.f.Time.Sub(h.Time).Seconds(), 0) }},
	} {
		p.metric(m.name, m.kind, m.help)
		for i := range p.f.Hubs {
			p.value(m.name, label("hub", p.f.Hubs[i].Name), m.get(&p.f.Hubs[i]))
		}
	}
}

func (p *page) store() {
	if p.f.Store != nil {
		p.metric("store_up", "gauge", "Whether ClickHouse answers.")
		p.value("store_up", "", one(p.f.Store.Up))
	}
}

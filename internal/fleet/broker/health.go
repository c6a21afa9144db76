package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/bus"
)

// ErrDisk is why Watch ends. The server takes nothing more into a stream that could
// not be written once, also when there is room again: only a new start helps.
var ErrDisk = errors.New("the broker cannot write to its disk and takes nothing more; it has to be started again")

// tendEvery is after how many looks at its health a broker looks for what the disk spoiled.
const tendEvery = 5

// Watch looks after a broker at work until ctx ends: it answers who asks how the
// brokers are, and returns an ErrDisk when what comes cannot be written.
func (b *Broker) Watch(ctx context.Context) error {
	nc, err := b.inside()
	if err != nil {
		return err
	}
	defer nc.Close()
	if _, err := nc.Subscribe(bus.Brokers, func(m *nats.Msg) {
		if body, err := json.Marshal(b.state()); err == nil {
			_ = m.Respond(body)
		}
	}); err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	d := tending{js: js}
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		if why := b.unwritable(); why != "" {
			return fmt.Errorf("%s: %w (%s; %s free)", b.opt.Dir, ErrDisk, why, octets(b.state().Free))
		}
		if n%b.tendEvery == 0 {
			try, stop := context.WithTimeout(ctx, 5*time.Second)
			_ = b.tend(try, &d) // the next time it is tried again
			stop()
		}
	}
}

// unwritable is what the server says of a stream that it could not write, "" when
// there is none. What else it calls unhealthy, as a copy that is behind, passes.
func (b *Broker) unwritable() string {
	if !b.srv.JetStreamEnabled() {
		return "JetStream is disabled"
	}
	for _, e := range b.srv.Healthz(&server.HealthzOptions{Details: true}).Errors {
		if strings.Contains(e.Error, "write error") {
			return e.Error
		}
	}
	return ""
}

func (b *Broker) state() bus.BrokerState {
	s := bus.BrokerState{Name: b.Name(), Free: -1, Spoiled: b.spoiled.Load()}
	if n, err := free(b.opt.Dir); err == nil {
		s.Free = n
	}
	return s
}

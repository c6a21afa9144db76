package status

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/bus"
)

// NoAnswer says that brokers are there, and that their streams do not answer: so it is in a cluster of which half
// or more is away.
type NoAnswer struct {
	There []bus.BrokerState // the brokers that answer themselves
	Err   error
}

func (e *NoAnswer) Error() string {
	var names []string
	for _, b := range e.There {
		names = append(names, b.Name)
	}
	return fmt.Sprintf("no stream answers; of the brokers these do: %s (a cluster takes records while more than half of its brokers are up; sensors keep what comes): %v", strings.Join(names, ", "), e.Err)
}

func (e *NoAnswer) Unwrap() error { return e.Err }

// unavailable is JetStream's answer where no leader is.
const unavailable = 503

// leaderless tells by err, with which a question to a stream failed, whether nobody leads the brokers, and who is there.
func leaderless(ctx context.Context, nc *nats.Conn, err error) error {
	var said *jetstream.APIError
	if !(errors.As(err, &said) && said.Code == unavailable) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	const most = 16 // of a cluster that somebody makes; half a second is waited for them
	if there := brokers(context.WithoutCancel(ctx), nc, most); len(there) > 0 {
		return &NoAnswer{there, err}
	}
	return err
}

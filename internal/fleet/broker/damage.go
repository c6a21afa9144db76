package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"portero/internal/fleet/bus"
)

// tending looks after what the disk spoiled. The server passes over a message that it
// cannot read, and gives up what stands behind one in its file where it has to look
// through it anew; it says nothing of either.
type tending struct {
	js    jetstream.JetStream
	begun bool
	first uint64 // the message that should have left or been sent, when it was looked at last
}

// spoil says what the disk spoiled, and counts that it did.
func (b *Broker) spoil(what string) {
	b.spoiled.Add(1)
	if b.opt.Say != nil {
		b.opt.Say("the disk spoiled " + what + ": what no hub had stored of it is LOST; look at the disk")
	}
}

// tend looks once. In a cluster the leader does.
func (b *Broker) tend(ctx context.Context, t *tending) error {
	if b.opt.Cluster != "" && !b.StreamLeader(bus.Flows) {
		return nil
	}
	// The hubs first: what they had stored by then is not there any more.
	c, err := t.js.Consumer(ctx, bus.Flows, bus.Store)
	if err != nil {
		return err
	}
	s, err := t.js.Stream(ctx, bus.Flows)
	if err != nil {
		return err
	}
	if !t.begun {
		// Only who asks for what has left is told what was lost at the start.
		i, err := s.Info(ctx, jetstream.WithDeletedDetails(true))
		if err != nil {
			return err
		}
		t.begun = true
		if l := i.State.Lost; l != nil && l.Bytes > 0 {
			b.spoil(fmt.Sprintf("%d octets of what the broker kept", l.Bytes))
		}
	}
	hubs, state := c.CachedInfo(), s.CachedInfo().State
	first, stored := state.FirstSeq, hubs.AckFloor.Stream
	idle := hubs.NumPending == 0 && hubs.NumAckPending == 0
	if state.Msgs == 0 || first > state.LastSeq || first > stored && !idle || first != t.first {
		t.first = first
		return nil
	}
	// No hub will get it, and it would take room for good.
	switch _, err := s.GetMsg(ctx, first); {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		if i, err := s.Info(ctx); err != nil || i.State.FirstSeq != first {
			return err // it has just left
		}
		b.spoil("a batch that the broker kept")
		return s.Purge(ctx, jetstream.WithPurgeSequence(first+1))
	case err == nil && first <= stored:
		// It came back when files were looked through anew.
		return s.Purge(ctx, jetstream.WithPurgeSequence(stored+1))
	default:
		return err
	}
}

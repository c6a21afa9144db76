package broker

import "github.com/nats-io/nats-server/v2/server"

// Server is what the server is told.
func (o *Options) Server() (*server.Options, error) { return o.server() }

// TendAtOnce lets Watch look for what the disk spoiled every second.
func (b *Broker) TendAtOnce() { b.tendEvery = 1 }

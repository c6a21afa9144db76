package broker

import "github.com/nats-io/nats-server/v2/server"

// Server is what the server is told.
func (o *Options) Server() (*server.Options, error) { return o.server() }

// WordBits lets a test be on a machine whose words have n bits, until back is called.
func WordBits(n int) (back func()) {
	was := wordBits
	wordBits = n
	return func() { wordBits = was }
}

// TendAtOnce lets Watch look for what the disk spoiled every second.
func (b *Broker) TendAtOnce() { b.tendEvery = 1 }

package broker

import "github.com/nats-io/nats-server/v2/server"

// Server is what the server is told.
func (o *Options) Server() (*server.Options, error) { return o.server() }

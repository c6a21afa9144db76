// Package screen is the live screen: connections, ports, hosts and findings as
// they happen, with rates and losses always in sight.
//
// Three goroutines share the work, and none waits for the next. The engine's hands
// records to a Board and is done; the Board's adds them up and publishes a View, an
// unchanging picture; the terminal's draws the latest View it finds (Model). What
// is kept has fixed bounds: the latest connections, the doors and hosts in use, and
// in recent.Store the packets of the last moments. Nothing reaches the terminal
// that it would obey.
package screen

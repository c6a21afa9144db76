// Package screen is the live screen: connections, ports, hosts and findings as
// they happen, with rate and drops always in sight. A Board collects records in
// the goroutine of the engine; a Model shows what a Board hands over.
package screen

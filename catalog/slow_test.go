//go:build race

package catalog

// slow says that times mean nothing: the race detector is at work.
const slow = true

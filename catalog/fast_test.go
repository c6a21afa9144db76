//go:build !race

package catalog

// slow says that times mean nothing.
const slow = false

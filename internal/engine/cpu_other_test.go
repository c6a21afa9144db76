//go:build !unix

package engine

import "time"

var began = time.Now()

// cpu falls back to the clock on the wall.
func cpu() time.Duration { return time.Since(began) }

package main

import (
	"fmt"
	"path/filepath"
	"time"

	"portero/internal/recorder"
)

// What --buffer-size, --lanes, --snaplen and --memory may be.
const (
	leastRing, mostRing = 1 << 20, 1 << 30
	mostLanes           = 16
	mostSnap            = 262144
	leastMemory         = 8 << 20
)

// check refuses what has no meaning, so that nothing is silently taken for something
// else.
func (o *liveFlags) check() error {
	switch {
	case o.duration < 0:
		return usage(fmt.Sprintf("--duration: %s is no time to stop after (write 30s or 10m)", o.duration))
	case o.interim < 0:
		return usage(fmt.Sprintf("--interim: %s is no interval (write 1m; 0 is never)", o.interim))
	case o.interim > 0 && o.interim < time.Second:
		return usage("--interim: at least one second (0 is never)")
	case o.lanes < 0 || o.lanes > mostLanes:
		return usage(fmt.Sprintf("--lanes: %d is none of 0 to %d (0 chooses)", o.lanes, mostLanes))
	case o.snaplen < 0 || o.snaplen > mostSnap:
		return usage(fmt.Sprintf("--snaplen: %d is none of 0 to %d octets (0 is all)", o.snaplen, mostSnap))
	case o.plain && o.format != "" && o.format != "plain":
		return usage(fmt.Sprintf("--plain and --format %s are two forms of the same lines: leave one of them out", o.format))
	case o.speedGiven && o.replay == "":
		return usage("--speed is for --replay FILE, which is missing")
	case o.fsyncGiven && o.save == "":
		return usage("--fsync is for -w FILE, which is missing")
	case o.save != "" && o.save != "-" && filepath.Clean(o.save) == filepath.Clean(o.out):
		return usage(o.save + ": is read or written by the same command; give the output another name")
	case o.replay != "" && len(o.ifaces) > 0:
		return usage("--replay shows a saved capture: leave the interface out")
	}
	if _, err := recorder.ParseSync(o.fsync); err != nil {
		return usage("--fsync: " + err.Error())
	}
	if n, err := sizeOf("--buffer-size", o.ring); err != nil {
		return err
	} else if n < leastRing || n > mostRing {
		return usage(fmt.Sprintf("--buffer-size: %s is none of 1M to 1G", o.ring))
	}
	if n, err := sizeOf("--memory", o.memory); err != nil {
		return err
	} else if n < leastMemory {
		return usage(fmt.Sprintf("--memory: %s is too little (8M at least)", o.memory))
	}
	return nil
}

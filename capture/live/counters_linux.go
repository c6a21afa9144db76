package live

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// counters reads what the kernel lost before any filter. Its files are opened
// while the process still may open some, and read again each time.
type counters struct {
	control      int // a socket to ask about interfaces
	dev, softnet *os.File
	names        []string // nil for all
	link0, soft0 uint64
}

func (c *counters) open(taps []*tapState) {
	c.control = -1
	if fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err == nil {
		c.control = fd
	}
	for _, t := range taps {
		if t.Index == 0 {
			c.names = nil
			break
		}
		c.names = append(c.names, t.Name)
	}
	c.dev, _ = os.Open("/proc/self/net/dev")
	c.softnet, _ = os.Open("/proc/self/net/softnet_stat")
	c.link0, c.soft0 = c.read()
}

// rename goes on counting an interface under another name.
func (c *counters) rename(old, name string) {
	if i := slices.Index(c.names, old); i >= 0 {
		c.names[i] = name
	}
}

func (c *counters) read() (link, softnet uint64) {
	return linkDrops(again(c.dev), c.names), softnetDrops(again(c.softnet))
}

// now returns what was lost since open.
func (c *counters) now() (link, softnet uint64, known bool) {
	if c.dev == nil || c.softnet == nil {
		return 0, 0, false
	}
	link, softnet = c.read()
	// A counter that fell belongs to an interface that was made anew.
	return max(link, c.link0) - c.link0, max(softnet, c.soft0) - c.soft0, true
}

func (c *counters) close() {
	if c.control >= 0 {
		unix.Close(c.control)
		c.control = -1
	}
	for _, f := range []*os.File{c.dev, c.softnet} {
		if f != nil {
			f.Close()
		}
	}
	c.dev, c.softnet = nil, nil
}

// again reads a file of /proc from its beginning.
func again(f *os.File) []byte {
	if f == nil {
		return nil
	}
	b := make([]byte, 0, 4096)
	for len(b) < 1<<20 {
		b = slices.Grow(b, 4096)
		n, err := f.ReadAt(b[len(b):cap(b)], int64(len(b)))
		b = b[:len(b)+n]
		if err != nil || n == 0 {
			break
		}
	}
	return b
}

// linkDrops adds the receive drops and missed frames of /proc/net/dev.
func linkDrops(b []byte, names []string) uint64 {
	var sum uint64
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		name, rest, ok := strings.Cut(s.Text(), ":")
		f := strings.Fields(rest)
		if !ok || len(f) < 5 || names != nil && !slices.Contains(names, strings.TrimSpace(name)) {
			continue
		}
		for _, i := range []int{3, 4} { // drop (with missed), fifo
			n, _ := strconv.ParseUint(f[i], 10, 64)
			sum += n
		}
	}
	return sum
}

// softnetDrops adds the second column of /proc/net/softnet_stat over the processors.
func softnetDrops(b []byte) uint64 {
	var sum uint64
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		var total, dropped uint64
		if n, _ := fmt.Sscanf(s.Text(), "%x %x", &total, &dropped); n == 2 {
			sum += dropped
		}
	}
	return sum
}

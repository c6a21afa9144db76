package live

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// indexOf asks the kernel for the number of the interface that has this name now.
func indexOf(fd int, name string) (int, error) {
	q, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, q); err != nil {
		return 0, err
	}
	return int(q.Uint32()), nil
}

func isUp(fd int, name string) bool {
	q, err := unix.NewIfreq(name)
	return err == nil && unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, q) == nil && q.Uint16()&unix.IFF_UP != 0
}

func (h *Handle) tell(name string, c Change, err error) {
	if h.Changed != nil {
		h.Changed(Event{name, c, err})
	}
}

// look finds out which interfaces went and came. A socket serves again by itself
// when its interface was only down; one whose interface was removed does not, also
// when another one gets the name: that needs a new socket.
func (h *Handle) look(now time.Time) {
	for _, t := range h.taps {
		if t.Index == 0 {
			continue
		}
		index, err := indexOf(h.control(), t.Name)
		if err == nil && index == t.Index {
			if down := !isUp(h.control(), t.Name); down != t.down {
				t.down = down
				if down {
					h.tell(t.Name, WentDown, nil)
				} else {
					h.tell(t.Name, CameUp, nil)
				}
			}
			continue
		}
		if t.away.IsZero() {
			t.away = now
			h.tell(t.Name, WentAway, nil)
		}
		// What it brought before it went is read first.
		if err != nil || h.reopen == nil || now.Sub(t.away) < 2*slack {
			continue
		}
		h.restore(t)
	}
}

// control is the descriptor that interfaces are asked for through.
func (h *Handle) control() int { return h.counter.control }

// restore listens to the interface that has the name of t now.
func (h *Handle) restore(t *tapState) {
	fresh, err := h.reopen(t.Name)
	if err != nil {
		if !t.failed {
			h.tell(t.Name, CannotReopen, err)
		}
		t.failed = true // said once
		return
	}
	var rings []*ring
	for lane := range fresh.Files {
		r, err := mapRing(&fresh, lane)
		if err != nil {
			for _, r := range rings {
				r.unmap()
			}
			h.tell(t.Name, CannotReopen, err)
			return
		}
		rings = append(rings, r)
	}
	h.mu.Lock()
	for _, r := range h.rings {
		if r.tap == t.Name && !r.retired {
			r.retire()
			h.bury(r)
			continue
		}
		rings = append(rings, r)
	}
	h.rings = rings
	h.mu.Unlock()
	*t = tapState{Tap: fresh}
	h.tell(t.Name, CameBack, nil)
}

// Name is the name of the interface that a frame came by (capture.Frame.Iface).
func (h *Handle) Name(iface int32) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.taps {
		if t.Index == int(iface) {
			return t.Name
		}
	}
	if n, ok := h.names[iface]; ok {
		return n
	}
	name := fmt.Sprintf("interface %d", iface)
	if q, err := unix.NewIfreq(""); err == nil {
		q.SetUint32(uint32(iface))
		if unix.IoctlIfreq(h.control(), unix.SIOCGIFNAME, q) == nil && q.Name() != "" {
			name = q.Name()
		}
	}
	if len(h.names) < 4096 {
		h.names[iface] = name
	}
	return name
}

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

// nameOf asks for the name that the interface of this number has now.
func nameOf(fd, index int) (string, bool) {
	q, err := unix.NewIfreq("")
	if err != nil {
		return "", false
	}
	q.SetUint32(uint32(index))
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFNAME, q); err != nil || q.Name() == "" {
		return "", false
	}
	return q.Name(), true
}

func isUp(fd int, name string) bool {
	q, err := unix.NewIfreq(name)
	return err == nil && unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, q) == nil && q.Uint16()&unix.IFF_UP != 0
}

func (h *Handle) tell(e Event) {
	if h.Changed != nil {
		h.Changed(e)
	}
}

// look finds out which interfaces went and came. A socket serves again by itself
// when its interface was only down, and goes on when it is renamed; one whose interface was
// removed does not, also when another one gets the name: that needs a new socket.
func (h *Handle) look(now time.Time) {
	for _, t := range h.taps {
		if t.Index == 0 {
			continue
		}
		if name, ok := nameOf(h.control(), t.Index); ok {
			h.lookAt(t, name)
			continue
		}
		if t.away.IsZero() {
			t.away = now
			h.count() // nothing comes any more
			h.tell(Event{Interface: t.called, Change: WentAway, Name: t.Name})
		}
		// What it brought before it went is read first.
		if _, err := indexOf(h.control(), t.Name); err != nil || h.reopen == nil || !h.drained(t.Name) && (h.waiting(t.Name) || now.Sub(t.away) < overdue) {
			continue
		}
		h.restore(t)
	}
}

// lookAt finds out what became of an interface that is there, and called name.
func (h *Handle) lookAt(t *tapState, name string) {
	if old := t.called; name != old {
		h.mu.Lock()
		t.called = name
		h.counter.rename(old, name)
		h.mu.Unlock()
		h.tell(Event{Interface: old, Change: Renamed, Name: name})
	}
	down, first := !isUp(h.control(), name), !t.looked
	t.looked = true
	switch was := t.down; {
	case down && first:
		h.tell(Event{Interface: name, Change: IsDown})
	case down && !was:
		h.tell(Event{Interface: name, Change: WentDown})
	case !down && was:
		h.tell(Event{Interface: name, Change: CameUp})
	}
	t.down = down
}

// control is the descriptor that interfaces are asked for through.
func (h *Handle) control() int { return h.counter.control }

// restore listens to the interface that has the name of t now.
func (h *Handle) restore(t *tapState) {
	fresh, err := h.reopen(t.Name)
	if err != nil {
		if !t.failed {
			h.tell(Event{Interface: t.Name, Change: CannotReopen, Err: err})
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
			h.tell(Event{Interface: t.Name, Change: CannotReopen, Err: err})
			return
		}
		rings = append(rings, r)
	}
	h.mu.Lock()
	for _, r := range h.rings {
		if r.tap == t.Name && !r.retired {
			r.retire()
			h.bury(r, rings[:len(fresh.Files)])
			continue
		}
		rings = append(rings, r)
	}
	h.rings = rings
	h.counter.rename(t.called, fresh.Name)
	*t = tapState{Tap: fresh, called: fresh.Name}
	h.mu.Unlock()
	h.tell(Event{Interface: t.Name, Change: CameBack})
}

// Name is the name of the interface that a frame came by (capture.Frame.Iface).
func (h *Handle) Name(iface int32) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.taps {
		if t.Index == int(iface) {
			return t.called
		}
	}
	if n, ok := h.names[iface]; ok {
		return n
	}
	name := fmt.Sprintf("interface %d", iface)
	if n, ok := nameOf(h.control(), int(iface)); ok {
		name = n
	}
	if len(h.names) < 4096 {
		h.names[iface] = name
	}
	return name
}

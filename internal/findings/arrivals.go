package findings

import (
	"unsafe"

	"portero/internal/prefetch"
)

// arrivals says when hosts were first seen, for maxHosts of them. Every record asks
// it twice.
type arrivals struct {
	slots []slot // open addressing, a power of two, at most half full
	hosts []arrival
}

type arrival struct {
	addr halves
	at   int64 // ns
}

// find returns the number of e among hosts, -1 for none.
func (a *arrivals) find(e *end) int {
	if len(a.hosts) == 0 {
		return -1
	}
	mask := uint32(len(a.slots) - 1)
	for i := uint32(e.hash) & mask; ; i = (i + 1) & mask {
		switch s := a.slots[i]; {
		case s.num == 0:
			return -1
		case s.tag == uint32(e.hash) && a.hosts[s.num-1].addr == e.half:
			return int(s.num - 1)
		}
	}
}

// home is where e is looked up.
func (a *arrivals) home(e *end) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(a.slots))) + uintptr(uint32(e.hash)&uint32(len(a.slots)-1))*unsafe.Sizeof(slot{})
}

// meet notes that e was there at the time, if that is earlier than what is known.
func (a *arrivals) meet(e *end, at int64) {
	if i := a.find(e); i >= 0 {
		a.hosts[i].at = min(a.hosts[i].at, at)
		return
	}
	if len(a.hosts) >= maxHosts {
		return
	}
	if 2*len(a.hosts) >= len(a.slots) {
		old := a.slots
		a.slots = make([]slot, max(16, 2*len(old)))
		prefetch.Pages(a.slots[:0])
		for _, s := range old {
			if s.num != 0 {
				a.place(s)
			}
		}
	}
	a.hosts = append(a.hosts, arrival{e.half, at})
	a.place(slot{uint32(e.hash), uint32(len(a.hosts))})
}

func (a *arrivals) place(s slot) {
	mask := uint32(len(a.slots) - 1)
	i := s.tag & mask
	for a.slots[i].num != 0 {
		i = (i + 1) & mask
	}
	a.slots[i] = s
}

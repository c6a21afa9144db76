package capture

import (
	"encoding/binary"
	"net/netip"
	"sync"
)

// PathInfo is a way through VLANs and tunnels, outermost first.
type PathInfo struct {
	VLAN   []uint32
	Tunnel []string // kinds
	Ends   []string // outer endpoints "a>b" as sent, of the tunnels that have them
}

// Paths interns ways and segments. It is safe for concurrent use and bounded:
// past its limit all further ways share one entry.
type Paths struct {
	mu    sync.RWMutex
	ids   map[string]uint32
	infos []PathInfo
}

const maxPaths = 1 << 16 // a number of one has 16 bits in flows

// NewPaths returns an empty set. Number 0 is the plain way.
func NewPaths() *Paths {
	return &Paths{ids: map[string]uint32{"": 0}, infos: []PathInfo{{}}}
}

// Info describes a way. The lists are shared: do not change them.
func (s *Paths) Info(id uint32) PathInfo {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(id) >= len(s.infos) {
		return PathInfo{}
	}
	return s.infos[id]
}

// Len is how many ways are known.
func (s *Paths) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.infos)
}

// The elements of a way as a decoder writes them down.
const (
	elemVLAN   = 1 // id, 2 octets
	elemTunnel = 2 // kind, version, source and destination, 16 octets each
	elemNet    = 3 // a virtual network: kind, and 3 octets of id
	elemPlain  = 4 // kind of a tunnel without IP ends
)

func (s *Paths) intern(key []byte) uint32 {
	s.mu.RLock()
	id, ok := s.ids[string(key)]
	s.mu.RUnlock()
	if ok {
		return id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok = s.ids[string(key)]; ok {
		return id
	}
	if len(s.infos) >= maxPaths {
		return maxPaths - 1
	}
	var in PathInfo
	for k := key; len(k) > 0; {
		switch k[0] {
		case elemVLAN:
			in.VLAN = append(in.VLAN, uint32(binary.BigEndian.Uint16(k[1:])))
			k = k[3:]
		case elemTunnel:
			in.Tunnel = append(in.Tunnel, tunnelNames[k[1]])
			a, b := Addr([16]byte(k[3:19]), k[2]), Addr([16]byte(k[19:35]), k[2])
			in.Ends = append(in.Ends, endsText(a, b))
			k = k[35:]
		case elemNet:
			k = k[5:]
		case elemPlain:
			in.Tunnel = append(in.Tunnel, tunnelNames[k[1]])
			k = k[2:]
		}
	}
	id = uint32(len(s.infos))
	s.infos = append(s.infos, in)
	s.ids[string(key)] = id
	return id
}

func endsText(a, b netip.Addr) string { return a.String() + ">" + b.String() }

// pathCache keeps what one decoder interned, so that the common case takes no
// lock.
type pathCache struct {
	last   []byte
	lastID uint32
	ids    map[string]uint32
}

func (c *pathCache) intern(s *Paths, key []byte) uint32 {
	if len(key) == 0 {
		return 0
	}
	if string(key) == string(c.last) {
		return c.lastID
	}
	id, ok := c.ids[string(key)]
	if !ok {
		id = s.intern(key)
		if c.ids == nil || len(c.ids) > 4096 {
			c.ids = map[string]uint32{}
		}
		c.ids[string(key)] = id
	}
	c.last = append(c.last[:0], key...)
	c.lastID = id
	return id
}

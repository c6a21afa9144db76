package catalog

import (
	"embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"

	"portero/capture"
)

//go:embed data
var data embed.FS

// Class is the range a port lies in (RFC 6335, section 6).
type Class uint8

// The classes.
const (
	System  Class = iota // 0 to 1023: assigned by the registry with care
	User                 // 1024 to 49151: registered on request
	Dynamic              // 49152 to 65535: for callers, never assigned
)

// String returns the word used in records.
func (c Class) String() string { return [...]string{"system", "user", "dynamic"}[c] }

// ClassOf returns the class of a port.
func ClassOf(port uint16) Class {
	switch {
	case port < 1024:
		return System
	case port < 49152:
		return User
	}
	return Dynamic
}

// Entry is one registered name.
type Entry struct {
	Port        uint16
	Name        string
	Description string
}

// Fact is what history or practice knows of a port beyond its name.
type Fact struct {
	Port      uint16
	Last      uint16 // of a range; Port for a single one
	Proto     uint8
	Kind      string // malware-default, exposure, ...
	Name      string
	Severity  string
	When      string // listener, outbound, internet, lan, any: the only situation in which it may speak
	Reference string
	note      *Note // of an override; nil: by kind and name
}

// Own reports whether the fact is of somebody's own overrides: who wrote it knows what lives on that number there.
func (f *Fact) Own() bool { return f.note != nil }

// Catalog is the data in the form in which it is asked. Use Default.
type Catalog struct {
	entries  []Entry
	names    []string         // of entries, apart: what is asked for most lies together
	index    [2][65536]uint16 // tcp and udp: entry plus one
	other    map[uint32]uint16
	practice map[uint32]string
	likely   [2][65536 / 64]uint64
	own      *own // what overrides changed, nil without any
}

// Default returns the embedded catalogue.
var Default = sync.OnceValue(load)

func protoOf(s string) uint8 {
	switch s {
	case "tcp":
		return capture.ProtoTCP
	case "udp":
		return capture.ProtoUDP
	case "sctp":
		return capture.ProtoSCTP
	case "dccp":
		return capture.ProtoDCCP
	}
	return 0
}

func key(proto uint8, port uint16) uint32 { return uint32(proto)<<16 | uint32(port) }

// row is the index table of a protocol, -1 for those in the map.
func row(proto uint8) int {
	switch proto {
	case capture.ProtoTCP:
		return 0
	case capture.ProtoUDP, capture.ProtoUDPLite:
		return 1
	}
	return -1
}

func file(name string) string {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		panic("catalog: embedded file is missing: " + name)
	}
	return string(b)
}

func load() *Catalog {
	c := &Catalog{other: map[uint32]uint16{}, practice: map[uint32]string{}}
	text := file("services.tsv")
	c.entries, c.names = make([]Entry, 1, 7000), make([]string, 1, 7000)
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		port, line, _ := strings.Cut(line, "\t")
		protos, line, _ := strings.Cut(line, "\t")
		name, desc, _ := strings.Cut(line, "\t")
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			continue
		}
		c.entries, c.names = append(c.entries, Entry{uint16(n), name, desc}), append(c.names, name)
		id := uint16(len(c.entries) - 1)
		for protos != "" {
			p, more, _ := strings.Cut(protos, "+")
			protos = more
			proto := protoOf(p)
			if r := row(proto); r >= 0 {
				c.index[r][n] = id
			} else {
				c.other[key(proto, uint16(n))] = id
			}
		}
	}
	for _, r := range records("practice.csv") {
		n, _ := strconv.ParseUint(r[0], 10, 16)
		c.practice[key(protoOf(r[1]), uint16(n))] = r[2]
	}
	for _, l := range strings.Fields(file("likely.txt")) {
		p, proto, ok := strings.Cut(l, "/")
		n, err := strconv.ParseUint(p, 10, 16)
		if r := row(protoOf(proto)); ok && err == nil && r >= 0 {
			c.likely[r][n/64] |= 1 << (n % 64)
		}
	}
	return c
}

// records reads an embedded csv without its header.
func records(name string) [][]string {
	r := csv.NewReader(strings.NewReader(file(name)))
	r.ReuseRecord = false
	rs, err := r.ReadAll()
	if err != nil {
		panic("catalog: " + name + ": " + err.Error())
	}
	return rs[1:]
}

// allFacts are read only when something is asked about a port that answered.
var allFacts = sync.OnceValue(func() map[uint32][]Fact {
	m := map[uint32][]Fact{}
	for _, r := range records("risks.csv") {
		lo, hi, ranged := strings.Cut(r[0], "-")
		a, _ := strconv.ParseUint(lo, 10, 16)
		b := a
		if ranged {
			b, _ = strconv.ParseUint(hi, 10, 16)
		}
		for p := a; p <= b; p++ {
			k := key(protoOf(r[1]), uint16(p))
			m[k] = append(m[k], Fact{Port: uint16(a), Last: uint16(b), Proto: protoOf(r[1]), Kind: r[2], Name: r[3], Severity: r[4], When: r[5], Reference: r[6]})
		}
	}
	return m
})

// id is the place of a port's entry, 0 where the registry has no name for it.
func (c *Catalog) id(proto uint8, port uint16) uint16 {
	switch proto {
	case capture.ProtoTCP:
		return c.index[0][port]
	case capture.ProtoUDP, capture.ProtoUDPLite: // which has its ports (RFC 3828, section 6)
		return c.index[1][port]
	}
	return c.other[key(proto, port)]
}

// Lookup returns the registered entry of a port; ok is false when the registry
// has no name for it.
func (c *Catalog) Lookup(proto uint8, port uint16) (e Entry, ok bool) {
	id := c.id(proto, port)
	return c.entries[id], id != 0
}

// Registered returns the registry's name of a port, "" without one.
func (c *Catalog) Registered(proto uint8, port uint16) string { return c.names[c.id(proto, port)] }

// Practice returns the name of what people run on a port where that is known,
// "" otherwise.
func (c *Catalog) Practice(proto uint8, port uint16) string {
	if proto == capture.ProtoUDPLite {
		proto = capture.ProtoUDP
	}
	return c.practice[key(proto, port)]
}

// OwnPractice reports whether an override says what people run on a port: in that house it is known, and not only usual.
func (c *Catalog) OwnPractice(proto uint8, port uint16) bool {
	if c.own == nil {
		return false
	}
	if proto == capture.ProtoUDPLite {
		proto = capture.ProtoUDP
	}
	_, ok := c.own.practice[key(proto, port)]
	return ok
}

// Service returns the name to show for a port: that in practice, else the
// registry's.
func (c *Catalog) Service(proto uint8, port uint16) string {
	if s := c.Practice(proto, port); s != "" {
		return s
	}
	return c.Registered(proto, port)
}

// PortClass returns the word for the class of a port.
func (c *Catalog) PortClass(port uint16) string { return ClassOf(port).String() }

// ZeekLikely reports whether Zeek's default scripts take a port for a server's.
func (c *Catalog) ZeekLikely(proto uint8, port uint16) bool {
	r := row(proto)
	return r >= 0 && c.likely[r][port/64]>>(port%64)&1 != 0
}

// LikelyServer weighs how much a port looks like a responder's: what is in
// common use first, then what is registered, then the class.
func (c *Catalog) LikelyServer(proto uint8, port uint16) int {
	n := 0
	if c.ZeekLikely(proto, port) || c.Practice(proto, port) != "" {
		n += 8
	}
	switch ClassOf(port) {
	case System:
		n += 4
	case User:
		n++
	}
	if _, ok := c.Lookup(proto, port); ok {
		n += 2
	}
	return n
}

// Facts returns what is known of a port beyond its names. Do not change it.
func (c *Catalog) Facts(proto uint8, port uint16) []Fact {
	if c.own != nil {
		if fs, ok := c.own.facts[key(proto, port)]; ok {
			return fs
		}
	}
	return allFacts()[key(proto, port)]
}

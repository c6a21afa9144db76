package record

import (
	"net/netip"
	"unsafe"

	"portero/capture"
)

// Shape is what lies at the Place of a field, so that a writer can take it from
// there without a call for each.
type Shape uint8

// The shapes.
const (
	Elsewhere Shape = iota // only the field's functions know the value
	Uint64
	Uint32
	Uint16
	Int16     // absent below zero
	Micros64  // int64 of nanoseconds, shown as microseconds
	Instant   // int64 of nanoseconds since 1970
	Octet     // one of few values, each with a text of its own: words, booleans, small sets
	Text      // string
	Addr      // netip.Addr, absent when not valid
	Strings   // []string
	Numbers   // []uint64
	Findings  // []Finding
	Community // the Community ID, of both sides
	Constant  // the same in every record
)

// Absence says which values mean that the field is absent, beside those of its Shape.
type Absence uint8

// The absences.
const (
	Never Absence = iota
	IfZero
	IfUnset
	IfZeroOrUnset
	IfUntimed // zero, in a record without times
)

// Place is where a value lies in every Record: octets from its beginning.
type Place uint16

// placeOf finds the Place of what get points to.
func placeOf[T any](get func(r *Record) *T) Place {
	r := &Record{}
	return Place(uintptr(unsafe.Pointer(get(r))) - uintptr(unsafe.Pointer(r)))
}

func at[T any](r *Record, p Place) *T { return (*T)(unsafe.Add(unsafe.Pointer(r), p)) }

// What lies in r at p. The caller knows the shape from the field that has the Place.

func (p Place) Uint64(r *Record) uint64      { return *at[uint64](r, p) }
func (p Place) Uint32(r *Record) uint32      { return *at[uint32](r, p) }
func (p Place) Uint16(r *Record) uint16      { return *at[uint16](r, p) }
func (p Place) Int16(r *Record) int16        { return *at[int16](r, p) }
func (p Place) Int64(r *Record) int64        { return *at[int64](r, p) }
func (p Place) Octet(r *Record) *uint8       { return at[uint8](r, p) }
func (p Place) Text(r *Record) string        { return *at[string](r, p) }
func (p Place) Addr(r *Record) netip.Addr    { return *at[netip.Addr](r, p) }
func (p Place) Strings(r *Record) []string   { return *at[[]string](r, p) }
func (p Place) Numbers(r *Record) []uint64   { return *at[[]uint64](r, p) }
func (p Place) Findings(r *Record) []Finding { return *at[[]Finding](r, p) }

// Lies says where and how the value of a field lies in a Record. A field has the
// same value by this and by its functions (TestLies).
type Lies struct {
	As     Shape
	At     Place
	Absent Absence
	Values int  // of an Octet: it is below
	Rare   bool // zero in most records
}

// Need is what a record must have for a field to have a value: whole groups of
// fields are absent without it.
type Need uint8

// The needs.
const (
	NeedNothing Need = iota
	NeedTCP          // TCP
	NeedPorts        // ports
	NeedOptions      // the options of a SYN
	NeedSYN          // a SYN
	NeedWay          // VLANs or tunnels
	NeedSaid         // what the payload told
	NeedWho          // names, hardware addresses, countries or networks of its ends
	NeedProgram      // live: an event or programs
)

// Has reports whether r has what n asks for.
func (r *Record) Has(n Need) bool {
	switch n {
	case NeedTCP:
		return r.TCP()
	case NeedPorts:
		return r.HasPorts
	case NeedOptions:
		return r.OptsKnown && r.TCP()
	case NeedSYN:
		return r.SYNSeen && r.TCP()
	case NeedWay:
		return len(r.VLAN)+len(r.Tunnel)+len(r.TunnelEnds) > 0
	case NeedSaid:
		return r.App != nil
	case NeedWho:
		return r.Orig.known() || r.Resp.known()
	case NeedProgram:
		return len(r.Event)|len(r.Process)|len(r.User)|len(r.ProcessBy)|len(r.ProcessPath)|len(r.ProcessEnd)|len(r.Container)|len(r.PeerProcess) > 0 ||
			r.PID|r.PeerPID != 0
	}
	return true
}

func (s *Side) known() bool {
	return len(s.MAC)|len(s.Vendor)|len(s.Name)|len(s.Country)|len(s.ASOrg)|int(s.ASN) != 0
}

// With returns a record that has what n asks for, to see what a field says then.
func With(n Need) *Record {
	r := &Record{}
	switch n {
	case NeedTCP:
		r.Proto = capture.ProtoTCP
	case NeedOptions:
		r.Proto, r.OptsKnown = capture.ProtoTCP, true
	case NeedSYN:
		r.Proto, r.SYNSeen = capture.ProtoTCP, true
	case NeedPorts:
		r.HasPorts = true
	}
	return r
}

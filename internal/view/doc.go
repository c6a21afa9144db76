// Package view holds what all views of records share: the Writer that each
// format implements, and the summary that closes a run. Each format has a
// folder of its own below.
//
// Bytes from the wire are escaped by every view for its own medium.
package view

import (
	"net/netip"

	"portero/internal/doctor"
	"portero/internal/record"
)

// Writer is one output format. Begin comes first, then Write for every record,
// then End. What Write is given is valid until it returns. The first error ends
// the output and is returned by every later call.
type Writer interface {
	Begin() error
	Write(r *record.Record) error
	End(s *Summary) error
}

// Summary is what is said of a whole run.
type Summary struct {
	Inputs          []string
	Frames, Packets uint64
	Bytes           uint64
	First, Last     int64 // ns; 0 when nothing was read
	Records, Hidden uint64
	Remarks         []doctor.Remark
	Interrupted     bool
	Findings        []Finding // worst first
	// Unreachable says by which protocol an address was asked for on its link in vain, see Doctor.Unreachable; nil where
	// addresses are not the capture's.
	Unreachable func(netip.Addr) (how string, frames []uint64)
}

// Finding is what is worth a look, as a sentence. Text holds nothing from the
// wire but addresses.
type Finding struct {
	Severity, Kind, Text string
	Records              []uint64
}

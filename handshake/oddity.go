package handshake

import (
	"math/bits"

	"portero/capture"
)

// Oddity is a set of named anomalies.
type Oddity uint32

// The anomalies, in the order in which they are listed.
const (
	OddSimultaneous Oddity = 1 << iota
	OddSplit
	OddSYNISN       // a repeated SYN with another ISN
	OddSYNACKISN    // a repeated SYN-ACK with another ISN
	OddSYNACKNumber // a SYN-ACK that does not acknowledge the SYN
	OddRSTWindow    // a RST no receiver would accept
	OddSeqWindow    // a segment beyond anything its receiver offered
	OddAckUnsent    // an acknowledgement of octets not sent
	OddFlags        // a flag combination no stack sends
	OddBadSum       // a segment with a wrong checksum, ignored
	OddReordered    // captured in another order than sent
	OddStraySYN     // a SYN inside a live connection
	OddLateSegment  // a segment of an earlier connection on the same ports
	OddLAND         // source and destination are the same socket
	OddVLAN         // tagged in one direction only, or differently in each
	OddAckBeforeSYN
	OddResetDoubted // a RST inside the window that its receiver ignored
	OddSYNPayload
	OddOrphanFragment
	OddZeroPort
)

var oddityNames = []string{"simultaneous_open", "split_handshake", "syn_isn_changed", "synack_isn_changed",
	"synack_wrong_ack", "rst_out_of_window", "segment_out_of_window", "ack_of_unsent_data", "impossible_flags",
	"bad_checksum_ignored", "captured_out_of_order", "stray_syn", "late_segment", "land", "vlan_one_sided",
	"answer_before_syn", "rst_ignored_by_receiver", "data_on_syn", "fragments_without_first", "port_zero"}

// List names the anomalies of the set. It allocates when the set is not empty.
func (o Oddity) List() []string {
	if o == 0 {
		return nil
	}
	l := make([]string, 0, bits.OnesCount32(uint32(o)))
	for i, n := range oddityNames {
		if o&(1<<i) != 0 {
			l = append(l, n)
		}
	}
	return l
}

// OddityNames lists every name, for documentation and explanation.
func OddityNames() []string { return append([]string(nil), oddityNames...) }

// probeKind names the flag combinations that open no connection.
func probeKind(f capture.Flags) ProbeKind {
	const six = capture.FIN | capture.SYN | capture.RST | capture.PSH | capture.ACK | capture.URG
	switch f &= six; {
	case f == 0:
		return ProbeNull
	case f.Has(capture.SYN | capture.FIN):
		return ProbeSYNFIN
	case f.Has(capture.SYN | capture.RST):
		return ProbeSYNRST
	case f.Has(capture.FIN|capture.PSH|capture.URG) && !f.Any(capture.SYN|capture.RST|capture.ACK):
		return ProbeXmas
	case f.Any(capture.FIN) && f.Any(capture.RST):
		return ProbeOther
	case f.Any(capture.FIN) && !f.Any(capture.ACK):
		return ProbeFIN
	case !f.Any(capture.SYN | capture.RST | capture.ACK):
		return ProbeOther
	}
	return ProbeNone
}

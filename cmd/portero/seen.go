package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"time"

	"portero/capture"
	"portero/handshake"
	"portero/internal/doors"
	"portero/internal/record"
)

// seenRecord is what --seen wants of a record that portero live or read wrote.
type seenRecord struct {
	Event, Proto, Handshake, Exchange, Service string
	ID                                         uint64
	Final                                      bool
	First, Last                                time.Time
	OrigAddr                                   netip.Addr `json:"orig_addr"`
	RespAddr                                   netip.Addr `json:"resp_addr"`
	OrigPort                                   uint16     `json:"orig_port"`
	RespPort                                   *uint16    `json:"resp_port"`
	OrigPkts                                   uint64     `json:"orig_pkts"`
	RespPkts                                   uint64     `json:"resp_pkts"`
	OrigPayload                                uint64     `json:"orig_payload"`
	RespPayload                                uint64     `json:"resp_payload"`
	SYNACKFrame                                uint64     `json:"synack_frame"`
	FirstFrame                                 uint64     `json:"first_frame"`
	ReplyFrame                                 uint64     `json:"reply_frame"`
	RolesBy                                    string     `json:"roles_by"`
}

// seenOf adds up what captures and records of portero live show.
func (a *app) seenOf(names []string, o *readFlags) (t *doors.Tally, j *job, stopped bool, err error) {
	var captures []string
	t = &doors.Tally{}
	for _, n := range names {
		text, err := isRecords(n)
		if err != nil {
			return nil, nil, false, err
		}
		if !text {
			captures = append(captures, n)
			continue
		}
		if err := addRecords(t, n); err != nil {
			return nil, nil, false, err
		}
	}
	if len(captures) == 0 {
		return t, nil, false, nil
	}
	c, j, stopped, err := a.tallyOf(captures, o)
	if err != nil {
		return nil, nil, false, err
	}
	return doors.Merge(t, c), j, stopped, nil
}

// isRecords reports whether a file begins as ndjson does.
func isRecords(name string) (bool, error) {
	if name == "-" {
		return false, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	var b [1]byte
	if _, err := f.Read(b[:]); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return b[0] == '{', nil
}

const maxRecordLine = 1 << 20

// addRecords adds the last record of every connection in an ndjson file.
func addRecords(t *doors.Tally, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lasting := map[uint64]*record.Record{}
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 64<<10), maxRecordLine)
	for n := 1; sc.Scan(); n++ {
		if len(sc.Bytes()) == 0 {
			continue
		}
		var s seenRecord
		if err := json.Unmarshal(sc.Bytes(), &s); err != nil {
			return usage(fmt.Sprintf("%s: line %d is no record of portero: %v", name, n, err))
		}
		r := s.record()
		switch {
		case r == nil:
		case s.Final:
			delete(lasting, s.ID)
			t.Add(r)
		default:
			lasting[s.ID] = r
		}
	}
	for _, r := range lasting {
		t.Add(r)
	}
	if errors.Is(sc.Err(), bufio.ErrTooLong) {
		return usage(fmt.Sprintf("%s: a line of more than %d octets is no record of portero", name, maxRecordLine))
	}
	return sc.Err()
}

// record is as much of a record as a door needs; nil for lines that are none.
func (s *seenRecord) record() *record.Record {
	if s.RespPort == nil || !s.OrigAddr.IsValid() || !s.RespAddr.IsValid() {
		return nil
	}
	r := &record.Record{ID: s.ID, HasPorts: true, Final: s.Final, First: s.First.UnixNano(), Last: s.Last.UnixNano(), Service: s.Service, SYNACKFrame: s.SYNACKFrame, Began: s.ReplyFrame != s.FirstFrame,
		Orig: record.Side{Addr: s.OrigAddr, Port: s.OrigPort, Pkts: s.OrigPkts, Payload: s.OrigPayload}, Resp: record.Side{Addr: s.RespAddr, Port: *s.RespPort, Pkts: s.RespPkts, Payload: s.RespPayload}}
	switch s.Proto {
	case "tcp":
		r.Proto = capture.ProtoTCP
	case "udp":
		r.Proto = capture.ProtoUDP
	case "sctp":
		r.Proto = capture.ProtoSCTP
	default:
		n, err := strconv.ParseUint(s.Proto, 10, 8)
		if err != nil {
			return nil
		}
		r.Proto = uint8(n)
	}
	vs := handshake.Verdicts()
	if i := slices.IndexFunc(vs, func(v handshake.Verdict) bool { return v.String() == s.Handshake }); i >= 0 {
		r.Handshake = vs[i]
	} else {
		r.Handshake = handshake.None
	}
	for e := handshake.ExchangeNone; e <= handshake.ExchangeFiltered; e++ {
		if e.String() == s.Exchange {
			r.Exchange = e
		}
	}
	for b := handshake.RolesNone; b <= handshake.RolesFirst; b++ {
		if b.String() == s.RolesBy {
			r.RolesBy = b
		}
	}
	return r
}

// Package ecs writes records as Elastic Common Schema documents (version 8.11),
// one JSON object a line, ready for Filebeat, Logstash or the bulk API. What ECS
// has no field for stands under "portero", as ECS asks of its users.
package ecs

import (
	"io"
	"strconv"
	"strings"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/ndjson"
)

// Version is the schema the documents follow.
const Version = "8.11.0"

// New returns a writer of one document a record to w.
func New(w io.Writer) *view.Lines { return view.NewLines(w, Append) }

func num(b []byte, key string, v uint64) []byte {
	return record.AppendUint(append(b, key...), v)
}

func str(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	b = append(b, key...)
	b = append(b, s...)
	return append(b, '"')
}

// Append appends the document of one record.
func Append(b []byte, r *record.Record) []byte {
	b = append(b, `{"@timestamp":"`...)
	b = record.AppendTime(b, r.First)
	b = append(b, `","ecs":{"version":"`+Version+`"},"event":{"kind":"event","module":"portero","dataset":"portero.flow","category":["network"],"type":[`...)
	b = eventTypes(b, r)
	b = append(b, `],"action":"`...)
	b = append(b, action(r)...)
	b = append(b, `","outcome":"`...)
	b = append(b, outcome(r)...)
	b = append(b, '"')
	if !r.Untimed() || r.DurationNS != 0 { // else ECS wants @timestamp all the same, and nothing more is claimed
		b = append(b, `,"start":"`...)
		b = record.AppendTime(b, r.First)
		b = append(b, `","end":"`...)
		b = record.AppendTime(b, r.Last)
		b = append(b, `","duration":`...)
		b = strconv.AppendInt(b, max(r.DurationNS, 0), 10)
	}
	b = num(b, `,"sequence":`, r.ID)
	b = append(b, `},"network":{"type":"`...)
	b = append(b, family(r)...)
	b = num(b, `","iana_number":"`, uint64(r.Proto))
	b = append(b, `","transport":"`...)
	b = append(b, transport(r.Proto)...)
	b = append(b, '"')
	mark := len(b)
	b = append(b, `,"community_id":"`...)
	at := len(b)
	if b = record.AppendCommunityID(b, r); len(b) == at {
		b = b[:mark]
	} else {
		b = append(b, '"')
	}
	if r.ServiceBy == "payload" {
		b = str(b, `,"protocol":"`, r.Service) // what a port is for says nothing of what was spoken
	}
	b = num(b, `,"bytes":`, r.Orig.Wire+r.Resp.Wire)
	b = num(b, `,"packets":`, r.Orig.Pkts+r.Resp.Pkts)
	if n := len(r.VLAN); n > 0 {
		b = num(b, `,"vlan":{"id":"`, uint64(r.VLAN[0]))
		b = append(b, `"}`...)
		if n > 1 {
			b = num(b, `,"inner":{"vlan":{"id":"`, uint64(r.VLAN[n-1]))
			b = append(b, `"}}`...)
		}
	}
	b = append(b, '}')
	b = side(b, "source", &r.Orig, r.HasPorts, "")
	b = side(b, "destination", &r.Resp, r.HasPorts, r.ServerName)
	b = append(b, `,"related":{"ip":["`...)
	b = record.AppendAddr(b, r.Orig.Addr)
	b = append(b, `","`...)
	b = record.AppendAddr(b, r.Resp.Addr)
	b = append(b, `"]`...)
	if r.App != nil && r.App.Login != nil && r.App.Login.User != "" {
		b = append(ndjson.AppendText(append(b, `,"user":[`...), r.App.Login.User), ']')
	}
	b = append(b, '}')
	b = said(b, r.App)
	if r.Process != "" || r.PID > 0 {
		b = append(b, `,"process":{`...)
		if r.PID > 0 {
			b = num(b, `"pid":`, uint64(r.PID))
			if r.Process != "" {
				b = append(b, ',')
			}
		}
		if r.Process != "" {
			b = ndjson.AppendText(append(b, `"name":`...), r.Process)
		}
		b = append(b, '}')
	}
	if r.User != "" {
		b = append(ndjson.AppendText(append(b, `,"user":{"name":`...), r.User), '}')
	}
	b = own(b, r)
	return append(b, '}')
}

// own appends what ECS has no field for.
func own(b []byte, r *record.Record) []byte {
	b = append(b, `,"portero":{"handshake":"`...)
	b = append(b, r.Handshake.String()...)
	b = append(b, '"')
	b = str(b, `,"handshake_kind":"`, r.Kind.String())
	b = str(b, `,"exchange":"`, r.Exchange.String())
	b = str(b, `,"close":"`, r.Close.String())
	b = str(b, `,"closed_by":"`, r.ClosedBy.String())
	b = str(b, `,"end_reason":"`, r.EndReason.String())
	b = str(b, `,"roles_by":"`, r.RolesBy.String())
	b = str(b, `,"service":"`, r.Service)
	b = str(b, `,"service_by":"`, r.ServiceBy)
	for i, kind := range r.Tunnel {
		b = append(b, [...]string{`,"tunnel":["`, `","`}[min(i, 1)]...)
		b = append(b, kind...)
		if i == len(r.Tunnel)-1 {
			b = append(b, `"]`...)
		}
	}
	if r.App != nil && r.App.TLS != nil && r.App.TLS.JA4 != "" {
		b = ndjson.AppendText(append(b, `,"ja4":`...), r.App.TLS.JA4)
	}
	b = micros(b, `,"server_rtt_us":`, r.ServerRTT)
	b = micros(b, `,"client_rtt_us":`, r.ClientRTT)
	b = num(b, `,"orig_payload":`, r.Orig.Payload)
	b = num(b, `,"resp_payload":`, r.Resp.Payload)
	b = str(b, `,"conn_state":"`, r.ConnState)
	b = str(b, `,"history":"`, r.History)
	b = append(b, `,"final":`...)
	b = strconv.AppendBool(b, r.Final)
	if len(r.Risks) > 0 {
		b = ndjson.AppendRisks(append(b, `,"risks":`...), r.Risks)
	}
	return append(b, '}')
}

func micros(b []byte, key string, ns int64) []byte {
	if ns == record.Unset {
		return b
	}
	return record.Micros(append(b, key...), ns)
}

func side(b []byte, name string, s *record.Side, ports bool, domain string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	if !s.Addr.IsValid() {
		b = num(b, `":{"bytes":`, s.Wire)
	} else {
		b = append(b, `":{"address":"`...)
		b = record.AppendAddr(b, s.Addr)
		b = append(b, `","ip":"`...)
		b = record.AppendAddr(b, s.Addr)
		b = num(b, `","bytes":`, s.Wire)
	}
	if ports {
		b = num(b, `,"port":`, uint64(s.Port))
	}
	b = num(b, `,"packets":`, s.Pkts)
	if domain != "" {
		b = ndjson.AppendText(append(b, `,"domain":`...), domain)
	}
	if s.MAC != "" {
		b = append(b, `,"mac":"`...)
		for _, c := range []byte(s.MAC) { // ECS writes it as RFC 7042 does
			switch {
			case c == ':':
				c = '-'
			case c >= 'a':
				c -= 'a' - 'A'
			}
			b = append(b, c)
		}
		b = append(b, '"')
	}
	if s.Country != "" {
		b = append(ndjson.AppendText(append(b, `,"geo":{"country_iso_code":`...), s.Country), '}')
	}
	if s.ASN != 0 {
		b = num(b, `,"as":{"number":`, uint64(s.ASN))
		if s.ASOrg != "" {
			b = append(ndjson.AppendText(append(b, `,"organization":{"name":`...), s.ASOrg), '}')
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// eventTypes are the values that ECS allows for the category network.
func eventTypes(b []byte, r *record.Record) []byte {
	b = append(b, `"connection"`...)
	if r.Handshake.Opened() || r.Handshake == handshake.Midstream {
		b = append(b, `,"start"`...)
	}
	if r.Final && r.Close != handshake.StillOpen && r.Close != handshake.CloseNone {
		b = append(b, `,"end"`...)
	}
	if r.Handshake == handshake.Refused || r.Handshake == handshake.Filtered || r.Exchange == handshake.ExchangeRefused || r.Exchange == handshake.ExchangeFiltered {
		b = append(b, `,"denied"`...)
	}
	return b
}

// action is the verdict, the one word that says what happened.
func action(r *record.Record) string {
	if r.TCP() {
		return r.Handshake.String()
	}
	if x := r.Exchange.String(); x != "" {
		return x
	}
	return "seen"
}

// outcome is success, failure or unknown: ECS allows no other.
func outcome(r *record.Record) string {
	switch {
	case r.Handshake.Opened() || r.Exchange == handshake.Answered:
		return "success"
	case r.Handshake == handshake.Refused || r.Handshake == handshake.Filtered || r.Handshake == handshake.NoAnswer || r.Handshake == handshake.HalfOpen ||
		r.Handshake == handshake.Aborted || r.Handshake == handshake.Invalid || r.Exchange == handshake.ExchangeRefused || r.Exchange == handshake.ExchangeFiltered:
		return "failure"
	}
	return "unknown"
}

func family(r *record.Record) string {
	if r.Orig.Addr.Is4() {
		return "ipv4"
	}
	return "ipv6"
}

// transports are the names of IANA's registry in lower case, as ECS writes them.
var transports = func() (ts [256]string) {
	for i := range ts {
		ts[i] = strings.ToLower(record.Keyword(uint8(i)))
	}
	return ts
}()

func transport(proto uint8) string { return transports[proto] }

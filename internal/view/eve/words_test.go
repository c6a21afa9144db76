package eve_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/eve"
)

// TestWords: which of Suricata's words each verdict, close and reason has.
func TestWords(t *testing.T) {
	tcp := func(v handshake.Verdict, c handshake.Close) record.Record {
		return record.Record{Proto: 6, Handshake: v, Close: c}
	}
	exchange := func(proto uint8, orig, resp uint64) record.Record {
		r := record.Record{Proto: proto, Handshake: handshake.None}
		r.Orig.Pkts, r.Resp.Pkts = orig, resp
		return r
	}
	answered := tcp(handshake.NoAnswer, handshake.CloseNone)
	answered.Orig.Pkts, answered.Resp.Pkts = 1, 1
	theirs := tcp(handshake.Completed, handshake.HalfClosed)
	theirs.ClosedBy = handshake.ByResp
	ended := func(e handshake.EndReason) record.Record {
		r := tcp(handshake.Completed, handshake.StillOpen)
		r.EndReason = e
		return r
	}
	for _, c := range []struct {
		r    record.Record
		want string // proto, flow.state, flow.reason, tcp.state
	}{
		{tcp(handshake.Completed, handshake.Closed), "TCP closed unknown closed"},
		{tcp(handshake.Completed, handshake.Reset), "TCP closed unknown closed"},
		{tcp(handshake.Refused, handshake.CloseNone), "TCP closed unknown closed"},
		{tcp(handshake.Aborted, handshake.CloseNone), "TCP closed unknown closed"},
		{tcp(handshake.Completed, handshake.StillOpen), "TCP established unknown established"},
		{tcp(handshake.Midstream, handshake.StillOpen), "TCP established unknown established"},
		{tcp(handshake.Completed, handshake.HalfClosed), "TCP established unknown fin_wait1"},
		{theirs, "TCP established unknown close_wait"},
		{tcp(handshake.HalfOpen, handshake.CloseNone), "TCP new unknown syn_recv"},
		{tcp(handshake.NoAnswer, handshake.CloseNone), "TCP new unknown syn_sent"},
		{tcp(handshake.Filtered, handshake.CloseNone), "TCP new unknown syn_sent"},
		{tcp(handshake.Invalid, handshake.CloseNone), "TCP new unknown none"},
		{answered, "TCP new unknown syn_sent"},
		{exchange(17, 1, 1), "UDP established unknown "},
		{exchange(17, 1, 0), "UDP new unknown "},
		{exchange(1, 0, 1), "ICMP new unknown "},
		{exchange(58, 2, 1), "IPv6-ICMP established unknown "},
		{exchange(132, 1, 1), "SCTP established unknown "},
		{ended(handshake.EndIdle), "TCP established timeout established"},
		{ended(handshake.EndEnd), "TCP established timeout established"},
		{ended(handshake.EndForced), "TCP established shutdown established"},
		{ended(handshake.EndResources), "TCP established forced established"},
	} {
		c.r.Final = true
		c.r.Orig.Addr, c.r.Resp.Addr = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		var doc struct {
			Proto string
			Flow  struct{ State, Reason string }
			TCP   struct{ State string }
		}
		line := eve.Append(nil, &c.r)
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got := fmt.Sprintf("%s %s %s %s", doc.Proto, doc.Flow.State, doc.Flow.Reason, doc.TCP.State); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestNetwork: VLANs, ports, the version of IP, and times of a clock that was set back.
func TestNetwork(t *testing.T) {
	for _, c := range []struct {
		edit func(r *record.Record)
		want string
	}{
		{func(r *record.Record) { r.VLAN = []uint32{7, 8} }, `"flow","vlan":[7,8],"src_ip"`},
		{func(r *record.Record) { r.HasPorts = true; r.Orig.Port, r.Resp.Port = 5, 6 }, `"src_ip":"10.0.0.1","src_port":5,"dest_ip":"10.0.0.2","dest_port":6,"ip_v":4`},
		{func(r *record.Record) { r.Orig.Port, r.Resp.Port = 5, 6 }, `"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","ip_v":4`},
		{func(r *record.Record) {
			r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2")
		}, `"ip_v":6`},
		{func(r *record.Record) { r.Proto = 33 }, `"proto":"DCCP"`},
		{func(r *record.Record) { r.Proto = 89 }, `"proto":"OSPF"`},
		{func(r *record.Record) { r.Proto = 4 }, `"proto":"IP-in-IP"`},
		{func(r *record.Record) { r.Proto = 47 }, `"proto":"GRE"`},
		{func(r *record.Record) { r.Proto = 145 }, `"proto":"145"`},
		{func(r *record.Record) { r.Proto = 200 }, `"proto":"200"`},
		{func(r *record.Record) { r.First, r.Last, r.DurationNS = 3e9, 5e9, 2e9 }, `{"timestamp":"1970-01-01T00:00:05.000000+0000"`},
		{func(r *record.Record) { r.First, r.Last, r.DurationNS = 5e9, 3e9, -2e9 }, `{"timestamp":"1970-01-01T00:00:05.000000+0000"`},
		{func(r *record.Record) { r.First, r.Last, r.DurationNS = 5e9, 3e9, -2e9 }, `"age":0,`},
		{func(r *record.Record) { r.First, r.Last, r.DurationNS = 3e9, 5e9, 2e9 }, `"age":2,`},
	} {
		r := record.Record{Proto: 17, Final: true, ServerRTT: record.Unset, ClientRTT: record.Unset}
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		c.edit(&r)
		if line := eve.Append(nil, &r); !json.Valid(line) || !strings.Contains(string(line), c.want) {
			t.Errorf("%s\nhas no %s", line, c.want)
		}
	}
}

// TestFlags: the control bits of both sides and of each, as Suricata writes them.
func TestFlags(t *testing.T) {
	for history, want := range map[string]string{
		"S":        `"tcp":{"tcp_flags":"02","tcp_flags_ts":"02","tcp_flags_tc":"00","syn":true,"state"`,
		"Sr":       `"tcp":{"tcp_flags":"06","tcp_flags_ts":"02","tcp_flags_tc":"04","syn":true,"rst":true,"state"`,
		"ShADadFf": `"tcp":{"tcp_flags":"13","tcp_flags_ts":"13","tcp_flags_tc":"13","syn":true,"fin":true,"ack":true,"state"`,
		"DdFr":     `"tcp":{"tcp_flags":"15","tcp_flags_ts":"11","tcp_flags_tc":"14","fin":true,"rst":true,"ack":true,"state"`,
	} {
		r := record.Record{Proto: 6, Final: true, History: history, ServerRTT: record.Unset, ClientRTT: record.Unset}
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		if line := string(eve.Append(nil, &r)); !strings.Contains(line, want) {
			t.Errorf("%s: %s\nhas no %s", history, line, want)
		}
	}
}

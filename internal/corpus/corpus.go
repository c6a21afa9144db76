// Package corpus gives tests the records of the captures in testdata, and as many
// made-up ones as they want.
package corpus

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/record"
)

// Root is the folder of the module: that in which tests begin, or one above.
func Root() string { return root }

var root = func() string {
	dir, _ := os.Getwd()
	for up := dir; ; up = filepath.Dir(up) {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			return up
		}
		if up == filepath.Dir(up) {
			return dir
		}
	}
}()

// Captures are all whole captures of testdata.
func Captures() []string {
	names, _ := filepath.Glob(filepath.Join(Root(), "testdata", "*", "in.pcap"))
	return slices.DeleteFunc(names, func(n string) bool { return filepath.Base(filepath.Dir(n)) == "cut-file" })
}

// Records are those of the captures called names, in order.
func Records(names ...string) ([]record.Record, error) {
	var rs []record.Record
	for _, name := range names {
		src, err := pcapfile.Open(name, pcapfile.Options{})
		if err != nil {
			return nil, err
		}
		e := engine.New(engine.Options{Catalog: catalog.Default(), Sink: func(r *record.Record) error {
			rs = append(rs, Copy(r))
			return nil
		}})
		err = e.Run(context.Background(), src)
		src.Close()
		e.Release()
		if err != nil {
			return nil, err
		}
	}
	return rs, nil
}

// Copy is a record that stays valid.
func Copy(r *record.Record) record.Record {
	c := *r
	c.CloseFrames = slices.Clone(r.CloseFrames)
	c.FrameFiles = slices.Clone(r.FrameFiles)
	c.VLAN = slices.Clone(r.VLAN)
	c.Risks = slices.Clone(r.Risks)
	return c
}

// Made is the n-th of a series of made-up records, no two the same, as a busy
// network would give them: mostly completed, some refused, some UDP.
func Made(n uint64) *record.Record {
	start := int64(1767225600e9) + int64(n)*1_337_000
	o := netip.AddrFrom4([4]byte{10, byte(n >> 8), byte(n), byte(n % 250)})
	p := netip.AddrFrom4([4]byte{198, 51, 100, byte(n % 7)})
	r := &record.Record{ID: n + 1, Proto: 6, Final: true, HasPorts: true, First: start, Last: start + 42_000_000, DurationNS: 42_000_000,
		Orig:      record.Side{Addr: o, Port: uint16(32768 + n*7%28000), Pkts: 6, Wire: 812 + n%300, Payload: 320 + n%300, MSS: 1460, WScale: 7},
		Resp:      record.Side{Addr: p, Port: []uint16{443, 80, 22, 443, 8443}[n%5], Pkts: 5, Wire: 1830 + n%1000, Payload: 1500 + n%1000, MSS: 1460, WScale: 9},
		Handshake: handshake.Completed, Kind: handshake.Normal, Close: handshake.Closed, ClosedBy: handshake.ByOrig, EndReason: handshake.EndEnd, RolesBy: handshake.RolesSYN,
		SYNFrame: n*11 + 1, SYNACKFrame: n*11 + 2, ACKFrame: n*11 + 3, ConfirmedFrame: n*11 + 5, FirstFrame: n*11 + 1, LastFrame: n*11 + 11, RolesFrame: n*11 + 1,
		ReuseAfterNS: record.Unset, ServerRTT: int64(10_000_000 + n%5_000_000), ClientRTT: int64(400_000 + n%100_000), Setup: int64(10_400_000 + n%5_000_000),
		RTTMin: 9_800_000, RTTP50: 10_100_000, RTTMax: 12_000_000, SACK: true, Timestamps: true, SYNSeen: true, OptsKnown: true,
		ConnState: "SF", History: "ShADadFf", Completeness: 31, Service: "https", ServiceBy: "port", Confidence: "port", PortClass: "system", PortName: "https"}
	switch n % 10 {
	case 7:
		r.Handshake, r.Close, r.ClosedBy, r.ConnState, r.History = handshake.Refused, handshake.CloseNone, handshake.Nobody, "REJ", "Sr"
		r.RSTFrame = n*11 + 2
		r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame, r.Service, r.ServiceBy, r.Confidence = 0, 0, 0, "", "", ""
		r.ServerRTT, r.ClientRTT, r.Setup, r.RTTMin, r.RTTP50, r.RTTMax = -1, -1, -1, -1, -1, -1
		r.Orig.Payload, r.Resp.Payload, r.Completeness = 0, 0, 37
	case 8, 9:
		*r = record.Record{ID: n + 1, Proto: 17, Final: true, HasPorts: true, First: start, Last: start + 8_000_000, DurationNS: 8_000_000,
			Orig: record.Side{Addr: o, Port: uint16(32768 + n*7%28000), Pkts: 1, Wire: 82, Payload: 40, WScale: -1}, Resp: record.Side{Addr: p, Port: 53, Pkts: 1, Wire: 140, Payload: 98, WScale: -1},
			Exchange: handshake.Answered, EndReason: handshake.EndIdle, RolesBy: handshake.RolesPort, FirstFrame: n*11 + 1, LastFrame: n*11 + 2, RolesFrame: n*11 + 1,
			ReuseAfterNS: record.Unset, ServerRTT: -1, ClientRTT: -1, Setup: -1, RTTMin: -1, RTTP50: -1, RTTMax: -1, ConnState: "SF", History: "Dd", Completeness: -1,
			Service: "dns", ServiceBy: "port", Confidence: "port", PortClass: "system", PortName: "domain"}
	}
	return r
}

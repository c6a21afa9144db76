package main

import (
	"encoding/json"
	"net"
	"path/filepath"
	"testing"
)

// TestRolesByPayload: where no SYN tells who called, what was spoken does, before the class of
// the ports and before who was seen first.
func TestRolesByPayload(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1), 51000}, end{net.IPv4(192, 0, 2, 2), 52000}
	// 1: in the middle of a connection, the server seen first.
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "PA", 100, 5000, []byte("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	w.tcp(s, c, "PA", 5000, 136, []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	// 2: a caller with a port that belongs to a service.
	c.port, s.port = 514, 11000
	w.udp(c, s, []byte("<45>1 2026-11-26T12:00:00.000000+00:00 gate.example kernel 1 - - up"))
	// 3: nothing is known: the ports tell, as before.
	c.port, s.port = 52000, 443
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "A", 100, 5000, nil)
	// 4: and who was seen first where they do not.
	c.port, s.port = 51001, 52001
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "A", 100, 5000, nil)
	w.close()
	code, out, errs := portero(t, "read", "--format", "json", name)
	var recs []struct {
		Orig     int    `json:"orig_port"`
		Resp     int    `json:"resp_port"`
		By       string `json:"roles_by"`
		Frame    int    `json:"roles_frame"`
		OrigPkts int    `json:"orig_pkts"`
	}
	if err := json.Unmarshal([]byte(out), &recs); err != nil || code != 0 || len(recs) != 4 {
		t.Fatal(code, err, errs, out)
	}
	for _, r := range recs {
		want := map[int][4]any{51000: {52000, "payload", 2, 1}, 514: {11000, "payload", 4, 1}, 52000: {443, "port", 5, 1}, 52001: {51001, "first", 7, 1}}[r.Orig]
		if have := [4]any{r.Resp, r.By, r.Frame, r.OrigPkts}; have != want {
			t.Errorf("originator's port %d: %v, want %v", r.Orig, have, want)
		}
	}
}

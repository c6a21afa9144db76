package findings

import (
	"testing"

	"portero/capture"
	"portero/catalog/identify"
	"portero/internal/record"
)

// What shares a door by its nature is at home on the doors of its relatives, whichever of them they are; all else is not.
func TestFamilies(t *testing.T) {
	of := map[identify.Protocol]int{}
	for i, f := range families {
		for _, p := range f {
			if of[p] != 0 {
				t.Errorf("%v is in two families", p)
			}
			of[p] = i + 1
		}
	}
	for _, a := range identify.Protocols() {
		for _, b := range identify.Protocols() {
			want := a == b || of[a] != 0 && of[a] == of[b]
			if related(a, b) != want {
				t.Errorf("%v and %v are related: %v", a, b, !want)
			}
		}
	}
	for _, x := range []struct {
		p     identify.Protocol
		proto uint8
		port  uint16
		want  bool
	}{
		{identify.WebSocket, capture.ProtoTCP, 80, true},
		{identify.NFS, capture.ProtoTCP, 111, true},
		{identify.LLMNR, capture.ProtoUDP, 53, true},
		{identify.WebSocket, capture.ProtoTCP, 22, false},
		{identify.SSH, capture.ProtoTCP, 80, false},
	} {
		r := record.Record{Proto: x.proto, HasPorts: true, App: &identify.Facts{Protocol: x.p}}
		r.Resp.Port = x.port
		if atHome(&r) != x.want {
			t.Errorf("%v on %d is at home: %v", x.p, x.port, !x.want)
		}
	}
}

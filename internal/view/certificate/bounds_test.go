package certificate

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// Of so many doors the answers are remembered, and those that were first stay.
func TestAnswersAreBounded(t *testing.T) {
	var a Answers
	at := func(i int, id uint64) *record.Record {
		return &record.Record{ID: id, Proto: capture.ProtoTCP, Handshake: handshake.Completed,
			Resp: record.Side{Addr: netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(i)))), Port: 80}}
	}
	for i := range maxAnswers + 1 {
		a.Observe(at(i, uint64(i+1)))
	}
	if len(a.ports) != maxAnswers || len(a.hosts) != maxAnswers {
		t.Errorf("%d ports and %d hosts are remembered, and there is room for %d", len(a.ports), len(a.hosts), maxAnswers)
	}
	for i, known := range map[int]bool{0: true, maxAnswers - 1: true, maxAnswers: false} {
		if got := a.Context(at(i, 1<<30)).PortAnswers != 0; got != known {
			t.Errorf("the answer of door %d is known: %v", i, got)
		}
	}
	a.Observe(at(0, 1<<29)) // a door that is known takes no room
	if c := a.Context(at(0, 1)); c.PortAnswers != 1<<29 {
		t.Errorf("the second answer of the first door is %d", c.PortAnswers)
	}
}

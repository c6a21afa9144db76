package sockets

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	"portero/capture"
)

// stuck is an Asker that does not answer until it is let go.
type stuck struct {
	asked
	asks, free chan struct{}
}

func (s *stuck) Find(qs []Query) ([]Owner, error) {
	select {
	case s.asks <- struct{}{}:
	default:
	}
	<-s.free
	return s.asked.Find(qs)
}

// While nobody answers so many connections wait to be asked for, and so many are remembered in all; who opens them waits for
// nothing, and what was missed is counted.
func TestNamerIsBounded(t *testing.T) {
	s := &stuck{asks: make(chan struct{}, 1), free: make(chan struct{})}
	n, err := NewNamer(s)
	if err != nil {
		t.Fatal(err)
	}
	here, far := netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("198.51.100.1:443")
	n.Opened(1, capture.ProtoTCP, here, far)
	<-s.asks // it is asked for, and all that come wait
	const all = 9000
	for i := range all {
		n.Opened(uint64(i+2), capture.ProtoTCP, here, far)
	}
	// What came while it was being asked for may be under way beside the first.
	n.mu.Lock()
	known := len(n.known) - 1
	n.mu.Unlock()
	missed, _ := n.Missed()
	if known < maxTickets || known >= maxTickets+maxQueries/2 || uint64(known)+missed != all {
		t.Errorf("%d of %d are to be asked for, and there is room for %d; %d missed", known, all, maxTickets, missed)
	}
	n.mu.Lock()
	for i := range maxKnown - 1 - len(n.known) {
		n.known[1<<40+uint64(i)] = &Pair{}
	}
	n.missed = 0
	n.mu.Unlock()
	close(s.free)
	waitFor(t, func() bool { return len(n.opened) == 0 })
	n.Opened(1<<50, capture.ProtoTCP, here, far)
	n.Opened(1<<50+1, capture.ProtoTCP, here, far)
	_, first := n.Pair(1 << 50)
	_, second := n.Pair(1<<50 + 1)
	if missed, _ := n.Missed(); !first || second || missed != 1 {
		t.Errorf("the last that has room is remembered: %v; the next: %v; %d missed", first, second, missed)
	}
	n.Close()
}

// A question has so many queries, and an answer so many octets; the length that is told before either is not believed.
func TestQuestionsAndAnswersAreBounded(t *testing.T) {
	q := "f" + strings.Repeat("a", queryLen*maxQueries)
	if _, err := Answer(context.Background(), []byte(q), &asked{}); err != nil {
		t.Errorf("a question of %d queries: %v", maxQueries, err)
	}
	for more, refused := range map[int]bool{0: false, 1: true} {
		head := string(binary.BigEndian.AppendUint32(nil, uint32(len(q)+more)))
		if err := Serve(context.Background(), duplex{strings.NewReader(head + q), io.Discard}, &asked{}); errors.Is(err, ErrQuestion) != refused {
			t.Errorf("a question that claims %d octets more than the longest: %v", more, err)
		}
		head = string(binary.BigEndian.AppendUint32(nil, uint32(64<<20+more)))
		_, err := NewClient(duplex{strings.NewReader(head), io.Discard}).Local()
		if err == nil || strings.Contains(err.Error(), "an answer of") != refused {
			t.Errorf("an answer that claims %d octets more than the longest: %v", more, err)
		}
	}
}

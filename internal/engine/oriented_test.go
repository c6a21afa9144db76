package engine

import (
	"context"
	"testing"

	"portero/capture"
	"portero/catalog"
	"portero/internal/record"
)

// What each end said of itself is told of that end, also where the responder's word is the first packet that was captured.
func TestWhoseWordsTheyAre(t *testing.T) {
	const server, client = "SSH-2.0-server_1\r\n", "SSH-2.0-client_2\r\n"
	for _, first := range []int{0, 1} {
		tr := newTraffic(1)
		k := &talk{a: 0x0a000001, b: 0x0a0a0a0a, sp: 40000, dp: 22} // side 1 has port 22
		words := [2]string{client, server}
		next := [2]uint32{1000, 9000}
		for _, side := range []int{first, 1 - first} {
			tr.now += 1e6
			tr.packet(k, side, capture.ProtoTCP, byte(capture.ACK|capture.PSH), next[side], next[1-side], []byte(words[side]))
			next[side] += uint32(len(words[side]))
		}
		n := 0
		e := New(Options{Threads: 1, Catalog: catalog.Default(), Sink: func(r *record.Record) error {
			n++
			a := r.App
			if r.Resp.Port != 22 || a == nil || a.Banner != [2]string{client[:len(client)-2], server[:len(server)-2]} || a.Frames != [2]uint64{uint64(1 + first), uint64(2 - first)} {
				t.Errorf("side %d first: responder %d, %+v", first, r.Resp.Port, a)
			}
			return nil
		}})
		if err := e.Run(context.Background(), open(t, tr.pcap)); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
}

package flows_test

import (
	"fmt"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/flows"
	"portero/handshake"
)

// A capture, a decoder and a table are a connection analyzer.
func ExampleTable() {
	file, err := pcapfile.Open("../testdata/refused/in.pcap", pcapfile.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	table := flows.New(flows.Config{}, func(f *flows.Ended) {
		fmt.Println(capture.Addr(f.Orig.Addr, f.Ver), ">", capture.Addr(f.Resp.Addr, f.Ver), f.Resp.Port, f.J.Verdict, "proved by frame", f.CloseFrames[0]+f.LastFrame)
	})
	decoder := capture.NewDecoder(capture.NewPaths(), 1)
	var block capture.Block
	last := uint64(0)
	for file.Next(&block) == nil {
		for i := range block.Frames {
			var p capture.Packet
			if decoder.Decode(&block.Frames[i], &p) == capture.OK {
				table.Observe(&p, nil)
			}
			last = block.Frames[i].Index
		}
	}
	table.Flush(last+1, handshake.EndForced)
	// Output:
	// 192.0.2.10 > 198.51.100.20 80 refused proved by frame 2
}

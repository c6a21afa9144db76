package capture_test

import (
	"fmt"

	"portero/capture"
)

// A frame becomes a packet in place; what it holds beyond the packet is named.
func ExampleDecoder_Decode() {
	paths := capture.NewPaths()
	d := capture.NewDecoder(paths, 1)
	f := capture.Frame{Index: 1, WireLen: 40, Link: capture.LinkRaw, Data: []byte{
		0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0xf6, 0xc9, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
		0xc0, 0, 0, 80, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 2, 0xfa, 0xf0, 0, 0, 0, 0, // TCP: a SYN
	}}
	var p capture.Packet
	if d.Decode(&f, &p) == capture.OK {
		fmt.Println(p.SrcAddr(), p.SrcPort, ">", p.DstAddr(), p.DstPort, p.Flags, "seq", p.Seq)
	}
	f.Data = f.Data[:10]
	fmt.Println(d.Decode(&f, &p) == capture.Short)
	// Output:
	// 192.0.2.1 49152 > 192.0.2.2 80 SYN seq 7
	// true
}

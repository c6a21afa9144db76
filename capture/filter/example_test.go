package filter_test

import (
	"fmt"

	"portero/capture"
	"portero/capture/filter"
)

func ExampleNew() {
	m, err := filter.New("tcp port 80 and not net 10.0.0.0/8", filter.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	// A SYN from 192.0.2.1 to port 80 of 192.0.2.2, without a link header.
	f := capture.Frame{Link: 101, WireLen: 40, Data: []byte{
		0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
		0xc0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0,
	}}
	fmt.Println(m.Match(&f), m.Err())

	_, err = filter.New("tcp port 80 and host www.example.org", filter.Options{})
	fmt.Println(err)
	// Output:
	// true <nil>
	// filter: column 22: unknown host "www.example.org" (portero never resolves names; give an address)
}

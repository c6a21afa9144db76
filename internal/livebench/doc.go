// Command livebench puts portero live beside tcpdump and dumpcap: the same frames, at the same
// rate, captured on the sender's side of a veth pair in network namespaces of its own,
// one tool after the other. It prints what each lost and the processor time that each
// used per frame. It needs root, ip, and the tools.
//
//	go run ./internal/livebench -portero ./portero -rates 200,500,1000 -seconds 10 -runs 5
//	go run ./internal/livebench -portero ./portero -rates 50 -soak 10m
package main

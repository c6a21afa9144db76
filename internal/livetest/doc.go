// Package livetest makes networks for the tests of live capture: two network
// namespaces of their own with a veth pair between them, the kernel's own TCP at both
// ends. Nothing in it touches the machine's own network. It needs root.
package livetest

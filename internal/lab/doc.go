// Package lab makes real traffic between two hosts that do not exist outside of
// it, and captures it: a client and a server whose TCP and UDP are those of this
// system's kernel, in network namespaces of their own, or, where the system
// allows none, two TCP stacks inside the process (gVisor's).
//
// # The wire
//
// In both worlds the hosts hang on a wire of our own: it carries IP packets
// between them, stamps each at three places (the client's end, the middle, the
// server's end), and loses, delays or refuses the packets that a scenario names.
// Nothing else is connected to it: nothing leaves the process.
//
//	client stack - [client] --- [middle] --- [server] - server stack
//
// In the kernel's world the ends are TUN devices, one in either namespace. The
// process re-executes itself inside new user and network namespaces ([Main]), so
// that no administrator's rights are needed where the kernel allows that.
package lab

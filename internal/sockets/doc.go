// Package sockets says whose door it is: the sockets of this machine, and the
// programs that hold them.
//
// Lookup takes a picture of all of them, as `netstat -anp` does. A Finder names
// the program behind single connections while they live, which a picture every
// second would miss; it may sit in another process with more rights, behind
// Serve and Client. Linux is asked through SOCK_DIAG (linux/sock_diag.h) and
// /proc; other systems through gopsutil.
//
// Names and paths of programs are chosen by whoever runs them: they are raw here,
// and every writer escapes them for its own medium.
package sockets

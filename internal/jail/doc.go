// Package jail takes from a process what a parser of hostile octets has no need
// for: another user's files, every capability, the way back to them, files, the
// network, programs to run, a core dump of what it saw.
//
// On Linux that is setresuid, capset, no_new_privs, Landlock and seccomp, each
// where the kernel has it, in every thread and for both ways of building (with and
// without cgo). Elsewhere nothing is taken, and Enter says so.
package jail

// Package explain says in plain words what the words and numbers of portero,
// Zeek and Wireshark mean: verdicts, closes, states, histories, flags, ports.
package explain

// Package handshake says what TCP is doing between two ends, judged only by
// numbers that appear on the wire.
//
// A Conn is fed the packets of one connection in capture order and keeps the
// few facts that verdicts rest on. Verdicts, kinds, closes and the columns that
// other tools print are derived from those facts when asked for, never stored,
// so that a later packet can always overturn what an earlier one suggested.
//
// A Conn is pure: no clock, no input or output, no pointers. One goroutine owns it.
package handshake

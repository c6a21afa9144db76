// Package flows says who talks to whom: the Table of live flows, their
// lifecycle, and what is given up when memory runs out.
//
// One goroutine owns a Table. It is fed packets in capture order (Observe) and
// the capture's clock (Advance), and hands each flow that ends to its sink. Time
// is packet time. Memory is a budget. While there is room everything stays; in a
// crowded table the oldest half-open flow makes room for each that comes, so that
// a SYN flood evicts only itself, and every eviction is counted.
//
// Flow, Data and the slots hold no pointers: the garbage collector never looks
// into the table.
package flows

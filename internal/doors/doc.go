// Package doors adds records up per port and per host: which doors were proven
// open, closed, filtered or silent, by whom they were knocked at, and what
// changed between two captures. It is the passive answer to a port scanner: a
// door is called open only where something answered from it.
//
// TCP and UDP are two different doors.
package doors

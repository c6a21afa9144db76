// Package capture says what a frame is and what it says: frames from a
// source, the links and tunnels that wrap them, and the flat Packet that the
// rest of portero works on.
//
// A Source fills Blocks. A Block owns the bytes its frames point into, so
// several blocks may be in flight and be decoded side by side; a frame is
// valid until its block is handed back to Source.Next. A Decoder turns a frame
// into a Packet in place: one pass, no allocation, no panic whatever the bytes
// are, and every length is checked before it is used. A Decoder belongs to one
// goroutine.
//
// Packets hold no pointers: batches of them are values that the garbage
// collector never looks into.
package capture

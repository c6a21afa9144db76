// Package catalog says what a port number means: the name it is registered
// under, the name of what people run there, its class, and what history knows
// of it. A number proves nothing about what was spoken: the catalogue's words
// are hints, and say so.
//
// The data is embedded and read once, on first use. A Catalog is immutable and
// safe for concurrent use.
package catalog

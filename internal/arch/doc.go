// Package arch holds the architecture as a test: which package may import
// which, that every package says what it is, and that files stay readable.
package arch

// Package fold breaks what is told on a terminal between words, where the terminal itself
// would break it inside them. What goes to a pipe or a file keeps its lines.
package fold

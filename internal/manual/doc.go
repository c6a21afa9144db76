// Package manual puts the help of our commands into Spanish: their own texts by a table of
// theirs, and what cobra and pflag say by one that they share; and makes it fit the terminal.
package manual

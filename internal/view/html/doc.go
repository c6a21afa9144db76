// Package html writes the report: one page that stands alone, to look at, share
// and print.
//
// A Collector takes every record as it ends, then a Page is made of it. Memory is
// bounded: rows of the table and ladders are kept up to a limit, fairly over the
// kinds of outcome there are, and the page says what is left out. Counts, doors,
// hosts and findings are of everything.
//
// The page needs no network: style and scripts are inside and named by their
// hashes in a strict content security policy, which allows nothing else and no
// way to turn text into markup. What comes from the wire is either escaped by
// html/template or travels as compressed data that scripts show as text. The
// summary needs no script.
//
// It is written in English and Spanish at once; a switch on it chooses.
package html

// Package teach tells one connection to somebody who has never heard of TCP: a
// ladder with both ends' states and a plain sentence for every arrow, a game of
// prediction, and worksheets from a teacher's own capture. In English and Spanish.
//
// A Ladder is drawn as text, SVG, Mermaid or an HTML fragment. Everything in it
// comes from numbers, flags, addresses and portero's own words, never from
// payload; addresses are escaped for their medium all the same.
package teach

// Package helper is the wire between two processes of one program: a small one
// that keeps some rights and answers questions, and one that gave its rights up.
// A question is a name and a JSON value; an answer is a JSON value and open files.
//
// The asking side may be taken over by whoever sent hostile octets: the answering
// side trusts nothing in a question, bounds its size, and hands out only what its
// Answerer thinks right.
package helper

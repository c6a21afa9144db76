// Package words holds the words shown to people for the values of the record's
// vocabulary and for the heads of tables, in English and Spanish.
//
// The English word is the value with its underscores as spaces, so that what is
// read can be typed in --where. The Spanish one depends on what is spoken of:
// conexión is feminine and intercambio masculine, so "refused" is "rechazada"
// as a verdict and "rechazado" as an exchange. Hence one function per
// vocabulary. Each returns the English word for a value it has no Spanish for;
// a test sees to it that there is none.
package words

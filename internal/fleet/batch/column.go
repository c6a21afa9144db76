// Package batch is how records travel and rest in a fleet: many of one site and
// sensor together, a column a field of the record, compressed. What a batch holds
// is derived from record.Schema: a field that is added there is in the next batch,
// and a reader of another version takes the columns that it knows by name.
//
// A Builder collects records and encodes them; Decode reads a batch again, and
// trusts nothing that it says.
package batch

import (
	"errors"
	"fmt"

	"portero/internal/record"
)

// Kind is how the values of a column are kept.
type Kind uint8

// The kinds.
const (
	Uint  Kind = iota + 1 // unsigned integers
	Nanos                 // durations, nanoseconds
	Time                  // nanoseconds since 1970 UTC
	Bool                  // 0 or 1
	Text                  // text; "" is unknown
	Texts                 // lists of text
	Uints                 // lists of unsigned integers
	kindEnd
)

// KindOf is the kind of column that a field of the record becomes. Findings
// become one text, the JSON array of ndjson.
func KindOf(k record.Kind) Kind {
	switch k {
	case record.KindInt:
		return Uint
	case record.KindMicros:
		return Nanos
	case record.KindTime:
		return Time
	case record.KindBool:
		return Bool
	case record.KindWords, record.KindTexts:
		return Texts
	case record.KindInts:
		return Uints
	}
	return Text
}

// Column is one field of all records of a batch.
type Column struct {
	Name string
	Kind Kind
	// Nums are the values of Uint, Nanos, Time and Bool, one a row; those of signed
	// kinds are int64 converted. Elements of Uints, those of all rows.
	Nums []uint64
	// Null says which rows of Uint, Nanos, Time and Bool have no value; nil none.
	Null []bool
	// Empty says that no row has one: then there is neither Nums nor Null.
	Empty bool
	// Dict are the distinct texts, Index which of them a row (Text) or an element
	// (Texts) is. Dict[0] is "".
	Dict  []string
	Index []uint32
	// Ends is where the elements of a row of a list end; they begin where those of
	// the row before end.
	Ends []uint32
}

// Batch is what one message holds.
type Batch struct {
	Site, Sensor string
	Rows         int
	Columns      []Column
	Size         int // about how much memory it takes, octets
}

// Column returns the column called name, nil when there is none.
func (b *Batch) Column(name string) *Column {
	for i := range b.Columns {
		if b.Columns[i].Name == name {
			return &b.Columns[i]
		}
	}
	return nil
}

// Missing reports whether row i of c has no value.
func (c *Column) Missing(i int) bool {
	switch c.Kind {
	case Text:
		return c.Index[i] == 0
	case Texts, Uints:
		lo, hi := c.List(i)
		return lo == hi
	}
	return c.Empty || c.Null != nil && c.Null[i]
}

// List is where the elements of row i begin and end.
func (c *Column) List(i int) (lo, hi uint32) {
	if i > 0 {
		lo = c.Ends[i-1]
	}
	return lo, c.Ends[i]
}

// Times is when the connections of b began, a row; nil when it does not say. Every
// store keeps records by it.
func (b *Batch) Times() []uint64 {
	if c := b.Column("first"); c != nil && c.Kind == Time && c.Null == nil && !c.Empty {
		return c.Nums
	}
	return nil
}

// UnfitError is what a store says of an entry that it can never take: trying again
// would only keep the others out.
type UnfitError struct {
	Source string
	Number uint64
	Why    error
}

func (e *UnfitError) Error() string {
	return fmt.Sprintf("batch %d of %s: %v", e.Number, e.Source, e.Why)
}

func (e *UnfitError) Unwrap() error { return e.Why }

// ErrNoTimes is why a batch cannot be stored.
var ErrNoTimes = errors.New("it does not say when its connections began")

// Entry is a batch with its name: Source says which spool it comes from, Number
// which of its messages it is. Two entries of one name are the same batch.
type Entry struct {
	Source string
	Number uint64
	Batch  *Batch
}

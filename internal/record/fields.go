package record

import (
	"fmt"
	"net/netip"
	"strconv"
)

// The makers of fields. Each says by one function where the value is: its Text and
// its Lies both come from that.

// Micros appends ns as microseconds with up to three decimals, nothing when
// unknown.
func Micros(b []byte, ns int64) []byte {
	if ns == Unset {
		return b
	}
	return appendMicros(b, ns)
}

func appendMicros(b []byte, ns int64) []byte {
	var t [Room]byte
	return append(b, t[:PutMicros(t[:], 0, ns)]...)
}

// integer is a field of a counter, a number or an id.
func integer[T uint64 | uint32 | uint16](name, doc string, need Need, absent Absence, get func(r *Record) *T) Field {
	f := Field{Name: name, Doc: doc, Kind: KindInt, Need: need, Lies: Lies{At: placeOf(get), Absent: absent}}
	switch any(T(0)).(type) {
	case uint64:
		f.Lies.As = Uint64
	case uint32:
		f.Lies.As = Uint32
	case uint16:
		f.Lies.As = Uint16
	}
	f.Text = func(b []byte, r *Record) []byte {
		if v := *get(r); r.Has(need) && (v != 0 || absent != IfZero) {
			return AppendUint(b, uint64(v))
		}
		return b
	}
	return f
}

func frame(name, doc string, get func(r *Record) *uint64) Field {
	return integer(name, doc, NeedNothing, IfZero, get)
}

func count(name, doc string, get func(r *Record) *uint64) Field {
	return integer(name, doc, NeedNothing, Never, get)
}

func tcpCount(name, doc string, get func(r *Record) *uint64) Field {
	f := integer(name, doc, NeedTCP, Never, get)
	f.Lies.Rare = true
	return f
}

// signed is a field that is absent below zero.
func signed(name, doc string, need Need, get func(r *Record) *int16) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Need: need, Lies: Lies{As: Int16, At: placeOf(get)}, Text: func(b []byte, r *Record) []byte {
		if v := *get(r); v >= 0 && r.Has(need) {
			return AppendUint(b, uint64(v))
		}
		return b
	}}
}

// vocabulary is a field of words that have a number each, from 0 to last.
func vocabulary[T interface {
	~uint8
	fmt.Stringer
}](name, doc string, last T, get func(r *Record) *T) Field {
	return Field{Name: name, Doc: doc, Kind: KindWord, Lies: Lies{As: Octet, At: placeOf(get), Values: int(last) + 1},
		Values: func() (words []string) {
			for v := range last + 1 {
				if w := v.String(); w != "" {
					words = append(words, w)
				}
			}
			return words
		},
		Text: func(b []byte, r *Record) []byte { return append(b, (*get(r)).String()...) }}
}

// closed says that f has no other words than these.
func closed(f Field, words ...string) Field {
	f.Values = func() []string { return words }
	return f
}

// word is a field whose words are put together by the catalogue and the table.
func word(name, doc string, get func(r *Record) *string) Field {
	return Field{Name: name, Doc: doc, Kind: KindWord, Lies: Lies{As: Text, At: placeOf(get)},
		Text: func(b []byte, r *Record) []byte { return append(b, *get(r)...) }}
}

func text(name, doc string, get func(r *Record) *string) Field {
	f := word(name, doc, get)
	f.Kind = KindText
	return f
}

func list(kind Kind, name, doc string, get func(r *Record) *[]string) Field {
	return Field{Name: name, Doc: doc, Kind: kind, Lies: Lies{As: Strings, At: placeOf(get)}, Words: func(r *Record) []string { return *get(r) }}
}

func duration(name, doc string, absent Absence, get func(r *Record) *int64) Field {
	return Field{Name: name, Doc: doc, Kind: KindMicros, Lies: Lies{As: Micros64, At: placeOf(get), Absent: absent}, Text: func(b []byte, r *Record) []byte {
		v := *get(r)
		if v == 0 && (absent == IfZeroOrUnset || absent == IfUntimed && r.Untimed()) || v == Unset && absent != Never && absent != IfUntimed {
			return b
		}
		return appendMicros(b, v)
	}}
}

func micros(name, doc string, get func(r *Record) *int64) Field {
	return duration(name, doc, IfUnset, get)
}

func when(name, doc string, get func(r *Record) *int64) Field {
	return Field{Name: name, Doc: doc, Kind: KindTime, Lies: Lies{As: Instant, At: placeOf(get), Absent: IfUntimed}, Text: func(b []byte, r *Record) []byte {
		if r.Untimed() {
			return b
		}
		return AppendTime(b, *get(r))
	}}
}

func boolean(name, doc string, need Need, get func(r *Record) *bool) Field {
	return Field{Name: name, Doc: doc, Kind: KindBool, Need: need, Lies: Lies{As: Octet, At: placeOf(get), Values: 2}, Text: func(b []byte, r *Record) []byte {
		if !r.Has(need) {
			return b
		}
		return strconv.AppendBool(b, *get(r))
	}}
}

func option(name, doc string, get func(r *Record) *bool) Field {
	return boolean(name, doc, NeedOptions, get)
}

func address(name, doc string, get func(r *Record) *netip.Addr) Field {
	return Field{Name: name, Doc: doc, Kind: KindWord, Lies: Lies{As: Addr, At: placeOf(get)}, Text: func(b []byte, r *Record) []byte { return get(r).AppendTo(b) }}
}

func processID(name, doc string, get func(r *Record) int32) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte {
		if v := get(r); v > 0 {
			return AppendUint(b, uint64(v))
		}
		return b
	}}
}

// both makes the two fields orig_x and resp_x of what get points to in a side.
func both[T any](fs []Field, name, doc string, make func(name, doc string, get func(r *Record) *T) Field, get func(s *Side) *T) []Field {
	return append(fs, make("orig_"+name, "originator: "+doc, func(r *Record) *T { return get(&r.Orig) }),
		make("resp_"+name, "responder: "+doc, func(r *Record) *T { return get(&r.Resp) }))
}

// needs says that all of fs are absent without n. Their functions give nothing then.
func needs(n Need, fs ...Field) []Field {
	for i := range fs {
		fs[i].Need = n
	}
	return fs
}

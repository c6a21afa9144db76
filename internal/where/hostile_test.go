package where

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/internal/record"
)

// place is how every error begins but that about the whole.
var place = regexp.MustCompile(`^(?:(?:line \d+, )?column (\d+): |the expression comes to ).`)

// held compiles an expression and tries it on records: one that fails says in a line where.
func held(t *testing.T, text string) (f *Filter, on [2]bool, ok bool) {
	t.Helper()
	tell := func(err error) {
		m := place.FindStringSubmatch(err.Error())
		if m == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%q: %q", text, err)
		}
		if n, _ := strconv.Atoi(m[1]); m[1] != "" && n < 1 || n > utf8.RuneCountInString(text)+1 {
			t.Fatalf("%q has %d characters: %v", text, utf8.RuneCountInString(text), err)
		}
	}
	f, err := Compile(text)
	if err != nil {
		tell(err)
		return nil, on, false
	}
	for i, r := range []*record.Record{sample(), {}} {
		if on[i], err = f.Match(r); err != nil {
			tell(err)
			return f, on, false
		}
	}
	return f, on, true
}

// grammar makes expressions: every kind of key, words and what is none, numbers at their limits, escapes, letters of
// all lengths, and nests them.
type grammar struct{ *rand.Rand }

func (g grammar) one(s ...string) string { return s[g.IntN(len(s))] }

func (g grammar) number() string {
	return g.one("0", "1", "80", "-1", "0.5", "1e9", "1e308", "9223372036854775807", "9223372036854775808", "1e309", "0x7fffffffffffffff", "0b1", "1_000", "00", "1.", ".5")
}

func (g grammar) quoted() string {
	text := g.one("", "http", "half open", "TLS 1.3", "192.0.2.1", "192.0.2.0/24", "ñandú", "日本", "\U0001f600", `\"`, `\n`, `\x1b[2J`, `\u202e`, `\\`, "\xff", strings.Repeat("a", 1<<g.IntN(13)))
	if q := g.one(`"`, "'", "`"); q != "`" || !strings.Contains(text, "`") {
		return q + text + q
	}
	return `""`
}

func (g grammar) address() string {
	return g.one("192.0.2.1", "0.0.0.0", "255.255.255.255", "192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/33", "::", "::1", "2001:db8::/32", "::ffff:192.0.2.1", "::/129", "1.2.3", "1.2.3.4.5", "fe80::1%eth0")
}

func (g grammar) key() string { f := Fields(); return f[g.IntN(len(f))] }

func (g grammar) value(depth int) string {
	switch k := g.IntN(9); {
	case k == 0:
		return g.number()
	case k == 1:
		return g.quoted()
	case k == 2:
		return g.address()
	case k == 3:
		w := words()
		return w[g.IntN(len(w))]
	case k == 4:
		return "nil"
	case k == 5 && depth > 0:
		return "(" + g.value(depth-1) + g.one(" + ", " - ", " * ", " / ", " ** ", " % ") + g.value(depth-1) + ")"
	case k == 6 && depth > 0:
		return g.one("len", "lower", "int", "float", "abs", "trim") + "(" + g.value(depth-1) + ")"
	}
	return g.key()
}

func (g grammar) list() string {
	var l []string
	for range g.IntN(5) {
		l = append(l, g.one(g.number(), g.quoted(), g.address()))
	}
	return g.one("["+strings.Join(l, ", ")+"]", "0..65535", "1..1", g.key(), g.address())
}

func (g grammar) expr(depth int) string {
	switch k := g.IntN(8); {
	case k < 3 && depth > 0:
		return g.expr(depth-1) + g.one(" and ", " or ", " && ", " || ") + g.expr(depth-1)
	case k == 3 && depth > 0:
		return g.one("not (", "!(", "(", "((") + g.expr(depth-1) + ")"
	case k == 4:
		return g.key() + g.one(" in ", " not in ") + g.list()
	case k == 5:
		return g.key() + g.one(" startsWith ", " contains ", " endsWith ", " matches ") + g.quoted()
	case k == 6:
		return g.quoted() + " in " + g.key()
	}
	return g.value(depth) + g.one(" == ", " != ", " < ", " <= ", " > ", " >= ", "==", "<") + g.value(depth)
}

// Whatever may be written, an expression is understood or refused with its place; one that is understood means the same in
// parentheses, and the opposite behind not.
func TestExpressionsByTheirGrammar(t *testing.T) {
	g := grammar{rand.New(rand.NewPCG(7, 15))}
	understood := 0
	for range 400 {
		text := g.expr(g.IntN(5))
		_, on, ok := held(t, text)
		if !ok {
			continue
		}
		understood++
		if _, in, ok := held(t, "("+text+")"); !ok || in != on {
			t.Errorf("%q: %v, in parentheses %v", text, on, in)
		}
		if _, not, ok := held(t, "not ("+text+")"); !ok || not == on || not[0] == on[0] || not[1] == on[1] {
			t.Errorf("%q: %v, behind not %v", text, on, not)
		}
	}
	if understood < 50 {
		t.Errorf("of 400 expressions %d were understood", understood)
	}
}

// What is nested, or long, beyond all sense is refused, or taken in a moment.
func TestExpressionsOfAnySize(t *testing.T) {
	for _, x := range []string{"(", "[", "not ", "-", "!", "{", `"`, "a.", "a[", "1 == 1 and (", "resp_port == 80 or ", "192.0.2.1 ", "orig_addr in [", "true ? ", "int("} {
		for _, n := range []int{1, 100, 3000} {
			held(t, strings.Repeat(x, n))
			held(t, strings.Repeat(x, n)+"true"+strings.Repeat(")", n))
		}
	}
}

// The whole of a record is nobody's business at once: only keys that are named are fetched, and a key that is not was
// compared as if it were empty.
func TestOnlyKeysThatAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`$env["resp_port"] == 80`:         `column 1: "$env" does not fit here`,
		"true and $env.resp_port == 80":   `column 10: "$env" does not fit here`,
		`get($env, "resp_port") == 80`:    `column 5: "$env" does not fit here`,
		`"resp_port" in $env`:             `column 16: "$env" does not fit here`,
		"1e400 > 0":                       `"1e400" is no number that can be compared`,
		"resp_port < 0x10000000000000000": `"0x10000000000000000" is no number that can be compared`,
		"resp_port == 80 and\nclose = 1":  `line 2, column 7: "=" does not fit here`,
	} {
		if _, err := Compile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What only a record shows to have no answer is told in a line too, with its place.
func TestNoAnswerForARecord(t *testing.T) {
	for text, want := range map[string]string{
		"orig_addr == 192.0.2.1 and int(orig_addr) > 1": `column 28: "192.0.2.1" is no number that can be compared`,
		"len(1..100000000) > resp_port":                 "column 6: this takes too much memory",
	} {
		f, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Match(sample()); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// An IPv4 address in the form of IPv6, as sockets that speak both write it, is that address.
func TestAddressesInEitherForm(t *testing.T) {
	for text, want := range map[string]bool{
		"orig_addr == ::ffff:192.0.2.1": true, "orig_addr in ::ffff:192.0.2.0/120": true, "orig_addr == ::ffff:192.0.2.2": false, "orig_addr in ::/0": false,
		`orig_addr in ["::ffff:192.0.2.2", "::ffff:192.0.2.1"]`: true,
	} {
		f, err := Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Match(sample()); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	g := grammar{rand.New(rand.NewPCG(1, 2))}
	for range 40 {
		f.Add(g.expr(3))
	}
	for _, text := range []string{"", " ", "#", "resp_port == 80 // x", "/* ", "let x = 1; x == resp_port", "quality[0] == 'duplicates'", "service ?? 'x' == 'y'", "map(vlan, # + 1) == [1]", "resp_port == 1 ? true : false", `service | upper() == "X"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		held(t, text)
		for _, c := range Complete(text) {
			if !strings.HasPrefix(c, text[:strings.LastIndexAny(text, " (!<>=&|")+1]) {
				t.Errorf("%q goes on as %q", text, c)
			}
		}
	})
}

// A place beyond a line's end is told with its line.
func TestPlacesInSeveralLines(t *testing.T) {
	for text, want := range map[string]string{
		"\n\n  nothing == 1":                          "line 3, column 3: ",
		"orig_addr == 192.0.2.1 and\nservic == 'x'":   "line 2, column 1: ",
		"handshake == completed\nand ñ == 1 and x < ": "line 2, column 19: ",
	} {
		if _, err := Compile(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, fmt.Sprint(err))
		}
	}
}

// Package where selects records by an expression over their fields, as in
//
//	handshake == half_open and resp_port < 1024
//
// Every key of the record is a name, and so is every word of the vocabulary.
// A word that is a key too (user, first) is the word where it is compared with
// a key that has it: port_class == user. Quoted words always work, as tables write them
// too: handshake == "half open", or "semiabierta". A word that the key never has
// is an error. What is unknown is neither below nor above anything, and == nil. Lists take
// `in`: duplicates in quality; so do addresses: orig_addr in 192.0.2.0/24.
package where

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"portero/internal/record"
)

// Filter decides about records. One goroutine owns it.
type Filter struct {
	text   quoted
	prog   *vm.Program
	fields []record.Field // those that the expression names
	env    map[string]any
	vm     vm.VM
	buf    []byte
}

// Fields lists the names that an expression may use, for completion.
func Fields() []string {
	var n []string
	for _, f := range record.Schema() {
		n = append(n, f.Name)
	}
	return n
}

// Compile reads an expression. Its errors name the place in it.
func Compile(text string) (*Filter, error) {
	f := &Filter{text: quote(text), env: map[string]any{}}
	schema := record.Schema()
	seen := &names{used: map[string]bool{}, keys: map[string]*record.Field{}}
	for _, w := range words() {
		f.env[w] = w
	}
	for i := range schema {
		name := schema[i].Name
		seen.keys[name] = &schema[i]
		switch schema[i].Kind {
		case record.KindInt, record.KindMicros:
			f.env[name] = float64(0)
		case record.KindBool:
			f.env[name] = false
		case record.KindWords, record.KindTexts, record.KindRisks:
			f.env[name] = []string(nil)
		case record.KindInts:
			f.env[name] = []float64(nil)
		default:
			f.env[name] = ""
		}
	}
	opts := []expr.Option{expr.Env(f.env), expr.AsBool(), nets{}.option(), expr.Patch(seen)}
	// These would hide keys and words.
	for _, b := range []string{"first", "last", "none", "duration", "one", "all", "any", "count"} {
		opts = append(opts, expr.DisableBuiltin(b))
	}
	p, err := expr.Compile(f.text.text, opts...)
	if seen.err != nil {
		err = seen.err
	}
	if err != nil {
		return nil, f.text.told(err)
	}
	f.prog = p
	for i := range schema {
		if seen.used[schema[i].Name] {
			f.fields = append(f.fields, schema[i])
		}
	}
	return f, nil
}

// plainly says an error of the expression's library without its tokens and Go's types.
func plainly(msg string) string {
	for _, c := range complaints {
		if m := c.theirs.FindStringSubmatch(msg); m != nil {
			args := make([]any, len(m)-1)
			for i, s := range m[1:] {
				if t, ok := kinds[s]; ok {
					s = t
				}
				args[i] = s
			}
			return fmt.Sprintf(c.ours, args...)
		}
	}
	return msg
}

var complaints = []struct {
	theirs *regexp.Regexp
	ours   string
}{
	{regexp.MustCompile(`^unexpected (?:token EOF|end of expression)$`), "the expression ends where more is expected"},
	{regexp.MustCompile(`^unexpected token \w+\((".*")\)$`), "%s does not fit here"},
	{regexp.MustCompile(`^unrecognized character: U\+\w+ '(.*)'$`), `"%s" does not fit here`},
	{regexp.MustCompile(`^bad number syntax: "(.*)"$`), `"%s" is no number`},
	{regexp.MustCompile(`^literal not terminated$`), "quotes that are never closed"},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`), `"%s" does not go between %s and %s`},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)$`), `"%s" does not go before %s`},
	{regexp.MustCompile(`^invalid \w+ literal: .*parsing (".*"): `), "%s is no number that can be compared"},
	{regexp.MustCompile(`^(?s:invalid operation: (?:int|float)\((.*)\))$`), `"%s" is no number that can be compared`},
	{regexp.MustCompile(`^memory budget exceeded$`), "this takes too much memory"},
	{regexp.MustCompile(`^expected bool, but got (.+)$`), "the expression comes to %s, not to true or false"},
}

var kinds = map[string]string{
	"string": "a text", "float64": "a number", "int": "a number", "bool": "true or false",
	"[]string": "a list of texts", "[]float64": "a list of numbers", "[]int": "a list of numbers",
}

// asksOne is a comparison of a list with what may be in it.
var asksOne = regexp.MustCompile(`^"(?:==|!=|contains|startsWith|endsWith|matches)" does not go between a list of \w+ and a `)

// withUnit is a number as people write one, not as keys have it.
var withUnit = regexp.MustCompile(`^bad number syntax: "[0-9.]+[a-zA-Z]+"$`)

func hint(text, msg string) string {
	switch {
	case plainly(msg) == `"=" does not fit here` && strings.Contains(text, "=~"): // as in Perl and PromQL
		return "; did you mean matches?"
	case plainly(msg) == `"=" does not fit here`:
		return "; did you mean ==?"
	case withUnit.MatchString(msg):
		return " (numbers stand without a unit: microseconds in keys that end in _us, else octets)"
	}
	if asksOne.MatchString(plainly(msg)) {
		return `; one of a list is asked for as "word" in key, or frame in key`
	}
	name, ok := strings.CutPrefix(msg, "unknown name ")
	if !ok {
		return ""
	}
	if key := keyOf(name); key != "" {
		return "; did you mean " + key + "?"
	}
	// A short word is near to many.
	best, d := "", min(3, len(name)/3+1)
	for _, w := range append(Fields(), words()...) {
		if n := record.EditDistance(name, w); n < d {
			best, d = w, n
		}
	}
	if best != "" {
		return "; did you mean " + best + "?"
	}
	return fmt.Sprintf(" (the names are the record's keys: portero explain fields; other words take quotes: %q)", name)
}

// Complete returns how text, the beginning of an expression, may go on: the
// whole text with its last word completed, by keys, or by the vocabulary after an operator.
func Complete(text string) []string {
	if text != "" && strings.Contains(`'"`, text[:1]) { // fish hands on the quote that is open
		out := Complete(text[1:])
		for i := range out {
			out[i] = text[:1] + out[i]
		}
		return out
	}
	cut := strings.LastIndexAny(text, " (!<>=&|") + 1
	head, part := text[:cut], text[cut:]
	before := strings.Fields(strings.TrimRight(head, "("))
	choices := Fields()
	if n := len(before); n > 0 {
		switch last := before[n-1]; {
		case last == "and" || last == "or" || last == "not" || strings.HasSuffix(last, "&&") || strings.HasSuffix(last, "||"):
		case strings.HasSuffix(last, "==") || strings.HasSuffix(last, "!="):
			choices = words()
			for _, f := range record.Schema() {
				if n > 1 && f.Name == before[n-2] && f.Values != nil {
					choices = f.Values()
				}
			}
		case last == "in" || strings.HasSuffix(last, "<") || strings.HasSuffix(last, ">") || strings.HasSuffix(last, "<=") || strings.HasSuffix(last, ">="):
		case n%4 == 1:
			choices = []string{"==", "!=", "<", "<=", ">", ">=", "in", "startsWith", "contains", "matches"}
		case n%4 == 3:
			choices = []string{"and", "or"}
		}
	}
	var out []string
	for _, c := range choices {
		if strings.HasPrefix(c, part) {
			out = append(out, head+c)
		}
	}
	return out
}

// Match reports whether the expression holds for r. Its errors name the place in the expression that no
// record like r has an answer to.
func (f *Filter) Match(r *record.Record) (bool, error) {
	for i := range f.fields {
		x := &f.fields[i]
		switch x.Kind {
		case record.KindInt, record.KindMicros:
			f.buf = x.Text(f.buf[:0], r)
			v, err := strconv.ParseFloat(string(f.buf), 64)
			if err != nil {
				v = math.NaN()
			}
			f.env[x.Name] = v
		case record.KindBool:
			f.buf = x.Text(f.buf[:0], r)
			f.env[x.Name] = string(f.buf) == "true"
		case record.KindWords, record.KindTexts:
			f.env[x.Name] = x.Words(r)
		case record.KindInts:
			var l []float64
			for _, v := range x.Ints(r) {
				l = append(l, float64(v))
			}
			f.env[x.Name] = l
		case record.KindRisks:
			var l []string
			for _, k := range r.Risks {
				l = append(l, k.ID)
			}
			f.env[x.Name] = l
		default:
			f.buf = x.Text(f.buf[:0], r)
			f.env[x.Name] = string(f.buf)
		}
	}
	v, err := f.vm.Run(f.prog, f.env)
	if err != nil {
		return false, f.text.told(err)
	}
	b, _ := v.(bool)
	return b, nil
}

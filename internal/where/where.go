// Package where selects records by an expression over their fields, as in
//
//	handshake == half_open and resp_port < 1024
//
// Every key of the record is a name, and so is every word of the vocabulary
// where no key has it; quoted words always work. Numbers that are unknown
// compare false with everything. Lists take `in`: duplicates in quality.
package where

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"portero/handshake"
	"portero/internal/record"
)

// Filter decides about records. One goroutine owns it.
type Filter struct {
	prog   *vm.Program
	fields []record.Field
	env    map[string]any
	vm     vm.VM
	buf    []byte
}

// words are the vocabulary's, usable without quotes.
func words() []string {
	w := []string{"tcp", "udp", "icmp", "icmp6", "sctp", "orig", "resp", "both", "syn", "synack", "ack", "port", "answered", "unanswered", "reply_only", "stream",
		"open", "closed", "half_closed", "reset", "none", "normal", "simultaneous", "split", "fast_open", "fast_open_ignored", "idle", "active", "end", "forced", "resources",
		"system", "dynamic", "exact", "shape", "null", "fin", "xmas", "syn_fin", "syn_rst", "maimon", "other"}
	for _, v := range handshake.Verdicts() {
		w = append(w, v.String())
	}
	w = append(w, handshake.OddityNames()...)
	return append(w, "truncated_packets", "one_direction", "duplicates", "reordered", "clock_backwards", "offload_checksums_orig", "offload_checksums_resp", "bad_checksums", "fragments")
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
	f := &Filter{fields: record.Schema(), env: map[string]any{}}
	for _, w := range words() {
		f.env[w] = w
	}
	for i := range f.fields {
		switch k := f.fields[i].Kind; k {
		case record.KindInt, record.KindMicros:
			f.env[f.fields[i].Name] = float64(0)
		case record.KindBool:
			f.env[f.fields[i].Name] = false
		case record.KindWords, record.KindTexts, record.KindRisks:
			f.env[f.fields[i].Name] = []string(nil)
		case record.KindInts:
			f.env[f.fields[i].Name] = []float64(nil)
		default:
			f.env[f.fields[i].Name] = ""
		}
	}
	opts := []expr.Option{expr.Env(f.env), expr.AsBool()}
	// These would hide keys and words.
	for _, b := range []string{"first", "last", "none", "duration", "one", "all", "any", "count"} {
		opts = append(opts, expr.DisableBuiltin(b))
	}
	p, err := expr.Compile(text, opts...)
	if err != nil {
		var fe *file.Error
		if errors.As(err, &fe) {
			return nil, fmt.Errorf("%s at %d%s", fe.Message, fe.Column+1, hint(fe.Message))
		}
		return nil, errors.New(strings.SplitN(err.Error(), "\n", 2)[0])
	}
	f.prog = p
	return f, nil
}

func hint(msg string) string {
	if strings.HasPrefix(msg, "unknown name") {
		return " (the names are the record's keys: portero explain fields)"
	}
	return ""
}

// Match reports whether the expression holds for r.
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
		return false, err
	}
	b, _ := v.(bool)
	return b, nil
}

package where

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"portero/internal/record"
)

// quoted is an expression whose addresses and networks are in quotes, as the expression's library wants them.
type quoted struct {
	text  string
	marks []int // columns of the quotes that were put in
}

// number is what may be an address, or a network, written without quotes.
var number = regexp.MustCompile(`^[0-9A-Fa-f:.]+(?:/[0-9]+)?`)

// quote puts addresses and networks in quotes: 192.0.2.1, 192.0.2.0/24, 2001:db8::1.
func quote(text string) quoted {
	var q quoted
	var out strings.Builder
	var open byte // the quotes we are in
	inWord := false
	for i := 0; i < len(text); {
		c := text[i]
		if open == 0 && !inWord {
			if t := number.FindString(text[i:]); strings.Count(t, ":") > 1 || strings.Count(t, ".") == 3 {
				if _, ok := network(t); ok {
					at := utf8.RuneCountInString(out.String())
					q.marks = append(q.marks, at, at+1+len(t))
					out.WriteString(`"` + t + `"`)
					i += len(t)
					continue
				}
			}
		}
		switch {
		case open != 0 && c == '\\' && open != '`' && i+1 < len(text):
			out.WriteByte(c)
			i++
		case open != 0 && c == open:
			open = 0
		case open == 0 && (c == '"' || c == '\'' || c == '`'):
			open = c
		}
		inWord = c == '_' || c == '.' || c == ':' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		out.WriteByte(text[i])
		i++
	}
	q.text = out.String()
	return q
}

// column is where in the user's text what has this column in q's is.
func (q *quoted) column(c int) int {
	n := 0
	for _, m := range q.marks {
		if m < c {
			n++
		}
	}
	return c - n
}

// network reads an address or a network; of a network the bits behind its length do not count.
func network(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() && p.Bits() >= 96 { // IPv4, as sockets that speak both write it
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), true
}

// within is the function that expressions get for "in" a network: an address, and the networks, parted
// by blanks.
const within = "address within"

// nets is what within was asked of so far.
type nets map[string][]netip.Prefix

func (n nets) within(args ...any) (any, error) {
	addr, list := args[0].(string), args[1].(string)
	ps, ok := n[list]
	if !ok {
		for s := range strings.FieldsSeq(list) {
			if p, ok := network(s); ok {
				ps = append(ps, p)
			}
		}
		n[list] = ps
	}
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return false, nil // there is none
	}
	a = a.WithZone("")
	for _, p := range ps {
		if p.Contains(a) || p.Contains(a.Unmap()) {
			return true, nil
		}
	}
	return false, nil
}

func (n nets) option() expr.Option {
	return expr.Function(within, n.within, new(func(string, string) bool))
}

// address settles what a key that holds an address is compared with: x == 192.0.2.1, x in 192.0.2.0/24,
// x in [192.0.2.1, 198.51.100.0/24]. It reports whether node is such a comparison.
func (n *names) address(node *ast.Node, x *ast.BinaryNode) bool {
	key, other := x.Left, x.Right
	if x.Operator != "in" {
		if _, ok := key.(*ast.StringNode); ok {
			key, other = other, key
		}
	}
	id, ok := key.(*ast.IdentifierNode)
	if !ok {
		return false
	}
	f := n.keys[id.Value]
	if f == nil || f.Lies.As != record.Addr {
		return false
	}
	said := []ast.Node{other}
	if l, ok := other.(*ast.ArrayNode); ok {
		said = l.Nodes
	}
	var list []string
	for _, s := range said {
		w, ok := s.(*ast.StringNode)
		if !ok || w.Value == "" && x.Operator != "in" {
			return false // another key, or that there is none
		}
		if _, ok := network(w.Value); !ok {
			if n.err == nil {
				n.err = &misplaced{w.Location().From, fmt.Sprintf("%s is never %q (an address is written 192.0.2.1 or 2001:db8::1, a network 192.0.2.0/24)", f.Name, w.Value)}
			}
			return true
		}
		list = append(list, w.Value)
	}
	var is ast.Node = &ast.CallNode{Callee: &ast.IdentifierNode{Value: within}, Arguments: []ast.Node{id, &ast.StringNode{Value: strings.Join(list, " ")}}}
	if x.Operator == "!=" {
		is = &ast.UnaryNode{Operator: "not", Node: is}
	}
	ast.Patch(node, is)
	return true
}

// misplaced is an error with its place, from 0, in the text that the library reads.
type misplaced struct {
	at   int
	what string
}

func (m *misplaced) Error() string { return fmt.Sprintf("column %d: %s", m.at+1, m.what) }

// lined is one in the user's text, where that has several lines.
type lined struct {
	line int
	misplaced
}

func (l *lined) Error() string { return fmt.Sprintf("line %d, %s", l.line, l.misplaced.Error()) }

// told says an error in our words, with its place in the user's text.
func (q *quoted) told(err error) error {
	var m *misplaced
	if fe := (*file.Error)(nil); errors.As(err, &fe) {
		m = &misplaced{fe.From, plainly(fe.Message) + hint(q.text, fe.Message)}
	} else if !errors.As(err, &m) {
		what, _, _ := strings.Cut(err.Error(), "\n")
		return errors.New(plainly(what))
	}
	at := misplaced{q.column(m.at), strings.ReplaceAll(m.what, "\n", " ")}
	text := []rune(q.text)
	before := string(text[:min(m.at, len(text))])
	if n := strings.LastIndexByte(before, '\n'); n >= 0 {
		at.at -= q.column(utf8.RuneCountInString(before[:n+1]))
		return &lined{1 + strings.Count(before, "\n"), at}
	}
	return &at
}

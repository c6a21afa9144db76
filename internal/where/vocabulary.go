package where

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"portero/internal/record"
	lang "portero/internal/words"
)

// words are the vocabulary's, usable without quotes wherever a text may stand. Names of
// protocols are none: those that tell a server's name are words beside their key only.
func words() []string {
	w := []string{"tcp", "udp", "icmp", "icmp6", "sctp"}
	for _, f := range record.Schema() {
		if f.Values != nil && f.Name != "server_name_by" {
			w = append(w, f.Values()...)
		}
	}
	slices.Sort(w)
	return slices.Compact(w)
}

// shown are the words that tables have in Spanish for the values of a key.
var shown = map[string]func(lang.Lang, string) string{
	"handshake": lang.Verdict, "handshake_kind": lang.Kind, "exchange": lang.Exchange, "close": lang.Close, "closed_by": lang.Side,
	"end_reason": lang.EndReason, "roles_by": lang.RolesBy, "probe_kind": lang.Probe, "port_class": lang.Class, "confidence": lang.Confidence,
	"service_by": lang.ServiceBy, "process_by": lang.ProcessBy, "quality": lang.Quality, "oddities": lang.Oddity, "quic": lang.QUIC, "slow": lang.Slow,
}

// names watches the expression for keys, and puts the word that a record has in the
// place of one that is compared with a key.
type names struct {
	used map[string]bool
	keys map[string]*record.Field
	err  error // the first word that its key never has
}

// Visit implements ast.Visitor.
func (n *names) Visit(node *ast.Node) {
	switch x := (*node).(type) {
	case *ast.IdentifierNode:
		n.used[x.Value] = true
		if x.Value == "$env" && n.err == nil { // all there is, which is never fetched
			n.err = &misplaced{x.Location().From, fmt.Sprintf("%q does not fit here", x.Value)}
		}
	case *ast.BinaryNode:
		switch x.Operator {
		case "==", "!=", "in":
			if n.address(node, x) {
				return
			}
		}
		switch x.Operator {
		case "<", "<=", ">", ">=":
			n.keyless(x)
			n.order(node, x)
		case "==", "!=":
			if n.absent(node, x) {
				return
			}
			n.keyless(x)
			n.compare(x.Left, &x.Right)
			n.compare(x.Right, &x.Left)
		case "in":
			if l, ok := x.Right.(*ast.ArrayNode); ok {
				for i := range l.Nodes {
					n.compare(x.Left, &l.Nodes[i])
				}
			} else {
				n.compare(x.Right, &x.Left)
			}
		}
	}
}

// keyless complains of a word that is compared with a word, a number or an address: whatever the record, the
// answer is the same, and who wrote it meant a key. The heads of tables are no keys.
func (n *names) keyless(x *ast.BinaryNode) {
	word := func(side ast.Node) string {
		switch s := side.(type) {
		case *ast.StringNode:
			return s.Value
		case *ast.IdentifierNode:
			if n.keys[s.Value] == nil && n.known(s.Value) {
				return s.Value
			}
		}
		return ""
	}
	a, b := word(x.Left), word(x.Right)
	switch x.Right.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		b = "a number"
	}
	if _, quoted := x.Left.(*ast.StringNode); quoted && b == "a number" {
		return // no key by its form
	}
	if a == "" || b == "" || n.err != nil {
		return
	}
	what := fmt.Sprintf("%q is no key of the record", a)
	if key := keyOf(a); key != "" {
		what += "; did you mean " + key + "?"
	} else {
		what += " (portero explain fields lists them)"
	}
	n.err = &misplaced{x.Left.Location().From, what}
}

// heads are the keys behind the heads of tables.
var heads = [][2]string{{"opening", "handshake"}, {"from", "orig_addr"}, {"to", "resp_addr"}, {"rtt", "server_rtt_us"}, {"data", "orig_payload"}, {"start", "first"}, {"duration", "duration_us"},
	{"pkts>", "orig_pkts"}, {"<pkts", "resp_pkts"}, {"bytes>", "orig_payload"}, {"<bytes", "resp_payload"}, {"state", "conn_state"}, {"host", "resp_addr"}, {"port", "resp_port"},
	{"name", "server_name"}, {"program", "process"}, {"age", "duration_us"}, {"size", "orig_wire_bytes"}, {"service", "service"}, {"close", "close"}, {"history", "history"}, {"tunnel", "tunnel"}}

// keyOf is the key behind a head of a table, in the words of either language, or behind what other programs call it;
// "" for none.
func keyOf(head string) string {
	for _, h := range heads {
		if bare(h[0]) == bare(head) || bare(lang.Column(lang.Spanish, h[0])) == bare(head) {
			return h[1]
		}
	}
	return record.KeyElsewhere(head)
}

// key is the key of the record that node is, nil for none.
func (n *names) key(node ast.Node) *record.Field {
	if id, ok := node.(*ast.IdentifierNode); ok {
		return n.keys[id.Value]
	}
	return nil
}

// textual reports whether a key is a text here, empty where the record lacks it.
func textual(f *record.Field) bool {
	switch f.Kind {
	case record.KindInt, record.KindMicros, record.KindBool, record.KindWords, record.KindTexts, record.KindRisks, record.KindInts:
		return false
	}
	return true
}

// order keeps a text that is unknown from lying before all others.
func (n *names) order(node *ast.Node, x *ast.BinaryNode) {
	for _, side := range [2]ast.Node{x.Left, x.Right} {
		if f := n.key(side); f != nil && textual(f) {
			there := &ast.BinaryNode{Operator: "!=", Left: &ast.IdentifierNode{Value: f.Name}, Right: &ast.StringNode{}}
			ast.Patch(node, &ast.BinaryNode{Operator: "and", Left: there, Right: *node})
		}
	}
}

// absent makes a comparison with nil one that asks whether the record has the key: an unknown text is
// empty, and an unknown number is not equal to itself.
func (n *names) absent(node *ast.Node, x *ast.BinaryNode) bool {
	f := n.key(x.Left)
	other := x.Right
	if f == nil {
		f, other = n.key(x.Right), x.Left
	}
	if _, ok := other.(*ast.NilNode); !ok || f == nil {
		return false
	}
	me := func() ast.Node { return &ast.IdentifierNode{Value: f.Name} }
	switch {
	case textual(f):
		ast.Patch(node, &ast.BinaryNode{Operator: x.Operator, Left: me(), Right: &ast.StringNode{}})
	case f.Kind == record.KindInt || f.Kind == record.KindMicros:
		ast.Patch(node, &ast.BinaryNode{Operator: map[string]string{"==": "!=", "!=": "=="}[x.Operator], Left: me(), Right: me()})
	default:
		return false
	}
	return true
}

// compare settles what word is, which is compared with key, where key is one with a vocabulary.
func (n *names) compare(key ast.Node, word *ast.Node) {
	id, ok := key.(*ast.IdentifierNode)
	if !ok {
		return
	}
	f := n.keys[id.Value]
	if f == nil || f.Kind != record.KindWord && f.Kind != record.KindWords {
		return
	}
	var said string
	switch w := (*word).(type) {
	case *ast.StringNode:
		said = w.Value
	case *ast.IdentifierNode:
		said = w.Value
		other := n.keys[said]
		switch {
		case other == nil || id.Value == said:
		case f.Values == nil:
			// The key of that name has words of its own, which no service is called by.
			if other.Values != nil {
				ast.Patch(word, &ast.StringNode{Value: said})
			}
			return
		case !slices.Contains(f.Values(), said):
			return // two keys
		}
	default:
		return
	}
	if _, text := (*word).(*ast.StringNode); text && f.Name == "service" && strings.HasSuffix(said, record.PortMark) {
		ast.Patch(word, &ast.StringNode{Value: strings.TrimSuffix(said, record.PortMark)}) // as tables mark what is the port's
	}
	if f.Values == nil || said == "" || id.Value == said {
		return
	}
	if v, ok := value(f, said); ok {
		ast.Patch(word, &ast.StringNode{Value: v})
	} else if _, text := (*word).(*ast.StringNode); n.err == nil && (text || n.known(said)) {
		n.err = &misplaced{(*word).Location().From, fmt.Sprintf("%s is never %q%s", f.Name, said, among(f, said))}
	}
}

// known reports whether w is a word of the vocabulary; what is none has a better error.
func (n *names) known(w string) bool { return slices.Contains(words(), w) }

// value returns the word of f that said stands for: as records have it, as tables show
// it, or with other signs between its parts.
func value(f *record.Field, said string) (string, bool) {
	said = bare(said)
	for _, v := range f.Values() {
		if bare(v) == said {
			return v, true
		}
		if es := shown[f.Name]; es != nil && bare(es(lang.Spanish, v)) == said {
			return v, true
		}
	}
	return "", false
}

// bare makes words comparable that people type with or without accents, and with
// spaces, dashes or underscores between.
func bare(s string) string {
	return strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "_", " ", "-", " ").Replace(strings.ToLower(s))
}

// among says which word of f is meant by said, or which there are.
func among(f *record.Field, said string) string {
	best, d := "", min(3, len(said)/3+1)
	for _, v := range f.Values() {
		if n := record.EditDistance(said, v); n < d {
			best, d = v, n
		}
	}
	if best != "" {
		return "; did you mean " + best + "?"
	}
	return " (it is one of " + strings.Join(f.Values(), ", ") + ")"
}

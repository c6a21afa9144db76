package filter

import (
	"errors"
	"strings"
	"testing"
)

func TestRefused(t *testing.T) {
	for _, expr := range refusedTable {
		e, err := Parse(expr)
		if err == nil {
			_, err = e.Compile(ltEthernet, Options{})
		}
		var fe *Error
		if !errors.As(err, &fe) {
			t.Errorf("%q is accepted", expr)
			continue
		}
		if fe.Col < 1 || fe.Col > len(expr)+1 || strings.ContainsAny(fe.Error(), "\n\x1b") {
			t.Errorf("%q: column %d, %q", expr, fe.Col, fe.Error())
		}
	}
}

// A sign that is not ASCII, as texts and their editors make of a hyphen or of quotes, is named as it
// was written.
func TestRefusesWholeSigns(t *testing.T) {
	for expr, want := range map[string]string{"host 10.0.0.1 – port 80": `"–"`, "“tcp”": `"“"`, "tcp \xff": `"\xff"`, "tcp \u202e": `"\u202e"`} {
		if _, err := Parse(expr); err == nil || !strings.Contains(err.Error(), "unexpected character "+want) {
			t.Errorf("%q: %v, want %s", expr, err, want)
		}
	}
}

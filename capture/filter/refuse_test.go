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

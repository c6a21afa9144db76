package filter

import (
	"strings"
	"testing"
)

func TestOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"prot", "port", true}, {"por", "port", true}, {"portt", "port", true}, {"part", "port", true}, {"tpc", "tcp", true}, {"trap", "port", false}, {"p", "ip", false}, {"", "ip", false}} {
		if got := oneSlip(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
	}
	for text, want := range map[string]string{"tcp prot 80": `column 5: "prot"`, "tcp and hots 10.0.0.1": "did you mean host for hots?"} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "did you mean") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
